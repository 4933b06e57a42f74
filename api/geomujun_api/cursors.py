"""Where a page of a list begins, as text that only we read."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final, TypeVar

from fastapi import Query
from pydantic import Field as Option

from geomujun.errors import UsageError
from geomujun.lang import t
from geomujun_api.answers import Strict
from geomujun_api.words import storable

Row = TypeVar("Row")
PATTERN: Final = r"^[A-Za-z0-9_-]{1,1000}$"
Next = Annotated[str | None, Option(description="下一页的 cursor")]


class Paged(Strict):
    """A page of a list that is no part of an edition."""

    cursor: Annotated[
        str | None, Query(pattern=PATTERN, description="上一页给出的 next")
    ] = None  # fmt: skip
    limit: Annotated[int, Query(ge=1, le=1000, description="每页行数")] = 100


def write(parts: Sequence[Any]) -> str:
    """Parts that JSON can hold, as a cursor."""
    text = json.dumps(parts, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(cursor: str, kinds: Sequence[type | tuple[type, ...]]) -> list[Any]:
    """The parts of a cursor: numbers that a column can hold, texts that PostgreSQL can.

    Args:
        kinds: The type of each part, or those it may be of.

    Raises:
        UsageError: it is not one of ours, or of another list.
    """
    try:
        found = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):
        found = None
    whole = (
        isinstance(found, list)
        and len(found) == len(kinds)
        and all(_holds(part, kind) for part, kind in zip(found, kinds, strict=True))
    )
    if not whole:
        raise foreign()
    told: list[Any] = found
    return told


def _holds(part: object, kind: type | tuple[type, ...]) -> bool:
    if type(part) not in (kind if isinstance(kind, tuple) else (kind,)):
        return False
    if isinstance(part, float):
        return math.isfinite(part)
    if isinstance(part, int):
        return abs(part) < 2**31
    return part is None or storable(str(part))


def foreign() -> UsageError:
    """That a cursor belongs to another question."""
    return UsageError(
        t("cursor 不属于这个查询", "the cursor belongs to another question"),
        hint=t("从第一页开始", "begin at the first page"),
    )


def begin(asked: Paged, kind: type) -> Any:
    """After which row the page asked for begins; None: at the first."""
    return read(asked.cursor, [kind])[0] if asked.cursor else None


def cut(rows: list[Row], asked: Paged, key: Callable[[Row], Any]) -> tuple[list[Row], str | None]:
    """Of one row more than a page: the page, and the cursor of the next one."""
    shown = rows[: asked.limit]
    return shown, write([key(shown[-1])]) if len(rows) > asked.limit else None
