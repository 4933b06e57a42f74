"""What is dear to make and never changes: made once, by one request, and kept for the next."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

from geomujun_api.service import Service

Made = TypeVar("Made")


class _Place(Generic[Made]):
    """Where one thing stands once it is made."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.made: list[Made] = []


class Kept(Generic[Made]):
    """At most ``most`` things by key, the ones asked for longest ago forgotten first."""

    def __init__(self, most: int) -> None:
        """Nothing is made until it is asked for."""
        self._most = most
        self._places: OrderedDict[Hashable, _Place[Made]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """The thing of a key; who asks for the same one waits, so that it is made once.

        Others do not wait. What could not be made is tried again by the next who asks.
        """
        with self._lock:
            place = self._places.setdefault(key, _Place())
            self._places.move_to_end(key)
            while len(self._places) > self._most:
                self._places.popitem(last=False)
        with place.lock:
            if not place.made:
                place.made.append(make())
            return place.made[0]


def kept(service: Service, name: str, most: int) -> Kept[Any]:
    """A service's memory of a name."""
    found = service.memory.setdefault(f"kept {name}", Kept[Any](most))
    assert isinstance(found, Kept)  # noqa: S101 - set above only
    return found
