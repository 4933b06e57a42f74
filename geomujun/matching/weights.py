"""Weights of the comparisons, in bits, shipped as data (`data/weights.yaml`).

Each comparison gives a level; a level has bits, log2 of the odds that true pairs and chance pairs
show it (Fellegi & Sunter 1969). Agreement on a 字号 or a trade also counts its rarity in the
register. Weights can be learned again from a case or from review decisions (`learn`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import yaml

Floats = npt.NDArray[np.float64]
Levels = pd.Categorical | npt.NDArray[np.object_]
NAME_PARTS: Final = ("name", "trade", "place", "legal", "whole")
USE_ONLY: Final = ("door", "lease", "family", "rest", "taken", "seat")
USE_TOO: Final = ("point", "village", "area")
# The slope of the rarity of the 字号 that counts at a level; at other levels it does not count.
SLOPES: Final[Mapping[str, str]] = {
    "exact": "exact",
    "same": "same",
    **dict.fromkeys(
        ("sound", "look", "faint", "swap", "drop", "double", "trade_typo", "whole1",
         "whole2", "order"), "fuzzy",
    ),
    **dict.fromkeys(("short", "begin", "inside"), "short"),
    "sibling": "sibling",
}  # fmt: skip
# A name that agrees as a whole needs no further praise from its parts.
QUIET: Final = frozenset({"exact", "whole1", "whole2", "order"})


@dataclass(frozen=True, slots=True)
class Weights:
    """``bits``: comparison → level → bits; ``slopes``: how much of a rarity counts, by kind."""

    bits: Mapping[str, Mapping[str, float]]
    slopes: Mapping[str, float]
    limits: Mapping[str, float]
    use: Mapping[str, Mapping[str, float]]  # where a comparison is worth another sum for use

    def for_use(self) -> Weights:
        """The weights with which use without a right is weighed."""
        return replace(self, bits={**self.bits, **self.use})

    def with_use(self, learned: Weights) -> Weights:
        """These weights, with what ``learned`` says of use where it says something else."""
        bits = {part: learned.bits[part] for part in USE_ONLY}
        use = {part: learned.bits[part] for part in USE_TOO}
        return replace(self, bits={**self.bits, **bits}, use=use)

    def column(self, comparison: str, levels: pd.Series | Levels) -> Floats:
        """Bits of a column of levels; an unknown level says nothing."""
        return _looked_up(self.bits[comparison], levels)

    def name_bits(self, pairs: pd.DataFrame) -> pd.DataFrame:
        """``pairs`` with ``b_name b_trade b_place b_legal b_whole`` and their sum ``bits``."""
        levels = {f"l_{p}": pd.Categorical(pairs[f"l_{p}"]) for p in NAME_PARTS}
        rare = (pairs[r].to_numpy(np.float64) for r in ("rarity", "trade_rarity"))
        return pairs.assign(**self.bits_of(levels, *rare))

    def bits_of(
        self, levels: Mapping[str, Levels], rarity: Floats, trade_rarity: Floats
    ) -> dict[str, Floats]:
        """`name_bits` of levels ``l_name l_trade l_place l_legal l_whole``, (n,) each."""
        name = levels["l_name"]
        slope = _looked_up({level: self.slopes[s] for level, s in SLOPES.items()}, name)
        same_trade = _looked_up({"same": self.slopes["trade"]}, levels["l_trade"])
        quiet = _looked_up(dict.fromkeys(QUIET, 1.0), name) > 0
        out = {f"b_{p}": _looked_up(self.bits[p], levels[f"l_{p}"]) for p in NAME_PARTS}
        out["b_name"] = out["b_name"] + slope * rarity
        out["b_trade"] = out["b_trade"] + same_trade * trade_rarity
        for part in NAME_PARTS[1:]:
            out[f"b_{part}"] = np.where(quiet, 0.0, out[f"b_{part}"])
        out["bits"] = np.sum([out[f"b_{p}"] for p in NAME_PARTS], axis=0)
        return out


def _looked_up(table: Mapping[str, float], levels: pd.Series | Levels) -> Floats:
    """Bits of levels; an unknown level says nothing."""
    if isinstance(levels, np.ndarray):
        return np.array([table.get(level, 0.0) for level in levels], dtype=np.float64)
    levels = levels if isinstance(levels, pd.Categorical) else pd.Categorical(levels)
    codes, distinct = levels.codes, levels.categories
    known = [*(table.get(level, 0.0) for level in distinct), 0.0]  # the last one is of no level
    return np.take(np.array(known, dtype=np.float64), codes)


def read(text: str) -> Weights:
    """Weights from YAML text."""
    raw: dict[str, Any] = yaml.safe_load(text)
    return Weights(raw["bits"], raw["slopes"], raw["limits"], raw["use"])


def written(weights: Weights, made: str) -> str:
    """The YAML text of weights; ``made`` says how they were got."""

    def line(table: Mapping[str, float]) -> str:
        return "{" + ", ".join(f"{k}: {v:g}" for k, v in table.items()) + "}"

    out = ["# Bits per level of each comparison; see geomujun/matching/weights.py and learn.py.",
           f"# {made}", "bits:"]  # fmt: skip
    out += [f"  {part}: {line(levels)}" for part, levels in weights.bits.items()]
    out.append("# What a comparison is worth for use without a right, where it differs.")
    out.append("use:")
    out += [f"  {part}: {line(levels)}" for part, levels in weights.use.items()]
    out.append(f"slopes: {line(weights.slopes)}")
    out.append(
        "# auto, review: probabilities of the bands; null_own: bits of “no enterprise of the"
    )
    out.append("# register”; keep: weaker candidates are not looked at; use_prior: bits that a")
    out.append("# site with some sign of land is there.")
    out.append(f"limits: {line(weights.limits)}")
    return "\n".join(out) + "\n"


@cache
def shipped() -> Weights:
    """The weights the product ships."""
    return read(files("geomujun.matching").joinpath("data", "weights.yaml").read_text("utf-8"))
