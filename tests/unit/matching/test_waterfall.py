"""Evidence read back: prior first, sums that end at the weight of the link."""

from __future__ import annotations

import pytest
from matching_small import Town

from geomujun.matching.evidence import Item, as_json
from geomujun.matching.waterfall import waterfall


def test_the_prior_comes_first_and_the_sum_runs_in_the_order_of_the_cell() -> None:
    cell = as_json(
        [
            Item("place", -2.0, "绍兴", "杭州", "区划不符"),
            Item("name", 20.0, "a", "a", "全名一致"),
            Item("prior", -6.0, "", "", "先验"),
        ]
    )
    steps = waterfall(cell)
    assert [(s.item.name, s.total) for s in steps] == [
        ("prior", -6.0),
        ("name", 14.0),
        ("place", 12.0),
    ]
    assert steps[1].item == Item("name", 20.0, "a", "a", "全名一致")


def test_the_last_sum_is_the_weight_of_a_link_of_the_engine() -> None:
    town = Town()
    town.firm("绍兴华联纺织有限公司")
    town.parcel("绍兴华莲纺织有限公司")
    link = town.links().iloc[0]
    steps = waterfall(link["evidence"])
    assert steps[0].item.name == "prior"
    assert abs(steps[-1].total - link["weight_bits"]) < 0.0005 * len(steps)


def test_a_link_without_evidence_has_no_steps() -> None:
    assert waterfall("") == []


@pytest.mark.parametrize("cell", ['{"name": 1}', '[{"name": "x"}]', "[1]", "no json"])
def test_what_is_no_evidence_is_refused(cell: str) -> None:
    with pytest.raises(ValueError, match=r"evidence|Expecting"):
        waterfall(cell)
