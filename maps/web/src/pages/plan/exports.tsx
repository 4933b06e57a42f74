import { api, data, headers, problemOf } from "../../api/client";
import { FORMS, save } from "../../api/download";
import { asProblem } from "../../api/use";
import { t } from "../../lang";
import { Keep } from "../../parts/keep";
import { say } from "../../parts/toast";
import { AIMS, type Totals } from "./totals";

/** Chosen clusters as files, on paper, or kept under a name. */
export function Exports(given: {
  edition: number;
  chosen: readonly string[];
  targets: Record<string, number>;
  totals: Totals;
  canSave: boolean;
  canExport: boolean;
}) {
  const { edition, chosen } = given;
  const none = chosen.length === 0;
  const doing = async (work: () => Promise<void>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (e) {
      say(asProblem(e).message, true);
      return false;
    }
  };
  const file = (form: "plan" | "field_check", kind: "xlsx" | "geojson"): Promise<boolean> =>
    doing(async () => {
      const answer = await fetch("/v1/plan/exports", {
        method: "POST",
        headers: { ...headers(), Accept: FORMS[kind], "Content-Type": "application/json" },
        body: JSON.stringify({ edition, clusters: chosen, form }),
      });
      if (!answer.ok) throw problemOf(answer.status, await answer.json());
      save(await answer.blob(), `${form}-${edition}.${kind}`);
    });
  const keep = (name: string): Promise<boolean> =>
    doing(async () => {
      const totals = Object.fromEntries(AIMS.map((aim) => [aim, given.totals[aim]]));
      const plan = { targets: given.targets, clusters: [...chosen], totals };
      await data(api.POST("/v1/scenarios", { body: { name, edition, plan } }));
      say(t("已保存，总览会对照目标", "Saved; the overview shows it against the target"));
    });
  return (
    <section class="panel" aria-labelledby="exports">
      <h2 id="exports">{t("导出与核查", "Export and field check")}</h2>
      <div class="actions">
        {given.canExport && (
          <>
            <button type="button" disabled={none} onClick={() => void file("plan", "xlsx")}>
              {t("计划 XLSX", "Plan XLSX")}
            </button>
            <button type="button" disabled={none} onClick={() => void file("plan", "geojson")}>
              {t("图形 GeoJSON", "Shapes GeoJSON")}
            </button>
            <button type="button" disabled={none} onClick={() => void file("field_check", "xlsx")}>
              {t("核查表 XLSX（可读回）", "Field-check form XLSX")}
            </button>
          </>
        )}
        <button type="button" disabled={none} onClick={() => print()}>
          {t("打印核查表", "Print field-check sheets")}
        </button>
      </div>
      {given.canSave && (
        <Keep
          label={t("计划名称", "Name of the plan")}
          hint={t("给这份计划起个名", "name this plan")}
          button={t("保存计划", "Save the plan")}
          ready={!none}
          keep={keep}
        />
      )}
    </section>
  );
}
