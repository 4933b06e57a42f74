import { useState } from "preact/hooks";
import { api, data, headers, problemOf } from "../../api/client";
import { FORMS, save } from "../../api/download";
import { asProblem } from "../../api/use";
import { t } from "../../lang";
import { say } from "../../parts/toast";
import { AIMS, type Totals } from "./totals";

/** Chosen clusters as files, on paper, or kept under a name. */
export function Exports(given: {
  edition: number;
  chosen: readonly string[];
  targets: Record<string, number>;
  totals: Totals;
  canSave: boolean;
}) {
  const { edition, chosen } = given;
  const [name, setName] = useState("");
  const none = chosen.length === 0;
  const doing = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (e) {
      say(asProblem(e).message, true);
    }
  };
  const file = (form: "plan" | "field_check", kind: "xlsx" | "geojson"): Promise<void> =>
    doing(async () => {
      const answer = await fetch("/v1/plan/exports", {
        method: "POST",
        headers: { ...headers(), Accept: FORMS[kind], "Content-Type": "application/json" },
        body: JSON.stringify({ edition, clusters: chosen, form }),
      });
      if (!answer.ok) throw problemOf(answer.status, await answer.json());
      save(await answer.blob(), `${form}-${edition}.${kind}`);
    });
  const keep = (): Promise<void> =>
    doing(async () => {
      const totals = Object.fromEntries(AIMS.map((aim) => [aim, given.totals[aim]]));
      const plan = { targets: given.targets, clusters: [...chosen], totals };
      await data(api.POST("/v1/scenarios", { body: { name: name.trim(), edition, plan } }));
      say(t("已保存，总览会对照目标", "Saved; the overview shows it against the target"));
      setName("");
    });
  return (
    <section class="panel" aria-labelledby="exports">
      <h2 id="exports">{t("导出与核查", "Export and field check")}</h2>
      <div class="actions">
        <button type="button" disabled={none} onClick={() => void file("plan", "xlsx")}>
          {t("计划 XLSX", "Plan XLSX")}
        </button>
        <button type="button" disabled={none} onClick={() => void file("plan", "geojson")}>
          {t("图形 GeoJSON", "Shapes GeoJSON")}
        </button>
        <button type="button" disabled={none} onClick={() => void file("field_check", "xlsx")}>
          {t("核查表 XLSX（可读回）", "Field-check form XLSX")}
        </button>
        <button type="button" disabled={none} onClick={() => print()}>
          {t("打印核查表", "Print field-check sheets")}
        </button>
      </div>
      {given.canSave && (
        <form
          class="keep"
          onSubmit={(e) => {
            e.preventDefault();
            void keep();
          }}
        >
          <label>
            <span class="hidden">{t("计划名称", "Name of the plan")}</span>
            <input
              type="search"
              required
              maxLength={60}
              placeholder={t("给这份计划起个名", "name this plan")}
              value={name}
              onInput={(e) => setName(e.currentTarget.value)}
            />
          </label>
          <button type="submit" disabled={none || !name.trim()}>
            {t("保存计划", "Save the plan")}
          </button>
        </form>
      )}
    </section>
  );
}
