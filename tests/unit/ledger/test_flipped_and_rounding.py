"""What a queued link would change, and rounding."""

from __future__ import annotations

import pandas as pd
import pytest
from ledger_small import YEAR, World

from geomujun.ledger.flips import flipped
from geomujun.ledger.rounding import round_m2

REVIEW = {"band": "review", "counted": False}


def changes(world: World) -> dict[tuple[int, str], tuple[float, float]]:
    found = flipped(world.inputs, world.book(), YEAR).areas
    rows = found[["flip", "uscc", "change_m2", "occupied_m2"]].itertuples(index=False, name=None)
    return {(f, u): (round(c, 2), round(o, 2)) for f, u, c, o in rows}


def test_a_queued_tenant_would_take_its_land_from_the_holder() -> None:
    world = World().parcel().link("A").link("T", "LEASE", lessor_uscc="A", claim_m2=1000, **REVIEW)
    assert changes(world) == {(1, "A"): (-1000, 2000), (1, "T"): (1000, 1000)}


def test_each_queued_link_is_flipped_alone() -> None:
    world = World().parcel().link("T", "OCCUPY", **REVIEW).link("U", "OCCUPY", **REVIEW)
    assert changes(world) == {(0, "T"): (3000, 3000), (1, "U"): (3000, 3000)}


def test_a_flip_that_makes_the_parcel_a_unit_takes_the_holders_land() -> None:
    world = World().parcel().link("A").link("T", "OCCUPY", **REVIEW)
    assert changes(world) == {(1, "A"): (-3000, 0)}


def test_land_elsewhere_stays() -> None:
    world = World().parcel().parcel("Q", 500).link("T", code="Q").link("T", "OCCUPY", **REVIEW)
    assert changes(world) == {(1, "T"): (3000, 3500)}


@pytest.mark.parametrize(
    "link",
    [{"decision": "different"}, {"in_force": False}, {"holder_cancelled": True},
     {"relation": "REGISTERED_ONLY"}],
)  # fmt: skip
def test_what_is_asked_of_nobody_is_not_flipped(link: dict[str, object]) -> None:
    assert changes(World().parcel().link("T", **({"relation": "OCCUPY"} | REVIEW | link))) == {}


def test_exempt_land_would_not_be_occupied() -> None:
    world = World().parcel(construction_start_on="2023-05-01").link("A", **REVIEW)
    assert changes(world) == {}


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        (1.005, 1.01),
        (2.675, 2.68),
        (0.004999, 0.0),
        (1e7 + 0.005, 1e7 + 0.01),
        (0.0, 0.0),
        (33.335, 33.34),
    ],
)
def test_half_a_cent_goes_up(value: float, rounded: float) -> None:
    assert round_m2(pd.Series([value])).tolist() == [pytest.approx(rounded, abs=1e-9)]


def test_unknown_stays_unknown_and_the_index_stays() -> None:
    found = round_m2(pd.Series([float("nan"), 1.0], index=[5, 3]))
    assert found.index.tolist() == [5, 3]
    assert pd.isna(found[5])


def test_a_contract_whose_tenant_is_confirmed_counts_once() -> None:
    out = World().parcel().link("A").out("A", 1000, number="L1")
    assert out.book().ledger.set_index("uscc")["leased_out_m2"].to_dict() == {"A": 1000.0}
    link = {"lessor_uscc": "A", "claim_m2": 1000, "lease_id": "L1"}
    asked = (
        World().parcel().link("A").out("A", 1000, number="L1").link("T", "LEASE", **link, **REVIEW)
    )
    assert changes(asked) == {(1, "T"): (1000, 1000)}
    sure = World().parcel().link("A").out("A", 1000, number="L1").link("T", "LEASE", **link)
    assert sure.book().ledger.set_index("uscc")["occupied_m2"].to_dict() == {
        "A": 2000.0,
        "T": 1000.0,
    }
