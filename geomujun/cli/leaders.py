"""`geomujun leaders` and `geomujun monitor`: who leads, and what needs a look."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from geomujun.cli import run_folder
from geomujun.cli.options import Json, Out, Result
from geomujun.domain.case import Case
from geomujun.errors import UsageError
from geomujun.evaluation import regions
from geomujun.evaluation.figures import pick
from geomujun.export.sheets_run import RunFolder, open_run
from geomujun.export.sheets_tables import write_book, write_csv
from geomujun.lang import t
from geomujun.pipeline.leading import candidates, earlier
from geomujun.planning import leaders as leading
from geomujun.planning import monitor as watching
from geomujun.policy import measures_leaders
from geomujun.policy.measures_leaders import LeaderList

FiguresCase = Annotated[
    Path | None,
    typer.Option("--case", help="案卷，补充上年数据、母子关系、期限 · the case", metavar="CASE"),
]
Previous = Annotated[
    Path | None,
    typer.Option("--previous", help="上一年的运行 · the run of the year before", metavar="RESULT"),
]


def leaders(  # noqa: PLR0913, PLR0917 - one argument per option
    result: Result,
    out: Out,
    case: FiguresCase = None,
    previous: Previous = None,
    lists: Annotated[
        Path | None,
        typer.Option("--lists", help="自己的名单 YAML · lists of the place", metavar="FILE"),
    ] = None,
    seats: Annotated[
        int | None, typer.Option("--seats", min=1, help="每张名单的名额 · seats of every list")
    ] = None,
    as_json: Json = False,
) -> None:
    """亩均效益领跑者：七张名单 · leaders in yield per mu, seven lists."""
    wanted = (
        measures_leaders.load(run_folder.text_of(lists), lists.name)
        if lists
        else measures_leaders.load()
    )
    run = open_run(result)
    known = run_folder.settled_case(case) if case else None
    before = open_run(previous) if previous else None
    tables, found, lines = {}, {}, []
    for one in wanted:
        pool = candidates(run, one)
        old = _before(run, one, pool, before, known)
        ranking = leading.rank(one, pool, old, _parents(known), seats)
        tables[one.title[:31]] = ranking.table
        write_csv(ranking.table, out / f"leaders_{one.id}.csv")
        chosen = ranking.table[ranking.table["chosen"].astype(bool)]
        found[one.id] = {
            "title": one.title,
            "source": one.source,
            "candidates": len(ranking.table),
            "seats": one.seats if seats is None else seats,
            "chosen": run_folder.records(chosen[["rank", "id", "name", "score"]]),
            "notes": list(ranking.notes),
        }
        lines.append(
            t("{x}：候选 {n:,}，入选 {k:,}", "{x}: {n:,} candidates, {k:,} chosen",
              x=one.title, n=len(ranking.table), k=len(chosen))
        )  # fmt: skip
        lines += [
            f"  {row['rank']}. {row['name']} {row['score']:.2f}"
            for row in chosen.head(3).to_dict("records")
        ]
        lines += [f"  · {note}" for note in ranking.notes]
    write_book(tables, out / "leaders.xlsx", run_folder.stamp(run))
    run_folder.told(found, [*lines, t("写到 {o}", "written to {o}", o=out)], as_json)


def _before(
    run: RunFolder, one: LeaderList, pool: pd.DataFrame, before: RunFolder | None, case: Case | None
) -> pd.DataFrame | None:
    """Indicators of the year before: of an earlier run, else of the case's earlier figures.

    Out of figures the areas are this year's, for last year's are in no table.
    """
    if before is not None:
        return candidates(before, one)
    if case is None:
        return None
    ids = [i.indicator for i in one.items]
    if one.kind != "enterprise":
        rows = regions.regions(case, run.year - 1).set_index("id")
        rows = rows[~rows.index.duplicated()].reindex(pool.index)
        return leading.indicators_of(rows.assign(area_mu=pool["area_mu"]), ids, one.kind)
    figures = pick(case.indicators, run.year - 1)
    return earlier(figures, one, pool)


def _parents(case: Case | None) -> dict[str, str] | None:
    if case is None:
        return None
    firms = case.enterprises
    firms = firms[firms["parent_uscc"] != ""]
    return dict(zip(firms["uscc"], firms["parent_uscc"], strict=True))


def monitor(  # noqa: PLR0913, PLR0917 - one argument per option
    result: Result,
    out: Out,
    case: FiguresCase = None,
    previous: Previous = None,
    months: Annotated[
        int | None, typer.Option("--months", min=0, max=240, help="提前几个月提醒 · months ahead")
    ] = None,
    marks: Annotated[
        Path | None,
        typer.Option("--marks", help="自己的门槛 YAML · thresholds of the place", metavar="FILE"),
    ] = None,
    as_json: Json = False,
) -> None:
    """监测预警：体检表单和到期、降档、税收骤降提醒 · yearly check-up and alerts."""
    given = (
        watching.read_marks(run_folder.text_of(marks), marks.name)
        if marks
        else watching.default_marks()
    )
    ahead = given.months if months is None else months
    run = open_run(result)
    known = run_folder.settled_case(case) if case else None
    before = open_run(previous) if previous else None
    if before is not None and before.year >= run.year:
        raise UsageError(
            t("--previous 不是更早的年度：{y}", "--previous is no earlier year: {y}", y=before.year)
        )
    alerts, notes = _alerts(run, known, before, given, ahead)
    tables = {t("预警", "alerts"): alerts}
    for key, name, title in (
        ("uscc", "enterprise_evaluation", t("企业体检", "enterprises")),
        ("parcel_code", "parcel_evaluation", t("宗地体检", "parcels")),
    ):
        form = watching.checkup(
            run.tables[name], key, run.tables["cross_check"], alerts,
            None if before is None else before.tables[name],
        )  # fmt: skip
        tables[title] = form
        write_csv(form, out / f"checkup_{name.removesuffix('_evaluation')}.csv")
    write_csv(alerts, out / "alerts.csv")
    write_book(tables, out / "monitor.xlsx", run_folder.stamp(run))
    counts = alerts["alert"].value_counts().sort_index()
    found = {"months": ahead, "alerts": {str(k): int(v) for k, v in counts.items()}, "notes": notes}
    lines = [f"{t(*watching.ALERTS[str(k)])} {int(v):,}" for k, v in counts.items()]
    lines += [f"· {note}" for note in notes]
    run_folder.told(found, [*lines, t("写到 {o}", "written to {o}", o=out)], as_json)


def _alerts(
    run: RunFolder, case: Case | None, before: RunFolder | None, marks: watching.Marks, months: int
) -> tuple[pd.DataFrame, list[str]]:
    """All alerts the data can give, and what they cannot."""
    notes = []
    parts = [
        watching.leases_ending(run.counted(), run.as_of, months),
        watching.holders_cancelled(
            run.tables["cross_check"], None if before is None else before.tables["cross_check"]
        ),
    ]
    if case is None:
        notes.append(
            t(
                "没有案卷，建设期、使用权到期未查；用 --case 给出",
                "no case: exemptions and rights of use were not looked at; --case",
            )
        )
    else:
        parts.append(watching.rights_ending(pd.DataFrame(case.parcels), run.as_of, months))
    now = run.tables["enterprise_evaluation"]
    if before is None:
        notes.append(
            t(
                "没有上年运行，等级变化未查；用 --previous 给出",
                "no earlier run: classes were not compared; --previous",
            )
        )
    else:
        parts.append(
            watching.classes_lost(now, before.tables["enterprise_evaluation"], marks.class_drop)
        )
    taxes = _taxes(run, case, before)
    if taxes is None:
        notes.append(
            t(
                "没有上年税收，税收骤降未查；用 --case 或 --previous 给出",
                "no tax of the year before: --case or --previous",
            )
        )
    else:
        parts.append(watching.tax_collapsed(*taxes, marks))
    return watching.gathered(parts), notes


def _taxes(
    run: RunFolder, case: Case | None, before: RunFolder | None
) -> tuple[pd.Series, pd.Series] | None:
    """Tax by uscc of this year and the year before; None when one of them is not known."""
    if case is not None:
        now = pick(case.indicators, run.year)
        old = pick(case.indicators, run.year - 1)
        if old["tax_wan_yuan"].notna().any():
            return now["tax_wan_yuan"], old["tax_wan_yuan"]
    if before is None:
        return None
    return _unit_tax(run), _unit_tax(before)


def _unit_tax(run: RunFolder) -> pd.Series:
    """Tax of firms that are evaluated alone: tax a mu × area."""
    table = run.tables["enterprise_evaluation"]
    table = table[table["unit_kind"] == "enterprise"].drop_duplicates("uscc").set_index("uscc")
    if "tax_per_mu" not in table:
        return pd.Series(dtype="float64")
    made: pd.Series = table["tax_per_mu"] * table["area_mu"]
    return made
