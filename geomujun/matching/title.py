"""OWN: right holders against enterprises, by code, name, former name, and what the place adds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from rapidfuzz import process
from rapidfuzz.distance import OSA

from geomujun.lang import t
from geomujun.matching.compete import competing, total_bits
from geomujun.matching.evidence import Item
from geomujun.matching.holdings import held_level
from geomujun.matching.namelines import items_of_names
from geomujun.matching.names import match_names, parse_queries
from geomujun.matching.namesakes import namesakes
from geomujun.matching.register import Register
from geomujun.matching.sites import Places, place_levels
from geomujun.matching.weights import Weights
from geomujun.text.identifiers import org_code, org_code_valid, uscc_valid

HOME_SHARE: Final = 0.5  # of the bits of a production site's house number
NEAR_CODE: Final = 2  # characters in which a broken code may differ from the enterprise's
PARTS: Final = (
    "code", "date", "point", "door", "home", "village", "area", "lessor", "held",
)  # fmt: skip
CODE_LINES: Final = {
    "uscc_same": ("权利人证件号=统一社会信用代码", "the holder's id is the enterprise's code"),
    "org_same": ("证件号与信用代码内的组织机构代码一致", "the 9-digit code inside is the same"),
    "near": ("证件号残缺，与信用代码仅差一二字符", "the id is broken, one or two characters off"),
    "uscc_other": ("权利人证件号是另一有效代码", "the holder's id is another valid code"),
    "org_other": ("证件号是另一组织机构代码", "the holder's id is another 9-digit code"),
}
HELD_LINES: Final = {
    "beside": ("该企业已有相邻宗地", "the enterprise holds the land beside it"),
    "zone": ("该企业在同一地籍子区另有宗地", "the enterprise holds land in the same zone"),
    "town": ("该企业在同一乡镇街道另有宗地", "the enterprise holds land in the same town"),
    "elsewhere": ("该企业的其他宗地在别处", "the other land of the enterprise is elsewhere"),
}


def own_candidates(
    holders: pd.DataFrame,
    parcels: pd.DataFrame,
    register: Register,
    places: Places,
    weights: Weights,
    lets: pd.DataFrame,
) -> pd.DataFrame:
    """Scored holder × enterprise pairs.

    Args:
        holders: From `holders.explode`.
        parcels: The parcel table (dates of the right).
        register: Names of the enterprises.
        places: Land, sites of the enterprises and doors.
        weights: Bits per level.
        lets: Enterprises that let a parcel by lease: ``parcel_code uscc`` (`parties.letting`).

    Returns:
        One row per parcel, holder (``seq``) and candidate enterprise: ``parcel_code seq name
        holder_id share n_holders uscc firm land``, levels ``l_*``, bits ``b_*``, ``weight``,
        ``probability``, ``rank`` within the holder (1 = best), ``rival_uscc`` and
        ``rival_probability``. Sorted by parcel, seq, rank.
    """
    pairs = own_levels(holders, parcels, register, places, weights, lets)
    return ranked(pairs, weights)


def own_levels(
    holders: pd.DataFrame,
    parcels: pd.DataFrame,
    register: Register,
    places: Places,
    weights: Weights,
    lets: pd.DataFrame,
) -> pd.DataFrame:
    """The pairs of `own_candidates` with their levels and name bits, before they are weighed.

    Pairs weaker by name and code than the limit ``keep`` are dropped; learning keeps them all.
    """
    pairs = unheld_levels(holders, parcels, register, places, weights, lets)
    return pairs.assign(l_held=held_level(pairs, sure_of(pairs, weights), places.land))


def unheld_levels(
    holders: pd.DataFrame,
    parcels: pd.DataFrame,
    register: Register,
    places: Places,
    weights: Weights,
    lets: pd.DataFrame,
) -> pd.DataFrame:
    """The pairs of `own_levels` without ``l_held``: each holder's depend on no other holder."""
    wanted = holders[holders["kind"] != "person"].reset_index(drop=True)
    pairs = _pairs(wanted, register, places, weights)
    firms = register.firms
    position = pd.Series(np.arange(len(firms)), index=firms["uscc"])
    pairs["firm"] = pairs["uscc"].map(position).to_numpy(dtype=np.int64)
    pairs["land"] = pairs["parcel_code"].map(places.land.position).to_numpy(dtype=np.int64)
    pairs["l_code"] = code_level(pairs)
    pairs["l_date"] = _date_level(pairs, parcels, firms)
    prior = -np.log2(max(register.size, 2))
    bits = pairs["bits"] + weights.column("code", pairs["l_code"])
    pairs["l_lessor"] = _lessor_level(pairs, lets)
    bits += weights.column("lessor", pairs["l_lessor"])
    pairs = pairs[(bits + prior > weights.limits["keep"]).to_numpy()].reset_index(drop=True)
    return place_levels(pairs, places.sites, places.land, places.doors).assign(prior=prior)


