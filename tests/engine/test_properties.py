"""What the model promises, held on made-up worlds."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from engine import topk
from engine.explain import Breakdown, Wanted, explain
from engine.model import FOCUS_NEED, FOCUS_PERSON, TEXT_BONUS, TEXT_SCALE, Needs, Ranked, Supply

from .worlds import World, asked_for, focuses, held_by, lists, near_tables, profiles, wanted_by, worlds

TINY = 1e-9
SKILLS = 6
likeness = st.sampled_from([0.0, 0.4, 1.0])


def read(need: dict[int, tuple[float, int]]) -> list[Wanted]:
    """Turn a made-up need into what `explain` reads."""
    return [Wanted(skill, weight, level, essential=False) for skill, (weight, level) in need.items()]


def one_more_level(held: dict[int, int], skill: int) -> dict[int, int]:
    """Raise one skill by a level, or add it at the first."""
    assume(held.get(skill, 0) < 5)
    return held | {skill: held.get(skill, 0) + 1}


pairs = {
    "held": profiles(SKILLS),
    "need": asked_for(SKILLS),
    "near": near_tables(SKILLS),
    "skill": st.integers(0, SKILLS - 1),
    "focus": focuses,
    "text": likeness,
}


def adds_up(ranked: Ranked, place: int, found: Breakdown) -> None:
    """Hold what is stored of a kept pair against its explanation."""
    total = sum(part.points for part in found.parts) - found.focus_deduction + found.text_bonus
    assert total == pytest.approx(ranked.score[place], abs=1e-9)
    assert found.score == pytest.approx(ranked.score[place], abs=1e-12)
    assert found.fit == pytest.approx(ranked.fit[place], abs=1e-12)
    assert found.use == pytest.approx(ranked.use[place], abs=1e-12)
    assert found.text_bonus == pytest.approx(ranked.bonus[place], abs=1e-12)
    assert found.surplus == pytest.approx(ranked.surplus[place], abs=1e-12)


@settings(max_examples=80)
@given(world=worlds())
def test_the_parts_of_every_kept_pair_add_up_to_its_score(world: World) -> None:
    for_needs, for_people = topk.rank_both(world.needs, world.supply, world.near)

    def likeness_of(i: int, j: int) -> float:
        if world.supply.text is None or world.needs.text is None:
            return 0.0
        cosine = (world.supply.text[[i]] @ world.needs.text[[j]].T).toarray()[0, 0]
        return min(1.0, TEXT_SCALE * float(cosine))

    def explained(i: int, j: int, focus: float) -> Breakdown:
        text = likeness_of(i, j)
        held, wanted = held_by(world, i), wanted_by(world, j)
        return explain(held, wanted, world.near, focus=focus, bonus=TEXT_BONUS, text=text)

    for j, people in enumerate(lists(for_needs)):
        for rank, i in enumerate(people):
            adds_up(for_needs, for_needs.of(j).start + rank, explained(i, j, FOCUS_NEED))
    for i, needs in enumerate(lists(for_people)):
        for rank, j in enumerate(needs):
            adds_up(for_people, for_people.of(i).start + rank, explained(i, j, FOCUS_PERSON))


@settings(max_examples=100)
@given(**pairs)
def test_a_skill_more_or_a_higher_level_never_lowers_the_fit_nor_brings_the_score_under_its_floor(
    held: dict[int, int], need: dict[int, tuple[float, int]], near: csr_array, skill: int, focus: float, text: float
) -> None:
    before = explain(held, read(need), near, focus=focus, bonus=TEXT_BONUS, text=text)
    after = explain(one_more_level(held, skill), read(need), near, focus=focus, bonus=TEXT_BONUS, text=text)
    assert after.fit >= before.fit - TINY
    assert after.score >= (1 - focus) * after.fit - TINY


@settings(max_examples=100)
@given(**pairs)
def test_raising_a_skill_that_is_asked_for_up_to_its_minimum_never_lowers_the_score(
    held: dict[int, int], need: dict[int, tuple[float, int]], near: csr_array, skill: int, focus: float, text: float
) -> None:
    assume(skill in need and held.get(skill, 0) < need[skill][1])
    before = explain(held, read(need), near, focus=focus, bonus=TEXT_BONUS, text=text)
    after = explain(one_more_level(held, skill), read(need), near, focus=focus, bonus=TEXT_BONUS, text=text)
    assert after.score >= before.score - TINY


@settings(max_examples=100)
@given(**pairs)
def test_without_focus_the_score_never_falls_when_a_level_rises(
    held: dict[int, int], need: dict[int, tuple[float, int]], near: csr_array, skill: int, focus: float, text: float
) -> None:
    before = explain(held, read(need), near, focus=0.0, bonus=TEXT_BONUS, text=text)
    after = explain(one_more_level(held, skill), read(need), near, focus=0.0, bonus=TEXT_BONUS, text=text)
    assert after.score >= before.score - TINY


@settings(max_examples=100)
@given(**pairs)
def test_the_score_is_nothing_exactly_when_fit_and_text_bonus_are(
    held: dict[int, int], need: dict[int, tuple[float, int]], near: csr_array, skill: int, focus: float, text: float
) -> None:
    found = explain(held, read(need), near, focus=focus, bonus=TEXT_BONUS, text=text)
    assert (found.score == 0.0) == (found.fit == 0.0 and found.text_bonus == 0.0)
    assert 0.0 <= found.score <= 1.0


@settings(max_examples=60)
@given(world=worlds(), data=st.data())
def test_the_order_of_rows_and_skills_in_the_input_changes_nothing(world: World, data: st.DataObject) -> None:
    people = np.array(data.draw(st.permutations(range(len(world.supply)))), dtype=np.intp)
    needs = np.array(data.draw(st.permutations(range(len(world.needs)))), dtype=np.intp)
    skills = np.array(data.draw(st.permutations(range(world.near.shape[0]))), dtype=np.intp)
    supply, wanted = world.supply.take(people), world.needs.take(needs)
    shuffled = World(
        replace(supply, levels=supply.levels[:, skills]),
        replace(wanted, weights=wanted.weights[:, skills], min_levels=wanted.min_levels[:, skills]),
        world.near[skills][:, skills],
    )
    plain = topk.rank_both(world.needs, world.supply, world.near, keep=3)
    mixed = topk.rank_both(shuffled.needs, shuffled.supply, shuffled.near, keep=3)
    for one, other, owners, candidates in zip(plain, mixed, (needs, people), (people, needs), strict=True):
        found = lists(other)
        for place, owner in enumerate(owners):
            assert [int(candidates[row]) for row in found[place]] == lists(one)[owner]
            assert other.score[other.of(place)].tolist() == one.score[one.of(int(owner))].tolist()
            assert other.eligible[place] == one.eligible[owner]
            assert other.excluded[place].tolist() == one.excluded[owner].tolist()


def test_nothing_that_the_law_protects_is_in_the_input() -> None:
    assert {field.name for field in fields(Supply)} == {
        "levels", "order", "kinds", "city", "moves", "remote", "languages", "speaks", "available", "text",
    }  # fmt: skip
    assert {field.name for field in fields(Needs)} == {
        "weights", "min_levels", "order", "kind", "city", "remote", "languages", "starts", "text",
    }  # fmt: skip
