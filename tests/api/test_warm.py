"""The first map after the start is no slower: what it asks for was made before the first request."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from geomujun_api.service import Service

Sign = Callable[..., dict[str, str]]


def test_no_route_is_read_by_the_first_request(
    api: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Any] = []
    signature = inspect.signature
    monkeypatch.setattr(inspect, "signature", lambda f, **kw: read.append(f) or signature(f, **kw))
    api.get("/app/none.js")  # the last of the routers
    assert read == []


def test_plots_are_counted_before_the_first_legend_and_once(
    api: TestClient, sign: Sign, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers, some = sign(), sign("viewer", ("3306",))
    counted: list[None] = []
    streaming = Service.streaming

    def noted(service: Service) -> Any:
        counted.append(None)
        return streaming(service)

    monkeypatch.setattr(Service, "streaming", noted)
    url = "/v1/summary/parcels"
    first = api.get(url, headers=headers).json()
    assert sum(c["plots"] for c in first["groups"]["parcel_grade"]) > 100
    assert counted == []
    of_some = [api.get(url, headers=some).json() for _ in range(3)]
    assert of_some == [first] * 3  # the town lies in that division
    assert len(counted) == 1
