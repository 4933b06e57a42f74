"""Which editions a reader is shown: all to those with a key, to the public the published ones.

What an edition holds never changes, only its state does; it is remembered for two seconds, so that
a withdrawn edition is gone that soon, and a tile or feature costs no query for it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Final

from psycopg.rows import dict_row

from geomujun.errors import GeomujunError
from geomujun.lang import t
from geomujun.policy.rights import Reader
from geomujun.storage import editions
from geomujun_api.problems import MEDIA, NotFoundError
from geomujun_api.service import Service

GONE: Final[dict[int | str, dict[str, Any]]] = {  # for the OpenAPI of routes that raise GoneError
    410: {
        "description": "这一号发布已撤回",
        "content": {MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
}
_LASTS_S: Final = 2.0
_MEMORY: Final = "editions shown"
_QUERY: Final = (
    "SELECT e.number, e.year, e.as_of, e.state, e.title, e.load_id, e.map,"
    " EXISTS (SELECT FROM pub.edition_states AS s WHERE s.edition = e.number"
    "  AND s.state = 'published') AS was_public"
    " FROM pub.editions AS e WHERE e.number = %s"
)


class GoneError(GeomujunError):
    """It was there and was withdrawn."""

    http_status = 410


@dataclass(frozen=True, slots=True)
class Edition:
    """What is remembered of an edition."""

    number: int
    year: int
    as_of: str
    state: str
    title: str
    load: int
    bounds: tuple[float, ...]  # west, south, east, north; () when nothing has a shape
    was_public: bool
    until: float  # when it must be looked up again, by the monotonic clock


def remembered(service: Service, number: int) -> Edition | None:
    """An edition looked up a moment ago, None otherwise; asks nothing of the database."""
    known: Any = service.memory.get(_MEMORY, {})
    found: Edition | None = known.get(number)
    return found if found and found.until > time.monotonic() else None


def shown(service: Service, reader: Reader, number: int) -> Edition:
    """An edition by its number.

    Raises:
        NotFoundError: there is none, or not for this reader.
        GoneError: it was withdrawn.
    """
    return allowed(remembered(service, number) or _look_up(service, number), reader, number)


def allowed(found: Edition | None, reader: Reader, number: int) -> Edition:
    """The edition, if the reader is shown it; see `shown`."""
    if found is None or (reader.public and not found.was_public):
        raise NotFoundError(t("没有第 {n} 号发布", "there is no edition {n}", n=number))
    if found.state == editions.WITHDRAWN:
        raise GoneError(t("第 {n} 号发布已撤回", "edition {n} was withdrawn", n=number))
    return found


def newest(service: Service, reader: Reader, year: int | None = None) -> Edition:
    """The edition of a year (the newest by default) that the reader's channel shows.

    Raises:
        NotFoundError: there is none.
    """
    channel = editions.PUBLIC if reader.public else editions.INTERNAL
    with service.reading() as connection:
        number = editions.current(connection, year, channel)
    if number is None:
        raise NotFoundError(t("还没有发布", "nothing is published yet"))
    return shown(service, reader, number)


def _look_up(service: Service, number: int) -> Edition | None:
    with service.reading() as connection, connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(_QUERY, (number,)).fetchone()
    if row is None:
        return None
    found = Edition(
        number=row["number"], year=row["year"], as_of=row["as_of"].isoformat(),
        state=row["state"], title=row["title"], load=row["load_id"],
        bounds=tuple(row["map"].get("bounds") or ()), was_public=row["was_public"],
        until=time.monotonic() + _LASTS_S,
    )  # fmt: skip
    known: Any = service.memory.setdefault(_MEMORY, {})
    known[number] = found
    return found
