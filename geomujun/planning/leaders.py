"""Leaders in yield per mu (领跑者): one ranked list of firms, parks or counties at a time.

Score of an item = value ÷ mean of the list × weight, as in the evaluation; weights of items nobody
has data for go to the others, and are named. Growth = (1 + growth) ÷ its mean, weighted like the
levels. Of a mother and its subsidiaries only the first in the ranking is taken.

Source: 浙亩均办〔2021〕5号 二 (items, seats), 三(三) (母公司和子公司不重复遴选). The document
leaves scoring to the departments: the formula here is a default of ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomujun.evaluation.indicators import ENTERPRISE, REGION
from geomujun.lang import t
from geomujun.policy.measures_leaders import LeaderItem, LeaderList

Floats = npt.NDArray[np.float64]
COLUMNS: Final = (
    "list", "rank", "id", "name", "sector", "members", "level_score", "growth_score", "score",
    "chosen", "reason", "missing",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ranking:
    """``table``: `COLUMNS` and one column per item, best first. ``notes``: what is missing."""

    table: pd.DataFrame
    notes: tuple[str, ...]


def rank(
    one: LeaderList,
    candidates: pd.DataFrame,
    previous: pd.DataFrame | None,
    parents: Mapping[str, str] | None,
    seats: int | None = None,
) -> Ranking:
    """Rank a list's candidates and say who is chosen.

    Args:
        one: The list.
        candidates: Index id; ``name``, ``sector``, ``members`` ("|"-joined usccs, or the id), and a
            column per indicator that is known.
        previous: Last year's indicators on the same ids; None when nobody has them.
        parents: uscc → uscc of its mother; None when unknown.
        seats: Instead of the list's own number, for a smaller place.
    """
    pool = candidates.sort_index(kind="stable")
    if pool.empty:
        return Ranking(pd.DataFrame(columns=list(COLUMNS)), (_nobody(one),))
    have, notes = _usable(one, pool)
    out = pool[["name", "sector", "members"]].copy()
    out["level_score"] = _score(pool, have)
    growth = _growth(pool, previous, have)
    known = bool(np.isfinite(growth.to_numpy(dtype=float)).any())
    if known:
        out["growth_score"] = _score(growth, [i for i in have if growth[i.indicator].notna().any()])
    else:
        out["growth_score"] = np.nan
        if one.growth_weight:
            notes.append(
                t(
                    "没有上年数据，增速不计，只按水平排名",
                    "no figures of the year before: ranked by level only",
                )
            )
    share = one.growth_weight if known else 0.0
    out["score"] = (1 - share) * out["level_score"] + share * out["growth_score"].fillna(0.0)
    out["missing"] = _missing(pool, have)
    out[[i.indicator for i in have]] = pool[[i.indicator for i in have]]
    out = out.rename_axis("id").reset_index()
    out = out.sort_values(["score", "id"], ascending=[False, True], ignore_index=True)
    out.insert(0, "rank", np.arange(1, len(out) + 1))
    out.insert(0, "list", one.id)
    if parents is None and one.kind == "enterprise":
        notes.append(
            t(
                "没有母子公司关系，未核对“母公司和子公司不重复遴选”；用 --case 给出案卷",
                "mothers and subsidiaries are unknown, the rule on them was not applied; "
                "give the case with --case",
            )
        )
    out["reason"] = _seat(out, one, one.seats if seats is None else seats, parents or {})
    out["chosen"] = out["reason"] == ""
    order = [*COLUMNS, *(i.indicator for i in have)]
    return Ranking(out[list(dict.fromkeys(order))], tuple(notes))


def _nobody(one: LeaderList) -> str:
    return t("{t}：本次评价没有这类对象", "{t}: nobody of this kind was evaluated", t=one.title)


def _usable(one: LeaderList, pool: pd.DataFrame) -> tuple[list[LeaderItem], list[str]]:
    """Items with data, and the words about those without."""
    have = [i for i in one.items if i.indicator in pool and pool[i.indicator].notna().any()]
    gone = [i.label for i in one.items if i not in have]
    notes = [one.note] if one.note else []
    if gone:
        notes.append(
            t(
                "没有数据、权重分给其余指标：{g}",
                "no data, weight given to the others: {g}",
                g="、".join(gone),
            )
        )
    return have, notes


def _score(values: pd.DataFrame, items: Sequence[LeaderItem]) -> Floats:
    """Σ weight × value ÷ mean, weights scaled to 100; a unit's missing item scores 0."""
    total = np.zeros(len(values))
    weight = sum(i.weight for i in items)
    for item in items:
        column = values[item.indicator].to_numpy(dtype=float)
        good = np.isfinite(column)
        mean = float(np.sort(column[good]).sum()) / max(int(good.sum()), 1)
        if mean > 0 and weight > 0:
            total += np.where(good, column / mean, 0.0) * item.weight / weight * 100
    return total


