import { api, data, type Schema } from "../../api/client";
import { useLoaded } from "../../api/use";
import { t } from "../../lang";
import { word } from "../../legend";
import { may, me } from "../../me";
import { num, percent } from "../../numbers";
import { Shown } from "../../parts/page";
import { Table } from "../../parts/table";
import { Panel } from "../../parts/panel";
import { href } from "../../routes";
import { type Dashboard, share, SEVERITIES } from "./data";

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
      <Panel id="programme" title={t("整治计划对目标", "The programme against its target")}>
        {may("publish") && me.value?.everywhere ? (
          <Programme year={found.year} />
        ) : (
          <p class="empty">{t("由全县的发布人查看", "For publishers of all divisions")}</p>
        )}
        {found.targets.length > 0 && <Targets found={found} />}
      </Panel>
    </div>
  );
}

const AIMS: readonly [string, () => string][] = [
  ["mu", () => t("腾出土地（亩）", "land released, mu")],
  ["area", () => t("整治面积（亩）", "area treated, mu")],
  ["tax", () => t("税收提升（万元）", "tax uplift, 10⁴ yuan")],
  ["tce", () => t("腾出能耗（吨标煤）", "energy released, tce")],
];

function Programme({ year }: { year: number }) {
  const loaded = useLoaded<Schema["Saved"][]>(
    () => data(api.GET("/v1/scenarios", { params: { query: { kind: "plan" } } })),
    [],
  );
  return (
    <Shown of={loaded}>
      {(saved) => {
        const plan = saved.find((one) => one.year === year);
        if (!plan) {
          return (
            <p class="empty">
              {t("这个年度还没有保存的计划。", "No plan of this year is saved yet.")}{" "}
              <a href={href("/plan")}>{t("去选片区", "Choose clusters")}</a>
            </p>
          );
        }
        const targets = plan.body.targets as Record<string, number>;
        const totals = plan.body.totals as Record<string, number>;
        return (
          <>
            <p>
              <a href={href("/plan", { saved: plan.id })}>{plan.name}</a>{" "}
              <span class="small">
                {plan.saved_by} · {t("第 {n} 号发布", "edition {n}", { n: plan.edition })}
              </span>
            </p>
            <dl class="facts">
              {AIMS.filter(([id]) => totals[id] !== undefined).map(([id, name]) => (
                <Aim key={id} name={name()} done={totals[id] ?? 0} target={targets[id]} />
              ))}
            </dl>
          </>
        );
      }}
    </Shown>
  );
}

function Aim(given: { name: string; done: number; target: number | undefined }) {
  const { name, done, target } = given;
  return (
    <>
      <dt>{name}</dt>
      <dd>
        {t("计划 {d}", "planned {d}", { d: num(done, 1) })}
        {target !== undefined &&
          ` / ${t("目标 {t}", "target {t}", { t: num(target, 1) })}（${percent(share(done, target))}）`}
      </dd>
    </>
  );
}

function Targets({ found }: { found: Dashboard }) {
  return (
    <Table
      caption={t("效益目标", "Targets of yield")}
      rows={found.targets}
      id={(r) => `${r.kind} ${r.id} ${r.cohort} ${r.indicator}`}
      columns={[
        { head: t("区域", "Place"), cell: (r) => r.name || r.id },
        { head: t("评价组", "Cohort"), cell: (r) => r.cohort },
        { head: t("目标", "Target"), number: true, cell: (r) => num(r.target, 1) },
        { head: t("完成率", "Reached"), number: true, cell: (r) => percent(r.target_ratio) },
      ]}
    />
  );
}
