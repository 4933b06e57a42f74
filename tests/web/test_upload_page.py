"""Upload: a case is judged before it is stored, stored or thrown away; a year is run as a job."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from typing import Any

from app_tab import Opening, said
from postgis_fixtures import TOWN
from town_page import OWN, service  # noqa: F401

from geomujun.storage.target import Target, connect

READ_MS = 180_000
# A service so busy that an answer takes longer than the page waits between two questions.
SLOW_JOBS = """
const asked = window.fetch;
window.fetch = async (...given) => {
  const answer = await asked(...given);
  if (String(given[0].url ?? given[0]).includes("/v1/jobs"))
    await new Promise((done) => setTimeout(done, 1500));
  return answer;
};
"""
# What the browser would open for somebody who presses as soon as there is something to press.
AT_ONCE = """
new MutationObserver((_, self) => {
  const first = document.querySelector("input[type=file]");
  if (!first) return;
  window.folder = first.webkitdirectory;
  self.disconnect();
}).observe(document, { childList: true, subtree: true });
"""


def loads(target: Target) -> int:
    with connect(target, "app") as connection:
        row = connection.execute("SELECT count(*) FROM raw.loads").fetchone()
    return int(row[0]) if row else 0


def send(page: Any, folder: Path) -> None:
    page.get_by_label("选择文件夹").set_input_files(folder)
    page.get_by_role("button", name="上传检查").click()
    page.locator("caption", has_text="逐个文件").wait_for(timeout=READ_MS)


def case(folder: Path, **other: bytes) -> Path:
    """A copy of the town's case with files added or put in place of its own."""
    made = folder / "案卷"
    shutil.copytree(TOWN, made)
    for name, data in other.items():
        (made / name).write_bytes(data)
    return made


def changed() -> bytes:
    """Enterprises, one of them with another name."""
    text = (TOWN / "enterprises.csv").read_text("gb18030")
    head, first, rest = text.split("\n", 2)
    return "\n".join([head, first.replace("有限公司", "新有限公司"), rest]).encode("gb18030")


def test_a_good_case_is_judged_then_stored_then_run(
    tab: Opening, town: Target, tmp_path: Path
) -> None:  # fmt: skip
    before = loads(town)
    one = tab("publisher")
    one.page.add_init_script(SLOW_JOBS)
    page = one.open("/upload")
    send(page, case(tmp_path, **{"enterprises.csv": changed(), ".DS_Store": b"x"}))
    told = page.get_by_label("结论")
    told.get_by_text("✓ 可以入库").wait_for()
    assert ".DS_Store" not in told.inner_text()
    assert loads(town) == before, "nothing is stored before the second word"
    with page.expect_download() as kept:
        page.get_by_role("button", name="下载全部错误").click()
    rows = list(csv.DictReader(kept.value.path().open(encoding="utf-8-sig")))
    assert rows
    assert set(rows[0]) == {"file", "row", "field", "value", "what", "hint"}
    page.reload()  # the verdict is still there
    page.get_by_role("button", name="入库……").click(timeout=READ_MS)
    page.get_by_role("dialog").get_by_role("button", name="入库").click()
    jobs = page.get_by_label("任务", exact=True)
    jobs.get_by_text("第 2 次导入").wait_for(timeout=READ_MS)
    assert loads(town) == before + 1
    page.get_by_role("button", name="运行，生成草稿").click()
    jobs.get_by_role("link", name="第 2 号发布").click(timeout=READ_MS)
    page.get_by_label("进度").get_by_text("第 2 号").wait_for()


def test_a_bad_case_says_where_and_what_to_do_and_is_thrown_away(
    tab: Opening, town: Target, tmp_path: Path
) -> None:  # fmt: skip
    text = (TOWN / "indicators.csv").read_text("utf-8-sig").split("\n")
    cells = text[1].split(",")
    spoilt = "\n".join([text[0], ",".join([cells[0], "一百多", *cells[2:]]), *text[2:]])
    folder = case(tmp_path, **{"indicators.csv": spoilt.encode(), "leases.xlsx": b"no workbook"})
    before = loads(town)
    page = tab("publisher", (OWN,)).open("/upload")
    send(page, folder)
    table = page.locator("table").filter(has_text="逐个文件")
    assert "不能用" in table.get_by_role("row").filter(has_text="leases.xlsx").inner_text()
    page.get_by_label("错误").get_by_role("combobox").select_option("indicators.csv")
    page.get_by_label("错误").get_by_role("row").filter(has_text="一百多").wait_for()
    page.get_by_role("button", name="放弃").click()
    said(page, "没有留下任何数据")
    page.get_by_role("button", name="上传检查").wait_for()
    assert loads(town) == before
    assert page.get_by_text("运行和发布需要全部辖区").count() == 1


def test_land_of_others_cannot_be_stored_and_other_roles_have_no_page(
    tab: Opening, tmp_path: Path
) -> None:
    one = tab("publisher", ("3301",))
    one.page.add_init_script(AT_ONCE)
    page = one.open("/upload")
    send(page, case(tmp_path))
    assert page.evaluate("window.folder"), "a folder can be chosen from the first moment on"
    page.get_by_label("结论").get_by_text("✗ 不能入库").wait_for()
    page.get_by_label("结论").get_by_text("不在辖区 3301 内").first.wait_for()
    assert page.get_by_role("button", name="入库……").is_disabled()
    assert tab("reviewer").open("/upload").get_by_role("alert").inner_text().startswith("你的角色")
