"""People who come by OIDC: a token of the issuer, and a grant of ours."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from fastapi.testclient import TestClient

from geomujun.pipeline.access import grant_on
from geomujun.storage.target import Target, connect

ISSUER, AUDIENCE = "https://login.example", "geomujun"
KEY = ec.generate_private_key(ec.SECP256R1())
OTHER = ec.generate_private_key(ec.SECP256R1())
RSA = rsa.generate_private_key(65537, 2048)


@pytest.fixture
def api(town: Target, serve: Callable[..., TestClient], tmp_path: Path) -> TestClient:
    keys = tmp_path / "jwks.json"
    made = [
        jwt.algorithms.ECAlgorithm.to_jwk(KEY.public_key(), as_dict=True) | {"kid": "a", "alg": "ES256"},
        jwt.algorithms.RSAAlgorithm.to_jwk(RSA.public_key(), as_dict=True) | {"kid": "b", "alg": "RS256"},
    ]  # fmt: skip
    keys.write_text(json.dumps({"keys": made}), "utf-8")
    with connect(town, "app") as connection, connection.transaction():
        grant_on(connection, "li", "reviewer", ["3306"], "admin")
    return serve(town, oidc_issuer=ISSUER, oidc_audience=AUDIENCE, oidc_jwks=str(keys))


def token(
    key: Any = KEY, algorithm: str = "ES256", kid: str = "a", **changed: Any
) -> dict[str, str]:
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "li", "iat": now, "exp": now + 60} | changed
    claims = {k: v for k, v in claims.items() if v is not None}
    made = jwt.encode(claims, key, algorithm, headers={"kid": kid})
    return {"Authorization": f"Bearer {made}"}


def test_a_token_of_the_issuer_has_the_rights_of_its_grant(api: TestClient, town: Target) -> None:
    assert api.get("/v1/review/queue", headers=token()).status_code == 200
    assert api.get("/v1/review/queue", headers=token(RSA, "RS256", "b")).status_code == 200
    assert api.get("/v1/audit/verify", headers=token()).status_code == 403
    with connect(town) as connection:
        connection.execute("UPDATE auth.grants SET active = false")
    assert api.get("/v1/review/queue", headers=token()).status_code == 401


@pytest.mark.parametrize("wrong", [
    {"key": OTHER}, {"exp": 1}, {"iss": "https://other.example"}, {"aud": "other"}, {"sub": "wang"},
    {"sub": None}, {"exp": None}, {"kid": "none"}, {"key": "x" * 32, "algorithm": "HS256"},
    {"key": RSA, "algorithm": "RS256", "kid": "a"}, {"key": None, "algorithm": "none"},
])  # fmt: skip
def test_other_tokens_are_refused(api: TestClient, wrong: dict[str, Any]) -> None:
    assert api.get("/v1/review/queue", headers=token(**wrong)).status_code == 401


def test_no_token_is_taken_where_no_issuer_is_set(
    town: Target, serve: Callable[..., TestClient]
) -> None:
    assert serve(town).get("/v1/ledger", headers=token()).status_code == 401
