"""Turn columns as read into numbers, dates and texts, whole columns at a time.

Plain values take the fast path; only what it cannot read is looked at more closely (full-width
digits, thousands separators, units in the cell, Chinese dates, Excel serials, degrees and minutes).
Each function also says which cells hold something that could not be read.
"""

from __future__ import annotations

import datetime as dt
import math
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

Flags = npt.NDArray[np.bool_]
# What people write where there is nothing to write. Excel error values are not among them: they are
# reported, since something was meant to be there.
BLANKS: Final = frozenset(
    (
        "",
        "-",
        "--",
        "---",
        "—",
        "——",
        "–",
        "\uff0d",
        "/",
        "\\",
        "?",
        "\uff1f",
        "<NA>",
        "NaT",
        "NaN",
        "nan",
    )
) | frozenset(
    (
        "无",
        "暂无",
        "空",
        "（空）",
        "(空)",
        "不详",
        "未知",
        "N/A",
        "n/a",
        "NA",
        "NULL",
        "null",
        "None",
    )
)
OPEN_END: Final = frozenset(["长期", "永久", "无固定期限", "无限期", "至今"])
EXACT_DIGITS: Final = 1e15  # Excel keeps 15 digits; a longer code stored as a number is damaged
FIRST_DAY, LAST_DAY = np.datetime64("1900-01-01", "s"), np.datetime64("2200-12-31", "s")
_OUTER: Final = " \t\r\n\f\v\xa0\u3000\u200b\ufeff\x00"
_EXCEL_EPOCH: Final = np.datetime64("1899-12-30", "s")
SERIALS: Final = (10_000, 90_000)  # 1927 to 2146


def _cell_text(v: Any) -> str:
    """One non-text cell as text: whole floats without ".0", days without a time."""
    if v is None or v is pd.NaT or v is pd.NA:
        return ""
    text = str(v)
    if isinstance(v, bool):
        text = "是" if v else "否"
    elif isinstance(v, float):
        whole = v.is_integer() and abs(v) < 1e22
        text = str(int(v)) if whole else "" if math.isnan(v) else repr(v)
    elif isinstance(v, dt.datetime):
        text = v.date().isoformat() if v.time() == dt.time(0) else v.isoformat(sep=" ")
    elif isinstance(v, bytes):
        text = v.decode("utf-8", errors="replace")
    return text


def as_text(column: pd.Series) -> pd.Series:
    """Any column as text without outer blanks; missing and blank words are ""."""
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        midnight = bool((column.dropna() == column.dropna().dt.normalize()).all())
        out = column.dt.strftime("%Y-%m-%d" if midnight else "%Y-%m-%d %H:%M:%S").fillna("")
    elif column.dtype == "str":
        out = column.fillna("")
    else:
        out = pd.Series(
            [v if isinstance(v, str) else _cell_text(v) for v in column.tolist()], dtype="str"
        )
    out = out.astype("str").reset_index(drop=True).str.strip(_OUTER)
    if out.str.contains("\x00", regex=False).any():
        out = out.str.replace("\x00", "", regex=False)
    blank: pd.Series = out.mask(out.isin(BLANKS), "")
    return blank


def damaged_codes(column: pd.Series) -> Flags:
    """Cells that hold a number of more than 15 digits, whose last digits Excel has lost."""
    if column.dtype == "object":
        hits = [isinstance(v, float) and abs(v) >= EXACT_DIGITS for v in column.tolist()]
        return np.array(hits, dtype=bool)
    if pd.api.types.is_float_dtype(column.dtype):
        return (column.abs() >= EXACT_DIGITS).to_numpy(dtype=bool)
    return np.zeros(len(column), dtype=bool)


# ---- numbers -----------------------------------------------------------------------------------


def _level(text: pd.Series) -> pd.Series:
    plain = [unicodedata.normalize("NFKC", v) for v in text.tolist()]
    out = pd.Series(plain, index=text.index, dtype="str").str.strip(_OUTER)
    return out.str.replace("\u2212", "-", regex=False).str.replace("²", "2", regex=False)


