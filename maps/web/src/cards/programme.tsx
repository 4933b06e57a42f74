import { api, data, type Schema } from "../api/client";
import { useOfEdition } from "../api/edition";
import { t } from "../lang";
import { word } from "../legend";
import { num, percent } from "../numbers";
import { StackedBar } from "../parts/bars";
import { Shown } from "../parts/page";
import { Panel } from "../parts/panel";
import { Table } from "../parts/table";
import { href } from "../routes";

type Told = Schema["Programme"];
type Aim = Told["aims"][number];

const COLOURS: Record<Told["items"][number]["state"], string> = {
  to_check: "#c9ced3",
  checked: "#e69f00",
  refuted: "#8a97a1",
  talking: "#56b4e9",
  agreed: "#0072b2",
  done: "#009e73",
};
const AIMS: Record<Aim["id"], () => string> = {
  mu: () => t("腾出土地（亩）", "land released, mu"),
  area: () => t("整治面积（亩）", "area treated, mu"),
  tax: () => t("税收提升（万元）", "tax uplift, 10⁴ yuan"),
  tce: () => t("腾出能耗（吨标煤）", "energy released, tce"),
};

/** How far the year's remediation is: every listed plot in one state, and what is done of the target. */
export function Programme() {
  const found = useOfEdition((edition) =>
    data(api.GET("/v1/field-checks", { params: { query: { edition } } })),
  );
  return (
    <Panel id="programme" title={t("低效整治进度与目标", "Remediation against its target")}>
      <Shown of={found}>{(told) => <Stages told={told} />}</Shown>
    </Panel>
  );
}

function Stages({ told }: { told: Told }) {
  const whole = (value: number): string => t("{n} 亩", "{n} mu", { n: num(value, 1) });
  const open = told.items.find((s) => s.state === "to_check")?.plots ?? 0;
  const plots = told.items.reduce((sum, s) => sum + s.plots, 0);
  if (plots === 0) return <p class="empty">{t("没有低效用地提示", "No low-efficiency prompts")}</p>;
  return (
    <>
      <StackedBar
        label={t("各阶段的土地", "Land by stage")}
        told={whole}
        parts={told.items.map((s) => ({
          name: word("field_state", s.state),
          value: s.mu,
          colour: COLOURS[s.state],
        }))}
        bare
      />
      <Table
        caption={t("各阶段的宗地", "Plots by stage")}
        captionHidden
        rows={told.items}
        id={(s) => s.state}
        columns={[
          {
            head: t("阶段", "Stage"),
            cell: (s) => (
              <span class="key">
                <i style={{ backgroundColor: COLOURS[s.state] }} aria-hidden="true" />
                {word("field_state", s.state)}
              </span>
            ),
          },
          { head: t("宗", "Plots"), number: true, cell: (s) => num(s.plots) },
          { head: t("亩", "mu"), number: true, cell: (s) => num(s.mu, 1) },
        ]}
      />
      <p class="small">
        {t("已核查 {k} / {n} 宗（{p}）。", "{k} of {n} plots checked ({p}).", {
          k: num(plots - open),
          n: num(plots),
          p: percent((plots - open) / plots),
        })}{" "}
        {t(
          "在宗地卡上记录核查结果，只有“已完成”计入目标。",
          "Checks are recorded on the card of a plot; only what is done counts.",
        )}
      </p>
      <Aims told={told} />
    </>
  );
}

function Aims({ told }: { told: Told }) {
  const aims = told.aims.filter((a) => a.target !== null || a.planned !== null || a.done > 0);
  return (
    <>
      {told.plan_id === null ? (
        <p class="small">
          {t("这个年度还没有保存的计划和目标。", "No plan of this year is saved yet.")}{" "}
          <a href={href("/plan")}>{t("去选片区", "Choose clusters")}</a>
        </p>
      ) : (
        <p>
          {t("计划：", "Plan: ")}
          <a href={href("/plan", { saved: told.plan_id })}>{told.plan}</a>
        </p>
      )}
      {aims.length > 0 && (
        <Table
          caption={t("完成情况对目标", "Done against the target")}
          captionHidden
          rows={aims}
          id={(a) => a.id}
          columns={[
            { head: t("目标", "Aim"), cell: (a) => AIMS[a.id]() },
            { head: t("年度目标", "Target"), number: true, cell: (a) => num(a.target, 1) },
            { head: t("计划", "Planned"), number: true, cell: (a) => num(a.planned, 1) },
            { head: t("已完成", "Done"), number: true, cell: (a) => num(a.done, 1) },
            {
              head: t("完成率", "Reached"),
              number: true,
              cell: (a) => percent(a.target ? a.done / a.target : null),
            },
          ]}
        />
      )}
    </>
  );
}
