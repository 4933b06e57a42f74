"""Output tables brought to the form in which they are written: columns, order, types, text.

Column order is the catalogue's, a scheme's indicators stand after ``Table.dynamic_after``; rows
are sorted by key, ties by the whole row, so that bytes do not depend on the order in which rules
made them. CSV, GeoPackage and workbook all start here.
"""

from __future__ import annotations

import re
from typing import Final, TextIO

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomujun.domain.catalogue import TABLES
from geomujun.domain.model import Field, Kind
from geomujun.export.result import Result
from geomujun.lang import t

OUTPUTS: Final = tuple(name for name, table in TABLES.items() if table.role == "output")
INDICATOR_DECIMALS: Final = 6
_CONTROL: Final = r"[\x00-\x08\x0b\x0c\x0e-\x1f]"  # neither a CSV nor a sheet can hold them
_DANGER: Final = re.compile(r"^[=+\-@\t\r]")
_PLAIN: Final = re.compile(r"^[+\-]?[0-9A-Za-z._/\-]*$")


def fields_of(result: Result, name: str) -> list[Field]:
    """The columns of an output table of this result, with its scheme's indicators in place."""
    table = TABLES[name]
    present = set(result.tables[name].columns) if name in result.tables else set()
    fields: list[Field] = []
    for spec in table.fields:
        fields.append(spec)
        if spec.name == table.dynamic_after:
            fields += [f for f in _indicator_fields(result) if f.name in present]
    return fields


def _indicator_fields(result: Result) -> list[Field]:
    fields = []
    for item in result.indicators:
        label = f"{item.label}（{item.unit}）" if item.unit else item.label
        score = item.label + t("得分", " score")
        d = INDICATOR_DECIMALS
        fields.append(Field(item.id, label, Kind.NUMBER, unit=item.unit, decimals=d))
        fields.append(Field(f"{item.id}_score", score, Kind.NUMBER, unit="points", decimals=d))
    return fields


def typed(values: pd.Series, kind: Kind) -> pd.Series:
    """A column in the catalogue's type for its kind; what does not fit is missing."""
    if kind is Kind.TEXT:
        text = values.astype("str").fillna("")
        if text.str.contains(_CONTROL, regex=True).any():
            return text.str.replace(_CONTROL, "", regex=True).astype("str")
        return text
    if kind is Kind.DATE:
        return pd.to_datetime(values, errors="coerce").astype("datetime64[s]")
    numbers = pd.to_numeric(values, errors="coerce").astype("Float64")
    if kind is Kind.INTEGER:
        return numbers.round().astype("Int64")
    return pd.Series(numbers.to_numpy(dtype="float64", na_value=np.nan), index=values.index)


def ordered(result: Result, name: str) -> pd.DataFrame:
    """An output table with all its columns, typed, numbers rounded as written, sorted by key."""
    fields = fields_of(result, name)
    frame = result.tables.get(name, pd.DataFrame())
    blank = pd.Series([None] * len(frame), index=frame.index, dtype="object")
    columns = {f.name: typed(frame.get(f.name, blank), f.kind) for f in fields}
    out = pd.DataFrame(columns, index=frame.index)
    for spec in fields:
        if spec.kind is Kind.NUMBER and spec.decimals is not None:
            out[spec.name] = out[spec.name].round(spec.decimals) + 0.0  # no negative zero
    key = list(TABLES[name].key)
    if out.duplicated(key).any():  # ties are broken by the whole row
        key += [f.name for f in fields if f.name not in key]
    return out.sort_values(key, kind="stable", na_position="last", ignore_index=True)


def as_text(frame: pd.DataFrame, fields: list[Field]) -> pd.DataFrame:
    """The cells of a CSV: "" for missing, ``.`` decimals, ISO dates."""
    return pd.DataFrame({f.name: _cells(frame[f.name], f) for f in fields}, index=frame.index)


def write_csv(frame: pd.DataFrame, fields: list[Field], file: TextIO) -> None:
    """An ordered table as CSV, with the mark by which spreadsheets know UTF-8."""
    file.write("\ufeff")
    as_text(frame, fields).to_csv(file, index=False, lineterminator="\n")


def _cells(values: pd.Series, spec: Field) -> npt.NDArray[np.object_]:
    if spec.kind is Kind.TEXT:
        return np.asarray(guarded(values), dtype=object)
    if spec.kind is Kind.DATE:
        return np.asarray(values.dt.strftime("%Y-%m-%d").fillna(""), dtype=object)
    if spec.kind is Kind.INTEGER:
        return np.asarray(values.astype("str").where(values.notna(), ""), dtype=object)
    return _number_text(values.to_numpy(dtype="float64"), spec.decimals)


def _number_text(values: npt.NDArray[np.float64], decimals: int | None) -> npt.NDArray[np.object_]:
    text: npt.NDArray[np.object_] = np.full(values.shape, "", dtype=object)
    good = np.isfinite(values)
    shape = "%.15g" if decimals is None else f"%.{decimals}f"
    text[good] = np.char.mod(shape, values[good])
    return text


def guarded(values: pd.Series) -> pd.Series:
    """Text cells that a spreadsheet would run as a formula, with an apostrophe before them.

    A cell is guarded when it begins with ``= + - @``, tab or return and is no plain code or
    number (letters, digits, ``. _ / -`` after one sign). Codes therefore stay byte for byte as
    they are; only prose is touched, and a reader takes the first ``'`` off.
    Source: OWASP, CSV Injection.
    """
    risky = values.str.match(_DANGER) & ~values.str.match(_PLAIN)
    return values.where(~risky, "'" + values)
