"""The language people read: Chinese by default, English beside it.

Both texts stand at the place that says them, so that neither can go missing:
``t("第 {row} 行", "row {row}", row=3)``. Codes, table columns and enum words are the same in both.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Final, Literal

Lang = Literal["zh", "en"]
_current: Final[ContextVar[Lang]] = ContextVar("geomujun_lang", default="zh")


def set_lang(lang: Lang) -> None:
    """Choose the language for this context: "zh" or "en"."""
    _current.set(lang)


def get_lang() -> Lang:
    """The language in force."""
    return _current.get()


def t(zh: str, en: str, **values: object) -> str:
    """The text in the language in force, with ``{name}`` filled from ``values``."""
    text = zh if _current.get() == "zh" else en
    return text.format(**values) if values else text
