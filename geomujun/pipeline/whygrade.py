"""Why an enterprise or a parcel has its grade, as a finished run tells it.

Only what the run wrote is read: tables, stored rules, stored benchmarks, stored figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from geomujun.domain.industry import is_industrial
from geomujun.errors import UsageError
from geomujun.evaluation.figures import OPERANDS
from geomujun.evaluation.indicators import AREA
from geomujun.export.sheets_run import open_run, read_table
from geomujun.lang import t
from geomujun.pipeline import scored
from geomujun.planning.borders import Border, Mark, Sums, borders, levers
from geomujun.planning.ground import Ground
from geomujun.policy.model import Cohort, Scheme

INTERVAL: Final = ("grade_best", "grade_worst", "joint_best", "joint_worst")
SIDES: Final = {"enterprise": "uscc", "parcel": "parcel_code"}


@dataclass(frozen=True, slots=True)
class _Run:
    """The tables of a run, read when asked for."""

    out: Path
    scheme: Scheme
    ground: Ground
    year: int

    def table(self, name: str) -> pd.DataFrame:
        return read_table(self.out / "tables", name)


def why(out: Path, code: str) -> dict[str, Any]:
    """What a run says of the evaluation of an enterprise (uscc) or a parcel (parcel code).

    Raises:
        UsageError: the run knows no such code.
        DataError: the run cannot be read.
    """
    year = open_run(out).year
    run = _Run(out, scored.rules(out), scored.ground(out), year)
    code = code.strip().upper()
    for kind, key in SIDES.items():
        known = run.table(f"{kind}_reconciliation")
        table = run.table(f"{kind}_evaluation")
        bucket = known[(known[key] == code).to_numpy()]
        row = table[(table[key] == code).to_numpy()]
        if len(row) or len(bucket):
            return _subject(run, kind, code, (table, row, bucket))
    raise UsageError(
        t("结果中没有 {c}", "the result has no {c}", c=code),
        where=str(out),
        hint=t("写统一社会信用代码或宗地代码", "give an enterprise's or a parcel's code"),
    )


def _subject(
    run: _Run, kind: str, code: str, found: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]
) -> dict[str, Any]:
    table, row, bucket = found
    made: dict[str, Any] = {"kind": kind, "code": code, "year": run.year, "scheme": run.scheme.id}
    made["bucket"] = str(bucket["bucket"].iloc[0]) if len(bucket) else ""
    made["bucket_reason"] = str(bucket["reason"].iloc[0]) if len(bucket) else ""
    names = run.ground.firms.set_index("uscc")["name"]
    made["name"] = str(names.get(code, "")) if kind == "enterprise" else ""
    made["evaluated"] = len(row) > 0
    made["area_lines"] = _area_lines(run, kind, code)
    made["hangs_on"] = _hangs_on(run, kind, code, names)
    if len(row):
        made |= _evaluated(run, kind, table, row.iloc[0])
    else:
        made["why_not"] = _why_not(run, kind, code, made)
    return made


def _why_not(run: _Run, kind: str, code: str, made: Mapping[str, Any]) -> str:
    """Why there is no evaluation: the first condition of CONTRACT §5 that is not met."""
    if made["bucket"] != "matched":
        return str(made["bucket_reason"])
    firms = run.ground.firms
    own = firms[(firms["uscc"] == code).to_numpy()]
    if kind == "enterprise" and len(own):
        sectors = {c.sector for c in run.scheme.active}
        if "services" not in sectors and not is_industrial(own["industry"])[0]:
            return t("非工业企业", "no industry")
        figures = run.ground.figures
        year = figures["year"] == run.year
        if not ((figures["uscc"] == code) & year).any():
            return t("无年度数据", "no figures for the year")
        exempt = sum(x["area_m2"] for x in made["area_lines"] if x["component"] == "exempt")
        if exempt > 0:
            return t("用地尚在建设期、过渡期内", "its land is still exempt")
    return t("没有计入评价的用地或企业", "no land or no enterprise that counts")


def _evaluated(run: _Run, kind: str, table: pd.DataFrame, row: pd.Series) -> dict[str, Any]:
    ids = [c.removesuffix("_score") for c in table.columns if c.endswith("_score")]
    cohort = _cohort(run.scheme, str(row["cohort"]))
    marks = _marks(run, kind, cohort)
    peers = table[(table["cohort"] == row["cohort"]).to_numpy() & table["rank"].notna().to_numpy()]
    if kind == "enterprise":
        peers = peers.drop_duplicates("unit_id")
    own = [*INTERVAL, "cohort", AREA, "score", "grade", "unit_kind", "unit_id", "grade_reason",
           "bonus", "malus", "enterprises", "left_out"]  # fmt: skip
    made = {name: _plain(row[name]) for name in own if name in row.index}
    rank = _plain(row["rank"])
    made |= {"rank": rank, "ranked": len(peers), "items": _items(cohort, row, ids, marks)}
    unit = _sums(run, kind, row, cohort, marks)
    made["borders"] = []
    if rank is not None and cohort.shares:
        scores = peers["score"].to_numpy(dtype=float)
        made["borders"] = [_border(unit, b) for b in borders(scores, int(rank), cohort.shares)]
    return made


def _cohort(scheme: Scheme, label: str) -> Cohort:
    return next(c for c in scheme.active if c.label == label)


def _marks(run: _Run, kind: str, cohort: Cohort) -> dict[str, Mark]:
    """The benchmarks the run stored, by indicator."""
    stored = run.table("benchmarks")
    pool = next((c.label for c in run.scheme.cohorts if c.id == cohort.pool), cohort.label)
    here = stored[((stored["side"] == kind) & (stored["cohort"] == pool)).to_numpy()]
    made = {}
    for rule in cohort.indicators:
        of = here[(here["indicator"] == rule.id).to_numpy()].set_index("how")["value"]
        usual = of[[h not in {"min", "max"} and not h.startswith("standard ") for h in of.index]]
        value = float(usual.iloc[0]) if len(usual) else float("nan")
        made[rule.id] = (value, float(of.get("min", np.nan)), float(of.get("max", np.nan)))
    return made


def _items(
    cohort: Cohort, row: pd.Series, ids: list[str], marks: Mapping[str, Mark]
) -> list[dict[str, Any]]:
    rules = {r.id: r for r in cohort.indicators}
    return [
        {
            "indicator": i,
            "label": rules[i].label,
            "value": _plain(row[i]),
            "benchmark": _plain(marks[i][0]),
            "low": _plain(marks[i][1]),
            "high": _plain(marks[i][2]),
            "weight": rules[i].weight,
            "points": _plain(row[f"{i}_score"]),
        }
        for i in ids
        if i in rules
    ]


def _sums(run: _Run, kind: str, row: pd.Series, cohort: Cohort, marks: Mapping[str, Mark]) -> Sums:
    """The unit's own figures, added up as the evaluation did."""
    figures = run.ground.figures
    figures = figures[(figures["year"] == run.year).to_numpy()].set_index("uscc")[list(OPERANDS)]
    if kind == "parcel":
        users = run.ground.users
        part = users[(users["parcel_code"] == row["parcel_code"]).to_numpy()].set_index("uscc")
        own = figures.reindex(part.index).mul(part["weight"], axis=0)
    else:
        table = run.table("enterprise_evaluation")
        own = figures.reindex(table.loc[(table["unit_id"] == row["unit_id"]).to_numpy(), "uscc"])
    total = own.sum(min_count=1).to_frame().T.assign(**{AREA: float(row[AREA])})
    missing = {r.id: float(row[f"{r.id}_score"]) for r in cohort.indicators}
    return Sums(_standards(run, kind, row, total), cohort, marks, missing)


