"""Cross-checking: what the sources of one run say against each other.

Every finding is a question for people, with the measured value and the threshold it passed; nothing
here changes links, areas or grades. Thresholds come from the locality; the defaults of CONTRACT §6
stand in each rule.
"""

from __future__ import annotations

from typing import Final

import pandas as pd

from geomujun.crosscheck import areas, grades, identities, leases, shapes
from geomujun.crosscheck.registry import COLUMNS, RULES
from geomujun.domain.case import DTYPES
from geomujun.domain.catalogue import TABLES
from geomujun.ledger.facts import Facts
from geomujun.ledger.sight import Sight

MODULES: Final = (areas, grades, identities, leases, shapes)  # importing them fills RULES
_KEY: Final = list(TABLES["cross_check"].key)


def check(facts: Facts) -> pd.DataFrame:
    """All findings of a run.

    Returns:
        Columns of ``cross_check``, sorted by its key, one row per key.
    """
    sight = Sight(facts)
    parts = [_empty()]
    for rule_id in sorted(RULES):
        found = RULES[rule_id](sight)
        if len(found):
            parts.append(found.assign(rule=rule_id))
    table = pd.concat(parts, ignore_index=True).astype(_empty().dtypes.to_dict())
    return table.sort_values([*_KEY, "message"], ignore_index=True).drop_duplicates(
        _KEY, ignore_index=True
    )


def _empty() -> pd.DataFrame:
    fields = TABLES["cross_check"].by_name
    return pd.DataFrame({name: pd.Series(dtype=DTYPES[fields[name].kind]) for name in COLUMNS})
