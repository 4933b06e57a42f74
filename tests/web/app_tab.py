"""A page of the app in Chromium, watched while it is used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chromium import WAIT_MS

# What the app says for some seconds only, kept for those who look late.
SAID = """
window.said = [];
new MutationObserver((changes) => {
  for (const { addedNodes } of changes)
    for (const node of addedNodes)
      if (node instanceof Element && node.matches(".toast")) window.said.push(node.textContent);
}).observe(document, { childList: true, subtree: true });
"""


def context(browser: Any, key: str = "", **given: Any) -> Any:
    """A context of a usual screen, its tabs signed in with a key; it waits long."""
    made = browser.new_context(
        **{"viewport": {"width": 1366, "height": 768}, "locale": "zh-CN"} | given
    )
    made.set_default_timeout(WAIT_MS)
    made.add_init_script(SAID)
    if key:
        made.add_init_script(
            f"if (!sessionStorage.getItem('geomujun.begun')) {{"
            f"sessionStorage.setItem('geomujun.begun', '1');"
            f"sessionStorage.setItem('geomujun.token', {key!r})}}"
        )
    return made


def said(page: Any, text: str) -> None:
    """Wait until the app has said a thing since its page was opened, if for a moment."""
    page.wait_for_function("text => window.said.some((one) => one.includes(text))", arg=text)


def rested(page: Any) -> None:
    """Wait until nothing is being read any more."""
    page.wait_for_load_state("networkidle")
    page.wait_for_function("() => !document.querySelector('[aria-busy=true], .stale, .loading')")


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
