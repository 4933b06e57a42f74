"""How a register name is miswritten: recipe A, after what matching-facts measured on real holders.

Each kind is a function (parts, random) → text or None when the name offers no place for it. Kinds
of one character fall on the 字号 three times in four, else on the trade word.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Final

import opencc
from pypinyin import Style, lazy_pinyin

from benchmarks.name_parts import Parts

# Characters that share most of their strokes. Own list, written for this benchmark; the product
# has its own, and the two are meant to differ.
_LOOKALIKE: Final = (
    "睛晴清请情靖 浩皓洁 铭洛络 锦绵棉 峰锋烽蜂 辉挥晖 鸿鹄鸣 宏宠宕 佳桂挂 伟炜玮 东车乐 "
    "天夫无 土士 力刀方 大太犬 木术本禾 永水冰 元无 风凤凰 广厂产 华毕桦 利刹科 和知私 "
    "金全佥 丰主半 千干于 正止 日目旦 已己巳 未末朱 人入八 贝见 王玉主 石右古 立位拉 万方 "
    "云去会 兰三 中串申 同向问 吉古告 兴光 盛成威 诚城成 源原愿 泰秦奉 恒桓垣 达过迈 远运近 "
    "通道 建健键 强张 新斯 昌晶冒 明朋 朗郎廊 林杯材 柏伯拍 森焱 海悔每 洋样祥 江红汪 "
    "河何可 波披坡 润闰洞 鑫森 钢纲岗 铜桐洞 银很根 铁铗 锐悦税 安宴 宁字 富宫 宝宾 家豪 "
    "康糠 庆床 龙尤 虎虑 鹏棚 凯剀 顺须 颖颍 德得 福副幅 祥详样 禄绿 寿筹 美姜羊 善普 益盖 "
    "盈盐 双汉 友发及 双观 欧殴 博搏傅 协胁 南雨 北比 西四酉 高商 亮亭 亨享 京亭 信作 优忧 "
    "伦沦轮 佰伯 仁仕 仪议 众从 志忠 思恩 惠慧 慧彗 成咸 尚向 崇祟 岳兵 川州 帆机 常堂 平乎 "
    "彩采 彤形 星皇 春泰 景影 晟最 智暂 曙署 杰热 松枌 格恪 梅海 楚蔬 欣歆 江汀 沃泛 泽译 "
    "济挤 深探 港巷 湖糊 滨宾 潮朝 灵录 炬拒 煌惶 燕蒸 牧枚 玛码 珠殊 球救 瑞端喘 瑞揣 甬用 "
    "电申 百白 皖院 盟益 矿扩 硕顾 磊蕊 祺棋 科料 立产 竹行 精情 经轻 绿录 耀跃 联职 胜性 "
    "腾滕 航舫 艺芝 花华 茂戊 莱菜 营宫 蓝篮 裕浴 视规 豪毫 贸贺 赛寒 超起 路露 辰晨 远还 "
    "连莲 迅讯 邦帮 都部 酉西 里重 野墅 钧钩 长张 闽闻 阳阴 雅稚 震霞 青责 顶项 飞气 香杳 "
    "驰弛 驼鸵 骏俊峻 鲁鱼 麒麟 "
)
_NOTES: Final = ("（暂定名）", "(暂定名)", "（筹）", "（B厂）", "（一厂）", "（老厂区）")
_SURNAMES: Final = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马韩"
_RARE: Final = "堃犇鑫淼焱垚喆昇赟翊"
_FORM_CHANGES: Final = (
    ("股份有限公司", ("股份公司", "有限公司")),
    ("有限责任公司", ("有限公司", "责任有限公司", "公司")),
    ("有限公司", ("有限责任公司", "公司", "有限公")),
    ("厂", ("工厂", "有限公司")),
)


# Brackets, capitals and digits in full width, as NFKC would undo.
_WIDE: Final = {ord(c): chr(ord(c) + 0xFEE0) for c in "()ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"}


@dataclass(frozen=True, slots=True)
class World:
    """What corruptions may draw on besides the name.

    ``official`` gives the full name of a place written short (苏州 → 苏州市) and ``above`` the name
    of the division above it; both only where the short name is one place's alone.
    """

    districts: tuple[str, ...]
    trade_names: tuple[str, ...]
    official: Mapping[str, str]
    above: Mapping[str, str]


Corruption = Callable[[Parts, Random, World], str | None]


@cache
def lookalikes() -> dict[str, str]:
    """Character → those written alike."""
    out: dict[str, set[str]] = {}
    for group in _LOOKALIKE.split():
        for char in group:
            out.setdefault(char, set()).update(set(group) - {char})
    return {char: "".join(sorted(others)) for char, others in sorted(out.items())}


@cache
def syllable(char: str) -> str:
    """Toneless pinyin."""
    return str(lazy_pinyin(char, style=Style.NORMAL, errors="default")[0])


@cache
def homophones() -> dict[str, str]:
    """Syllable → the characters of GB 2312's first level (3,755 common ones) that sound so."""
    out: dict[str, str] = {}
    for high in range(0xB0, 0xD8):
        for low in range(0xA1, 0xFF):
            try:
                char = bytes((high, low)).decode("gb2312")
            except UnicodeDecodeError:
                continue
            out[syllable(char)] = out.get(syllable(char), "") + char
    return out


@cache
def _to_traditional() -> opencc.OpenCC:
    return opencc.OpenCC("s2t")


def is_alike(a: str, b: str) -> bool:
    """Whether one character may be a typing error for the other."""
    return syllable(a) == syllable(b) or b in lookalikes().get(a, "")


