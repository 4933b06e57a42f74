from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from benchmarks import corrupt, corrupt_b
from benchmarks.base_names import Base, load
from benchmarks.corrupt import World
from benchmarks.name_parts import Parts, learn, place_writings
from benchmarks.names_generator import RECIPES, Task, folded, make

ROOT = Path(__file__).parents[3]
WORLD = World(("杭州市", "绍兴市"), ("恒鑫", "海天"), {"绍兴": "绍兴市"}, {"绍兴": "浙江省"})
PARTS = Parts("绍兴市", "恒鑫一泰", "机械制造", "有限公司")


@pytest.fixture(scope="module")
def base() -> Base:
    return load(None)


@pytest.fixture(scope="module", params=["a", "b"])
def task(base: Base, request: pytest.FixtureRequest) -> Task:
    return make(base, 1500, 3, request.param)


def test_without_real_names_the_base_says_loudly_that_it_is_invented(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert not load(None).real
    assert "INVENTED" in capsys.readouterr().err


def test_the_shares_of_kinds_are_those_of_the_task(task: Task) -> None:
    kinds = task.parcels["kind"].value_counts(normalize=True)
    assert kinds["none_random"] == pytest.approx(0.08, abs=0.025)
    assert kinds["none_sibling"] == pytest.approx(0.08, abs=0.025)
    assert kinds["joint"] == pytest.approx(0.04, abs=0.02)


def test_a_register_has_as_many_different_names_as_was_asked(task: Task) -> None:
    assert task.register["name"].map(folded).nunique() == len(task.register) == 1500


def test_no_corruption_spells_another_registered_firm(task: Task) -> None:
    known = {folded(name): row for row, name in enumerate(task.register["name"])}
    for text, truth, kind in task.parcels[["text", "truth", "kind"]].itertuples(index=False):
        owner = known.get(folded(text))
        if kind.startswith("none"):
            assert owner is None
        elif owner is not None:
            assert str(owner) in truth.split("|")


def test_the_same_seed_gives_the_same_task_whatever_the_hash_seed() -> None:
    code = (
        "import hashlib; from benchmarks.base_names import load;"
        "from benchmarks.names_generator import make; t = make(load(None), 300, 5, 'a');"
        "print(hashlib.sha256((t.register.to_csv() + t.parcels.to_csv()).encode()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(digests) == 1


def test_two_seeds_give_two_tasks(base: Base) -> None:
    one, two = make(base, 300, 1), make(base, 300, 2)
    assert one.parcels["text"].tolist() != two.parcels["text"].tolist()


@pytest.mark.parametrize("recipe", sorted(RECIPES))
def test_every_kind_changes_a_name_that_offers_a_place_for_it(recipe: str) -> None:
    for kind, (share, rule) in RECIPES[recipe].items():
        dice = [Random(seed) for seed in range(30)]  # noqa: S311
        made = {rule(PARTS, rng, WORLD) for rng in dice} - {None, str(PARTS)}
        assert share > 0
        assert made, kind


def test_the_recipes_share_no_kind() -> None:
    assert not set(corrupt.KINDS) & set(corrupt_b.KINDS)


def test_a_homophone_sounds_the_same_and_is_written_otherwise() -> None:
    rng = Random(0)  # noqa: S311
    made = corrupt.homophone(Parts("", "恒鑫", "", "厂"), rng, WORLD)
    assert made is not None
    changed = [(a, b) for a, b in zip("恒鑫厂", made, strict=True) if a != b]
    assert len(changed) == 1
    assert corrupt.syllable(changed[0][0]) == corrupt.syllable(changed[0][1])


def test_a_splitter_learns_trade_words_from_the_names() -> None:
    names = [f"杭州{a}{b}机械有限公司" for a in "恒鑫泰丰" for b in "源盛隆"]
    got = learn(names, place_writings(["杭州市"])).split("杭州市恒源机械有限公司")
    assert got == Parts("杭州市", "恒源", "机械", "有限公司")


def test_a_place_is_lengthened_only_by_the_division_above_it() -> None:
    seen = {
        corrupt.region(PARTS, Random(seed), WORLD)  # noqa: S311
        for seed in range(40)
    }
    assert "浙江省绍兴市恒鑫一泰机械制造有限公司" in seen
    assert not any("杭州" in (text or "") for text in seen)
