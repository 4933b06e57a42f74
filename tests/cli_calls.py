"""The command line called in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

TOWN = Path(__file__).parent / "cases" / "sample-town" / "case"


class Done(NamedTuple):
    code: int
    out: str
    err: str


Call = Callable[..., Done]
