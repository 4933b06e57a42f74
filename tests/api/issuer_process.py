"""An OIDC issuer of its own process: signs with a key made when it starts, checks PKCE.

    python issuer_process.py [--opaque] [--redirect URL] [--other-issuer]

Prints its address, then serves until it is ended. ``--opaque``: its access tokens are no JWT, its
ID tokens are. ``--redirect``: its token endpoint sends elsewhere. ``--other-issuer``: its document
is another's.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import secrets
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

AUDIENCE = "geomujun"


class Issuer(ThreadingHTTPServer):
    def __init__(self, told: argparse.Namespace) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.told = told
        self.key, self.kid = rsa.generate_private_key(65537, 2048), secrets.token_hex(4)
        self.codes: dict[str, dict[str, str]] = {}
        self.seen: dict[str, int] = {}

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def token(self, subject: str) -> str:
        now = int(time.time())
        claims = {"iss": self.base, "aud": AUDIENCE, "sub": subject, "iat": now, "exp": now + 300}
        return jwt.encode(claims, self.key, "RS256", headers={"kid": self.kid})


class Answers(BaseHTTPRequestHandler):
    server: Issuer

    def do_GET(self) -> None:
        path, own = urlsplit(self.path), self.server
        own.seen[path.path] = own.seen.get(path.path, 0) + 1
        if path.path == "/.well-known/openid-configuration":
            issuer = "https://other.example" if own.told.other_issuer else own.base
            self.say(200, {"issuer": issuer, "jwks_uri": f"{own.base}/jwks",
                           "authorization_endpoint": f"{own.base}/authorize",
                           "token_endpoint": f"{own.base}/token"})  # fmt: skip
        elif path.path == "/jwks":
            public = jwt.algorithms.RSAAlgorithm.to_jwk(own.key.public_key(), as_dict=True)
            self.say(200, {"keys": [public | {"kid": own.kid, "alg": "RS256", "use": "sig"}]})
        elif path.path == "/authorize":
            asked = {k: v[0] for k, v in parse_qs(path.query).items()}
            code = secrets.token_urlsafe(12)
            own.codes[code] = asked
            self.send_response(302)
            query = urlencode({"code": code, "state": asked["state"]})
            self.send_header("Location", f"{asked['redirect_uri']}?{query}")
            self.end_headers()
        elif path.path == "/seen":
            self.say(200, own.seen)
        else:
            self.say(404, {})

    def do_POST(self) -> None:
        own = self.server
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        form = {k: v[0] for k, v in parse_qs(body).items()}
        if own.told.redirect:
            self.send_response(307)
            self.send_header("Location", own.told.redirect)
            self.end_headers()
            return
        asked = own.codes.pop(form.get("code", ""), None)
        mark = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(mark).decode().rstrip("=")
        fits = asked is not None and (
            asked["code_challenge"] == challenge
            and asked["redirect_uri"] == form.get("redirect_uri")
            and asked["client_id"] == form.get("client_id")
            and form.get("grant_type") == "authorization_code"
        )
        if not fits or asked is None:
            self.say(400, {"error": "invalid_grant"})
            return
        token = own.token(asked["login_hint"])
        access = secrets.token_urlsafe(20) if own.told.opaque else token
        self.say(200, {"access_token": access, "id_token": token, "token_type": "Bearer",
                       "expires_in": 300})  # fmt: skip

    def say(self, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--opaque", action="store_true")
    parser.add_argument("--other-issuer", action="store_true")
    parser.add_argument("--redirect", default="")
    server = Issuer(parser.parse_args())
    sys.stdout.write(f"{server.base}\n")
    sys.stdout.flush()
    server.serve_forever()
