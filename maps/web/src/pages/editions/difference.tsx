import { useState } from "preact/hooks";
import { api, data, type Schema } from "../../api/client";
import { csv, save } from "../../api/download";
import { useLoaded } from "../../api/use";
import { t } from "../../lang";
import { legend, label } from "../../legend";
import { num } from "../../numbers";
import { Grade } from "../../parts/grade";
import { Shown } from "../../parts/page";
import { type Column, Table } from "../../parts/table";
import { Tabs } from "../../parts/tabs";
import { enterpriseHref, parcelHref } from "../../routes";
import { transitions } from "./words";

type Diff = Schema["Diff"];
type Kind = "grades" | "areas" | "links";
type Row = Record<string, unknown>;
const MOST = 2000; // rows fetched of each table
const PAGE = 200; // rows drawn at once

const text = (row: Row, name: string): string => {
  const value = row[name];
  return value === null || value === undefined ? "" : String(value);
};
const figure = (row: Row, name: string): number | null =>
  typeof row[name] === "number" ? (row[name] as number) : null;

/** What differs between two editions, every row with its cause. */
export function Difference(given: { before: number; after: number }) {
  const { before, after } = given;
  const diff = useLoaded(
    () =>
      data(
        api.GET("/v1/editions/{before}/diff/{after}", {
          params: { path: { before, after }, query: { limit: MOST } },
        }),
      ),
    [before, after],
  );
  return <Shown of={diff}>{(found) => <Told diff={found} />}</Shown>;
}

function Told(given: { diff: Diff }) {
  const { diff } = given;
  const [kind, setKind] = useState<Kind>("grades");
  const [part, setPart] = useState("");
  const [most, setMost] = useState(PAGE);
  const rows = (diff[kind] as Row[]).filter((row) =>
    Object.values(row).some((v) => typeof v === "string" && v.includes(part)),
  );
  const total = (one: Kind): string => num(diff.total[one] ?? 0);
  return (
    <>
      <div class="filters">
        <Tabs
          label={t("比较哪一项", "What to compare")}
          value={kind}
          choose={(one) => {
            setKind(one);
            setMost(PAGE);
          }}
          choices={[
            ["grades", `${t("等级", "Grades")} ${total("grades")}`],
            ["areas", `${t("面积", "Areas")} ${total("areas")}`],
            ["links", `${t("对应", "Links")} ${total("links")}`],
          ]}
        />
        <label>
          <span>{t("代码、名称或原因", "Code, name or cause")}</span>
          <input value={part} onInput={(e) => setPart(e.currentTarget.value.trim())} />
        </label>
        <button
          type="button"
          disabled={rows.length === 0}
          onClick={() => save(csv(rows), `${kind}-${diff.before}-${diff.after}.csv`)}
        >
          {t("下载 CSV", "Download CSV")}
        </button>
      </div>
      {kind === "grades" && <Moves rows={diff.grades as Row[]} />}
      <Table
        caption={t("第 {b} 号 → 第 {a} 号：{n} 行", "No. {b} → no. {a}: {n} rows", {
          b: diff.before,
          a: diff.after,
          n: num(rows.length),
        })}
        rows={rows.slice(0, most)}
        id={(row) => `${text(row, "parcel_code")} ${text(row, "uscc")} ${text(row, "change")}`}
        columns={COLUMNS[kind]()}
        empty={t("没有不同", "No difference")}
      />
      {rows.length > most && (
        <button type="button" onClick={() => setMost(most + PAGE)}>
          {t("再列 {n} 行", "{n} more rows", { n: Math.min(PAGE, rows.length - most) })}
        </button>
      )}
      {(diff.total[kind] ?? 0) > MOST && (
        <p class="small">{t("只取前 {n} 行", "The first {n} rows", { n: num(MOST) })}</p>
      )}
    </>
  );
}

/** Who moved from which grade to which. */
function Moves(given: { rows: readonly Row[] }) {
  const { grades, count } = transitions(given.rows);
  if (grades.length === 0) return null;
  const name = (grade: string): string => label(legend.grades[grade], grade);
  return (
    <div class="moves">
      <table>
        <caption>
          {t("等级变动（行：原等级，列：现等级）", "Moves (row: before, column: after)")}
        </caption>
        <thead>
          <tr>
            <th scope="col">{t("原 → 现", "before → after")}</th>
            {grades.map((g) => (
              <th key={g} scope="col" title={name(g)}>
                <Grade grade={g} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {grades.map((b) => (
            <tr key={b}>
              <th scope="row" title={name(b)}>
                <Grade grade={b} />
              </th>
              {grades.map((a) => (
                <td key={a} class="number">
                  {count(b, a) || "·"}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const firm: Column<Row> = {
  head: t("企业", "Enterprise"),
  cell: (row) => (
    <a class="mono" href={enterpriseHref(text(row, "uscc"))}>
      {text(row, "uscc")}
    </a>
  ),
};
const cause = (): Column<Row> => ({ head: t("原因", "Cause"), cell: (row) => text(row, "cause") });

const COLUMNS: Record<Kind, () => Column<Row>[]> = {
  grades: () => [
    { ...firm, head: t("企业", "Enterprise") },
    { head: t("名称", "Name"), cell: (row) => text(row, "name") },
    {
      head: t("等级", "Grade"),
      cell: (row) => (
        <span class="nowrap">
          <Grade grade={text(row, "before")} /> → <Grade grade={text(row, "after")} />
        </span>
      ),
    },
    {
      head: t("得分", "Score"),
      number: true,
      cell: (row) =>
        `${num(figure(row, "score_before"), 2)} → ${num(figure(row, "score_after"), 2)}`,
    },
    cause(),
  ],
  areas: () => [
    { ...firm, head: t("企业", "Enterprise") },
    {
      head: t("原（㎡）", "Before, m²"),
      number: true,
      cell: (row) => num(figure(row, "before_m2"), 2),
    },
    {
      head: t("现（㎡）", "After, m²"),
      number: true,
      cell: (row) => num(figure(row, "after_m2"), 2),
    },
    {
      head: t("变化（㎡）", "Change, m²"),
      number: true,
      cell: (row) => num(figure(row, "change_m2"), 2),
    },
    cause(),
  ],
  links: () => [
    {
      head: t("宗地", "Parcel"),
      cell: (row) => (
        <a class="mono" href={parcelHref(text(row, "parcel_code"))}>
          {text(row, "parcel_code")}
        </a>
      ),
    },
    { ...firm, head: t("企业", "Enterprise") },
    { head: t("变化", "Change"), cell: (row) => changeWord(text(row, "change")) },
    { head: t("内容", "What"), cell: (row) => text(row, "what") },
    cause(),
  ],
};

function changeWord(change: string): string {
  const words: Record<string, string> = {
    new: t("新增", "new"),
    lost: t("消失", "lost"),
    changed: t("变化", "changed"),
  };
  return words[change] ?? change;
}
