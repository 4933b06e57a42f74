"""Keys and roles: a key is shown once, rotated, taken back; roles of OIDC users."""

from __future__ import annotations

import httpx
from app_tab import Opening, said
from serving import Live
from town_page import OWN, service  # noqa: F401


def status(service: Live, key: str) -> int:  # noqa: F811
    return httpx.get(
        f"{service.url}/v1/ledger?limit=1", headers={"Authorization": f"Bearer {key}"}, timeout=60
    ).status_code


def test_a_key_is_made_shown_once_copied_rotated_and_revoked(
    tab: Opening, service: Live  # noqa: F811
) -> None:  # fmt: skip
    one = tab("admin", permissions=["clipboard-read", "clipboard-write"])
    page = one.open("/keys")
    page.get_by_role("button", name="发放密钥").click()
    page.get_by_label("给谁（人或系统）").fill("评价系统")
    page.get_by_label("行政区划代码或前缀").fill("330603、330604")
    page.get_by_role("button", name="发放", exact=True).click()
    shown = page.get_by_label("密钥", exact=True)
    first = shown.input_value()
    assert status(service, first) == 200
    page.get_by_role("button", name="复制").click()
    said(page, "已复制")
    assert page.evaluate("navigator.clipboard.readText()") == first
    assert page.get_by_role("button", name="关闭", exact=True).last.is_disabled()
    page.get_by_label("我已经保存").check()
    page.get_by_role("button", name="关闭", exact=True).last.click()
    row = page.get_by_role("row").filter(has_text="评价系统")
    assert "330603、330604" in row.inner_text()
    assert first not in page.content(), "a key is shown this once"

    row.get_by_role("button", name="换发").click()
    page.get_by_role("dialog").get_by_role("button", name="换发").click()
    second = shown.input_value()
    assert (status(service, first), status(service, second)) == (401, 200)
    page.get_by_label("我已经保存").check()
    page.get_by_role("button", name="关闭", exact=True).last.click()
    row.get_by_role("button", name="作废").click()
    page.get_by_role("dialog").get_by_role("button", name="作废").click()
    said(page, "密钥已作废")
    assert status(service, second) == 401
    row.wait_for(state="detached")


def test_a_role_is_given_to_a_person_of_oidc_and_taken_back(tab: Opening) -> None:
    page = tab("admin").open("/keys")
    page.get_by_role("button", name="统一登录用户").click()
    page.get_by_role("button", name="授予角色").click()
    page.get_by_label("统一登录的编号").fill("li|si")
    page.get_by_role("combobox", name="角色").select_option("reviewer")
    page.get_by_label("行政区划代码或前缀").fill(OWN)
    page.get_by_role("button", name="授予", exact=True).click()
    row = page.get_by_role("row").filter(has_text="li|si")
    row.wait_for()
    assert "复核" in row.inner_text()
    row.get_by_role("button", name="收回").click()
    page.get_by_role("dialog").get_by_role("button", name="收回").click()
    page.get_by_text("还没有授予任何人").wait_for()


def test_beyond_ones_divisions_no_key_is_made_and_others_have_no_page(tab: Opening) -> None:
    one = tab("admin", (OWN,))
    one.expected.append(403)
    page = one.open("/keys")
    page.get_by_role("button", name="发放密钥").click()
    assert page.get_by_label("全部辖区").count() == 0
    page.get_by_label("给谁（人或系统）").fill("别处")
    page.get_by_label("行政区划代码或前缀").fill("3301")
    page.get_by_role("button", name="发放", exact=True).click()
    page.get_by_role("dialog").get_by_role("alert").get_by_text("不在你的辖区内").wait_for()
    assert tab("publisher").open("/keys").get_by_role("alert").inner_text().startswith("你的角色")
