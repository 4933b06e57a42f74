"""The demo county repeats byte for byte, keeps its balances, and holds what it says it holds."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from geomujun_demo import make, noise
from geomujun_demo.build import SIZES, build
from geomujun_demo.codes import uscc_check
from geomujun_demo.layers import polygons
from geomujun_demo.people import key
from geomujun_demo.scenarios import SCENARIOS
from geomujun_demo.truth import know
from geomujun_demo.world import NOBODY, World


def _digest(folder: Path) -> dict[str, str]:
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("town")
    make(folder)
    return folder


@pytest.fixture(scope="module")
def world() -> World:
    return build("town", "real", "a", 2024, 2024)


def _truth(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / "truth" / f"{name}.csv", dtype=str, keep_default_na=False)


@pytest.mark.parametrize(("profile", "noise_name"), [("real", "a"), ("hard", "b")])
def test_the_same_arguments_give_the_same_bytes_in_another_process(
    tmp_path: Path, profile: str, noise_name: str
) -> None:
    digests = []
    for k, hash_seed in enumerate(("0", "4711")):
        out = tmp_path / str(k)
        subprocess.run(
            [sys.executable, "-m", "geomujun_demo", str(out), "--profile", profile,
             "--noise", noise_name, "--seed", "7"],
            check=True, env=os.environ | {"PYTHONHASHSEED": hash_seed, "LC_ALL": "C"},
        )  # fmt: skip
        digests.append(_digest(out))
    assert digests[0] == digests[1]
    assert len(digests[0]) > 20


def test_another_seed_gives_another_county(town: Path, tmp_path: Path) -> None:
    make(tmp_path, seed=5)
    names = set(_truth(tmp_path, "enterprise_reconciliation").name)
    assert len(names & set(_truth(town, "enterprise_reconciliation").name)) < 20


def test_sizes_are_as_asked_for(town: Path) -> None:
    meta = json.loads((town / "truth" / "meta.json").read_text(encoding="utf-8"))
    assert abs(meta["parcels"] - SIZES["town"].plots) <= 12
    assert abs(meta["enterprises"] - SIZES["town"].enterprises) <= 40
    assert meta["schemes"] == ["zhejiang-2022", "huangyan-2022"]


def test_every_scenario_is_in_the_town(world: World) -> None:
    met = {p.scenario for p in world.plots}
    assert set(SCENARIOS) - met <= {"overlap"}  # needs an eastern neighbour, may fall back


def test_links_never_claim_more_than_the_parcel_and_the_rest_is_unallocated(town: Path) -> None:
    links, parcels = _truth(town, "links"), _truth(town, "parcel_reconciliation")
    given = links.assign(a=links.area_m2.astype(float)).groupby("parcel_code").a.sum()
    number = parcels.set_index("parcel_code")[["area_m2", "allocated_m2", "unallocated_m2"]]
    number = number.astype(float)
    got = given.reindex(number.index).fillna(0.0)
    assert (got <= number.area_m2 + 0.02).all()
    assert ((got - number.allocated_m2).abs() < 0.02).all()
    assert ((number.allocated_m2 + number.unallocated_m2 - number.area_m2).abs() < 0.02).all()


def test_every_parcel_and_enterprise_is_in_one_bucket(town: Path, world: World) -> None:
    parcels, firms = (
        _truth(town, "parcel_reconciliation"),
        _truth(town, "enterprise_reconciliation"),
    )
    assert parcels.parcel_code.is_unique
    assert firms.uscc.is_unique
    assert sorted(parcels.parcel_code) == sorted(p.code for p in world.plots)
    assert sorted(firms.uscc) == sorted(f.uscc for f in world.firms)


def test_ledger_components_are_their_lines(town: Path) -> None:
    lines, ledger = _truth(town, "ledger_lines"), _truth(town, "ledger").set_index("uscc")
    sums = lines.assign(a=lines.area_m2.astype(float)).groupby(["uscc", "component"]).a.sum()
    for uscc, row in ledger.iterrows():
        parts = {
            c: float(row[f"{c}_m2"])
            for c in ("registered", "leased_in", "other", "leased_out", "exempt")
        }
        for component, value in parts.items():
            assert sums.get((uscc, component), 0.0) == pytest.approx(value, abs=0.02)
        net = parts["registered"] + parts["leased_in"] + parts["other"]
        net -= parts["leased_out"] + parts["exempt"]
        assert net == pytest.approx(float(row.occupied_m2), abs=0.02)


def test_codes_are_right_and_belong_to_no_real_county(world: World) -> None:
    for firm in world.firms:
        assert uscc_check(firm.uscc[:17]) == firm.uscc[17]
        assert firm.uscc[2:8] in {"339921", "339922", "339931", "339802", "359902"}


def test_check_character_of_the_published_example() -> None:
    assert uscc_check("91350100M000100Y4") == "3"


def test_no_two_firms_share_a_name(world: World) -> None:
    names = [key(f.name.full) for f in world.firms]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", ["a", "b"])
def test_noise_never_writes_another_firms_name(tmp_path: Path, name: str) -> None:
    make(tmp_path, profile="hard", noise=name, seed=3)
    firms = _truth(tmp_path, "enterprise_reconciliation")
    owner = {key(n): u for u, n in zip(firms.uscc, firms.name, strict=True)}
    holders = _any_table(tmp_path / "case", "right_holders")
    true = _truth(tmp_path, "links")
    true = true[true.relation == "OWN"].groupby("parcel_code").uscc.agg(set).to_dict()
    codes = holders.ZDDM.str.replace(r"[^0-9A-Za-z]", "", regex=True).str.upper().str[:19]
    pairs = [(c, key(n)) for c, n in zip(codes, holders.QLRMC, strict=True)]
    hits = [(c, owner[n]) for c, n in pairs if n in owner]
    assert len(hits) > 20
    assert all(uscc in true.get(code, set()) for code, uscc in hits)


def _is_utf8(path: Path) -> bool:
    try:
        path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _any_table(folder: Path, stem: str) -> pd.DataFrame:
    path = next(folder.glob(f"{stem}.*"))
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    if path.suffix == ".csv":
        return pd.read_csv(path, dtype=str, encoding="utf-8-sig" if _is_utf8(path) else "gb18030")
    first = pd.read_excel(path, header=None, dtype=str)
    skip = 0 if "ZDDM" in set(first.iloc[0]) else 2
    return pd.read_excel(path, header=skip, dtype=str)


def test_the_two_noises_do_different_things() -> None:
    a, b = noise.load("a"), noise.load("b")
    assert not set(a.KINDS) & set(b.KINDS)


def test_parcels_share_edges_and_do_not_overlap_unless_meant(world: World) -> None:
    meant = {p.index for p in world.plots if p.overlaps != NOBODY or p.layer_twin != NOBODY}
    shapes = polygons([world.rings[p.index] for p in world.plots if p.index not in meant])
    assert shapely.is_valid(shapes).all()
    tree = shapely.STRtree(shapes)
    left, right = tree.query(shapes, predicate="intersects")
    pairs = left < right
    common = shapely.area(shapely.intersection(shapes[left[pairs]], shapes[right[pairs]]))
    assert pairs.sum() > 300  # neighbours touch
    assert common.max() < 1.0


def test_registered_area_is_near_the_drawn_one(world: World) -> None:
    for plot in world.plots:
        if plot.overlaps == NOBODY:
            drawn = float(shapely.area(shapely.polygons(world.rings[plot.index])))
            assert plot.area_m2 == pytest.approx(drawn, rel=0.008)


def test_only_expansions_stand_over_the_line(world: World) -> None:
    plots = polygons(world.rings)
    over = {
        world.plots[b.plot].scenario
        for b, ring in zip(world.buildings, world.building_rings, strict=True)
        if float(shapely.area(shapely.difference(shapely.polygons(ring), plots[b.plot]))) > 15
    }
    assert over == {"expansion"}


def test_shapefiles_come_in_gbk_without_cpg(tmp_path: Path) -> None:
    for seed in range(1, 30):
        make(tmp_path / str(seed), seed=seed)
        dbf = tmp_path / str(seed) / "case" / "parcels.dbf"
        if dbf.exists():
            break
    assert not dbf.with_suffix(".cpg").exists()
    rows = gpd.read_file(dbf.with_suffix(".shp"), encoding="gbk")
    assert rows.YT.str.contains("工业用地").any()
    assert "工业用地".encode("gbk") in dbf.read_bytes()


def test_groups_unsplit_parcels_and_flags_reach_the_evaluation() -> None:
    known = know(build("town", "real", "a", 2024, 2024))
    units = known.enterprise["zhejiang-2022"]
    assert {u.kind for u in units} == {"enterprise", "parcel", "group"}
    assert any(u.has("否决") and u.grade == "D" and u.rank is None for u in units)
    assert any(u.has("不评价") and u.score is None for u in units)
    assert any(u.has("过渡期") and u.score is not None and not u.grade for u in units)


@pytest.mark.parametrize("size", ["town", "county"])
def test_a_county_is_built_with_enough_common_and_rare_trade_names(size: str) -> None:
    firms = build(size, "real", "a", 1, 2024).firms
    counts = pd.Series([f.name.trade_name for f in firms]).value_counts()
    assert counts.iloc[0] >= 4
    assert (counts == 1).sum() > 0.25 * len(counts)


def test_no_stranger_is_a_registered_firm_written_another_way(world: World) -> None:
    cores = {f"{f.name.trade_name}{f.name.trade}" for f in world.firms if f.division == "339921"}
    for _, name, _ in world.strangers:
        text = key(name)
        for region in ("浙江省", "浙江", "墨川市", "墨川", "云岫县", "云岫"):
            text = text.replace(region, "")
        assert not any(text.startswith(core) and len(text) - len(core) < 3 for core in cores), name
