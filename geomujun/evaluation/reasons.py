"""Why a firm has its grade, in words (等级说明): rank, state, whom it shares the result with."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomujun.domain.keys import plain
from geomujun.domain.words import UnitKind
from geomujun.lang import t

Texts = npt.NDArray[np.object_]


def per_firm(members: pd.DataFrame, units: pd.DataFrame) -> list[str]:
    """The text of every member, in the order given.

    Args:
        members: uscc, unit_id, unit_kind.
        units: index unit_id: cohort, rank, raw_grade, veto, not_d, transition, unrated, reasons,
            tenants, lease_malus.
    """
    text = np.full(len(units), "", dtype=object)
    ranked = units["rank"].notna().to_numpy(dtype=bool)
    cohort, _ = pd.factorize(plain(units["cohort"]))
    size = np.bincount(cohort[ranked], minlength=cohort.max(initial=0) + 1)[cohort]
    zh, en = "第 {k} 名，共 {n} 个", "rank {k} of {n}"
    form = t(zh, en)
    rank = units["rank"].to_numpy(dtype=np.int64, na_value=0)
    places = zip(rank[ranked].tolist(), size[ranked].tolist(), strict=True)
    text[ranked] = [form.format(k=k, n=n) for k, n in places]
    _append(text, _states(units))
    _append(text, _lettings(units))
    shared = members[(members["unit_kind"] != UnitKind.ENTERPRISE).to_numpy()]
    _append(text, _shared(shared).reindex(units.index).fillna("").to_numpy(dtype=object))
    at = units.index.get_indexer(pd.Index(members["unit_id"]))
    return [str(x) for x in text[at]]


def _append(text: Texts, more: Texts) -> None:
    """Put a further sentence behind those there are; few have one."""
    for i in np.flatnonzero(more != ""):
        text[i] = f"{text[i]}；{more[i]}" if text[i] else more[i]


def _states(units: pd.DataFrame) -> Texts:
    """What a state made of the grade, "" where none did; the first that applies, by precedence."""
    lifted = units["not_d"] & (units["raw_grade"] == "D")
    said = np.select(
        [units["veto"], units["transition"], units["unrated"], lifted],
        [
            t("一票否决，评为 D", "vetoed: D"),
            t("过渡期，只评价不分档", "in transition: scored, not graded"),
            t("不评价分类", "not rated"),
            t("按规定不评为 D，由 D 调为 C", "not to be D: lifted to C"),
        ],
        default="",
    )
    text, why = said.astype(object), plain(units["reasons"])
    for i in np.flatnonzero((text != "") & (why != "")):
        text[i] = f"{text[i]}：{why[i]}"
    return text


def _lettings(units: pd.DataFrame) -> Texts:
    """Points lost for letting out, "" where none. Few, so one by one."""
    text = np.full(len(units), "", dtype=object)
    zh, en = "出租给 {n} 家企业，扣 {x:g} 分", "lets to {n} firms: {x:g} points off"
    count, points = units["tenants"].to_numpy(), units["lease_malus"].to_numpy()
    for i in np.flatnonzero(points > 0):
        text[i] = t(zh, en, n=int(count[i]), x=float(points[i]))
    return text


def _shared(members: pd.DataFrame) -> pd.Series:
    """Per unit of several: whom the result is shared with. Few, so one by one."""
    made: dict[str, str] = {}
    size = members.groupby(["unit_id", "unit_kind"], sort=True).size().reset_index(name="n")
    for unit, kind, n in size.itertuples(index=False):
        if kind == UnitKind.PARCEL:
            zh = "宗地 {u} 难以分割，{n} 家企业共享评价结果"
            en = "parcel {u} cannot be split: {n} firms share the result"
        else:
            zh = "集团 {u} 合并评价，{n} 家企业共享结果"
            en = "group {u} is evaluated as one: {n} firms share the result"
        made[str(unit)] = t(zh, en, u=unit, n=n)
    return pd.Series(made, dtype="str")
