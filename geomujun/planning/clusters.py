"""Contiguous low-efficiency land (成片): plots that touch, or lie across a road from each other.

Two plots belong together when their edges are no farther apart than a road is wide. The width is a
setting of the locality. Distances are measured on an equal-area plane in metres.
"""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from geomujun.geo.overlay import Plane

TOUCHING_M: Final = 0.5  # drawing noise between edges that are meant to be one


def neighbours(layer: gpd.GeoDataFrame, width_m: float) -> pd.DataFrame:
    """Pairs of plots no farther apart than ``width_m``.

    Args:
        layer: Polygons in EPSG:4490 with ``parcel_code``, one row each.
        width_m: Metres ≥ 0.

    Returns:
        ``left right`` (row positions, left < right), ``metres`` (0 where edges are shared) and
        ``across_road``; sorted by left, right.
    """
    shapes = Plane(layer).flat(layer)
    reach = max(width_m, TOUCHING_M)
    tree = shapely.STRtree(shapes)
    i, j = tree.query(shapes, predicate="dwithin", distance=reach)
    once = i < j
    i, j = i[once], j[once]
    order = np.lexsort((j, i))
    i, j = i[order], j[order]
    metres = shapely.distance(shapes[i], shapes[j])
    return pd.DataFrame(
        {"left": i, "right": j, "metres": metres, "across_road": metres > TOUCHING_M}
    )


def cluster_ids(layer: gpd.GeoDataFrame, pairs: pd.DataFrame) -> npt.NDArray[np.object_]:
    """The cluster of each plot, named after its smallest parcel code: ``C`` + code.

    The name stays from run to run while that plot stays low-efficient; row order changes nothing.
    """
    n = len(layer)
    if not n:
        return np.empty(0, dtype=object)
    graph = coo_matrix((np.ones(len(pairs)), (pairs["left"], pairs["right"])), shape=(n, n))
    _, label = connected_components(graph, directed=False)
    codes = pd.Series(layer["parcel_code"].to_numpy(dtype=object))
    smallest = codes.groupby(label).transform("min")
    return np.asarray("C" + smallest.astype("str"), dtype=object)
