"""Whom findings name: the parcels, enterprises and contracts on either side, a row each."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from geomujun.domain.keys import among
from geomujun.ledger.sight import Sight

CONTRACTS: Final = {"lease": "leases", "supply": "supply"}  # kind of subject -> its input table


class Sides(NamedTuple):
    """Frames with ``finding`` (row position of the findings) and ``id``, each pair once.

    ``contracts`` also has ``table`` and ``row``, the row position in that input table.
    """

    parcels: pd.DataFrame  # parcel codes, and the BSM of land without a parcel
    firms: pd.DataFrame  # uscc
    contracts: pd.DataFrame


def sides(table: pd.DataFrame, sight: Sight) -> Sides:
    """The two sides of each finding taken apart.

    Args:
        table: Findings, ``subject_kind``, ``subject_id`` and ``other_id``; a list is joined by |.
        sight: The run they were found in. A lease also names its tenant.
    """
    at = np.arange(len(table))
    kind = table["subject_kind"].to_numpy()
    subject = pd.DataFrame({"finding": at, "id": table["subject_id"].to_numpy()})
    other = _exploded(table["other_id"], at)
    case = sight.case
    codes = pd.concat([case.parcels["parcel_code"], case.patches["patch_code"]])
    land = [subject[np.isin(kind, ("parcel", "patch"))], other[among(other["id"], codes)]]
    firms = [subject[kind == "enterprise"], other[among(other["id"], case.enterprises["uscc"])]]
    contracts = _contracts(table, sight)
    tenants = contracts[contracts["table"] == "leases"]
    key = case.leases["lessee_key"].to_numpy()[tenants["row"]]
    firms.append(pd.DataFrame({"finding": tenants["finding"].to_numpy(), "id": key}))
    return Sides(_distinct(land), _distinct(firms), contracts)


def _exploded(other: pd.Series, at: np.ndarray) -> pd.DataFrame:
    """A row per id of each list; most are no list."""
    many = other.str.contains("|", regex=False).to_numpy(dtype=bool)
    lists = other[many].str.split("|")
    long = np.repeat(at[many], np.array([len(ids) for ids in lists], dtype=np.int64))
    single = pd.DataFrame({"finding": at[~many], "id": other.to_numpy()[~many]})
    several = pd.DataFrame({"finding": long, "id": lists.explode().to_numpy()})
    return pd.concat([single, several], ignore_index=True)


def _distinct(parts: list[pd.DataFrame]) -> pd.DataFrame:
    rows = pd.concat(parts, ignore_index=True).astype({"id": "str"})
    return rows[rows["id"] != ""].drop_duplicates(ignore_index=True)


def _contracts(table: pd.DataFrame, sight: Sight) -> pd.DataFrame:
    """The contract rows findings are about: one number, on the parcel beside it."""
    parts = [pd.DataFrame({"finding": [], "id": [], "table": [], "row": []})]
    for kind, stem in CONTRACTS.items():
        at = np.flatnonzero(table["subject_kind"].to_numpy() == kind)
        asked = pd.DataFrame(
            {
                "finding": at,
                "id": table["subject_id"].to_numpy()[at],
                "parcel": table["other_id"].to_numpy()[at],
            }
        )
        rows = getattr(sight.case, stem)
        have = pd.DataFrame(
            {
                "id": contract_ids(rows).to_numpy(),
                "parcel": rows["parcel_resolved"].to_numpy(),
                "row": np.arange(len(rows)),
            }
        )
        parts.append(asked.merge(have, on=["id", "parcel"]).assign(table=stem))
    rows = pd.concat(parts, ignore_index=True)[["finding", "id", "table", "row"]]
    rows = rows.astype({"finding": "int64", "row": "int64", "id": "str", "table": "str"})
    return rows.sort_values(["finding", "row"], kind="stable", ignore_index=True)


def contract_ids(rows: pd.DataFrame) -> pd.Series:
    """合同编号 of contracts; where a row has none, the number of the row: ``#17``."""
    number = rows["contract_no"]
    return number.where(number != "", "#" + rows["row"].astype("str"))