def sure_of(pairs: pd.DataFrame, weights: Weights) -> pd.DataFrame:
    """The pairs of `unheld_levels` that are certain before other holdings speak."""
    first = ranked(pairs.assign(l_held="none"), weights)
    return first[(first["rank"] == 1) & (first["probability"] >= weights.limits["auto"])]


def ranked(pairs: pd.DataFrame, weights: Weights) -> pd.DataFrame:
    """Weights, and probabilities that compete: one holder is one enterprise or none of them."""
    for part in PARTS:
        table = "door" if part == "home" else part
        pairs[f"b_{part}"] = weights.column(table, pairs[f"l_{part}"])
    # The two addresses of a firm are often one and the same; only the better one speaks.
    pairs["b_home"] = np.where(pairs["b_door"] > 0, 0.0, pairs["b_home"] * HOME_SHARE)
    columns = [c for c in pairs.columns if c.startswith("b_")]
    pairs["weight"] = pairs["prior"] + total_bits(pairs, columns)
    keys = ["parcel_code", "seq"]
    pairs = pairs.sort_values(
        [*keys, "weight", "uscc"], ascending=[True, True, False, True], ignore_index=True
    )
    return competing(pairs, keys, weights.limits["null_own"])


def _pairs(
    wanted: pd.DataFrame, register: Register, places: Places, weights: Weights
) -> pd.DataFrame:
    """Holder × enterprise pairs found by name or by code, with the name's bits."""
    queries = parse_queries(wanted["name"], register.lexicon)
    named = match_names(queries, register, weights).rename(columns={"query": "name"})
    columns = ["parcel_code", "seq", "name", "holder_id", "kind", "share", "n_holders"]
    wanted = wanted[columns].reset_index(names="key")
    by_name = wanted.merge(named, on="name")
    by_name = _with_namesakes(wanted, by_name, register, places, weights)
    public = by_name["kind"].isin(["public", "collective", "none"])
    by_name = by_name[~public | (by_name["l_name"] == "exact")]
    by_code = _by_code(wanted.drop(columns="key"), register.firms)
    keys = ["parcel_code", "seq", "uscc"]
    found = by_name.set_index(keys).index
    extra = by_code[~by_code.set_index(keys).index.isin(found)].assign(
        former=False, until=pd.Series(dtype="datetime64[s]"), name_row=-1, l_name="different",
        l_trade="none", l_place="none", l_legal="none", l_whole="none", rarity=0.0,
        trade_rarity=0.0,
    )  # fmt: skip
    extra = weights.name_bits(extra)
    frames = [f for f in (by_name, extra) if len(f)]
    both = pd.concat(frames, ignore_index=True) if frames else by_name
    return both.reset_index(drop=True)


def _with_namesakes(
    wanted: pd.DataFrame,
    by_name: pd.DataFrame,
    register: Register,
    places: Places,
    weights: Weights,
) -> pd.DataFrame:
    """``by_name`` and, for holders whose name is nobody's, the firms of their 字号 in the town."""
    settled = by_name.loc[by_name["l_name"] == "exact", "key"]
    asked = wanted[~wanted["key"].isin(settled)].rename(columns={"name": "query"})
    asked["land"] = asked["parcel_code"].map(places.land.position)
    more = wanted.merge(namesakes(asked, by_name, register, places, weights), on="key")
    both = pd.concat([by_name, more], ignore_index=True) if len(more) else by_name
    return both.drop(columns="key")


