"""Words of other departments for the contract's words: 登记状态, 坐标系, 规模, 类型.

大型, 中型, 小型 say nothing of 规上 and are not known. A word that is not listed is not guessed:
the value is dropped and listed, and for a required field the row is rejected. 吊销 stays apart from
注销: a revoked firm still exists in law until it is cancelled.

Source: CONTRACT §2; register wording of 国家企业信用信息公示系统 (登记状态).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from geomujun.intake.values import Flags

_STATUS: Final = {
    "存续": [
        "存续",
        "在营",
        "开业",
        "在业",
        "正常",
        "经营",
        "营业",
        "在册",
        "登记成立",
        "成立",
        "设立",
        "续存",
        "正常经营",
        "存续(在营、开业、在册)",
        "在营(开业)",
        "在营(开业)企业",
        "存续(在营)",
        "开业登记",
        "正常营业",
        "已开业",
        "仍注册",
        "筹建",
        "停业",
        "歇业",
        "停业歇业",
        "清算",
        "清算中",
        "责令关闭",
        "迁入",
        "存活",
        "生产",
        "正常生产",
        "在产",
        "停产",
        "半停产",
        "有效",
        "在营企业",
        "存续企业",
        "开业/存续",
        "存续/在业",
        "active",
    ],
    "注销": [
        "注销",
        "已注销",
        "注销登记",
        "注销企业",
        "核准注销",
        "简易注销",
        "强制注销",
        "除名",
        "依职权注销",
        "撤销",
        "撤销登记",
        "已撤销",
    ],
    "吊销": [
        "吊销",
        "已吊销",
        "吊销营业执照",
        "吊销未注销",
        "吊销，未注销",
        "吊销,未注销",
        "吊销(未注销)",
        "被吊销",
    ],
    "迁出": ["迁出", "已迁出", "迁出企业", "外迁", "已外迁", "迁移", "迁往市外"],
}
_DATUM: Final = {
    "wgs84": [
        "wgs84",
        "wgs-84",
        "wgs1984",
        "gps",
        "gps84",
        "epsg:4326",
        "4326",
        "world84",
        "国际坐标",
        "大地坐标",
        "天地图wgs84",
    ],
    "cgcs2000": [
        "cgcs2000",
        "cgcs-2000",
        "2000",
        "国家2000",
        "2000国家大地坐标系",
        "国家大地2000",
        "大地2000",
        "国家2000坐标系",
        "cgcs",
        "epsg:4490",
        "4490",
        "天地图",
        "国家大地坐标系",
    ],
    "gcj02": [
        "gcj02",
        "gcj-02",
        "gcj",
        "火星",
        "火星坐标",
        "火星坐标系",
        "高德",
        "高德地图",
        "高德坐标",
        "腾讯",
        "腾讯地图",
        "国测局",
        "国测局坐标",
        "谷歌中国",
    ],
    "bd09": [
        "bd09",
        "bd-09",
        "bd09ll",
        "bd09-ll",
        "百度",
        "百度地图",
        "百度坐标",
        "百度坐标系",
        "百度经纬度",
    ],
}
_SIZE: Final = {
    "规上": [
        "规上",
        "规模以上",
        "规上企业",
        "规模以上企业",
        "规模以上工业企业",
        "规上工业",
        "规上工业企业",
        "限上",
        "是",
        "y",
        "yes",
        "1",
        "true",
        "t",
        "√",
        "✓",
        "四上",
    ],
    "规下": [
        "规下",
        "规模以下",
        "规下企业",
        "规模以下企业",
        "规模以下工业企业",
        "规下工业",
        "规下工业企业",
        "限下",
        "否",
        "n",
        "no",
        "0",
        "false",
        "f",
        "×",
        "x",
        "非规上",
    ],
}
_KIND: Final = {
    "否决": ["否决", "一票否决", "否决项", "直接d类", "直接列入d类", "列为d类"],
    "不评D": ["不评d", "不评d类", "不列入d类", "不列d类", "豁免d", "免评d"],
    "过渡期": ["过渡期", "过渡", "建设期", "新办过渡", "过渡期企业"],
    "不评价": ["不评价", "不参评", "不参与评价", "暂不评价", "免评", "免于评价", "不纳入评价"],
    "加分": ["加分", "加分项", "奖励加分"],
    "减分": ["减分", "减分项", "扣分", "扣分项"],
}
# (stem, identifier) → contract word → words of others
WORDS: Final[Mapping[tuple[str, str], Mapping[str, list[str]]]] = {
    ("enterprises", "status"): _STATUS,
    ("enterprises", "datum"): _DATUM,
    ("enterprises", "size"): _SIZE,
    ("flags", "kind"): _KIND,
}


def _key(word: str) -> str:
    return "".join(unicodedata.normalize("NFKC", word).lower().split()).replace("_", "-")


def normalise(stem: str, identifier: str, text: pd.Series) -> tuple[pd.Series, Flags] | None:
    """Replace words by the contract's.

    Args:
        stem: Table.
        identifier: Field of it.
        text: Column of text, "" for missing.

    Returns:
        The column with the contract's words ("" where a word is not known) and the cells whose word
        is not known; None for a field without a vocabulary.
    """
    vocabulary = WORDS.get((stem, identifier))
    if vocabulary is None:
        return None
    known = {_key(word): right for right, words in vocabulary.items() for word in [right, *words]}
    table = {word: known.get(_key(word), "") for word in sorted(text.unique().tolist())}
    out = text.map(table).astype("str")
    unknown = ((out == "") & (text != "")).to_numpy(dtype=np.bool_)
    return out, unknown
