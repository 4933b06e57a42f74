"""Makers of firms, persons and dates. The register grows as scenarios ask for firms."""

from __future__ import annotations

from bisect import bisect
from datetime import date, timedelta
from itertools import accumulate
from random import Random
from typing import Final

from geomujun_demo import lexicon
from geomujun_demo.codes import CodeMint
from geomujun_demo.world import Firm, Name, World

COMMON: Final = (
    0.82  # exponent of the 字号 frequency: share of rank r is about 1 / (r + 12) ** COMMON
)


class Register:
    """The firms of the world; names are unique, 字号 are not (Zipf-like, as in real registers)."""

    def __init__(self, world: World, rng: Random, expected: int) -> None:
        self.world, self.rng = world, rng
        self.mint = CodeMint(rng)
        self.taken: set[str] = set()
        self._pool = _trade_names(rng, max(60, int(expected * 0.75)))
        self._sum = list(accumulate(1 / (r + 12) ** COMMON for r in range(len(self._pool))))
        self._divisions = list(lexicon.TRADES)
        self._trade_sum = list(accumulate(lexicon.TRADES[d][2] for d in self._divisions))
        self._form_sum = list(accumulate(w for _, w in lexicon.FORMS))

    def trade_name(self) -> str:
        """A 字号 from the pool, common ones often."""
        return self._pool[bisect(self._sum, self.rng.random() * self._sum[-1])]

    def form(self) -> str:
        """A legal form."""
        at = bisect(self._form_sum, self.rng.random() * self._form_sum[-1])
        return lexicon.FORMS[at][0]

    def trade(self) -> tuple[str, str]:
        """A trade and its four-digit industry code, B–D."""
        at = bisect(self._trade_sum, self.rng.random() * self._trade_sum[-1])
        trades, codes, _ = lexicon.TRADES[self._divisions[at]]
        return self.rng.choice(trades), self.rng.choice(codes)

    def region(self, division: str) -> str:
        """What stands before the 字号: county, city or province, with or without its last word."""
        county = dict(lexicon.COUNTIES).get(division, "") or self._elsewhere(division)
        roll = self.rng.random()
        if roll < 0.62:
            return county.rstrip("县市区")
        if roll < 0.72:
            return county
        if roll < 0.86:
            return lexicon.CITY.removesuffix("市")
        return lexicon.CITY if roll < 0.9 else "浙江"

    def _elsewhere(self, division: str) -> str:
        return next((r for d, _, r in lexicon.OTHER_DIVISIONS if d == division), "浙江")

    def name(self, division: str, trade: str) -> Name:
        """A name nobody has yet."""
        while True:
            form = self.form()
            name = Name(self.region(division), self.trade_name(), trade, form)
            name.bracket = "（" not in form and self.rng.random() < 0.12
            if self.claim(name, division):
                return name

    def claim(self, name: Name, division: str) -> bool:
        """Take a name; False when it is gone, or its 字号 and trade are in this division.

        The second is the registration rule (企业名称登记管理规定): the same 字号 in the same trade
        of one place is refused, so 云岫X纺织有限公司 and X纺织（云岫）厂 are never two firms.
        """
        keys = {key(name.full), f"{division}/{name.trade_name}/{name.trade}"}
        if keys & self.taken:
            return False
        self.taken |= keys
        return True

    def firm(self, division: str, *, service: bool = False, scenario: str = "") -> Firm:
        """A new live firm in the register."""
        trade, industry = self.rng.choice(lexicon.SERVICES) if service else self.trade()
        founded = date(self.rng.randint(1995, self.world.year - 3), 1, 1)
        founded += timedelta(days=self.rng.randrange(365))
        firm = Firm(
            index=len(self.world.firms),
            uscc=self.mint.uscc(division, young=founded > date(2015, 10, 1)),
            name=self.name(division, trade),
            industry=industry,
            division=division,
            founded=founded,
            scenario=scenario,
            above=not service and self.rng.random() < 0.36,
        )
        firm.written_uscc = firm.uscc
        self.world.firms.append(firm)
        return firm

    def stranger(self, division: str, like: Firm | None = None) -> str:
        """The name of a firm that is not in the register; ``like``: very near to one that is."""
        while True:
            if like is None:
                name = self.name(division, self.trade()[0]).full
            else:
                sibling = self._sibling(like, division)
                if not self.claim(sibling, division):
                    continue
                name = sibling.full
            return name

    def _sibling(self, like: Firm, division: str) -> Name:
        n, roll = like.name, self.rng.random()
        if roll < 0.4:
            return Name(n.region, n.trade_name, self.trade()[0], n.form, n.bracket)
        if roll < 0.7:
            return Name(self.region(division), n.trade_name, self.trade()[0], self.form())
        letter = self.rng.choice(lexicon.HEADS + lexicon.TAILS)
        changed = n.trade_name[:-1] + letter
        return Name(n.region, changed, n.trade, n.form, n.bracket)

    def person(self) -> str:
        """A clearly invented person."""
        return self.rng.choice(lexicon.SURNAMES) + "".join(
            self.rng.choices(lexicon.GIVEN, k=self.rng.choice((1, 2, 2)))
        )

    def day(self, first: int, last: int) -> date:
        """A day of the years ``first`` to ``last``."""
        return date(self.rng.randint(first, last), 1, 1) + timedelta(days=self.rng.randrange(365))


def key(name: str) -> str:
    """A name without brackets and blanks: no two firms of the demo share it."""
    return (
        name.replace("（", "").replace("）", "").replace("(", "").replace(")", "").replace(" ", "")
    )


def _trade_names(rng: Random, count: int) -> list[str]:
    pool: dict[str, None] = {}
    while len(pool) < count:
        roll = rng.random()
        word = rng.choice(lexicon.HEADS)
        if roll > 0.7:
            word += rng.choice(lexicon.MIDDLES if roll > 0.9 else lexicon.HEADS)
        word += rng.choice(lexicon.TAILS)
        if roll > 0.96:
            word += rng.choice(lexicon.TAILS)
        pool[word] = None
    return list(pool)
