"""The written form of tables: order, decimals, guards."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from result_builder import sample_result

from geomujun.domain.catalogue import TABLES
from geomujun.export.frames import OUTPUTS, as_text, fields_of, guarded, ordered


def test_indicators_stand_after_the_column_the_catalogue_names() -> None:
    names = [f.name for f in fields_of(sample_result(), "enterprise_evaluation")]
    at = names.index("area_mu")
    assert names[at + 1 : at + 3] == ["tax_per_mu", "tax_per_mu_score"]
    assert names.index("bonus") > names.index("tax_per_power_score")


@pytest.mark.parametrize("name", OUTPUTS)
def test_row_order_of_the_input_does_not_show(name: str) -> None:
    result = sample_result()
    turned = {k: v.iloc[::-1] for k, v in result.tables.items()}
    pd.testing.assert_frame_equal(
        ordered(result, name), ordered(replace(result, tables=turned), name)
    )


def test_rows_with_one_key_are_ordered_by_the_rest() -> None:
    rejects = pd.DataFrame(
        {
            "file": ["a", "a"],
            "row": [2, 2],
            "field": ["x", "x"],
            "value": ["2", "1"],
            "reason": ["r", "r"],
        }
    )
    result = replace(sample_result(), tables={"rejects": rejects})
    assert ordered(result, "rejects")["value"].tolist() == ["1", "2"]


def test_numbers_dates_and_blanks_are_written_as_the_contract_says() -> None:
    links = pd.DataFrame(
        {
            "parcel_code": ["P2", "P1"], "uscc": ["U", "U"], "area_m2": [-0.0, 1234.5], "probability": [None, 0.5],
            "valid_to": [pd.NaT, pd.Timestamp("2024-12-31")], "claim_m2": [1.0, 2.0],
        }
    )  # fmt: skip
    result = replace(sample_result(), tables={"links": links})
    got = as_text(ordered(result, "links"), fields_of(result, "links"))
    assert list(got.columns) == TABLES["links"].columns
    assert got["area_m2"].tolist() == ["1234.50", "0.00"]
    assert got["probability"].tolist() == ["0.500000", ""]
    assert got["valid_to"].tolist() == ["2024-12-31", ""]
    assert got["decision"].tolist() == ["", ""]


def test_a_rank_with_gaps_is_written_as_whole_numbers() -> None:
    frame = pd.DataFrame({"uscc": ["A", "B"], "rank": [3.0, None]})
    result = replace(sample_result(), tables={"enterprise_evaluation": frame})
    got = as_text(
        ordered(result, "enterprise_evaluation"), fields_of(result, "enterprise_evaluation")
    )
    assert got["rank"].tolist() == ["3", ""]


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "@SUM(A1)",
        "+cmd|' /C calc'!A0",
        "-2+3+cmd|' /C calc'!A0",
        "\t=1",
        "\r=1",
        '=HYPERLINK("x")',
    ],
)
def test_a_cell_that_would_run_gets_an_apostrophe(cell: str) -> None:
    assert guarded(pd.Series([cell], dtype="str")).tolist() == ["'" + cell]


@pytest.mark.parametrize(
    "cell",
    [
        "91330603MA5U44PX52",
        "330603001006GB00018",
        "-12.5",
        "+86",
        "-",
        "ZL2020-00038",
        "绍兴（=）",
        "'=1",
    ],
)
def test_codes_numbers_and_prose_are_left_as_they_are(cell: str) -> None:
    assert guarded(pd.Series([cell], dtype="str")).tolist() == [cell]


def test_control_characters_never_reach_a_file() -> None:
    frame = pd.DataFrame({"uscc": ["A"], "name": ["甲\x00\x0b乙"]})
    result = replace(sample_result(), tables={"enterprise_reconciliation": frame})
    assert ordered(result, "enterprise_reconciliation")["name"].tolist() == ["甲乙"]


def test_a_missing_table_is_written_empty_with_all_its_columns() -> None:
    result = replace(sample_result(), tables={})
    got = ordered(result, "ledger")
    assert got.empty
    assert list(got.columns) == TABLES["ledger"].columns
