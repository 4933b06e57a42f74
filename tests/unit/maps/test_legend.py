"""The one source of colours and words."""

from __future__ import annotations

import re

import pytest

from geomujun.domain import words
from geomujun.domain.catalogue import TABLES
from geomujun.domain.legend import GRADES, legend
from geomujun.lang import set_lang
from geomujun.screening.table import rule_table

CONTRACT_RULES = {
    "AREA_OVER", "AREA_UNALLOCATED", "AREA_REPORTED", "GRADE_CONFLICT", "HOLDER_CANCELLED", "TENANT_NO_LEASE",
    "LEASE_NO_TITLE", "LEASE_EXPIRED", "NO_LAND_ENTERPRISE", "IDLE_LAND", "USE_MISMATCH", "EXPANSION",
    "FAR_MISMATCH", "VIRTUAL_ADDRESS", "USCC_INVALID", "USCC_DUPLICATE", "PARCEL_OVERLAP",
    "PARCEL_CODE_VARIANT", "POINT_DATUM", "EXEMPTION_ENDED", "DECISION_STALE",
}  # fmt: skip


def _luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_grades_have_the_measured_palette() -> None:
    colours = [legend().grades[g].colour for g in "ABCD"]
    assert colours == ["#2166ac", "#92c5de", "#fdb863", "#b2182b"]
    assert tuple(legend().grades) == GRADES
    assert legend().grades["D"].hatch in legend().hatches
    assert "low_efficiency" in legend().hatches


def test_letters_can_be_read_on_their_colour() -> None:
    for swatch in [*legend().grades.values(), *legend().parcel_buckets.values()]:
        light, dark = sorted([_luminance(swatch.colour), _luminance(swatch.text)], reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 3, swatch.key


def test_marks_tell_classes_apart_without_colour() -> None:
    for family in (legend().grades, legend().parcel_buckets):
        assert len({s.mark for s in family.values()}) == len(family)
        assert len({s.colour for s in family.values()}) == len(family)
        assert all(re.fullmatch("#[0-9a-f]{6}", s.colour) for s in family.values())


@pytest.mark.parametrize(
    ("family", "enum"),
    [
        ("relation", words.Relation), ("area_method", words.AreaMethod), ("band", words.Band),
        ("decision", words.Verdict), ("component", words.Component), ("unit_kind", words.UnitKind),
        ("severity", words.Severity),
    ],
)  # fmt: skip
def test_every_word_of_the_contract_has_its_chinese(family: str, enum: type[words.StrEnum]) -> None:
    assert set(legend().words[family]) == {str(w) for w in enum}


def test_every_bucket_and_rule_has_its_chinese() -> None:
    assert set(legend().parcel_buckets) == {str(b) for b in words.ParcelBucket}
    assert set(legend().enterprise_buckets) == {str(b) for b in words.EnterpriseBucket}
    assert set(legend().words["rule"]) >= CONTRACT_RULES


def test_choices_of_output_columns_are_covered() -> None:
    for table in TABLES.values():
        for field in table.fields:
            if table.role == "output" and field.choices and field.name in legend().words:
                assert set(field.choices) <= set(legend().words[field.name]), field.name


def test_words_follow_the_language_and_unknown_ones_pass_through() -> None:
    assert legend().word("relation", "OWN") == "自有"
    set_lang("en")
    try:
        assert legend().word("relation", "OWN") == "owns"
        assert legend().bucket("no_land") == "no land"
        assert legend().grades["A"].title == "A · favoured"
    finally:
        set_lang("zh")
    assert legend().word("relation", "NEW_WORD") == "NEW_WORD"
    assert legend().word("no_family", "x") == "x"


def test_a_screening_rule_has_one_name_on_maps_in_sheets_and_in_its_table() -> None:
    names = legend().words["rule"]
    assert {k: names[k][0] for k in rule_table().rules} == {
        k: rule.title for k, rule in rule_table().rules.items()
    }


def test_every_unit_of_a_figure_has_its_word() -> None:
    units = {f.unit for f in TABLES["indicators"].fields if f.unit}
    assert units <= set(legend().words["unit"])
