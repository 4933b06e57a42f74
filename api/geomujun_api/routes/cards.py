"""One answer for one card: all that an edition says of a plot or a firm, with its sources.

What each part shows follows the same policy and divisions as the lists of the parts.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response

from geomujun.lang import t
from geomujun.storage import records
from geomujun.storage.target import Conn
from geomujun_api import reading, sources
from geomujun_api.answers import exactly, problems
from geomujun_api.deps import Reading
from geomujun_api.kept import kept
from geomujun_api.problems import NotFoundError
from geomujun_api.reading import Edition, OneAsked
from geomujun_api.rows import SOURCES, Asked, Where, check_filters, page, schema_of
from geomujun_api.service import Caller
from geomujun_api.words import ParcelPath, UsccPath

router: Final = APIRouter(prefix="/v1/cards", tags=["汇总"], responses=problems())
MOST: Final = 500  # rows of one part
_COHORTS: Final = 500  # kept
_Rows = list[dict[str, Any]]
# Parts of a card: the table, and the columns that name the thing.
_OF_PARCEL: Final = {
    "links": ("parcel_code",),
    "ledger_lines": ("parcel_code",),
    "parcel_evaluation": ("parcel_code",),
    "parcel_reconciliation": ("parcel_code",),
    "low_efficiency": ("parcel_code",),
    "grade_stakes": ("parcel_code", "subject_id"),
    "cross_check": ("subject_id", "other_id"),
}
_OF_FIRM: Final = {
    "links": ("uscc",),
    "ledger": ("uscc",),
    "ledger_lines": ("uscc",),
    "enterprise_evaluation": ("uscc",),
    "enterprise_reconciliation": ("uscc",),
    "group_suggestions": ("uscc",),
    "grade_stakes": ("uscc", "subject_id"),
    "cross_check": ("subject_id", "other_id"),
}
_HISTORY: Final = {
    "plots": "SELECT e.number AS edition, e.year, e.state, p.bucket, p.parcel_grade AS grade,"
    " p.area_m2 / 10000 * 15 AS mu, p.users FROM pub.plots AS p JOIN pub.editions AS e"
    " ON e.number = p.edition WHERE p.parcel_code = %(key)s"
    " AND p.division_code ^@ ANY (%(divisions)s) AND e.state <> 'withdrawn'"
    " ORDER BY e.number DESC LIMIT 24",
    "firms": "SELECT e.number AS edition, e.year, e.state, p.bucket, p.grade,"
    " p.occupied_mu AS mu, p.name AS users FROM pub.firms AS p JOIN pub.editions AS e"
    " ON e.number = p.edition WHERE p.uscc = %(key)s"
    " AND p.division_code ^@ ANY (%(divisions)s) AND e.state <> 'withdrawn'"
    " ORDER BY e.number DESC LIMIT 24",
}


def _array(name: str) -> dict[str, Any]:
    source = SOURCES[name]
    return {"type": "array", "title": source.table.title,
            "items": schema_of(source.table)}  # fmt: skip


_TEXT, _WHOLE, _NUMBER = {"type": "string"}, {"type": "integer"}, {"type": ["number", "null"]}
_NAMED: Final = {
    "type": "array",
    "title": "涉及企业的名称",
    "items": exactly(
        dict.fromkeys(("uscc", "name", "grade", "status", "industry"), _TEXT),
        optional=("grade", "status", "industry"),
    ),
}
_PLACED: Final = {
    "type": "array",
    "title": "涉及的地块及形状",
    "items": exactly(
        {
            "parcel_code": _TEXT, "location": _TEXT, "parcel_grade": _TEXT, "area_m2": _NUMBER,
            "bucket": _TEXT, "geometry": {"type": ["object", "null"]},
        },
        optional=("location", "parcel_grade", "area_m2", "bucket"),
    ),
}  # fmt: skip
_COHORT: Final = exactly({
    "label": _TEXT,
    "grades": {"type": "array", "items": exactly(
        {"grade": _TEXT, "count": _WHOLE, "lowest": _NUMBER, "highest": _NUMBER}
    )},
    "indicators": {"type": "array", "items": exactly(
        {"id": _TEXT, "label": _TEXT, "unit": _TEXT, "weight": _NUMBER, "benchmark": _NUMBER}
    )},
}) | {"title": "评价组：各等级的得分范围，各项指标的权重和基准"}  # fmt: skip
_TOLD: Final = {
    "type": "array",
    "title": "各次发布",
    "items": exactly({
        "edition": _WHOLE, "year": _WHOLE, "state": _TEXT, "bucket": _TEXT, "grade": _TEXT,
        "mu": _NUMBER, "users": _TEXT,
    }),
}  # fmt: skip


def _schema(main: str, parts: dict[str, tuple[str, ...]], named: str, about: Any) -> dict[str, Any]:
    geometry = {"type": ["object", "null"], "title": "GeoJSON"}
    thing = schema_of(SOURCES[main].table)
    thing["properties"] = {**thing["properties"], "geometry": geometry}
    properties = {
        "edition": {"type": "integer"}, "year": {"type": "integer"}, main: thing,
        **{name: _array(name) for name in parts}, named: about,
        "cohort": {"anyOf": [_COHORT, {"type": "null"}]},
        "history": _TOLD, "sources": sources.SCHEMA,
    }  # fmt: skip
    return exactly(properties)


_PARCEL_CARD: Final = _schema("plots", _OF_PARCEL, "named", _NAMED)
_FIRM_CARD: Final = _schema("firms", _OF_FIRM, "plots", _PLACED)


@router.get("/parcels/{parcel_code}", summary="宗地卡：一块宗地的全部", response_class=Response,
            responses=reading.one_answers("宗地卡", _PARCEL_CARD))  # fmt: skip
def parcel(
    caller: Reading, parcel_code: ParcelPath, asked: Annotated[OneAsked, Query()]
) -> Response:
    """A plot with its shape, users and reasons, ledger, grade, findings, history and sources."""
    with caller.service.reading() as connection:
        edition, body = _card(caller, connection, asked, "plots", _OF_PARCEL, parcel_code)
        codes = {r["uscc"] for r in (*body["links"], *body["ledger_lines"]) if "uscc" in r}
        codes |= {r["rival_uscc"] for r in body["links"] if r.get("rival_uscc")}
        body["named"] = _names(caller, connection, edition, sorted(codes))
        body["cohort"] = _cohort(caller, connection, edition, "parcel", body["parcel_evaluation"])
        body["sources"] = _sources(caller, connection, edition, sources.OF_PARCEL, parcel_code,
                                   body)  # fmt: skip
    return reading.given(caller, asked, edition, body)


@router.get("/enterprises/{uscc}", summary="企业卡：一家企业的全部", response_class=Response,
            responses=reading.one_answers("企业卡", _FIRM_CARD))  # fmt: skip
def enterprise(caller: Reading, uscc: UsccPath, asked: Annotated[OneAsked, Query()]) -> Response:
    """A firm with its area lines, its plots, indicators, grade, findings, history and sources."""
    with caller.service.reading() as connection:
        edition, body = _card(caller, connection, asked, "firms", _OF_FIRM, uscc)
        codes = {r["parcel_code"] for r in body["links"] if "parcel_code" in r}
        body["plots"] = _plots(caller, connection, edition, sorted(codes))
        rated = body["enterprise_evaluation"]
        body["cohort"] = _cohort(caller, connection, edition, "enterprise", rated)
        body["sources"] = _sources(caller, connection, edition, sources.OF_FIRM, uscc, body)
    return reading.given(caller, asked, edition, body)


def _card(
    caller: Caller, connection: Conn, asked: OneAsked, main: str,
    parts: dict[str, tuple[str, ...]], key: str,
) -> tuple[Edition, dict[str, Any]]:  # fmt: skip
    """The thing itself, its parts and its history.

    Raises:
        NotFoundError: there is none, or not for this reader.
        UnknownReaderError: the public sees nothing of it.
    """
    source = SOURCES[main]
    visible = source.fields(caller)
    edition = reading.resolve(caller, connection, asked.edition, asked.year)
    where = Where(equal={source.order: key})
    check_filters(where, visible)
    found, _ = page(connection, source, Asked(edition.number, visible, where, None, 1, "geojson"),
                    caller.reader)  # fmt: skip
    if not found:
        raise NotFoundError(t("没有 {k}", "there is no {k}", k=key))
    body: dict[str, Any] = {"edition": edition.number, "year": edition.year, main: found[0]}
    for name, columns in parts.items():
        body[name] = _part(caller, connection, edition, name, columns, key)
    body["history"] = _history(caller, connection, main, key)
    return edition, body


def _part(
    caller: Caller, connection: Conn, edition: Edition, name: str, columns: tuple[str, ...],
    key: str,
) -> _Rows:  # fmt: skip
    """Rows of a part; none where this reader sees nothing of it."""
    source = SOURCES[name]
    public = caller.reader.public
    visible = source.some(caller)
    if not visible or (public and not set(columns) <= {f.name for f in visible}):
        return []
    seen: dict[int, dict[str, Any]] = {}
    for column in columns:
        asked = Asked(edition.number, visible, Where(equal={column: key}), None, MOST)
        for row in page(connection, source, asked, caller.reader)[0]:
            seen.setdefault(hash(repr(row)), row)
    return list(seen.values())


def _names(caller: Caller, connection: Conn, edition: Edition, codes: list[str]) -> _Rows:
    """Names of firms: the register of firms is public; their grades are their division's."""
    shown = SOURCES["firms"].some(caller)
    visible = {f.name for f in shown}
    if not codes or "name" not in visible:
        return []
    rows = records.every(
        connection,
        "SELECT uscc, name, status, industry,"
        " CASE WHEN division_code ^@ ANY (%(d)s) THEN grade ELSE '' END AS grade"
        " FROM pub.firms WHERE edition = %(e)s AND uscc = ANY (%(codes)s) ORDER BY uscc",
        {"d": list(caller.reader.divisions), "e": edition.number, "codes": codes},
    )
    return [{k: v for k, v in r.items() if k in visible} for r in rows]