def _by_code(wanted: pd.DataFrame, firms: pd.DataFrame) -> pd.DataFrame:
    """Pairs whose holder code is the enterprise's 信用代码 or the 9 characters inside it."""
    whole = wanted.merge(firms[["uscc"]], left_on="holder_id", right_on="uscc")
    inner = pd.DataFrame({"uscc": firms["uscc"], "org": org_code(firms["uscc"])})
    inner = inner[(inner["org"] != "") & ~inner["org"].duplicated(keep=False)]
    mine = wanted.assign(org=org_code(wanted["holder_id"]))
    part = mine[mine["holder_id"].str.len() == 9].merge(inner, on="org").drop(columns="org")
    both = pd.concat([whole, part], ignore_index=True)
    return both.drop_duplicates(["parcel_code", "seq", "uscc"])


def code_level(pairs: pd.DataFrame) -> np.ndarray:
    """What ``holder_id`` says of ``uscc``: a level of the comparison ``code`` per pair."""
    mine, theirs = pairs["holder_id"], pairs["uscc"]
    full = uscc_valid(mine)
    short = (mine.str.len() == 9).to_numpy() & org_code_valid(mine)
    same_org = (org_code(mine) == org_code(theirs)).to_numpy() & (mine != "").to_numpy()
    return np.select(
        [(mine == theirs).to_numpy(), (full | short) & same_org, full, short, _near(mine, theirs)],
        ["uscc_same", "org_same", "uscc_other", "org_other", "near"],
        "none",
    ).astype(object)


def _near(mine: pd.Series, theirs: pd.Series) -> np.ndarray:
    """Whether a broken 18-character code is the enterprise's but for `NEAR_CODE` characters."""
    long = mine.str.len().between(18 - NEAR_CODE, 18 + NEAR_CODE).to_numpy()
    edits = process.cpdist(
        mine.to_numpy(object), theirs.to_numpy(object), scorer=OSA.distance, score_cutoff=NEAR_CODE
    )
    return np.asarray(long & (edits <= NEAR_CODE))


def _lessor_level(pairs: pd.DataFrame, lets: pd.DataFrame) -> np.ndarray:
    """``lets``: a lease of this parcel, no sublease, names the enterprise as its lessor."""
    known = pd.MultiIndex.from_frame(lets[["parcel_code", "uscc"]])
    lessor = pd.MultiIndex.from_frame(pairs[["parcel_code", "uscc"]]).isin(known)
    return np.where(lessor, "lets", "none").astype(object)


def _date_level(pairs: pd.DataFrame, parcels: pd.DataFrame, firms: pd.DataFrame) -> np.ndarray:
    """former_after: the former name had ended before the right began; dissolved: the firm had."""
    dates = parcels.set_index("parcel_code")["right_start_on"].reindex(pairs["parcel_code"])
    began = pd.Series(dates.to_numpy(), index=pairs.index)
    gone = pd.Series(firms["cancelled_on"].to_numpy()[pairs["firm"]], index=pairs.index)
    after = (pairs["former"] & (pairs["until"] < began)).to_numpy(dtype=bool)
    dissolved = (gone < began).to_numpy(dtype=bool)
    return np.select([after, dissolved], ["former_after", "dissolved"], "none").astype(object)


def name_items(row: Mapping[Any, Any]) -> list[Item]:
    """Plain sentences for the name and code of one pair.

    ``row``: a row of `own_candidates` with ``written`` (the register's name that was compared).
    """
    items = items_of_names(row)
    if row["b_code"]:
        zh, en = CODE_LINES[row["l_code"]]
        line = t(zh, en)
        items.append(Item("code", row["b_code"], row["holder_id"], row["uscc"], line))
    if row["b_date"]:
        line = t(
            "名称或主体在取得土地前已终止", "the name or firm had ended before the right began"
        )
        items.append(Item("date", row["b_date"], str(row["until"]), "", line))
    if row["b_lessor"]:
        line = t("租赁合同中该企业是本宗地的出租方", "a lease names the enterprise as its lessor")
        items.append(Item("lessor", row["b_lessor"], row["uscc"], row["parcel_code"], line))
    if row["b_held"]:
        zh, en = HELD_LINES[row["l_held"]]
        items.append(Item("held", row["b_held"], row["uscc"], row["parcel_code"], t(zh, en)))
    return items
