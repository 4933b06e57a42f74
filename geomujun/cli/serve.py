"""`geomujun serve`: the API and the map on PostGIS, in one process or several."""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import SecretStr

from geomujun.cli import console, store
from geomujun.cli.demo import SCHEME, YEAR, make_county
from geomujun.cli.place import load_locality
from geomujun.cli.run_case import parse_day
from geomujun.cli.scheme import load_scheme
from geomujun.errors import MachineError
from geomujun.lang import get_lang, t
from geomujun.pipeline import load as loading
from geomujun.pipeline import publish as publishing
from geomujun.pipeline.access import KeyFor, issue_on
from geomujun.settings import Settings, from_environment
from geomujun.storage import inputs
from geomujun.storage.target import Target, connect

_FIGURES = "PROMETHEUS_MULTIPROC_DIR"


def serve(
    host: Annotated[str, typer.Option("--host", help="监听地址 · address")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="端口 · port")] = 8000,
    demo: Annotated[
        bool, typer.Option("--demo", help="库是空的就先导入演示县 · load the demo county if empty")
    ] = False,
    workers: Annotated[
        int, typer.Option("--workers", min=1, max=64, help="进程数 · processes")
    ] = 1,
) -> None:
    """启动接口服务：准备数据库，然后监听 · make the database ready, then serve the API."""
    settings = from_environment()
    target = store.ready(settings)
    if demo:
        _demo(target)
    with _figures(workers):
        _run(settings, target, (host, port), workers)


@contextmanager
def _figures(workers: int) -> Iterator[None]:
    """With several processes, a folder where each leaves its figures for `/metrics` to add up.

    The library looks for it when it is imported, which is later.
    """
    if workers == 1 or os.environ.get(_FIGURES):
        yield
        return
    with tempfile.TemporaryDirectory(prefix="geomujun-figures-") as folder:
        os.environ[_FIGURES] = folder
        yield


def _run(settings: Settings, target: Target, at: tuple[str, int], workers: int) -> None:
    # Imported here: commands that serve nothing do not wait for the web framework.
    from geomujun.cli import server

    console.err(t("网页：http://{h}:{p}/  接口说明：http://{h}:{p}/docs",
                  "web app: http://{h}:{p}/  API: http://{h}:{p}/docs",
                  h=at[0], p=at[1]))  # fmt: skip
    server.run(_told(settings, target), *at, workers)


def _told(settings: Settings, target: Target) -> dict[str, Any]:
    """What the composition root knows and the service needs."""
    given: dict[str, Any] = {
        "target": target,
        "locality": load_locality(settings.locality),
        "two_persons": settings.two_persons,
        "lang": get_lang(),
        "worker": (sys.executable, "-m", "geomujun.cli.work"),
    }
    if not settings.database_url:
        if not os.environ.get("GEOMUJUN_API_INCOMING"):
            given["incoming"] = str(settings.home / "incoming")
        given["feed_key"] = SecretStr(_own_key(settings.home / "feed.key"))
    return given


def _own_key(path: Path) -> str:
    """The key that signs feeds, made once beside the private cluster and readable by us only."""
    try:
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(32), "ascii")
        return path.read_text("ascii").strip()
    except OSError as e:
        raise MachineError(f"{e.strerror or e}", where=str(path)) from e


def _demo(target: Target) -> None:
    """Fill an empty database with the demo county, publish it, and give a key to look at it."""
    with connect(target) as connection:
        load, _ = inputs.last_load(connection)
    if not load:
        _load_demo(target)
    with connect(target, "app") as connection, connection.transaction():
        made = issue_on(connection, KeyFor("demo", "publisher", [""], days=7), store.actor())
    console.err(
        t("演示密钥（7天有效，只显示这一次）：", "key to look around, for 7 days, shown once:")
    )
    console.out(made.key)


def _load_demo(target: Target) -> None:
    today = datetime.now(UTC).date()
    with tempfile.TemporaryDirectory(prefix="geomujun-demo-") as folder, console.progress() as say:
        make_county(Path(folder), "county")
        loading.load(target, loading.Load(Path(folder) / "case", store.actor(), today), say)
        asked = publishing.Publication(
            year=YEAR,
            scheme=load_scheme(SCHEME, YEAR),
            as_of=parse_day(None, YEAR),
            actor=store.actor(),
            locality=load_locality(from_environment().locality),
        )
        publishing.publish(target, asked, say)
