"""Objections: filed for a firm, listed by state and division, answered once."""

from __future__ import annotations

from typing import Any

import httpx
from app_tab import Opening
from serving import Live, key_for
from town_page import OWN, service  # noqa: F401


def signed(service: Live, role: str = "publisher") -> httpx.Client:  # noqa: F811
    key = key_for(service.target, role, subject="乙")
    return httpx.Client(base_url=service.url, headers={"Authorization": f"Bearer {key}"},
                        timeout=60)  # fmt: skip


def firm(client: httpx.Client) -> dict[str, Any]:
    row: dict[str, Any] = client.get("/v1/ledger?limit=1").json()["items"][0]
    return row | client.get(f"/v1/enterprises/{row['uscc']}").json()


def test_an_objection_is_filed_by_a_reviewer_and_answered_by_a_publisher(
    tab: Opening, service: Live  # noqa: F811
) -> None:  # fmt: skip
    with signed(service) as client:
        known = firm(client)
    page = tab("reviewer", (OWN,)).open("/objections")
    page.get_by_role("button", name="录入异议").click()
    page.get_by_label("企业名称").fill(known["uscc"])
    page.get_by_label("找到的企业").get_by_role("button").first.click()
    page.get_by_label("面积", exact=True).fill("15")
    page.get_by_label("单位").select_option("mu")
    page.get_by_text("10,000.00").wait_for()
    page.get_by_label("理由").fill("少算了<b>厂房</b>")
    page.get_by_role("button", name="录入", exact=True).click()
    page.get_by_role("cell", name="少算了<b>厂房</b>").wait_for()
    assert page.get_by_role("button", name="答复……").count() == 0, "a reviewer answers none"

    chief = tab("publisher").open("/objections")
    row = chief.get_by_role("row").filter(has_text="少算了")
    assert "10,000.00" in row.inner_text()
    row.get_by_role("button", name="答复……").click()
    chief.get_by_label("采纳", exact=True).check()
    chief.get_by_label("答复（企业会看到）").fill("属实，下个发布更正")
    chief.get_by_role("button", name="答复", exact=True).click()
    chief.get_by_text("没有这样的异议").wait_for()
    chief.get_by_label("状态").get_by_role("button", name="采纳", exact=True).click()
    chief.get_by_text("属实，下个发布更正").wait_for()


def test_a_late_objection_says_so_and_one_answered_meanwhile_is_refused(
    tab: Opening, service: Live  # noqa: F811
) -> None:  # fmt: skip
    with signed(service) as client:
        said = {"uscc": firm(client)["uscc"], "reason": "少算", "deadline": "2025-07-31"}
        number = client.post("/v1/objections", json=said).json()["number"]
        one = tab("publisher")
        one.expected.append(409)
        page = one.open("/objections")
        page.get_by_text("逾期").first.wait_for()
        page.get_by_role("button", name="答复……").click()
        answer = {"version": 1, "state": "dismissed", "answer": "已核"}
        client.post(f"/v1/objections/{number}/answer", json=answer)
        page.get_by_label("不予采纳", exact=True).check()
        page.get_by_label("答复（企业会看到）").fill("不属实")
        page.get_by_role("button", name="答复", exact=True).click()
        page.get_by_role("dialog").get_by_role("alert").wait_for()
        page.get_by_role("button", name="重新读取").click()
        page.get_by_text("没有这样的异议").wait_for()


def test_others_see_neither_the_objections_of_other_divisions_nor_the_page(
    tab: Opening, service: Live  # noqa: F811
) -> None:  # fmt: skip
    with signed(service) as client:
        said = {"uscc": firm(client)["uscc"], "reason": "少算", "deadline": "2030-07-31"}
        assert client.post("/v1/objections", json=said).status_code == 201
    away = tab("reviewer", ("3301",)).open("/objections")
    away.get_by_text("没有这样的异议").wait_for()
    assert (
        tab("viewer").open("/objections").get_by_role("alert").inner_text().startswith("你的角色")
    )
