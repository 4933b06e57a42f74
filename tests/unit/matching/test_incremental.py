"""The sample town matched again after edits, and when all has to be matched instead."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from matching_small import DAY, Town

from benchmarks.rerun import edited
from geomujun.domain.case import Case
from geomujun.intake.reader import read_case
from geomujun.matching.engine import match
from geomujun.matching.identity import settle
from geomujun.matching.incremental import again, remember

TOWN = Path(__file__).parents[2] / "cases" / "sample-town" / "case"


@pytest.fixture(scope="module")
def raw() -> Case:
    return read_case(TOWN).case


def test_a_town_matched_again_is_the_town_matched(raw: Case) -> None:
    before, after = settle(raw).case, settle(edited(raw, 12, 5)).case
    first, memory = remember(before, DAY)
    pd.testing.assert_frame_equal(first.links, match(before, DAY).links, check_exact=True)
    found, later = again(memory, after, DAY, largest=2.0)
    full = match(after, DAY, frozen=memory.terms.frozen)
    assert not full.links.equals(first.links)
    pd.testing.assert_frame_equal(found.links, full.links, check_exact=True)
    pd.testing.assert_frame_equal(found.case.leases, full.case.leases, check_exact=True)
    back, _ = again(later, before, DAY, largest=2.0)
    pd.testing.assert_frame_equal(back.links, first.links, check_exact=True)


@pytest.mark.parametrize(("day", "largest"), [(date(2030, 6, 30), 2.0), (DAY, 0.0)])
def test_another_day_or_too_much_touched_matches_all(day: date, largest: float) -> None:
    town = Town()
    firm = "绍兴华联纺织有限公司"
    town.firm(firm)
    town.parcel(firm)
    town.lease(firm, "绍兴越美印染有限公司")
    _, memory = remember(settle(town.case).case, DAY)
    town.firm("绍兴越美印染有限公司")
    case = settle(town.case).case
    found, _ = again(memory, case, day, largest=largest)
    full = match(case, day, frozen=memory.terms.frozen)
    pd.testing.assert_frame_equal(found.links, full.links, check_exact=True)
    assert ("LEASE" in set(full.links["relation"])) == (day == DAY)
