"""Recipe B: miswritings of other kinds and at other rates than recipe A.

Nothing was tuned on it; it holds the engine apart from the recipe it is developed on. Where A
exchanges characters of the same sound, B exchanges sounds that dialects run together; where A adds
brackets, B adds running text; and it cuts, doubles and reorders.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Final

from benchmarks.corrupt import Corruption, World, homophones, lookalikes, syllable
from benchmarks.name_parts import Parts

_SYNONYMS: Final = (
    ("制造", "生产"), ("贸易", "商贸"), ("科技", "技术"), ("工业", "实业"),
    ("机械", "机电"), ("塑料", "塑胶"), ("服装", "服饰"), ("电子", "电器"),
    ("开发", "发展"), ("材料", "建材"), ("运输", "物流"), ("药业", "医药"),
    ("装饰", "装潢"), ("置业", "地产"), ("食品", "粮油"),
)  # fmt: skip
_DIGITS: Final = str.maketrans("一二三四五六七八九", "123456789")
_SUFFIXES: Final = (
    "厂房项目",
    "年产五万吨项目",
    "新建厂区",
    "二期用地",
    "职工宿舍",
    "仓库",
    "技改项目",
)
_TOWNS: Final = ("城关镇", "新区", "开发区", "工业园区", "城东街道", "高新区")
_PAIRS: Final = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("f", "h"))
_ENDS: Final = (("ing", "in"), ("eng", "en"), ("ang", "an"))


def near_syllables(sound: str) -> list[str]:
    """Sounds that speakers of many dialects do not tell apart from this one."""
    out = set()
    for a, b in _PAIRS:
        if sound.startswith(a):
            out.add(b + sound[len(a) :])
        elif sound.startswith(b):
            out.add(a + sound[len(b) :])
    for a, b in _ENDS:
        if sound.endswith(a):
            out.add(sound[: -len(a)] + b)
        elif sound.endswith(b):
            out.add(sound[: -len(b)] + a)
    return sorted(s for s in out if s in homophones())


def fuzzy(parts: Parts, rng: Random, _: World) -> str | None:
    """One character of the 字号 by one of a near sound."""
    word = parts.trade_name
    i = rng.randrange(len(word)) if word else 0
    sounds = near_syllables(syllable(word[i])) if word else []
    if not sounds:
        return None
    made = word[:i] + rng.choice(homophones()[rng.choice(sounds)]) + word[i + 1 :]
    return str(Parts(parts.place, made, parts.trade, parts.legal))


def extra(parts: Parts, rng: Random, world: World) -> str | None:
    """A character too many in the 字号."""
    word = parts.trade_name
    i = rng.randrange(len(word) + 1)
    made = word[:i] + rng.choice(rng.choice(world.trade_names)) + word[i:]
    return str(Parts(parts.place, made, parts.trade, parts.legal))


def doubled(parts: Parts, rng: Random, _: World) -> str | None:
    """A character typed twice, anywhere."""
    name = str(parts)
    i = rng.randrange(len(name))
    return name[:i] + name[i] + name[i:]


def misread(parts: Parts, rng: Random, _: World) -> str | None:
    """A character read wrong, anywhere in the name, the place and the legal form too."""
    name = str(parts)
    places = [i for i, c in enumerate(name) if c in lookalikes()]
    if not places:
        return None
    i = rng.choice(places)
    return name[:i] + rng.choice(lookalikes()[name[i]]) + name[i + 1 :]


def cut(parts: Parts, rng: Random, _: World) -> str | None:
    """Cut by the width of a field, sometimes with dots."""
    name = str(parts)
    core = len(parts.place + parts.trade_name)
    if len(name) < core + 4:
        return None
    return name[: rng.randrange(core + 2, len(name) - 1)] + rng.choice(("", "", ".."))


def order(parts: Parts, rng: Random, _: World) -> str | None:
    """Place after the 字号, or the two halves of the trade exchanged."""
    if len(parts.trade) == 4 and (not parts.place or rng.random() < 0.5):
        trade = parts.trade[2:] + parts.trade[:2]
        return str(Parts(parts.place, parts.trade_name, trade, parts.legal))
    if not parts.place:
        return None
    return parts.trade_name + parts.place + parts.trade + parts.legal


def project(parts: Parts, rng: Random, _: World) -> str | None:
    """The text goes on with what is built there."""
    return str(parts) + rng.choice(_SUFFIXES)


def contact(parts: Parts, rng: Random, _: World) -> str | None:
    """The text goes on with a person or a number."""
    return str(parts) + rng.choice(
        ("联系人:李某某", " 13800000000", "(法人:赵某)", "-王某", " 0575-80000000")
    )


def punctuation(parts: Parts, rng: Random, _: World) -> str | None:
    """Marks inside or around the name."""
    a, b = parts.place + parts.trade_name, parts.trade + parts.legal
    return rng.choice((f"{a}·{b}", f"{a}.{b}", f'"{a}{b}"', f"《{a}{b}》", f"{a}-{b}", f"{a}{b}。"))


def town(parts: Parts, rng: Random, _: World) -> str | None:
    """A town or zone between place and 字号."""
    rest = parts.trade_name + parts.trade + parts.legal
    return parts.place + rng.choice(_TOWNS) + rest if parts.place else None


def synonym(parts: Parts, _rng: Random, _: World) -> str | None:
    """The trade by a word of like meaning."""
    for a, b in _SYNONYMS:
        if a in parts.trade:
            return str(Parts(parts.place, parts.trade_name, parts.trade.replace(a, b), parts.legal))
    return None


def group(parts: Parts, _rng: Random, _: World) -> str | None:
    """集团 added or left out."""
    name = str(parts)
    if "集团" in name:
        return name.replace("集团", "", 1)
    return name.replace("有限公司", "集团有限公司") if name.endswith("有限公司") else None


def formerly(parts: Parts, rng: Random, world: World) -> str | None:
    """A new name first, the registered one as the former."""
    new = parts.place + rng.choice(world.trade_names) + parts.trade + parts.legal
    return f"{new}（原名{parts}）"


def digits(parts: Parts, _rng: Random, _: World) -> str | None:
    """Numerals of the other kind."""
    turned = str(parts).translate(_DIGITS)
    return turned if turned != str(parts) else None


ONE_CHARACTER: Final = ("fuzzy", "extra")
KINDS: Final[Mapping[str, tuple[float, Corruption]]] = {
    "fuzzy": (12, fuzzy),
    "extra": (7, extra),
    "doubled": (6, doubled),
    "misread": (10, misread),
    "cut": (10, cut),
    "order": (8, order),
    "project": (10, project),
    "contact": (7, contact),
    "punctuation": (8, punctuation),
    "town": (8, town),
    "synonym": (4, synonym),
    "group": (5, group),
    "formerly": (3, formerly),
    "digits": (2, digits),
}
