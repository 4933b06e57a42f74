"""The true world of the demo: what stands where, who holds it, who really uses it.

Plain records, filled by `build`; `case` writes them down badly, `truth` works out what is right.
Firms and plots refer to one another by their place in `World.firms` and `World.plots`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
NOBODY = -1


@dataclass(slots=True)
class Name:
    """A firm's name in parts, so that noise can hit a part."""

    region: str
    trade_name: str
    trade: str
    form: str
    bracket: bool = False  # 字号+trade（region）form

    @property
    def full(self) -> str:
        """The name as registered."""
        if self.bracket:
            return f"{self.trade_name}{self.trade}（{self.region}）{self.form}"
        return f"{self.region}{self.trade_name}{self.trade}{self.form}"


@dataclass(slots=True)
class Firm:
    """One row of the register; ``home`` is the plot it works on, or NOBODY."""

    index: int
    uscc: str
    name: Name
    industry: str
    division: str
    founded: date
    scenario: str = ""
    above: bool = False  # 规上
    status: str = "存续"
    cancelled: date | None = None
    former: list[tuple[str, date | None]] = field(default_factory=list)
    parent: int = NOBODY
    reported_m2: float | None = None
    declared_division: str = ""
    home: int = NOBODY
    registered_address: str = ""
    site_address: str = ""
    written_uscc: str = ""
    datum: str = ""
    point_as: str = ""  # datum the point really is in; differs from `datum` when wrong
    figures: bool = True
    idle: bool = False  # figures without tax and power

    @property
    def active(self) -> bool:
        """Whether it is in the register as alive."""
        return self.status == "存续"

    @property
    def industrial(self) -> bool:
        """GB/T 4754 B–D: divisions 06–46."""
        return 6 <= int(self.industry[:2]) <= 46


@dataclass(slots=True)
class Holder:
    """A right holder of a plot; ``firm`` is NOBODY for persons, bodies and firms not registered."""

    kind: str  # firm | person | public | village | stranger
    name: str
    firm: int = NOBODY
    share: float | None = None


@dataclass(slots=True)
class Plot:
    """A parcel, or a village patch without one (``in_layer`` False, ``code`` is its BSM)."""

    index: int
    code: str
    division: str
    town: str
    village: str
    roads: tuple[str, str, str, str]  # south, north, west, east
    side: tuple[str, str]  # which half of the block: (南|北, 东|西)
    number: int
    park: str
    industrial: bool
    area_m2: float
    in_layer: bool = True
    scenario: str = ""
    use: str = ""
    holders: list[Holder] = field(default_factory=list)
    right_start: date | None = None
    right_nature: str = ""
    right_kind: str = ""
    exempt_from: date | None = None  # JSQQ
    far: float | None = None  # registered RJL
    coverage: float | None = None  # registered JZMD, %
    built: str = "normal"  # normal | sparse | none | beyond | over_far | under_far
    layer_twin: int = NOBODY  # S/X right over the same ground as this plot
    overlaps: int = NOBODY  # drawn over this neighbour
    location: str = ""


@dataclass(slots=True)
class Lease:
    """A contract; what it truly says. ``write`` says how the table names the plot."""

    number: str
    plot: int
    lessor: int
    lessor_name: str
    lessee: int
    start: date
    end: date
    land_m2: float | None = None
    floor_m2: float | None = None
    floor: str = ""
    head: str = ""
    write: str = "code"  # code | variant | location
    titled: bool = True
    scenario: str = ""


@dataclass(slots=True)
class Use:
    """Real use without a lease in force: OCCUPY or GROUP_USE."""

    plot: int
    firm: int
    relation: str
    scenario: str


@dataclass(slots=True)
class Building:
    """A 自然幢; its ring is in `World.building_rings` at the same place."""

    plot: int
    number: int
    footprint_m2: float
    floor_m2: float
    floors: int
    height_m: float
    completed: date
    beyond_m2: float = 0.0


@dataclass(slots=True)
class World:
    """Everything; rings are (n, 2) arrays in EPSG:4528 metres, x easting with zone, y northing."""

    size: str
    profile: str
    noise: str
    seed: int
    year: int
    firms: list[Firm] = field(default_factory=list)
    plots: list[Plot] = field(default_factory=list)
    leases: list[Lease] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    registered_only: list[tuple[int, int]] = field(default_factory=list)  # plot, firm
    strangers: list[tuple[int, str, str]] = field(default_factory=list)  # plot, name, kind
    buildings: list[Building] = field(default_factory=list)
    rings: list[Floats] = field(default_factory=list)
    corners: list[Floats] = field(default_factory=list)  # (4, 2): sw, se, ne, nw
    building_rings: list[Floats] = field(default_factory=list)
    groups: list[tuple[str, int]] = field(default_factory=list)
    rooms: list[tuple[str, list[int]]] = field(default_factory=list)  # virtual addresses
    duplicates: list[tuple[int, str]] = field(default_factory=list)  # firm, name of its second row
    parks: list[tuple[str, str, str, Floats]] = field(
        default_factory=list
    )  # name, level, code, ring

    @property
    def day(self) -> date:
        """31 December of the year of the figures."""
        return date(self.year, 12, 31)