def _edit(parts: Parts, rng: Random, rule: Callable[[str], str | None]) -> str | None:
    """The name with one character changed in the 字号 (3 of 4) or the trade."""
    on_trade = rng.random() < 0.25 and len(parts.trade) >= 3
    done = rule(parts.trade if on_trade else parts.trade_name)
    if done is None:
        return None
    if on_trade:
        return str(Parts(parts.place, parts.trade_name, done, parts.legal))
    return str(Parts(parts.place, done, parts.trade, parts.legal))


def _swap_char(word: str, rng: Random, choices: Callable[[str], str]) -> str | None:
    places = [i for i, c in enumerate(word) if choices(c)]
    if not places:
        return None
    i = rng.choice(places)
    return word[:i] + rng.choice(choices(word[i])) + word[i + 1 :]


def homophone(parts: Parts, rng: Random, _: World) -> str | None:
    """恒鑫 → 恒欣."""
    table = homophones()
    return _edit(
        parts,
        rng,
        lambda w: _swap_char(w, rng, lambda c: table.get(syllable(c), "").replace(c, "")),
    )


def visual(parts: Parts, rng: Random, _: World) -> str | None:
    """天 → 夫."""
    table = lookalikes()
    return _edit(parts, rng, lambda w: _swap_char(w, rng, lambda c: table.get(c, "")))


def missing(parts: Parts, rng: Random, _: World) -> str | None:
    """One character left out, of a 字号 or trade of three or more."""

    def rule(word: str) -> str | None:
        if len(word) < 3:
            return None
        i = rng.randrange(len(word))
        return word[:i] + word[i + 1 :]

    return _edit(parts, rng, rule)


def swap(parts: Parts, rng: Random, _: World) -> str | None:
    """Two neighbours change places."""

    def rule(word: str) -> str | None:
        places = [i for i in range(len(word) - 1) if word[i] != word[i + 1]]
        if not places:
            return None
        i = rng.choice(places)
        return word[:i] + word[i + 1] + word[i] + word[i + 2 :]

    return _edit(parts, rng, rule)


def width(parts: Parts, rng: Random, _: World) -> str | None:
    """Brackets and letters in the other width; blanks."""
    name = str(parts)
    turned = name.translate(_WIDE)
    if turned == name:
        turned = name.replace("（", "(").replace("）", ")")
    if turned == name or rng.random() < 0.3:
        i = rng.randrange(1, len(turned))
        turned = turned[:i] + rng.choice((" ", "\u3000")) + turned[i:]
    return turned


def trad(parts: Parts, _rng: Random, _: World) -> str | None:
    """Traditional script."""
    name = str(parts)
    turned = str(_to_traditional().convert(name))
    return turned if turned != name else None


def branch(parts: Parts, rng: Random, world: World) -> str | None:
    """A branch stands for its legal person."""
    if not parts.legal.endswith("公司"):
        return None
    place = rng.choice(world.districts).rstrip("省市区县") or "城东"
    return str(parts) + rng.choice(
        (f"{place}分公司", f"{place}销售分公司", "第二分公司", "分公司", f"{place}分厂")
    )


def paren(parts: Parts, rng: Random, world: World) -> str | None:
    """A bracket added: a note, a person, a former or a newer name; sometimes unbalanced."""
    other = f"{parts.place}{rng.choice(world.trade_names)}{parts.trade}{parts.legal}"
    person = rng.choice(_SURNAMES) + "某某"
    note = rng.choice((*_NOTES, f"（{person}）", f"（原{other}）", f"（变更为{other}）"))
    text = str(parts) + note
    return text[:-1] if rng.random() < 0.15 else text


def etal(parts: Parts, rng: Random, _: World) -> str | None:
    """等 and a count."""
    return str(parts) + rng.choice(("等", "等3户", "等2家单位", f"等{rng.randrange(4, 90)}户"))


def region(parts: Parts, rng: Random, world: World) -> str | None:
    """The place left out, shortened, written in full, put into brackets, or with the one above."""
    if not parts.place:
        return None
    bare = parts.place.rstrip("省市区县") or parts.place
    rest = parts.trade_name + parts.trade + parts.legal
    forms = [rest, rest, bare + rest]
    if bare in world.official:
        forms += [world.official[bare] + rest, world.official[bare] + rest]
        forms.append(f"{parts.trade_name}({bare}){parts.trade}{parts.legal}")
    if bare in world.above:
        forms += [world.above[bare] + str(parts)]
    forms = [f for f in forms if f != str(parts)]
    return rng.choice(forms) if forms else None


def legal(parts: Parts, rng: Random, _: World) -> str | None:
    """Another legal form."""
    for form, others in _FORM_CHANGES:
        if parts.legal.endswith(form):
            kept = parts.legal[: -len(form)]
            return parts.place + parts.trade_name + parts.trade + kept + rng.choice(others)
    return None


def abbr(parts: Parts, rng: Random, _: World) -> str | None:
    """A short form: no legal form, and no place or a shortened trade."""
    if not parts.legal or not parts.trade:
        return None
    trade = parts.trade[: rng.choice((2, 2, 4))]
    place = parts.place.rstrip("省市区县")
    return rng.choice(
        (
            parts.trade_name + parts.trade,
            place + parts.trade_name + trade,
            parts.trade_name + trade,
            place + parts.trade_name,
            parts.trade_name + trade + "公司",
        )
    )


KINDS: Final[Mapping[str, tuple[float, Corruption]]] = {
    "width": (10, width),
    "trad": (7, trad),
    "branch": (9, branch),
    "paren": (8, paren),
    "etal": (4, etal),
    "region": (13, region),
    "legal": (10, legal),
    "homophone": (10, homophone),
    "visual": (7, visual),
    "missing": (7, missing),
    "swap": (4, swap),
    "abbr": (10, abbr),
}
ONE_CHARACTER: Final = ("homophone", "visual", "missing", "swap")
