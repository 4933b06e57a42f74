"""The text of a .dbf: .cpg, language id, strict UTF-8, GB18030, in that order, and never mojibake."""

from __future__ import annotations

from pathlib import Path

import intake_files as files
import pytest

from geomujun.intake import encoding
from geomujun.intake.raw import UnreadableError
from geomujun.intake.reader import read_case

NAME = "绍兴柯桥甲纺织印染有限公司"


def read(
    folder: Path,
    codec: str,
    cpg: str | None = None,
    ldid: int = 0,
    width: int = 60,
    name: str = NAME,
):
    files.sound_case(folder)
    (folder / "parcels.geojson").unlink()
    path = files.write_shapefile(folder, "parcels", files.parcels(4528), cpg=cpg)
    rows = [[c.encode(), b"10000", name.encode(codec)] for c in files.CODES]
    fields = [
        (b"ZDDM", 19),
        (b"ZDMJ", 12),
        ("权利人".encode(codec) if codec != "big5" else b"QLRMC", width),
    ]
    files.write_dbf(path.with_suffix(".dbf"), fields, rows, ldid)
    intake = read_case(folder)
    verdict = next(v for v in intake.files if v.file == "parcels.shp")
    return intake.case.parcels["holder_names"].tolist(), verdict


@pytest.mark.parametrize(
    ("codec", "cpg", "ldid", "shown"),
    [
        ("gb18030", None, 0, "GB18030"),
        ("gb18030", "936", 0, "GB18030"),
        ("gb18030", "GBK", 0, "GB18030"),
        ("gb18030", None, 0x4D, "GB18030"),
        ("gb18030", None, 0x57, "GB18030"),
        ("utf-8", None, 0, "UTF-8"),
        ("utf-8", "UTF-8", 0, "UTF-8"),
        ("big5", "950", 0, "BIG5"),
    ],
)
def test_a_right_declaration_or_none_is_read(
    tmp_path: Path, codec: str, cpg: str | None, ldid: int, shown: str
) -> None:
    name = NAME if codec != "big5" else "臺北甲紡織公司"
    names, verdict = read(tmp_path, codec, cpg, ldid, name=name)
    assert names == [name] * 4
    assert verdict.encoding == shown
    assert not any("不符" in n for n in verdict.notes)


@pytest.mark.parametrize(
    ("codec", "cpg", "ldid"),
    [
        ("gb18030", "UTF-8", 0),
        ("gb18030", "ISO-8859-1", 0),
        ("gb18030", "1252", 0),
        ("utf-8", "GBK", 0),
        ("utf-8", "936", 0),
        ("utf-8", "ISO-8859-1", 0),
        ("utf-8", None, 0x4D),
        ("gb18030", None, 0x03),
    ],
)
def test_a_wrong_declaration_is_found_out_and_told(
    tmp_path: Path, codec: str, cpg: str | None, ldid: int
) -> None:
    names, verdict = read(tmp_path, codec, cpg, ldid)
    assert names == [NAME] * 4
    assert any("不符" in n for n in verdict.notes)


@pytest.mark.parametrize("codec", ["gb18030", "utf-8"])
@pytest.mark.parametrize("width", [7, 8, 9, 10, 11])
def test_a_character_cut_by_the_width_costs_only_itself(
    tmp_path: Path, codec: str, width: int
) -> None:
    names, verdict = read(tmp_path, codec, None, 0, width)
    whole = NAME.encode(codec)[:width].decode(codec, errors="ignore")
    assert names == [whole] * 4
    cut = len(whole.encode(codec)) < width
    assert any("截断" in n for n in verdict.notes) == cut


def test_the_encoding_of_mapping_wins(tmp_path: Path) -> None:
    (tmp_path / "mapping.yaml").write_text("parcels: {encoding: gbk}", encoding="utf-8")
    names, verdict = read(tmp_path, "gb18030", "UTF-8")
    assert names == [NAME] * 4
    assert verdict.encoding_how == "mapping.yaml"


def test_an_unknown_cpg_is_told(tmp_path: Path) -> None:
    names, verdict = read(tmp_path, "gb18030", "klingon")
    assert names == [NAME] * 4
    assert any("klingon" in n for n in verdict.notes)


def test_utf8_with_a_little_damage_is_not_taken_for_gbk() -> None:
    data = (NAME * 30).encode() + b"\xff" + (NAME * 30).encode()
    found = encoding.judge(lambda: [data])
    assert found.codec == "utf-8"
    assert found.bad == 1


def test_pieces_of_a_text_may_cut_a_character() -> None:
    data = (NAME * 10).encode("gb18030")
    assert encoding.judge(lambda: [data[:7], data[7:]]).codec == "gb18030"


def test_noise_is_no_text() -> None:
    with pytest.raises(UnreadableError):
        encoding.judge(lambda: [bytes(range(128, 256)) * 10])
