"""The OIDC issuer: its addresses, its keys, and the exchange of a code for a token.

Nothing but the issuer of the settings is ever asked, within `TIMEOUT_S`, over https (or, for an
issuer on this machine, the loopback); where it redirects to is not followed. Keys are asked for
again when a token names one that is not known, at most every `_AGAIN_S`: made-up tokens cost the
issuer nothing.
"""

from __future__ import annotations

import json
import ssl
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import jwt
import structlog

from geomujun.errors import MachineError
from geomujun.lang import t
from geomujun_api.problems import BusyError
from geomujun_api.settings import ServiceSettings

TIMEOUT_S: Final = 5.0
_LARGEST: Final = 200_000  # bytes of an answer
_AGAIN_S: Final = 10.0
_LASTS_S: Final = 300.0
_LOG: Final = structlog.get_logger("geomujun.api")
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


def _down() -> BusyError:
    return BusyError(t("统一登录暂不可用", "the issuer cannot be reached"))


class RefusedError(Exception):
    """The issuer answered that it will not; ``status`` is its own."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


class _Stays(urllib.request.HTTPRedirectHandler):
    """An issuer that sends us elsewhere is not followed."""

    def redirect_request(self, *_: Any) -> None:
        return None


_OPENER: Final = urllib.request.build_opener(
    urllib.request.ProxyHandler(),
    urllib.request.HTTPSHandler(context=ssl.create_default_context()),
    _Stays,
)


def safe(address: str) -> bool:
    """Whether an address may be asked: https, or plain on the loopback."""
    parts = urlsplit(address)
    plain = parts.scheme == "http" and parts.hostname in _LOOPBACK
    return bool(parts.hostname) and (parts.scheme == "https" or plain) and not parts.username


def ask(address: str, form: dict[str, str] | None = None) -> dict[str, Any]:
    """The JSON object at an address of the issuer; with ``form`` by POST.

    Raises:
        RefusedError: it answered with a status of 400 or more.
        BusyError: it cannot be reached, or answers something else.
    """
    if not safe(address):
        raise BusyError(t("统一登录的地址须为 https", "the issuer's address must be https"))
    data = urlencode(form).encode() if form is not None else None
    request = urllib.request.Request(address, data, {"Accept": "application/json"})  # noqa: S310 - safe()
    try:
        with _OPENER.open(request, timeout=TIMEOUT_S) as answer:
            found = json.loads(answer.read(_LARGEST))
    except urllib.error.HTTPError as e:
        e.close()
        raise RefusedError(e.code) from None
    except (OSError, ValueError) as e:
        _LOG.warning("issuer", kind=type(e).__name__)
        raise _down() from None
    if not isinstance(found, dict):
        raise _down()
    return found


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where people are sent, and where codes and keys are had."""

    authorize: str
    token: str
    keys: str


class Discovery:
    """The addresses of the settings, else those the issuer's own document tells."""

    def __init__(self, settings: ServiceSettings) -> None:
        """Nothing is asked yet."""
        self._settings = settings
        self._found: tuple[float, Addresses] | None = None
        self._failed = float("-inf")
        self._lock = threading.Lock()

    def addresses(self) -> Addresses:
        """The addresses, remembered for some minutes.

        Raises:
            BusyError: the document cannot be had, or is another issuer's.
        """
        own = self._settings
        if own.oidc_authorize and own.oidc_token and own.oidc_jwks:
            return Addresses(own.oidc_authorize, own.oidc_token, own.oidc_jwks)
        if not self._lock.acquire(timeout=1):  # somebody asks: threads that wait would be missing
            raise _down()
        try:
            now = time.monotonic()
            if self._found is None or self._found[0] < now:
                if now < self._failed + _AGAIN_S:
                    raise _down()
                self._failed = now
                self._found = now + _LASTS_S, self._ask()
                self._failed = float("-inf")
            return self._found[1]
        finally:
            self._lock.release()

    def _ask(self) -> Addresses:
        own = self._settings
        where = own.oidc_issuer.rstrip("/") + "/.well-known/openid-configuration"
        try:
            told = ask(where)
        except RefusedError:
            told = {}
        names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        found = [str(told.get(n, "")) for n in names]
        if told.get("issuer") != own.oidc_issuer or not all(safe(a) for a in found):
            raise BusyError(t("统一登录的说明不对", "the issuer's document is not its own"))
        return Addresses(own.oidc_authorize or found[0], own.oidc_token or found[1], found[2])


class IssuerKeys:
    """The issuer's public keys: of a file, or of its address."""

    def __init__(self, settings: ServiceSettings) -> None:
        """A file is read now.

        Raises:
            MachineError: it cannot be.
        """
        where = settings.oidc_jwks
        self._lock = threading.Lock()
        self._asked_at = self._until = float("-inf")
        self._where = where if safe(where) else ""
        self._discovery = None if where else Discovery(settings)
        self._keys: list[jwt.PyJWK] = []
        if where and not self._where:
            try:
                self._keys = _read(json.loads(Path(where).read_text("utf-8")))
            except (OSError, ValueError, jwt.PyJWTError) as e:
                raise MachineError(
                    t("读不出 OIDC 公钥", "the OIDC keys cannot be read"), where=where,
                    hint="GEOMUJUN_API_OIDC_JWKS",
                ) from e  # fmt: skip

    def known(self, wanted: str | None) -> list[jwt.PyJWK]:
        """The keys, asked for again where one is wanted that is not among them.

        Raises:
            BusyError: the issuer cannot be reached, and nothing is known of it yet.
        """
        if not self._where and self._discovery is None:
            return self._keys
        with self._lock:
            now = time.monotonic()
            missing = wanted not in [k.key_id for k in self._keys]
            if (missing or now > self._until) and now > self._asked_at + _AGAIN_S:
                self._asked_at = now
                self._renew(now)
            if not self._keys:
                raise _down()
            return self._keys

    def _renew(self, now: float) -> None:
        try:
            where = self._where or (self._discovery.addresses().keys if self._discovery else "")
            self._keys = _read(ask(where))
            self._until = now + _LASTS_S
        except (BusyError, RefusedError, jwt.PyJWTError) as e:
            _LOG.warning("issuer", kind=type(e).__name__)  # the keys known so far stay in force


def _read(told: dict[str, Any]) -> list[jwt.PyJWK]:
    return list(jwt.PyJWKSet.from_dict(told).keys)