def _standards(run: _Run, kind: str, row: pd.Series, total: pd.DataFrame) -> pd.DataFrame:
    """The row with the unit's industry, for benchmarks by industry."""
    code = str(row["uscc"]) if kind == "enterprise" else str(row["enterprises"]).split("|")[0]
    industry = run.ground.firms.set_index("uscc")["industry"].get(code, "")
    return total.assign(industry=str(industry))


def _border(unit: Sums, border: Border) -> dict[str, Any]:
    made = asdict(border)
    made["single"] = [asdict(v) | {"change": v.change} for v in levers(unit, border)]
    return made


def _area_lines(run: _Run, kind: str, code: str) -> list[dict[str, Any]]:
    lines = run.table("ledger_lines")
    rows = lines[(lines[SIDES[kind]] == code).to_numpy()]
    return [{str(k): _plain(v) for k, v in r.items()} for r in rows.to_dict("records")]


def _hangs_on(run: _Run, kind: str, code: str, names: pd.Series) -> list[dict[str, Any]]:
    """Queued links that would change the grade; those of the subject itself first."""
    table = run.table("grade_stakes")
    rows = table[((table["subject_kind"] == kind) & (table["subject_id"] == code)).to_numpy()]
    near = (rows["change_mu"].abs() < STEP_MU) & (rows[SIDES[kind]] != code)
    rows = rows.assign(_far=near).sort_values(["_far", "parcel_code", "uscc"], kind="stable")
    columns = ["parcel_code", "uscc", "before", "after", "change_mu", "probability"]
    return [
        {str(k): _plain(v) for k, v in r.items()} | {"name": str(names.get(r["uscc"], ""))}
        for r in rows[columns].to_dict("records")
    ]


STEP_MU: Final = 1e-4  # places areas are written with


def _plain(value: Any) -> Any:
    """A cell for JSON: missing is None."""
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    return value.item() if isinstance(value, np.generic) else value
