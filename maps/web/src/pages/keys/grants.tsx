import { useState } from "preact/hooks";
import { roleWord } from "../../words";
import { api, data, type Schema } from "../../api/client";
import { allPages } from "../../api/rows";
import { useLoaded } from "../../api/use";
import { t } from "../../lang";
import { moment } from "../../numbers";
import { Confirm } from "../../parts/confirm";
import { TextField } from "../../parts/field";
import { FormDialog } from "../../parts/form";
import { Shown } from "../../parts/page";
import { Table } from "../../parts/table";
import { say } from "../../parts/toast";
import { Divisions, RoleChoice, usePlaces } from "./fields";
import { placed, type Role } from "./words";

type Row = Schema["GrantRow"];

/** People who come by OIDC, and the role each has. */
export function Grants() {
  const grants = useLoaded(
    () =>
      allPages((cursor) =>
        data(api.GET("/v1/grants", { params: { query: { cursor, limit: 1000 } } })),
      ),
    [],
  );
  const [editing, setEditing] = useState<Row | "new" | null>(null);
  const [leaving, setLeaving] = useState<Row | null>(null);
  return (
    <>
      <div class="filters">
        <p class="small">
          {t(
            "用户先用统一登录登录一次，会看到自己的编号（sub）；把编号填在这里，授予角色后即可使用。",
            "A user signs in by OIDC once and is told their number (sub); give that number a role here.",
          )}
        </p>
        <button type="button" class="main" onClick={() => setEditing("new")}>
          {t("授予角色……", "Give a role …")}
        </button>
      </div>
      <Shown of={grants}>
        {(rows) => (
          <Table
            caption={t("{n} 人", "{n} people", { n: rows.length })}
            rows={rows}
            id={(g) => g.subject}
            empty={t("还没有授予任何人", "Nobody has a role yet")}
            columns={[
              {
                head: t("编号（sub）", "Number (sub)"),
                cell: (g) => <span class="mono">{g.subject}</span>,
              },
              { head: t("角色", "Role"), cell: (g) => roleWord(g.role) },
              { head: t("辖区", "Divisions"), cell: (g) => placed(g.divisions) },
              {
                head: t("授予", "Given"),
                cell: (g) => `${g.granted_by} · ${moment(g.granted_at)}`,
              },
              {
                head: t("操作", "Acts"),
                cell: (g) => (
                  <span class="actions nowrap">
                    <button type="button" onClick={() => setEditing(g)}>
                      {t("改", "Change")}
                    </button>
                    <button type="button" class="danger" onClick={() => setLeaving(g)}>
                      {t("收回", "Take back")}
                    </button>
                  </span>
                ),
              },
            ]}
          />
        )}
      </Shown>
      {editing && (
        <Grant
          row={editing === "new" ? null : editing}
          close={() => setEditing(null)}
          done={grants.reload}
        />
      )}
      {leaving && <Withdraw row={leaving} close={() => setLeaving(null)} done={grants.reload} />}
    </>
  );
}

function Grant(given: { row: Row | null; close: () => void; done: () => void }) {
  const { row } = given;
  const [subject, setSubject] = useState(row?.subject ?? "");
  const [role, setRole] = useState<Role>(row?.role ?? "viewer");
  const places = usePlaces(row?.divisions);
  const give = async (): Promise<void> => {
    const body = { subject: subject.trim(), role, divisions: places.chosen };
    await data(api.POST("/v1/grants", { body }));
    say(t("已授予 {s}", "{s} has the role", { s: body.subject }));
    given.close();
    given.done();
  };
  return (
    <FormDialog
      title={t("授予角色", "Give a role")}
      yes={t("授予", "Give")}
      class="key-form"
      ready={places.chosen.length > 0}
      act={give}
      close={given.close}
    >
      <TextField
        label={t("统一登录的编号（sub）", "Number of the person (sub)")}
        required
        maxLength={255}
        readOnly={row !== null}
        value={subject}
        put={setSubject}
      />
      <RoleChoice role={role} choose={setRole} />
      <Divisions places={places} />
    </FormDialog>
  );
}

function Withdraw(given: { row: Row; close: () => void; done: () => void }) {
  const { subject } = given.row;
  return (
    <Confirm
      title={t("收回角色", "Take a role back")}
      yes={t("收回", "Take back")}
      danger
      act={() => data(api.POST("/v1/grants/withdrawals", { body: { subject } }))}
      close={given.close}
      done={() => {
        say(t("已收回 {s} 的角色", "{s} has no role any more", { s: subject }));
        given.close();
        given.done();
      }}
    >
      <p>
        {t("“{s}”登录后将什么也看不到。", "“{s}” will see nothing after signing in.", {
          s: subject,
        })}
      </p>
    </Confirm>
  );
}
