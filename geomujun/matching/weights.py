"""Weights of the comparisons, in bits, shipped as data.

How they were got: the levels follow Fellegi & Sunter (log2 of the odds that true pairs and chance
pairs show the level); first set by hand from the rates of matching-facts (real holders of 2017
notices), to be learned from the case without labels and sharpened by review decisions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

NAME: Final[Mapping[str, float]] = {
    "rarity_floor": 2.0,
    "rarity_cap": 16.0,
    "exact_bonus": 4.0,  # a full name is unique in its register's area (名称登记管理规定 art. 17)
    "exact_floor": 14.0,
    "discount_same": 0.0,
    "discount_sound": 3.0,
    "discount_look": 3.0,
    "discount_edit": 4.0,
    "discount_core_typo": 2.0,
    "discount_short": 5.0,
    "different": -12.0,
    "sibling": -8.0,
    "trade_same": 4.0,
    "trade_part": 1.5,
    "trade_near": -2.0,
    "trade_missing": -0.5,
    "trade_other": -7.0,
    "place_same": 3.0,
    "place_part": 1.5,
    "place_parent": -1.0,
    "place_missing": -1.0,
    "place_other": -8.0,
    "legal_same": 1.0,
    "legal_near": -1.0,
    "legal_other": -4.0,
}
CODE: Final[Mapping[str, float]] = {
    "uscc_same": 26.0,
    "org_same": 22.0,
    "uscc_other": -14.0,  # both valid and different: a typing error rarely passes the check digit
    "org_other": -8.0,
}
PLACE: Final[Mapping[str, float]] = {
    "point_inside": 6.0,
    "point_near": 3.0,
    "point_near_wide": 1.0,
    "door_same": 6.0,
    "village_same": 1.5,
    "village_other": -1.0,
    "area_equal": 9.0,  # reported to the centimetre
    "area_close": 4.0,  # within 0.5 %
    "area_off": -1.0,
    "former_after": -3.0,  # the name had ended before the right began
    "parent": 5.0,
    "rest": 5.5,  # the two reports add up to the parcel within 1 %
    "expired_lease": 6.0,
    "untitled_lease": 6.0,
}
AUTO: Final = 0.98  # probability from which a link stands without a person
REVIEW: Final = 0.25  # below this it is no link
RIVAL_BITS: Final = 4.0  # a rival this close sends both to review
