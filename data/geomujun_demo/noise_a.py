"""Noise A: the corruption kinds of the peer measurements: width, script, brackets, typing."""

from __future__ import annotations

from random import Random
from typing import Final

from geomujun_demo.noise import spoiler, swap_letters
from geomujun_demo.world import Name

KINDS: Final = (
    "width", "trad", "branch", "paren", "etal", "region", "legal", "homophone", "visual",
    "missing",
    "swap", "abbr", "note",
)  # fmt: skip
JOINERS: Final = ("、", "；", ",", "，")
_SCENARIO: Final = {
    "own_typo": ("homophone", "visual", "missing", "swap"), "own_region": ("region",),
    "own_legal": ("legal",), "own_branch": ("branch",), "own_bracket": ("paren",),
    "own_fullwidth": ("width",), "own_trad": ("trad",), "own_abbrev": ("abbr",),
    "own_note": ("note", "etal"),
}  # fmt: skip
HOMOPHONE: Final = dict(
    zip(
        "岫霁澹蘅砚芃苕溇岑楮芥槭鹂骊玑嵝涧荻菰蓼筠翊曦昀晞皎磬碣笙箬篁沅湄浔淇渟溟滢漪瀚炜煦熠珂珩瑀璟畹稷穗竑绎缃翎聿苒茭机械纺织电器",
        "秀济淡衡燕朋韶楼涔储介戚丽离基楼见迪姑廖云益西云西娇庆竭生若黄元眉寻奇停冥莹衣汉伟许义科恒雨景晚机岁宏译香零玉冉交基泻坊只店气",
        strict=True,
    )
)
VISUAL: Final = dict(
    zip(
        "岫霁澹蘅砚芃苕岑楮槭骊玑涧荻菰筠翊曦昀晞皎磬碣箬篁沅湄浔淇溟滢漪瀚炜焓煦熠珂珩琚琮瑀璟畹窕竑绎缃翎聿苒茭阀泵铝",
        "油雾檐衙现芄茗芩诸械骋玖润获孤均诩曒旳唏咬馨揭若簧沉媚得淇溪莹猗翰炜洽照煜坷衍据综偶憬碗窈纮译湘翔津再芨阁泉吕",
        strict=True,
    )
)
TRAD: Final = dict(
    zip(
        "岚涧骊玑鸾鹂砚嵝溇滢泷绎缃缦纶贤云县机电织纺业华阀门厂园汽车设备药铜铝钢东热处",
        "嵐澗驪璣鸞鸝硯嶁漊瀅瀧繹緗縵綸賢雲縣機電織紡業華閥門廠園汽車設備藥銅鋁鋼東熱處",
        strict=True,
    )
)
BRANCHES: Final = ("第一分公司", "第二分厂", "溪岫分公司", "（二厂）", "分厂")
NOTES: Final = ("(暂定名)", "（筹）", "（原{old}）", "（沈岫蘅）", "（B厂）")
LEGAL: Final = {
    "有限责任公司": ("有限公司", "公司"), "集团有限公司": ("集团", "有限公司"),
    "股份有限公司": ("有限公司", "股份公司"), "有限公司": ("有限责任公司", "公司"),
    "合伙企业（有限合伙）": ("合伙企业",), "工厂": ("厂",), "厂": ("有限公司", "工厂"),
}  # fmt: skip


def place(rng: Random, text: str) -> str:
    """Longer, shorter or half-way prefixes; a remark behind."""
    roll = rng.random()
    if roll < 0.35:
        return "浙江省墨川市" + text
    if roll < 0.55:
        return "墨川市" + text
    if roll < 0.85 and text[2:3] in "县区市":
        return text[3:]
    return text + rng.choice(("（自主申报）", "内", "厂房"))


def _width(rng: Random, name: Name) -> str:
    text = name.full.replace("（", "(").replace("）", "）" if rng.random() < 0.5 else ")")
    at = rng.randint(2, max(2, len(text) - 4))
    return text[:at] + rng.choice(("　", " ")) + text[at:]


def _trad(rng: Random, name: Name) -> str:
    return "".join(TRAD.get(c, c) if rng.random() < 0.9 else c for c in name.full)


def _branch(rng: Random, name: Name) -> str:
    return name.full + rng.choice(BRANCHES)


def _paren(rng: Random, name: Name) -> str:
    flipped = Name(name.region, name.trade_name, name.trade, name.form, not name.bracket)
    text = flipped.full if name.region else name.full
    roll = rng.random()
    if roll < 0.3:
        text = text.replace("（", "(").replace("）", ")")
    elif roll < 0.45:
        text = text.replace("）", "")
    return text


def _etal(rng: Random, name: Name) -> str:
    return name.full + rng.choice(("等", "等2户", "等三家"))


def _region(rng: Random, name: Name) -> str:
    region = rng.choice(("浙江省墨川市", "墨川", "浙江省", "", "墨川市" + name.region))
    return Name(region, name.trade_name, name.trade, name.form).full


def _legal(rng: Random, name: Name) -> str:
    form = rng.choice(LEGAL[name.form])
    return Name(name.region, name.trade_name, name.trade, form, name.bracket).full


def _core(name: Name, core: str) -> str:
    return Name(name.region, core, name.trade, name.form, name.bracket).full


def _homophone(rng: Random, name: Name) -> str:
    core, hit = swap_letters(rng, name.trade_name, HOMOPHONE)
    return _core(name, core) if hit else swap_letters(rng, name.full, HOMOPHONE)[0]


def _visual(rng: Random, name: Name) -> str:
    core, hit = swap_letters(rng, name.trade_name, VISUAL)
    return _core(name, core) if hit else swap_letters(rng, name.full, VISUAL)[0]


def _missing(rng: Random, name: Name) -> str:
    text = name.full
    start = len(name.region) if not name.bracket else 0
    at = start + rng.randrange(len(name.trade_name) + len(name.trade))
    return text[:at] + text[at + 1 :]


def _swap(rng: Random, name: Name) -> str:
    text = name.full
    start = len(name.region) if not name.bracket else 0
    at = start + rng.randrange(len(name.trade_name) + len(name.trade) - 1)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _abbr(rng: Random, name: Name) -> str:
    region = name.region if rng.random() < 0.6 else ""
    return rng.choice(
        (f"{region}{name.trade_name}{name.trade}", f"{region}{name.trade_name}{name.trade[:2]}",
         f"{name.region}{name.trade_name}", f"{region}{name.trade_name}集团")
    )  # fmt: skip


def _note(rng: Random, name: Name) -> str:
    return name.full + rng.choice(NOTES).format(old=name.trade_name + name.trade + "厂")


_FUNCTIONS: Final = {
    "width": _width, "trad": _trad, "branch": _branch, "paren": _paren, "etal": _etal,
    "region": _region, "legal": _legal, "homophone": _homophone, "visual": _visual,
    "missing": _missing, "swap": _swap, "abbr": _abbr, "note": _note,
}  # fmt: skip
spoil: Final = spoiler(_FUNCTIONS, _SCENARIO)
