from __future__ import annotations

from datetime import date

import pytest

from geomujun.errors import SchemeError
from geomujun.policy import locality

MINE = """
id: here
title: 本区
division: "330603"
sources: {notice: {title: 本区通知}}
thresholds:
  AREA_REPORTED: {share: 0.05, source: notice, confirmed: true}
"""


def test_the_defaults_are_those_of_the_contract() -> None:
    got = locality.load().thresholds
    assert got["AREA_REPORTED"]["share"] == 0.10
    assert got["AREA_UNALLOCATED"]["share"] == 0.05
    assert (got["FAR_MISMATCH"]["low"], got["FAR_MISMATCH"]["high"]) == (0.7, 1.4)
    assert (got["EXPANSION"]["area_m2"], got["EXPANSION"]["share"]) == (20, 0.01)
    assert got["PARCEL_OVERLAP"]["share"] == 0.01
    assert got["VIRTUAL_ADDRESS"]["firms"] == 8
    assert got["GRADE_CONFLICT"]["classes"] == 2
    assert got["EXEMPTION_ENDED"]["years"] == 1
    assert set(got) <= set(locality.load().provenance)


def test_nothing_is_public_unless_the_locality_says_so() -> None:
    assert locality.load().publication["columns"] == []


def test_a_locality_overrides_single_values_and_keeps_the_rest() -> None:
    got = locality.load(MINE)
    assert got.id == "here"
    assert got.thresholds["AREA_REPORTED"] == {"share": 0.05}
    assert got.provenance["AREA_REPORTED"] == locality.Provenance("本区通知", True)
    assert not got.provenance["EXPANSION"].confirmed
    assert got.thresholds["VIRTUAL_ADDRESS"] == locality.load().thresholds["VIRTUAL_ADDRESS"]
    assert got.sha256 != locality.load().sha256


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("AREA_REPORTED", "AREA_REPROTED", "AREA_REPROTED"),
        ("share: 0.05", "percent: 5", "percent"),
        ("source: notice", "source: note", "note"),
        ("thresholds:", "treshold:", "treshold"),
        ("confirmed: true", "confirmed: 1", "confirmed"),
        ("share: 0.05", "share: five", "five"),
    ],
)
def test_a_wrong_locality_is_refused(old: str, new: str, words: str) -> None:
    with pytest.raises(SchemeError, match=words):
        locality.load(MINE.replace(old, new), "here.yaml")


def test_an_unknown_locality_lists_the_known_ones() -> None:
    with pytest.raises(SchemeError) as caught:
        locality.load("nowhere")
    assert "default" in caught.value.hint


def test_a_locality_may_override_a_screening_rule_by_its_own_names_only() -> None:
    text = MINE.replace("AREA_REPORTED: {share: 0.05", "IDLE_1: {months: 6")
    assert locality.load(text).thresholds["IDLE_1"] == {"months": 6}
    with pytest.raises(SchemeError, match="days"):
        locality.load(text.replace("months: 6", "days: 6"))


def test_a_value_holds_from_its_day_on() -> None:
    text = MINE.replace("share: 0.05", "share: 0.05, effective: 2024-07-01")
    early, late = (locality.load(text, day=date(2024, m, 1)).thresholds for m in (6, 7))
    assert early["AREA_REPORTED"]["share"] == 0.10
    assert late["AREA_REPORTED"]["share"] == 0.05
    with pytest.raises(SchemeError, match="不是日期"):
        locality.load(text.replace("2024-07-01", "七月"))


def test_a_table_by_sector_or_division_may_be_grown_and_others_not() -> None:
    text = MINE.replace("AREA_REPORTED: {share: 0.05", 'LOW_FAR_OLD: {"33": 0.8')
    assert locality.load(text).thresholds["LOW_FAR_OLD"] == {"33": 0.8}
    with pytest.raises(SchemeError, match="3311"):
        locality.load(text.replace('"33"', '"3311"'))
    place = MINE.replace("AREA_REPORTED: {share: 0.05", 'LOW_FAR_NEW: {"330603": 1.4')
    assert locality.load(place).thresholds["LOW_FAR_NEW"] == {"330603": 1.4}


def test_a_screening_rule_takes_the_words_of_the_place_and_may_rest() -> None:
    words = 'COV: {coverage: 0.4, active: false, basis: 本区要求, path: 补建, exemption: ""'
    about = locality.load(MINE.replace("AREA_REPORTED: {share: 0.05", words)).provenance["COV"]
    assert (about.active, about.basis, about.path) == (False, "本区要求", "补建")
    with pytest.raises(SchemeError, match="active"):
        locality.load(MINE.replace("share: 0.05", "share: 0.05, active: false"))


OWN_BREAKS = """id: own
title: 本地
sources: {{own: {{title: 本地办法}}}}
map: {{tax_breaks: {breaks}, source: own, confirmed: true}}
"""


def test_a_place_may_name_its_own_classes_of_tax_per_mu() -> None:
    assert locality.load().tax_breaks == ()
    assert locality.load(OWN_BREAKS.format(breaks="[5, 10, 20.5]")).tax_breaks == (5.0, 10.0, 20.5)


@pytest.mark.parametrize(
    "breaks", ["[]", "[5, 5]", "[10, 5]", "[-1, 5]", "5", "[a]", "[1,2,3,4,5,6,7,8,9]"]
)
def test_breaks_that_do_not_ascend_or_are_none_are_refused(breaks: str) -> None:
    with pytest.raises(SchemeError, match=r"界值|数字|超出"):
        locality.load(OWN_BREAKS.format(breaks=breaks))
