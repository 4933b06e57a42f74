"""One code per enterprise in every table, before anything is matched.

A broken 信用代码 is repaired only on evidence: another table gives a valid code to the same name
and no other enterprise has that code. Rows that share one code are reduced to one (CONTRACT §3):
the latest 注销日期 or 成立日期 wins, then the row whose name parcels or leases bear, then the
smaller normalised name; the rest are rejects.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from geomujun.domain.case import Case
from geomujun.domain.catalogue import TABLES
from geomujun.lang import t
from geomujun.matching.holders import named_ids
from geomujun.text.identifiers import looks_like_person_id, normalise_code, uscc_valid
from geomujun.text.normal import normalise

LEASED: Final = (("lessor", "lessor_uscc"), ("lessee", "lessee_uscc"))
KEYED: Final = ("indicators", "flags", "groups", "previous_grades")


@dataclass(frozen=True, slots=True)
class Identity:
    """A case whose codes are settled, and what was done about them."""

    case: Case
    rejects: pd.DataFrame  # stem, row, field, value, reason
    codes: pd.DataFrame  # written, uscc, state (ok | repaired | invalid), reason
    duplicates: pd.DataFrame  # uscc, row, name


def settle(case: Case) -> Identity:
    """Normalise, repair and de-duplicate the codes of all tables.

    ``enterprises`` gains ``uscc_written``; ``uscc`` and ``parent_uscc`` everywhere carry the
    settled code. An unrepairable code is kept as written (normalised), state ``invalid``.
    """
    firms = case.enterprises.assign(
        uscc_written=case.enterprises["uscc"], uscc=normalise_code(case.enterprises["uscc"])
    )
    others = _other_tables(case)
    firms, codes = _repair(firms, _named_codes(others), _valid_codes(case, others["uscc"]))
    firms, duplicates = _one_row_per_code(firms, frozenset(others["name"]) - {""})
    frames = _tables(case, firms, codes[codes["written"] != codes["uscc"]])
    rejects = pd.DataFrame(
        {
            "stem": "enterprises",
            "row": duplicates["row"],
            "field": TABLES["enterprises"].by_name["uscc"].standard,
            "value": duplicates["uscc"],
            "reason": t(
                "USCC_DUPLICATE 信用代码重复：同一代码只保留一行，请向市场监管部门核实",
                "USCC_DUPLICATE: one row per code is kept; ask the registry which firm it is",
            ),
        }
    )
    return Identity(case.with_tables(**frames), rejects, codes, duplicates)


def _renamed(codes: pd.Series, rename: pd.Series) -> pd.Series:
    """Normalised codes, the mended ones replaced."""
    clean = normalise_code(codes)
    return clean.map(rename).astype("str").fillna(clean)


def _tables(case: Case, firms: pd.DataFrame, mended: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Every table with a code column, its codes settled."""
    rename = pd.Series(mended["uscc"].to_numpy(), index=mended["written"].to_numpy(), dtype="str")
    frames = {"enterprises": firms.assign(parent_uscc=_renamed(firms["parent_uscc"], rename))}
    for stem in KEYED:
        frame: pd.DataFrame = getattr(case, stem)
        frames[stem] = frame.assign(uscc=_renamed(frame["uscc"], rename))
    listed, leases = case.right_holders, case.leases
    frames["right_holders"] = listed.assign(holder_id=_renamed(listed["holder_id"], rename))
    parties = {code: _renamed(leases[code], rename) for _, code in LEASED}
    frames["leases"] = leases.assign(**parties)
    return frames


def _other_tables(case: Case) -> pd.DataFrame:
    """``name uscc`` (normalised) of every holder and every party of a lease."""
    sides = [case.leases[[*side]].set_axis(["name", "uscc"], axis=1) for side in LEASED]
    both = pd.concat([named_ids(case), *sides], ignore_index=True)
    return pd.DataFrame({"name": normalise(both["name"]), "uscc": normalise_code(both["uscc"])})


def _named_codes(others: pd.DataFrame) -> pd.DataFrame:
    """Every (name, valid code) pair once, sorted."""
    code = others["uscc"]
    keep = uscc_valid(code) & ~looks_like_person_id(code) & (others["name"] != "")
    return others[keep].drop_duplicates().sort_values(["name", "uscc"], ignore_index=True)


