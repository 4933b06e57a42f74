"""`geomujun measures`: differential policies by grade: catalogue, who is eligible, log, report."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from geomujun.cli import run_folder
from geomujun.cli.options import Json, Out, Result
from geomujun.errors import UsageError
from geomujun.export.sheets_log import add_lines
from geomujun.export.sheets_run import RunFolder, open_run
from geomujun.export.sheets_tables import write_book, write_csv
from geomujun.lang import t
from geomujun.pipeline.jsonl import read_log
from geomujun.planning import differential
from geomujun.planning.plots import parks_of
from geomujun.policy import measures as catalogue
from geomujun.policy.measures import Measure

app = typer.Typer(
    name="measures", no_args_is_help=True, help="分类施策 · differential policies by grade"
)
Log = Annotated[
    Path, typer.Option("--log", help="申报记录 JSONL · log of applications", metavar="FILE")
]
Catalogue = Annotated[
    Path | None,
    typer.Option("--catalogue", help="自己的目录 YAML · catalogue of the place", metavar="FILE"),
]
_QUARTER = re.compile(r"\d{4}Q[1-4]")


def _load(path: Path | None) -> tuple[Measure, ...]:
    return catalogue.load(run_folder.text_of(path), path.name) if path else catalogue.load()


@app.command("list")
def list_measures(
    division: Annotated[str, typer.Option("--division", help="行政区划代码 · division code")] = "",
    path: Catalogue = None,
    as_json: Json = False,
) -> None:
    """政策目录和法律依据 · the catalogue with its legal basis."""
    rows = [m for m in _load(path) if not division or division.startswith(m.division)]
    found = {
        m.id: {
            "title": m.title, "field": m.field, "effect": m.effect, "grades": list(m.grades),
            "condition": m.condition, "source": m.source, "legal": m.legal,
            "confirmed": m.confirmed, "division": m.division,
        }
        for m in rows
    }  # fmt: skip
    weak = t("法律依据薄弱", "thin legal basis")
    lines = [
        f"{m.id}  {'、'.join(m.grades)}  {m.title}（{m.field}，{t(*catalogue.EFFECTS[m.effect])}）"
        f"{m.source}{'；' + weak if m.legal == 'weak' else ''}"
        for m in rows
    ]
    run_folder.told(found, lines, as_json)


@app.command("eligible")
def eligible(
    result: Result,
    out: Out,
    division: Annotated[str, typer.Option("--division", help="行政区划代码 · division code")] = "",
    path: Catalogue = None,
    as_json: Json = False,
) -> None:
    """每户企业可考虑的政策 · what every enterprise may be considered for."""
    run = open_run(result)
    place = division or _division(run)
    table = differential.eligible(_firms(run), _load(path), place)
    write_csv(table, out / "eligible.csv")
    write_book({t("可享政策", "eligible"): table}, out / "eligible.xlsx", run_folder.stamp(run))
    counts = table.groupby(["measure", "title"], sort=True).size()
    found = {
        "division": place,
        "rows": len(table),
        "measures": {str(k[0]): int(n) for k, n in counts.items() if isinstance(k, tuple)},
    }
    lines = [t("按 {d} 的目录", "catalogue for {d}", d=place or "—")]
    lines += [f"{k[1]} {int(n):,}" for k, n in counts.items() if isinstance(k, tuple)]
    run_folder.told(found, [*lines, t("写到 {o}", "written to {o}", o=out)], as_json)


def _division(run: RunFolder) -> str:
    """The division of most parcels."""
    head = run.tables["parcel_reconciliation"]["parcel_code"].str.slice(0, 6).value_counts()
    return str(head.sort_index(kind="stable").idxmax()) if len(head) else ""


def _firms(run: RunFolder) -> pd.DataFrame:
    """Graded enterprises with their size, and whether their largest plot lies outside the parks."""
    table = run.tables["enterprise_evaluation"]
    columns = ["uscc", "name", "grade", "grade_best", "grade_worst", "area_mu"]
    table = table.loc[table["grade"] != "", columns].copy()
    table["size"] = run.firms()["size"].reindex(table["uscc"]).fillna("").to_numpy()
    layer = run.layer("parcels").drop_duplicates("parcel_code").reset_index(drop=True)
    inside = pd.Series(parks_of(layer, run.layer("parks")).to_numpy(), index=layer["parcel_code"])
    used = run.counted().sort_values(
        ["uscc", "area_m2", "parcel_code"], ascending=[True, False, True]
    )
    main = used.drop_duplicates("uscc").set_index("uscc")["parcel_code"].reindex(table["uscc"])
    table["outside_parks"] = (1 - inside.reindex(main).astype("Int64")).to_numpy()
    return table


@app.command("record")
def record(  # noqa: PLR0913, PLR0917 - one argument per option
    log: Log,
    measure: Annotated[str, typer.Option("--measure", help="政策编号 · id of the measure")],
    uscc: Annotated[str, typer.Option("--uscc", help="统一社会信用代码 · code of the firm")],
    event: Annotated[str, typer.Option("--event", help=" | ".join(differential.STATES))],
    by: Annotated[str, typer.Option("--by", help="经办人 · who")],
    at: Annotated[str, typer.Option("--at", help="日期 YYYY-MM-DD · day")] = "",
    amount: Annotated[float | None, typer.Option("--amount", help="金额（万元） · amount")] = None,
    reason: Annotated[str, typer.Option("--reason", help="说明 · why")] = "",
    result: Annotated[
        Path | None,
        typer.Option(
            "--result", help="运行，核对资格和等级 · run to check eligibility", metavar="RESULT"
        ),
    ] = None,
    path: Catalogue = None,
) -> None:
    """记一条申报、审核或兑现 · record that a measure was applied for, approved, carried out."""
    known = _load(path)
    if measure not in {m.id for m in known}:
        raise UsageError(
            t("没有政策 {m!r}", "no measure {m!r}", m=measure), hint=", ".join(m.id for m in known)
        )
    grade = _grade(result, known, measure, uscc) if result and event == "applied" else ""
    events, faults = (
        _read(log) if log.exists() else (pd.DataFrame(columns=list(differential.EVENT)), None)
    )
    if faults is not None and len(faults):
        first = faults.iloc[0]
        raise UsageError(
            t(
                "记录第 {r} 行有错：{w}",
                "line {r} of the log is wrong: {w}",
                r=first["row"],
                w=first["reason"],
            ),
            hint=str(log),
        )
    mine = events[(events["measure"] == measure) & (events["uscc"] == uscc)]
    grade = grade or (str(mine["grade"].iloc[-1] or "") if len(mine) else "")
    states = {(measure, uscc): str(mine["event"].iloc[-1])} if len(mine) else {}
    row = {
        "measure": measure, "uscc": uscc, "event": event, "at": at or date.today().isoformat(),  # noqa: DTZ011
        "by": by, "amount_wan_yuan": amount, "reason": reason, "grade": grade,
    }  # fmt: skip
    fault = differential.check_event(row, states)
    if fault:
        raise UsageError(f"{fault[0]} {fault[1]!r}: {fault[2]}")
    add_lines(log, [row])
    run_folder.told(row, [t("已记入 {l}", "recorded in {l}", l=log)], as_json=False)


def _grade(result: Path, known: tuple[Measure, ...], measure: str, uscc: str) -> str:
    """The firm's grade in a run; refuses a firm the measure is not for."""
    run = open_run(result)
    fits = differential.eligible(_firms(run), [m for m in known if m.id == measure])
    mine = fits[fits["uscc"] == uscc]
    if mine.empty:
        raise UsageError(
            t(
                "{u} 在这次运行中不符合 {m} 的条件",
                "{u} is not eligible for {m} in this run",
                u=uscc,
                m=measure,
            ),
            hint=t("见 geomujun measures eligible", "see geomujun measures eligible"),
        )
    return str(mine["grade"].iloc[0])


