"""`geomujun plan` and `geomujun progress`: which land to treat, and how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from geomujun.cli import run_folder
from geomujun.cli.options import Json, Out, Result
from geomujun.errors import UsageError
from geomujun.export.sheets_check import check_rows, write_page
from geomujun.export.sheets_forms import CHECK, write_form
from geomujun.export.sheets_run import RunFolder, open_run
from geomujun.export.sheets_tables import rule_words, write_book, write_csv
from geomujun.lang import t
from geomujun.pipeline.jsonl import read_log
from geomujun.planning import plan as planning
from geomujun.planning import progress as tracking
from geomujun.planning.select import UNIT
from geomujun.policy import measures_paths
from geomujun.policy.measures_paths import Remedies

FiguresCase = Annotated[
    Path | None,
    typer.Option(
        "--case", help="案卷，补充能耗、租约等 · the case, for figures and leases", metavar="CASE"
    ),
]
Mu = Annotated[float | None, typer.Option("--target-mu", help="腾出土地（亩） · land released, mu")]
Area = Annotated[
    float | None, typer.Option("--target-area", help="整治面积（亩） · area treated, mu")
]
Tax = Annotated[float | None, typer.Option("--target-tax", help="税收提升（万元） · tax uplift")]
Tce = Annotated[
    float | None, typer.Option("--target-tce", help="腾出能耗（吨标煤） · energy released")
]
Budget = Annotated[float | None, typer.Option("--budget", help="预算（万元） · budget, wan yuan")]
Costs = Annotated[
    Path | None,
    typer.Option("--costs", help="各路径单价和来源 YAML · costs a mu, with source", metavar="FILE"),
]
Owners = Annotated[
    int | None,
    typer.Option("--max-owners", min=0, help="最多谈多少业主 · owners to talk to at most"),
]
Goal = Annotated[str, typer.Option("--goal", help=" | ".join(planning.GOALS), metavar="GOAL")]
Alternatives = Annotated[
    int,
    typer.Option("--alternatives", min=0, max=20, help="次优方案个数 · next best selections"),
]
Differ = Annotated[
    int, typer.Option("--differ", min=1, help="次优方案至少差几个片区 · clusters they differ in")
]
RoadWidth = Annotated[
    float | None,
    typer.Option("--road-width", min=0, max=500, help="跨多宽的路仍算成片（米） · road width, m"),
]
Rules = Annotated[
    str, typer.Option("--rules", help="只看这些规则 · only these rules", metavar="A,B")
]
Include = Annotated[list[str] | None, typer.Option("--include", help="必选片区 · cluster to take")]
Exclude = Annotated[list[str] | None, typer.Option("--exclude", help="不选片区 · cluster to leave")]
OwnPaths = Annotated[
    Path | None,
    typer.Option("--paths", help="自己的整治路径 YAML · paths of the place", metavar="FILE"),
]
Seconds = Annotated[float, typer.Option("--seconds", min=1, help="每次求解限时 · time limit")]
_WORDS = {
    "mu": ("腾出土地（亩）", "land released, mu"),
    "area": ("整治面积（亩）", "area treated, mu"),
    "tax": ("税收提升（万元）", "tax uplift, wan yuan"),
    "tce": ("腾出能耗（吨标煤）", "energy released, tce"),
    "budget": ("预算（万元）", "budget, wan yuan"),
    "owners": ("业主（个）", "owners"),
}


def plan(  # noqa: PLR0913, PLR0917 - one argument per option; typer passes names
    result: Result,
    out: Out,
    case: FiguresCase = None,
    target_mu: Mu = None,
    target_area: Area = None,
    target_tax: Tax = None,
    target_tce: Tce = None,
    budget: Budget = None,
    costs: Costs = None,
    max_owners: Owners = None,
    goal: Goal = "",
    alternatives: Alternatives = 2,
    differ: Differ = 1,
    road_width: RoadWidth = None,
    rules: Rules = "",
    include: Include = None,
    exclude: Exclude = None,
    paths: OwnPaths = None,
    seconds: Seconds = 60.0,
    as_json: Json = False,
) -> None:
    """低效用地整治计划：成片、排序、选优 · remediation plan for low-efficiency land."""
    remedies = _remedies(paths, costs)
    ask = planning.Ask(
        targets=_targets(target_mu, target_area, target_tax, target_tce),
        budget_wan_yuan=budget,
        max_owners=max_owners,
        goal=goal,
        alternatives=alternatives,
        distinct=differ,
        include=tuple(include or ()),
        exclude=tuple(exclude or ()),
        rules=tuple(r.strip() for r in rules.split(",") if r.strip()),
        width_m=road_width,
        seconds=seconds,
    )
    run = open_run(result)
    _known_rules(run, ask.rules)
    ground = run_folder.ground_of(run, run_folder.settled_case(case) if case else None)
    with run_folder.solver_quiet():
        made = planning.make_plan(ground, remedies, ask)
    found = _summary(made, remedies, ask)
    _write(run, made, found, out)
    run_folder.told(found, _lines(made, found, out), as_json)


def progress(  # noqa: PLR0913, PLR0917 - one argument per option
    result: Result,
    log: Annotated[
        Path, typer.Option("--log", help="进展记录 progress.jsonl · log", metavar="FILE")
    ],
    target_mu: Mu = None,
    target_area: Area = None,
    target_tax: Tax = None,
    target_tce: Tce = None,
    as_json: Json = False,
) -> None:
    """整治进度与年度目标 · progress of remediation against the year's target."""
    run = open_run(result)
    rows, faults = read_log(log, tracking.LINE, tracking.check_line)
    targets = _targets(target_mu, target_area, target_tax, target_tce)
    codes = run.tables["low_efficiency"]["parcel_code"].drop_duplicates()
    got = tracking.measure(rows, codes, targets)
    found: dict[str, Any] = {
        "checked": got.checked,
        "plots": got.plots,
        "by_path": run_folder.records(got.by_path),
        "reached": {k: {"done": d, "target": o} for k, (d, o) in got.reached.items()},
        "not_in_run": list(got.strange),
        "faults": run_folder.records(faults),
    }
    lines = [t("已核查 {a} / {b} 宗", "{a} of {b} plots checked", a=got.checked, b=got.plots)]
    lines += [
        f"  {row['path'] or '—'} · {t(*tracking.STATES[row['state']])} {row['plots']}"
        for row in got.by_path.to_dict("records")
    ]
    lines += [
        f"{t(*_WORDS[k])}: {done:,.2f} / {of:,.2f} ({done / of:.1%})"
        for k, (done, of) in got.reached.items()
    ]
    lines += [t("本次运行没有这宗地：{c}", "not in this run: {c}", c=c) for c in got.strange]
    lines += _fault_lines(faults)
    run_folder.told(found, lines, as_json)


