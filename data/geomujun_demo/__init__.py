"""A made-up county with its right answers, holding every pitfall of matching land and firms.

`make` writes ``case/`` (what departments would send) and ``truth/`` (what should come out). The
truth is worked out from the true world by a second, literal reading of the rules; no module of
the engine is imported. See README.md for scenarios and rates.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from geomujun_demo.build import build
from geomujun_demo.case import write_case
from geomujun_demo.tables import write_holder_text, write_truth
from geomujun_demo.texts import Writer
from geomujun_demo.truth import know

__all__ = ["make"]


def make(
    folder: Path,
    *,
    size: Literal["town", "county", "city"] = "town",
    profile: Literal["plain", "real", "hard"] = "real",
    noise: str = "a",
    seed: int = 2024,
    year: int = 2024,
) -> None:
    """Write ``folder/case`` and ``folder/truth``; the same arguments give the same bytes.

    Args:
        folder: Made when missing; files of an earlier run are overwritten, others are left alone.
        size: town (400 parcels), county (12,000) or city (150,000).
        profile: How bad the data are: codes, names, addresses, formats.
        noise: Module ``noise_<name>`` that spoils texts: a or b.
        seed: Another seed, another county, and other file formats.
        year: Year of the figures; everything stands on its 31 December.
    """
    known = know(build(size, profile, noise, seed, year))
    write = Writer(known.world)
    formats = write_case(folder / "case", known, write)
    write_truth(folder / "truth", known, formats)
    write_holder_text(folder / "truth", write.holder_text)
