"""Work in processes of its own: outcomes, errors, and processes that are killed."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from geomujun.errors import DataError, MachineError
from geomujun.export import parallel
from geomujun.export.parallel import Step, alongside, do

needs_fork = pytest.mark.skipif(not parallel.CAN_FORK, reason="processes are not forked here")


def _silent(*_: object) -> None:
    """No one listens."""


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_every_step_is_done_begun_in_order_and_timed(tmp_path: Path, workers: int) -> None:
    steps = [
        Step(name, name.upper(), lambda name=name: (tmp_path / name).write_text(name))
        for name in ("a", "b", "c")
    ]
    begun: list[str] = []
    ended: dict[str, float] = {}

    def finished(step: Step, seconds: float) -> None:
        ended[step.name] = seconds

    do(steps, workers, lambda step: begun.append(step.title), finished)
    assert begun == ["A", "B", "C"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "b", "c"]
    assert sorted(ended) == ["a", "b", "c"]
    assert min(ended.values()) >= 0


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_of_ours_keeps_its_words_and_its_hint(workers: int) -> None:
    def fail() -> None:
        raise DataError("no rows", where="x.csv", hint="send it again")

    with pytest.raises(DataError, match=r"x\.csv: no rows") as caught:
        do([Step("a", "A", fail), Step("b", "B", _silent)], workers, _silent, _silent)
    assert caught.value.hint == "send it again"


def test_an_error_that_cannot_be_sent_still_says_what_it_was() -> None:
    class OddError(Exception):
        def __init__(self, one: int, two: int) -> None:
            super().__init__(f"{one} and {two}")

    def fail() -> None:
        raise OddError(1, 2)

    with pytest.raises((OddError, RuntimeError), match="1 and 2"):
        alongside("odd", fail, 2)()


@needs_fork
def test_the_other_steps_are_stopped_when_one_fails(tmp_path: Path) -> None:
    def slow() -> None:
        time.sleep(60)
        (tmp_path / "late").write_text("x")

    def fail() -> None:
        raise OSError(28, "No space left on device")

    begun = time.monotonic()
    with pytest.raises(OSError, match="No space"):
        do([Step("slow", "slow", slow), Step("fail", "fail", fail)], 2, _silent, _silent)
    assert time.monotonic() - begun < 50
    assert not (tmp_path / "late").exists()


@needs_fork
def test_a_killed_process_is_a_machine_error_with_a_way_out() -> None:
    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(MachineError, match=r"工作簿.*信号 9") as caught:
        do([Step("workbook", "工作簿", die)], 2, _silent, _silent)
    assert "--workers 1" in caught.value.hint


@pytest.mark.parametrize("workers", [1, 2])
def test_what_is_done_alongside_gives_its_value(workers: int) -> None:
    wait = alongside("sum", lambda: sum(range(10)), workers)
    assert wait() == 45


@needs_fork
def test_what_is_done_alongside_does_not_touch_this_process() -> None:
    seen: list[int] = []
    wait = alongside("append", lambda: seen.append(1) or os.getpid(), 2)
    assert wait() != os.getpid()
    assert seen == []
