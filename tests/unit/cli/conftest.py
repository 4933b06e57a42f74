from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pytest
from cli_calls import TOWN, Call, Done

from geomujun.cli import main
from geomujun.cli.scheme import load_scheme
from geomujun.lang import set_lang
from geomujun.pipeline import reconcile


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of the sample town."""
    out = tmp_path_factory.mktemp("town") / "run"
    job = reconcile.Job(TOWN, out, load_scheme("zhejiang-2022", 2024), 2024, date(2024, 12, 31))
    reconcile.run(job)
    return out


@pytest.fixture
def geomujun(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Call:
    """The command line in this process; never a traceback."""
    for name in ("GEOMUJUN_LANG", "GEOMUJUN_LOCALITY"):
        monkeypatch.delenv(name, raising=False)

    def call(*args: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["geomujun", *map(str, args)])
        with pytest.raises(SystemExit) as end:
            main.run()
        set_lang("zh")
        streams = capfd.readouterr()
        assert "Traceback" not in streams.out + streams.err
        assert isinstance(end.value.code, int)
        return Done(end.value.code, streams.out, streams.err)

    return call
