import { t } from "../../lang";
import { mu, num, percent } from "../../numbers";
import { type Column, Table } from "../../parts/table";
import { Panel } from "../../parts/panel";
import { href } from "../../routes";
import { type Coverage, share } from "./data";

/** How far each town and park is reconciled. */
export function CoverageTables(given: { towns: readonly Coverage[]; parks: readonly Coverage[] }) {
  return (
    <div class="grid">
      <Panel id="towns" title={t("各镇街覆盖率", "Coverage by town")}>
        <Table
          caption={t("各镇街覆盖率", "Coverage by town")}
          captionHidden
          columns={columns(true)}
          rows={given.towns}
          id={(r) => r.code}
        />
        <p class="small">
          {t(
            "按宗地代码前九位（地籍区）分，名称取坐落中最常见的镇街名；覆盖率 = 已对应面积 ÷ 工业用途面积。",
            "By the first nine digits of the parcel code, named after what most locations say; coverage = matched ÷ industrial area.",
          )}
        </p>
      </Panel>
      {given.parks.length > 0 && (
        <Panel id="parks" title={t("各园区覆盖率", "Coverage by park")}>
          <Table
            caption={t("各园区覆盖率", "Coverage by park")}
            captionHidden
            columns={columns(false)}
            rows={given.parks}
            id={(r) => r.code || r.name}
          />
        </Panel>
      )}
    </div>
  );
}

function columns(town: boolean): Column<Coverage>[] {
  return [
    {
      head: town ? t("镇街", "Town") : t("园区", "Park"),
      cell: (r) =>
        town ? (
          <a href={href("/lists", { table: "parcels", q: r.code })}>{r.name || r.code}</a>
        ) : (
          `${r.name} ${r.level}`
        ),
    },
    { head: t("工业宗地", "Industrial"), number: true, cell: (r) => num(r.industrial) },
    { head: t("亩", "mu"), number: true, cell: (r) => mu(r.industrial_m2) },
    { head: t("待复核", "To review"), number: true, cell: (r) => num(r.ambiguous) },
    { head: t("覆盖率", "Coverage"), cell: (r) => <Meter of={r} /> },
  ];
}

function Meter({ of }: { of: Coverage }) {
  const value = share(of.matched_m2, of.industrial_m2);
  return (
    <span class="meter">
      <span class="meter-line" aria-hidden="true">
        <i style={{ width: `${(value ?? 0) * 100}%` }} />
      </span>
      {percent(value)}
    </span>
  );
}
