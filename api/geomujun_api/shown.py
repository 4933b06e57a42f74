"""Which edition a question is answered from: the one place where it is looked up.

Lists and records of ``/v1`` ask `resolve`: everything to readers with a key, withdrawn editions
too, since what was once published can be read again; to the public what is published now. Tiles,
features and reconciling ask `shown`, which also says that an edition is gone. What an edition holds
never changes, only its state does; `shown` remembers it for two seconds, so that a withdrawn one is
gone that soon, and a tile or feature costs no query for it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from geomujun.errors import GeomujunError
from geomujun.lang import t
from geomujun.policy.rights import PUBLIC, Reader
from geomujun.storage import editions, records
from geomujun.storage.target import Conn
from geomujun_api.problems import MEDIA, NotFoundError
from geomujun_api.service import Caller, Service

GONE: Final[dict[int | str, dict[str, Any]]] = {  # for the OpenAPI of routes that raise GoneError
    410: {
        "description": "这一号发布已撤回",
        "content": {MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
}
_LASTS_S: Final = 2.0
_MEMORY: Final = "editions shown"
_QUERY: Final = """
SELECT e.number, e.year, e.as_of, e.state, e.title, e.load_id, e.map, e.built_at,
  EXISTS (SELECT FROM pub.edition_states AS s WHERE s.edition = e.number
          AND s.state = 'published') AS was_public
FROM pub.editions AS e
WHERE number = coalesce(%(number)s, (
    SELECT edition FROM pub.current
    WHERE channel = %(channel)s AND (%(year)s::int IS NULL OR year = %(year)s)
    ORDER BY year DESC LIMIT 1))
  AND (%(year)s::int IS NULL OR year = %(year)s)
"""


class GoneError(GeomujunError):
    """It was there and was withdrawn."""

    http_status = 410


@dataclass(frozen=True, slots=True)
class Edition:
    """What is known of an edition."""

    number: int
    year: int
    as_of: str
    state: str
    title: str
    load: int
    bounds: tuple[float, ...]  # west, south, east, north; () when nothing has a shape
    was_public: bool
    built_at: datetime
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
    with service.reading() as connection:
        found = _read(connection, reader, None, year)
    if found is None:
        raise NotFoundError(t("还没有发布", "nothing is published yet"))
    return allowed(_remember(service, found), reader, found.number)


def resolve(
    caller: Caller, connection: Conn, number: int | None, year: int | None = None
) -> Edition:
    """The edition named, or the current one of the year; the public sees published ones only.

    Raises:
        NotFoundError: there is none.
    """
    found = _read(connection, caller.reader, number, year)
    if found is None or (caller.reader.public and found.state != editions.PUBLISHED):
        raise NotFoundError(t("没有这个发布", "there is no such edition"))
    return found


def forget(service: Service, number: int) -> None:
    """Look an edition up again: its state was changed here."""
    known: Any = service.memory.get(_MEMORY, {})
    known.pop(number, None)


def _look_up(service: Service, number: int) -> Edition | None:
    with service.reading() as connection:
        found = _read(connection, PUBLIC, number, None)
    return _remember(service, found) if found else None


def _remember(service: Service, found: Edition) -> Edition:
    known: Any = service.memory.setdefault(_MEMORY, {})
    known[found.number] = found
    return found


def _read(connection: Conn, reader: Reader, number: int | None, year: int | None) -> Edition | None:
    channel = editions.PUBLIC if reader.public else editions.INTERNAL
    row = records.first(connection, _QUERY, {"number": number, "year": year, "channel": channel})
    if row is None:
        return None
    return Edition(
        number=row["number"], year=row["year"], as_of=row["as_of"].isoformat(),
        state=row["state"], title=row["title"], load=row["load_id"],
        bounds=tuple(row["map"].get("bounds") or ()), was_public=row["was_public"],
        built_at=row["built_at"], until=time.monotonic() + _LASTS_S,
    )  # fmt: skip
