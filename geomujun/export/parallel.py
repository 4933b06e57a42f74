"""Work done at the same time, each piece in a process of its own.

A process is forked from the one that holds the run, so nothing is copied or sent to it; it hands
back its outcome, or what went wrong. Where forking is not safe (Windows, macOS), or with one
worker, the pieces are done one after the other. Either way the same bytes.
"""

from __future__ import annotations

import gc
import multiprocessing
import pickle
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from multiprocessing.connection import wait
from typing import Any, Final, NamedTuple, TypeVar

from geomujun.errors import MachineError
from geomujun.lang import t

Value = TypeVar("Value")
CAN_FORK: Final = sys.platform == "linux"


class Step(NamedTuple):
    """One thing to write; ``work`` must need nothing another step makes."""

    name: str  # of run.json
    title: str  # for people
    work: Callable[[], object]


Started = Callable[[Step], None]
Finished = Callable[[Step, float], None]


class _Child(NamedTuple):
    """A running process and the pipe it answers through."""

    title: str
    pipe: Any  # multiprocessing.connection.Connection
    process: Any  # multiprocessing.Process


def do(steps: Sequence[Step], workers: int, started: Started, finished: Finished) -> None:
    """Do all steps, at most ``workers`` at a time, begun in their order.

    Args:
        steps: What to do.
        workers: Processes at a time; 1 for none but this one.
        started: Told each step as it begins.
        finished: Told each step as it ends, and the seconds it took.

    Raises:
        MachineError: a process was killed, most likely for want of memory.
        Exception: whatever a step raises; the others are stopped.
    """
    if workers > 1 and CAN_FORK:
        _forked(steps, workers, started, finished)
        return
    for step in steps:
        started(step)
        finished(step, _timed(step.work))


def alongside(title: str, work: Callable[[], Value], workers: int) -> Callable[[], Value]:
    """Begin some work in a process of its own.

    Args:
        title: What is being done, for the message when the process is killed.
        work: Its value must be picklable.
        workers: With 1, nothing is begun and the work is done when its value is asked for.

    Returns:
        Waits for the work and gives its value; raises as `do`.
    """
    if workers < 2 or not CAN_FORK:
        return work
    child = _fork(title, work)
    return lambda: _outcome(child)


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _forked(steps: Sequence[Step], workers: int, started: Started, finished: Finished) -> None:
    waiting = list(steps)
    running: dict[Any, tuple[Step, _Child]] = {}  # by pipe
    try:
        while waiting or running:
            while waiting and len(running) < workers:
                step = waiting.pop(0)
                started(step)
                child = _fork(step.title, partial(_timed, step.work))
                running[child.pipe] = (step, child)
            for pipe in wait(list(running)):
                step, child = running.pop(pipe)
                finished(step, _outcome(child))
    finally:
        for pipe, (_, child) in running.items():
            child.process.terminate()
            child.process.join()
            pipe.close()


def _fork(title: str, work: Callable[[], object]) -> _Child:
    here, there = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(
        target=_in_child, args=(work, there), daemon=True
    )
    with warnings.catch_warnings():
        # Python 3.12 warns of any thread; those of numpy, Arrow and GDAL restart after a fork.
        warnings.simplefilter("ignore", DeprecationWarning)
        process.start()
    there.close()
    return _Child(title, here, process)


def _in_child(work: Callable[[], object], pipe: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent stops us, and says so once
    gc.disable()  # a short life with many small lists: looking for cycles takes a fifth of it
    try:
        pipe.send((work(), None))
    except BaseException as error:  # noqa: BLE001  # handed over, to be raised in the parent
        pipe.send((None, _portable(error)))
    pipe.close()


def _portable(error: BaseException) -> BaseException:
    """The error with its trace as a note, or its text in a plain one when it cannot be sent."""
    error.add_note(traceback.format_exc())
    with suppress(Exception):
        pickle.loads(pickle.dumps(error))  # noqa: S301  # our own, made on the line
        return error
    return RuntimeError(f"{type(error).__name__}: {error}")


def _outcome(child: _Child) -> Any:
    try:
        value, error = child.pipe.recv()
    except EOFError:
        child.process.join()
        number = -(child.process.exitcode or 0)
        raise MachineError(
            t("中断（信号 {n}）", "cut off (signal {n})", n=number),
            where=child.title,
            hint=t("可能内存不够；试试 --workers 1", "memory may be short: try --workers 1"),
        ) from None
    finally:
        child.pipe.close()
    child.process.join()
    if error is not None:
        raise error
    return value
