"""OWN: right holders against enterprises, by code, name, former name, and what the place adds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from rapidfuzz import process
from rapidfuzz.distance import OSA

from geomujun.domain.keys import rows_among
from geomujun.lang import t
from geomujun.matching.compete import competing, total_bits
from geomujun.matching.evidence import Item
from geomujun.matching.holdings import held_level
from geomujun.matching.namelines import items_of_names
from geomujun.matching.names import match_names, parse_queries
from geomujun.matching.namesakes import namesakes
from geomujun.matching.register import Register
from geomujun.matching.sites import Places, place_levels
from geomujun.matching.weights import NAME_PARTS, Weights
from geomujun.text.identifiers import (
    USCC_LENGTH,
    org_code,
    org_code_valid,
    org_inside,
    uscc_valid,
)

Objects = npt.NDArray[np.object_]
HOME_SHARE: Final = 0.5  # of the bits of a production site's house number
NEAR_CODE: Final = 2  # characters in which a broken code may differ from the enterprise's
PARTS: Final = (
    "code", "date", "point", "door", "home", "village", "area", "lessor", "held",
)  # fmt: skip
BITS: Final = tuple(f"b_{part}" for part in (*NAME_PARTS, *PARTS))
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
    firm = pairs["firm"].to_numpy()
    codes = firms["uscc"].to_numpy(object)[firm], register.org[firm]
    pairs["l_code"] = code_level(pairs["holder_id"].to_numpy(object), *codes)
    pairs["l_date"] = _date_level(pairs, parcels, firms)
    prior = -np.log2(max(register.size, 2))
    bits = pairs["bits"] + weights.column("code", pairs["l_code"])
    pairs["l_lessor"] = _lessor_level(pairs, lets)
    bits += weights.column("lessor", pairs["l_lessor"])
    pairs = pairs[(bits + prior > weights.limits["keep"]).to_numpy()].reset_index(drop=True)
    told = (pairs["firm"].to_numpy(), pairs["land"].to_numpy())
    levels = place_levels(*told, places.sites, places.land, places.doors)
    return pd.DataFrame(pairs.assign(**levels, prior=prior))


def sure_of(pairs: pd.DataFrame, weights: Weights) -> pd.DataFrame:
    """The pairs of `unheld_levels` that are certain before other holdings speak."""
    first = ranked(pairs.assign(l_held="none"), weights)
    return first[(first["rank"] == 1) & (first["probability"] >= weights.limits["auto"])]


def ranked(pairs: pd.DataFrame, weights: Weights) -> pd.DataFrame:
    """Weights, and probabilities that compete: one holder is one enterprise or none of them."""
    pairs = pairs.assign(**bits_of_parts(pairs, weights))
    pairs["weight"] = pairs["prior"] + total_bits(pairs, BITS)
    keys = ["parcel_code", "seq"]
    pairs = pairs.sort_values(
        [*keys, "weight", "uscc"], ascending=[True, True, False, True], ignore_index=True
    )
    return competing(pairs, keys, weights.limits["null_own"])


def bits_of_parts(
    levels: pd.DataFrame | Mapping[str, npt.NDArray[Any]], weights: Weights
) -> dict[str, npt.NDArray[np.float64]]:
    """``b_*`` of `PARTS` from their levels ``l_*``, (n,) each."""
    bits = {
        f"b_{part}": weights.column("door" if part == "home" else part, levels[f"l_{part}"])
        for part in PARTS
    }
    # The two addresses of a firm are often one and the same; only the better one speaks.
    bits["b_home"] = np.where(bits["b_door"] > 0, 0.0, bits["b_home"] * HOME_SHARE)
    return bits


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
    by_code = _by_code(wanted.drop(columns="key"), register)
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


def _by_code(wanted: pd.DataFrame, register: Register) -> pd.DataFrame:
    """Pairs whose holder code is the enterprise's 信用代码 or the 9 characters inside it."""
    firms = register.firms
    whole = wanted.merge(firms[["uscc"]], left_on="holder_id", right_on="uscc")
    inner = pd.DataFrame({"uscc": firms["uscc"], "org": register.org})
    inner = inner[(inner["org"] != "") & ~inner["org"].duplicated(keep=False)]
    mine = wanted.assign(org=org_code(wanted["holder_id"]))
    part = mine[mine["holder_id"].str.len() == 9].merge(inner, on="org").drop(columns="org")
    both = pd.concat([whole, part], ignore_index=True)
    return both.drop_duplicates(["parcel_code", "seq", "uscc"])


def code_level(mine: Objects, theirs: Objects, inner: Objects) -> Objects:
    """What holders' codes say of enterprises: a level of the comparison ``code`` per pair.

    Args:
        mine: The holders' codes as `normalise_code` leaves them, (n,).
        theirs: The enterprises' 信用代码, (n,).
        inner: The 9 characters inside them (`org_code`), (n,).
    """
    row, codes = pd.factorize(mine)  # a code is looked at once, however many candidates it has
    full = uscc_valid(codes)[row]
    short = org_code_valid(codes)[row]
    org = np.array([org_inside(code) for code in codes], dtype=object)[row]
    same_org = np.asarray((org == inner) & (mine != ""), dtype=bool)
    equal = np.asarray(mine == theirs, dtype=bool)
    return np.select(
        [equal, (full | short) & same_org, full, short, _near(mine, theirs)],
        ["uscc_same", "org_same", "uscc_other", "org_other", "near"],
        "none",
    ).astype(object)


def _near(mine: Objects, theirs: Objects) -> npt.NDArray[np.bool_]:
    """Whether a broken 18-character code is the enterprise's but for `NEAR_CODE` characters."""
    size = np.fromiter(map(len, mine), dtype=np.int64, count=len(mine))
    near = np.abs(size - USCC_LENGTH) <= NEAR_CODE
    left, right = mine[near], theirs[near]
    edits = process.cpdist(left, right, scorer=OSA.distance, score_cutoff=NEAR_CODE)
    near[near] = edits <= NEAR_CODE
    return near


def _lessor_level(pairs: pd.DataFrame, lets: pd.DataFrame) -> np.ndarray:
    """``lets``: a lease of this parcel, no sublease, names the enterprise as its lessor."""
    lessor = rows_among(pairs[["parcel_code", "uscc"]], lets[["parcel_code", "uscc"]])
    return np.where(lessor, "lets", "none").astype(object)


def _date_level(pairs: pd.DataFrame, parcels: pd.DataFrame, firms: pd.DataFrame) -> Objects:
    dates = parcels.set_index("parcel_code")["right_start_on"].reindex(pairs["parcel_code"])
    gone = firms["cancelled_on"].to_numpy()[pairs["firm"]]
    return date_level(
        pairs["former"].to_numpy(bool), pairs["until"].to_numpy(), gone, dates.to_numpy()
    )


def date_level(
    former: npt.NDArray[np.bool_],
    until: npt.NDArray[np.datetime64],
    gone: npt.NDArray[np.datetime64],
    began: npt.NDArray[np.datetime64],
) -> Objects:
    """former_after: the former name had ended before the right began; dissolved: the firm had.

    Args:
        former: Whether the name compared is a former one, (n,).
        until: Its last day, NaT unknown, (n,).
        gone: The day the firm was dissolved, NaT if it was not, (n,).
        began: The day the right began, NaT unknown, (n,).
    """
    levels = np.select(
        [former & (until < began), gone < began], ["former_after", "dissolved"], "none"
    )
    return levels.astype(object)


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
