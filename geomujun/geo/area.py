"""Area on the CGCS2000 ellipsoid.

Neither degrees nor a projected plane gives the legal area of land: a Gauss–Krüger plane is up to
0.06 % too big at a zone's edge, Web Mercator a third too big at 30°. An equal-area projection of
the ellipsoid keeps area exactly; what remains is that a polygon's edges are straight there, which
for an edge of 1 km is below 10⁻⁷ of the area.

Source: Snyder (1987), Map Projections, USGS PP 1395, pp. 81–85 (cylindrical equal-area, ellipsoid);
ellipsoid a = 6378137 m, 1/f = 298.257222101 (GB 22021-2008).
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Transformer

CGCS2000_ELLIPSOID: Final = "+a=6378137 +rf=298.257222101"
# Standard parallel 35° keeps shapes of China nearly unstretched; area does not depend on it.
_EQUAL_AREA: Final = f"+proj=cea +lat_ts=35 +lon_0=105 {CGCS2000_ELLIPSOID} +units=m +type=crs"


@cache
def _to_equal_area() -> Transformer:
    return Transformer.from_crs("EPSG:4490", _EQUAL_AREA, always_xy=True)


def ellipsoid_area_m2(geometry: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Area of each geometry on the ellipsoid.

    Args:
        geometry: Shapely objects in EPSG:4490, lon/lat degrees; None allowed.

    Returns:
        Square metres ≥ 0, as many as given; NaN for None, 0 for lines and points.
    """
    geometry = np.asarray(geometry, dtype=object)
    project = _to_equal_area().transform

    def forward(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.column_stack(project(xy[:, 0], xy[:, 1]))

    area: npt.NDArray[np.float64] = shapely.area(shapely.transform(geometry, forward))
    return area