def _read(log: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    states: dict[tuple[str, str], str] = {}
    events, faults = read_log(
        log, differential.EVENT, lambda row: differential.check_event(row, states)
    )
    events["grade"] = events["grade"].fillna("").astype("str")
    events["amount_wan_yuan"] = pd.to_numeric(events["amount_wan_yuan"], errors="coerce")
    return events, faults


@app.command("report")
def report(
    log: Log,
    out: Out,
    quarter: Annotated[str, typer.Option("--quarter", help="2024Q3")] = "",
    path: Catalogue = None,
    as_json: Json = False,
) -> None:
    """季度统计表 · the table handed on each quarter."""
    if quarter and not _QUARTER.fullmatch(quarter):
        raise UsageError(t("季度写法不对：{q!r}", "not a quarter: {q!r}", q=quarter), hint="2024Q3")
    events, faults = _read(log)
    table = differential.report(events, _load(path), quarter)
    write_csv(table, out / "measures_report.csv")
    made = pd.Timestamp(f"{quarter[:4]}-12-31" if quarter else "2000-01-01").to_pydatetime()
    write_book({t("差别化政策应用情况", "report"): table}, out / "measures_report.xlsx", made)
    found = {
        "quarter": quarter,
        "rows": run_folder.records(table),
        "faults": run_folder.records(faults),
    }
    lines = [
        t("{x}（{g}类）：申报 {a}，审核 {p}，兑现 {c}，待审 {w}，{m:,.2f} 万元",
          "{x} ({g}): applied {a}, approved {p}, carried out {c}, pending {w}, {m:,.2f} wan yuan",
          x=r["title"], g=r["grade"] or "—", a=r["applied"], p=r["approved"], c=r["carried_out"],
          w=r["pending"], m=r["amount_wan_yuan"])
        for r in table.to_dict("records")
    ]  # fmt: skip
    lines += [
        t(
            "{f} 第 {r} 行 {c}：{w}",
            "{f} line {r} {c}: {w}",
            f=r["file"],
            r=r["row"],
            c=r["field"],
            w=r["reason"],
        )
        for r in faults.to_dict("records")
    ]
    run_folder.told(found, [*lines, t("写到 {o}", "written to {o}", o=out)], as_json)
