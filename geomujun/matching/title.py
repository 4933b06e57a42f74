"""OWN: right holders against enterprises, by code, name, former name, and what the place adds."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from geomujun.lang import t
from geomujun.matching.evidence import Item, probability
from geomujun.matching.names import match_names, parse_queries
from geomujun.matching.register import Register
from geomujun.matching.sites import Places, evidence_columns
from geomujun.matching.weights import CODE, PLACE, RIVAL_BITS
from geomujun.text.identifiers import org_code, org_code_valid, uscc_valid

KEEP_BITS: Final = -6.0  # candidates weaker than this by name and code are not looked at further
LEVELS: Final = {
    "exact": ("全名一致", "full name equal"),
    "same": ("字号一致", "trade name equal"),
    "sound": ("字号同音一字之差", "trade name differs in one like-sounding character"),
    "look": ("字号形近一字之差", "trade name differs in one look-alike character"),
    "edit": ("字号漏字、多字或颠倒", "a character missing, added or swapped"),
    "core_typo": ("行业用词一字之差", "one character of the trade differs"),
    "short": ("简称", "short form"),
    "sibling": ("字号一字之差且音形不近", "one unlike character: probably a sibling firm"),
    "different": ("字号不同", "trade name differs"),
}


def own_candidates(
    holders: pd.DataFrame, parcels: pd.DataFrame, register: Register, places: Places
) -> pd.DataFrame:
    """Scored holder × enterprise pairs.

    Args:
        holders: From `holders.explode`.
        parcels: The parcel table (dates of the right).
        register: Names of the enterprises.
        places: Land, sites of the enterprises and doors.

    Returns:
        One row per parcel, holder (``seq``) and candidate enterprise: ``parcel_code seq holder
        holder_id share n_holders uscc firm land``, the bits ``b_*``, ``weight``, ``probability``,
        ``rank`` within the holder (1 = best), ``rival_uscc``, ``rival_weight``, ``close`` (a rival
        within `RIVAL_BITS`). Sorted by parcel, seq, rank.
    """
    wanted = holders[holders["kind"] != "person"].reset_index(drop=True)
    pairs = _pairs(wanted, register)
    firms = register.firms
    position = pd.Series(np.arange(len(firms)), index=firms["uscc"])
    pairs["firm"] = pairs["uscc"].map(position).to_numpy(dtype=np.int64)
    pairs["land"] = pairs["parcel_code"].map(places.land.position).to_numpy(dtype=np.int64)
    pairs["b_code"] = _code_bits(pairs)
    pairs["b_date"] = _date_bits(pairs, parcels, firms)
    prior = -np.log2(max(len(firms), 2))
    named = pairs[["b_name", "b_trade", "b_place", "b_legal", "b_code", "b_date"]].sum(axis=1)
    pairs = pairs[(named + prior > KEEP_BITS).to_numpy()].reset_index(drop=True)
    pairs = evidence_columns(pairs, places.sites, places.land, places.doors)
    bits = [c for c in pairs.columns if c.startswith("b_")]
    pairs["weight"] = prior + pairs[bits].sum(axis=1)
    return _ranked(pairs)


def _pairs(wanted: pd.DataFrame, register: Register) -> pd.DataFrame:
    """Holder × enterprise pairs found by name or by code, with the name's bits."""
    queries = parse_queries(wanted["name"], register.lexicon)
    named = match_names(queries, register).rename(columns={"query": "name"})
    columns = ["parcel_code", "seq", "name", "holder_id", "kind", "share", "n_holders"]
    by_name = wanted[columns].merge(named, on="name")
    public = by_name["kind"].isin(["public", "collective", "none"])
    by_name = by_name[~public | (by_name["level"] == "exact")]
    by_code = _by_code(wanted[columns], register.firms)
    keys = ["parcel_code", "seq", "uscc"]
    found = by_name.set_index(keys).index
    extra = by_code[~by_code.set_index(keys).index.isin(found)].assign(
        level="different", former=False, until=pd.NaT, name_row=-1,
        b_name=-6.0, b_trade=0.0, b_place=0.0, b_legal=0.0,
    )  # fmt: skip
    extra["until"] = extra["until"].astype("datetime64[s]")
    frames = [f for f in (by_name, extra) if len(f)]
    both = pd.concat(frames, ignore_index=True) if frames else by_name
    return both.drop(columns="bits").reset_index(drop=True)


