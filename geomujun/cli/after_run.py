"""The commands that take a finished run further: plan, leaders, monitor, measures, sheets."""

from __future__ import annotations

import typer

from geomujun.cli import leaders, measures, plan, sheets


def add(app: typer.Typer) -> None:
    """Give the tree these commands."""
    app.command("plan")(plan.plan)
    app.command("progress")(plan.progress)
    app.command("leaders")(leaders.leaders)
    app.command("monitor")(leaders.monitor)
    app.add_typer(measures.app)
    app.command("sheets")(sheets.sheets)
    app.add_typer(sheets.forms)
