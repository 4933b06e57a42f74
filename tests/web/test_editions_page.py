"""Editions: brought from state to state, compared, kept as files; and where that is refused."""

from __future__ import annotations

from app_tab import Opening
from postgis_fixtures import publication
from town_page import OWN, service  # noqa: F401

from geomujun.pipeline.publish import advance, publish
from geomujun.pipeline.review import decide
from geomujun.storage import editions
from geomujun.storage.decisions import Opinion
from geomujun.storage.target import Target, connect

READ_MS = 180_000


def state(target: Target, number: int = 1) -> str:
    with connect(target, "app") as connection:
        return str(editions.get(connection, number)["state"])


def test_an_edition_is_brought_on_with_a_note_and_withdrawn_with_a_reason(
    tab: Opening, town: Target
) -> None:  # fmt: skip
    page = tab("publisher").open("/editions")
    page.get_by_role("button", name="转入征求异议").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("说明").fill("公示十五天")
    dialog.get_by_role("button", name="转入征求异议").click()
    page.get_by_text("公示十五天").wait_for()
    assert state(town) == "objection"
    assert page.get_by_label("进度").get_by_text("a publisher").count() == 1
    page.get_by_role("button", name="撤回……").click()
    assert dialog.get_by_role("button", name="撤回").is_disabled(), "a reason is needed"
    dialog.get_by_label("撤回理由").fill("数据有误")
    dialog.get_by_role("button", name="撤回").click()
    page.get_by_label("进度").get_by_text("数据有误").wait_for()
    assert state(town) == "withdrawn"
    assert page.get_by_role("button", name="撤回……").count() == 0


def test_two_editions_are_compared_row_by_row_with_causes(
    tab: Opening, town: Target
) -> None:  # fmt: skip
    with connect(town, "app") as connection:
        row = connection.execute(
            "SELECT parcel_code, uscc FROM pub.links WHERE edition = 1 AND relation = 'OWN'"
            " AND band = 'auto' ORDER BY 1, 2 LIMIT 1"
        ).fetchone()
    assert row
    decide(town, Opinion(row[0], row[1], "different", "甲", reason="已转让", edition=1))
    publish(town, publication())
    page = tab("publisher").open("/editions?number=2")
    page.get_by_label("比较对象").select_option("1")
    page.get_by_label("比较哪一项").get_by_role("button", name="对应").click(timeout=READ_MS)
    line = page.get_by_role("row").filter(has_text=row[0]).filter(has_text=row[1])
    line.first.wait_for()
    assert "人工" in line.first.inner_text()
    with page.expect_download() as kept:
        page.get_by_role("button", name="下载 CSV").click()
    assert kept.value.suggested_filename == "links-1-2.csv"
    assert row[0] in kept.value.path().read_text("utf-8-sig")


def test_a_table_is_downloaded_whole_with_the_key_in_the_header(tab: Opening) -> None:
    page = tab("viewer", (OWN,)).open("/editions")
    with page.expect_download() as kept:
        page.get_by_role("button", name="用地台账 CSV").click()
    lines = kept.value.path().read_text("utf-8-sig").splitlines()
    assert lines[0].startswith("uscc,registered_m2")
    assert len(lines) > 100
    assert page.get_by_role("button", name="转入征求异议").count() == 0, "a viewer brings none on"


def test_who_was_first_is_told_to_who_was_second(tab: Opening, town: Target) -> None:
    one = tab("publisher")
    one.expected.append(409)
    page = one.open("/editions")
    page.get_by_role("button", name="转入征求异议").click()
    advance(town, 1, "objection", "别人")
    page.get_by_role("dialog").get_by_role("button", name="转入征求异议").click()
    page.get_by_role("dialog").get_by_role("alert").get_by_text("不能转为").wait_for()
    assert tab("publisher", (OWN,)).open("/editions").get_by_text("需要全部辖区").inner_text()
