"""Who asks, as the service sees them: what a page may offer its reader."""

from __future__ import annotations

from fastapi import APIRouter

from geomujun_api.answers import Strict, problems
from geomujun_api.deps import Reading

router = APIRouter(prefix="/v1/me", tags=["密钥"], responses=problems(401))


class Division(Strict):
    """A division a reader is limited to."""

    code: str
    name: str


class Me(Strict):
    """The reader of a key or token, or the public."""

    subject: str
    role: str
    divisions: list[Division]
    everywhere: bool
    rights: list[str]
    sees: bool
    two_persons: bool


@router.get("", summary="我是谁：角色、区划和权限")
async def me(caller: Reading) -> Me:
    """The caller."""
    reader = caller.reader
    return Me(
        subject=reader.subject,
        role=reader.role,
        divisions=[Division(code=d, name="") for d in reader.divisions if d],
        everywhere=reader.everywhere,
        rights=sorted(reader.rights),
        sees=not reader.public or bool(caller.service.policy.public),
        two_persons=caller.service.settings.two_persons,
    )
