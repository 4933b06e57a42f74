from __future__ import annotations

import pytest
from evaluation_truth import Book, load_town

from geomujun.domain.case import Case


@pytest.fixture(scope="session")
def town() -> tuple[Case, Book]:
    """The sample town's true links and ledger."""
    return load_town()
