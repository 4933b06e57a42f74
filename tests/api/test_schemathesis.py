"""Made-up requests to every route, sent as every role: no server error, no undocumented answer."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation.modes import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from serving import Live, key_for
from world import MAY, real

from geomujun.storage.target import Target, connect

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance,
          response_schema_conformance]  # fmt: skip
EVERYWHERE, COUNTY = ("",), ("330603",)


@pytest.mark.parametrize("examples", [4, pytest.param(60, marks=pytest.mark.long)])
def test_no_answer_is_a_fault_or_a_surprise(town: Target, examples: int) -> None:
    _keys_out_of_reach(town)
    keys = {"": ""} | {r: key_for(town, r, EVERYWHERE) for r in MAY}
    keys["reviewer of a county"] = key_for(town, "reviewer", COUNTY)
    live, world = Live(town), real(town)
    try:
        spec = requests.get(f"{live.url}/openapi.json", timeout=30).json()
        schema = schemathesis.openapi.from_dict(spec)
        schema.config.update(base_url=live.url)
        operations = [r.ok() for r in schema.get_all_operations()]
        operations.sort(
            key=lambda o: "/states" in o.path
        )  # last, since it may withdraw the edition
        sent, faults = 0, []
        for operation in operations:
            try:
                sent += _try(operation, keys, live.url, world, examples)
            except BaseExceptionGroup as e:
                faults.append(f"{operation.label}: {e} {[str(x)[:600] for x in e.exceptions]}")
    finally:
        live.stop()
    assert faults == []
    assert len(operations) > 40
    assert sent >= len(operations) * len(keys)
    sys.stdout.write(f"{len(operations)} operations, {len(keys)} readers, {sent} requests\n")


@pytest.mark.long
@pytest.mark.parametrize(
    ("role", "divisions"), [("publisher", EVERYWHERE), ("reviewer", COUNTY), ("admin", EVERYWHERE)]
)
def test_all_phases_find_nothing(
    town: Target, role: str, divisions: tuple[str, ...], tmp_path: Path
) -> None:
    """Schemathesis' own run: examples, boundary values, made-up ones, and chains of requests."""
    _keys_out_of_reach(town)
    live, key = Live(town), key_for(town, role, divisions)
    names = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
    command = [
        sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()", "run",
        f"{live.url}/openapi.json", "--phases", "examples,coverage,fuzzing,stateful", "-n", "10",
        "--checks", names, "-H", f"Authorization: Bearer {key}", "--exclude-path-regex", "/states$",
        "--suppress-health-check", "all", "--generation-deterministic", "--continue-on-failure",
    ]  # fmt: skip
    try:
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False,
                              env=os.environ | {"no_proxy": "127.0.0.1"})  # fmt: skip
    finally:
        live.stop()
    assert done.returncode == 0, done.stdout[-6000:]
    sys.stdout.write(done.stdout[-1500:])


def _keys_out_of_reach(town: Target) -> None:
    """A made-up number must not take back the keys of the test."""
    with connect(town) as connection:
        connection.execute("ALTER TABLE auth.api_keys ALTER COLUMN id RESTART WITH 1000000000")


def _try(
    operation: Any, keys: dict[str, str], base: str, world: dict[str, Any], examples: int
) -> int:
    """Requests sent to one route."""
    sent = 0
    session = requests.Session()
    good = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    bad = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)

    @settings(max_examples=examples, deadline=None, database=None, derandomize=True,
              suppress_health_check=list(HealthCheck), phases=[Phase.generate])  # fmt: skip
    @given(case=st.one_of(good, good, bad), known=st.booleans())
    def one(case: Any, known: bool) -> None:
        nonlocal sent
        if known and case.path_parameters:
            for name in case.path_parameters:
                case.path_parameters[name] = world.get(name, case.path_parameters[name])
        for key in keys.values():
            headers = {"Authorization": f"Bearer {key}"} if key else {}
            answer = case.call(base_url=base, headers=headers, session=session, timeout=60)
            case.validate_response(answer, checks=CHECKS)
            sent += 1

    one()
    return sent
