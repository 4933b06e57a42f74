import { t } from "../../lang";
import { mu, num } from "../../numbers";
import { type Part, StackedBar } from "../../parts/bars";
import { Panel } from "../../parts/panel";
import { href } from "../../routes";
import { bucketColour, bucketName, type Dashboard, inOrder, total } from "./data";

interface Row {
  bucket: string;
  count: number;
  mu: string;
  value: number;
}

/** Every parcel and every firm in one bucket, in counts and mu. */
export function Reconciliation({ found }: { found: Dashboard }) {
  const parcels = inOrder(found.parcels, "parcel");
  const firms = inOrder(found.enterprises, "enterprise");
  const patches = total(found.patches, (r) => r.count);
  return (
    <div class="grid">
      <Panel id="by-land" title={t("以地找企：每宗地归一类", "Land to firms: every parcel once")}>
        <Buckets
          of="parcel"
          rows={parcels.map((r) => ({
            bucket: r.bucket,
            count: r.count,
            mu: mu(r.area_m2),
            value: r.area_m2,
          }))}
          sum={mu(total(parcels, (r) => r.area_m2))}
        />
        {patches > 0 && (
          <p class="small">
            {t("另有无证图斑 {n} 块、{m} 亩", "and {n} patches without parcel, {m} mu", {
              n: num(patches),
              m: mu(total(found.patches, (r) => r.area_m2)),
            })}{" "}
            <a href={href("/lists", { table: "parcels", kind: "patch" })}>{t("清单", "list")}</a>
          </p>
        )}
      </Panel>
      <Panel id="by-firm" title={t("以企找地：每家企业归一类", "Firms to land: every firm once")}>
        <Buckets
          of="enterprise"
          rows={firms.map((r) => ({
            bucket: r.bucket,
            count: r.count,
            mu: num(r.mu, 2),
            value: r.count,
          }))}
          sum={num(
            total(firms, (r) => r.mu),
            2,
          )}
        />
      </Panel>
    </div>
  );
}

function Buckets(given: { of: "parcel" | "enterprise"; rows: readonly Row[]; sum: string }) {
  const { of, rows } = given;
  const table = of === "parcel" ? "parcels" : "enterprises";
  const kind = of === "parcel" ? "parcel" : undefined;
  const bars: Part[] = rows.map((r) => ({
    name: bucketName(of, r.bucket),
    value: r.value,
    colour: bucketColour(r.bucket),
  }));
  const unit = of === "parcel" ? t("宗数", "Parcels") : t("家数", "Firms");
  const title = of === "parcel" ? t("宗地清点（亩）", "Parcels, mu") : t("企业清点", "Firms");
  return (
    <>
      <StackedBar parts={bars} label={title} told={num} bare />
      <table class="plain">
        <caption class="hidden">{title}</caption>
        <thead>
          <tr>
            <th scope="col">{t("归类", "Bucket")}</th>
            <th scope="col" class="number">
              {unit}
            </th>
            <th scope="col" class="number">
              {of === "parcel"
                ? t("登记（亩）", "Registered, mu")
                : t("占用（亩）", "Occupied, mu")}
            </th>
            <th scope="col">
              <span class="hidden">{t("去哪里看", "Where to see")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((r) => (
            <tr key={r.bucket}>
              <th scope="row">
                <span class="key">
                  <i style={{ backgroundColor: bucketColour(r.bucket) }} aria-hidden="true" />
                  <a href={href("/lists", { table, bucket: r.bucket, kind })}>
                    {bucketName(of, r.bucket)}
                  </a>
                </span>
              </th>
              <td class="number">{num(r.count)}</td>
              <td class="number">{r.mu}</td>
              <td>
                <a
                  href={href("/map", { bucket: r.bucket, of })}
                  aria-label={t("{b}在地图上", "{b} on the map", { b: bucketName(of, r.bucket) })}
                >
                  {t("地图", "map")}
                </a>
              </td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{t("合计", "In all")}</th>
            <td class="number">{num(total(rows, (r) => r.count))}</td>
            <td class="number">{given.sum}</td>
            <td />
          </tr>
        </tfoot>
      </table>
    </>
  );
}
