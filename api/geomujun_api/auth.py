"""Who asks: a key of ours, or a bearer token of the OIDC issuer; nobody, for the public.

A key is looked up by its SHA-256 and remembered for a few seconds, so that a busy client costs one
query in a while; a revocation through this process counts at once, elsewhere after that time. What
is in force for nobody is not remembered: made-up keys must not push out those of busy clients; an
address that sends many is held back by `geomujun_api.middleware.Bounded`.
"""

from __future__ import annotations

import threading
import time
from typing import Annotated, Any, Final

import jwt
from fastapi import Request, Security
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes

from geomujun.lang import t
from geomujun.pipeline.access import PREFIX, digest
from geomujun.policy import rights
from geomujun.policy.rights import Reader
from geomujun.storage import keys
from geomujun_api.database import Pool
from geomujun_api.issuer import IssuerKeys
from geomujun_api.problems import ForbiddenError, UnknownReaderError
from geomujun_api.settings import ServiceSettings

ALGORITHMS: Final = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
_MOST: Final = 10_000  # keys remembered
_LEEWAY_S: Final = 30

bearer: Final = HTTPBearer(
    auto_error=False,
    scheme_name="bearer",
    description="接口密钥（gmj_…）或统一登录（OIDC）的访问令牌；不得写在网址里",
)


class Authority:
    """Tells readers by their credentials."""

    def __init__(self, settings: ServiceSettings, pool: Pool) -> None:
        """Keep the pool; tokens are taken only where an issuer is set."""
        self._pool = pool
        self._lasts = settings.key_memory_s
        self._known: dict[bytes, tuple[float, Reader]] = {}
        self._lock = threading.Lock()
        self._tokens = _Tokens(settings) if settings.oidc_issuer else None

    async def reader(self, credential: str) -> Reader:
        """The reader of a key or token.

        Raises:
            UnknownReaderError: it is in force for nobody.
        """
        mark = digest(credential)
        known = self._remembered(mark)
        if known is None:
            known = await run_in_threadpool(self._look_up, credential, mark)
        if known is _NOBODY:
            raise UnknownReaderError(
                t("密钥或令牌无效、已过期或已作废", "the key or token is not in force")
            )
        return known

    def claims(self, token: str) -> dict[str, Any]:
        """The claims of a token of the issuer that is in force; none of any other."""
        return self._tokens.claims(token) if self._tokens else {}

    def in_force(self, credential: str) -> bool:
        """Whether a credential was found to be in force a moment ago; asks nobody."""
        return self._remembered(digest(credential)) is not None

    def _remembered(self, mark: bytes) -> Reader | None:
        found = self._known.get(mark)
        if found is None or found[0] < time.monotonic():
            return None
        return found[1]

    def _look_up(self, credential: str, mark: bytes) -> Reader:
        ours = credential.startswith(PREFIX)
        found = self._of_key(mark) if ours else self._of_token(credential)
        if found is _NOBODY:
            return found
        with self._lock:
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[mark] = (time.monotonic() + self._lasts, found)
        return found

    def forget(self) -> None:
        """Look every key up again: after one was revoked here."""
        with self._lock:
            self._known.clear()

    def _of_key(self, mark: bytes) -> Reader:
        with self._pool.connection() as connection:
            row = keys.by_digest(connection, mark)
        if row is None:
            return _NOBODY
        return rights.reader(row["subject"], row["role"], row["divisions"], row["scopes"],
                             row["id"])  # fmt: skip

    def _of_token(self, token: str) -> Reader:
        subject = str(self.claims(token).get("sub", ""))
        if not subject:
            return _NOBODY
        with self._pool.connection() as connection:
            row = keys.granted(connection, subject)
        return rights.reader(subject, row["role"], row["divisions"]) if row else _NOBODY


_NOBODY: Final = Reader("", "nobody", (), frozenset())


class _Tokens:
    """Tokens of one issuer, by its published keys."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._issuer, self._audience = settings.oidc_issuer, settings.oidc_audience
        self._keys = IssuerKeys(settings)

    def claims(self, token: str) -> dict[str, Any]:
        """The claims of a token in force, none otherwise."""
        try:
            found: dict[str, Any] = jwt.decode(
                token, self._key(token), algorithms=ALGORITHMS, issuer=self._issuer,
                audience=self._audience, leeway=_LEEWAY_S,
                options={"require": ["exp", "iat", "sub", "iss", "aud"]},
            )  # fmt: skip
        except jwt.PyJWTError:
            return {}
        return found

    def _key(self, token: str) -> jwt.PyJWK:
        wanted = jwt.get_unverified_header(token).get("kid")
        known = self._keys.known(wanted)
        for key in known:
            if key.key_id == wanted or (wanted is None and len(known) == 1):
                return key
        raise jwt.InvalidKeyError


async def identify(
    request: Request,
    scopes: SecurityScopes,
    given: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)],
) -> Reader:
    """The reader of a request, who has all rights the route asks for.

    Raises:
        UnknownReaderError: a key is needed, or the one given is not in force.
        ForbiddenError: the role or the key's scopes do not allow it.
    """
    authority: Authority = request.app.state.service.authority
    headers = request.headers.getlist("authorization")
    if len(headers) > 1 or (any(headers) and given is None):  # of two, a proxy may see the other
        raise UnknownReaderError(
            t("Authorization 头应为一个 Bearer", "use one Authorization: Bearer")
        )
    found = await authority.reader(given.credentials) if given else rights.PUBLIC
    missing = set(scopes.scopes) - found.rights
    if missing and found.public:
        raise UnknownReaderError(t("需要密钥", "a key is needed"))
    if missing:
        raise ForbiddenError(
            t("这个密钥没有权限 {r}", "this key lacks the right {r}", r=min(missing)),
            hint=t("向管理员申请", "ask the administrator"),
        )
    request.state.reader = found
    return found
