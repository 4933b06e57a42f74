"""Cross-checking: what the sources of one run say against each other.

Every finding is a question for people, with the measured value and the threshold it passed; nothing
here changes links, areas or grades. Thresholds come from the locality; the defaults of CONTRACT §6
stand in each rule. A finding carries an id and a digest of its facts, the rows it rests on, the
story it belongs to, and whether a person has closed it.
"""

from __future__ import annotations

from typing import Final

import pandas as pd

from geomujun.crosscheck import areas, grades, identities, leases, shapes
from geomujun.crosscheck.closing import states
from geomujun.crosscheck.registry import COLUMNS, RULES
from geomujun.crosscheck.rests import rested
from geomujun.crosscheck.sides import sides
from geomujun.crosscheck.stories import told
from geomujun.domain.case import DTYPES
from geomujun.domain.catalogue import TABLES
from geomujun.ledger.facts import Facts
from geomujun.ledger.sight import Sight

MODULES: Final = (areas, grades, identities, leases, shapes)  # importing them fills RULES
_KEY: Final = list(TABLES["cross_check"].key)


def check(facts: Facts, sight: Sight | None = None) -> pd.DataFrame:
    """All findings of a run.

    Args:
        facts: Of the run; ``closings`` say which findings people have closed.
        sight: What has been derived from ``facts`` already, to derive it once.

    Returns:
        Columns of ``cross_check``, sorted by its key, one row per key.
    """
    sight = sight or Sight(facts)
    table = _said(sight)
    found = sides(table, sight)
    parts = [table, rested(table, found, sight), told(table, found, sight)]
    whole = pd.concat(parts, axis=1)
    whole = pd.concat([whole, states(whole, facts.closings)], axis=1)
    return whole.astype(_empty().dtypes.to_dict())[TABLES["cross_check"].columns]


def _said(sight: Sight) -> pd.DataFrame:
    """What the rules say, one row per key."""
    parts = [_empty()]
    for rule_id in sorted(RULES):
        found = RULES[rule_id](sight)
        if len(found):
            parts.append(found.assign(rule=rule_id))
    table = pd.concat(parts, ignore_index=True)[list(COLUMNS)]
    table = table.astype(_empty().dtypes[list(COLUMNS)].to_dict())
    # Tuples sort ten times faster than Arrow columns.
    keys = list(zip(*(table[name].tolist() for name in (*_KEY, "message")), strict=True))
    order = sorted(range(len(keys)), key=keys.__getitem__)
    fresh = [at for k, at in enumerate(order) if not k or keys[at][:-1] != keys[order[k - 1]][:-1]]
    return table.take(fresh).reset_index(drop=True)


def _empty() -> pd.DataFrame:
    fields = TABLES["cross_check"].by_name
    return pd.DataFrame({name: pd.Series(dtype=DTYPES[f.kind]) for name, f in fields.items()})
