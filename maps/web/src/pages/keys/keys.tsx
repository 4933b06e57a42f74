import { useState } from "preact/hooks";
import { roleWord } from "../../words";
import { api, data, type Schema } from "../../api/client";
import { allPages } from "../../api/rows";
import { useLoaded } from "../../api/use";
import { t } from "../../lang";
import { moment } from "../../numbers";
import { Confirm } from "../../parts/confirm";
import { DaysField } from "../../parts/field";
import { Shown } from "../../parts/page";
import { type Column, Table } from "../../parts/table";
import { say } from "../../parts/toast";
import { Create, Once } from "./create";
import { life, placed, rightWord } from "./words";

export type Key = Schema["KeyRow"];
type Asked = { what: "create" } | { what: "rotate" | "revoke"; key: Key };

/** The keys of one's divisions: made, replaced, taken back. The keys themselves are never here. */
export function Keys() {
  const keys = useLoaded(
    () =>
      allPages((cursor) =>
        data(api.GET("/v1/keys", { params: { query: { cursor, limit: 1000 } } })),
      ),
    [],
  );
  const [all, setAll] = useState(false);
  const [part, setPart] = useState("");
  const [asked, setAsked] = useState<Asked | null>(null);
  const [made, setMade] = useState<Schema["KeyMade"] | null>(null);
  const done = (one: Schema["KeyMade"]): void => {
    setAsked(null);
    setMade(one);
    keys.reload();
  };
  return (
    <>
      <div class="filters">
        <label>
          <span>{t("给谁、角色或辖区", "Subject, role or division")}</span>
          <input
            type="search"
            value={part}
            onInput={(e) => setPart(e.currentTarget.value.trim())}
          />
        </label>
        <label>
          <input type="checkbox" checked={all} onChange={(e) => setAll(e.currentTarget.checked)} />{" "}
          {t("也列出已失效的", "Also those out of force")}
        </label>
        <button type="button" class="main" onClick={() => setAsked({ what: "create" })}>
          {t("发放密钥……", "Make a key …")}
        </button>
      </div>
      <Shown of={keys}>
        {(rows) => {
          const seen = rows.filter((k) => (all || life(k).force) && holds(k, part));
          return (
            <Table
              caption={t("{n} 个密钥，列出 {k} 个", "{n} keys, {k} listed", {
                n: rows.length,
                k: seen.length,
              })}
              rows={seen}
              id={(k) => k.id}
              columns={columns(setAsked)}
              empty={t("没有这样的密钥", "No such key")}
            />
          );
        }}
      </Shown>
      {asked?.what === "create" && <Create close={() => setAsked(null)} done={done} />}
      {asked?.what === "rotate" && (
        <Rotate row={asked.key} close={() => setAsked(null)} done={done} />
      )}
      {asked?.what === "revoke" && (
        <Revoke row={asked.key} close={() => setAsked(null)} done={keys.reload} />
      )}
      {made && <Once made={made} close={() => setMade(null)} />}
    </>
  );
}

const holds = (key: Key, part: string): boolean =>
  [key.subject, roleWord(key.role), key.role, key.hint, ...key.divisions].some((text) =>
    text.includes(part),
  );

const columns = (ask: (asked: Asked) => void): Column<Key>[] => [
  { head: t("编号", "No."), number: true, cell: (k) => k.id },
  { head: t("给谁", "For"), cell: (k) => k.subject },
  { head: t("角色", "Role"), cell: (k) => roleWord(k.role) },
  { head: t("辖区", "Divisions"), cell: (k) => <span class="wide">{placed(k.divisions)}</span> },
  {
    head: t("权限", "Rights"),
    cell: (k) =>
      k.scopes.length > 0
        ? t("只限：{s}", "only: {s}", { s: k.scopes.map(rightWord).join("、") })
        : t("角色全部", "all of the role"),
  },
  { head: t("开头", "Begins"), cell: (k) => <span class="mono">{k.hint}…</span> },
  {
    head: t("发放", "Made"),
    cell: (k) => (
      <>
        {k.created_by} · {moment(k.created_at)}
        {k.rotated_from && (
          <div class="small">{t("换发自 {n} 号", "for no. {n}", { n: k.rotated_from })}</div>
        )}
      </>
    ),
  },
  {
    head: t("有效期", "Life"),
    cell: (k) => <span class={`tag ${life(k).force ? "good" : "soft"}`}>{life(k).text}</span>,
  },
  {
    head: t("操作", "Acts"),
    cell: (k) =>
      life(k).force && (
        <span class="actions nowrap">
          <button
            type="button"
            aria-label={t("换发 {n} 号", "Rotate {n}", { n: k.id })}
            onClick={() => ask({ what: "rotate", key: k })}
          >
            {t("换发", "Rotate")}
          </button>
          <button
            type="button"
            class="danger"
            aria-label={t("作废 {n} 号", "Revoke {n}", { n: k.id })}
            onClick={() => ask({ what: "revoke", key: k })}
          >
            {t("作废", "Revoke")}
          </button>
        </span>
      ),
  },
];

function Rotate(given: { row: Key; close: () => void; done: (made: Schema["KeyMade"]) => void }) {
  const { row } = given;
  const [days, setDays] = useState(90);
  return (
    <Confirm
      title={t("换发 {n} 号密钥", "Rotate key {n}", { n: row.id })}
      yes={t("换发", "Rotate")}
      act={async () => {
        given.done(
          await data(
            api.POST("/v1/keys/{number}/rotate", {
              params: { path: { number: row.id } },
              body: { days },
            }),
          ),
        );
      }}
      close={given.close}
      done={() => undefined}
    >
      <p>
        {t(
          "给“{s}”一个权限相同的新密钥；旧的即刻作废，使用它的程序会停止工作，直到换上新的。",
          "“{s}” gets a new key with the same rights. The old one ends at once: programs that use it stop until they have the new one.",
          { s: row.subject },
        )}
      </p>
      <DaysField days={days} put={setDays} />
    </Confirm>
  );
}

function Revoke(given: { row: Key; close: () => void; done: () => void }) {
  const { row } = given;
  return (
    <Confirm
      title={t("作废 {n} 号密钥", "Revoke key {n}", { n: row.id })}
      yes={t("作废", "Revoke")}
      danger
      act={() => data(api.DELETE("/v1/keys/{number}", { params: { path: { number: row.id } } }))}
      close={given.close}
      done={() => {
        say(t("{n} 号密钥已作废", "Key {n} is out of force", { n: row.id }));
        given.close();
        given.done();
      }}
    >
      <p>
        {t(
          "“{s}”的密钥即刻失效，不能恢复。服务的其他进程最多 5 秒后也不再接受它。",
          "The key of “{s}” ends at once and for good; other processes of the service follow within 5 seconds.",
          { s: row.subject },
        )}
      </p>
    </Confirm>
  );
}