def _growth(
    pool: pd.DataFrame, previous: pd.DataFrame | None, items: Sequence[LeaderItem]
) -> pd.DataFrame:
    """1 + growth of every item; NaN where last year's value is not above 0."""
    out = pd.DataFrame(index=pool.index)
    for item in items:
        if previous is None or item.indicator not in previous:
            out[item.indicator] = np.nan
            continue
        before = previous[item.indicator].reindex(pool.index).to_numpy(dtype=float)
        now = pool[item.indicator].to_numpy(dtype=float)
        with np.errstate(divide="ignore", invalid="ignore"):
            out[item.indicator] = np.where(before > 0, now / before, np.nan)
    return out


def _missing(pool: pd.DataFrame, items: Sequence[LeaderItem]) -> list[str]:
    if not items:
        return [""] * len(pool)
    gaps = np.column_stack([pool[i.indicator].isna().to_numpy(dtype=bool) for i in items])
    return ["、".join(i.label for i, gone in zip(items, row, strict=True) if gone) for row in gaps]


def _seat(
    table: pd.DataFrame, one: LeaderList, seats: int | None, parents: Mapping[str, str]
) -> list[str]:
    """Why each is not chosen, "" for the chosen; walks down the ranking."""
    left = _seats_by_sector(table, seats) if one.by_sector else {"": seats}
    taken: dict[str, str] = {}  # uscc → name of the chosen it belongs to
    above: dict[str, str] = {}  # uscc that is a mother of a chosen one → that one's name
    out = []
    for name, sector, members in zip(table["name"], table["sector"], table["members"], strict=True):
        own = members.split("|")
        chains = [_mothers(code, parents) for code in own]
        kin = next((taken[m] for chain in chains for m in chain if m in taken), "")
        kin = kin or next((above[code] for code in own if code in above), "")
        key = sector if one.by_sector else ""
        room = left.get(key)
        if kin:
            out.append(t("母子公司 {k} 已入选", "its kin {k} is chosen", k=kin))
        elif room is not None and room <= 0:
            out.append(t("名额外", "beyond the seats"))
        else:
            out.append("")
            taken |= dict.fromkeys(own, name)
            above |= {m: name for chain in chains for m in chain}
            if room is not None:
                left[key] = room - 1
    return out


def _mothers(code: str, parents: Mapping[str, str]) -> list[str]:
    """The mother of a firm, her mother, and so on; a circle ends where it began."""
    chain: list[str] = []
    at = parents.get(code, "")
    while at and at not in chain and at != code:
        chain.append(at)
        at = parents.get(at, "")
    return chain


def _seats_by_sector(table: pd.DataFrame, seats: int | None) -> dict[str, int | None]:
    """Seats in proportion to candidates, largest remainder; ties to the smaller code."""
    count = table["sector"].value_counts().sort_index()
    if seats is None:
        return dict.fromkeys(count.index, None)
    exact = count * min(seats, len(table)) / len(table)
    whole = pd.Series(np.floor(exact.to_numpy(dtype=float)).astype(int), index=count.index)
    rest = min(seats, len(table)) - int(whole.sum())
    order = (whole - exact).sort_values(kind="stable").index
    whole.loc[order[:rest]] += 1
    return {str(k): int(v) for k, v in whole.items()}


def indicators_of(figures: pd.DataFrame, ids: Sequence[str], kind: str) -> pd.DataFrame:
    """Indicators out of sums of figures with ``area_mu``; ids without a formula are left out."""
    formulas = ENTERPRISE if kind == "enterprise" else REGION
    out = pd.DataFrame(index=figures.index)
    for name in ids:
        if name in formulas:
            num, den = formulas[name](figures)
            out[name] = num / den.where(den > 0)
        elif name in figures:
            out[name] = figures[name]
    return out
