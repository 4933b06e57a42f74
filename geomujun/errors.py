"""Everything geomujun raises on purpose.

GeomujunError           exit 1 · HTTP 500
├── UsageError          exit 2 · HTTP 400   the command or request is not meant that way
├── DataError           exit 3 · HTTP 422   an input cannot be used
│   └── SchemeError     exit 3 · HTTP 422   a scheme or locality file is wrong
├── ConflictError       exit 1 · HTTP 409   somebody else was first
└── MachineError        exit 4 · HTTP 503   no PostGIS, no space, no permission

The thrower knows the value, the caller adds the place, the edge prints both lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self


class GeomujunError(Exception):
    """Base of all errors made here; ``hint`` says what to do about it.

    ``errors``: where several things are wrong, each with its place.
    """

    exit_code = 1
    http_status = 500

    def __init__(
        self,
        message: str,
        *,
        where: str = "",
        hint: str = "",
        errors: Sequence[tuple[str, str]] = (),
    ) -> None:
        super().__init__(f"{where}: {message}" if where else message)
        self.hint = hint
        self.errors = tuple(errors)

    def at(self, where: str) -> Self:
        """The same error, with the place a caller further up knows: file and row."""
        return type(self)(str(self), where=where, hint=self.hint, errors=self.errors)


class UsageError(GeomujunError):
    """A command was given arguments that do not go together."""

    exit_code = 2
    http_status = 400


class DataError(GeomujunError):
    """An input cannot be used as it is."""

    exit_code = 3
    http_status = 422


class SchemeError(DataError):
    """A scheme or locality file has a wrong key, value or sum."""


class UnknownSchemeError(SchemeError):
    """The id that was asked for names no scheme: a slip of the command line, no broken input."""

    exit_code = 2


class ConflictError(GeomujunError):
    """What was to be changed was changed by somebody else meanwhile."""

    http_status = 409


class MachineError(GeomujunError):
    """The machine lacks something: a program, space or permission."""

    exit_code = 4
    http_status = 503
