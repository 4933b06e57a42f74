import { word } from "../legend";
import { t } from "../lang";
import { num } from "../numbers";
import type { ParcelCard } from "./types";

/** Rules of low-efficiency land that the parcel meets: measured, threshold, basis, way out. */
export function LowEfficiency(given: { rows: ParcelCard["low_efficiency"] }) {
  if (given.rows.length === 0) return null;
  return (
    <section class="panel">
      <h2>{t("低效用地提示", "Low-efficiency hints")}</h2>
      <ul class="plain">
        {given.rows.map((r) => (
          <li key={r.rule}>
            <b>{word("rule", r.rule ?? "")}</b>{" "}
            {t("实测 {m}，界限 {t}", "measured {m}, threshold {t}", {
              m: num(r.measured, 3),
              t: num(r.threshold, 3),
            })}{" "}
            {word("unit", r.unit ?? "")}
            <br />
            <span>{r.basis}</span>
            <br />
            <span class="tag">{t("出路", "Way out")}</span> {r.path}
          </li>
        ))}
      </ul>
    </section>
  );
}
