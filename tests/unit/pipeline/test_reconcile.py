"""The whole job on a town of two parcels: days, decisions, what run.json says."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from ledger_small import frame, layer

from geomujun.domain.case import Case, empty_table
from geomujun.domain.catalogue import TABLES
from geomujun.export.result import Result
from geomujun.intake.outcome import Intake
from geomujun.pipeline.decisions import no_decisions, read_decisions
from geomujun.pipeline.reconcile import Job, solve
from geomujun.pipeline.record import Clock
from geomujun.policy import schemes
from geomujun.text.identifiers import uscc_check_char

YEAR = 2024


def code(n: int) -> str:
    first17 = f"91330603MA{n:07d}"
    return first17 + uscc_check_char(first17)


OWNER, TENANT, STRANGER = code(1), code(2), code(3)
P, Q = "330603001002GB00018", "330603001002GB00019"


def town(**lease: Any) -> Case:
    firms = [
        {"uscc": c, "name": n, "industry": "C1751", "status": "存续", "division": "330603", "size": "规下"}
        for c, n in ((OWNER, "绍兴华联纺织有限公司"), (TENANT, "绍兴丰泰印染有限公司"), (STRANGER, "绍兴远景布业有限公司"))
    ]  # fmt: skip
    parcels = [
        {"parcel_code": P, "area_m2": 3000, "land_use": "工业用地", "holder_names": "绍兴华联纺织有限公司",
         "holder_ids": OWNER, "location": "兰亭街道兴越路以东", "division": "330603"},
        {"parcel_code": Q, "area_m2": 500, "land_use": "工业用地", "holder_names": "王小明",
         "location": "兰亭街道岭陈村", "division": "330603"},
    ]  # fmt: skip
    figures = [
        {"uscc": c, "year": YEAR, "tax_wan_yuan": 10.0, "power_wan_kwh": 5.0}
        for c in (OWNER, TENANT)
    ]
    leases = [
        {"contract_no": "L1", "lessor": "绍兴华联纺织有限公司", "lessor_uscc": OWNER, "lessee": "绍兴丰泰印染有限公司",
         "lessee_uscc": TENANT, "parcel_code": P, "land_area_m2": 1000.0} | lease
    ]  # fmt: skip
    return Case(
        parcels=layer("parcels", parcels),
        enterprises=frame("enterprises", firms),
        indicators=frame("indicators", figures),
        leases=frame("leases", leases),
    )


def run(case: Case, as_of: str = "2024-12-31", decisions: Path | None = None) -> Result:
    day = date.fromisoformat(as_of)
    job = Job(Path("case"), Path("out"), schemes.load("zhejiang-2022", YEAR), YEAR, day)
    decided = read_decisions(decisions) if decisions else no_decisions()
    intake = Intake(case, [], empty_table(TABLES["rejects"]).drop(columns="row"))
    intake.rejects.insert(1, "row", pd.Series(dtype="int64"))
    return solve(job, intake, decided, lambda _stage, _rows: None, Clock())


def areas(result: Result) -> dict[tuple[str, str], float]:
    links = result.tables["links"]
    links = links[links["counted"]]
    return dict(
        zip(zip(links["parcel_code"], links["uscc"], strict=True), links["area_m2"], strict=True)
    )


LET = {(P, OWNER): 2000.0, (P, TENANT): 1000.0}
KEPT = {(P, OWNER): 3000.0}


@pytest.mark.parametrize(
    ("start", "end", "wanted"),
    [
        ("2024-12-31", "2029-12-30", LET),  # its first day
        ("2020-01-01", "2024-12-31", LET),  # its last day
        ("2024-12-31", "2024-12-31", LET),
        ("2020-01-01", None, LET),  # an open end
        (None, "2029-12-31", LET),
        ("2025-01-01", "2029-12-31", KEPT),  # not yet
        ("2020-01-01", "2024-12-30", KEPT),  # over
    ],
)
def test_a_lease_counts_from_its_first_to_its_last_day(
    start: str | None, end: str | None, wanted: dict[tuple[str, str], float]
) -> None:
    assert areas(run(town(start_on=start, end_on=end))) == wanted


def test_links_stand_at_the_day_asked_for_and_the_ledger_at_the_end_of_the_year() -> None:
    case = town(start_on="2020-01-01", end_on="2024-06-30")
    result = run(case, "2024-06-30")
    assert areas(result) == LET
    ledger = result.tables["ledger"].set_index("uscc")
    assert ledger["occupied_m2"].to_dict() == {OWNER: 3000.0}
    assert result.tables["parcel_reconciliation"]["allocated_m2"].tolist() == [3000.0, 0.0]
    assert areas(run(case)) == KEPT


def decide(tmp_path: Path, **line: Any) -> Path:
    path = tmp_path / "decisions.jsonl"
    path.write_text(
        json.dumps({"reason": "现场", "reviewer": "李", "decided_at": "2025-01-01"} | line), "utf-8"
    )
    return path


def test_a_decision_makes_a_link_the_engine_had_no_sign_of(tmp_path: Path) -> None:
    path = decide(
        tmp_path, parcel_code=Q, uscc=STRANGER, verdict="same", relation="OCCUPY", area_m2=200
    )
    result = run(town(end_on="2020-01-01"), decisions=path)
    assert areas(result)[Q, STRANGER] == 500  # the one real user of land nobody else has
    buckets = result.tables["parcel_reconciliation"].set_index("parcel_code")["bucket"]
    assert buckets.to_dict() == {P: "matched", Q: "matched"}


@pytest.mark.parametrize(
    "gone", [{"parcel_code": f"{P[:-2]}99"}, {"uscc": code(9)}], ids=["parcel", "firm"]
)
def test_a_decision_on_what_is_gone_makes_no_link(tmp_path: Path, gone: dict[str, str]) -> None:
    pair = {"parcel_code": P, "uscc": STRANGER} | gone
    path = decide(tmp_path, **pair, verdict="same", relation="OCCUPY", area_m2=200)
    case = town(start_on="2020-01-01", end_on="2029-12-31")
    before, after = run(case).tables, run(case, decisions=path).tables
    for table in ("links", "ledger", "parcel_reconciliation", "parcel_evaluation"):
        pd.testing.assert_frame_equal(after[table], before[table])
    stale = after["cross_check"].query("rule == 'DECISION_STALE'")
    assert stale[["subject_id", "other_id"]].to_numpy().tolist() == [
        [pair["uscc"], pair["parcel_code"]]
    ]


def test_a_decision_takes_a_link_away(tmp_path: Path) -> None:
    path = decide(tmp_path, parcel_code=P, uscc=TENANT, verdict="different")
    result = run(town(start_on="2020-01-01", end_on="2029-12-31"), decisions=path)
    assert areas(result) == KEPT
    links = result.tables["links"].set_index("uscc")
    assert links.loc[TENANT, "decision"] == "different"


def test_unsure_leaves_a_link_and_its_question_as_they_were(tmp_path: Path) -> None:
    path = decide(tmp_path, parcel_code=P, uscc=TENANT, verdict="unsure")
    result = run(town(start_on="2020-01-01", end_on="2029-12-31"), decisions=path)
    assert areas(result) == LET
    assert result.tables["review_queue"].empty  # that link is sure


def test_undoing_a_first_decision_by_unsure_asks_as_before(tmp_path: Path) -> None:
    case = town(start_on="2020-01-01", end_on="2029-12-31")
    case.parcels.loc[1, "holder_names"] = "绍兴远影布业有限公司"  # one character off
    before = run(case).tables
    asked = before["review_queue"][["parcel_code", "uscc"]].iloc[0].to_dict()
    path = decide(tmp_path, **asked, verdict="unsure")
    after = run(case, decisions=path).tables
    for table in ("review_queue", "parcel_reconciliation", "enterprise_reconciliation", "ledger"):
        pd.testing.assert_frame_equal(after[table], before[table])


def test_a_person_holds_the_parcel_nobody_uses() -> None:
    buckets = (
        run(town(end_on="2020-01-01"))
        .tables["parcel_reconciliation"]
        .set_index("parcel_code")["bucket"]
    )
    assert buckets[Q] == "individual_holder"


def test_every_table_of_the_contract_is_there_with_its_columns() -> None:
    tables = run(town(start_on="2020-01-01")).tables
    for name, table in tables.items():
        need = [f.name for f in TABLES[name].fields if not TABLES[name].dynamic_after]
        assert set(need) <= set(table.columns), name
    assert len(tables) == sum(spec.role == "output" for spec in TABLES.values())


def test_a_case_without_leases_figures_or_patches_gives_whole_tables() -> None:
    case = town().with_tables(leases=frame("leases", []), indicators=frame("indicators", []))
    result = run(case)
    assert areas(result) == KEPT
    assert result.tables["enterprise_evaluation"].empty
    assert len(result.tables["enterprise_reconciliation"]) == 3
