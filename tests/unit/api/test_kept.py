"""What is kept is made once, and who asks for something else does not wait."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from geomujun_api.kept import Kept


def test_one_makes_it_the_others_wait_and_those_of_other_keys_do_not() -> None:
    kept: Kept[str] = Kept(3)
    begun, go, made = Event(), Event(), []

    def slowly() -> str:
        begun.set()
        assert go.wait(20)
        made.append(1)
        return "dear"

    assert kept.get("known", lambda: "there") == "there"
    with ThreadPoolExecutor(5) as many:
        waiting = [many.submit(kept.get, "a", slowly) for _ in range(4)]
        assert begun.wait(20)
        other = many.submit(kept.get, "known", lambda: "made again")
        assert other.result(20) == "there"
        assert not any(w.done() for w in waiting)
        go.set()
        assert [w.result(20) for w in waiting] == ["dear"] * 4
    assert made == [1]


def test_what_was_asked_for_longest_ago_is_forgotten() -> None:
    kept: Kept[int] = Kept(2)
    for key in "abac":
        kept.get(key, lambda key=key: ord(key))
    assert kept.get("a", lambda: 0) == ord("a")
    assert kept.get("b", lambda: 0) == 0


def test_what_could_not_be_made_is_tried_again() -> None:
    kept: Kept[int] = Kept(2)
    with pytest.raises(ZeroDivisionError):
        kept.get("a", lambda: 1 // 0)
    assert kept.get("a", lambda: 7) == 7
