"""What a remediation plan reads of a finished run: a folder's, or an edition's."""

from __future__ import annotations

import pandas as pd

from geomujun.export.sheets_run import RunFolder
from geomujun.planning.plots import Ground, spread

TABLES = ("links", "low_efficiency", "parcel_evaluation")


def ground_of(run: RunFolder, figures: pd.DataFrame | None) -> Ground:
    """What planning reads; with the year's figures, tax and energy of plots from them too.

    Args:
        run: Finished.
        figures: Index uscc, ``tax_wan_yuan`` and ``energy_tce``; None when nobody has them.
    """
    used = run.counted()
    tax = energy = pd.Series(dtype="float64")
    if figures is not None:
        tax = spread(used, figures["tax_wan_yuan"])
        energy = spread(used, figures["energy_tce"])
    return Ground(
        plots=run.layer("parcels"),
        used=used[["parcel_code", "uscc", "relation"]],
        firms=run.firms(),
        tables=run.tables,
        parks=run.layer("parks"),
        tax_wan_yuan=tax,
        energy_tce=energy,
    )
