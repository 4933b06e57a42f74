"""The audit log: read from its end, filtered, its chain walked; a changed entry is told."""

from __future__ import annotations

from app_tab import Opening
from town_page import OWN, service  # noqa: F401

from geomujun.storage import audit
from geomujun.storage.target import Target, connect


def test_the_log_is_paged_filtered_and_its_chain_is_whole(
    tab: Opening, town: Target
) -> None:  # fmt: skip
    with connect(town, "app") as connection, connection.transaction():
        for n in range(130):
            audit.record(connection, "甲", "claim", f"pair/P{n}/U", {"n": n})
    page = tab("auditor").open("/audit")
    page.get_by_role("cell", name="宗地—企业 P129 · U").wait_for()
    assert page.get_by_role("row").count() == 101
    page.get_by_role("button", name="更早的").click()
    page.get_by_role("cell", name="宗地—企业 P0 · U").wait_for()
    page.get_by_label("做了什么").select_option("publish")
    page.get_by_role("cell", name="发布 1").wait_for()
    page.get_by_text("1 条，新的在前").wait_for()
    page.get_by_role("button", name="核对整个审计链").click()
    page.get_by_text("✓ 完整").wait_for()


def test_a_changed_entry_is_named(tab: Opening, town: Target) -> None:
    with connect(town) as connection, connection.transaction():
        connection.execute("ALTER TABLE audit.log DISABLE TRIGGER ALL")
        connection.execute("UPDATE audit.log SET actor = '别人' WHERE id = 2")
        connection.execute("ALTER TABLE audit.log ENABLE TRIGGER ALL")
    page = tab("auditor").open("/audit")
    page.get_by_role("button", name="核对整个审计链").click()
    page.get_by_role("alert").get_by_text("第 2 条对不上").wait_for()


def test_an_auditor_of_one_division_and_other_roles_are_refused(tab: Opening) -> None:
    one = tab("auditor", (OWN,))
    one.expected.append(403)
    one.open("/audit").get_by_role("alert").get_by_text("全部辖区").wait_for()
    assert tab("admin").open("/audit").get_by_role("alert").inner_text().startswith("你的角色")