def _fault_lines(faults: pd.DataFrame) -> list[str]:
    return [
        t("{f} 第 {r} 行 {c} {v!r}：{w}", "{f} line {r} {c} {v!r}: {w}",
          f=row["file"], r=row["row"], c=row["field"], v=row["value"], w=row["reason"])
        for row in faults.to_dict("records")
    ]  # fmt: skip


def _targets(
    mu: float | None, area: float | None, tax: float | None, tce: float | None
) -> dict[str, float]:
    given = {"mu": mu, "area": area, "tax": tax, "tce": tce}
    return {name: value for name, value in given.items() if value is not None}


def _remedies(paths: Path | None, costs: Path | None) -> Remedies:
    remedies = (
        measures_paths.load(run_folder.text_of(paths), paths.name)
        if paths
        else measures_paths.load()
    )
    if costs is None:
        return remedies
    given = measures_paths.load_costs(run_folder.text_of(costs), costs.name, remedies)
    return remedies.with_costs(given)


def _known_rules(run: RunFolder, rules: Sequence[str]) -> None:
    there = sorted(set(run.tables["low_efficiency"]["rule"]))
    odd = [r for r in rules if r not in there]
    if odd:
        raise UsageError(
            t("本次运行没有规则 {r!r} 的提示", "the run has no hit of rule {r!r}", r=odd[0]),
            hint=", ".join(there) or "—",
        )


def _summary(made: planning.Plan, remedies: Remedies, ask: planning.Ask) -> dict[str, Any]:
    ids = made.clusters["cluster_id"]
    choices = [
        {
            **planning.totals(made.clusters, c),
            "cluster_ids": ids[c.chosen].tolist(),
            "proven": c.proven,
            "gap": c.gap,
            "objective": c.value / UNIT,
        }
        for c in made.choices
    ]
    binds = [
        {
            "limit": s.name,
            "asked": s.limit / UNIT,
            "total": s.total / UNIT,
            "slack": s.slack / UNIT,
            "price": s.price,
            "objective_without": None if s.without is None else s.without / UNIT,
        }
        for s in made.shadows
    ]
    return {
        "status": made.status,
        "goal": made.goal,
        "targets": dict(ask.targets),
        "choices": choices,
        "binds": binds,
        "reach": {k: v / UNIT for k, v in made.reach.items()},
        "clusters": len(made.clusters),
        "plots": len(made.plots),
        "area_mu": round(float(made.plots["area_mu"].sum()), 2),
        "road_width_m": made.width_m,
        "road_width_source": t("命令行给定", "given on the command line")
        if ask.width_m is not None
        else remedies.road_width_source,
        "road_width_confirmed": ask.width_m is not None or remedies.road_width_confirmed,
        "costs": {
            p.label: {"wan_yuan_per_mu": p.cost.wan_yuan_per_mu, "source": p.cost.source}
            for p in remedies.paths
            if p.cost
        },
        "tax_unknown": int(made.plots["uplift_wan_yuan"].isna().sum()),
        "energy_unknown": int(made.plots["energy_tce"].isna().sum()),
    }


