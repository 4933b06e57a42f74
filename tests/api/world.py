"""What tests of every route need of the town: real codes for paths, valid bodies, what is told."""

from __future__ import annotations

from typing import Any

from geomujun.storage.target import Target, connect

OWN, OTHER = "3306", "99"
# Written here, not read from the program: the roles of CONTRACT §7 as the admin guide tells them.
MAY = {
    "viewer": {"read", "feed"},
    "reviewer": {"read", "feed", "review"},
    "publisher": {"read", "feed", "review", "publish"},
    "auditor": {"read", "audit"},
    "admin": {"read", "feed", "keys"},
}
OPEN = {"/healthz", "/readyz", "/metrics", "/docs", "/docs/docs.css", "/docs/docs.js",
        "/v1/sign-in", "/v1/sign-in/oidc"}  # fmt: skip


def real(target: Target) -> dict[str, Any]:
    """A plot with a firm, a grade and a finding; a queued pair."""
    with connect(target, "app") as connection:
        row = connection.execute(
            "SELECT e.parcel_code, l.uscc FROM pub.parcel_evaluation AS e"
            " JOIN pub.links AS l USING (edition, parcel_code)"
            " JOIN pub.low_efficiency AS w USING (edition, parcel_code)"
            " JOIN pub.firms AS f ON f.edition = l.edition AND f.uscc = l.uscc"
            "  AND f.division_code ^@ %s JOIN pub.ledger AS g ON g.edition = l.edition"
            "  AND g.uscc = l.uscc WHERE l.edition = 1 ORDER BY 1, 2 LIMIT 1", (OWN,),
        ).fetchone()  # fmt: skip
        finding = connection.execute(
            "SELECT finding_id FROM pub.cross_check WHERE state = 'open' AND division_code ^@ %s"
            " ORDER BY 1 LIMIT 1", (OWN,),
        ).fetchone()  # fmt: skip
        low = connection.execute(
            "SELECT min(parcel_code) FROM pub.low_efficiency WHERE division_code ^@ %s", (OWN,)
        ).fetchone()
    assert row
    assert finding
    return {"token": "x" * 43, "parcel_code": row[0], "uscc": row[1], "finding_id": finding[0],
            "number": 1, "before": 1, "after": 1, "layer": "firms",
            "cluster": f"C{low[0]}" if low else ""}  # fmt: skip


def query(path: str, world: dict[str, Any], usual: str = "") -> str:
    """What a route must be asked with, and ``usual`` where it takes any list's query."""
    if path in PLAIN:
        return ""
    return {
        "/v1/summary": "?by=grade",
        "/v1/summary/cells": "?by=bucket&zoom=10",
        "/v1/dashboard/transition": "?before=1&after=1",
        "/v1/stories": "?limit=500",
        "/v1/review/items": f"?parcel_code={world['parcel_code']}&uscc={world['uscc']}",
    }.get(path, usual)


# Take no more than an edition.
PLAIN = {"/v1/dashboard", "/v1/freshness", "/v1/leaders", "/v1/simulations/rules",
         "/v1/scenarios", "/v1/plan", "/v1/field-checks",
         "/v1/field-checks/{parcel_code}"}  # fmt: skip
SAVED = {
    "name": "规下收紧",
    "edition": 1,
    "rules": {"shares": {"below_designated": [20, 50, 25, 5]}},
}


def body(path: str, world: dict[str, Any]) -> Any:
    """A body each writing route takes."""
    pair = {"parcel_code": world["parcel_code"], "uscc": world["uscc"]}
    return {
        "/v1/findings/{finding_id}/closings": {"state": "closed", "reason": "已核实"},
        "/v1/field-checks/{parcel_code}": {"state": "checked", "checked_on": "2025-03-01"},
        "/v1/review/claims": pair,
        "/v1/review/releases": pair,
        "/v1/review/decisions": pair | {"verdict": "same", "reason": "看过合同"},
        "/v1/review/judgements": {"items": [pair | {"verdict": "unsure"}], "reason": "待查"},
        "/v1/review/proposals/{number}/answer": {"agree": True},
        "/v1/review/proposals/{number}/withdrawal": None,
        "/v1/objections": {"uscc": world["uscc"], "reason": "少算", "deadline": "2025-07-31"},
        "/v1/objections/{number}/answer": {"version": 1, "state": "upheld", "answer": "属实"},
        "/v1/cases/{token}/load": {"valid_on": "2030-01-01"},
        "/v1/editions": {"year": 2024},
        "/v1/editions/{number}/states": {"state": "objection"},
        "/v1/simulations": {"rules": SAVED["rules"]},
        "/v1/scenarios": SAVED,
        "/v1/plan/choices": {"max_owners": 3},
        "/v1/plan/exports": {"clusters": [world["cluster"]]},
        "/v1/keys": {"subject": "x", "role": "viewer", "divisions": ["330603"], "days": 1},
        "/v1/grants": {"subject": "zhang.san", "role": "viewer", "divisions": ["330603"]},
        "/v1/grants/withdrawals": {"subject": "zhang.san"},
        "/v1/keys/{number}/rotate": {"days": 1},
    }[path]


# What speaks another protocol than lists of rows has tests of its own.
APART = ("/tiles", "/ogc", "/reconcile", "/v1/reconcile", "/v1/match", "/basemap")


def operations(spec: dict[str, Any]) -> list[tuple[str, str, set[str]]]:
    """Method, path and the right it asks for, of every route of rows."""
    found = []
    for path, methods in spec["paths"].items():
        if path.startswith(APART):
            continue
        for method, route in methods.items():
            rights = {r for s in route["security"] for r in s.get("bearer", ())}
            found.append((method.upper(), path, rights))
    return found
