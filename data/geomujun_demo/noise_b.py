"""Noise B: other hands, other habits. Not for developing the matcher on; only for judging it.

Scanned forms, typists who stutter, clerks who add departments, separators of their own making.
"""

from __future__ import annotations

from random import Random
from typing import Final

from geomujun_demo.noise import spoiler, swap_letters
from geomujun_demo.world import Name

KINDS: Final = (
    "ocr", "ocr_two", "radical", "dropped_region", "doubled", "department", "blanks", "points",
    "wrong_form", "cut", "site", "full_division", "added_trade", "inverted",
)  # fmt: skip
JOINERS: Final = ("/", "、 ", " & ", "；；", "，")
_SCENARIO: Final = {
    "own_typo": ("ocr", "ocr_two", "doubled", "radical"), "own_region": ("dropped_region",
    "full_division"),
    "own_legal": ("wrong_form",), "own_branch": ("department", "site"),
    "own_bracket": ("points", "inverted"),
    "own_fullwidth": ("blanks",), "own_trad": ("ocr", "radical"), "own_abbrev": ("cut",),
    "own_note": ("site", "added_trade"),
}  # fmt: skip
OCR: Final = dict(
    zip(
        "未末己已日曰土士大太木本千干人入天夫力刀工土口日业亚司同限服品晶机杋公众厂广电由",
        "末未已己曰日士土太大本木干千入人夫天刀力土工日目亚业同司服限晶品杌机众公广厂由电",
        strict=True,
    )
) | dict(
    zip(
        "霁岑荻涧玑琮珩昀晷皑磊碧笕笙畦畹眭翊舸岫",
        "齐芩萩间机综行韵咎恺垒璧笼竺睦碗眶栩轲蚰",
        strict=True,
    )
)
RADICAL: Final = dict(
    zip(
        "澹蘅砚溇楮槭鹂骊嵝涧荻菰蓼筠曦晞皎沅湄浔淇渟溟滢漪澜瀚炜焓煦熠珂珩琚琮瑀璟窕竑簏纶绎缃缦苒茭",
        "詹衡见娄者戚丽丽娄间狄孤翏均羲希交元眉寻其亭冥莹猗阑翰韦含昫習可行居宗禹景兆宏鹿仑译相曼冉交",
        strict=True,
    )
)
DEPARTMENTS: Final = ("生产部", "云岫基地", "财务室", "厂区", "一车间", "仓储中心")
SITES: Final = ("（老厂）", "(新厂区)", "南厂", "【二期】", "-1号地块")
FORMS: Final = ("有限公司", "股份有限公司", "公司", "总厂", "厂", "集团公司", "实业公司")
TRADES: Final = ("制造", "科技", "实业", "工贸")


def place(rng: Random, text: str) -> str:
    """Marks in place of words, the town behind, digits of full width, no county."""
    roll = rng.random()
    if roll < 0.3:
        return text.replace("号", "#").replace("工业区", "工业集聚点")
    if roll < 0.5 and len(text) > 8:
        return f"{text[6:]}（{text[:6]}）"
    if roll < 0.75:
        return text.translate({c: c + 0xFEE0 for c in range(ord("0"), ord("9") + 1)})
    return text.replace("路", "路 ").replace("村", "村村")


def _keep(name: Name, **change: str) -> str:
    parts = {"region": name.region, "core": name.trade_name, "trade": name.trade, "form": name.form}
    parts |= change
    bracket = name.bracket and bool(parts["region"])
    return Name(parts["region"], parts["core"], parts["trade"], parts["form"], bracket).full


def _ocr(rng: Random, name: Name) -> str:
    return swap_letters(rng, name.full, OCR)[0]


def _ocr_two(rng: Random, name: Name) -> str:
    return swap_letters(rng, name.full, OCR | RADICAL, most=2)[0]


def _radical(rng: Random, name: Name) -> str:
    return _keep(name, core=swap_letters(rng, name.trade_name, RADICAL)[0])


def _dropped_region(rng: Random, name: Name) -> str:
    return _keep(name, region="") if rng.random() < 0.8 else _keep(name, region=name.region[:1])


def _doubled(rng: Random, name: Name) -> str:
    at = rng.randrange(len(name.full))
    return name.full[: at + 1] + name.full[at:]


def _department(rng: Random, name: Name) -> str:
    return name.full + rng.choice(("", " ")) + rng.choice(DEPARTMENTS)


def _blanks(rng: Random, name: Name) -> str:
    return rng.choice((" ", "  ", "\u3000")).join(_pieces(rng, name.full))


def _points(rng: Random, name: Name) -> str:
    return rng.choice(("·", ".", "-", "_")).join(_pieces(rng, name.full))


def _pieces(rng: Random, text: str) -> list[str]:
    cuts = sorted(rng.sample(range(1, len(text)), rng.choice((1, 1, 2, 3))))
    return [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]


def _wrong_form(rng: Random, name: Name) -> str:
    return _keep(name, form=rng.choice([f for f in FORMS if f != name.form]))


def _cut(rng: Random, name: Name) -> str:
    at = len(name.region) + len(name.trade_name) + rng.randint(0, len(name.trade))
    return name.full[: max(4, at)] + rng.choice(("", "..", "…", "公司"))


def _site(rng: Random, name: Name) -> str:
    return name.full + rng.choice(SITES)


def _full_division(rng: Random, name: Name) -> str:
    return (
        "中国浙江墨川" + name.full
        if rng.random() < 0.4
        else _keep(name, region="浙江省墨川市" + name.region)
    )


def _added_trade(rng: Random, name: Name) -> str:
    return _keep(name, trade=name.trade + rng.choice(TRADES))


def _inverted(rng: Random, name: Name) -> str:
    bracket = rng.choice(("({})", "〔{}〕", "（{}", "-{}-")).format(name.region)
    return f"{name.trade_name}{bracket}{name.trade}{name.form}"


_FUNCTIONS: Final = {
    "ocr": _ocr, "ocr_two": _ocr_two, "radical": _radical, "dropped_region": _dropped_region,
    "doubled": _doubled, "department": _department, "blanks": _blanks, "points": _points,
    "wrong_form": _wrong_form, "cut": _cut, "site": _site, "full_division": _full_division,
    "added_trade": _added_trade, "inverted": _inverted,
}  # fmt: skip
spoil: Final = spoiler(_FUNCTIONS, _SCENARIO)
