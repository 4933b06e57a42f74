"""Signing in from a web page, and who one is: keys, and OIDC's authorization code with PKCE.

The page sends people to the issuer, which sends them back with a code; the service exchanges the
code, since the page may speak to nobody else, and gives the token on. It keeps none: the page does.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field

from geomujun.errors import UsageError
from geomujun.lang import get_lang, t
from geomujun.storage import audit, keys
from geomujun.text.lexicon import division_name
from geomujun_api.answers import Strict, problems
from geomujun_api.deps import Reading
from geomujun_api.issuer import RefusedError, ask
from geomujun_api.problems import BusyError, ForbiddenError, UnknownReaderError
from geomujun_api.service import Service, service_of
from geomujun_api.words import Right, Role

router: Final = APIRouter(prefix="/v1", tags=["登录"], responses=problems())
_PRINTABLE: Final = r"^[\x21-\x7e]+$"


class Oidc(Strict):
    """What a page needs to send somebody to the issuer (RFC 6749, RFC 7636)."""

    issuer: str
    authorize: str = Field(description="登录页地址", examples=["https://login.example/authorize"])
    client_id: str
    scope: str
    response_type: Literal["code"] = "code"
    code_challenge_method: Literal["S256"] = "S256"
    redirect_uris: list[str] = Field(description="登录后可以回到的地址")


class Ways(Strict):
    """How one may sign in. ``oidc`` is null where it is not set up, or ``down``."""

    ways: list[Literal["key", "oidc"]]
    oidc: Oidc | None
    down: bool = Field(description="统一登录暂时连不上")


class CodeSaid(Strict):
    """What the issuer sent back, and the secret of which it saw the digest."""

    code: str = Field(pattern=_PRINTABLE, max_length=4000)
    verifier: str = Field(pattern=r"^[A-Za-z0-9._~-]{43,128}$", description="PKCE code_verifier")
    redirect_uri: str = Field(pattern=_PRINTABLE, max_length=1000)


class Token(Strict):
    """A token of the issuer; send it as ``Authorization: Bearer``."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - no secret
    expires_at: datetime


class Place(Strict):
    """A division one may see; code "" for all."""

    code: str
    name: str


class Me(Strict):
    """Who asks, and what they may."""

    subject: str
    role: Role | Literal[""] = Field(description="空为没有密钥的公众")
    sees: bool = Field(description="有没有可看的：公众只看当地公布的")
    rights: list[Right]
    divisions: list[Place]
    everywhere: bool
    key: int | None = Field(description="接口密钥的编号；统一登录的为空")
    two_persons: bool = Field(description="决定须第二人确认")
    locality: str = Field(description="地区配置")
    lang: Literal["zh", "en"]


def _redirects(service: Service) -> list[str]:
    return [r.strip() for r in service.settings.oidc_redirects.split(",") if r.strip()]


def _set_up(service: Service) -> bool:
    return bool(service.settings.oidc_issuer and service.settings.oidc_client)


@router.get("/sign-in", summary="可以怎样登录")
def ways(request: Request, response: Response) -> Ways:
    """Keys always; OIDC where an issuer and a client are set."""
    service = service_of(request)
    own, response.headers["Cache-Control"] = service.settings, "no-store"
    if not _set_up(service):
        return Ways(ways=["key"], oidc=None, down=False)
    try:
        authorize = service.discovery.addresses().authorize
    except BusyError:
        return Ways(ways=["key"], oidc=None, down=True)
    found = Oidc(issuer=own.oidc_issuer, authorize=authorize, client_id=own.oidc_client,
                 scope=own.oidc_scope, redirect_uris=_redirects(service))  # fmt: skip
    return Ways(ways=["key", "oidc"], oidc=found, down=False)


@router.post("/sign-in/oidc", summary="以授权码换访问令牌", responses=problems(404))
def exchange(request: Request, response: Response, said: CodeSaid) -> Token:
    """Exchange a code with the issuer; its token, once it is one this service takes."""
    service = service_of(request)
    response.headers["Cache-Control"] = "no-store"
    if not _set_up(service):
        raise UsageError(t("没有设置统一登录", "no issuer is set"), hint="GEOMUJUN_API_OIDC_CLIENT")
    if said.redirect_uri not in _redirects(service):
        raise UsageError(
            t("redirect_uri 不在允许之列", "the redirect_uri is not among those allowed"),
            hint="GEOMUJUN_API_OIDC_REDIRECTS",
        )
    told = _asked(service, said)
    for name in ("access_token", "id_token"):  # some issuers' access tokens are not for reading
        token = told.get(name)
        claims = service.authority.claims(token) if isinstance(token, str) else {}
        if isinstance(token, str) and claims:
            _note(service, str(claims["sub"]))
            ends = datetime.fromtimestamp(int(claims["exp"]), UTC)
            return Token(access_token=token, expires_at=ends)
    raise UnknownReaderError(
        t("统一登录的令牌不是发给本系统的", "the issuer's token is not for this service"),
        hint="GEOMUJUN_API_OIDC_AUDIENCE",
    )


def _asked(service: Service, said: CodeSaid) -> dict[str, object]:
    own = service.settings
    form = {
        "grant_type": "authorization_code", "code": said.code, "redirect_uri": said.redirect_uri,
        "client_id": own.oidc_client, "code_verifier": said.verifier,
    }  # fmt: skip
    if secret := own.oidc_secret.get_secret_value():
        form["client_secret"] = secret
    try:
        return ask(service.discovery.addresses().token, form)
    except RefusedError as e:
        if e.status >= 500:
            raise BusyError(t("统一登录暂不可用", "the issuer cannot be reached")) from None
        raise UnknownReaderError(
            t("授权码无效或已用过，请重新登录", "the code is not in force; sign in again")
        ) from None


def _note(service: Service, subject: str) -> None:
    """Who signed in is written down; who was given no role is told so."""
    with service.writing() as connection:
        granted = keys.granted(connection, subject)
        if granted:
            audit.record(connection, subject, "sign-in", f"subject/{subject}")
    if granted is None:
        raise ForbiddenError(
            t("还没有给你角色，请把编号告诉管理员：{s}",
              "you have no role yet; tell the administrator your number: {s}", s=subject[:200]),
            hint="geomujun keys grant",
        )  # fmt: skip


@router.get("/me", summary="我是谁，能做什么")
def me(caller: Reading, response: Response) -> Me:
    """The reader of the key or token; without either, the public and whether it may see a thing."""
    response.headers["Cache-Control"] = "no-store"
    reader, service = caller.reader, caller.service
    places = [Place(code=code, name=division_name(code)) for code in reader.divisions]
    found: dict[str, object] = {
        "subject": reader.subject, "role": reader.role, "rights": sorted(reader.rights),
        "divisions": places, "everywhere": reader.everywhere, "key": reader.key,
        "sees": not reader.public or bool(service.policy.public),
        "two_persons": service.settings.two_persons, "locality": service.locality,
        "lang": get_lang(),
    }  # fmt: skip
    return Me.model_validate(found)
