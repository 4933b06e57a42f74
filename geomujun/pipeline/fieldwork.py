"""Field checks of low-efficiency plots are recorded, checked as the log of `progress` is."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any, Final

from geomujun.errors import UsageError
from geomujun.lang import t
from geomujun.planning.progress import check_line
from geomujun.storage import audit, field_checks
from geomujun.storage.field_checks import FieldCheck
from geomujun.storage.target import Conn

_SLACK_MU: Final = 0.01  # areas are written with two decimals


def record_on(connection: Conn, said: FieldCheck, plot_mu: float, today: date) -> dict[str, Any]:
    """Add a check and its audit row; the check as it is kept.

    Args:
        plot_mu: The plot's registered area, which no land treated or released may exceed.

    Raises:
        UsageError: a state or amount that is none, a day to come, no word on why it is not so.
        ConflictError: somebody was first.
    """
    fault = check_line(asdict(said) | {"checked_on": said.checked_on.isoformat()})
    if fault:
        raise UsageError(f"{fault[0]}: {fault[2]}", hint=fault[1])
    if said.checked_on > today:
        raise UsageError(t("核查日期不能晚于今天", "a check cannot lie in the future"))
    if said.state == "refuted" and not said.note.strip():
        raise UsageError(t("不属实须写明理由", "say why it is not so"))
    if max(said.area_mu or 0.0, said.released_mu or 0.0) > plot_mu + _SLACK_MU:
        raise UsageError(
            t("面积超过宗地登记面积 {m} 亩", "more than the plot's {m} mu", m=round(plot_mu, 2))
        )
    row = field_checks.add(connection, said)
    details = {"id": row["id"], "state": said.state, "edition": said.edition,
               "replaces": said.replaces}  # fmt: skip
    audit.record(connection, said.reviewer, "field-check", f"plot/{said.parcel_code}", details)
    return row
