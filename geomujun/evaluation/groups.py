"""Evaluation by industry, town, county and city (分类汇总): the evaluated units added up.

A group's value is Σ numerators ÷ Σ denominators over its units with data, as a cohort's mean is;
its points are what that value earns under the cohort's own benchmarks, so that 100 is the level of
the cohort as a whole. Groups are ranked within kind and cohort; targets stand beside as an absolute
benchmark. Industry is the division of GB/T 4754 (two digits) of the unit's main firm. County and
city follow the declared 评价属地, else the division; the town is the firm's nine-digit division,
else the 地籍区 of its largest parcel, named after most of the 坐落 there.

Source: 浙亩均办〔2022〕2号 附件1 (targets of cities, 规上工业); S0 表10 (区域—行业—企业—指标).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomujun.domain.case import Case
from geomujun.domain.industry import DIVISION_NAMES
from geomujun.domain.keys import among, plain
from geomujun.evaluation import grading, scoring, units
from geomujun.evaluation.engine import Evaluation
from geomujun.evaluation.indicators import AREA, ENTERPRISE, operands
from geomujun.policy.model import Cohort, Scheme
from geomujun.policy.targets import Target
from geomujun.text.lexicon import divisions

Floats = npt.NDArray[np.float64]
KINDS: Final = {"industry": 2, "town": 9, "county": 6, "city": 4}  # digits of the code
HEAD: Final = ["kind", "id", "name", "cohort", "units", "enterprises", "area_mu", "tax_wan_yuan"]
TAIL: Final = [
    "score", "rank", "a", "b", "c", "d", "target_indicator", "target", "target_year",
    "target_ratio", "target_source",
]  # fmt: skip
_BEFORE: Final = r"^(?:[^省]{1,8}省)?(?:[^市]{1,8}市)?(?:[^县市区旗镇乡]{1,6}[县市区旗])?"
_TOWN: Final = r"^([\u4e00-\u9fff]{1,6}?(?:街道|镇|乡))"


def evaluate(
    case: Case, found: Evaluation, scheme: Scheme, targets: Sequence[Target] = ()
) -> pd.DataFrame:
    """All groups of all kinds, sorted by kind, cohort and code.

    Args:
        case: Enterprises with their divisions, parcels with their locations.
        found: The evaluation of the case.
        scheme: Its rules.
        targets: Absolute benchmarks of places.
    """
    ids = scheme.indicator_ids()
    columns = [*HEAD, *(c for i in ids for c in (i, f"{i}_score")), *TAIL]
    frame = found.units
    if frame.empty or "grade" not in frame:
        return pd.DataFrame(columns=columns)
    frame = frame.assign(members=found.members.groupby("unit_id").size().reindex(frame.index))
    places = _places(case, found)
    parts = []
    for pool in scheme.pools:
        whole = frame[among(frame["cohort"], pd.Index([c.id for c in pool]))]
        if whole.empty:
            continue
        num, den = operands(whole, [r.id for r in pool[0].indicators], ENTERPRISE)
        marks = _marks(pool[0], num, den, whole["industry"].to_numpy(dtype=object))
        for cohort in pool:
            at = (whole["cohort"] == cohort.id).to_numpy()
            for kind in KINDS:
                key = places[kind].reindex(whole.index[at])
                parts.append(_group(cohort, kind, whole[at], (num[at], den[at], marks), key))
    made = pd.concat(parts, ignore_index=True).reindex(columns=columns[:-5])
    made = _with_targets(made, scheme, targets)
    made["name"] = _names(made, case)
    return made[columns].sort_values(["kind", "cohort", "id"], ignore_index=True)


def _places(case: Case, found: Evaluation) -> pd.DataFrame:
    """Index unit_id: code of each kind, "" where nothing tells it."""
    frame = found.units
    first = frame["tie_key"]
    firms = case.enterprises.drop_duplicates("uscc")
    declared = firms["declared_division"].str.strip()
    division = declared.where(declared != "", firms["division"].str.strip())
    own = pd.Series(plain(division), index=plain(firms["uscc"])).reindex(first).fillna("")
    land = _main_parcel(found).reindex(frame.index).fillna("").astype("str")
    own = pd.Series(own.to_numpy(), index=frame.index, dtype="str")
    county = own.where(own.str.len() >= units.COUNTY_DIGITS, land).str[: units.COUNTY_DIGITS]
    town = own.where(own.str.len() >= KINDS["town"], land).str[: KINDS["town"]]
    return pd.DataFrame(
        {
            "industry": frame["industry"].str[:2],
            "town": town.where(town.str.len() == KINDS["town"], ""),
            "county": county,
            "city": county.str[: KINDS["city"]],
        }
    )


def _main_parcel(found: Evaluation) -> pd.Series:
    """The largest certified parcel of each unit."""
    users = found.parcel_users
    home = found.members.drop_duplicates("uscc").set_index("uscc")["unit_id"]
    rows = users[among(users["uscc"], home.index)]
    area = np.where(
        rows["unsplit"].to_numpy(dtype=bool),
        found.base.parcel_m2.reindex(rows["parcel_code"]).to_numpy(dtype=float),
        rows["net_m2"].to_numpy(dtype=float),
    )
    rows = rows.assign(unit=home.reindex(rows["uscc"]).to_numpy(), area=area)
    coded = rows["parcel_code"].str.match(r"\d{12}[A-Z]{2}\d{5}$").to_numpy(dtype=bool)
    rows = rows[coded].sort_values(["unit", "area", "parcel_code"], ascending=[True, False, True])
    return rows.drop_duplicates("unit").set_index("unit")["parcel_code"]


def _marks(
    cohort: Cohort, num: Floats, den: Floats, industry: npt.NDArray[np.object_]
) -> list[tuple[float, float, float]]:
    got = scoring.score(cohort, num, den, industry=industry)
    return [
        (float(m), float(a), float(b))
        for m, a, b in zip(got.benchmarks, got.low, got.high, strict=True)
    ]


def _group(
    cohort: Cohort,
    kind: str,
    frame: pd.DataFrame,
    columns: tuple[Floats, Floats, list[tuple[float, float, float]]],
    key: pd.Series,
) -> pd.DataFrame:
    """One row per code of one kind."""
    code, names = pd.factorize(plain(key), sort=True)
    n = len(names)
    grade = frame["grade"].to_numpy(dtype=object)
    made = pd.DataFrame({"kind": kind, "id": names, "cohort": cohort.label})
    made["units"] = np.bincount(code, minlength=n)
    made["enterprises"] = np.bincount(code, weights=frame["members"], minlength=n).astype(np.int64)
    for name in (AREA, "tax_wan_yuan"):
        made[name] = np.bincount(code, weights=np.nan_to_num(frame[name]), minlength=n)
    total = np.zeros(n)
    num, den, marks = columns
    for j, rule in enumerate(cohort.indicators):
        both = ~(np.isnan(num[:, j]) | np.isnan(den[:, j]))
        top = np.bincount(code[both], weights=num[both, j], minlength=n)
        bottom = np.bincount(code[both], weights=den[both, j], minlength=n)
        value = np.divide(top, bottom, out=np.full(n, np.nan), where=bottom != 0)
        points = scoring.points_of(cohort.score, rule, value, marks[j])
        made[rule.id], made[f"{rule.id}_score"] = value, points
        total += points
    made["score"] = total
    rank = grading.ranks(total, names != "", names)
    made["rank"] = pd.Series(pd.array(rank, dtype="Int64")).where(rank > 0)
    for letter in grading.GRADES:
        made[letter.lower()] = np.bincount(code[grade == letter], minlength=n)
    return made


def _with_targets(made: pd.DataFrame, scheme: Scheme, targets: Sequence[Target]) -> pd.DataFrame:
    """What a place is to reach, where a target is set for it and for the cohort's size."""
    out = made.assign(
        target_indicator="", target=np.nan, target_year=pd.array([pd.NA] * len(made), "Int64"),
        target_ratio=np.nan, target_source="",
    )  # fmt: skip
    sizes = {c.label: c.size for c in scheme.active}
    size = made["cohort"].map(sizes)
    for target in targets:
        if target.indicator not in made:
            continue
        place = (made["kind"] == "city") & (made["id"] == target.division) & (size == target.size)
        at = place.to_numpy(dtype=bool)
        out.loc[at, "target_indicator"] = target.indicator
        out.loc[at, "target"] = target.value
        out.loc[at, "target_year"] = target.year
        out.loc[at, "target_ratio"] = made.loc[at, target.indicator] / target.value
        out.loc[at, "target_source"] = target.source
    return out


def _names(made: pd.DataFrame, case: Case) -> pd.Series:
    """Names of industries, of the country's divisions, of towns by the 坐落 of their parcels."""
    place = {d.code: d.name for d in divisions()}
    names = {**DIVISION_NAMES, **place, **{c[:4]: n for c, n in place.items() if c[4:] == "00"}}
    text = case.parcels["location"].str.replace(_BEFORE, "", n=1, regex=True)
    town = text.str.extract(_TOWN, expand=False)
    seen = pd.DataFrame({"code": case.parcels["parcel_code"].str[: KINDS["town"]], "name": town})
    seen = seen.dropna().groupby(["code", "name"]).size().rename("n").reset_index()
    seen = seen.sort_values(["code", "n", "name"], ascending=[True, False, True])
    names |= dict(seen.drop_duplicates("code")[["code", "name"]].itertuples(index=False))
    return made["id"].map(names).fillna("").astype("str")
