"""The order of the review queue and what it asks."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from ledger_small import YEAR, World

from geomujun.domain.catalogue import TABLES
from geomujun.lang import set_lang
from geomujun.ledger.flips import flipped
from geomujun.pipeline.queue import review_queue

NO_CHANGE = pd.DataFrame({"flip": [], "subject": [], "before": [], "after": []})


def queue(world: World, changes: pd.DataFrame = NO_CHANGE) -> pd.DataFrame:
    inputs, book = world.inputs, world.book()
    areas = inputs.land.set_index("code")["area_m2"]
    moved = {"enterprise": changes, "parcel": changes.iloc[:0]}
    return review_queue(book.links, inputs.case, areas, flipped(inputs, book, YEAR).areas, moved)


def asked(uscc: str, relation: str = "OCCUPY", code: str = "P", **more: Any) -> dict[str, Any]:
    """A queued link."""
    return {"uscc": uscc, "relation": relation, "code": code, "band": "review", "counted": False,
            "probability": 0.5, "rival_uscc": ""} | more  # fmt: skip


def made(*links: dict[str, Any], parcels: dict[str, float] | None = None) -> World:
    world = World()
    for code, area in (parcels or {"P": 3000}).items():
        world.parcel(code, area, holder_names="甲纺织厂")
    for link in links:
        world.link(**link)
    return world


@pytest.fixture(autouse=True)
def with_probability(monkeypatch: pytest.MonkeyPatch) -> None:
    import ledger_small

    more = {"probability": "float64", "rival_uscc": "str"}
    monkeypatch.setattr(ledger_small, "LINKS", ledger_small.LINKS | more)


def test_more_land_at_stake_comes_first() -> None:
    found = queue(made(asked("A"), asked("B", code="Q"), parcels={"P": 1000, "Q": 5000}))
    assert found["uscc"].tolist() == ["B", "A"]
    assert found["order"].tolist() == [1, 2]
    assert found["area_m2"].tolist() == [5000, 1000]
    assert list(found.columns) == TABLES["review_queue"].columns


def test_more_doubt_comes_first_on_equal_land() -> None:
    found = queue(
        made(asked("A", probability=0.9), asked("B", code="Q"), parcels={"P": 100, "Q": 100})
    )
    assert found["uscc"].tolist() == ["B", "A"]


def test_a_grade_that_would_change_doubles_the_urgency_and_is_named() -> None:
    world = made(asked("A"), asked("B", code="Q"), parcels={"P": 1000, "Q": 1500})
    changes = pd.DataFrame({"flip": [0], "subject": ["A"], "before": ["B"], "after": [""]})
    found = queue(world, changes)
    assert found["uscc"].tolist() == ["A", "B"]
    assert found["grades"].tolist() == ["A B→无", ""]
    assert found["enterprises_changed"].tolist() == [1, 0]
    assert found["parcels_changed"].tolist() == [0, 0]
    assert found["area_mu"].tolist() == [1.5, 2.25]


def test_ties_go_by_parcel_and_code() -> None:
    world = made(asked("B"), asked("A"), asked("C", code="O"), parcels={"P": 100, "O": 100})
    assert queue(world)["uscc"].tolist() == ["C", "A", "B"]


def test_what_was_decided_unsure_is_asked_on() -> None:
    assert queue(made(asked("A") | {"decision": "unsure"}))["uscc"].tolist() == ["A"]


@pytest.mark.parametrize(
    "link",
    [
        {"decision": "same"},
        {"decision": "different"},
        {"relation": "REGISTERED_ONLY"},
        {"band": "auto"},
    ],
)
def test_what_is_decided_or_never_counts_is_not_asked(link: dict[str, Any]) -> None:
    assert queue(made(asked("A") | link)).empty


@pytest.mark.parametrize(
    ("relation", "question"),
    [
        ("OWN", "宗地 P 的权利人“甲纺织厂”是不是 A厂？（另一候选：B厂）"),
        ("LEASE", "A厂 是否租用宗地 P？（另一候选：B厂）"),
        ("OCCUPY", "A厂 是否在 P 上生产？（另一候选：B厂）"),
    ],
)
def test_the_question_says_what_is_to_be_decided(relation: str, question: str) -> None:
    world = made(asked("A", relation, rival_uscc="B")).firm("B")
    assert queue(world)["question"].tolist() == [question]
    set_lang("en")
    try:
        assert queue(world)["question"][0].endswith("(other candidate: B厂)")
    finally:
        set_lang("zh")
