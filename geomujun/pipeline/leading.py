"""Who stands for a list of leaders in a finished run, and what they showed the year before."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from geomujun.domain.industry import division2
from geomujun.export.sheets_run import RunFolder
from geomujun.lang import t
from geomujun.planning import leaders as leading
from geomujun.planning.ground import Ground
from geomujun.planning.stand import figures_of
from geomujun.policy.measures_leaders import LeaderList

_MEMBER = "unit_id"


def candidates(run: RunFolder, one: LeaderList) -> pd.DataFrame:
    """The pool of a list: evaluated units, or regions of its kind and words."""
    if one.kind != "enterprise":
        table = run.tables["region_evaluation"]
        table = table[table["kind"] == one.kind]
        if one.words:
            level = pd.DataFrame(run.layer("parks").drop(columns="geometry"))
            told = (
                level.drop_duplicates("name").set_index("name")["level"]
                if len(level)
                else pd.Series(dtype=str)
            )
            text = table["name"] + " " + table["name"].map(told).fillna("").astype("str")
            table = table[text.str.contains("|".join(one.words), regex=True).to_numpy(dtype=bool)]
        return table.set_index("id").assign(sector="", members=lambda f: f.index)
    table = run.tables["enterprise_evaluation"]
    table = table[table["score"].notna()]
    industry = division2(run.firms()["industry"].reindex(table["uscc"])).to_numpy()
    table = table.assign(sector=industry)
    if one.sectors:
        number = pd.to_numeric(table["sector"], errors="coerce")
        table = table[number.between(*one.sectors).to_numpy(dtype=bool)]
    by = table.sort_values("uscc", kind="stable").groupby(_MEMBER, sort=True)
    pool = by.first()
    pool["members"] = by["uscc"].agg("|".join)
    more = by.size() - 1
    extra = [t(" 等 {n} 家", " and {n} more", n=n) if n else "" for n in more]
    pool["name"] = pool["name"].astype("str") + pd.Series(extra, index=pool.index, dtype="str")
    pool["tax_wan_yuan"] = (
        pool["tax_per_mu"] * pool["area_mu"] if "tax_per_mu" in pool else float("nan")
    )
    return pool


def earlier(figures: pd.DataFrame, one: LeaderList, pool: pd.DataFrame) -> pd.DataFrame:
    """Last year's indicators of a list of enterprises, on this year's land.

    Args:
        figures: Of the year before, index uscc.
        one: The list.
        pool: Its candidates.
    """
    members = pool["members"].str.split("|").explode()
    sums = figures.reindex(members.to_numpy()).groupby(members.index.to_numpy()).sum(min_count=1)
    sums = sums.reindex(pool.index).assign(area_mu=pool["area_mu"])
    return leading.indicators_of(sums, [i.indicator for i in one.items], one.kind)


def rankings(
    run: RunFolder, ground: Ground, lists: Iterable[LeaderList]
) -> dict[str, leading.Ranking]:
    """Every list ranked, with last year's figures and the parents that the ground knows."""
    firms = ground.firms[ground.firms["parent_uscc"] != ""]
    parents = dict(zip(firms["uscc"], firms["parent_uscc"], strict=True))
    figures = figures_of(ground, run.year - 1)
    made = {}
    for one in lists:
        pool = candidates(run, one)
        known = one.kind == "enterprise" and len(figures) > 0 and len(pool) > 0
        before = earlier(figures, one, pool) if known else None
        made[one.id] = leading.rank(one, pool, before, parents)
    return made
