"""How right holders, places and parcel codes are written in the case."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

from geomujun_demo import codes
from geomujun_demo.landless import street
from geomujun_demo.noise import PROFILES, Noise, Profile, load
from geomujun_demo.people import key
from geomujun_demo.world import NOBODY, Firm, Holder, Plot, World

SPOILT: Final = (
    "own_typo", "own_region", "own_legal", "own_branch", "own_bracket", "own_fullwidth",
    "own_trad",
    "own_abbrev", "own_note",
)  # fmt: skip
CORNERS: Final = {
    ("南", "西"): "东北",
    ("南", "东"): "西北",
    ("北", "西"): "东南",
    ("北", "东"): "西南",
}
WIDE: Final = {ord(c): chr(ord(c) + 0xFEE0) for c in codes.ALPHABET}  # full-width forms


@dataclass(slots=True)
class Written:
    """One plot's holders as written: joined cells, and one row each."""

    names: str
    numbers: str
    shares: str
    rows: list[tuple[str, str, str, str]]  # name, kind of number, number, share


class Writer:
    """Writes texts of one world with its noise; keeps what it did for the judge."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rng = Random(f"{world.seed}/{world.noise}/texts")  # noqa: S311
        self.noise: Noise = load(world.noise)
        self.profile: Profile = PROFILES[world.profile]
        self.holder_text: list[tuple[str, str, str, str]] = []
        self._taken = {key(f.name.full) for f in world.firms}
        self._taken |= {key(n) for f in world.firms for n, _ in f.former}

    def holders(self, plot: Plot) -> Written:
        """The holders of one plot, with names, numbers and shares as the certificate has them."""
        rows = [self._holder(plot, h) for h in plot.holders]
        joiner = self.rng.choice(self.noise.JOINERS)
        shares = self._shares(plot.holders)
        rows = [(*r[:3], s) for r, s in zip(rows, shares, strict=True)]
        numbers = joiner.join(r[2] for r in rows) if any(r[2] for r in rows) else ""
        told = joiner.join(shares) if any(shares) else ""
        return Written(joiner.join(r[0] for r in rows), numbers, told, rows)

    def _shares(self, holders: list[Holder]) -> list[str]:
        if not holders:
            return []
        if len(holders) == 1:
            return [self.rng.choice(("", "", "", "100%", "1"))]
        if any(h.share is None for h in holders):
            return [""] * len(holders)
        if all(h.share == 0.5 for h in holders) and self.rng.random() < 0.5:
            return ["1/2", "1/2"]
        percent = self.rng.random() < 0.5
        return [f"{h.share:.0%}" if percent else f"{h.share}" for h in holders]

    def _holder(self, plot: Plot, holder: Holder) -> tuple[str, str, str, str]:
        if holder.kind == "person":
            number = codes.person_id(self.rng, plot.division) if self.rng.random() < 0.6 else ""
            return holder.name, "身份证" if number else "", number, ""
        if holder.firm == NOBODY:
            return holder.name, "", "", ""
        firm = self.world.firms[holder.firm]
        text, op = self._firm_name(plot, holder, firm)
        kind, number = self._number(firm)
        self.holder_text.append((plot.code, firm.uscc, kind, op))
        label = {
            "valid": "统一社会信用代码",
            "empty": "",
            "org9": "组织机构代码",
            "reg15": "营业执照",
        }
        return text, label.get(kind, "统一社会信用代码"), number, ""

    def _firm_name(self, plot: Plot, holder: Holder, firm: Firm) -> tuple[str, str]:
        if holder.name != firm.name.full:
            return holder.name, "former"
        kind = plot.scenario
        if kind not in SPOILT:
            if self.rng.random() >= self.profile.spoil:
                return holder.name, ""
            kind = self.rng.choice(self.noise.KINDS)
        for _ in range(6):
            text, op = self.noise.spoil(self.rng, firm.name, kind)
            if op and (key(text) not in self._taken or key(text) == key(holder.name)):
                return text, op
        return holder.name, ""

    def _number(self, firm: Firm) -> tuple[str, str]:
        kinds = self.profile.codes
        kind = self.rng.choices(list(kinds), list(kinds.values()))[0]
        if kind == "empty":
            return kind, ""
        if kind == "old":
            number, which = codes.old_code(self.rng, firm.uscc)
            return which, number
        if kind == "broken":
            return kind, codes.break_uscc(self.rng, firm.uscc)
        return ("wide", firm.uscc.translate(WIDE)) if kind == "wide" else ("valid", firm.uscc)

    def firm_name(self, firm: Firm) -> str:
        """A firm's name in a table of another office: mostly right."""
        if self.rng.random() < self.profile.spoil * 0.5:
            text, op = self.noise.spoil(self.rng, firm.name, self.rng.choice(self.noise.KINDS))
            if op and key(text) not in self._taken:
                return text
        return firm.name.full

    def address(self, text: str) -> str:
        """An address of the register."""
        return self.noise.place(self.rng, text) if self.rng.random() < self.profile.place else text

    def location(self, plot: Plot, neighbour: str = "") -> str:
        """坐落 of a parcel: mostly relative, often a village, hardly ever a house number."""
        rng, text = self.rng, ""
        front, side = street(plot), plot.roads[2] if plot.side[1] == "西" else plot.roads[3]
        east = "东" if plot.side[1] == "西" else "西"
        north = "北" if plot.side[0] == "南" else "南"
        roll = rng.random()
        if roll < 0.46 and plot.number:
            text = rng.choice(
                (f"{front}以{north}、{side}以{east}", f"{front}{north}侧、{side}{east}侧",
                 f"{front}与{side}交叉口{CORNERS[plot.side]}侧", f"{front}以{north}")
            )  # fmt: skip
        elif roll < 0.48 and neighbour:
            text = f"{neighbour}以{east}"
        elif roll < 0.5 and plot.number:
            text = f"{front}{plot.number}号"
        elif roll < 0.63 and plot.park:
            lot = f"{chr(65 + plot.index % 6)}-{plot.number:02d}地块"
            text = plot.park + rng.choice(("", front, lot))
        else:
            text = plot.village + rng.choice(("", "地段", "工业区", f"{plot.number % 9 + 1}组"))
        head = rng.choice((plot.town, plot.town[3:], "", f"浙江省墨川市{plot.town}"))
        return head + text