def _by_code(wanted: pd.DataFrame, firms: pd.DataFrame) -> pd.DataFrame:
    """Pairs whose holder code is the enterprise's 信用代码 or the 9 characters inside it."""
    whole = wanted.merge(firms[["uscc"]], left_on="holder_id", right_on="uscc")
    inner = pd.DataFrame({"uscc": firms["uscc"], "org": org_code(firms["uscc"])})
    inner = inner[(inner["org"] != "") & ~inner["org"].duplicated(keep=False)]
    mine = wanted.assign(org=org_code(wanted["holder_id"]))
    part = mine[mine["holder_id"].str.len() == 9].merge(inner, on="org").drop(columns="org")
    both = pd.concat([whole, part], ignore_index=True)
    return both.drop_duplicates(["parcel_code", "seq", "uscc"])


def _code_bits(pairs: pd.DataFrame) -> np.ndarray:
    mine, theirs = pairs["holder_id"], pairs["uscc"]
    full = uscc_valid(mine)
    short = (mine.str.len() == 9).to_numpy() & org_code_valid(mine)
    same_org = (org_code(mine) == org_code(theirs)).to_numpy() & (mine != "").to_numpy()
    return np.select(
        [(mine == theirs).to_numpy(), (full | short) & same_org, full, short],
        [CODE["uscc_same"], CODE["org_same"], CODE["uscc_other"], CODE["org_other"]],
        0.0,
    )


def _date_bits(pairs: pd.DataFrame, parcels: pd.DataFrame, firms: pd.DataFrame) -> np.ndarray:
    """A former name that had ended before the right began; a firm dissolved before it."""
    began = pairs["parcel_code"].map(parcels.set_index("parcel_code")["right_start_on"])
    gone = firms["cancelled_on"].to_numpy()[pairs["firm"]]
    after = (pairs["former"] & (pairs["until"] < began)).to_numpy(dtype=bool)
    dissolved = (pd.Series(gone, index=pairs.index) < began).to_numpy(dtype=bool)
    return np.where(after, PLACE["former_after"], 0.0) + np.where(
        dissolved, PLACE["former_after"], 0.0
    )


def _ranked(pairs: pd.DataFrame) -> pd.DataFrame:
    pairs = pairs.sort_values(
        ["parcel_code", "seq", "weight", "uscc"], ascending=[True, True, False, True],
        ignore_index=True,
    )  # fmt: skip
    groups = pairs.groupby(["parcel_code", "seq"], sort=False)
    pairs["rank"] = groups.cumcount() + 1
    best, second = groups["weight"].transform("max"), groups["weight"].shift(-1)
    runner_up = groups["uscc"].shift(-1)
    first = pairs["rank"] == 1
    winner = groups["uscc"].transform("first")
    pairs["rival_uscc"] = np.where(first, runner_up.fillna(""), winner)
    pairs["rival_weight"] = np.where(first, second, best)
    gap = np.where(first, pairs["weight"] - pairs["rival_weight"], best - pairs["weight"])
    pairs["close"] = np.nan_to_num(gap, nan=np.inf) < RIVAL_BITS
    pairs["probability"] = probability(pairs["weight"].to_numpy(dtype=np.float64))
    pairs["rival_probability"] = np.where(
        pairs["rival_uscc"] != "",
        probability(np.nan_to_num(pairs["rival_weight"].to_numpy(dtype=np.float64), nan=-60.0)),
        np.nan,
    )
    return pairs


def name_items(row: dict[str, object]) -> list[Item]:
    """Plain sentences for the name and code of one pair.

    ``row``: a row of `own_candidates` with ``written`` (the register's name that was compared).
    """
    level, former = str(row["level"]), bool(row["former"])
    mine, theirs = str(row["name"]), str(row["written"])
    zh, en = LEVELS[level]
    if former:
        zh, en = f"曾用名{zh}", f"former name: {en}"
    items = [
        Item(
            "former_name" if former else "name", float(str(row["b_name"])), mine, theirs, t(zh, en)
        )
    ]
    for key, zh_yes, zh_no, en_word in (
        ("trade", "行业用词相符", "行业用词不符", "trade words"),
        ("place", "区划相符", "区划不符", "place in the name"),
        ("legal", "组织形式相符", "组织形式不符", "legal form"),
    ):
        bits = float(str(row[f"b_{key}"]))
        if bits:
            word = t(zh_yes, en_word + " agree") if bits > 0 else t(zh_no, en_word + " differ")
            items.append(Item(key, bits, mine, theirs, word))
    bits = float(str(row["b_code"]))
    if bits:
        line = (
            t("权利人证件号=统一社会信用代码", "the holder's id is the enterprise's code")
            if bits > 0
            else t("权利人证件号是另一有效代码", "the holder's id is another valid code")
        )
        items.append(Item("code", bits, str(row["holder_id"]), str(row["uscc"]), line))
    if float(str(row["b_date"])):
        line = t(
            "名称或主体在取得土地前已终止", "the name or firm had ended before the right began"
        )
        items.append(Item("date", float(str(row["b_date"])), str(row["until"]), "", line))
    return items
