import { Chip } from "../parts/grade";
import { legend, word } from "../legend";
import { t } from "../lang";
import { href } from "../routes";
import { SourceLink } from "./sources";
import type { Finding, Source } from "./types";

const COLOUR: Record<string, string> = { high: "#b2182b", medium: "#b35806", low: "#52606b" };

/** Open doubts of the cross-check about this thing, gravest first. */
export function Findings(given: { rows: readonly Finding[]; sources: readonly Source[] }) {
  const order = ["high", "medium", "low"];
  const rows = [...given.rows].sort(
    (a, b) => order.indexOf(a.severity ?? "") - order.indexOf(b.severity ?? ""),
  );
  return (
    <section class="panel">
      <h2>{t("疑点（{n}）", "Findings ({n})", { n: rows.length })}</h2>
      {rows.length === 0 && <p class="small">{t("没有疑点", "None")}</p>}
      <ul class="plain">
        {rows.map((f) => (
          <One key={f.finding_id} finding={f} sources={given.sources} />
        ))}
      </ul>
    </section>
  );
}

function One(given: { finding: Finding; sources: readonly Source[] }) {
  const { finding } = given;
  const severity = finding.severity ?? "low";
  const entry = {
    ...(legend.words.severity?.[severity] ?? { label: severity, en: severity }),
    colour: COLOUR[severity] ?? "#52606b",
    text: "#fff",
  };
  return (
    <li>
      <Chip entry={entry} text={word("severity", severity)} />{" "}
      <a href={href("/findings", { story: finding.story_id })}>
        <b>{word("rule", finding.rule)}</b>
      </a>{" "}
      {finding.state !== "open" && `（${word("state", finding.state)}）`}
      <br />
      {finding.message}
      <span class="small"> {pointers(finding.rows ?? "", given.sources)}</span>
    </li>
  );
}

const KINDS: Record<string, string> = {
  parcels: "parcel",
  enterprises: "enterprise",
  leases: "lease",
  supply: "supply",
  buildings: "building",
  patches: "patch",
};

/** Links to the rows a finding names, with the titles of their tables. */
function pointers(rows: string, sources: readonly Source[]) {
  const told = JSON.parse(rows || "[]") as { table: string; row: number }[];
  return told.map(({ table, row }, i) => {
    const here = sources.find((s) => s.table === table)?.title;
    return [
      i > 0 ? "、" : "",
      <SourceLink
        key={`${table} ${row}`}
        table={table}
        row={row}
        name={here ?? word("subject_kind", KINDS[table] ?? table)}
      />,
    ];
  });
}
