"""What a run leaves for the next one, in the folder `state` of its output.

    state/basis.json       day, version, lexicon, weights and number of enterprises
    state/names.parquet    names of enterprises by which rarity was counted
    state/rows.parquet     a digest of every input row, and of each of its columns

A digest tells that a row changed, not what it said. Columns with personal data have none of their
own; they count in the row's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from geomujun import __version__
from geomujun.domain.case import Case
from geomujun.domain.catalogue import TABLES
from geomujun.domain.model import Sensitivity
from geomujun.errors import DataError, UsageError
from geomujun.lang import t
from geomujun.matching.register import Frozen
from geomujun.matching.weights import Weights
from geomujun.text.lexicon import Lexicon

FOLDER: Final = "state"
STEMS: Final = (
    "parcels", "enterprises", "right_holders", "leases", "buildings", "addresses", "patches",
)  # fmt: skip
GEOMETRY: Final = "geometry"


@dataclass(frozen=True, slots=True)
class State:
    """Statistics and weights in force, and the digests of the rows they were used on."""

    frozen: Frozen
    weights: Weights
    rows: pd.DataFrame  # see `digests`
    as_of: date
    version: str = __version__


def digests(case: Case) -> pd.DataFrame:
    """A digest of every row that matching and areas read.

    Returns:
        ``stem key parcel_code uscc row digest columns``, sorted by stem, key and digest;
        ``columns`` holds 4 bytes for each public column in catalogue order, then the geometry.
    """
    parts = [_table(stem, getattr(case, stem)) for stem in STEMS]
    rows = pd.concat(parts, ignore_index=True)
    return rows.sort_values(["stem", "key", "digest"], kind="stable", ignore_index=True)


def public_columns(stem: str) -> list[str]:
    """Columns of an input table with a digest of their own, in order."""
    fields = [f.name for f in TABLES[stem].fields if f.sensitivity is not Sensitivity.PERSONAL]
    return [*fields, GEOMETRY] if TABLES[stem].shape == "polygon" else fields


def _table(stem: str, frame: pd.DataFrame) -> pd.DataFrame:
    spec = TABLES[stem]
    open_columns = public_columns(stem)
    hidden = [f.name for f in spec.fields if f.name not in open_columns]
    hashed = {c: _hashed(frame, c) for c in [*open_columns, *hidden]}
    total = np.zeros(len(frame), dtype=np.uint64)
    for values in hashed.values():
        total = total * np.uint64(0x100000001B3) ^ values  # FNV: the order of columns counts
    short = [hashed[c].astype(np.uint32) for c in open_columns]
    packed = np.column_stack(short).astype("<u4") if short else np.empty((len(frame), 0), "<u4")
    key = [c for c in spec.key if c in open_columns]
    blank = pd.Series("", index=frame.index, dtype="str")
    codes = {c: frame[c] if c in open_columns else blank for c in ("parcel_code", "uscc")}
    return pd.DataFrame(
        {
            "stem": stem,
            "key": _joined(frame, key),
            **{c: v.astype("str") for c, v in codes.items()},
            "row": frame["row"].astype("int64"),
            "digest": total,
            "columns": [line.tobytes() for line in packed],
        }
    )


def _joined(frame: pd.DataFrame, columns: list[str]) -> pd.Series:
    """Cells of each row joined by |."""
    out = frame[columns[0]].astype("str")
    for column in columns[1:]:
        out = out + "|" + frame[column].astype("str")
    return out


def _hashed(frame: pd.DataFrame, column: str) -> np.ndarray:
    values: Any = frame[column]
    if column == GEOMETRY:
        values = pd.Series(gpd.GeoSeries(values).to_wkb(), index=frame.index, dtype="object")
    elif not pd.api.types.is_numeric_dtype(values):
        values = values.astype("str")
    return pd.util.hash_pandas_object(values, index=False).to_numpy(dtype=np.uint64)


def write(state: State, folder: Path) -> None:
    """Write a state below an output folder."""
    place = folder / FOLDER
    place.mkdir()
    lexicon = state.frozen.lexicon
    basis = {
        "version": state.version,
        "as_of": state.as_of.isoformat(),
        "size": state.frozen.size,
        "lexicon": {
            "place": dict(lexicon.place),
            "parents": {k: sorted(v) for k, v in lexicon.parents.items()},
            "sounds": dict(lexicon.sounds),
        },
        "weights": asdict(state.weights),
    }
    text = json.dumps(basis, ensure_ascii=False, default=dict)
    (place / "basis.json").write_text(text, encoding="utf-8", newline="\n")
    state.frozen.names.to_parquet(place / "names.parquet", index=False)
    state.rows.to_parquet(place / "rows.parquet", index=False)


def read(out: Path) -> State:
    """The state an earlier run left in its output folder.

    Raises:
        UsageError: the folder holds no state.
        DataError: it holds one that cannot be read.
    """
    place = out / FOLDER
    if not (place / "basis.json").is_file():
        raise UsageError(
            t("上次结果没有留下状态", "the earlier run left no state"),
            where=str(out),
            hint=t("先不带 --since 运行一次", "run once without --since"),
        )
    try:
        basis = json.loads((place / "basis.json").read_text("utf-8"))
        names = pd.read_parquet(place / "names.parquet")
        rows = pd.read_parquet(place / "rows.parquet")
        return _state(basis, names, rows)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            t("读不出上次的状态：{e}", "the state cannot be read: {e}", e=error), where=str(place)
        ) from error


def _state(basis: Mapping[str, Any], names: pd.DataFrame, rows: pd.DataFrame) -> State:
    raw = basis["lexicon"]
    lexicon = Lexicon(
        place=raw["place"],
        parents={k: frozenset(v) for k, v in raw["parents"].items()},
        sounds=raw["sounds"],
    )
    weights = Weights(**basis["weights"])
    frozen = Frozen(lexicon, names, int(basis["size"]))
    return State(frozen, weights, rows, date.fromisoformat(basis["as_of"]), str(basis["version"]))
