"""Rows by any part of their names: one text a table and edition, searched whole.

An edition never changes, so its names are read once and kept as one long text; a search for a
part of a name is then one pass over a few megabytes (120,000 firms: milliseconds), also for two
characters, where an index of three-character parts (pg_trgm) has nothing to look up.
"""

from __future__ import annotations

import threading
import unicodedata
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from psycopg import sql

from geomujun.policy.rights import Reader
from geomujun.storage.target import Conn
from geomujun_api.rows import Source

_KEPT: Final = 6  # texts kept; a city's is some ten megabytes


def normal(text: str) -> str:
    """Full-width and small letters made alike; one line."""
    return unicodedata.normalize("NFKC", text).casefold().replace("\n", " ")


@dataclass(frozen=True, slots=True)
class Names:
    """Names in the order of their keys, one a line."""

    keys: list[str]
    divisions: list[str]
    starts: list[int]
    text: str

    def hits(
        self, part: str, reader: Reader, after: str = "", most: int | None = None
    ) -> list[str]:
        """Keys of the lines that hold a part and lie in the reader's divisions, in order."""
        wanted = normal(part)
        found: list[str] = []
        row = bisect_right(self.keys, after) if after else 0
        while row < len(self.keys) and (most is None or len(found) < most):
            place = self.text.find(wanted, self.starts[row])
            if place < 0:
                break
            row = bisect_right(self.starts, place) - 1
            if reader.within(self.divisions[row]):
                found.append(self.keys[row])
            row += 1
        return found


class Searches:
    """The texts of the editions last searched."""

    def __init__(self) -> None:
        """Nothing is read until it is asked for."""
        self._kept: OrderedDict[tuple[str, int, tuple[str, ...]], Names] = OrderedDict()
        self._lock = threading.Lock()

    def names(
        self, connection: Conn, source: Source, edition: int, columns: Sequence[str]
    ) -> Names:
        """The names of a table's rows, of the columns given."""
        mark = (source.name, edition, tuple(columns))
        with self._lock:
            if mark not in self._kept:
                self._kept[mark] = _read(connection, source, edition, columns)
            self._kept.move_to_end(mark)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
            return self._kept[mark]


def _read(connection: Conn, source: Source, edition: int, columns: Sequence[str]) -> Names:
    query = sql.SQL(
        "SELECT {key}, division_code, concat_ws('；', {columns}) FROM {rows}"
        ' WHERE edition = %s ORDER BY {key} COLLATE "C"'
    ).format(
        key=sql.Identifier(source.order),
        columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
        rows=source.relation,
    )
    keys, divisions, starts, lines, place = [], [], [], [], 0
    for key, division, text in connection.execute(query, (edition,)):
        line = normal(text)
        keys.append(key)
        divisions.append(division)
        starts.append(place)
        lines.append(line)
        place += len(line) + 1
    return Names(keys, divisions, starts, "\n".join(lines))
