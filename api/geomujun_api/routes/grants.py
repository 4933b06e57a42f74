"""People who come by OIDC: which role each has, within which divisions."""

from __future__ import annotations

from datetime import datetime
from operator import itemgetter
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response
from pydantic import Field

from geomujun.lang import t
from geomujun.pipeline import access
from geomujun.storage import keys
from geomujun_api import cursors, within
from geomujun_api.answers import Strict, problems
from geomujun_api.deps import KeyKeeping
from geomujun_api.problems import NotFoundError
from geomujun_api.routes.keys import Division
from geomujun_api.words import Role

router: Final = APIRouter(prefix="/v1/grants", tags=["密钥"], responses=problems())
Person = Annotated[
    str,
    Field(pattern=r"^[^\x00-\x20\x7f][^\x00-\x1f\x7f]{0,254}$", description="OIDC 的 sub",
          examples=["zhang.san"]),
]  # fmt: skip


class GrantAsked(Strict):
    """Whom a role is for, and where it holds."""

    subject: Person
    role: Role
    divisions: list[Division] = Field(min_length=1, max_length=100, description="'' 为全部")


class Withdrawn(Strict):
    """Whose role is taken back."""

    subject: Person


class GrantRow(Strict):
    """A grant in force."""

    subject: str
    role: Role
    divisions: list[str]
    granted_by: str
    granted_at: datetime


class Grants(Strict):
    """A page of grants."""

    items: list[GrantRow]
    next: cursors.Next


@router.get("", summary="统一登录用户的角色")
def listing(caller: KeyKeeping, asked: Annotated[cursors.Paged, Query()]) -> Grants:
    """Grants in force whose divisions lie within the caller's, by subject."""
    wanted = keys.Wanted(caller.reader.divisions, cursors.begin(asked, str), asked.limit + 1)
    with caller.service.reading() as connection:
        rows, following = cursors.cut(keys.grants(connection, wanted), asked, itemgetter("subject"))
    return Grants(items=[GrantRow(**r) for r in rows], next=following)


@router.post("", status_code=201, summary="授予统一登录用户角色，已有的以新的为准",
             responses=problems(404))  # fmt: skip
def grant(caller: KeyKeeping, asked: GrantAsked) -> GrantRow:
    """Give a person a role; one whose grant reaches beyond the caller's divisions stays as is."""
    within.given(caller, asked.divisions)
    with caller.service.writing() as connection:
        there = keys.granted(connection, asked.subject)
        if there is not None and not within.covers(caller, there["divisions"]):
            raise NotFoundError(_beyond(asked.subject))
        access.grant_on(
            connection, asked.subject, asked.role, asked.divisions, caller.reader.subject
        )
        row = keys.granted(connection, asked.subject)
    caller.service.authority.forget()
    return GrantRow.model_validate(row)


@router.post("/withdrawals", status_code=204, summary="收回统一登录用户的角色",
             responses=problems(404))  # fmt: skip
def withdraw(caller: KeyKeeping, asked: Withdrawn) -> Response:
    """Take a person's role back; the log keeps who had it."""
    with caller.service.writing() as connection:
        there = keys.granted(connection, asked.subject)
        if there is None or not within.covers(caller, there["divisions"]):
            raise NotFoundError(_beyond(asked.subject))
        access.withdraw_on(connection, asked.subject, caller.reader.subject)
    caller.service.authority.forget()
    return Response(status_code=204)


def _beyond(subject: str) -> str:
    return t("{s} 没有角色，或不归你管", "{s} has no role, or none of yours to change", s=subject)