def _valid_codes(case: Case, others: pd.Series) -> pd.Series:
    """Valid codes of the tables keyed by enterprise, of holders, leases and parents."""
    columns = [normalise_code(getattr(case, stem)["uscc"]) for stem in KEYED]
    columns += [others, normalise_code(case.enterprises["parent_uscc"])]
    codes = pd.concat(columns, ignore_index=True).drop_duplicates()
    return codes[uscc_valid(codes) & ~looks_like_person_id(codes)]


def _near(code: str, pool: list[str]) -> str:
    """The one code of the pool that holds this one or is one edit away; "" when not just one."""
    if len(code) < 9:
        return ""
    if len(code) < 18:
        fits = [c for c in pool if code in c]
        if len(fits) == 1:
            return fits[0]
    distances = process.cdist([code], pool, scorer=Levenshtein.distance, score_cutoff=1)[0]
    close = [c for c, d in zip(pool, distances, strict=True) if d <= 1]
    return close[0] if len(close) == 1 else ""


def _repair(
    firms: pd.DataFrame, named: pd.DataFrame, spare: pd.Series
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give broken codes the valid code that other tables put beside the same name.

    Letters outside the alphabet are read as what they look like when the code then checks. A code
    cut short or one character off is also taken from the valid codes of other tables that no
    enterprise bears (``spare``), when exactly one of them fits.
    """
    valid = uscc_valid(firms["uscc"])
    taken = set(firms.loc[valid, "uscc"])
    pool = sorted(set(spare) - taken)
    unique = named[~named["name"].duplicated(keep=False)]
    by_name = pd.Series(unique["uscc"].to_numpy(), index=unique["name"].to_numpy())
    found = normalise(firms["name"]).map(by_name).astype("str").fillna("")
    broken = firms.loc[~valid, "uscc"]
    self_made = pd.Series(
        {i: _lookalike(c) or _near(c, pool) for i, c in broken.items()}, dtype="str"
    )
    near = found.where(found != "", self_made.reindex(firms.index).fillna("").astype("str"))
    usable = ~valid & (near != "").to_numpy() & ~near.duplicated(keep=False).to_numpy()
    usable[usable] = [code not in taken for code in near[usable]]
    settled = firms["uscc"].where(~usable, near).astype("str")
    state = np.where(valid, "ok", np.where(usable, "repaired", "invalid"))
    reason = np.where(
        usable,
        t(
            "同名主体在其他表中有有效代码，或仅字母与数字形近",
            "another table, or look-alike characters",
        ),
        np.where(
            valid,
            "",
            t(
                "位数或校验位不符，无据可改",
                "length or check character wrong, nothing to mend it by",
            ),
        ),
    )
    codes = pd.DataFrame(
        {"written": firms["uscc"], "uscc": settled, "state": state, "reason": reason}
    ).drop_duplicates("written")
    return firms.assign(uscc=settled), codes.sort_values("written", ignore_index=True)


_LOOKALIKE: Final = str.maketrans("OIZSV", "0125U")


def _lookalike(code: str) -> str:
    """The code with its impossible letters read as what they look like, when it then checks."""
    if len(code) != 18:
        return ""
    read = code.translate(_LOOKALIKE)
    return read if read != code and bool(uscc_valid(pd.Series([read]))[0]) else ""


def _one_row_per_code(
    firms: pd.DataFrame, borne: frozenset[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One row per code, chosen so that the order of rows does not matter."""
    again = firms["uscc"].duplicated(keep=False) & (firms["uscc"] != "")
    rivals = firms[again]
    name = normalise(rivals["name"])
    # Rows alike in all that decides are told apart by everything else they say.
    rest = rivals.drop(columns="row").astype("str").fillna("").agg("\x1f".join, axis=1)
    order = rivals.assign(
        _last=rivals[["cancelled_on", "founded_on"]].max(axis=1),
        _borne=[n in borne for n in name],
        _name=name,
        _rest=rest if len(rivals) else "",
    ).sort_values(
        ["uscc", "_last", "_borne", "_name", "_rest", "row"],
        ascending=[True, False, False, True, True, True],
        na_position="last",
    )
    extra = order.index[order["uscc"].duplicated(keep="first")]
    duplicates = order.loc[extra, ["uscc", "row", "name"]].reset_index(drop=True)
    return firms.drop(index=extra).sort_values("uscc", ignore_index=True), duplicates
