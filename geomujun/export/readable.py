"""What people read in the workbook where the tables carry JSON, lists and bare codes.

The tables are for programs: evidence, source rows and thresholds stand there as JSON, several codes
are joined by ``|``, firms and plots are codes alone. Here the same is said in words, and the name
of the firm and the place of the plot stand beside their codes. Nothing is added that the tables of
the (masked) result do not hold.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import pandas as pd
from geomujun_maps.joined import text

from geomujun.domain.catalogue import TABLES
from geomujun.domain.industry import DIVISION_NAMES
from geomujun.domain.legend import legend
from geomujun.domain.model import Field
from geomujun.export.result import Result
from geomujun.lang import t


def beside(
    result: Result, frame: pd.DataFrame, fields: Sequence[Field]
) -> tuple[pd.DataFrame, list[Field]]:
    """A table with 企业名称 after each firm's code and 坐落 after each plot's, where it has none.

    Args:
        result: The masked run.
        frame: An output table as `frames.ordered` gives it.
        fields: Its columns.
    """
    out, shown = frame, list(fields)
    for code, spec, known in (
        ("uscc", TABLES["enterprises"].by_name["name"], _names),
        ("parcel_code", TABLES["parcels"].by_name["location"], _places),
    ):
        columns = [f.name for f in shown]
        if code in columns and spec.name not in columns:
            found = text(frame[code].map(known(result)))
            out = out.assign(**{spec.name: found})
            shown.insert(columns.index(code) + 1, spec)
    return out, shown


def _names(result: Result) -> pd.Series:
    frame = result.tables.get("enterprise_reconciliation", pd.DataFrame(columns=["uscc", "name"]))
    return _first(frame["uscc"], frame["name"])


def _places(result: Result) -> pd.Series:
    parcels = result.case.parcels
    return _first(parcels["parcel_code"], parcels["location"])


def _first(codes: pd.Series, values: pd.Series) -> pd.Series:
    found = pd.Series(values.to_numpy(), index=pd.Index(codes))
    return found[~found.index.duplicated()]


def reader(table: str, column: str) -> Callable[[str], str] | None:
    """What turns a cell of a column into words; None for a column read as it stands."""
    return _READERS.get((table, column))


def _evidence(cell: str) -> str:
    """``句子（两边的值）+比特``, a sign after the other, as the engine ordered them."""
    return _listed(_sign(item) for item in _list(cell))


def _sign(item: Mapping[str, Any]) -> str:
    sides = list(dict.fromkeys(str(item[k]) for k in ("left", "right") if item.get(k)))
    values = t("（{v}）", " ({v})", v=" ↔ ".join(sides)) if sides else ""
    bits = item.get("bits")
    weight = f" {bits:+.1f}" if isinstance(bits, int | float) else ""
    return f"{item.get('line') or item.get('name', '')}{values}{weight}"


def _rows(cell: str) -> str:
    """The input rows a finding rests on: ``宗地 第 12 行（代码）``."""
    return _listed(
        t("{title} 第 {row} 行", "{table} row {row}", title=_title(item), **item)
        + (t("（{key}）", " ({key})", key=item["key"]) if item.get("key") else "")
        for item in _list(cell)
    )


def _title(item: Mapping[str, Any]) -> str:
    table = str(item.get("table", ""))
    return TABLES[table].title if table in TABLES else table


def _thresholds(cell: str) -> str:
    """``期限（月） 12``; numbers kept by industry or division are grouped by value."""
    numbers: dict[str, float] = json.loads(cell or "{}")
    said = [
        f"{legend().word('threshold_name', key)} {value:g}"
        for key, value in numbers.items()
        if not key.isdigit()
    ]
    same: dict[float, list[str]] = {}
    for key, value in numbers.items():
        if key.isdigit():
            same.setdefault(value, []).append(_keyed(key))
    said += [f"{t('、', ', ').join(keys)} {value:g}" for value, keys in sorted(same.items())]
    return _listed(said)


def _keyed(key: str) -> str:
    """An industry by its name, a division by its code."""
    if name := DIVISION_NAMES.get(key):
        return t(f"{key} {name}", key)
    return t("宗地代码 {key} 开头", "parcels {key}…", key=key)


def _yes_no(cell: str) -> str:
    return {"1": t("是", "yes"), "0": t("否", "no")}.get(cell, cell)


def _many(cell: str) -> str:
    return cell.replace("|", t("、", ", "))


def _listed(parts: Iterable[str]) -> str:
    return t("；", "; ").join(parts)


def _list(cell: str) -> list[dict[str, Any]]:
    return [item for item in json.loads(cell or "[]") if isinstance(item, dict)]


_READERS: Final[Mapping[tuple[str, str], Callable[[str], str]]] = {
    ("links", "evidence"): _evidence,
    ("cross_check", "rows"): _rows,
    ("cross_check", "other_id"): _many,
    ("parcel_evaluation", "enterprises"): _many,
    ("parcel_evaluation", "left_out"): _many,
    ("screening_rules", "thresholds"): _thresholds,
    ("screening_rules", "confirmed"): _yes_no,
}
