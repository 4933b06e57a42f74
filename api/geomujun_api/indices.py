"""The register of an edition, loaded once and asked for single records: `/v1/match`, reconciling.

Built when first asked for, which takes some seconds for a county; the two editions last built are
kept. What a reader may not see is left out of the answer, never out of the comparison.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Any, Final

from geomujun.matching.identity import settle
from geomujun.matching.lookup import Found, Index
from geomujun.matching.weights import Weights
from geomujun.matching.whereabouts import Record
from geomujun.policy.rights import Reader
from geomujun.storage import inputs
from geomujun_api.service import Service, one_at_a_time
from geomujun_api.shown import Edition

_KEPT: Final = 2
_MEMORY: Final = "indices"
_LOCK: Final = threading.Lock()  # one register is built at a time


@dataclass(frozen=True, slots=True)
class Register:
    """An index, and the division of every enterprise and piece of land of its edition."""

    index: Index
    firms: dict[str, str]
    plots: dict[str, str]

    def match(self, record: Record, reader: Reader, top: int) -> list[Found]:
        """The enterprises a record may mean, of those the reader may see, likeliest first."""
        if reader.everywhere:
            return self.index.match(record, top)
        found = self.index.match(record, len(self.firms))
        if any(f.parcel_code and not self._may(reader, self.plots, f.parcel_code) for f in found):
            blind = replace(record, parcel_code="", address="", longitude=float("nan"),
                            latitude=float("nan"))  # fmt: skip
            found = self.index.match(blind, len(self.firms))
        return [f for f in found if self._may(reader, self.firms, f.uscc)][:top]

    @staticmethod
    def _may(reader: Reader, divisions: dict[str, str], key: str) -> bool:
        return key in divisions and reader.within(divisions[key])


def register_of(service: Service, edition: Edition) -> Register:
    """The register of an edition, built now if it is not kept.

    Raises:
        BusyError: another one is being built and takes long.
    """
    kept: Any = service.memory.setdefault(_MEMORY, OrderedDict())
    found: Register | None = kept.get(edition.number)
    if found is None:
        with one_at_a_time(_LOCK, service.settings.pool_wait_s):
            found = kept.get(edition.number) or _built(service, edition)
            kept[edition.number] = found
            while len(kept) > _KEPT:
                kept.popitem(last=False)
    return found


def _built(service: Service, edition: Edition) -> Register:
    with service.streaming() as connection:
        case = inputs.read_case(connection, edition.load, personal=False)
        firms = connection.execute(
            "SELECT uscc, division_code FROM pub.firms WHERE edition = %s", (edition.number,)
        ).fetchall()
        plots = connection.execute(
            "SELECT parcel_code, division_code FROM pub.plots WHERE edition = %s",
            (edition.number,),
        ).fetchall()
        row = connection.execute(
            "SELECT settings -> 'weights' FROM pub.editions WHERE number = %s", (edition.number,)
        ).fetchone()
    own = Weights(**row[0]) if row and row[0] else None  # learned, where it was published with any
    return Register(Index(settle(case).case, own), dict(firms), dict(plots))
