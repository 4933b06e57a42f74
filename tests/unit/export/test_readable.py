"""The words that stand in the workbook for JSON and lists."""

from __future__ import annotations

import json

import pytest

from geomujun.domain.catalogue import TABLES
from geomujun.domain.legend import legend
from geomujun.export.readable import reader
from geomujun.lang import set_lang
from geomujun.screening.table import rule_table


def _said(table: str, column: str, value: object) -> str:
    read = reader(table, column)
    assert read is not None
    return read(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def test_evidence_is_a_sentence_a_sign_with_both_values_once_and_its_bits() -> None:
    signs = [
        {"name": "name", "bits": 24.51, "left": "甲厂", "right": "甲厂", "line": "全名一致"},
        {"name": "trade", "bits": -5.04, "left": "甲", "right": "乙", "line": "字号不同"},
        {"name": "lease", "bits": 0.0, "left": "", "right": "", "line": "合同写明宗地代码"},
    ]
    said = "全名一致（甲厂） +24.5；字号不同（甲 ↔ 乙） -5.0；合同写明宗地代码 +0.0"
    assert _said("links", "evidence", signs) == said
    assert _said("links", "evidence", "") == ""


@pytest.mark.parametrize(
    ("lang", "said"),
    [("zh", "宗地 第 12 行（P1）；租赁 第 3 行"), ("en", "parcels row 12 (P1); leases row 3")],
)
def test_source_rows_are_named_by_table_and_row(lang: str, said: str) -> None:
    rows = [{"table": "parcels", "row": 12, "key": "P1"}, {"table": "leases", "row": 3, "key": ""}]
    set_lang("en" if lang == "en" else "zh")
    try:
        assert _said("cross_check", "rows", rows) == said
    finally:
        set_lang("zh")


def test_thresholds_are_named_and_numbers_of_industries_stand_together() -> None:
    numbers = {"from_year": 2022.0, "13": 1.0, "17": 0.8, "20": 0.8, "3205": 1.6}
    assert _said("screening_rules", "thresholds", numbers) == (
        "起始年份 2022；17 纺织业、20 木材加工和木、竹、藤、棕、草制品业 0.8；"
        "13 农副食品加工业 1；宗地代码 3205 开头 1.6"
    )
    assert _said("screening_rules", "confirmed", "0") == "否"


def test_every_threshold_of_a_packaged_rule_has_a_name() -> None:
    used = {key for rule in rule_table().rules.values() for key in rule.numbers}
    assert {key for key in used if not key.isdigit()} <= set(legend().words["threshold_name"])


def test_readers_are_for_columns_that_exist() -> None:
    for table, spec in ((t, f) for t in TABLES.values() for f in t.fields):
        assert reader(table.name, spec.name) is None or table.role == "output"
    assert reader("links", "uscc") is None
