"""The forms in which a list is given, by ``Accept``: JSON, CSV, GeoJSON, Parquet, XLSX."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Sequence
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import shapely
import xlsxwriter

from geomujun.domain.model import Field, Kind
from geomujun.domain.published import INDICATORS
from geomujun.export.frames import typed, write_csv
from geomujun.lang import t
from geomujun_api.problems import NotAcceptableError
from geomujun_api.rows import plain

JSON: Final = "application/json"
CSV: Final = "text/csv"
GEOJSON: Final = "application/geo+json"
PARQUET: Final = "application/vnd.apache.parquet"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NDJSON: Final = "application/x-ndjson"
TABLES: Final = (JSON, CSV, PARQUET, XLSX)
LAYERS: Final = (*TABLES, GEOJSON)
Rows = list[dict[str, Any]]


def negotiate(accept: str, offered: Sequence[str]) -> str:
    """The form that is wanted most; the first offered when all are alike.

    Raises:
        NotAcceptableError: none of them is wanted.
    """
    if not accept.strip():
        return offered[0]
    wanted = [_range(part) for part in accept.split(",")[:50]]
    best, media = 0.0, ""
    for offer in offered:
        fits = [(len(kind.rstrip("*")), q) for kind, q in wanted if _covers(kind, offer)]
        quality = max(fits)[1] if fits else 0.0
        if quality > best:
            best, media = quality, offer
    if not media:
        raise NotAcceptableError(
            t("没有要的格式", "none of the formats asked for is made here"),
            hint=", ".join(offered),
        )
    return media


def _range(part: str) -> tuple[str, float]:
    kind, *more = (p.strip() for p in part.split(";"))
    quality = 1.0
    for parameter in more:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                quality = min(max(float(value), 0.0), 1.0)
            except ValueError:
                quality = 0.0
    return kind.lower(), quality


def _covers(kind: str, offer: str) -> bool:
    return kind in (offer, "*/*") or (kind.endswith("/*") and offer.startswith(kind[:-1]))


def dumps(value: Any) -> bytes:
    """Compact JSON in UTF-8."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=plain)
    return text.encode()


def parsed(text: str) -> Any:
    """JSON text of our own making as data."""
    return json.loads(text)


def features(rows: Rows, fields: Sequence[Field]) -> dict[str, Any]:
    """Rows with a ``geometry`` as a FeatureCollection."""
    key = fields[0].name
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": str(row.get(key, "")),
                "geometry": row.get("geometry"),
                "properties": {f.name: plain(row.get(f.name)) for f in fields},
            }
            for row in rows
        ],
    }


def _flat(rows: Rows, fields: Sequence[Field]) -> tuple[pd.DataFrame, list[Field]]:
    """Rows as a typed frame, indicators as columns of their own."""
    out: list[Field] = []
    columns: dict[str, pd.Series] = {}
    for spec in fields:
        cells = [row.get(spec.name) for row in rows]
        if spec.name == INDICATORS.name:
            names = dict.fromkeys(name for cell in cells for name in cell or {})
            specs = [Field(name, name, Kind.NUMBER) for name in names]
            columns |= {
                s.name: typed(pd.Series([(c or {}).get(s.name) for c in cells]), Kind.NUMBER)
                for s in specs
            }
            out += specs
            continue
        if spec.name == "evidence":
            cells = [dumps(cell).decode() if cell else "" for cell in cells]
        columns[spec.name] = typed(pd.Series(cells, dtype="object"), spec.kind)
        out.append(spec)
    return pd.DataFrame(columns), out


def csv_bytes(rows: Rows, fields: Sequence[Field]) -> bytes:
    """As `geomujun run` writes it."""
    frame, specs = _flat(rows, fields)
    file = io.StringIO()
    write_csv(frame, specs, file)
    return file.getvalue().encode()


def parquet_bytes(rows: Rows, fields: Sequence[Field]) -> bytes:
    """Parquet; GeoParquet 1.1 with a bounding box where rows have a shape (WKB)."""
    frame, _ = _flat(rows, fields)
    file = io.BytesIO()
    if rows and "geometry" in rows[0]:
        shapes = shapely.from_wkb([row["geometry"] for row in rows])
        layer = gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(shapes, crs="EPSG:4490"))
        layer.to_parquet(file, schema_version="1.1.0", write_covering_bbox=True)
    else:
        frame.to_parquet(file, index=False)
    return file.getvalue()


def xlsx_bytes(rows: Rows, fields: Sequence[Field]) -> bytes:
    """A workbook with Chinese headers; no cell is a formula or a link."""
    frame, specs = _flat(rows, fields)
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
               "strings_to_numbers": False, "nan_inf_to_errors": True}  # fmt: skip
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, [s.label for s in specs], book.add_format({"bold": True}))
        for column, spec in enumerate(specs):
            for number, value in enumerate(frame[spec.name].tolist(), 1):
                if value is None or value is pd.NA or value != value:  # noqa: PLR0124 - NaN
                    continue
                if spec.kind is Kind.DATE:
                    sheet.write_string(number, column, f"{value:%Y-%m-%d}")
                elif spec.kind is Kind.TEXT:
                    sheet.write_string(number, column, str(value)[:32_767])
                else:
                    sheet.write_number(number, column, float(value))
        sheet.freeze_panes(1, 0)
    return file.getvalue()


WRITERS: Final[dict[str, tuple[str, Callable[[Rows, Sequence[Field]], bytes]]]] = {
    CSV: ("csv", csv_bytes),
    PARQUET: ("parquet", parquet_bytes),
    XLSX: ("xlsx", xlsx_bytes),
}
