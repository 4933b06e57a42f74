import { api, data, type Schema } from "../../api/client";
import { asProblem, useLoaded } from "../../api/use";
import { t } from "../../lang";
import { moment } from "../../numbers";
import { Keep } from "../../parts/keep";
import { Shown } from "../../parts/page";
import { say } from "../../parts/toast";
import { changed, type Desk, restored, type Rules, type Standing } from "./rules";

/** Scenarios kept in the database: open one, put it beside, delete it, keep the sliders. */
export function Saved(given: {
  standing: Standing;
  desk: Desk;
  setDesk: (desk: Desk) => void;
  beside: readonly number[];
  setBeside: (ids: readonly number[]) => void;
  sound: boolean;
}) {
  const { standing, desk, beside, setBeside } = given;
  const loaded = useLoaded<Schema["Saved"][]>(
    () => data(api.GET("/v1/scenarios", { params: { query: { kind: "simulation" } } })),
    [],
  );
  const doing = async (work: () => Promise<unknown>, done: string): Promise<boolean> => {
    try {
      await work();
      say(done);
      loaded.reload();
      return true;
    } catch (e) {
      say(asProblem(e).message, true);
      return false;
    }
  };
  const keep = (name: string): Promise<boolean> => {
    const body = { name, edition: standing.edition, rules: changed(desk, standing) };
    return doing(() => data(api.POST("/v1/scenarios", { body })), t("已保存", "Saved"));
  };
  const remove = (id: number): Promise<boolean> =>
    doing(
      async () => {
        await data(api.DELETE("/v1/scenarios/{number}", { params: { path: { number: id } } }));
        setBeside(beside.filter((one) => one !== id));
      },
      t("已删除", "Deleted"),
    );
  return (
    <section class="panel saved" aria-labelledby="saved">
      <h2 id="saved">{t("保存的情景", "Saved scenarios")}</h2>
      <Shown of={loaded}>
        {(rows) => (
          <Rows
            rows={rows}
            beside={beside}
            setBeside={setBeside}
            open={(one) => given.setDesk(restored(one.body as Rules, standing))}
            remove={(one) => void remove(one.id)}
          />
        )}
      </Shown>
      <Keep
        label={t("情景名称", "Name of the scenario")}
        hint={t("给当前滑块起个名", "name the sliders")}
        button={t("保存", "Save")}
        ready={given.sound}
        keep={keep}
      />
    </section>
  );
}

function Rows(given: {
  rows: readonly Schema["Saved"][];
  beside: readonly number[];
  setBeside: (ids: readonly number[]) => void;
  open: (one: Schema["Saved"]) => void;
  remove: (one: Schema["Saved"]) => void;
}) {
  const { rows, beside } = given;
  const toggle = (id: number): void =>
    given.setBeside(beside.includes(id) ? beside.filter((one) => one !== id) : [...beside, id]);
  return (
    <ul>
      {rows.map((one) => (
        <li key={one.id}>
          <input
            type="checkbox"
            checked={beside.includes(one.id)}
            aria-label={t("比较 {n}", "compare {n}", { n: one.name })}
            onChange={() => toggle(one.id)}
          />
          <button
            type="button"
            class="quiet"
            title={`${one.saved_by} ${moment(one.saved_at)}`}
            onClick={() => given.open(one)}
          >
            {one.name}
          </button>
          <span class="small">{one.saved_by}</span>
          <button
            type="button"
            class="quiet"
            aria-label={t("删除 {n}", "delete {n}", { n: one.name })}
            onClick={() => given.remove(one)}
          >
            ✕
          </button>
        </li>
      ))}
      {rows.length === 0 && (
        <li class="small">{t("还没有；打勾的会并列比较", "none yet; ticked ones are compared")}</li>
      )}
    </ul>
  );
}
