"""Scored pairs turned into link rows, each with the evidence an official can read aloud."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomujun.domain.words import Band, Relation, Verdict
from geomujun.lang import t
from geomujun.matching.evidence import PRIOR, Item, as_json
from geomujun.matching.land import Land
from geomujun.matching.register import Register
from geomujun.matching.sites import place_items
from geomujun.matching.title import name_items

_ROWS_AT_ONCE: Final = 5_000
TITLE_TIERS: Final = ("code", "name", "former_name", "fuzzy")  # of links read from the register


def _blank(n: int) -> dict[str, object]:
    """Columns every link has, with the value of a link that says nothing of them."""
    return {
        "share": np.full(n, np.nan),
        "valid_from": pd.Series([pd.NaT] * n, dtype="datetime64[s]"),
        "valid_to": pd.Series([pd.NaT] * n, dtype="datetime64[s]"),
        "rival_uscc": "",
        "rival_probability": np.nan,
        "lease_id": "",
        "head_lease_id": "",
        "lessor_uscc": "",
        "claim_m2": np.nan,
        "claim_floor_m2": np.nan,
    }


def _frame(n: int, **columns: object) -> pd.DataFrame:
    """Link rows by position: the index of a column given as a Series says nothing here."""
    placed = {
        name: value.reset_index(drop=True) if isinstance(value, pd.Series) else value
        for name, value in (_blank(n) | columns).items()
    }
    return pd.DataFrame(placed, index=pd.RangeIndex(n))


def _records(frame: pd.DataFrame) -> Iterator[dict[Any, Any]]:
    """Rows as mappings; a few thousand at a time, since all of them outweigh the table by far."""
    names = list(frame.columns)
    for start in range(0, len(frame), _ROWS_AT_ONCE):
        part = frame.iloc[start : start + _ROWS_AT_ONCE]
        columns = [_plain(part[name]) for name in names]
        yield from (dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True))


def _plain(column: pd.Series) -> list[Any]:
    """Values as Python has them; texts leave Arrow all at once, not one by one."""
    if column.dtype.kind in "biuf":
        return list(column.to_numpy().tolist())
    return list(column.astype("object").to_numpy())


def own_rows(own: pd.DataFrame, register: Register, land: Land) -> pd.DataFrame:
    """OWN links from scored holder × enterprise pairs; one row per parcel and enterprise."""
    own = own.sort_values(
        ["parcel_code", "uscc", "weight", "seq"], ascending=[True, True, False, True]
    )
    shares = own.groupby(["parcel_code", "uscc"])["share"].transform("sum", min_count=1)
    own = own.assign(share=shares).drop_duplicates(["parcel_code", "uscc"]).reset_index(drop=True)
    written = register.names["written"].to_numpy()
    current = register.firms["name"].to_numpy()
    own["written"] = np.where(
        own["name_row"] >= 0, written[own["name_row"].to_numpy()], current[own["firm"].to_numpy()]
    )
    told = place_texts(own["firm"].to_numpy(), own["land"].to_numpy(), register.firms, land)
    rows = own.assign(**told)
    evidence = [as_json(own_items(r)) for r in _records(rows)]
    return _frame(
        len(own),
        parcel_code=own["parcel_code"],
        uscc=own["uscc"],
        relation=Relation.OWN.value,
        share=own["share"],
        probability=own["probability"],
        tier=_tier(own),
        evidence=evidence,
        rival_uscc=own["rival_uscc"],
        rival_probability=own["rival_probability"],
        weight_bits=own["weight"],
        claim_m2=np.nan,
    )


def own_items(row: Mapping[Any, Any]) -> list[Item]:
    """Evidence of one scored title; ``row``: with ``written`` and the columns of `place_texts`."""
    line = t("先验：名录企业之一", "prior: one enterprise of the register")
    return [*name_items(row), *place_items(row), Item(PRIOR, row["prior"], "", "", line)]


def _tier(own: pd.DataFrame) -> np.ndarray:
    exact = own["l_name"] == "exact"
    return np.select(
        [own["l_code"].isin(["uscc_same", "org_same"]), exact & ~own["former"], exact],
        TITLE_TIERS[:3],
        TITLE_TIERS[3],
    )


def place_texts(
    firm: npt.NDArray[np.int64], place: npt.NDArray[np.int64], firms: pd.DataFrame, land: Land
) -> dict[str, npt.NDArray[Any]]:
    """The texts that sentences about places quote, for rows of firms and of land, (n,) each."""
    lon, lat = firms["longitude"].to_numpy()[firm], firms["latitude"].to_numpy()[firm]
    point = [f"{x:.6f},{y:.6f}" if np.isfinite(x) else "" for x, y in zip(lon, lat, strict=True)]
    return {
        "point": np.array(point, dtype=object),
        "code": _taken(land.rows["code"], place),
        "site": _taken(firms["site_address"], firm),
        "home": _taken(firms["registered_address"], firm),
        "location": _taken(land.rows["location"], place),
        "reported": firms["reported_area_m2"].to_numpy(dtype=np.float64)[firm],
        "area_m2": land.rows["area_m2"].to_numpy()[place],
    }


def _taken(texts: pd.Series, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.object_]:
    """A few of a column, without making Python strings of all."""
    return np.asarray(texts.array.take(rows), dtype=object)


def lease_rows(live: pd.DataFrame) -> pd.DataFrame:
    """LEASE and SUBLEASE links, one per lease row in force."""
    sure = live[["parcel_p", "lessee_p"]].min(axis=1).to_numpy(dtype=np.float64)
    relation = np.where(live["title"] == "holder", Relation.LEASE.value, Relation.SUBLEASE.value)
    columns = [
        "contract_no",
        "lessor",
        "lessee",
        "lessee_key",
        "parcel_code",
        "parcel_resolved",
        "parcel_how",
        "title",
        "lessee_p",
        "parcel_p",
    ]
    evidence = [as_json(_lease_items(r)) for r in _records(live[columns])]
    return _frame(
        len(live),
        parcel_code=live["parcel_resolved"],
        uscc=live["lessee_key"],
        relation=relation,
        valid_from=live["start_on"],
        valid_to=live["end_on"],
        probability=sure,
        tier="lease",
        evidence=evidence,
        rival_uscc=live["rival_key"],
        rival_probability=live["rival_p"],
        weight_bits=np.log2(sure / (1.0 - sure)),
        lease_id=live["contract_no"],
        head_lease_id=live["head_contract_no"],
        lessor_uscc=live["lessor_key"],
        claim_m2=live["land_area_m2"],
        claim_floor_m2=live["floor_area_m2"],
    )


def _bits(p: float) -> float:
    return float(np.log2(p / (1 - p)))


def _lease_items(row: Mapping[Any, Any]) -> list[Item]:
    """Items whose weakest decides: a chain is as strong as its weakest link."""
    how = {
        "exact": t("合同写明宗地代码", "the lease names the parcel code"),
        "unit": t("合同写的是不动产单元号", "the lease names a unit of the parcel"),
        "variant": t("合同宗地代码写法不同，实为同一宗地", "the parcel code written differently"),
        "typo": t("合同宗地代码有形近字符错误", "the parcel code with look-alike characters"),
        "short": t(
            "合同宗地代码省略了前缀，仅一宗相符", "the parcel code without prefix; one fits"
        ),
        "head": t("按上级合同的宗地", "the parcel of the head lease"),
        "location": t("坐落与出租方宗地一致", "the location is that of the lessor's parcel"),
        "only": t("出租方仅有这一宗地", "the lessor's only parcel"),
    }[str(row["parcel_how"])]
    title = (
        t("出租方是权利人", "the lessor holds the parcel")
        if row["title"] == "holder"
        else t("出租方是承租人，属转租", "the lessor rents the parcel himself")
    )
    weakest = min(float(str(row["parcel_p"])), float(str(row["lessee_p"])))
    return [
        Item("lease", _bits(weakest), str(row["contract_no"]), str(row["lessor"]), title),
        Item("lease_parcel", 0.0, str(row["parcel_code"]), str(row["parcel_resolved"]), how),
        Item("lease_party", 0.0, str(row["lessee"]), str(row["lessee_key"]),
             t("承租方即该企业", "the tenant is this enterprise")),
    ]  # fmt: skip


def use_rows(use: pd.DataFrame, register: Register, land: Land) -> pd.DataFrame:
    """OCCUPY and GROUP_USE links."""
    if use.empty:
        texts = dict.fromkeys(("parcel_code", "uscc", "relation", "tier", "evidence"), "")
        return _frame(0, probability=0.0, weight_bits=0.0, **texts)
    told = place_texts(use["firm"].to_numpy(), use["land"].to_numpy(), register.firms, land)
    rows = use.assign(**told)
    dead = use["lease_id"] != ""
    return _frame(
        len(use),
        parcel_code=use["code"],
        uscc=use["uscc"],
        relation=use["relation"],
        probability=use["probability"],
        tier="use",
        evidence=[as_json(_use_items(r)) for r in _records(rows)],
        weight_bits=use["weight"],
        claim_m2=use["claim_m2"].where(dead),
        lease_id=use["lease_id"],
    )


def _use_items(row: Mapping[Any, Any]) -> list[Item]:
    items = [i for i in place_items(row) if i.name != "home"]
    items.append(use_prior(row["prior"]))
    said = {
        "expired": t("租约已到期仍在此生产", "the lease has ended, the firm still produces here"),
        "no_title": t("出租方无权属，实际在此生产", "the lessor has no title to the land"),
    }
    if row["b_lease"]:
        items.append(Item("dead_lease", row["b_lease"], row["lease_id"], "", said[row["l_lease"]]))
    for name, left, right, line in (
        (
            "family",
            "uscc",
            "holder",
            t("权利人是其母公司、子公司或同一母公司", "the holder is kin"),
        ),
        (
            "rest",
            "reported",
            "area_m2",
            t("与权利人上报面积之和等于登记面积", "with the holder's report it adds up"),
        ),
        ("taken", "holder", "code", _whose(row["l_taken"])),
        ("seat", "home", "code", t("没有生产经营地址", "no production site is given")),
    ):
        if row[f"b_{name}"]:
            items.append(Item(name, row[f"b_{name}"], str(row[left]), str(row[right]), line))
    return items


def use_prior(bits: float) -> Item:
    """What a site with some sign of land is worth before anything else speaks."""
    line = t("先验：有用地迹象的地点", "prior: a site with some sign of land")
    return Item(PRIOR, bits, "", "", line)


def _whose(level: str) -> str:
    said = {
        "kin": t("关联企业持有该地", "an affiliated enterprise holds the land"),
        "holder": t("该地另有在册权利人", "another enterprise of the register holds the land"),
        "firm": t("权利人像企业但不在名录中", "the holder reads like a firm, not in the register"),
        "gone": t("权利人已注销", "the holder is dissolved"),
        "person": t("权利人是个人", "a natural person holds the land"),
        "public": t("权利人是公共机构", "a public body holds the land"),
        "collective": t("权利人是集体", "a collective holds the land"),
        "patch": t("村集体工业图斑，没有宗地", "village industry without a parcel"),
    }
    return said.get(level, t("该地没有权利人登记", "no holder is registered"))


def address_rows(found: pd.DataFrame, firms: pd.DataFrame, land: Land) -> pd.DataFrame:
    """REGISTERED_ONLY links of ``uscc code firm land``, with the two addresses compared."""
    line = t("仅注册地址的门牌在该宗地", "only the registered house number is on the parcel")
    home = firms["registered_address"].to_numpy()[found["firm"]]
    location = land.rows["location"].to_numpy()[found["land"]]
    evidence = [
        as_json([Item("home", 6.0, str(left), str(right), line)])
        for left, right in zip(home, location, strict=True)
    ]
    return _frame(
        len(found),
        parcel_code=found["code"],
        uscc=found["uscc"],
        relation=Relation.REGISTERED_ONLY.value,
        probability=0.98,
        tier="address",
        evidence=evidence,
        weight_bits=6.0,
    )


def decided_rows(new: pd.DataFrame, untitled: pd.Series) -> pd.DataFrame:
    """Links that exist because a person said so.

    Where no relation is given: OWN if the parcel's firm-like holder is known to be nobody else
    (``untitled``: number of holders by code of such parcels), else OCCUPY.
    """
    line = t("人工认定", "decided by a person")
    holders = new["parcel_code"].map(untitled).astype("float64")
    guess = np.where(holders.notna(), Relation.OWN.value, Relation.OCCUPY.value)
    relation = new["relation"].where(new["relation"] != "", pd.Series(guess, index=new.index))
    alone = (relation == Relation.OWN) & (holders == 1)
    return _frame(
        len(new),
        parcel_code=new["parcel_code"].to_numpy(),
        uscc=new["uscc"].to_numpy(),
        relation=relation.to_numpy(),
        probability=1.0,
        tier="decision",
        evidence=[
            as_json([Item("decision", 0.0, u, p, line)])
            for u, p in zip(new["uscc"], new["parcel_code"], strict=True)
        ],
        weight_bits=0.0,
        share=np.where(alone, 1.0, np.nan),
        claim_m2=new["area_m2"].to_numpy(dtype=np.float64),
        band=Band.AUTO.value,
        decision=Verdict.SAME.value,
    )
