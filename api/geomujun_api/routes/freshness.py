"""Which files the data come from: their digest, when they were loaded, rows kept and rejected."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query

from geomujun.domain.catalogue import TABLES
from geomujun.storage import editions, overview
from geomujun_api import reading, within
from geomujun_api.answers import Strict, problems
from geomujun_api.deps import Reading
from geomujun_api.reading import EditionAsked

router: Final = APIRouter(prefix="/v1/freshness", tags=["汇总"], responses=problems())


class Source(Strict):
    """A file whose rows are in force. ``used``: the edition was made after it was loaded."""

    stem: str
    title: str
    department: str
    file: str
    sha256: str
    scope: str
    rows_in: int
    rows_kept: int
    rows_rejected: int
    load: int
    loaded_at: datetime
    valid_on: date
    actor: str
    used: bool


class Freshness(Strict):
    """Files by table. ``missing``: tables nobody has delivered."""

    edition: int
    as_of: date
    files: list[Source]
    missing: list[str]


@router.get("", summary="数据来源：文件、摘要、导入时间、保留与剔除行数", responses=problems(404))
def freshness(caller: Reading, asked: Annotated[EditionAsked, Query()]) -> Freshness:
    """The files the reader's divisions come from."""
    within.keyed(caller)
    with caller.service.reading() as connection:
        edition = reading.resolve(caller, connection, asked.edition, asked.year)
        row = editions.get(connection, edition.number)
        rows = overview.files(connection, row["load_id"], caller.reader.divisions)
    found = [Source(**r, **_about(r["stem"])) for r in rows if r["stem"] in TABLES]
    inputs = [t.title for name, t in TABLES.items()
              if t.role == "input" and name not in {r.stem for r in found}]  # fmt: skip
    return Freshness(edition=edition.number, as_of=row["as_of"], files=found, missing=inputs)


def _about(stem: str) -> dict[str, Any]:
    """Title of a table, and the departments its columns come from."""
    spec = TABLES[stem]
    sources = dict.fromkeys(f.source for f in spec.fields if f.source)
    return {"title": spec.title, "department": "、".join(sources)}
