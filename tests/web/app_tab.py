"""A page of the app in Chromium, watched while it is used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Tab:
    """A page of the app, and what it did that it should not."""

    page: Any
    base: str
    faults: list[str] = field(default_factory=list)
    expected: list[int] = field(default_factory=list)  # statuses that the test provokes

    def watch(self) -> None:
        """Note console errors, exceptions, and requests to anywhere else."""
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda e: self.faults.append(f"exception: {e}"))
        self.page.on("request", self._asked)

    def _said(self, message: Any) -> None:
        provoked = any(f"status of {status}" in message.text for status in self.expected)
        if message.type in ("error", "warning") and not provoked:
            self.faults.append(f"{message.type}: {message.text}")

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.base, "blob:", "data:")):
            self.faults.append(f"asked elsewhere: {request.url}")

    def open(self, path: str) -> Any:
        """Go to a page of the app: ``open("/map")``."""
        self.page.goto(f"{self.base}/app{path}")
        return self.page


Opening = Callable[..., Tab]
