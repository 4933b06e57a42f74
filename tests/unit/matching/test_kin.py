"""Suggested groups and their brakes."""

from __future__ import annotations

import pandas as pd
from matching_small import Town, places_of, uscc

from geomujun.matching.kin import LARGEST, STEM_CAP, suggest
from geomujun.matching.register import build, lexicon_of

NONE = pd.DataFrame(
    {"parcel_code": [], "uscc": [], "relation": [], "counted": pd.Series(dtype="bool")}
)


def groups(town: Town, links: pd.DataFrame = NONE) -> list[list[str]]:
    """Members of every suggested group."""
    case = town.case
    found = suggest(build(case, lexicon_of(case)), places_of(town).sites, links)
    assert (found.groupby("group_id")["uscc"].transform("size") == found["members"]).all()
    return found.groupby("group_id")["uscc"].apply(list).tolist()


def test_a_parents_code_makes_a_group() -> None:
    town = Town(others=False)
    town.firm("绍兴华联控股有限公司")
    town.firm("绍兴越美印染有限公司", parent_uscc=uscc(1))
    town.firm("绍兴广聚服装有限公司", parent_uscc=uscc(1))
    town.firm("绍兴宝业针织有限公司")
    assert groups(town) == [[uscc(1), uscc(2), uscc(3)]]


def test_a_shared_trade_name_needs_a_shared_site_or_land() -> None:
    town = Town(others=False)
    town.firm("绍兴华联纺织有限公司", site_address="钱清镇海涂路18号")
    town.firm("绍兴华联印染有限公司", site_address="钱清镇海涂路18号")
    town.firm("绍兴华联服装有限公司", site_address="兰亭镇江南路7号")
    town.firm("绍兴宝业针织有限公司", site_address="钱清镇海涂路18号")
    assert groups(town) == [[uscc(1), uscc(2)]]
    both = pd.DataFrame(
        {"parcel_code": "P", "uscc": [uscc(1), uscc(3)], "relation": "OWN", "counted": True}
    )
    assert groups(town, both) == [[uscc(1), uscc(2), uscc(3)]]


def test_offices_in_one_building_are_no_site() -> None:
    town = Town(others=False)
    town.firm("绍兴华联纺织有限公司", registered_address="钱清镇海涂路18号501室")
    town.firm("绍兴华联印染有限公司", registered_address="钱清镇海涂路18号502室")
    assert groups(town) == []


def test_a_trade_name_that_many_share_says_nothing() -> None:
    town = Town(others=False)
    for n in range(STEM_CAP + 1):
        town.firm(
            f"绍兴鼎盛{'甲乙丙丁戊己庚辛壬癸子丑寅'[n]}纺织有限公司", site_address="海涂路18号"
        )
    assert groups(town) == []


def test_a_cluster_too_large_falls_back_to_parents_codes() -> None:
    town = Town(others=False)
    heads, trades = (1, 7, 13), ["纺织", "印染", "服装", "化纤", "针织", "塑料"]
    for n in range(18):
        name = f"绍兴鼎{'甲乙丙'[n // 6]}{trades[n % 6]}有限公司"
        town.firm(name, site_address=f"海涂路{n // 6 + 1}号")
    assert [len(g) for g in groups(town)] == [6, 6, 6]
    for child in heads[1:]:
        town.firms[child - 1]["parent_uscc"] = uscc(heads[0])
    assert LARGEST < 18
    assert groups(town) == [[uscc(n) for n in heads]]
