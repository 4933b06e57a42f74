"""Enterprises: list, search by a part of the name, one with its ledger, grade and links."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Response
from psycopg import sql

from geomujun.lang import t
from geomujun.storage import records
from geomujun_api import reading
from geomujun_api.answers import problems
from geomujun_api.deps import Reading
from geomujun_api.finding_rows import searched
from geomujun_api.problems import NotFoundError
from geomujun_api.reading import SORT, Edition, ListAsked, OneAsked
from geomujun_api.rows import SOURCES, Source, Where, check_filters, chosen, schema_of
from geomujun_api.service import Caller
from geomujun_api.words import Grade, Search, UsccPath

router: Final = APIRouter(prefix="/v1/enterprises", tags=["企业"], responses=problems())
FIRMS: Final = SOURCES["firms"]
_PARTS: Final = {
    "ledger": SOURCES["ledger"],
    "evaluation": SOURCES["enterprise_evaluation"],
    "reconciliation": SOURCES["enterprise_reconciliation"],
}
Bucket = Literal["matched", "ambiguous", "no_land", "registered_only", "cancelled",
                 "out_of_region", "invalid"]  # fmt: skip


class FirmsAsked(ListAsked):
    """Which firms."""

    q: Search | None = None
    grade: Grade | None = None
    bucket: Bucket | None = None
    industry: Annotated[str | None, Query(pattern=r"^[0-9A-Z]{1,5}$")] = None
    sort: Literal["occupied_mu", "-occupied_mu", "score", "-score"] | None = SORT


@router.get("", summary="企业列表；q 按名称、曾用名、代码或地址的一部分查找",
            response_class=Response, responses=reading.list_answers(FIRMS))  # fmt: skip
def listing(caller: Reading, asked: Annotated[FirmsAsked, Query()]) -> Response:
    """Firms by 信用代码; with ``q`` those whose name, former name, code or address holds it."""
    return searched(caller, FIRMS, asked, asked.q)


def _schema() -> dict[str, Any]:
    schema = schema_of(FIRMS.table)
    parts = {name: {"anyOf": [schema_of(s.table), {"type": "null"}]} for name, s in _PARTS.items()}
    about = {"edition": {"type": "integer"}, "year": {"type": "integer"}}
    return schema | {"properties": {**about, **schema["properties"], **parts}}


@router.get("/{uscc}", summary="一家企业：台账、评价、清点", response_class=Response,
            responses=reading.one_answers("企业", _schema()))  # fmt: skip
def one(caller: Reading, uscc: UsccPath, asked: Annotated[OneAsked, Query()]) -> Response:
    """A firm with its ledger, its evaluation and its bucket, of one edition."""
    visible = FIRMS.fields(caller)
    check_filters(Where(equal={"uscc": uscc}), visible)
    fields = chosen(visible, asked.fields)
    with caller.service.reading() as connection:
        edition = reading.resolve(caller, connection, asked.edition, asked.year)
        row = records.first(connection, _query(caller, fields, whole=asked.fields is None),
            {"edition": edition.number, "uscc": uscc,
             "divisions": list(caller.reader.divisions)},)  # fmt: skip
    if row is None:
        raise NotFoundError(t("没有企业 {u}", "there is no enterprise {u}", u=uscc))
    return reading.given(caller, asked, edition, _about(edition) | row)


def _about(edition: Edition) -> dict[str, Any]:
    return {"edition": edition.number, "year": edition.year}


def _query(caller: Caller, fields: tuple[Any, ...], *, whole: bool) -> sql.Composed:
    """One statement for the firm and its parts; kept, since composing it costs as much as it.

    Only that for all columns is: of choices among them there are thousands.
    """
    mark = ("firm", caller.reader.public)
    known: Any = caller.service.memory.get(str(mark)) if whole else None
    if known is None:
        parts = _PARTS if whole else {}
        columns: list[sql.Composable] = [sql.Identifier("f", f.name) for f in fields]
        for name, source in parts.items():
            inner = _visible(caller, source)
            columns.append(_part(name, source, inner) if inner else _none(name))
        known = sql.SQL(
            "SELECT {} FROM pub.firms AS f WHERE f.edition = %(edition)s AND f.uscc = %(uscc)s"
            " AND f.division_code ^@ ANY (%(divisions)s)"
        ).format(sql.SQL(", ").join(columns))
        if whole:
            caller.service.memory[str(mark)] = known
    found: sql.Composed = known
    return found


def _visible(caller: Caller, source: Source) -> list[str]:
    fields = source.some(caller)
    return [f.name for f in fields]


def _none(name: str) -> sql.Composable:
    return sql.SQL("NULL AS {}").format(sql.Identifier(name))


def _part(name: str, source: Source, columns: list[str]) -> sql.Composable:
    return sql.SQL(
        "(SELECT to_json(p) FROM (SELECT {} FROM {} WHERE edition = %(edition)s"
        " AND uscc = %(uscc)s AND division_code ^@ ANY (%(divisions)s) LIMIT 1) AS p) AS {}"
    ).format(
        sql.SQL(", ").join(map(sql.Identifier, columns)), source.relation, sql.Identifier(name)
    )


def _of_firm(name: str, path: str, summary: str) -> None:
    source = SOURCES[name]

    def rows(caller: Reading, uscc: UsccPath, asked: Annotated[ListAsked, Query()]) -> Response:
        where = reading.conditions(asked)
        where = Where(equal={**where.equal, "uscc": uscc}, begins=where.begins)
        return reading.listed(caller, source, asked, where)

    router.add_api_route(
        f"/{{uscc}}/{path}", rows, methods=["GET"], summary=summary, response_class=Response,
        responses=reading.list_answers(source), name=f"firm_{name}",
    )  # fmt: skip


_of_firm("links", "links", "企业使用的地块及证据")
_of_firm("ledger_lines", "ledger-lines", "企业用地台账明细")
