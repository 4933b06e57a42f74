"""A private PostGIS for tests: one cluster a session, a copy of a template database a test.

Without PostGIS on the machine the tests are skipped, saying so; REQUIRE_POSTGIS=1 makes that a
failure. Import the fixtures into a folder's conftest.py.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from geomujun_demo import make

from geomujun.errors import MachineError
from geomujun.pipeline.load import Load, load
from geomujun.pipeline.publish import Publication, publish
from geomujun.policy import schemes
from geomujun.storage import binaries, migrate
from geomujun.storage.cluster import Cluster
from geomujun.storage.target import Target, connect

TOWN = Path(__file__).parent / "cases" / "sample-town" / "case"
YEAR, SCHEME, DAY = 2024, "zhejiang-2022", date(2024, 12, 31)
_numbers = itertools.count(1)


def publication(actor: str = "tester", scheme: str = SCHEME) -> Publication:
    """What the tests publish."""
    return Publication(YEAR, schemes.load(scheme, YEAR), DAY, actor)


def cells(path: Path) -> pd.DataFrame:
    """A CSV file of a case as text, in whichever of the two encodings it is."""
    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except UnicodeDecodeError:
        return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="gb18030")


def edit(path: Path, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    """Write a CSV file again with other rows."""
    change(cells(path)).to_csv(path, index=False, encoding="utf-8-sig")


def need_postgis() -> None:
    """Skip, or fail where PostGIS is required."""
    try:
        binaries.find()
        binaries.runner("postgres")
    except MachineError as e:
        reason = f"no PostGIS: {e}; apt-get install postgresql postgresql-15-postgis-3"
        if os.environ.get("REQUIRE_POSTGIS") == "1":
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that an unprivileged user can enter, for a cluster of the test's own."""
    need_postgis()
    folder = Path(tempfile.mkdtemp(prefix="gmj-home-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    Cluster(folder).down()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Target]:
    """The session's cluster."""
    need_postgis()
    folder = Path(tempfile.mkdtemp(prefix="gmj-tests-", dir="/tmp"))
    folder.chmod(0o755)
    private = Cluster(folder)
    try:
        target = private.up().database("postgres")
        _without_flushing(target)
        yield target
    finally:
        private.down()
        shutil.rmtree(folder, ignore_errors=True)


def _without_flushing(cluster: Target) -> None:
    """Nothing in this cluster has to outlive the machine, and hundreds of copies are made in it.

    Tests of what outlives a fault have clusters of their own (`home`), as people have them.
    """
    with connect(cluster, autocommit=True) as connection:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {name} = off")
        connection.execute("SELECT pg_reload_conf()")


def _create(cluster: Target, name: str, template: str = "template0") -> Target:
    with connect(cluster, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return cluster.database(name)


def _drop(cluster: Target, name: str) -> None:
    with connect(cluster, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def empty_template(cluster: Target) -> str:
    """A database with the schema and no row."""
    migrate.upgrade(_create(cluster, "empty_template"))
    return "empty_template"


@pytest.fixture(scope="session")
def town_template(cluster: Target, empty_template: str) -> str:
    """The sample town, loaded and published once."""
    target = _create(cluster, "town_template", empty_template)
    load(target, Load(TOWN, "tester", DAY))
    publish(target, publication())
    return "town_template"


@pytest.fixture(scope="session")
def county_template(
    cluster: Target, empty_template: str, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """The demo county, made, loaded and published once."""
    target = _create(cluster, "county_template", empty_template)
    folder = tmp_path_factory.mktemp("county")
    make(folder, size="county")
    load(target, Load(folder / "case", "tester", DAY))
    publish(target, publication())
    return "county_template"


@pytest.fixture(scope="module")
def county(cluster: Target, county_template: str) -> Iterator[Target]:
    """The demo county with edition 1, one copy for the tests of a module."""
    name = f"county_{next(_numbers)}"
    yield _create(cluster, name, county_template)
    _drop(cluster, name)


@pytest.fixture
def blank(cluster: Target) -> Iterator[Target]:
    """A database without anything."""
    name = f"blank_{next(_numbers)}"
    yield _create(cluster, name)
    _drop(cluster, name)


@pytest.fixture
def database(cluster: Target, empty_template: str) -> Iterator[Target]:
    """A database with the schema."""
    name = f"test_{next(_numbers)}"
    yield _create(cluster, name, empty_template)
    _drop(cluster, name)


@pytest.fixture
def town(cluster: Target, town_template: str) -> Iterator[Target]:
    """The sample town with edition 1."""
    name = f"town_{next(_numbers)}"
    yield _create(cluster, name, town_template)
    _drop(cluster, name)
