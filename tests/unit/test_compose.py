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


def test_cases_that_wait_are_kept_on_a_volume_of_the_user_that_serves() -> None:
    app = SERVICES["app"]
    place = app["environment"]["GEOMUJUN_API_INCOMING"]
    kept = {path: name for name, path in (v.split(":") for v in app["volumes"])}
    home = next(path for path in kept if place.startswith(f"{path}/"))
    assert kept[home] in FILE["volumes"]
    assert home not in app["tmpfs"]
    assert app["read_only"] is True  # nowhere else
    built = (ROOT / "Dockerfile").read_text("utf-8")
    user = app["user"].split(":")[0]
    made = f"RUN install -d -o {user} -g {user} -m 0700 {home}\n"
    assert made in built  # a named volume takes its owner from the image's folder
    assert built.index(made) < built.index(f"USER {user}\n")
    assert SERVICES["upgrade"]["environment"].items() <= app["environment"].items()
