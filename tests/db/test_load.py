"""Loading: exact, whole or not at all, idempotent, with history."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import shapely
from postgis_fixtures import DAY, TOWN, cells, edit

from geomujun.errors import DataError
from geomujun.intake.reader import read_case
from geomujun.pipeline.load import Load, load
from geomujun.storage import audit, backup, inputs
from geomujun.storage.inputs import Change
from geomujun.storage.target import Target, connect

NEXT = date(2025, 6, 30)


@pytest.fixture
def case(tmp_path: Path) -> Path:
    return Path(shutil.copytree(TOWN, tmp_path / "case"))


def state(target: Target) -> dict[str, str]:
    with connect(target) as connection:
        return backup.digests(connection)


def test_what_is_read_back_is_what_was_read(town: Target) -> None:
    read = read_case(TOWN)
    with connect(town) as connection:
        back = inputs.read_case(connection)
        rejects = inputs.read_rejects(connection)
    pd.testing.assert_frame_equal(rejects, read.rejects)
    for stem in inputs.STEMS:
        was, now = getattr(read.case, stem), getattr(back, stem)
        if stem in inputs.SHAPED:
            assert was.crs == now.crs
            assert shapely.equals_exact(
                was.geometry.to_numpy(), now.geometry.to_numpy(), tolerance=0
            ).all() or not len(was)
            was, now = (pd.DataFrame(f).drop(columns="geometry") for f in (was, now))
        pd.testing.assert_frame_equal(was, now)


def test_every_row_of_every_file_is_kept_as_it_was(town: Target) -> None:
    read = read_case(TOWN)
    with connect(town) as connection:
        kept = dict(
            connection.execute(
                "SELECT f.stem, count(*) FROM raw.rows AS r JOIN raw.files AS f ON f.id = r.file_id"
                " GROUP BY 1"
            ).fetchall()
        )
        one = connection.execute(
            "SELECT r.payload FROM raw.rows AS r JOIN raw.files AS f ON f.id = r.file_id"
            " WHERE f.stem = 'enterprises' AND r.row = 1"
        ).fetchone()[0]
        sums = dict(connection.execute("SELECT file, sha256 FROM raw.files").fetchall())
    assert kept == {v.stem: v.rows_in for v in read.files if v.stem and v.rows_in}
    assert sums == {v.file: v.sha256 for v in read.files if v.stem}
    first = cells(TOWN / "enterprises.csv").iloc[0]
    assert {k: v or "" for k, v in one.items()} == first.to_dict()


def test_the_same_files_twice_leave_no_trace(town: Target) -> None:
    before = state(town)
    done = load(town, Load(TOWN, "somebody else", NEXT))
    assert done.number == 0
    assert done.changes == {}
    assert state(town) == before


def test_added_changed_and_ended_rows_keep_their_history(town: Target, case: Path) -> None:
    def change(frame: pd.DataFrame) -> pd.DataFrame:
        frame.loc[0, "企业名称"] = frame.loc[0, "企业名称"] + "新"
        extra = frame.iloc[[1]].assign(统一社会信用代码="91330000MA27U00D8T")
        return pd.concat([frame.drop(index=2), extra], ignore_index=True)

    edit(case / "enterprises.csv", change)
    rows = len(read_case(TOWN).case.enterprises)
    done = load(town, Load(case, "tester", NEXT))
    assert done.changes == {"enterprises": Change(added=1, changed=1, ended=1, same=rows - 2)}
    with connect(town) as connection:
        now, then = inputs.read_case(connection), inputs.read_case(connection, 1)
        ended = connection.execute(
            "SELECT valid_from, valid_to, load_from, load_to FROM core.enterprises"
            " WHERE load_to IS NOT NULL"
        ).fetchall()
        names = connection.execute(
            "SELECT count(*) FROM service.enterprise_names WHERE name LIKE '%新'"
        ).fetchone()
    assert ended == [(DAY, NEXT, 1, 2)] * 2
    assert names[0] >= 1
    key = ["uscc"]
    pd.testing.assert_frame_equal(
        now.enterprises, read_case(case).case.enterprises, check_like=False
    )
    was = read_case(TOWN).case.enterprises.drop(columns="row").sort_values(key, ignore_index=True)
    pd.testing.assert_frame_equal(
        then.enterprises.drop(columns="row").sort_values(key, ignore_index=True), was
    )


def test_a_partial_file_changes_only_what_it_names(town: Target, tmp_path: Path) -> None:
    case = tmp_path / "delta"
    case.mkdir()
    shutil.copy(TOWN / "enterprises.csv", case)
    edit(case / "enterprises.csv", lambda f: f.head(1).assign(企业名称="浙江改名有限公司"))
    rows = len(read_case(TOWN).case.enterprises)
    done = load(town, Load(case, "tester", NEXT, partial=True))
    assert done.changes == {"enterprises": Change(added=0, changed=1, ended=0, same=0)}
    with connect(town) as connection:
        assert inputs.counts(connection)["enterprises"] == rows


def test_a_scope_replaces_its_own_rows_only(town: Target, case: Path) -> None:
    before = read_case(TOWN).case
    edit(case / "addresses.csv", lambda f: f.head(3))
    for path in case.iterdir():
        if path.stem not in ("addresses",):
            path.unlink()
    done = load(town, Load(case, "tester", NEXT, scope="330102"))
    assert done.changes == {"addresses": Change(added=3, changed=0, ended=0, same=0)}
    with connect(town) as connection:
        assert inputs.counts(connection)["addresses"] == len(before.addresses) + 3


def test_figures_of_several_sources_stand_side_by_side(town: Target, case: Path) -> None:
    figures = read_case(TOWN).case.indicators
    one = figures[figures["tax_wan_yuan"] > 1].iloc[0]
    for path in case.iterdir():
        path.unlink()
    (case / "indicators.csv").write_text(
        f"统一社会信用代码,年度,税收,来源\n{one.uscc},{one.year},{one.tax_wan_yuan + 50},企业直报2\n",
        "utf-8",
    )
    done = load(town, Load(case, "tester", NEXT))
    assert done.changes["indicators"].ended == 0
    assert done.changes["indicators"].added == 1
    with connect(town) as connection:
        found = connection.execute(
            "SELECT by_source, spread FROM service.figure_discrepancies"
            " WHERE uscc = %s AND year = %s AND figure = 'tax_wan_yuan'", (one.uscc, int(one.year)),
        ).fetchone()  # fmt: skip
        assert len(inputs.read_case(connection).indicators) == len(figures) + 1
    assert found[0]["企业直报2"] == pytest.approx(one.tax_wan_yuan + 50)
    assert found[1] >= 50 - 1e-9


def test_an_unusable_case_changes_nothing(town: Target, case: Path) -> None:
    before = state(town)
    (case / "enterprises.csv").write_bytes(b"\x00\x01nonsense")
    with pytest.raises(DataError):
        load(town, Load(case, "tester", NEXT))
    assert state(town) == before


def test_a_failure_half_way_changes_nothing(
    town: Target, case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state(town)
    edit(case / "enterprises.csv", lambda f: f.head(50))
    monkeypatch.setattr(audit, "record", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        load(town, Load(case, "tester", NEXT))
    assert state(town) == before


def test_a_first_load_needs_the_required_tables(database: Target, case: Path) -> None:
    (case / "enterprises.csv").unlink()
    with pytest.raises(DataError, match="enterprises"):
        load(database, Load(case, "tester", DAY))
    with connect(database) as connection:
        assert inputs.last_load(connection) == (0, "")


def test_older_data_do_not_replace_newer_ones(town: Target, case: Path) -> None:
    edit(case / "enterprises.csv", lambda f: f.head(50))
    with pytest.raises(DataError, match="早于"):
        load(town, replace(Load(case, "tester", NEXT), valid_on=date(2020, 1, 1)))
