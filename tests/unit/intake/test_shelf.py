"""Cases that wait: whose they are, how long, and under which names their files are kept."""

from __future__ import annotations

import io
import os
import time
import zipfile
from pathlib import Path

import pytest

from geomujun.errors import ConflictError, DataError, MachineError, UsageError
from geomujun.intake import archive
from geomujun.intake.limits import Limits
from geomujun.intake.shelf import Shelf, file_name, root_of


def test_a_case_is_its_senders_until_its_time_is_over(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "in", lasts_s=100)
    token, held = shelf.put("甲", "3306", "2024 年度/../x")
    assert held.case.is_relative_to(held.folder)
    assert "/" not in held.name
    assert (tmp_path / "in").stat().st_mode & 0o777 == 0o700
    assert shelf.find(token, "乙") is None
    assert shelf.find("x" * 43, "甲") is None
    ready = shelf.ready(held)
    assert shelf.find(token, "甲") == ready
    assert ready.until < time.time() + 101
    spent = Shelf(tmp_path / "in", lasts_s=-1)
    spent.ready(held)
    assert spent.find(token, "甲") is None
    spent.sweep()
    assert list((tmp_path / "in").iterdir()) == []


def test_a_case_is_taken_once_and_may_come_back(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    token, held = shelf.put("甲", "", "x")
    taken = shelf.take(held)
    assert shelf.find(token, "甲") is None
    with pytest.raises(ConflictError):
        shelf.take(held)
    shelf.sweep()
    assert taken.case.is_dir()
    shelf.give_back(taken)
    shelf.give_back(taken)  # once more: nothing
    assert shelf.find(token, "甲") is not None
    taken = shelf.take(held)
    os.utime(taken.folder, (0, 0))  # a load that was killed long ago
    shelf.sweep()
    assert not taken.folder.exists()


def test_no_more_than_so_many_wait(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, each=2, most=3)
    for sender in ("甲", "甲", "乙"):
        shelf.put(sender, "", "x")
    for sender in ("甲", "丙"):
        with pytest.raises(ConflictError):
            shelf.put(sender, "", "x")


def test_somebody_elses_folder_is_not_used(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir()
    (tmp_path / "link").symlink_to(real)
    with pytest.raises(MachineError):
        Shelf(tmp_path / "link").put("甲", "", "x")
    (tmp_path / "file").touch()
    with pytest.raises(MachineError):
        Shelf(tmp_path / "file").put("甲", "", "x")


@pytest.mark.parametrize(
    ("told", "kept"),
    [("parcels.gpkg", "parcels.gpkg"), ("../../a.csv", "a.csv"), ("C:\\x\\表.xlsx", "表.xlsx")],
)
def test_the_last_part_of_a_name_counts(told: str, kept: str) -> None:
    assert file_name(told) == kept


@pytest.mark.parametrize("told", ["", ".", "..", "a/..", ".ssh", "a\x00b", "表" * 100])
def test_names_that_cannot_be(told: str) -> None:
    with pytest.raises(UsageError):
        file_name(told)


def test_the_tables_are_found_below_one_folder(tmp_path: Path) -> None:
    inner = tmp_path / "绍兴" / "案卷"
    inner.mkdir(parents=True)
    (inner / "parcels.csv").touch()
    (tmp_path / "__MACOSX").mkdir()
    assert root_of(tmp_path) == inner
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(DataError):
        root_of(empty)


def _gbk(name: str) -> bytes:
    """An archive as Windows in China writes it: the name in GBK, and no word of that."""
    raw = name.encode("gb18030")
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as z:
        z.writestr("A" * len(raw), b"x")
    return made.getvalue().replace(b"A" * len(raw), raw)


def test_names_in_gbk_are_read(tmp_path: Path) -> None:
    sent = tmp_path / "a.zip"
    sent.write_bytes(_gbk("案卷/企业乗.csv"))
    out = tmp_path / "out"
    out.mkdir()
    archive.unpack(sent, out, Limits())
    assert (out / "案卷" / "企业乗.csv").read_bytes() == b"x"
    sent.write_bytes(_gbk("../案卷.csv"))
    with pytest.raises(DataError, match="包外"):
        archive.check_zip(sent, Limits())


def test_a_late_giving_back_of_an_earlier_taking_leaves_a_later_one_alone(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "shelf")
    token, held = shelf.put("li", "", "case")
    held = shelf.ready(held)
    first = shelf.take(held)
    shelf.give_back(first)
    again = shelf.find(token, "li")
    assert again
    second = shelf.take(again)
    shelf.give_back(first)
    assert second.folder.is_dir()
    assert shelf.find(token, "li") is None
