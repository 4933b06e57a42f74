"""Rows that speak of other divisions' land, told with file and row."""

from __future__ import annotations

from pathlib import Path

from geomujun.intake.reader import examine
from geomujun.pipeline.beyond import beyond

TOWN = Path(__file__).parents[2] / "cases" / "sample-town" / "case"


def test_land_of_other_divisions_is_named_by_row() -> None:
    intake = examine(TOWN)
    case = intake.case
    assert len(beyond(intake, ("",))) == 0
    assert len(beyond(intake, ("330602", "330603"))) == 0  # codes in full width letters, too
    away = beyond(intake, ("330602",))
    count = away["file"].value_counts()
    assert count["parcels.shp"] == len(case.parcels)
    assert count["patches.shp"] == len(case.patches)
    leases = case.leases["parcel_code"]
    whole = leases.str.normalize("NFKC").str.fullmatch(r"\d{6}\w{13}")
    # Codes written another way count too; one cut short in front names no county.
    assert whole.sum() < count["leases.xlsx"] < (leases != "").sum()
    first = away.iloc[0]
    assert (
        case.parcels.loc[case.parcels["row"] == first["row"], "parcel_code"].item()
        == first["value"]
    )
    assert len(beyond(intake, ())) == len(away)
