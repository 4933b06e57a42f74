import type { Schema } from "../../api/client";
import { t } from "../../lang";
import { word } from "../../legend";
import { may } from "../../me";
import { num } from "../../numbers";
import { enterpriseHref, parcelHref } from "../../routes";

export type Finding = Schema["FindingNow"];

/** One matter: its headline, and the findings that tell of it. */
export function Story(given: {
  story: Schema["Story"];
  open: boolean;
  ask: (finding: Finding) => void;
}) {
  const { story } = given;
  const n = story.findings.length;
  return (
    <details class="story panel" open={given.open}>
      <summary>
        <Severity of={story.severity} />
        <span class="headline">{story.headline}</span>
        <span class="small">
          {story.open === 0
            ? t("已全部关闭", "all closed")
            : t("{o} / {n} 条待处理", "{o} of {n} open", { o: story.open, n })}
        </span>
      </summary>
      <ul>
        {story.findings.map((one) => (
          <One key={one.finding_id} finding={one} ask={given.ask} />
        ))}
      </ul>
    </details>
  );
}

function Severity({ of }: { of: string }) {
  return <span class={`severity ${of}`}>{word("severity", of)}</span>;
}

function One({ finding, ask }: { finding: Finding; ask: (finding: Finding) => void }) {
  const closed = finding.state === "closed";
  return (
    <li class={closed ? "finding closed" : "finding"}>
      <p>
        <Severity of={finding.severity} /> <b>{word("rule", finding.rule)}</b>{" "}
        <span class="small">{word("state", finding.state)}</span>
      </p>
      <p>{finding.message}</p>
      <p class="small">
        <Subjects finding={finding} />
        <Measured finding={finding} />
        <Rows finding={finding} />
      </p>
      {finding.reason && (
        <p class="small">
          {t("理由：{r}", "Reason: {r}", { r: finding.reason })} {finding.closed_by}{" "}
          {finding.closed_at.slice(0, 10)}
        </p>
      )}
      {may("review") && (
        <button type="button" onClick={() => ask(finding)}>
          {closed ? t("重开", "Reopen") : t("关闭", "Close")}
        </button>
      )}
    </li>
  );
}

const FIRM = /^[0-9A-Z]{18}$/;
const PARCEL = /^\d{12}[A-Z]{2}[A-Z0-9]{5}$/;

/** What it is about, as ways to the cards. */
function Subjects({ finding }: { finding: Finding }) {
  const codes = [finding.subject_id, ...finding.other_id.split("|")].filter(Boolean);
  return (
    <>
      {word("subject_kind", finding.subject_kind)}{" "}
      {codes.slice(0, 6).map((code, n) => (
        <span key={code}>
          {n > 0 && "、"}
          {link(code)}
        </span>
      ))}
      {codes.length > 6 && t(" 等 {n} 个", " and {n} in all", { n: codes.length })}
    </>
  );
}

function link(code: string) {
  if (PARCEL.test(code)) return <a href={parcelHref(code)}>{code}</a>;
  if (FIRM.test(code)) return <a href={enterpriseHref(code)}>{code}</a>;
  return code;
}

function Measured({ finding }: { finding: Finding }) {
  if (finding.measured === null) return null;
  const unit = word("unit", finding.unit);
  return (
    <>
      {" · "}
      {t("实测 {m} {u}", "measured {m} {u}", { m: num(finding.measured, 2), u: unit })}
      {finding.threshold !== null &&
        t("，阈值 {x}", ", threshold {x}", { x: num(finding.threshold, 2) })}
    </>
  );
}

/** The rows of the sources it was found in. */
function Rows({ finding }: { finding: Finding }) {
  const rows = (finding.rows ?? []) as { table?: string; row?: number; key?: string }[];
  if (rows.length === 0) return null;
  return (
    <>
      {" · "}
      {t("依据", "from")}{" "}
      {rows
        .slice(0, 8)
        .map((r) => t("{t} 第 {r} 行", "{t} row {r}", { t: r.table ?? "", r: r.row ?? "" }))
        .join("、")}
    </>
  );
}
