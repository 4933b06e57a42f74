"""Lists in which names are searched: firms by name, plots by code and place."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from fastapi import Response

from geomujun.storage import editions
from geomujun_api.reading import ListAsked, conditions, listed, read_cursor, resolve, sort_of
from geomujun_api.rows import SOURCES, Source, Where
from geomujun_api.search import Searches
from geomujun_api.service import Caller, Service

LOOKED_AT: Final = {
    "firms": ("uscc", "name", "former_names", "address"),
    "plots": ("parcel_code", "location"),
}


def searched(caller: Caller, source: Source, asked: ListAsked, part: str | None) -> Response:
    """A page of a list; with ``part``, of the rows that hold it in a name the reader sees."""
    where = conditions(asked)
    where = replace(where, equal={k: v for k, v in where.equal.items() if k != "q"})
    if not part:
        return listed(caller, source, asked, where)
    visible = source.names(caller)
    columns = [name for name in LOOKED_AT[source.name] if name in visible]
    pinned, after = read_cursor(caller, asked, source)
    with caller.service.streaming() as connection:
        edition = resolve(caller, connection, asked.edition or pinned, asked.year)
        names = searches(caller.service).names(connection, source, edition.number, columns)
    by = sort_of(asked)
    alone = not where.equal and not where.begins and by is None
    most = asked.limit + 1 if alone else None
    found = names.hits(part, caller.reader, "" if by else str(after or ""), most)
    asked = asked.model_copy(update={"edition": edition.number}) if pinned else asked
    where = Where(equal=where.equal, begins=where.begins, among={source.order: found})
    return listed(caller, source, asked, where)


def searches(service: Service) -> Searches:
    """The texts a service keeps."""
    found = service.memory.setdefault("searches", Searches())
    assert isinstance(found, Searches)  # noqa: S101 - set above only
    return found


def warm(service: Service) -> None:
    """Read the names of the current edition, so that the first search is no slower."""
    with service.streaming() as connection:
        number = editions.current(connection)
        for name in LOOKED_AT if number else ():
            searches(service).names(connection, SOURCES[name], number or 0, LOOKED_AT[name])
