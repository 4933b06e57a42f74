"""The sample town behind the web app: for pages on which things are changed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from serving import Live

from geomujun.storage.target import Target

OWN = "3306"  # the division the town lies in


@pytest.fixture
def service(town: Target) -> Iterator[Live]:
    """The town's service; each test has a town of its own."""
    live = Live(town)
    yield live
    live.stop()
