"""Evidence read back as a waterfall: the prior first, then each item with the sum so far."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from geomujun.matching.evidence import PRIOR, Item


@dataclass(frozen=True, slots=True)
class Step:
    """One item and the weight in bits once it has spoken."""

    item: Item
    total: float


def waterfall(evidence: str) -> list[Step]:
    """The steps of an ``evidence`` cell of `links`; an empty cell has none.

    Raises:
        ValueError: the cell is not what `evidence.as_json` writes.
    """
    raw = json.loads(evidence) if evidence else []
    try:
        items = [Item(r["name"], float(r["bits"]), r["left"], r["right"], r["line"]) for r in raw]
    except (KeyError, TypeError) as error:
        message = f"not a list of evidence: {evidence[:60]}"
        raise ValueError(message) from error
    return steps_of(items)


def steps_of(items: Iterable[Item]) -> list[Step]:
    """Items in their order, the prior first, each with the sum so far."""
    total, steps = 0.0, []
    for item in sorted(items, key=lambda i: i.name != PRIOR):
        total += item.bits
        steps.append(Step(item, total))
    return steps
