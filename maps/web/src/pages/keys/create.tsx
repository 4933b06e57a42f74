import { useState } from "preact/hooks";
import { roleWord } from "../../words";
import { api, data, type Schema } from "../../api/client";
import { t } from "../../lang";
import { moment } from "../../numbers";
import { Dialog } from "../../parts/dialog";
import { DaysField, TextField } from "../../parts/field";
import { FormDialog } from "../../parts/form";
import { say } from "../../parts/toast";
import { Divisions, RoleChoice, usePlaces } from "./fields";
import { MAY, placed, type Right, type Role, rightWord } from "./words";

type Made = Schema["KeyMade"];

/** A new key: for whom, what it may, where and how long. */
export function Create(given: { close: () => void; done: (made: Made) => void }) {
  const [subject, setSubject] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [scopes, setScopes] = useState<readonly Right[]>([]);
  const [days, setDays] = useState(90);
  const places = usePlaces();
  const make = async (): Promise<void> => {
    const body = {
      subject: subject.trim(),
      role,
      divisions: places.chosen,
      scopes: [...scopes],
      days,
    };
    given.done(await data(api.POST("/v1/keys", { body })));
  };
  return (
    <FormDialog
      title={t("发放密钥", "Make a key")}
      yes={t("发放", "Make")}
      class="key-form"
      ready={places.chosen.length > 0}
      act={make}
      close={given.close}
    >
      <TextField
        label={t("给谁（人或系统）", "For whom (a person or a system)")}
        required
        maxLength={100}
        value={subject}
        put={setSubject}
      />
      <RoleChoice
        role={role}
        choose={(one) => {
          setRole(one);
          setScopes([]);
        }}
      />
      <Scopes role={role} scopes={scopes} choose={setScopes} />
      <Divisions places={places} />
      <DaysField days={days} put={setDays} />
    </FormDialog>
  );
}

function Scopes(given: {
  role: Role;
  scopes: readonly Right[];
  choose: (scopes: readonly Right[]) => void;
}) {
  const { role, scopes, choose } = given;
  return (
    <fieldset>
      <legend>
        {t("只给其中一些权限（不选为角色的全部）", "Only some rights (none chosen: all)")}
      </legend>
      {MAY[role].map((right) => (
        <label key={right} class="choice">
          <input
            type="checkbox"
            checked={scopes.includes(right)}
            onChange={(e) =>
              choose(
                e.currentTarget.checked ? [...scopes, right] : scopes.filter((s) => s !== right),
              )
            }
          />{" "}
          {rightWord(right)}
        </label>
      ))}
    </fieldset>
  );
}

/** A new key, shown this once. */
export function Once(given: { made: Made; close: () => void }) {
  const { key, row } = given.made;
  const [kept, setKept] = useState(false);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(key);
      say(t("已复制", "Copied"));
    } catch {
      say(t("浏览器不许复制，请手动选中", "The browser forbids copying: select it"), true);
    }
  };
  return (
    <Dialog
      title={t("新密钥（只显示这一次）", "The new key (shown this once)")}
      close={given.close}
    >
      <p>
        {row.subject} · {roleWord(row.role)} · {placed(row.divisions)} · {t("有效至", "until")}{" "}
        {moment(row.expires_at)}
      </p>
      <p class="once">
        <label>
          <span class="hidden">{t("密钥", "Key")}</span>
          <input class="mono" readOnly value={key} onFocus={(e) => e.currentTarget.select()} />
        </label>
        <button type="button" class="main" onClick={() => void copy()}>
          {t("复制", "Copy")}
        </button>
      </p>
      <p class="small">
        {t(
          "系统只留下它的摘要，关闭后谁也看不到它。请用可靠的方式交给使用者，不要写进网址、邮件或群聊。",
          "Only its digest is kept: nobody sees it again. Hand it over safely; never in an address, a mail or a chat.",
        )}
      </p>
      <label>
        <input type="checkbox" checked={kept} onChange={(e) => setKept(e.currentTarget.checked)} />{" "}
        {t("我已经保存", "I have kept it")}
      </label>
      <div class="actions end">
        <button type="button" disabled={!kept} onClick={given.close}>
          {t("关闭", "Close")}
        </button>
      </div>
    </Dialog>
  );
}
