"""Why a firm has its grade, in words (等级说明): rank, state, whom it shares the result with."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geomujun.domain.words import UnitKind
from geomujun.evaluation.keys import plain
from geomujun.lang import t


def per_firm(members: pd.DataFrame, units: pd.DataFrame) -> list[str]:
    """The text of every member, in the order given.

    Args:
        members: uscc, unit_id, unit_kind.
        units: index unit_id: cohort, rank, raw_grade, veto, not_d, transition, unrated, reasons.
    """
    text = pd.Series("", index=units.index, dtype="str")
    ranked = units["rank"].notna()
    size = units["cohort"].map(units.loc[ranked, "cohort"].value_counts())
    zh, en = "第 {k} 名，共 {n} 个", "rank {k} of {n}"
    form = t(zh, en)
    places = [
        form.format(k=k, n=int(n))
        for k, n in zip(units.loc[ranked, "rank"], size[ranked], strict=True)
    ]
    text.loc[ranked] = pd.Series(places, index=units.index[ranked], dtype="str")
    text = _joined(text, _states(units))
    shared = members[(members["unit_kind"] != UnitKind.ENTERPRISE).to_numpy()]
    text = _joined(text, _shared(shared).reindex(units.index).fillna(""))
    return [str(x) for x in plain(text.reindex(members["unit_id"]))]


def _joined(left: pd.Series, right: pd.Series) -> pd.Series:
    gap = pd.Series(np.where((left != "") & (right != ""), "；", ""), index=left.index, dtype="str")
    return left + gap + right


def _states(units: pd.DataFrame) -> pd.Series:
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
    text = pd.Series(said, index=units.index, dtype="str")
    why = (text != "") & (units["reasons"] != "")
    return text.where(~why, text + "：" + units["reasons"].astype("str"))


def _shared(members: pd.DataFrame) -> pd.Series:
    """Per unit of several: whom the result is shared with. Few, so one by one."""
    made: dict[str, str] = {}
    for (unit, kind), part in members.groupby(["unit_id", "unit_kind"], sort=True):
        if kind == UnitKind.PARCEL:
            zh = "宗地 {u} 难以分割，{n} 家企业共享评价结果"
            en = "parcel {u} cannot be split: {n} firms share the result"
        else:
            zh = "集团 {u} 合并评价，{n} 家企业共享结果"
            en = "group {u} is evaluated as one: {n} firms share the result"
        made[str(unit)] = t(zh, en, u=unit, n=len(part))
    return pd.Series(made, dtype="str")
