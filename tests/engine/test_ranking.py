"""The fast ranking finds what the plain definition finds: the same pairs, in the same order, with the same figures."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import reference, topk
from engine.model import CONDITIONS, FOCUS_NEED, FOCUS_PERSON, Needs, Supply

from .worlds import World, assert_same, bonuses, focuses, lists, near_skills, people, wishes, worlds

blocks = st.sampled_from([1, 2, 5, 11, 2_000_000])
keeps = st.sampled_from([1, 2, 3, 100])


@settings(max_examples=150)
@given(world=worlds(), focus=focuses, bonus=bonuses, keep=keeps, pairs_per_block=blocks)
def test_the_people_of_each_need_are_those_of_the_definition(
    world: World, focus: float, bonus: float, keep: int, pairs_per_block: int
) -> None:
    supply, needs, near = world.supply, world.needs, world.near
    fast = topk.rank_for_needs(
        needs, supply, near, focus=focus, bonus=bonus, keep=keep, pairs_per_block=pairs_per_block
    )
    assert_same(fast, reference.rank_for_needs(needs, supply, near, focus=focus, bonus=bonus, keep=keep))


@settings(max_examples=50)
@given(world=worlds(), data=st.data(), keep=keeps, pairs_per_block=blocks)
def test_each_need_may_have_a_focus_of_its_own(
    world: World, data: st.DataObject, keep: int, pairs_per_block: int
) -> None:
    supply, needs, near = world.supply, world.needs, world.near
    focus = np.array(data.draw(st.lists(focuses, min_size=len(needs), max_size=len(needs))), dtype=np.float64)
    fast = topk.rank_for_needs(needs, supply, near, focus=focus, keep=keep, pairs_per_block=pairs_per_block)
    assert_same(fast, reference.rank_for_needs(needs, supply, near, focus=focus, keep=keep))


@settings(max_examples=150)
@given(world=worlds(max_people=5, max_needs=7), focus=focuses, bonus=bonuses, keep=keeps, pairs_per_block=blocks)
def test_the_needs_of_each_person_are_those_of_the_definition(
    world: World, focus: float, bonus: float, keep: int, pairs_per_block: int
) -> None:
    supply, needs, near = world.supply, world.needs, world.near
    fast = topk.rank_for_people(
        supply, needs, near, focus=focus, bonus=bonus, keep=keep, pairs_per_block=pairs_per_block
    )
    assert_same(fast, reference.rank_for_people(supply, needs, near, focus=focus, bonus=bonus, keep=keep))


@settings(max_examples=60)
@given(world=worlds(), keep=keeps, pairs_per_block=blocks, threads=st.integers(1, 3))
def test_one_pass_both_ways_finds_what_two_passes_find(
    world: World, keep: int, pairs_per_block: int, threads: int
) -> None:
    supply, needs, near = world.supply, world.needs, world.near
    for_needs, for_people = topk.rank_both(
        needs, supply, near, keep=keep, pairs_per_block=pairs_per_block, threads=threads
    )
    assert_same(for_needs, topk.rank_for_needs(needs, supply, near, keep=keep))
    assert_same(for_people, topk.rank_for_people(supply, needs, near, keep=keep))


@settings(max_examples=60)
@given(world=worlds(max_people=6, max_needs=6), keep=keeps)
def test_one_need_or_one_person_alone_gets_the_list_it_gets_among_all(world: World, keep: int) -> None:
    supply, needs, near = world.supply, world.needs, world.near
    for_needs, for_people = topk.rank_both(needs, supply, near, keep=keep)
    for j in range(len(needs)):
        alone = slice(j, j + 1)
        assert_same(topk.rank_for_needs(needs.take(alone), supply, near, keep=keep), for_needs, rows=alone)
    for i in range(len(supply)):
        alone = slice(i, i + 1)
        assert_same(topk.rank_for_people(supply.take(alone), needs, near, keep=keep), for_people, rows=alone)


def a_crowd(seed: int, n: int = 140, m: int = 30, skills: int = 30) -> World:
    """Make up enough people and needs that lists overflow, floors rise and many scores are equal."""
    dice = np.random.default_rng(seed)

    def some(most: int) -> list[int]:
        return [int(skill) for skill in dice.choice(skills, size=dice.integers(0, most), replace=False)]

    near = {(int(k), int(q)): float(dice.choice([0.3, 0.6, 1.0])) for k in range(skills) for q in some(4) if q != k}
    supply = people(
        [{skill: int(dice.integers(1, 6)) for skill in some(9)} for _ in range(n)],
        skills,
        order=dice.permutation(n) * 3 - 50,
        city=dice.integers(-1, 3, n).astype(np.int32),
        moves=dice.integers(-1, 2, n).astype(np.int8),
    )
    needs = wishes(
        [{skill: (float(dice.choice([1.0, 2.0])), int(dice.integers(1, 6))) for skill in some(6)} for _ in range(m)],
        skills,
        order=dice.permutation(m),
        city=dice.integers(-1, 3, m).astype(np.int32),
    )
    return World(supply, needs, near_skills(skills, near))


@pytest.mark.parametrize(("seed", "pairs_per_block"), [(1, 700), (2, 64), (3, 2_000_000)])
def test_lists_that_overflow_are_cut_as_the_definition_cuts_them(seed: int, pairs_per_block: int) -> None:
    world = a_crowd(seed)
    supply, needs, near = world.supply, world.needs, world.near
    for_needs, for_people = topk.rank_both(needs, supply, near, keep=4, pairs_per_block=pairs_per_block)
    assert_same(for_needs, reference.rank_for_needs(needs, supply, near, keep=4))
    assert_same(for_people, reference.rank_for_people(supply, needs, near, keep=4))


def test_equal_people_come_in_their_order_whatever_the_row_they_stand_in() -> None:
    supply = people([{0: 3}] * 5, order=np.array([40, 10, 30, 0, 20]))
    ranked = topk.rank_for_needs(wishes([{0: (1.0, 3)}]), supply, near_skills(8), keep=3)
    assert lists(ranked) == [[3, 1, 4]]


def test_more_surplus_comes_first_among_equal_scores() -> None:
    supply = people([{0: 3}, {0: 5}, {0: 4}])
    ranked = topk.rank_for_needs(wishes([{0: (1.0, 3)}]), supply, near_skills(8), focus=0.0, keep=2)
    assert lists(ranked) == [[1, 2]]
    assert ranked.score.tolist() == [1.0, 1.0]
    assert ranked.surplus.tolist() == [2.0, 1.0]


def test_scores_that_differ_by_less_than_a_billionth_are_equal() -> None:
    supply = people([{0: 1, 1: 1}, {0: 1, 2: 1, 3: 1}])
    needs = wishes([{0: (1.0, 1), 1: (1e-10, 1), 2: (1e-10, 1)}])
    ranked = topk.rank_for_needs(needs, supply, near_skills(8), focus=0.0)
    assert lists(ranked) == [[0, 1]]
    ranked = topk.rank_for_needs(needs, replace(supply, order=np.array([1, 0])), near_skills(8), focus=0.0)
    assert lists(ranked) == [[1, 0]]


def test_whoever_has_nothing_in_common_with_a_need_is_eligible_but_never_in_its_list() -> None:
    ranked = topk.rank_for_needs(wishes([{0: (1.0, 3)}]), people([{1: 5}, {}, {0: 1}]), near_skills(8))
    assert lists(ranked) == [[2]]
    assert ranked.eligible.tolist() == [3]


def test_texts_alone_bring_a_person_into_a_list() -> None:
    text = near_skills(4, {(0, 1): 1.0})[[0]]
    supply, needs = people([{1: 5}], text=text), wishes([{0: (1.0, 3)}], text=text)
    ranked = topk.rank_for_needs(needs, supply, near_skills(8))
    assert lists(ranked) == [[0]]
    assert ranked.fit.tolist() == [0.0]
    assert ranked.score.tolist() == ranked.bonus.tolist() == [0.3]
    assert lists(topk.rank_for_needs(needs, supply, near_skills(8), bonus=0.0)) == [[]]


def test_the_focus_is_that_of_the_side_that_looks() -> None:
    supply, needs = people([{0: 2, 1: 2}]), wishes([{0: (1.0, 2)}])
    for_needs, for_people = topk.rank_both(needs, supply, near_skills(8))
    assert for_needs.score.tolist() == [pytest.approx(1 - FOCUS_NEED / 2)]
    assert for_people.score.tolist() == [pytest.approx(1 - FOCUS_PERSON / 2)]


def test_a_person_who_fails_two_conditions_counts_in_both() -> None:
    supply = people(
        [{0: 3}] * 3,
        kinds=np.array([1, 2, 2], dtype=np.uint8),
        available=np.array([10, 10, 30]),
    )
    needs = wishes([{0: (1.0, 3)}], kind=np.array([1], dtype=np.uint8), starts=np.array([20]))
    for_needs, for_people = topk.rank_both(needs, supply, near_skills(8))
    kind, start = CONDITIONS.index("kind"), CONDITIONS.index("start")
    assert for_needs.eligible.tolist() == [1]
    assert for_needs.excluded[0, [kind, start]].tolist() == [2, 1]
    assert for_people.eligible.tolist() == [1, 0, 0]
    assert for_people.excluded[:, [kind, start]].tolist() == [[0, 0], [1, 0], [1, 1]]


def test_progress_is_told_after_every_block_up_to_the_last() -> None:
    told: list[tuple[int, int]] = []
    world = a_crowd(4, n=50, m=10)
    topk.rank_both(
        world.needs,
        world.supply,
        world.near,
        pairs_per_block=100,
        threads=2,
        on_block=lambda *step: told.append(step),
    )
    total = told[-1][1]
    assert total > 1
    assert told == [(done, total) for done in range(1, total + 1)]


def test_whoever_is_told_of_progress_can_end_the_run() -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    world = a_crowd(5, n=50, m=10)
    with pytest.raises(KeyboardInterrupt):
        topk.rank_for_needs(world.needs, world.supply, world.near, pairs_per_block=100, threads=2, on_block=stop)


@pytest.mark.parametrize(("n", "m"), [(0, 2), (2, 0), (0, 0)])
def test_nobody_or_nothing_gives_empty_lists(n: int, m: int) -> None:
    for_needs, for_people = topk.rank_both(wishes([{0: (1.0, 1)}] * m), people([{0: 1}] * n), near_skills(8))
    assert for_needs.indptr.tolist() == [0] * (m + 1)
    assert for_people.indptr.tolist() == [0] * (n + 1)
    assert for_needs.eligible.tolist() == [0] * m
    assert for_people.excluded.shape == (n, len(CONDITIONS))


def test_a_world_without_skills_gives_empty_lists() -> None:
    for_needs, for_people = topk.rank_both(wishes([{}], skills=0), people([{}, {}], skills=0), near_skills(0))
    assert lists(for_needs) == [[]]
    assert lists(for_people) == [[], []]


def test_tables_that_do_not_belong_together_are_refused() -> None:
    supply, needs = people([{0: 1}]), wishes([{0: (1.0, 1)}])
    with pytest.raises(ValueError, match="same skills"):
        topk.rank_for_needs(wishes([{0: (1.0, 1)}], skills=9), supply, near_skills(8))
    with pytest.raises(ValueError, match="same skills"):
        topk.rank_for_needs(needs, supply, near_skills(9))
    with pytest.raises(ValueError, match="same languages"):
        topk.rank_for_needs(replace(needs, languages=np.zeros((1, 5), dtype=np.int8)), supply, near_skills(8))
    with pytest.raises(ValueError, match="same words"):
        topk.rank_for_needs(
            replace(needs, text=near_skills(3)[[0]]), replace(supply, text=near_skills(4)[[0]]), near_skills(8)
        )


@pytest.mark.parametrize("wrong", [{"keep": 0}, {"pairs_per_block": 0}, {"focus": 1.5}, {"bonus": -0.1}])
def test_numbers_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must"):
        topk.rank_for_needs(wishes([{0: (1.0, 1)}]), people([{0: 1}]), near_skills(8), **wrong)


@pytest.mark.parametrize("value", [-0.1, 1.1])
def test_near_skills_out_of_range_are_refused(value: float) -> None:
    with pytest.raises(ValueError, match="near"):
        topk.rank_for_needs(wishes([{0: (1.0, 1)}]), people([{0: 1}]), near_skills(8, {(0, 1): value}))


def test_a_skill_shows_itself_wholly_whatever_stands_on_the_diagonal() -> None:
    near = near_skills(8, {(0, 0): 0.3})
    ranked = topk.rank_for_needs(wishes([{0: (1.0, 1)}]), people([{0: 1}]), near)
    assert ranked.fit.tolist() == [1.0]


def test_profiles_and_needs_that_make_no_sense_are_refused() -> None:
    good = people([{0: 1}, {1: 5}])
    for wrong in (
        {"levels": people([{0: 1}, {1: 2}]).levels * 3},
        {"order": np.array([4, 4])},
        {"city": np.zeros(3, dtype=np.int32)},
        {"moves": np.array([2, 0], dtype=np.int8)},
        {"languages": np.zeros((1, 2), dtype=np.int8)},
        {"text": near_skills(3)},
    ):
        with pytest.raises(ValueError, match=r"levels|order|city|moves|languages|text"):
            replace(good, **wrong)
    wanted = wishes([{0: (1.0, 2)}, {1: (2.0, 5)}])
    for wrong in (
        {"weights": wanted.weights * -1},
        {"weights": wishes([{0: (1.0, 2)}, {2: (2.0, 5)}]).weights},
        {"min_levels": wanted.min_levels * 2},
        {"order": np.array([4, 4])},
        {"starts": np.zeros(3, dtype=np.int64)},
        {"remote": np.array([2, 0], dtype=np.int8)},
        {"languages": np.zeros((1, 2), dtype=np.int8)},
        {"text": near_skills(3)},
    ):
        with pytest.raises(ValueError, match=r"weights|min_levels|order|starts|remote|languages|text"):
            replace(wanted, **wrong)


def test_rows_are_narrowed_with_everything_that_belongs_to_them() -> None:
    supply = people(
        [{0: 1}, {1: 2}, {2: 3}], city=np.array([7, 8, 9], dtype=np.int32), text=near_skills(3, {(2, 1): 1.0})
    )
    taken: Supply = supply.take(np.array([2, 0]))
    assert taken.levels.toarray()[:, :3].tolist() == [[0, 0, 3], [1, 0, 0]]
    assert taken.city.tolist() == [9, 7]
    assert taken.order.tolist() == [2, 0]
    assert taken.text is not None
    assert taken.text.toarray().tolist() == [[0, 1, 0], [0, 0, 0]]
    needs = wishes([{0: (1.0, 2)}, {1: (2.0, 5)}], starts=np.array([5, 6]))
    narrowed: Needs = needs.take(slice(1, 2))
    assert narrowed.weights.toarray()[0, :2].tolist() == [0, 2]
    assert narrowed.min_levels.toarray()[0, :2].tolist() == [0, 5]
    assert narrowed.starts.tolist() == [6]
