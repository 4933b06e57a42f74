"""Colours, hatches and readable words for what is drawn and printed.

One source (`legend.yaml`) for map.html, QGIS styles, the workbook and the web map, so that a grade
has the same colour everywhere. It decides nothing: which grade or bucket a plot has comes from
the tables. Palette and its distances for colour-blind readers: head of the YAML.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

import yaml

from geomujun.errors import DataError
from geomujun.lang import t

GRADES: Final = ("A", "B", "C", "D", "")


@dataclass(frozen=True, slots=True)
class Swatch:
    """How one class is drawn. ``mark`` is the letter put on plots; ``hatch`` a key of `hatches`."""

    key: str
    label: str
    en: str
    colour: str
    text: str = "#1a1a1a"
    mark: str = ""
    hatch: str = ""

    @property
    def title(self) -> str:
        """The label in the language in force."""
        return t(self.label, self.en)


@dataclass(frozen=True, slots=True)
class Hatch:
    """Parallel lines: ``angle`` in degrees from east, ``spacing`` and ``width`` in pixels."""

    label: str
    en: str
    angle: float
    spacing: float
    width: float
    colour: str
    opacity: float

    @property
    def title(self) -> str:
        """The label in the language in force."""
        return t(self.label, self.en)


@dataclass(frozen=True, slots=True)
class Outline:
    """A line: ``width`` in pixels, ``dash`` as in SVG's stroke-dasharray, "" for solid."""

    label: str
    en: str
    colour: str
    width: float
    dash: str = ""

    @property
    def title(self) -> str:
        """The label in the language in force."""
        return t(self.label, self.en)


@dataclass(frozen=True, slots=True)
class Legend:
    """The whole of `legend.yaml`, in its order."""

    grades: Mapping[str, Swatch]
    parcel_buckets: Mapping[str, Swatch]
    enterprise_buckets: Mapping[str, tuple[str, str]]
    hatches: Mapping[str, Hatch]
    outlines: Mapping[str, Outline]
    words: Mapping[str, Mapping[str, tuple[str, str]]]

    def word(self, family: str, key: str) -> str:
        """A word of a table in the language in force; an unknown word comes back as it is."""
        zh, en = self.words.get(family, {}).get(key, (key, key))
        return t(zh, en)

    def bucket(self, key: str) -> str:
        """An enterprise bucket in the language in force."""
        zh, en = self.enterprise_buckets.get(key, (key, key))
        return t(zh, en)


def _swatches(raw: Mapping[str, Mapping[str, Any]]) -> dict[str, Swatch]:
    return {key: Swatch(key, **spec) for key, spec in raw.items()}


def _pairs(raw: Mapping[str, Mapping[str, str]]) -> dict[str, tuple[str, str]]:
    return {key: (spec["label"], spec["en"]) for key, spec in raw.items()}


@lru_cache(maxsize=1)
def legend() -> Legend:
    """The shipped legend.

    Raises:
        DataError: a swatch names a hatch that `hatches` does not have.
    """
    text = files("geomujun.domain").joinpath("legend.yaml").read_text("utf-8")
    raw = yaml.safe_load(text)
    found = Legend(
        grades=_swatches(raw["grades"]),
        parcel_buckets=_swatches(raw["parcel_buckets"]),
        enterprise_buckets=_pairs(raw["enterprise_buckets"]),
        hatches={key: Hatch(**spec) for key, spec in raw["hatches"].items()},
        outlines={key: Outline(**spec) for key, spec in raw["outlines"].items()},
        words={family: _pairs(spec) for family, spec in raw["words"].items()},
    )
    for swatch in [*found.grades.values(), *found.parcel_buckets.values()]:
        if swatch.hatch and swatch.hatch not in found.hatches:
            raise DataError(f"swatch {swatch.key!r} names an unknown hatch {swatch.hatch!r}")
    return found