def _write(run: RunFolder, made: planning.Plan, found: dict[str, Any], out: Path) -> None:
    clusters = made.clusters.copy()
    best = made.choices[0].chosen if made.choices else [True] * len(clusters)
    clusters.insert(1, "chosen", best)
    for n, choice in enumerate(made.choices[1:], start=1):
        clusters[f"alternative_{n}"] = choice.chosen
    plots = pd.DataFrame(made.plots.drop(columns="geometry"))
    for name in ("land_share", "energy_share", "cost_per_mu"):
        plots = plots.drop(columns=name)
    rounded = {c: 4 for c in plots.columns if plots[c].dtype.kind == "f"}
    plots = plots.round(rounded).sort_values(["cluster_id", "parcel_code"], ignore_index=True)
    write_csv(clusters, out / "clusters.csv")
    write_csv(plots, out / "plots.csv")
    shown = clusters.assign(rules=clusters["rules"].map(rule_words))
    sheets = {
        t("片区", "clusters"): shown,
        t("宗地", "plots"): plots.assign(rules=plots["rules"].map(rule_words)),
    }
    write_book(sheets, out / "plan.xlsx", run_folder.stamp(run))
    chosen = made.plots[
        made.plots["cluster_id"].isin(clusters.loc[clusters["chosen"], "cluster_id"])
    ]
    layer = run.layer("parcels").drop_duplicates("parcel_code").set_index("parcel_code")
    rows = check_rows(chosen, layer["user_names"])
    about = t("{y} 年，截至 {d}", "{y}, as of {d}", y=run.year, d=run.as_of)
    write_form(CHECK, rows, out / "field_check.xlsx", run_folder.stamp(run), about)
    write_page(rows, out / "field_check.html", about)
    text = run_folder.as_text(found)
    (out / "plan.json").write_text(text + "\n", encoding="utf-8", newline="\n")


def _lines(made: planning.Plan, found: dict[str, Any], out: Path) -> list[str]:
    lines = [
        t(
            "低效用地提示 {p:,} 宗 {a:,.0f} 亩，连成 {c:,} 个片区（路宽 {w:g} 米，{s}）",
            "{p:,} low-efficiency plots, {a:,.0f} mu, {c:,} clusters (road {w:g} m, {s})",
            p=found["plots"], a=found["area_mu"], c=found["clusters"], w=made.width_m,
            s=found["road_width_source"] if found["road_width_confirmed"]
            else t("未核实", "unconfirmed"),
        )
    ]  # fmt: skip
    if made.status == "infeasible":
        lines.append(
            t("目标在这些限制下达不到。单项最多：", "the targets cannot be met. Alone, at most:")
        )
        lines += [f"  {t(*_WORDS[k])} {v:,.2f}" for k, v in found["reach"].items()]
    lines += [_choice_line(n, choice) for n, choice in enumerate(found["choices"])]
    for bind in found["binds"]:
        lines.append(
            t(
                "  {w}：要求 {a:,.2f}，达到 {g:,.2f}，余 {s:,.2f}；"
                "要求每变 1，优选目标约变 {p:,.4f}",
                "  {w}: asked {a:,.2f}, got {g:,.2f}, slack {s:,.2f}; "
                "1 more changes the goal by about {p:,.4f}",
                w=t(*_WORDS[bind["limit"]]), a=bind["asked"], g=bind["total"], s=bind["slack"],
                p=bind["price"],
            )
        )  # fmt: skip
    lines.append(
        t(
            "税收不明 {n} 宗，能耗不明 {m} 宗，按 0 计",
            "unknown, counted 0: tax of {n} plots, energy of {m}",
            n=found["tax_unknown"],
            m=found["energy_unknown"],
        )
    )
    return [*lines, t("写到 {o}", "written to {o}", o=out)]


def _choice_line(n: int, choice: dict[str, Any]) -> str:
    """One selection in a line."""
    cost = choice["cost_wan_yuan"]
    parts = [
        t("{k} 个片区 {p} 宗", "{k} clusters, {p} plots", k=choice["clusters"], p=choice["plots"]),
        t("整治 {a:,.2f} 亩", "{a:,.2f} mu treated", a=choice["area_mu"]),
        t("腾出 {m:,.2f} 亩", "{m:,.2f} mu released", m=choice["released_mu"]),
        t("税收提升 {x:,.2f} 万元", "tax up {x:,.2f} wan yuan", x=choice["uplift_wan_yuan"]),
        t("能耗 {e:,.2f} 吨标煤", "{e:,.2f} tce", e=choice["released_tce"]),
        t("业主 {o} 个", "{o} owners", o=choice["owners"]),
        t("未给单价", "cost unknown")
        if cost is None
        else t("费用 {c:,.2f} 万元", "cost {c:,.2f} wan yuan", c=cost),
        t("已证最优", "proven optimal") if choice["proven"] else t("未证最优", "not proven"),
    ]
    name = t("选定", "chosen") if n == 0 else t("次优 {n}", "alternative {n}", n=n)
    return f"{name}: " + t("，", ", ").join(parts)
