"""What is dear to make and never changes: made once, by one request, and kept for the next."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

from geomujun_api.service import Service

Made = TypeVar("Made")


class Kept(Generic[Made]):
    """At most ``most`` things by key, the ones asked for longest ago forgotten first."""

    def __init__(self, most: int) -> None:
        """Nothing is made until it is asked for."""
        self._most = most
        self._things: OrderedDict[Hashable, Made] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """The thing of a key; others wait while it is made, so that it is made once."""
        with self._lock:
            if key not in self._things:
                self._things[key] = make()
                while len(self._things) > self._most:
                    self._things.popitem(last=False)
            self._things.move_to_end(key)
            return self._things[key]


def kept(service: Service, name: str, most: int) -> Kept[Any]:
    """A service's memory of a name."""
    found = service.memory.setdefault(f"kept {name}", Kept[Any](most))
    assert isinstance(found, Kept)  # noqa: S101 - set above only
    return found
