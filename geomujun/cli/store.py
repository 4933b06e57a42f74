"""Which PostGIS a command works on: ``DATABASE_URL``, else the private cluster."""

from __future__ import annotations

import getpass
import os
from datetime import UTC, datetime
from pathlib import Path

from geomujun.cli.console import err
from geomujun.errors import MachineError
from geomujun.lang import t
from geomujun.settings import Settings, from_environment
from geomujun.storage import backup, binaries, migrate
from geomujun.storage.cluster import Cluster
from geomujun.storage.target import Target, connect, from_url


def cluster(settings: Settings) -> Cluster:
    """The private cluster the settings name."""
    return Cluster(settings.home, settings.db_user, settings.pg_bin)


def ready(settings: Settings | None = None) -> Target:
    """A database at this program's revision; the private one is made, started and upgraded.

    Raises:
        MachineError: no PostGIS, or a shared database that waits for its upgrade.
    """
    settings = settings or from_environment()
    if not settings.database_url:
        target = cluster(settings).up()
        was = _revision(target)
        if was != migrate.head():
            if was:
                _keep_copy(settings, target, was)
            migrate.upgrade(target)
        return target
    target = from_url(settings.database_url)
    if _revision(target) != migrate.head():
        raise MachineError(
            t("库的结构不是本版本的", "the schema is not of this version"),
            where=target.label,
            hint="geomujun db upgrade",
        )
    return target


def _keep_copy(settings: Settings, target: Target, was: str) -> None:
    """A backup of the private database as it was before its schema changes."""
    stamp = datetime.now(UTC).strftime("%Y%m%d%H%M%S")
    file = settings.home / f"before-upgrade-{was}-{stamp}.dump"
    backup.backup(target, tools(settings), file)
    err(t("升级前已备份：{f}", "backed up before the upgrade: {f}", f=file))


def _revision(target: Target) -> str:
    with connect(target) as connection:
        return migrate.revision(connection)


def tools(settings: Settings) -> Path:
    """The folder of pg_dump and pg_restore."""
    if not settings.database_url:
        return cluster(settings).bin_folder()
    return binaries.find(settings.pg_bin).folder


def actor() -> str:
    """Who works here: the user of the system, or whom ``GEOMUJUN_ACTOR`` names."""
    named = os.environ.get("GEOMUJUN_ACTOR", "").strip()
    if named:
        return named
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
