"""What routes ask for: a caller with certain rights.

Annotations here are not postponed: FastAPI must see the right each closure holds.
"""

from typing import Annotated, Any

from fastapi import Request, Security

from geomujun.policy.rights import AUDIT, FEED, KEYS, PUBLISH, READ, REVIEW, Reader
from geomujun_api.auth import identify
from geomujun_api.service import Caller, service_of


def _needs(right: str) -> Any:
    async def caller(
        request: Request, found: Annotated[Reader, Security(identify, scopes=[right])]
    ) -> Caller:
        return Caller(found, service_of(request), request)

    return Security(caller)


# Everybody has the right to read: the public reads what the locality publishes, and no more.
Reading = Annotated[Caller, _needs(READ)]
Feeding = Annotated[Caller, _needs(FEED)]
Reviewing = Annotated[Caller, _needs(REVIEW)]
Publishing = Annotated[Caller, _needs(PUBLISH)]
Auditing = Annotated[Caller, _needs(AUDIT)]
KeyKeeping = Annotated[Caller, _needs(KEYS)]
