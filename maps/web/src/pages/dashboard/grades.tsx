import { useState } from "preact/hooks";
import { api, data, type Schema } from "../../api/client";
import { useLoaded } from "../../api/use";
import { editions } from "../../edition";
import { t } from "../../lang";
import { mu, num } from "../../numbers";
import { type Part, StackedBar } from "../../parts/bars";
import { Matrix } from "../../parts/matrix";
import { Shown } from "../../parts/page";
import { Panel } from "../../parts/panel";
import { href } from "../../routes";
import { type Dashboard, gradeColour, gradeName, GRADES, matrix } from "./data";

/** Grades of parcels and firms, and who changed class since another edition. */
export function Grades({ found }: { found: Dashboard }) {
  const firms = GRADES.map((g) => found.enterprise_grades.find((r) => r.grade === g));
  const land = GRADES.map((g) => found.parcel_grades.find((r) => r.grade === g));
  const part = (g: string, value: number, table: string, filter: string): Part => ({
    name: gradeName(g),
    value,
    colour: gradeColour(g),
    ...(g ? { href: href("/lists", { table, [filter]: g }) } : {}),
  });
  return (
    <Panel
      id="grades"
      title={t(
        "等级分布（有用地的企业、已对应的宗地）",
        "Grades of firms with land and of matched parcels",
      )}
    >
      <div class="grid">
        <div>
          <Bar
            label={t("企业（家）", "Firms")}
            parts={GRADES.map((g, n) => part(g, firms[n]?.count ?? 0, "enterprises", "grade"))}
            told={num}
          />
          <Bar
            label={t("企业占用（亩）", "Land of firms, mu")}
            parts={GRADES.map((g, n) => part(g, firms[n]?.mu ?? 0, "enterprises", "grade"))}
            told={(v) => num(v, 1)}
          />
          <Bar
            label={t("宗地（宗）", "Parcels")}
            parts={GRADES.map((g, n) => part(g, land[n]?.count ?? 0, "parcels", "parcel_grade"))}
            told={num}
          />
          <Bar
            label={t("宗地（亩）", "Parcels, mu")}
            parts={GRADES.map((g, n) => part(g, land[n]?.area_m2 ?? 0, "parcels", "parcel_grade"))}
            told={mu}
          />
        </div>
        <Transition edition={found.edition} />
      </div>
    </Panel>
  );
}

function Bar(given: { label: string; parts: readonly Part[]; told: (v: number) => string }) {
  return (
    <div>
      <h3>{given.label}</h3>
      <StackedBar {...given} />
    </div>
  );
}

function Transition({ edition }: { edition: number }) {
  const others = (editions.value ?? []).filter((e) => e.number !== edition);
  const [chosen, setChosen] = useState<number | undefined>(undefined);
  const before = others.some((e) => e.number === chosen) ? chosen : others[0]?.number;
  if (before === undefined) {
    return (
      <p class="empty">
        {t("只有一个发布，没有可比的等级转移", "There is one edition: nothing to compare with yet")}
      </p>
    );
  }
  return (
    <div>
      <label>
        {t("与哪一号发布比", "Compared with edition")}{" "}
        <select value={before} onChange={(e) => setChosen(Number(e.currentTarget.value))}>
          {others.map((e) => (
            <option key={e.number} value={e.number}>
              {t("{y} 年 · 第 {n} 号", "{y} · no. {n}", { y: e.year, n: e.number })}
            </option>
          ))}
        </select>
      </label>
      <Moves before={before} after={edition} />
    </div>
  );
}

function Moves({ before, after }: { before: number; after: number }) {
  const loaded = useLoaded<Schema["Moved"]>(
    () => data(api.GET("/v1/dashboard/transition", { params: { query: { before, after } } })),
    [before, after],
  );
  return (
    <Shown of={loaded}>
      {(moved) => (
        <>
          <Matrix title={t("企业（家）", "Firms")} {...matrix(moved.enterprises)} />
          <Matrix title={t("地块（块）", "Plots")} {...matrix(moved.parcels)} />
        </>
      )}
    </Shown>
  );
}