def _plain_number(text: pd.Series) -> pd.Series:
    """Numbers from levelled text with thousands separators or accountants' brackets; else NaN."""
    bracketed = text.str.fullmatch(r"\(\s*[\d,.]+\s*\)")
    text = text.mask(bracketed, "-" + text.str.strip("() "))
    text = text.str.lstrip("¥￥$").str.strip()
    grouped = text.str.fullmatch(r"[-+]?\d{1,4}([, ]\d{3,4})+(\.\d+)?")
    text = text.mask(grouped, text.str.replace(r"[, ]", "", regex=True))
    fit = text.str.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?")
    return pd.to_numeric(text.where(fit), errors="coerce").astype("float64")


def _with_unit(text: pd.Series, factors: Mapping[str, float]) -> pd.Series:
    """Numbers followed by a unit word, in the catalogue's unit."""
    parts = text.str.extract(r"^([-+(]?[\d.,() ]*\d\)?\.?)\s*([^\d\s.,].*)$")
    factor = parts[1].fillna("").str.lower().str.replace(r"\s", "", regex=True).map(dict(factors))
    return _plain_number(parts[0].fillna("").str.strip()) * factor.astype("float64")


def _degrees(text: pd.Series) -> pd.Series:
    """Degrees, minutes and seconds such as 120°35'12.5" or 120度35分12.5秒."""
    plain = text.str.replace("[\u2032\u2019分]", "'", regex=True)
    plain = plain.str.replace("[\u2033\u201d秒]|''", '"', regex=True)
    number = r"(\d{1,2}(?:\.\d+)?)"
    parts = plain.str.extract(
        rf"^[EN东北经纬]*\s*(\d{{1,3}})[°度]\s*{number}'\s*(?:{number}\"?)?\s*[EN]?$"
    )
    n = parts.apply(pd.to_numeric, errors="coerce").astype("float64")
    sound = (n[1] < 60) & ~(n[2] >= 60)
    degrees: pd.Series = (n[0] + n[1] / 60 + n[2].fillna(0) / 3600).where(sound)
    return degrees


def as_number(
    column: pd.Series, factors: Mapping[str, float], own: str = ""
) -> tuple[pd.Series, Flags, Flags]:
    """Numbers of a column.

    Args:
        column: As read.
        factors: Unit word → factor to the catalogue's unit, for cells that carry a unit.
        own: "degree" to read degrees and minutes too.

    Returns:
        float64 with NaN, the cells that hold something that is no finite number, and the cells
        whose value carries its own unit (already converted).
    """
    none = np.zeros(len(column), dtype=bool)
    if pd.api.types.is_numeric_dtype(column.dtype):
        out = column.astype("float64").reset_index(drop=True)
        infinite = np.isinf(out.to_numpy())
        return out.mask(infinite), infinite, none
    text = as_text(column)
    out = _plain_fast(text)
    todo = (out.isna() & (text != "")).to_numpy(dtype=bool)
    with_unit = none.copy()
    if todo.any():
        rest = _level(text[todo])
        found = _plain_number(rest)
        unit = _with_unit(rest, factors)
        degrees = _degrees(rest) if own == "degree" else pd.Series(np.nan, index=rest.index)
        with_unit[todo] = (found.isna() & unit.notna()).to_numpy()
        out[todo] = found.fillna(unit).fillna(degrees)
    bad = (out.isna() & (text != "")).to_numpy(dtype=bool) | np.isinf(out.to_numpy())
    return out.mask(bad), bad, with_unit


def _plain_fast(text: pd.Series) -> pd.Series:
    """Plain decimal numbers; words such as "inf", and underscores, are left to the slow path."""
    out = pd.to_numeric(text, errors="coerce").astype("float64").reset_index(drop=True)
    odd = out.notna() & ~text.str.fullmatch(r"[-+]?[\d.]+([eE][-+]?\d{1,3})?")
    return out.mask(odd)


# ---- dates -------------------------------------------------------------------------------------


def _compose(year: pd.Series, month: pd.Series, day: pd.Series) -> pd.Series:
    """Days from parts; NaT where there is no such day between 1900 and 2200."""
    year = year.where(year.between(1900, 2200))
    parts = pd.DataFrame({"year": year, "month": month, "day": day}).astype("float64")
    return pd.to_datetime(parts, errors="coerce").astype("datetime64[s]")


def _month_end(year: pd.Series, month: pd.Series) -> pd.Series:
    first = _compose(year, month, pd.Series(1.0, index=year.index))
    return (first + pd.offsets.MonthEnd(0)).astype("datetime64[s]")