def _plots(caller: Caller, connection: Conn, edition: Edition, codes: list[str]) -> _Rows:
    source = SOURCES["plots"]
    wanted = ("parcel_code", "location", "parcel_grade", "area_m2", "bucket")
    visible = source.some(caller)
    fields = tuple(f for f in visible if f.name in wanted)
    if not codes or "parcel_code" not in {f.name for f in fields}:
        return []
    where = Where(among={"parcel_code": codes})
    asked = Asked(edition.number, fields, where, None, MOST, "geojson")
    return page(connection, source, asked, caller.reader)[0]


def _cohort(
    caller: Caller, connection: Conn, edition: Edition, side: str, rated: _Rows
) -> dict[str, Any] | None:
    """What a score is compared with: the whole cohort's, whatever the reader's divisions."""
    label = rated[0].get("cohort") if rated else None
    if caller.reader.public or not label or "indicators" not in rated[0]:
        return None
    values = {"e": edition.number, "cohort": label, "side": side}

    def made() -> dict[str, Any]:
        grades = records.every(connection, _GRADES[side], values)
        indicators = records.every(connection, _INDICATORS, values)
        return {"label": label, "grades": grades, "indicators": indicators}

    told: dict[str, Any] = kept(caller.service, "cohorts", _COHORTS).get(
        (edition.number, side, label), made
    )
    return told


