import { t } from "../../lang";
import { basemaps, chosenBase } from "./basemap";
import { base } from "./state";

/** Which ground map lies below, with its approval number. */
export function Ground() {
  if (basemaps.value.length === 0) return null;
  return (
    <fieldset class="map-ground">
      <legend>{t("底图", "Ground map")}</legend>
      <label>
        <span class="hidden">{t("底图", "Ground map")}</span>
        <select value={base.value} onChange={(e) => (base.value = e.currentTarget.value)}>
          <option value="">{t("无", "none")}</option>
          {basemaps.value.map((b) => (
            <option key={b.id} value={b.id}>
              {b.title}
            </option>
          ))}
        </select>
      </label>
      <p class="small">{approvalLine()}</p>
    </fieldset>
  );
}

/** The approval number of the ground map that is shown, which has to stand on the map. */
export function approvalLine(): string {
  const chosen = chosenBase();
  if (!chosen) return "";
  const number = chosen.approval ? `${t("审图号", "Approval no.")}：${chosen.approval}` : "";
  return [chosen.attribution, number].filter(Boolean).join(" ");
}
