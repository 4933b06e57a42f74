"""Roles and what each may do, always within divisions (行政区划 prefixes). Pure.

Running, publishing and auditing lie in different hands (等保2.0: 三员分立): `admin` gives keys and
decides nothing, `auditor` reads the log and writes nothing, `publisher` answers for editions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

READ, FEED, REVIEW, PUBLISH, AUDIT, KEYS = "read", "feed", "review", "publish", "audit", "keys"
ROLES: Final[dict[str, frozenset[str]]] = {
    "viewer": frozenset({READ, FEED}),
    "reviewer": frozenset({READ, FEED, REVIEW}),
    "publisher": frozenset({READ, FEED, REVIEW, PUBLISH}),
    "auditor": frozenset({READ, AUDIT}),
    "admin": frozenset({READ, FEED, KEYS}),
}


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks. ``divisions``: prefixes; ("",) for all. ``key``: number of the key used."""

    subject: str
    role: str  # "" for the public
    divisions: tuple[str, ...]
    rights: frozenset[str]
    key: int | None = None

    @property
    def public(self) -> bool:
        """Whether it is somebody without a key."""
        return not self.role

    @property
    def everywhere(self) -> bool:
        """Whether all divisions are theirs."""
        return "" in self.divisions

    def within(self, division: str) -> bool:
        """Whether a division, or a prefix of one, is theirs."""
        return any(division.startswith(own) for own in self.divisions)


PUBLIC: Final = Reader("", "", ("",), frozenset({READ}))


def reader(
    subject: str,
    role: str,
    divisions: Sequence[str],
    scopes: Iterable[str] = (),
    key: int | None = None,
) -> Reader:
    """A reader of a role; scopes, where there are any, leave only the rights they name."""
    rights = ROLES.get(role, frozenset())
    narrowed = frozenset(scopes)
    return Reader(subject, role, tuple(divisions), rights & narrowed if narrowed else rights, key)
