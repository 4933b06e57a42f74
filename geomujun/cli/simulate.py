"""`geomujun simulate`: who changes class under other rules, and what it costs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Final

import pandas as pd
import typer
import yaml

from geomujun.cli import console
from geomujun.cli.options import Json
from geomujun.cli.run_case import parse_day
from geomujun.cli.run_folder import records, text_of
from geomujun.cli.scheme import load_scheme
from geomujun.errors import UsageError
from geomujun.export.frames import guarded
from geomujun.export.sheets_run import open_run
from geomujun.lang import t
from geomujun.pipeline import reconcile, scored
from geomujun.planning import scenarios as reading
from geomujun.planning.ground import Ground
from geomujun.planning.outcomes import Outcome, Simulation
from geomujun.planning.simulate import simulate as run_simulation
from geomujun.policy import relief as reliefs
from geomujun.policy.model import Scheme

BY: Final = ("enterprises", "area_mu", "tax_wan_yuan")
QUICK: Final = "quick"  # name of the scenario that options make

Case = Annotated[Path | None, typer.Argument(help="案卷文件夹 · case folder", metavar="[CASE]")]
RunFolder = Annotated[
    Path | None, typer.Option("--result", help="运行结果文件夹 · folder of a run", metavar="DIR")
]
Scenarios = Annotated[
    Path | None, typer.Option("--scenarios", help="情景 YAML · scenarios", metavar="FILE")
]
CaseScheme = Annotated[
    str, typer.Option("--scheme", help="案卷的评价方案 · scheme for a case", metavar="ID")
]
CaseYear = Annotated[int, typer.Option("--year", help="案卷的年度 · year for a case")]
Weight = Annotated[
    list[str] | None,
    typer.Option("--weight", help="权重 · weight", metavar="COHORT.INDICATOR=N"),
]
Shares = Annotated[
    list[str] | None,
    typer.Option("--shares", help="等级比例 · class shares", metavar="COHORT=A,B,C,D"),
]
MinMu = Annotated[
    list[str] | None,
    typer.Option("--min-mu", help="最小用地 · smallest land", metavar="COHORT=MU"),
]
BenchmarkYear = Annotated[
    int | None, typer.Option("--benchmark-year", help="基准值取自该年 · year of the means")
]
Model = Annotated[
    list[str] | None,
    typer.Option("--model", help="并列的另一方案 · another scheme beside", metavar="ID"),
]
MergeOrNot = Annotated[
    bool | None,
    typer.Option("--merge-groups/--no-merge-groups", help="母子公司合并 · merge parents"),
]
Lease = Annotated[
    str,
    typer.Option(
        "--lease",
        help="租赁土地算给谁 · who is charged for leased land",
        metavar="user|holder|holder_grade",
    ),
]
Relief = Annotated[
    Path | None,
    typer.Option("--relief", help="城镇土地使用税减免 YAML · land tax relief", metavar="FILE"),
]
SaveTo = Annotated[
    Path | None, typer.Option("--out", help="保存到文件夹 · save to a folder", metavar="DIR")
]


def simulate(  # noqa: PLR0913, PLR0917 - one argument per option; typer passes names
    case: Case = None,
    result: RunFolder = None,
    scenarios: Scenarios = None,
    scheme: CaseScheme = "",
    year: CaseYear = 0,
    weight: Weight = None,
    shares: Shares = None,
    min_mu: MinMu = None,
    benchmark_year: BenchmarkYear = None,
    model: Model = None,
    merge_groups: MergeOrNot = None,
    lease: Lease = "user",
    relief: Relief = None,
    out: SaveTo = None,
    as_json: Json = False,
) -> None:
    """换一套规则试算：谁升谁降、涉及多少地和税、减免多少 · what other rules would change."""
    ground, rules, merged = _basis(case, result, scheme, year)
    spared = reliefs.load(text_of(relief), relief.name) if relief else reliefs.load()
    quick = _quick((weight or [], shares or [], min_mu or []), benchmark_year, merge_groups, lease)
    text = text_of(scenarios) if scenarios else ""
    listed = reading.read(text, rules, spared, scenarios.name) if scenarios and text else []
    asked = {one: {"scheme": one} for one in model or []} | ({QUICK: quick} if quick else {})
    for name, one in asked.items():
        made = yaml.safe_dump({"scenarios": {name: one}}, allow_unicode=True)
        listed += reading.read(made, rules, spared, t("命令行", "the command line"))
    found = run_simulation(ground, rules, listed, spared, merged)
    if out:
        _save(found, out, _written(text) | asked)
    if as_json:
        console.out(json.dumps(_data(found), ensure_ascii=False, sort_keys=True))
        return
    for line in lines(found, spared):
        console.out(line)


def _basis(
    case: Path | None, result: Path | None, scheme: str, year: int
) -> tuple[Ground, Scheme, bool]:
    """What the simulation stands on, its rules, and whether groups are merged."""
    if result is not None:
        run = open_run(result)
        return scored.ground(result), scored.rules(result), bool(run.run.get("merge_groups"))
    if case is None or not scheme or not year:
        raise UsageError(
            t("缺少案卷或结果", "neither a case nor a result"),
            hint="geomujun simulate --result DIR | geomujun simulate CASE --scheme ID --year YYYY",
        )
    job = reconcile.Job(
        folder=case, out=Path(), scheme=load_scheme(scheme, year), year=year,
        as_of=parse_day(None, year),
    )  # fmt: skip
    return reconcile.ground(job), job.scheme, False


def _quick(
    given: tuple[list[str], list[str], list[str]],
    year: int | None,
    merge: bool | None,
    lease: str,
) -> dict[str, Any]:
    """The scenario that options make, as YAML would have it."""
    weights: dict[str, dict[str, float]] = {}
    for text in given[0]:
        key, value = _pair(text)
        cohort, dot, indicator = key.rpartition(".")
        if not dot:
            raise _odd(text, "COHORT.INDICATOR=N")
        weights.setdefault(cohort, {})[indicator] = _number(value, text)
    shares = {}
    for text in given[1]:
        key, value = _pair(text)
        shares[key] = [_number(v, text) for v in value.split(",")]
    least = {k: _number(v, t_) for t_ in given[2] for k, v in [_pair(t_)]}
    found = {
        "weights": weights, "shares": shares, "min_mu": least, "benchmark_year": year,
        "merge_groups": merge, "lease": "" if lease == "user" else lease,
    }  # fmt: skip
    kept = {k: v for k, v in found.items() if v not in ({}, None, "")}
    title = t("命令行所列的改动", "changes named on the command line")
    return {"title": title, **kept} if kept else {}


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise _odd(text, "NAME=VALUE")
    return key.strip(), value.strip()


def _number(text: str, whole: str) -> float:
    try:
        return float(text)
    except ValueError as e:
        raise _odd(whole, t("应为数字", "a number is expected")) from e


def _odd(text: str, hint: str) -> UsageError:
    return UsageError(t("看不懂 {v!r}", "cannot read {v!r}", v=text), hint=hint)


def _written(text: str) -> dict[str, Any]:
    data = yaml.safe_load(text) if text else None
    return dict(data["scenarios"]) if data else {}


def _save(found: Simulation, out: Path, written: dict[str, Any]) -> None:
    """Write scenarios.yaml, comparison.csv, transitions.csv, side_by_side.csv and movers.csv."""
    out.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump({"scenarios": written}, allow_unicode=True, sort_keys=False)
    (out / "scenarios.yaml").write_text(text, encoding="utf-8", newline="\n")
    tables = {
        "comparison": found.comparison(),
        "transitions": _transitions(found),
        "side_by_side": found.side_by_side(),
    }
    movers = [found.movers(o).assign(scenario=o.scenario.name) for o in found.outcomes]
    if movers:
        tables["movers"] = pd.concat(movers, ignore_index=True)
    for name, frame in tables.items():
        cells = frame.round(6)
        for column in cells.select_dtypes(include=["object", "str"]):
            cells[column] = guarded(cells[column].astype("str"))
        path = out / f"{name}.csv"
        cells.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")


def _transitions(found: Simulation) -> pd.DataFrame:
    """Every transition matrix as rows: scenario, before, after, and the three sums."""
    parts = []
    for outcome in found.outcomes:
        sums = {by: found.transition(outcome, by).stack() for by in BY}
        frame = pd.DataFrame(sums).rename_axis(["before", "after"]).reset_index()
        parts.append(frame.assign(scenario=outcome.scenario.name))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _data(found: Simulation) -> dict[str, Any]:
    return {
        "comparison": records(found.comparison()),
        "transitions": records(_transitions(found)),
        "movers": {o.scenario.name: records(found.movers(o)) for o in found.outcomes},
    }


def lines(found: Simulation, relief: reliefs.Relief) -> list[str]:
    """What a person reads."""
    made = []
    table = found.comparison()
    for n, outcome in enumerate((found.base, *found.outcomes)):
        row = table.iloc[n]
        title = outcome.scenario.title or (
            t("现行规则", "rules of the run") if outcome is found.base else ""
        )
        counts = " ".join(f"{g} {row[g]}" for g in "ABCD")
        made.append(f"{outcome.scenario.name} {title}".rstrip())
        made.append(
            t(
                "  {c}，未定等级 {n}；土地使用税减免约 {r:,.1f} 万元",
                "  {c}, no grade {n}; land tax relief about {r:,.1f} wan yuan",
                c=counts, n=row["no_grade"], r=row["relief_wan_yuan"],
            )
        )  # fmt: skip
        if outcome is not found.base:
            made += _moved(found, outcome, row)
    note = (
        ""
        if relief.confirmed
        else t("（税额和减免比例未经确认）", " (rate and shares unconfirmed)")
    )
    made.append(
        t(
            "减免按每平方米 {r:g} 元、A–D 减免 {p}% 估算{n}",
            "relief at {r:g} yuan per m², A–D spared {p} %{n}",
            r=relief.rate_yuan_per_m2, p="/".join(f"{x:g}" for x in relief.percent), n=note,
        )
    )  # fmt: skip
    return made


def _moved(found: Simulation, outcome: Outcome, row: pd.Series) -> list[str]:
    made = [
        t(
            "  升 {u} 家，降 {d} 家，进入 {i} 家，退出 {o} 家；涉及 {m:,.1f} 亩、税收 {x:,.1f} 万元；减免变化 {r:+,.1f} 万元",  # noqa: E501
            "  {u} up, {d} down, {i} in, {o} out; {m:,.1f} mu, tax {x:,.1f} wan yuan; relief {r:+,.1f}",  # noqa: E501
            u=row["up"], d=row["down"], i=row["in"], o=row["out"], m=row["moved_mu"],
            x=row["moved_tax_wan_yuan"], r=row["relief_change_wan_yuan"],
        )
    ]  # fmt: skip
    matrix = found.transition(outcome)
    names = [c or t("无", "—") for c in matrix.columns]
    made.append("    " + t("现→新", "now→new") + "".join(f"{n:>8}" for n in names))
    for name, (_, cells) in zip(names, matrix.iterrows(), strict=True):
        made.append(f"    {name:>6}" + "".join(f"{int(v):>8}" for v in cells))
    return made
