"""`geomujun keys`: keys of the API, and grants of people who come by OIDC."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from geomujun.cli import store
from geomujun.cli.options import Json
from geomujun.cli.run_folder import told
from geomujun.lang import t
from geomujun.pipeline import access
from geomujun.storage import keys as stored
from geomujun.storage.target import connect

app = typer.Typer(no_args_is_help=True, help="接口密钥 · keys of the API")
Subject = Annotated[str, typer.Argument(help="给谁 · for whom", metavar="WHO")]
Role = Annotated[str, typer.Option("--role", help="viewer|reviewer|publisher|auditor|admin")]
Divisions = Annotated[
    list[str] | None,
    typer.Option("--division", help="行政区划前缀，可多次 · prefix, repeatable", metavar="CODE"),
]
Everywhere = Annotated[bool, typer.Option("--everywhere", help="全部辖区 · all divisions")]


def _divisions(named: list[str] | None, everywhere: bool) -> list[str]:
    return [""] if everywhere else [d for d in named or [] if d]


@app.command("create")
def create(  # noqa: PLR0913, PLR0917 - one argument per option; typer passes names
    subject: Subject,
    role: Role = "viewer",
    division: Divisions = None,
    everywhere: Everywhere = False,
    scope: Annotated[
        list[str] | None, typer.Option("--scope", help="只给这些权限 · only these rights")
    ] = None,
    days: Annotated[int, typer.Option("--days", help="有效天数 · days it lives")] = 90,
    as_json: Json = False,
) -> None:
    """发放密钥，只显示这一次 · make a key, shown this once."""
    asked = access.KeyFor(subject, role, _divisions(division, everywhere), scope or [], days)
    with connect(store.ready(), "app") as connection, connection.transaction():
        made = access.issue_on(connection, asked, store.actor())
    told({"key": made.key, "row": _plain(made.row)}, [made.key], as_json)


@app.command("list")
def listing(as_json: Json = False) -> None:
    """密钥列表，不含密钥本身 · keys, never the keys themselves."""
    with connect(store.ready(), "app") as connection:
        rows = stored.listing(connection)
    told({"keys": [_plain(r) for r in rows]}, [_line(r) for r in rows], as_json)


@app.command("revoke")
def revoke(
    number: Annotated[int, typer.Argument(min=1, help="密钥编号 · number", metavar="N")],
    as_json: Json = False,
) -> None:
    """作废密钥 · take a key out of force."""
    with connect(store.ready(), "app") as connection, connection.transaction():
        access.revoke_on(connection, number, store.actor())
    told({"revoked": number}, [t("已作废 {n}", "{n} is out of force", n=number)], as_json)


@app.command("rotate")
def rotate(
    number: Annotated[int, typer.Argument(min=1, help="密钥编号 · number", metavar="N")],
    days: Annotated[int, typer.Option("--days", help="有效天数 · days it lives")] = 90,
    as_json: Json = False,
) -> None:
    """换发密钥，旧的即刻作废 · a new key for an old one, which ends at once."""
    with connect(store.ready(), "app") as connection, connection.transaction():
        made = access.rotate_on(connection, number, store.actor(), days)
    told({"key": made.key, "row": _plain(made.row)}, [made.key], as_json)


@app.command("grant")
def grant(
    subject: Annotated[str, typer.Argument(help="OIDC 的 sub", metavar="SUB")],
    role: Role = "viewer",
    division: Divisions = None,
    everywhere: Everywhere = False,
    as_json: Json = False,
) -> None:
    """给统一登录的人授予角色和辖区 · give a person of OIDC a role within divisions."""
    codes = _divisions(division, everywhere)
    with connect(store.ready(), "app") as connection, connection.transaction():
        access.grant_on(connection, subject, role, codes, store.actor())
    told({"subject": subject, "role": role, "divisions": codes}, [f"{subject}: {role}"], as_json)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {k: v.isoformat() if hasattr(v, "isoformat") else v for k, v in row.items()}


def _line(row: dict[str, Any]) -> str:
    state = t("已作废", "revoked") if row["revoked_at"] else f"→ {row['expires_at']:%Y-%m-%d}"
    where = ",".join(d or "*" for d in row["divisions"])
    return f"{row['id']}  {row['hint']}…  {row['subject']}  {row['role']}  {where}  {state}"
