"""“标准地” commitments as operands of 达产履约率 (`indicators.commitment_attainment`).

The supply contracts completed long enough ago are set against what stands on their parcel and what
its present users yield (`ledger.commitments`); whoever signed, the present users answer for it.
Only where a scheme names the indicator; else both operands are missing.

Source: 浙亩均办〔2022〕2号 二(三)13 (承诺随宗地转移, 达产复核可纳入评价). How 达产 is scored no
document read says; a scheme that does cites its own.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from geomujun.domain.case import Case
from geomujun.domain.keys import among, of
from geomujun.domain.words import M2_PER_MU
from geomujun.evaluation.figures import PLEDGED
from geomujun.evaluation.parcels import users_of, weighed
from geomujun.evaluation.parks import floor_of
from geomujun.evaluation.tables import BookLike
from geomujun.ledger.commitments import attainment, due, pledged
from geomujun.policy.model import Scheme

INDICATOR: Final = "commitment_attainment"


def with_pledges(figures: pd.DataFrame, case: Case, book: BookLike, scheme: Scheme) -> pd.DataFrame:
    """The figures of the year with `PLEDGED`, NaN for firms without a commitment that is due.

    Args:
        figures: Index uscc, from `figures.pick`.
        case: ``supply`` with parcels resolved, ``buildings``.
        book: Who uses which parcel.
        scheme: Of the year; ``attainment_months`` None: due from the day of completion.
    """
    made = figures.assign(**dict.fromkeys(PLEDGED, np.nan))
    if INDICATOR not in scheme.indicator_ids():
        return made
    day = pd.Timestamp(scheme.year, 12, 31)
    supply = case.supply[due(case.supply, day, scheme.attainment_months or 0.0).to_numpy()]
    area = book.parcels.drop_duplicates("parcel_code").set_index("parcel_code")["area_m2"]
    supply = supply[among(supply["parcel_resolved"], area.index)]
    if supply.empty:
        return made
    users = weighed(users_of(book))
    users = users[among(users["parcel_code"], supply["parcel_resolved"])]
    land = of(area, supply["parcel_resolved"]).set_axis(supply.index)
    tax = (of(figures["tax_wan_yuan"], users["uscc"]).to_numpy() * users["weight"]).groupby(
        users["parcel_code"]
    )
    total = tax.sum(min_count=1)
    told = attainment(
        supply,
        total / of(area, total.index).to_numpy() * M2_PER_MU,
        _built(case, supply["parcel_resolved"], area),
    )
    shares = told[["share"]].assign(parcel_code=supply["parcel_resolved"], area_m2=land)
    found = pledged(shares, users)
    for name in PLEDGED:
        made[name] = of(found[name], made.index).to_numpy()
    return made


def _built(case: Case, codes: pd.Series, area: pd.Series) -> pd.Series:
    """Built floor area ratio by parcel code; no buildings, no ratio."""
    floor = floor_of(case, codes)
    return pd.Series(floor.to_numpy() / of(area, floor.index).to_numpy(), index=floor.index)
