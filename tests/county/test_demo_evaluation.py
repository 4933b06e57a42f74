"""The demo's own evaluator, written apart from the engine, agrees with sample-town's truth."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pandas as pd
import pytest
from geomujun_demo import truth_evaluation as te

TOWN = Path(__file__).parents[1] / "cases" / "sample-town"
SCHEMES = ("zhejiang-2022", "huangyan-2022")


def _truth(name: str) -> pd.DataFrame:
    return pd.read_csv(TOWN / "truth" / f"{name}.csv", dtype=str, keep_default_na=False)


def _number(text: str) -> float | None:
    return float(text) if text else None


@pytest.fixture(scope="module")
def base() -> te.Base:
    alias = dict(_truth("uscc_alias").itertuples(index=False))
    firms = pd.read_csv(
        TOWN / "case/enterprises.csv", dtype=str, keep_default_na=False, encoding="gb18030"
    )
    code = firms["统一社会信用代码"].map(lambda c: alias.get(c, c))
    subjects = {}
    for uscc, row in zip(code, firms.to_dict("records"), strict=True):
        digits = "".join(c for c in row["行业代码"] if c.isdigit())
        subjects[uscc] = te.Subject(
            row["企业名称"],
            row["登记状态"] == "存续",
            bool(digits) and 6 <= int(digits[:2]) <= 46,
            row["规模"] == "规上",
        )
    table = pd.read_csv(TOWN / "case/indicators.csv", dtype=str, keep_default_na=False)
    fields = [c for c in table if c not in {"统一社会信用代码", "年度", "备注"}]
    figures = {
        alias.get(row["统一社会信用代码"], row["统一社会信用代码"]): {
            f: _number(row[f]) for f in fields
        }
        for row in table[table["年度"] == "2024"].to_dict("records")
    }
    lines = _truth("ledger_lines")
    exempt = defaultdict(float)
    for row in lines[lines.component == "exempt"].itertuples():
        exempt[row.uscc, row.parcel_code] = float(row.area_m2)
    links = _truth("links")
    links = links[links.relation != "REGISTERED_ONLY"]
    stakes = [
        te.Stake(
            r.parcel_code, r.uscc, float(r.area_m2) - exempt[r.uscc, r.parcel_code],
            r.area_method == "unsplit",
        )
        for r in links.itertuples()
    ]  # fmt: skip
    parcels = _truth("parcel_reconciliation")
    flags: dict[str, list[tuple[str, float]]] = defaultdict(list)
    given = pd.read_parquet(TOWN / "case/flags.parquet").astype(str)
    for row in given.to_dict("records"):
        if str(row["年度"]) == "2024":
            flags[row["统一社会信用代码"]].append((row["类型"], float(row["分值"] or 0)))
    ledger = _truth("ledger")
    return te.Base(
        subjects,
        dict(zip(parcels.parcel_code, parcels.area_m2.astype(float), strict=True)),
        stakes,
        dict(zip(ledger.uscc, ledger.occupied_m2.astype(float), strict=True)),
        figures,
        flags,
    )


@pytest.mark.parametrize("scheme", SCHEMES)
def test_literal_enterprise_evaluation_gives_sample_towns_scores_ranks_and_grades(
    base: te.Base, scheme: str
) -> None:
    want = _truth(f"enterprise_evaluation_{scheme}").set_index("uscc")
    units = te.grade(te.enterprise_units(base), scheme)
    got = {u: unit for unit in units for u in unit.members}

    assert sorted(got) == sorted(want.index)
    for uscc, row in want.iterrows():
        unit = got[str(uscc)]
        assert unit.grade == row.grade, uscc
        assert unit.rank == (int(float(row["rank"])) if row["rank"] else None), uscc
        if row.score:
            assert unit.score == pytest.approx(float(row.score), abs=2e-6), uscc


@pytest.mark.parametrize("scheme", SCHEMES)
def test_literal_parcel_evaluation_gives_sample_towns_scores_ranks_and_grades(
    base: te.Base, scheme: str
) -> None:
    want = _truth(f"parcel_evaluation_{scheme}").set_index("parcel_code")
    got = {u.id: u for u in te.grade(te.parcel_units(base), scheme)}

    assert sorted(got) == sorted(want.index)
    for code, row in want.iterrows():
        unit = got[str(code)]
        assert "|".join(unit.members) == row.enterprises
        assert unit.grade == row.grade, code
        assert unit.score == pytest.approx(float(row.score), abs=2e-6), code
    # A firm's parcels score alike; which of them comes first is left open by the contract.
    for _, tied in want.groupby("score"):
        ranks = sorted(got[str(c)].rank or 0 for c in tied.index)
        assert ranks == sorted(int(r) for r in tied["rank"])
