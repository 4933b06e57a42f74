"""GDAL kept offline and quiet, and its bytes as shapely objects; what all its readers share."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import numpy as np
import pyogrio
import shapely

_OFFLINE: Final = {
    "GDAL_HTTP_MAX_RETRY": "0",
    "GDAL_HTTP_TIMEOUT": "1",
    "GDAL_HTTP_CONNECTTIMEOUT": "1",
    "GDAL_HTTP_PROXY": "127.0.0.1:9",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".nothing",
    "CPL_VSIL_CURL_NON_CACHED": "",
    "OGR_ENABLE_PARTIAL_REPROJECTION": "NO",
}


@contextmanager
def quiet() -> Iterator[list[str]]:
    """Run GDAL offline, its warnings gathered instead of printed."""
    pyogrio.set_gdal_config_options(_OFFLINE)
    seen: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield seen
    seen += sorted({str(w.message).replace("\n", " ")[:160] for w in caught})


def head(path: Path, size: int = 4096) -> bytes:
    with path.open("rb") as f:
        return f.read(size)


def from_wkb(values: np.ndarray) -> np.ndarray:
    """Shapely objects; None where the bytes are none."""
    with np.errstate(invalid="ignore"):  # NaN coordinates are found and listed later
        shapes: np.ndarray = shapely.from_wkb(values, on_invalid="ignore")
    return shapes


def short(e: object) -> str:
    text = " ".join(str(e).split())
    return text.replace(tempfile.gettempdir(), "…")[:200]
