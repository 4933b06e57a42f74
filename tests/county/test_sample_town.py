"""The sample town end to end: every table of a run against its truth, under both schemes.

Twice: as the engine leaves it, and once people have answered what it left open. With the same
links every area, score and grade must be the true one; without, no automatic link may be wrong.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geomujun.domain.words import M2_PER_MU
from geomujun.export.result import Result
from geomujun.intake.reader import Intake, read_case
from geomujun.pipeline.decisions import no_decisions, read_decisions
from geomujun.pipeline.reconcile import Job, solve
from geomujun.pipeline.record import Clock
from geomujun.policy import schemes

TOWN = Path(__file__).parents[1] / "cases" / "sample-town"
SCHEMES = ["zhejiang-2022", "huangyan-2022"]
YEAR = 2024
# Where the contract leaves the relation open.
EITHER = {
    "lease_no_title": {"OCCUPY", "LEASE", "SUBLEASE"},
    "lease_expired_stay": {"OCCUPY", "LEASE"},
}


def truth(name: str) -> pd.DataFrame:
    return pd.read_csv(TOWN / "truth" / f"{name}.csv", dtype=str, keep_default_na=False)


def number(column: pd.Series) -> pd.Series:
    return pd.to_numeric(column, errors="coerce").astype("float64")


@lru_cache(maxsize=1)
def intake() -> Intake:
    return read_case(TOWN / "case")


def run(scheme: str, decisions: Path | None = None) -> Result:
    day = date(YEAR, 12, 31)
    job = Job(TOWN / "case", Path("unused"), schemes.load(scheme, YEAR), YEAR, day)
    decided = read_decisions(decisions) if decisions else no_decisions()
    found = solve(job, intake(), decided, lambda _stage, _rows: None, Clock())
    return replace(found, tables={name: true_codes(t) for name, t in found.tables.items()})


def true_codes(table: pd.DataFrame) -> pd.DataFrame:
    """Codes the register writes wrongly may stay as they are; the truth names them."""
    alias = dict(truth("uscc_alias")[["written", "uscc"]].to_numpy())
    columns = {"uscc", "unit_id"} & set(table.columns)
    return table.assign(**{c: table[c].replace(alias) for c in columns})


@lru_cache(maxsize=2)
def alone(scheme: str) -> Result:
    """The run without any decision."""
    return run(scheme)


def key(links: pd.DataFrame) -> set[tuple[str, str]]:
    return set(zip(links["parcel_code"], links["uscc"], strict=True))


def true_links() -> pd.DataFrame:
    links = truth("links")
    return links[links["relation"] != "REGISTERED_ONLY"]


def counted(result: Result) -> pd.DataFrame:
    links = result.tables["links"]
    return links[links["counted"]]


@dataclass(frozen=True)
class Answered:
    """A run with the decisions a person who knows the truth would take on what was left open."""

    result: Result
    decisions: list[dict[str, object]]


@pytest.fixture(scope="module", params=SCHEMES)
def answered(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Answered:
    found = key(counted(alone(request.param)))
    sure = true_links().query("grey == '0'")
    lines: list[dict[str, object]] = [
        {"parcel_code": x.parcel_code, "uscc": x.uscc, "verdict": "same", "relation": x.relation,
         "reason": "现场核实", "reviewer": "李", "decided_at": "2025-03-01"}
        for x in sure.itertuples() if (x.parcel_code, x.uscc) not in found
    ]  # fmt: skip
    pairs = true_links()[["parcel_code", "uscc"]].itertuples(index=False, name=None)
    right = set(pairs)
    queue = alone(request.param).tables["review_queue"]
    lines += [
        {"parcel_code": x.parcel_code, "uscc": x.uscc, "verdict": "different", "reason": "现场核实",
         "reviewer": "李", "decided_at": "2025-03-01"}
        for x in queue.itertuples() if (x.parcel_code, x.uscc) not in right
    ]  # fmt: skip
    path = tmp_path_factory.mktemp("decisions") / "decisions.jsonl"
    path.write_text("\n".join(json.dumps(x, ensure_ascii=False) for x in lines), "utf-8")
    return Answered(run(request.param, path), lines)


@pytest.fixture(scope="module", params=SCHEMES)
def result(request: pytest.FixtureRequest) -> Result:
    return alone(request.param)


def test_no_automatic_link_is_wrong(result: Result) -> None:
    wrong = key(counted(result)) - key(true_links())
    assert wrong == set()


def test_nearly_every_true_link_is_found_without_asking(result: Result) -> None:
    sure = true_links().query("grey == '0'")
    missing = key(sure) - key(counted(result))
    assert len(missing) <= 0.02 * len(key(sure)), sorted(missing)


def test_unregistered_siblings_and_strangers_are_refused(result: Result) -> None:
    refused = truth("unregistered")
    assert set(refused["kind"]) == {"sibling", "random"}
    own = counted(result).query("relation == 'OWN'")
    assert not set(refused["parcel_code"]) & set(own["parcel_code"])


def test_relations_are_the_true_ones(result: Result) -> None:
    wanted: dict[tuple[str, str], set[str]] = {}
    for x in true_links().itertuples():
        either = {str(x.relation)}
        if x.relation != "OWN":
            either = EITHER.get(str(x.scenario), either)
        wanted.setdefault((str(x.parcel_code), str(x.uscc)), set()).update(either)
    got = counted(result)
    wrong = [
        (p, u, r) for p, u, r in zip(got["parcel_code"], got["uscc"], got["relation"], strict=True)
        if r not in wanted[p, u]
    ]  # fmt: skip
    assert wrong == []


def test_every_balance_of_the_contract_holds(result: Result) -> None:
    tables = result.tables
    balances(tables["links"], tables["parcel_reconciliation"])
    ledger_identity(tables["ledger"], tables["ledger_lines"])
    assert tables["parcel_reconciliation"]["parcel_code"].is_unique
    assert tables["enterprise_reconciliation"]["uscc"].is_unique
    assert len(tables["parcel_reconciliation"]) == len(intake().case.parcels)
    kept = (
        len(intake().case.enterprises)
        - tables["rejects"]["reason"].str.startswith("USCC_DUPLICATE").sum()
    )
    assert len(tables["enterprise_reconciliation"]) == kept
    assert all(f.rows_in == f.rows_kept + f.rows_rejected for f in intake().files)


def balances(links: pd.DataFrame, parcels: pd.DataFrame) -> None:
    taken = links[links["counted"]].groupby("parcel_code")["area_m2"].sum()
    taken = taken.reindex(parcels["parcel_code"]).fillna(0.0).to_numpy()
    area = parcels["area_m2"].to_numpy()
    assert (taken <= area + 1).all()
    np.testing.assert_allclose(parcels["allocated_m2"], taken, atol=0.01)
    np.testing.assert_allclose(parcels["allocated_m2"] + parcels["unallocated_m2"], area, atol=1)


def ledger_identity(ledger: pd.DataFrame, lines: pd.DataFrame) -> None:
    plus = ledger["registered_m2"] + ledger["leased_in_m2"] + ledger["other_m2"]
    occupied = plus - ledger["leased_out_m2"] - ledger["exempt_m2"]
    np.testing.assert_allclose(ledger["occupied_m2"], occupied, atol=0.01)
    np.testing.assert_allclose(ledger["occupied_mu"], ledger["occupied_m2"] / M2_PER_MU, atol=1e-4)
    sums = lines.groupby(["uscc", "component"])["area_m2"].sum().unstack().fillna(0.0)
    for component in sums.columns:
        wanted = sums[component].reindex(ledger["uscc"]).fillna(0.0)
        np.testing.assert_allclose(ledger[f"{component}_m2"], wanted, atol=0.01)


def test_the_reviewer_is_asked_little_and_about_what_is_open(answered: Answered) -> None:
    few = 0.06 * len(true_links())  # of the links, as the engine promises
    assert 0 < len(answered.decisions) <= few
    assert len(answered.result.tables["review_queue"]) <= few


def test_with_the_same_links_every_area_is_the_true_one(answered: Answered) -> None:
    got = counted(answered.result)
    want = true_links()
    assert key(want.query("grey == '0'")) <= key(got) <= key(want)
    sums = got.groupby(["parcel_code", "uscc"])["area_m2"].sum()
    wanted = number(want["area_m2"]).groupby([want["parcel_code"], want["uscc"]]).sum()
    known = wanted.index.isin(sums.index)
    over = set(truth("cross_check").query("rule == 'AREA_OVER'")["subject_id"])
    off = (sums.reindex(wanted[known].index) - wanted[known]).abs()
    off = off[[p not in over for p, _ in off.index]]  # scaled claims: the truth leaves them open
    assert off[off > 1].to_dict() == {}


def test_with_the_same_links_every_account_is_the_true_one(answered: Answered) -> None:
    want = truth("ledger").query("area_known == '1'").set_index("uscc")
    got = answered.result.tables["ledger"].set_index("uscc")
    for column in [c for c in want.columns if c.endswith("_m2")]:
        have = got[column].reindex(want.index).fillna(0.0)
        off = (have - number(want[column])).abs()
        assert off[off > 1].to_dict() == {}, column


@pytest.mark.parametrize(("side", "unit"), [("enterprise", "uscc"), ("parcel", "parcel_code")])
def test_with_the_same_links_every_score_and_grade_is_the_true_one(
    answered: Answered, side: str, unit: str
) -> None:
    want = truth(f"{side}_evaluation_{answered.result.scheme_id}").set_index(unit)
    got = answered.result.tables[f"{side}_evaluation"].set_index(unit)
    assert sorted(got.index) == sorted(want.index)
    got = got.loc[want.index]
    off = (got["score"].astype("float64") - number(want["score"])).abs()
    assert off[off > 1e-6].to_dict() == {}
    assert got["score"].isna().tolist() == number(want["score"]).isna().tolist()
    assert got["grade"].tolist() == want["grade"].tolist()


def test_with_the_same_links_every_bucket_is_a_true_one(answered: Answered) -> None:
    for table, unit in (
        ("parcel_reconciliation", "parcel_code"),
        ("enterprise_reconciliation", "uscc"),
    ):
        want = truth(table)
        want = want[want["in_layer"] == "1"] if "in_layer" in want else want
        got = answered.result.tables[table].set_index(unit)["bucket"]
        allowed = zip(want[unit], want["bucket"], want["bucket_alt"].str.split("|"), strict=True)
        wrong = [(k, got[k], b) for k, b, alt in allowed if got[k] != b and got[k] not in alt]
        # A registered address on land nobody can tell is open either way.
        assert [w for w in wrong if w[2] != "registered_only"] == []


def test_with_the_same_links_the_balances_still_hold(answered: Answered) -> None:
    tables = answered.result.tables
    balances(tables["links"], tables["parcel_reconciliation"])
    ledger_identity(tables["ledger"], tables["ledger_lines"])


def test_a_decision_shows_in_the_link_it_made(answered: Answered) -> None:
    links = answered.result.tables["links"]
    for line in answered.decisions:
        if line["verdict"] != "same":
            continue
        row = links[(links["parcel_code"] == line["parcel_code"]) & (links["uscc"] == line["uscc"])]
        assert row["decision"].tolist() == ["same"]
        assert row["counted"].all()
