"""Figures for Prometheus, by route template: no code, name or key is ever a label."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector

_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"  # where processes that serve together leave figures
MEDIA: Final = CONTENT_TYPE_LATEST
_BUCKETS: Final = (0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 10.0)


@dataclass(slots=True)
class Metrics:
    """One application's registry, so that two in one process do not meet."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    requests: Counter = field(init=False)
    seconds: Histogram = field(init=False)
    running: Gauge = field(init=False)
    refused: Counter = field(init=False)
    _children: dict[tuple[str, str, int], tuple[Counter, Histogram]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.requests = Counter(
            "geomujun_requests", "Requests", ["method", "route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "geomujun_request_seconds", "Time to the last byte", ["method", "route"],
            buckets=_BUCKETS, registry=self.registry,
        )  # fmt: skip
        self.running = Gauge(
            "geomujun_running", "Requests under way", registry=self.registry,
            multiprocess_mode="livesum",
        )  # fmt: skip
        self.refused = Counter(
            "geomujun_refused", "Requests refused before any work", ["why"], registry=self.registry
        )

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request answered."""
        known = self._children.get((method, route, status))
        if known is None:
            known = (
                self.requests.labels(method, route, str(status)),
                self.seconds.labels(method, route),
            )
            self._children[method, route, status] = known
        known[0].inc()
        known[1].observe(seconds)

    def text(self) -> bytes:
        """All figures in Prometheus' text format; of all processes that serve together."""
        if not os.environ.get(_FOLDER):
            return generate_latest(self.registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together)


def mark_process_dead(pid: int | None) -> None:
    """Forget how many requests a process had under way that is gone."""
    if pid is not None and os.environ.get(_FOLDER):
        multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]