_GRADES: Final = {
    side: f"SELECT grade, count(*)::int AS count, min(score) AS lowest, max(score) AS highest"  # noqa: S608 - two names of our own
    f" FROM pub.{side}_evaluation WHERE edition = %(e)s AND cohort = %(cohort)s AND grade <> ''"
    " GROUP BY grade ORDER BY grade"
    for side in ("enterprise", "parcel")
}
_INDICATORS: Final = """
SELECT b.indicator AS id, b.label, b.unit, b.value AS benchmark,
       (SELECT (i ->> 'weight')::float8 FROM pub.editions AS e,
               jsonb_array_elements(e.scheme -> 'cohorts') AS c,
               jsonb_array_elements(c -> 'indicators') AS i
        WHERE e.number = %(e)s AND c ->> 'label' = %(cohort)s AND i ->> 'id' = b.indicator
        LIMIT 1) AS weight
FROM pub.benchmarks AS b
WHERE b.edition = %(e)s AND b.side = %(side)s AND b.cohort = %(cohort)s ORDER BY b.row_no
"""


def _history(caller: Caller, connection: Conn, main: str, key: str) -> _Rows:
    """The thing in each edition this reader is shown; the public reads one edition only."""
    if caller.reader.public:
        return []
    values = {"key": key, "divisions": list(caller.reader.divisions)}
    return records.every(connection, _HISTORY[main].encode(), values)


def _sources(
    caller: Caller, connection: Conn, edition: Edition, tables: dict[str, str], key: str,
    body: dict[str, Any],
) -> _Rows:  # fmt: skip
    """Rows of the files that the edition was made of, leases those its links rest on."""
    row = connection.execute(
        "SELECT load_id FROM pub.editions WHERE number = %s", (edition.number,)
    ).fetchone()
    leases = sorted({r["lease_id"] for r in body["links"] if r.get("lease_id")})
    keys = [(name, column, [key]) for name, column in tables.items()]
    load = int(row[0]) if row else 0
    return sources.rows(caller, connection, load, [*keys, (*sources.LEASES, leases)])
