"""Keys of the API: given, replaced and taken back by administrators, within their divisions."""

from __future__ import annotations

from datetime import datetime
from operator import itemgetter
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from geomujun.lang import t
from geomujun.pipeline import access
from geomujun.pipeline.access import KeyFor
from geomujun.storage import keys
from geomujun_api import cursors, within
from geomujun_api.answers import Strict, problems
from geomujun_api.deps import KeyKeeping
from geomujun_api.problems import NotFoundError
from geomujun_api.service import Caller
from geomujun_api.words import Right, Role

router: Final = APIRouter(prefix="/v1/keys", tags=["密钥"], responses=problems())
Number = Annotated[int, Path(ge=1, le=2**53, description="密钥编号")]
Division = Annotated[str, Field(pattern=r"^[0-9]{0,12}$", examples=["330108"])]
Days = Annotated[int, Field(ge=1, le=access.LONGEST, description="有效天数")]


class KeyAsked(Strict):
    """For whom a key is, and what it may."""

    subject: str = Field(
        pattern=r"^[^\x00-\x20\x7f][^\x00-\x1f\x7f]{0,99}$",
        description="给谁",
        examples=["评价系统"],
    )
    role: Role
    divisions: list[Division] = Field(min_length=1, max_length=100, description="'' 为全部")
    scopes: list[Right] = Field(default=[], max_length=6, description="空为角色的全部权限")
    days: Days = 90


class Life(Strict):
    """How long the new key lives."""

    days: Days = 90


class KeyRow(Strict):
    """A key as it is kept; the key itself is not."""

    id: int
    hint: str = Field(description="前几位")
    subject: str
    role: Role
    divisions: list[str]
    scopes: list[Right]
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    rotated_from: int | None


class KeyMade(Strict):
    """A new key: ``key`` is shown this once and stored nowhere."""

    key: str = Field(pattern=r"^gmj_", examples=["gmj_…"])
    row: KeyRow


class Keys(Strict):
    """A page of keys."""

    items: list[KeyRow]
    next: cursors.Next


@router.get("", summary="密钥列表（不含密钥本身），新的在前")
def listing(caller: KeyKeeping, asked: Annotated[cursors.Paged, Query()]) -> Keys:
    """Keys whose divisions lie within the caller's."""
    wanted = keys.Wanted(caller.reader.divisions, cursors.begin(asked, int), asked.limit + 1)
    with caller.service.reading() as connection:
        rows, following = cursors.cut(keys.listing(connection, wanted), asked, itemgetter("id"))
    return Keys(items=[KeyRow(**r) for r in rows], next=following)


@router.post("", status_code=201, summary="发放密钥，只显示这一次")
def make(caller: KeyKeeping, asked: KeyAsked) -> KeyMade:
    """A new key, within the caller's divisions."""
    within.given(caller, asked.divisions)
    wanted = KeyFor(asked.subject, asked.role, asked.divisions, asked.scopes, asked.days)
    with caller.service.writing() as connection:
        made = access.issue_on(connection, wanted, caller.reader.subject)
    return KeyMade(key=made.key, row=KeyRow(**made.row))


@router.post(
    "/{number}/rotate", status_code=201, summary="换发密钥，旧的即刻作废", responses=problems(404)
)
def rotate(caller: KeyKeeping, number: Number, life: Life) -> KeyMade:
    """A new key with the rights of an old one, which is out of force at once."""
    with caller.service.writing() as connection:
        _seen(caller, keys.get(connection, number))
        made = access.rotate_on(connection, number, caller.reader.subject, life.days)
    caller.service.authority.forget()
    return KeyMade(key=made.key, row=KeyRow(**made.row))


@router.delete("/{number}", status_code=204, summary="作废密钥", responses=problems(404))
def revoke(caller: KeyKeeping, number: Number) -> Response:
    """Take a key out of force; its row stays."""
    with caller.service.writing() as connection:
        _seen(caller, keys.get(connection, number))
        access.revoke_on(connection, number, caller.reader.subject)
    caller.service.authority.forget()
    return Response(status_code=204)


def _seen(caller: Caller, row: dict[str, Any] | None) -> None:
    if row is None or row["revoked_at"] is not None or not within.covers(caller, row["divisions"]):
        raise NotFoundError(t("没有有效的密钥", "no such key is in force"))
