"""A street of seven plots, ten metres square, made by hand; see the drawing.

    road 12 m
P1 P2 |road| P3        P4   (P4 far away; P5 touches P1 from below; P6 beside P3; P7 not low)
P5
"""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import shapely

from geomujun.domain.words import M2_PER_MU
from geomujun.planning.plots import Ground

M = 1 / 111_320  # a metre of latitude in degrees, near the equator also of longitude
CODES = [f"33990100100{n}GB0000{n}" for n in range(1, 8)]
BOXES = {1: (0, 0), 2: (10, 0), 3: (32, 0), 4: (500, 0), 5: (0, -10), 6: (42, 0), 7: (20, -40)}


def layer() -> gpd.GeoDataFrame:
    shapes = [shapely.box(x * M, y * M, (x + 10) * M, (y + 10) * M) for x, y in BOXES.values()]
    return gpd.GeoDataFrame(
        {
            "parcel_code": CODES,
            "location": "溪岫镇涧松路",
            "holder": ["甲厂", "甲厂", "王**", "王**", "乙厂", "丙厂", "丙厂"],
            "bucket": ["matched"] * 5 + ["vacant", "matched"],
            "registered_m2": [M2_PER_MU * n for n in (1, 2, 3, 4, 5, 6, 7)],
        },
        geometry=shapes,
        crs="EPSG:4490",
    )


def ground(parks: bool = True) -> Ground:
    low = pd.DataFrame({"parcel_code": CODES[:6], "rule": ["LOW_TAX"] * 4 + ["IDLE_1", "COV"]})
    evaluated = pd.DataFrame(
        {
            "parcel_code": [CODES[0], CODES[1], CODES[2], CODES[6]],
            "cohort": "规下",
            "tax_per_mu": [1.0, 0.0, 2.0, 9.0],
            "value_added_per_mu": [10.0, 8.0, None, 20.0],
            "value_added_per_energy": [2.0, 4.0, None, 5.0],
        }
    )
    used = pd.DataFrame(
        [
            (CODES[0], "U1", "OWN"),
            (CODES[1], "U1", "OWN"),
            (CODES[1], "U2", "LEASE"),
            (CODES[2], "U3", "OWN"),
            (CODES[6], "U4", "OWN"),
        ],
        columns=["parcel_code", "uscc", "relation"],
    )
    firms = pd.DataFrame(
        {"grade": ["D", "D", "C", "A"], "size": ["规下", "规下", "规上", "规上"]},
        index=pd.Index(["U1", "U2", "U3", "U4"], name="uscc"),
    )
    west = shapely.box(-5 * M, -50 * M, 25 * M, 50 * M)
    boundary = gpd.GeoDataFrame({"name": ["园"]}, geometry=[west], crs="EPSG:4490")
    return Ground(
        plots=layer(),
        used=used,
        firms=firms,
        tables={"low_efficiency": low, "parcel_evaluation": evaluated},
        parks=boundary if parks else boundary.iloc[:0],
    )
