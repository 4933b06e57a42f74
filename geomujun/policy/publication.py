"""Who may see which column: the one place that tables, maps, tiles, feeds and files ask. Pure.

The locality says what the public sees (``publication.columns``: ``table.column``, or ``table.*``
for all that the catalogue calls public) and for which uses figures of statistical origin are
cleared (``publication.statistical``). Personal data are never public, whatever a file says;
everyone else sees them masked, as they are stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from geomujun.domain.model import Field, Sensitivity, Table
from geomujun.domain.published import INDICATORS, PUBLISHED
from geomujun.errors import SchemeError
from geomujun.lang import t
from geomujun.policy.locality import Locality

Use = Literal["internal", "export", "feed", "public"]
USES: Final = ("internal", "export", "feed", "public")
FEWEST: Final = (
    3  # firms in a cell of a public aggregate; 统计法 25条: 能够识别单个统计调查对象的资料
)


@dataclass(frozen=True, slots=True)
class Publication:
    """A locality's word. ``public``: ``table.column``; ``statistical``: uses that are cleared."""

    public: frozenset[str]
    statistical: frozenset[str]
    fewest: int = FEWEST

    def fields(self, table: Table, *, public: bool, use: Use = "internal") -> tuple[Field, ...]:
        """The columns of a table that a reader may see, in order; none: not even its rows."""
        every = (*table.fields, INDICATORS) if table.dynamic_after else table.fields
        return tuple(f for f in every if self._visible(table.name, f, public, use))

    def _visible(self, table: str, field: Field, public: bool, use: Use) -> bool:
        origin = "public" if public else use
        if field.sensitivity is Sensitivity.STATISTICAL and origin not in self.statistical:
            return False
        if not public:
            return True
        if field.sensitivity is Sensitivity.PERSONAL:
            return False
        return f"{table}.{field.name}" in self.public

    def suppressed(self, firms: Mapping[str, int]) -> frozenset[str]:
        """Cells of a public aggregate that are withheld: those of too few firms.

        Where withholding one alone would let it be found from the total, the next smallest is
        withheld too.
        """
        held = {cell for cell, count in firms.items() if 0 < count < self.fewest}
        rest = sorted((n, cell) for cell, n in firms.items() if cell not in held and n)
        short = sum(firms[cell] for cell in held)
        while held and rest and (len(held) < 2 or short < self.fewest):
            count, cell = rest.pop(0)
            held.add(cell)
            short += count
        return frozenset(held)


def publication_of(locality: Locality) -> Publication:
    """What a locality publishes.

    Raises:
        SchemeError: a table, column or use that does not exist.
    """
    said = locality.publication
    uses = said.get("statistical", ["internal"])
    wrong = sorted(set(uses) - set(USES))
    if wrong:
        raise _unknown(wrong[0], USES)
    names = frozenset(name for word in said.get("columns", ()) for name in _named(word))
    return Publication(names, frozenset(uses), int(said.get("fewest", FEWEST)))


def _named(word: str) -> Iterable[str]:
    head, _, column = word.partition(".")
    table = PUBLISHED.get(head)
    if table is None:
        raise _unknown(word, sorted(PUBLISHED))
    if column == "*":
        return [f"{head}.{f.name}" for f in table.fields if f.sensitivity is Sensitivity.PUBLIC]
    known = [*table.columns, *([INDICATORS.name] if table.dynamic_after else [])]
    if column not in known:
        raise _unknown(word, [f"{head}.{name}" for name in known])
    field = table.by_name.get(column, INDICATORS)
    if field.sensitivity is Sensitivity.PERSONAL:
        raise SchemeError(t("{w} 是个人信息，不得公开", "{w} is personal and never public", w=word))
    return [word]


def _unknown(word: str, known: Sequence[str]) -> SchemeError:
    return SchemeError(
        t("publication 里没有 {w!r}", "publication: no {w!r}", w=word),
        hint=t("可用：{a}", "allowed: {a}", a=", ".join(known)),
    )
