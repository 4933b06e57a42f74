"""Going on from an earlier run: the state it left, changed rows, and links that stay as they were."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from matching_small import DAY, Town

from geomujun.domain.case import empty_table
from geomujun.domain.catalogue import TABLES
from geomujun.errors import DataError, UsageError
from geomujun.export.bundle import write_tables
from geomujun.export.masking import masked
from geomujun.intake.outcome import Intake
from geomujun.matching.engine import match
from geomujun.matching.identity import settle
from geomujun.matching.register import freeze
from geomujun.matching.weights import shipped
from geomujun.pipeline import state as states
from geomujun.pipeline.decisions import no_decisions
from geomujun.pipeline.reconcile import Job, solve
from geomujun.pipeline.record import Clock
from geomujun.pipeline.rerun import Basis, changed_rows, earlier
from geomujun.pipeline.state import State, digests
from geomujun.policy import schemes


def town() -> Town:
    made = Town()
    made.firm("绍兴华联纺织有限公司", reported_area_m2=1 / 3)
    made.firm("绍兴越美印染有限公司", former_names="绍兴光大服装有限公司(至2014-01-01)")
    made.parcel("绍兴华联纺织有限公司")
    made.parcel("王小明", ids="330602198001011234")
    made.lease("绍兴华联纺织有限公司", "绍兴越美印染有限公司", made.parcels[0]["parcel_code"])
    return made


def state_of(made: Town) -> State:
    case = settle(made.case).case
    return State(freeze(match(case, DAY).register), shipped(), digests(case), DAY)


def test_a_state_written_and_read_back_is_the_same(tmp_path: Path) -> None:
    made = state_of(town())
    states.write(made, tmp_path)
    back = states.read(tmp_path)
    assert back.weights == made.weights
    assert (back.as_of, back.version, back.frozen.size) == (DAY, made.version, made.frozen.size)
    assert back.frozen.lexicon == made.frozen.lexicon
    pd.testing.assert_frame_equal(back.frozen.names, made.frozen.names)
    pd.testing.assert_frame_equal(back.rows, made.rows)


def test_links_under_a_state_read_back_are_those_of_the_run_that_left_it(tmp_path: Path) -> None:
    case = settle(town().case).case
    states.write(state_of(town()), tmp_path)
    back = states.read(tmp_path)
    again = match(case, DAY, None, back.weights, back.frozen).links
    pd.testing.assert_frame_equal(again, match(case, DAY).links, check_exact=True)


def test_a_state_holds_no_name_and_no_number_of_a_person(tmp_path: Path) -> None:
    states.write(state_of(town()), tmp_path)
    held = b"".join(p.read_bytes() for p in sorted((tmp_path / "state").iterdir()))
    assert "王小明".encode() not in held
    assert b"330602198001011234" not in held
    assert not states.read(tmp_path).frozen.names.astype("str").isin(["王小明"]).any(axis=None)


def test_the_same_rows_in_another_order_are_no_change() -> None:
    made = town()
    rows = digests(settle(made.case).case)
    other = replace(made, firms=made.firms[::-1], parcels=made.parcels[::-1])
    assert changed_rows(rows, digests(settle(other.case).case)).empty


def test_changed_added_and_removed_rows_are_told_with_their_columns() -> None:
    made, later = town(), town()
    later.firms[0]["site_address"] = "海涂路18号"
    later.parcels[1]["holder_names"] = "王小红"
    later.leases.clear()
    later.firm("绍兴新来纺织有限公司")
    found = changed_rows(digests(settle(made.case).case), digests(settle(later.case).case))
    told = [tuple(r) for r in found[["stem", "how", "columns"]].itertuples(index=False)]
    assert told == [
        ("enterprises", "changed", "生产经营地址"),
        ("enterprises", "added", ""),
        ("leases", "removed", ""),
        ("parcels", "changed", "权利人或当事人"),
    ]
    assert list(found["uscc"])[:2] == [made.firms[0]["uscc"], later.firms[-1]["uscc"]]


def test_a_row_given_twice_and_then_once_is_one_removed() -> None:
    made = town()
    made.leases.append(dict(made.leases[0]))
    found = changed_rows(digests(made.case), digests(town().case))
    assert list(found["how"]) == ["removed"]


def test_new_firms_leave_the_bits_of_others_alone_under_frozen_statistics() -> None:
    made, later = town(), town()
    for n in range(30):
        later.firm(f"杭州华联{'甲乙丙丁戊己庚辛壬癸'[n % 10]}{n}贸易有限公司")
    kept = freeze(match(settle(made.case).case, DAY).register)
    before = match(settle(made.case).case, DAY).links
    case = settle(later.case).case
    key = ["parcel_code", "uscc", "relation", "lease_id"]

    def weights(links: pd.DataFrame) -> pd.Series:
        mine = links[links["uscc"] == made.firms[0]["uscc"]]
        return mine.set_index(key)["weight_bits"]

    frozen = match(case, DAY, None, None, kept).links
    pd.testing.assert_series_equal(weights(frozen), weights(before), check_exact=True)
    assert not weights(match(case, DAY).links).equals(weights(before))


def test_a_folder_without_a_state_is_a_misuse(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="没有留下状态"):
        states.read(tmp_path)


@pytest.mark.parametrize("file", ["basis.json", "names.parquet", "rows.parquet"])
def test_a_spoilt_state_is_said(tmp_path: Path, file: str) -> None:
    states.write(state_of(town()), tmp_path)
    (tmp_path / "state" / file).write_bytes(b"{}")
    with pytest.raises(DataError, match="读不出上次的状态"):
        states.read(tmp_path)


def test_the_same_state_has_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        states.write(state_of(town()), tmp_path / name)
    for path in sorted((tmp_path / "a" / "state").iterdir()):
        assert path.read_bytes() == (tmp_path / "b" / "state" / path.name).read_bytes()
    basis = json.loads((tmp_path / "a" / "state" / "basis.json").read_text("utf-8"))
    assert date.fromisoformat(basis["as_of"]) == DAY


def solved(basis: Basis, out: Path, **lease: str) -> pd.DataFrame:
    """A run of the two-parcel town into ``out``; what `diff.csv` says."""
    made = town()
    made.leases[0] |= lease
    job = Job(Path("case"), out, schemes.load("zhejiang-2022", 2024), 2024, DAY)
    rejects = empty_table(TABLES["rejects"]).drop(columns="row")
    rejects.insert(1, "row", pd.Series(dtype="int64"))
    intake = Intake(made.case, [], rejects)
    result = solve(job, intake, no_decisions(), lambda _stage, _rows: None, Clock(), basis)
    out.mkdir()
    write_tables(result, out)
    basis.leave(masked(result), out)
    path = out / "diff.csv"
    return pd.read_csv(path, dtype="str", encoding="utf-8-sig") if path.exists() else pd.DataFrame()


def test_a_run_since_another_writes_what_changed_and_why(tmp_path: Path) -> None:
    assert solved(Basis(), tmp_path / "a").empty
    again = Basis(earlier(tmp_path / "a"))
    assert again.frozen is not None
    assert solved(again, tmp_path / "b").empty
    assert (tmp_path / "b" / "diff.csv").exists()
    found = solved(Basis(earlier(tmp_path / "b")), tmp_path / "c", end_on="2024-06-30")
    lease = found[found["relation"] == "LEASE"].iloc[0]
    assert lease["change"] == "lost"
    assert "终止日期" in lease["cause"]
    assert found["cause"].notna().all()
