import { useState } from "preact/hooks";
import { t } from "../../lang";
import { num } from "../../numbers";
import { csv, save } from "../../api/download";
import { Grade } from "../../parts/grade";
import { Matrix } from "../../parts/matrix";
import { Table } from "../../parts/table";
import { enterpriseHref } from "../../routes";
import { ChangedLand } from "./changed";
import type { Changed } from "./changes";
import type { Simulated } from "./rules";

const CLASSES = ["A", "B", "C", "D", ""];
type By = "enterprises" | "area_mu" | "tax_wan_yuan";
type Row = Simulated["comparison"][number];
type Mover = Simulated["movers"][number];

/** What the rules give: the sums, the matrix, who moves, and saved scenarios beside. */
export function Outcome({ found }: { found: Simulated }) {
  const [by, setBy] = useState<By>("enterprises");
  const [at, setAt] = useState<Changed["at"] | null>(null);
  const now = found.comparison[1];
  const rows = found.matrix[by] ?? [];
  return (
    <>
      {now && <Sums row={now} />}
      <section class="panel" aria-labelledby="matrix">
        <div class="page-head">
          <h2 id="matrix">{t("等级转移", "Who goes where")}</h2>
          <label>
            {t("按", "by")}{" "}
            <select value={by} onChange={(e) => setBy(e.currentTarget.value as By)}>
              <option value="enterprises">{t("企业（家）", "firms")}</option>
              <option value="area_mu">{t("用地（亩）", "land, mu")}</option>
              <option value="tax_wan_yuan">{t("税收（万元）", "tax, 10⁴ yuan")}</option>
            </select>
          </label>
        </div>
        <Matrix
          title={t("行是现行等级，列是试算等级", "rows: grade in force; columns: simulated")}
          heads={CLASSES}
          rows={CLASSES.map((head, n) => ({ head, cells: rows[n] ?? [] }))}
          told={(v) => num(v, by === "enterprises" ? 0 : 1)}
        />
      </section>
      <ChangedLand found={found} at={at} />
      <Beside rows={found.comparison} />
      <Movers found={found} show={setAt} />
    </>
  );
}

function Sums({ row }: { row: Row }) {
  const signed = (v: number): string => (v > 0 ? "+" : "") + num(v, 1);
  const told: [string, string][] = [
    [t("↑ 升档", "↑ up"), t("{n} 家", "{n}", { n: num(row.up) })],
    [t("↓ 降档", "↓ down"), t("{n} 家", "{n}", { n: num(row.down) })],
    [t("进入 / 退出", "in / out"), `${num(row.into)} / ${num(row.out)}`],
    [t("涉及用地", "land moved"), t("{n} 亩", "{n} mu", { n: num(row.moved_mu, 1) })],
    [
      t("涉及税收", "tax moved"),
      t("{n} 万元", "{n} ×10⁴ yuan", { n: num(row.moved_tax_wan_yuan, 1) }),
    ],
    [
      t("减免变化", "relief"),
      t("{n} 万元", "{n} ×10⁴ yuan", { n: signed(row.relief_change_wan_yuan) }),
    ],
  ];
  return (
    <dl class="sums">
      {told.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The rules in force, the sliders, and the saved scenarios chosen, line by line. */
function Beside({ rows }: { rows: readonly Row[] }) {
  const name = (row: Row, n: number): string =>
    n === 0 ? t("现行规则", "in force") : n === 1 ? t("当前滑块", "the sliders") : row.title;
  return (
    <section class="panel" aria-labelledby="beside">
      <h2 id="beside">{t("与现行发布比较", "Beside the edition")}</h2>
      <Table
        caption={t("各情景的结果", "Scenarios")}
        captionHidden
        rows={rows.map((row, n) => ({ row, name: name(row, n), n }))}
        id={(r) => r.n}
        columns={[
          { head: t("情景", "Scenario"), cell: (r) => r.name },
          ...(["A", "B", "C", "D"] as const).map((g, n) => ({
            head: t("{g} 类 家（亩）", "{g} firms (mu)", { g }),
            number: true,
            cell: (r: { row: Row }) => `${num(r.row[g])}（${num(r.row.mu[n])}）`,
          })),
          { head: t("升", "Up"), number: true, cell: (r) => num(r.row.up) },
          { head: t("降", "Down"), number: true, cell: (r) => num(r.row.down) },
          {
            head: t("减免（万元）", "Relief, 10⁴ yuan"),
            number: true,
            cell: (r) => num(r.row.relief_wan_yuan, 1),
          },
        ]}
      />
    </section>
  );
}

function Movers(given: { found: Simulated; show: (at: Changed["at"]) => void }) {
  const { found } = given;
  const shown = found.movers;
  // The map has the plots of the largest firms; the first of each firm.
  const place = new Map([...found.plots].reverse().map((p) => [p.uscc, p.at]));
  const show = (at: Changed["at"]): void => {
    given.show([...at]); // a new one each time: the map may have been moved away
    document.getElementById("changed-land")?.scrollIntoView({ block: "start" });
  };
  return (
    <section class="panel" aria-labelledby="movers">
      <div class="page-head">
        <h2 id="movers">
          {t("等级变化的企业（{n} 家）", "Firms whose grade changes ({n})", {
            n: num(found.total),
          })}
        </h2>
        <button type="button" disabled={shown.length === 0} onClick={() => keep(shown)}>
          {t("导出 CSV", "Save CSV")}
        </button>
      </div>
      <Table
        caption={t("等级变化的企业", "Firms whose grade changes")}
        captionHidden
        rows={shown}
        id={(r) => r.uscc}
        empty={t("没有企业的等级变化", "No grade changes")}
        columns={[
          {
            head: t("企业", "Firm"),
            cell: (r) => <a href={enterpriseHref(r.uscc)}>{r.name || r.uscc}</a>,
          },
          {
            head: t("等级", "Grade"),
            cell: (r) => (
              <>
                <Grade grade={r.before} /> → <Grade grade={r.after} />
              </>
            ),
          },
          {
            head: t("地图", "Map"),
            cell: (r) => {
              const at = place.get(r.uscc);
              return at ? (
                <button
                  type="button"
                  class="quiet"
                  aria-label={t("在地图上看 {n}", "Show {n} on the map", { n: r.name || r.uscc })}
                  onClick={() => show(at)}
                >
                  {t("定位", "Show")}
                </button>
              ) : null;
            },
          },
          { head: t("现得分", "Score"), number: true, cell: (r) => num(r.score_before, 2) },
          { head: t("试算得分", "Then"), number: true, cell: (r) => num(r.score_after, 2) },
          { head: t("用地（亩）", "mu"), number: true, cell: (r) => num(r.area_mu, 2) },
          {
            head: t("税收（万元）", "Tax, 10⁴ yuan"),
            number: true,
            cell: (r) => num(r.tax_wan_yuan, 2),
          },
        ]}
      />
      {found.total > shown.length && (
        <p class="small">
          {t("按用地从大到小列前 {n} 家", "the {n} with most land", { n: shown.length })}
        </p>
      )}
    </section>
  );
}

function keep(movers: readonly Mover[]): void {
  const rows = movers.map((m) => ({
    信用代码: m.uscc,
    企业名称: m.name,
    现等级: m.before,
    试算等级: m.after,
    现得分: m.score_before,
    试算得分: m.score_after,
    亩: m.area_mu,
    税收万元: m.tax_wan_yuan,
  }));
  save(csv(rows), "movers.csv");
}
