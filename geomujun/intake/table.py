"""From a table as read to a typed frame of the catalogue, with every row accounted for.

Order: columns → units → values → required fields and bounds → geometry → doubles. What a row alone
can tell is checked here; whether codes are right, and which firm a row means, `matching` settles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geomujun.domain.case import CRS, DTYPES, empty_table
from geomujun.domain.catalogue import TABLES
from geomujun.domain.model import Field, Kind, Table
from geomujun.geo.crs import Place
from geomujun.intake import headers, shapes, units, values, vocabulary
from geomujun.intake.columns import Unit, choose_units, row_units
from geomujun.intake.duplicates import settle_duplicates
from geomujun.intake.issues import Issues
from geomujun.intake.mapping import Rule
from geomujun.intake.raw import Raw, UnreadableError
from geomujun.intake.values import Flags
from geomujun.intake.verdict import FileVerdict
from geomujun.lang import t

END_FIELDS: Final = frozenset({"end_on", "right_end_on", "cancelled_on"})
CODES: Final = frozenset(
    {"uscc", "parcel_code", "holder_ids", "holder_id", "parent_uscc", "lessor_uscc", "lessee_uscc"}
    | {"contract_no", "head_contract_no", "real_estate_unit", "patch_code"}
)
YEAR_WORDS: Final = {"年": 1.0, "年度": 1.0}


@dataclass(slots=True)
class Built:
    """A typed frame and the lines of `rejects` that belong to it."""

    frame: pd.DataFrame
    rejects: pd.DataFrame


def _missing_columns(table: Table, found: headers.Match, raw: Raw) -> None:
    lacking = [f for f in table.fields if f.required and f.name not in found.columns]
    faults = list(found.faults)
    if lacking:
        faults.append(
            t(
                "缺少必需的列：{w}；文件的表头：{seen}",
                "columns that must be there are missing: {w}; headers: {seen}",
                w="、".join(f.standard or f.name for f in lacking),
                seen=headers.seen_headers(raw.headers),
            )
        )
    if faults:
        raise UnreadableError(
            "；".join(faults),
            hint=t(
                "改正表头，或在 mapping.yaml 的 columns 中写明对应的表头",
                "correct the header, or say columns in mapping.yaml",
            ),
        )


def _same_header_twice(table: Table, found: headers.Match, raw: Raw) -> list[str]:
    """Two columns with one header: harmless when equal, refused when not."""
    notes = []
    for identifier, hits in found.ambiguous.items():
        texts = [values.as_text(raw.columns[i]) for i in hits]
        label = table.by_name[identifier].standard
        names = "、".join(raw.headers[i].text for i in hits)
        if not all(text.equals(texts[0]) for text in texts[1:]):
            raise UnreadableError(
                t(
                    "有 {n} 列都是“{f}”（{names}）而内容不同",
                    "{n} columns stand for {f} ({names}), with different content",
                    n=len(hits),
                    f=label,
                    names=names,
                ),
                hint=t(
                    "删除或改名其中一列，或在 mapping.yaml 中写 columns",
                    "rename one, or say columns in mapping.yaml",
                ),
            )
        notes.append(
            t("“{f}”有 {n} 列，内容相同", "{n} equal columns for {f}", f=label, n=len(hits))
        )
    return notes


def _other_axis(f: Field, column: pd.Series) -> Flags:
    """Degrees plausible on the other axis: 29.8 as a longitude, 119.6 as a latitude."""
    other = {"longitude": (3.0, 54.0), "latitude": (73.0, 136.0)}.get(f.name)
    if other is None:
        return np.zeros(len(column), dtype=bool)
    return column.between(*other).to_numpy(dtype=bool)


def _plain(bound: float) -> str:
    """A bound without exponent: 10,000,000."""
    return f"{bound:,.10f}".rstrip("0").rstrip(".")


def _blank(f: Field, n: int) -> pd.Series:
    """A column of missing values."""
    dtype: Any = DTYPES[f.kind]
    return (
        pd.Series([""] * n, dtype="str")
        if f.kind is Kind.TEXT
        else pd.Series(index=range(n), dtype=dtype)
    )


class _Builder:
    """Builds one frame; holds what all steps need."""

    def __init__(self, raw: Raw, stem: str, rule: Rule, verdict: FileVerdict) -> None:
        self.raw, self.rule, self.verdict = raw, rule, verdict
        self.table = TABLES[stem]
        self.stem = stem
        self.issues = Issues(verdict.file, raw.rows)
        self.frame: dict[str, pd.Series] = {}

    @property
    def n(self) -> int:
        return len(self.raw.rows)

    def columns(self) -> headers.Match:
        found = headers.match(self.stem, self.raw.headers, self.rule)
        _missing_columns(self.table, found, self.raw)
        self.verdict.notes += found.notes + _same_header_twice(self.table, found, self.raw)
        self.verdict.columns = {self.raw.headers[i].text: name for name, i in found.columns.items()}
        self.verdict.extra = [
            self.raw.headers[i].text for i in found.extra if self.raw.headers[i].text
        ]
        self.verdict.missing = [
            f.standard for f in self.table.fields if f.name not in found.columns
        ]
        return found

    # -- values

    def text(self, f: Field, column: pd.Series) -> pd.Series:
        out = values.as_text(column)
        lost = int(values.damaged_codes(column).sum()) if f.name in CODES else 0
        if lost:
            self.verdict.notes.append(
                t(
                    "{f} 有 {n} 个存成数值，15 位以后的数字已丢失，请以文本格式重新导出",
                    "{f}: {n} stored as numbers, digits beyond the 15th are lost; export as text",
                    f=f.standard,
                    n=lost,
                )
            )
        worded = vocabulary.normalise(self.stem, f.name, out)
        if worded is None:
            return out
        self._flag(f, worded[1], out, t("词语不在约定之内", "a word the contract does not know"))
        return worded[0]

    def _flag(self, f: Field, hit: Flags, shown: pd.Series, reason: str) -> None:
        """Mark cells of a column; ``shown`` as read, made text only where there is something."""
        if hit.any():
            add = self.issues.reject if f.required else self.issues.drop
            add(hit, f.standard, values.as_text(shown), reason)

    def number(self, f: Field, at: int, unit: Unit | None) -> pd.Series:
        column = self.raw.columns[at]
        words = units.WORDS.get(f.unit, {}) if f.kind is Kind.NUMBER else YEAR_WORDS
        out, bad, own_unit = values.as_number(column, words, f.unit)
        self._flag(f, bad, column, t("不是数值", "not a number"))
        filled = sorted(self.raw.filled.get(at, ()))
        if filled:
            out.iloc[filled] = np.nan
        if unit is not None:
            factor, broken = row_units(unit, self.frame.get(f.unit_field), self.n)
            for hit, shown, reason in broken:
                self._flag(f, hit & out.notna().to_numpy(), shown, reason)
            out = out * np.where(own_unit, 1.0, factor)
        return self.bounded(f, out, column)

    def bounded(self, f: Field, out: pd.Series, column: pd.Series) -> pd.Series:
        if f.bounds is None:
            return out
        low, high = f.bounds
        outside = (out.notna() & ~out.between(low, high)).to_numpy(dtype=bool)
        if outside.any():
            swapped = outside & _other_axis(f, out)
            why = t("经度与纬度疑似颠倒", "longitude and latitude look swapped")
            self._flag(f, swapped, column, why)
            reason = t(
                "超出合理范围 {low} 至 {high}{unit}",
                "outside the plausible range {low} to {high}{unit}",
                low=_plain(low),
                high=_plain(high),
                unit=" " + units.own_word(f.unit) if f.unit else "",
            )
            self._flag(f, outside & ~swapped, column, reason)
        return out.mask(outside)

    def integer(self, f: Field, at: int) -> pd.Series:
        out = self.number(f, at, None)
        broken = (out.notna() & (out != np.floor(out))).to_numpy(dtype=bool)
        self._flag(f, broken, self.raw.columns[at], t("不是整数", "not a whole number"))
        return out.mask(broken).astype("Int64")

    def date(self, f: Field, at: int) -> pd.Series:
        column = self.raw.columns[at]
        out, bad = values.as_date(column, to_end=f.name in END_FIELDS)
        self._flag(f, bad, column, t("不是可用的日期", "not a usable date"))
        return out

    def fill(self, found: headers.Match) -> None:
        chosen = choose_units(self.table, self.raw, found, self.rule)
        for f in sorted(self.table.fields, key=lambda f: bool(f.unit_field)):
            at = found.columns.get(f.name)
            if at is None:
                self.frame[f.name] = _blank(f, self.n)
            elif f.kind is Kind.TEXT:
                self.frame[f.name] = self.text(f, self.raw.columns[at])
            elif f.kind is Kind.NUMBER:
                self.frame[f.name] = self.number(f, at, chosen.get(f.name))
            elif f.kind is Kind.INTEGER:
                self.frame[f.name] = self.integer(f, at)
            else:
                self.frame[f.name] = self.date(f, at)
        self.verdict.units = {name: (unit.word, unit.how) for name, unit in chosen.items()}

    # -- rows

    def repeated_headers(self, found: headers.Match) -> None:
        """A header printed again on every page is no row."""
        hits = np.zeros(self.n, dtype=int)
        wanted = [(i, self.raw.headers[i].text) for i in found.columns.values()]
        for i, text in wanted:
            if self.raw.columns[i].dtype in ("str", "object"):
                hits += (self.raw.columns[i].astype("str").str.strip() == text).to_numpy(
                    dtype=bool, na_value=False
                )
        again = hits >= max(2, len(wanted) // 2)
        self.issues.reject(again, "", None, t("重复的表头行", "the header repeated"))

    def required(self) -> None:
        for f in self.table.fields:
            if f.required:
                column = self.frame[f.name]
                blank = (column == "") if f.kind is Kind.TEXT else column.isna()
                missing = blank.to_numpy(dtype=bool) & ~self.issues.rejected
                reason = t("缺少必填的{label}", "{label} is missing", label=f.label)
                self.issues.reject(missing, f.standard, None, reason)

    def typed(self) -> pd.DataFrame:
        data: dict[str, Any] = {"row": pd.Series(self.raw.rows, dtype="int64")}
        for f in self.table.fields:
            dtype: Any = DTYPES[f.kind]
            data[f.name] = self.frame[f.name].astype(dtype)
        return pd.DataFrame(data)

    def finish(self, frame: pd.DataFrame) -> Built:
        rejects, dropped, reasons = self.issues.finish(self.raw.broken)
        v = self.verdict
        v.rows_in = self.n + len(self.raw.broken)
        v.rows_kept, v.values_dropped, v.reasons = len(frame), dropped, reasons
        v.rows_rejected = v.rows_in - v.rows_kept
        return Built(frame, rejects)


def codes_of(frame: pd.DataFrame, stem: str) -> pd.Series:
    """Six-digit division codes that the rows of a table tell, "" left out."""
    sources: Mapping[str, tuple[str, ...]] = {
        "parcels": ("parcel_code", "real_estate_unit", "division"),
        "buildings": ("parcel_code", "real_estate_unit"),
        "patches": ("location_unit_code", "patch_code"),
        "right_holders": ("parcel_code",),
        "supply": ("parcel_code",),
        "leases": ("parcel_code",),
        "enterprises": ("division",),
    }
    for name in sources.get(stem, ()):
        found = frame[name].str.extract(r"^\s*(\d{6})", expand=False).dropna()
        if len(found):
            return found
    return pd.Series([], dtype="str")


def _sample(frame: pd.DataFrame, table: Table) -> str:
    """A few words of the file beyond ASCII, for a person to see whether the encoding is right."""
    for f in table.fields:
        if f.kind is Kind.TEXT and f.sensitivity != "personal":
            text = frame[f.name]
            wide = text[text.str.contains(r"[^\x00-\x7f]", regex=True)]
            if len(wide):
                return str(wide.iloc[0])[:24]
    return ""


def build(raw: Raw, stem: str, rule: Rule, place: Place, verdict: FileVerdict) -> Built:
    """Make the typed frame of one table.

    Args:
        raw: Table as read.
        stem: Table of the catalogue.
        rule: What mapping.yaml says of it.
        place: What is known of where the case lies (layers only).
        verdict: Filled on the way.

    Returns:
        The frame (columns of the catalogue and ``row``; geometry in EPSG:4490 for layers) and the
        lines for ``rejects``. Rows in = rows of the frame + rows rejected.

    Raises:
        UnreadableError: required columns missing, columns or units ambiguous.
        CrsRefusedError: the coordinate system cannot be told or is refused.
    """
    table = TABLES[stem]
    b = _Builder(raw, stem, rule, verdict)
    verdict.rows_in = verdict.rows_rejected = b.n + len(raw.broken)
    found = b.columns()
    b.repeated_headers(found)
    b.fill(found)
    b.required()
    frame = b.typed()
    verdict.sample = _sample(frame, table)
    if table.shape == "polygon":
        frame = _with_geometry(frame, b, place)
    at = np.flatnonzero(~b.issues.rejected)
    kept = settle_duplicates(frame.iloc[at].reset_index(drop=True), stem, at, b.issues)
    if table.shape == "polygon":
        kept = gpd.GeoDataFrame(kept, geometry="geometry", crs=CRS)
        shapes.compare_areas(kept, verdict)
    return b.finish(kept)


def _with_geometry(frame: pd.DataFrame, b: _Builder, place: Place) -> pd.DataFrame:
    if b.raw.geometry is None:
        raise UnreadableError(
            t("文件里没有图形", "the file has no geometry"),
            hint=t("请提供含面状图形的图层", "supply a layer with polygons"),
        )
    codes = codes_of(frame, b.stem)
    found = shapes.place_with(place, codes)
    geometry: npt.NDArray[Any] = shapes.locate(b.raw, b.rule, found, b.verdict)
    frame["geometry"] = shapes.settle(geometry, frame, b.stem, b.issues, b.verdict)
    return frame


def empty(stem: str) -> pd.DataFrame:
    """The frame of a table that the folder does not have."""
    return empty_table(TABLES[stem])
