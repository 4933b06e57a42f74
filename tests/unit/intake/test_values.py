"""Numbers, dates and texts as departments write them."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geomujun.intake import units, values

AREA = units.WORDS["m2"]


def number(cell: object, factors: object = AREA, own: str = "") -> float:
    column = pd.Series([cell], dtype="str" if isinstance(cell, str) else "object")
    out, bad, _ = values.as_number(column, factors, own)  # type: ignore[arg-type]
    return math.inf if bad[0] else float(out[0])


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1234.5", 1234.5),
        ("１２３４．５", 1234.5),
        ("1,234,567.8", 1234567.8),
        ("1，234", 1234.0),
        ("12 345", 12345.0),
        (" 7 ", 7.0),
        ("\u30007\u3000", 7.0),
        ("-3", -3.0),
        ("\u22123", -3.0),
        ("(3)", -3.0),
        ("（1,200）", -1200.0),
        ("1e3", 1000.0),
        ("¥12", 12.0),
        ("1.5亩", 1000.0),
        ("2公顷", 20000.0),
        ("30 ㎡", 30.0),
        ("30平方米", 30.0),
        (8.0, 8.0),
        (True, math.inf),
    ],
)
def test_numbers_are_read_however_they_are_written(cell: object, value: float) -> None:
    assert number(cell) == pytest.approx(value)


@pytest.mark.parametrize(
    "cell", ["", "-", "—", "——", "/", "无", "N/A", "NULL", None, "  ", float("nan")]
)
def test_blank_words_are_missing_and_not_wrong(cell: object) -> None:
    assert math.isnan(number(cell))


@pytest.mark.parametrize(
    "cell",
    [
        "abc",
        "12,5",
        "1.2.3",
        "inf",
        "Infinity",
        "1e999",
        "约5亩",
        "5斤",
        "#DIV/0!",
        "1_000",
        "0x10",
        "5-6",
    ],
)
def test_what_is_no_number_is_told(cell: str) -> None:
    assert number(cell) == math.inf


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("120°30′00″", 120.5),
        ("120度30分36秒", 120.51),
        ("120°30'36\"", 120.51),
        ("120°30.6'", 120.51),
        ("120.51", 120.51),
    ],
)
def test_degrees_and_minutes_are_degrees(cell: str, value: float) -> None:
    assert number(cell, {}, "degree") == pytest.approx(value)


def test_minutes_beyond_sixty_are_no_angle() -> None:
    assert number("120°75′00″", {}, "degree") == math.inf


@given(st.floats(allow_nan=False, allow_infinity=False, width=64))
def test_every_float_survives_its_own_text(value: float) -> None:
    assert number(repr(value)) == value


def date(cell: object, to_end: bool = False) -> str:
    column = pd.Series([cell], dtype="str" if isinstance(cell, str) else None)
    out, bad = values.as_date(column, to_end=to_end)
    return "bad" if bad[0] else "" if pd.isna(out[0]) else str(out[0].date())


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2019-05-06", "2019-05-06"),
        ("2019/5/6", "2019-05-06"),
        ("2019.5.6", "2019-05-06"),
        ("２０１９．５．６", "2019-05-06"),
        ("20190506", "2019-05-06"),
        ("2019年5月6日", "2019-05-06"),
        ("2019年05月06", "2019-05-06"),
        ("2019-05-06 13:45:00", "2019-05-06"),
        ("2019-05-06T13:45:00Z", "2019-05-06"),
        ("2019-05", "2019-05-01"),
        ("2019年5月", "2019-05-01"),
        ("201905", "2019-05-01"),
        ("2019", "2019-01-01"),
        ("43591", "2019-05-06"),
        (43591, "2019-05-06"),
        (43591.75, "2019-05-06"),
        (20190506.0, "2019-05-06"),
        (2019.0, "2019-01-01"),
        (pd.Timestamp(2019, 5, 6, 23, 59).to_pydatetime(), "2019-05-06"),
        ("", ""),
        ("长期", ""),
        ("—", ""),
        ("0000-00-00", ""),
        (None, ""),
        (0, ""),
    ],
)
def test_days_are_read_however_they_are_written(cell: object, day: str) -> None:
    assert date(cell) == day


@pytest.mark.parametrize(
    "cell",
    [
        "2021-02-30",
        "2019-13-01",
        "19-5-6",
        "5/6/2019",
        "abc",
        "1066-10-14",
        "9999-12-31",
        12.0,
        "2019-5-6-7",
    ],
)
def test_what_is_no_day_is_told(cell: object) -> None:
    assert date(cell) == "bad"


@pytest.mark.parametrize(
    ("cell", "day"),
    [("2024-02", "2024-02-29"), ("2026", "2026-12-31"), ("2024-02-03", "2024-02-03")],
)
def test_an_end_written_as_month_or_year_lasts_to_its_last_day(cell: str, day: str) -> None:
    assert date(cell, to_end=True) == day


@settings(deadline=None)  # a busy machine is no fault of the reader
@given(st.dates(dt.date(1927, 6, 1), dt.date(2140, 1, 1)))
def test_all_spellings_of_a_day_agree(day: dt.date) -> None:
    serial = (day - dt.date(1899, 12, 30)).days
    spelled = [
        day.isoformat(),
        f"{day.year}/{day.month}/{day.day}",
        f"{day:%Y%m%d}",
        f"{day.year}年{day.month}月{day.day}日",
    ]
    assert {date(s) for s in [*spelled, serial, str(serial), pd.Timestamp(day)]} == {
        day.isoformat()
    }


def test_text_keeps_what_is_written_but_its_outer_blanks() -> None:
    cells = pd.Series(
        [
            "\u3000甲（上）\n公司 ",
            12.0,
            1.5,
            None,
            np.nan,
            True,
            pd.Timestamp(2020, 1, 2).to_pydatetime(),
            "a\x00b",
        ],
        dtype="object",
    )
    assert values.as_text(cells).tolist() == [
        "甲（上）\n公司",
        "12",
        "1.5",
        "",
        "",
        "是",
        "2020-01-02",
        "ab",
    ]


def test_long_numbers_are_told_to_have_lost_digits() -> None:
    cells = pd.Series([91330603046088626.0, 5.0, "91330603046088626A"], dtype="object")
    assert values.damaged_codes(cells).tolist() == [True, False, False]
