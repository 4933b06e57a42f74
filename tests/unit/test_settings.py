"""Settings: secrets by file, defaults that work, words that are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from geomujun.errors import MachineError, UsageError
from geomujun.settings import from_environment

NAMES = ("GEOMUJUN_LANG", "DATABASE_URL", "DATABASE_URL_FILE", "GEOMUJUN_HOME", "XDG_DATA_HOME",
         "GEOMUJUN_DB_USER", "GEOMUJUN_TWO_PERSONS")  # fmt: skip


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


def test_nothing_set_is_enough() -> None:
    found = from_environment()
    assert (found.database_url, found.db_user, found.two_persons) == ("", "postgres", False)
    assert found.home.name == "geomujun"


def test_a_secret_may_stand_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "url"
    file.write_text(" postgresql://a:b@c/d\n")
    monkeypatch.setenv("DATABASE_URL_FILE", str(file))
    assert from_environment().database_url == "postgresql://a:b@c/d"
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "none"))
    with pytest.raises(MachineError, match="DATABASE_URL_FILE"):
        from_environment()


def test_the_folder_of_a_user_is_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setenv("XDG_DATA_HOME", "/data/mine")
    assert from_environment().home == Path("/data/mine/geomujun")
    monkeypatch.setenv("GEOMUJUN_HOME", "/srv/x")
    assert from_environment().home == Path("/srv/x")


def test_an_unknown_language_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEOMUJUN_LANG", "fr")
    with pytest.raises(UsageError):
        from_environment()
