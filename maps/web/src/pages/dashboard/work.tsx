import { api, data, type Schema } from "../../api/client";
import { useLoaded } from "../../api/use";
import { Programme } from "../../cards/programme";
import { t } from "../../lang";
import { word } from "../../legend";
import { num, percent } from "../../numbers";
import { Shown } from "../../parts/page";
import { Table } from "../../parts/table";
import { Panel } from "../../parts/panel";
import { href } from "../../routes";
import { type Dashboard, SEVERITIES } from "./data";

/** Findings by rule and severity, and the gravest stories. */
export function Findings({ found }: { found: Dashboard }) {
  const rules = [...new Set(found.findings.map((r) => r.rule))];
  const count = (rule: string, severity: string): number =>
    found.findings.find((r) => r.rule === rule && r.severity === severity)?.count ?? 0;
  const rows = rules
    .map((rule) => ({ rule, counts: SEVERITIES.map((s) => count(rule, s)) }))
    .sort((a, b) => (b.counts[0] ?? 0) - (a.counts[0] ?? 0) || sum(b.counts) - sum(a.counts));
  const stories = useLoaded<Schema["Stories"]>(
    () =>
      data(
        api.GET("/v1/stories", {
          params: { query: { edition: found.edition, limit: 8, state: "open" } },
        }),
      ),
    [found.edition],
  );
  return (
    <div class="grid">
      <Panel id="findings" title={t("互校疑点", "Findings of the cross-check")}>
        <Table
          caption={t("各规则的疑点数", "Findings by rule")}
          captionHidden
          rows={rows}
          id={(r) => r.rule}
          columns={[
            {
              head: t("规则", "Rule"),
              cell: (r) => <a href={href("/findings", { rule: r.rule })}>{word("rule", r.rule)}</a>,
            },
            ...SEVERITIES.map((s, n) => ({
              head: word("severity", s),
              number: true,
              cell: (r: { rule: string; counts: number[] }) =>
                r.counts[n] ? (
                  <a href={href("/findings", { rule: r.rule, severity: s })}>{num(r.counts[n])}</a>
                ) : (
                  "·"
                ),
            })),
          ]}
        />
      </Panel>
      <Panel id="stories" title={t("最要紧的事项", "The gravest stories")}>
        <Shown of={stories}>
          {(s) => (
            <>
              <ol class="stories">
                {s.stories.map((one) => (
                  <li key={one.story_id}>
                    <a href={href("/findings", { story: one.story_id })}>{one.headline}</a>
                  </li>
                ))}
              </ol>
              <p>
                <a href={href("/findings")}>
                  {t("全部 {n} 件事项", "All {n} stories", { n: num(s.total) })}
                </a>
              </p>
            </>
          )}
        </Shown>
      </Panel>
    </div>
  );
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** Low-efficiency land by rule, and the programme against its target. */
export function LowEfficiency({ found }: { found: Dashboard }) {
  const rows = [...found.low_rules].sort((a, b) => b.mu - a.mu);
  return (
    <div class="grid">
      <Panel id="low" title={t("低效用地提示", "Low-efficiency prompts")}>
        <Table
          caption={t("各规则提示的宗地", "Plots by rule")}
          captionHidden
          rows={rows}
          id={(r) => r.rule}
          columns={[
            {
              head: t("规则", "Rule"),
              cell: (r) => (
                <a href={href("/lists", { table: "low-efficiency", rule: r.rule })}>
                  {word("rule", r.rule)}
                </a>
              ),
            },
            { head: t("宗", "Plots"), number: true, cell: (r) => num(r.plots) },
            { head: t("亩", "mu"), number: true, cell: (r) => num(r.mu, 1) },
          ]}
        />
        <p class="small">
          {t(
            "一宗地可能有几条提示，去重后 {p} 宗 {m} 亩；提示只是线索，不作认定。",
            "A plot may have several prompts; {p} plots, {m} mu in all. A prompt is no verdict.",
            { p: num(found.low_total.plots), m: num(found.low_total.mu, 1) },
          )}
        </p>
      </Panel>
      <div>
        <Programme />
        {found.targets.length > 0 && <Targets found={found} />}
      </div>
    </div>
  );
}

function Targets({ found }: { found: Dashboard }) {
  return (
    <Panel id="targets" title={t("效益目标", "Targets of yield")}>
      <Table
        caption={t("效益目标", "Targets of yield")}
        captionHidden
        rows={found.targets}
        id={(r) => `${r.kind} ${r.id} ${r.cohort} ${r.indicator}`}
        columns={[
          { head: t("区域", "Place"), cell: (r) => r.name || r.id },
          { head: t("评价组", "Cohort"), cell: (r) => r.cohort },
          { head: t("目标", "Target"), number: true, cell: (r) => num(r.target, 1) },
          { head: t("完成率", "Reached"), number: true, cell: (r) => percent(r.target_ratio) },
        ]}
      />
    </Panel>
  );
}
