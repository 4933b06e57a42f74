"""What a map is drawn from: the shape of `geomujun.export.result.Result`, without importing it.

Export writes the maps into its folder and therefore stands above this package; the protocol keeps
the arrow pointing one way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

import pandas as pd

from geomujun.domain.case import Case
from geomujun.lang import Lang


class MapSource(Protocol):
    """A finished run, persons already masked (``masked``); see `geomujun.export.result`."""

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]: ...
    @property
    def case(self) -> Case: ...
    @property
    def title(self) -> str: ...
    @property
    def scheme_id(self) -> str: ...
    @property
    def scheme_title(self) -> str: ...
    @property
    def year(self) -> int: ...
    @property
    def as_of(self) -> date: ...
    @property
    def version(self) -> str: ...
    @property
    def lang(self) -> Lang: ...
    @property
    def indicators(self) -> Sequence[tuple[str, str, str]]: ...
    @property
    def masked(self) -> bool: ...