_TIME: Final = r"(?:[T\s]+\d{1,2}:\d{1,2}(?::\d{1,2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"


def _text_dates(text: pd.Series, to_end: bool) -> pd.Series:
    """Dates from text, each different text looked at once."""
    code, different = pd.factorize(text)
    found = _different_dates(_level(pd.Series(different, dtype="str")), to_end)
    return pd.Series(found.to_numpy()[code] if len(found) else [], index=text.index).astype(
        "datetime64[s]"
    )


def _different_dates(text: pd.Series, to_end: bool) -> pd.Series:
    """Dates from levelled text; months and years alone become their first or last day."""
    full = text.str.extract(
        rf"^(\d{{4}})\s*[-/.年]\s*(\d{{1,2}})\s*[-/.月]\s*(\d{{1,2}})\s*日?{_TIME}$"
    )
    compact = text.str.extract(rf"^(\d{{4}})(\d{{2}})(\d{{2}}){_TIME}$")
    parts = full.fillna(compact).apply(pd.to_numeric, errors="coerce").astype("float64")
    out = _compose(parts[0], parts[1], parts[2])
    month = text.str.extract(r"^(\d{4})\s*(?:[-/.年]\s*(\d{1,2})\s*月?|(\d{2}))$")
    numbers = month.apply(pd.to_numeric, errors="coerce").astype("float64")
    at = numbers[1].fillna(numbers[2])
    whole = _month_end(numbers[0], at) if to_end else _compose(numbers[0], at, at * 0 + 1)
    out = out.fillna(whole)
    year = pd.to_numeric(text.str.extract(r"^(\d{4})年?$")[0], errors="coerce").astype("float64")
    edge = (12.0, 31.0) if to_end else (1.0, 1.0)
    return out.fillna(_compose(year, year * 0 + edge[0], year * 0 + edge[1]))


def _serials(number: pd.Series) -> pd.Series:
    """Days from Excel's 1900 serials; NaT outside 1927–2146."""
    fit = number.between(*SERIALS)
    days = np.floor(number.where(fit).to_numpy(dtype="float64"))
    seconds = np.where(np.isnan(days), 0, days * 86_400).astype("timedelta64[s]")
    return pd.Series(_EXCEL_EPOCH + seconds, index=number.index).where(fit)


def _number_dates(number: pd.Series, to_end: bool) -> pd.Series:
    """Days from numeric cells: serials, 20190506, 201905 and 2019."""
    whole = number.where(number == np.floor(number))
    text = whole.map(lambda v: "" if math.isnan(v) else str(int(v))).astype("str")
    return _serials(number).fillna(_text_dates(text, to_end))


def as_date(column: pd.Series, *, to_end: bool = False) -> tuple[pd.Series, Flags]:
    """Days of a column.

    Args:
        column: As read: text, Excel serials, datetimes or a mixture.
        to_end: A month or year alone means its last day (a period's end), else its first.

    Returns:
        datetime64[s] at midnight with NaT, and the cells that hold something that is no day between
        1900 and 2200.
    """
    column = column.reset_index(drop=True)
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        plain = (
            column.dt.tz_localize(None) if getattr(column.dt, "tz", None) is not None else column
        )
        out, present = plain.astype("datetime64[s]"), column.notna()
    elif pd.api.types.is_numeric_dtype(column.dtype):
        number = column.astype("float64")
        out, present = _number_dates(number, to_end), number.notna() & (number != 0)
    else:
        text = as_text(column)
        text = text.mask(text.isin(OPEN_END), "")
        present = ~text.isin(["", "0", "0000-00-00", "00000000", "1899-12-30", "1899-12-31"])
        out = pd.Series(np.datetime64("NaT", "s"), index=column.index).where(~present)
        found = _text_dates(text[present], to_end)
        serial = pd.to_numeric(text[present], errors="coerce").astype("float64")
        out[present] = found.fillna(_serials(serial))
    out = out.astype("datetime64[s]").dt.normalize().astype("datetime64[s]")
    inside = out.between(pd.Timestamp(FIRST_DAY), pd.Timestamp(LAST_DAY))
    bad = (present & ~inside).to_numpy(dtype=bool)
    return out.where(inside), bad
