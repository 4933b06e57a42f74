"""A bounded memory of bytes: what was asked for last stays."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Final

from geomujun.storage.tiles import Tile

_OVERHEAD: Final = 200  # bytes of a key and its entry


class Tiles:
    """Gzipped tiles by key, at most ``most`` bytes of them. Safe between threads."""

    def __init__(self, most: int) -> None:
        """``most``: bytes; 0 remembers nothing."""
        self.most = most
        self._held: OrderedDict[Hashable, Tile | None] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> tuple[bool, Tile | None]:
        """Whether it is known, and the tile; None for one known to be empty."""
        with self._lock:
            if key not in self._held:
                return False, None
            self._held.move_to_end(key)
            return True, self._held[key]

    def put(self, key: Hashable, tile: Tile | None) -> None:
        """Remember a tile; the ones asked for longest ago are forgotten."""
        if _size(tile) > self.most:
            return
        with self._lock:
            if key in self._held:
                self._size -= _size(self._held.pop(key))
            self._held[key] = tile
            self._size += _size(tile)
            while self._size > self.most:
                self._size -= _size(self._held.popitem(last=False)[1])


def _size(tile: Tile | None) -> int:
    return _OVERHEAD + (len(tile.body) if tile else 0)
