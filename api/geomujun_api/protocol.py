"""HTTP as uvicorn reads it, its own refusals told as problems like all others.

What is no HTTP, or has an address longer than the parser takes (64 KiB), reaches no application:
the server itself answers, and would do so in plain text.
"""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from geomujun.lang import t
from geomujun_api.headers import SECURITY
from geomujun_api.problems import answer


class Http(HttpToolsProtocol):
    """The parser's protocol, for ``uvicorn.Config(http=…)``."""

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - logged by the caller
        """Refuse what cannot be read, and close: where the next request begins is not known."""
        told = answer(
            400, t("读不懂这个请求", "the request cannot be read"),
            t("网址过长时把长的参数改用 POST 发送", "send long parameters by POST"),
            headers=SECURITY | {"connection": "close"},
        )  # fmt: skip
        lines = [name + b": " + value + b"\r\n" for name, value in told.raw_headers]
        self.transport.write(b"".join([STATUS_LINE[400], *lines, b"\r\n", bytes(told.body)]))
        self.transport.close()
