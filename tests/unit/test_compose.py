"""docker-compose.yml holds what an operator relies on; it cannot be run here, only read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FILE = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, Any] = FILE["services"]


def test_images_are_pinned_and_nobody_runs_as_root() -> None:
    for name, service in SERVICES.items():
        assert not str(service["user"]).startswith("0"), name
        assert service["cap_drop"] == ["ALL"]
        assert "image" in service or (ROOT / "Dockerfile").is_file()
        if "image" in service:
            assert re.fullmatch(r"postgis/postgis:\d+-\d+\.\d+", service["image"])


def test_no_secret_stands_in_the_file() -> None:
    for service in SERVICES.values():
        for key, value in service["environment"].items():
            if re.search("PASSWORD|URL|SECRET|TOKEN", key):
                assert key.endswith("_FILE")
                assert str(value).startswith("/run/secrets/")
        for secret in service["secrets"]:
            assert secret in FILE["secrets"]


def test_the_database_is_kept_checked_and_out_of_reach() -> None:
    db = SERVICES["db"]
    assert db["volumes"] == ["db:/var/lib/postgresql/data"]
    assert "ports" not in db
    assert FILE["networks"]["inside"]["internal"] is True
    assert "UTF8" in db["environment"]["POSTGRES_INITDB_ARGS"]
    for name in ("db", "app"):
        assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"
    for port in SERVICES["app"]["ports"]:
        assert port.startswith("127.0.0.1:")
