"""One pair taken apart: which skill earns the credit, what is said of it, and what the strengths are used for."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from engine.explain import Breakdown, Wanted, explain
from engine.model import FOCUS_NEED, TEXT_BONUS

from .worlds import focuses, near_skills, near_tables, profiles

PLAIN = near_skills(8)


def asks(skill: int, level: int = 3, weight: float = 1.0, *, essential: bool = False) -> Wanted:
    return Wanted(skill, weight, level, essential)


def taken_apart(held: dict[int, int], *wanted: Wanted, near: csr_array = PLAIN, text: float = 0.0) -> Breakdown:
    return explain(held, wanted, near, focus=FOCUS_NEED, bonus=TEXT_BONUS, text=text)


needs = st.lists(
    st.builds(Wanted, st.integers(0, 5), st.floats(0.01, 10.0), st.integers(1, 5), st.booleans()),
    max_size=4,
    unique_by=lambda one: one.skill,
)


@settings(max_examples=200)
@given(held=profiles(6), wanted=needs, near=near_tables(6), focus=focuses, text=st.floats(0.0, 1.0))
def test_points_less_deduction_plus_bonus_are_the_score(
    held: dict[int, int], wanted: list[Wanted], near: csr_array, focus: float, text: float
) -> None:
    found = explain(held, wanted, near, focus=focus, bonus=TEXT_BONUS, text=text)
    points = sum(part.points for part in found.parts)
    assert points == pytest.approx(found.fit, abs=1e-12)
    assert points - found.focus_deduction + found.text_bonus == pytest.approx(found.score, abs=1e-12)
    assert sum(part.share for part in found.parts) == pytest.approx(1.0 if wanted else 0.0, abs=1e-12)
    assert [part.skill for part in found.parts] == [one.skill for one in wanted]
    assert sum(one.share * one.used for one in found.strengths) == pytest.approx(found.use, abs=1e-12)
    assert [one.skill for one in found.strengths] == sorted(held)


def test_an_essential_skill_counts_twice() -> None:
    essential, desirable = taken_apart({}, asks(0, essential=True), asks(1)).parts
    assert essential.share == pytest.approx(2 / 3)
    assert desirable.share == pytest.approx(1 / 3)
    assert (essential.essential, desirable.essential) == (True, False)


@pytest.mark.parametrize(("level", "credit", "verdict"), [(0, 0.0, "missing"), (2, 2 / 3, "partly"), (3, 1.0, "met")])
def test_the_own_skill_is_missing_partly_met_or_met(level: int, credit: float, verdict: str) -> None:
    (part,) = taken_apart({0: level}, asks(0)).parts
    assert part.credit == pytest.approx(credit)
    assert (part.verdict, part.held, part.wanted, part.via, part.via_level, part.via_near) == (
        verdict, level, 3, None, 0, 0.0,
    )  # fmt: skip


def test_levels_above_the_minimum_earn_no_more_credit_but_a_surplus() -> None:
    found = taken_apart({0: 5}, asks(0), asks(1))
    assert found.fit == 0.5
    assert found.surplus == 1.0
    assert found.parts[0].verdict == "met"


def test_a_near_skill_stands_in_and_is_named_but_never_meets() -> None:
    (part,) = taken_apart({1: 5}, asks(0), near=near_skills(8, {(0, 1): 0.6})).parts
    assert (part.credit, part.verdict, part.held) == (0.6, "near", 0)
    assert (part.via, part.via_level, part.via_near) == (1, 5, 0.6)


def test_near_is_directed() -> None:
    (part,) = taken_apart({1: 5}, asks(0), near=near_skills(8, {(1, 0): 0.6})).parts
    assert part.verdict == "missing"


def test_the_same_skill_by_another_name_counts_as_the_skill_itself() -> None:
    same = near_skills(8, {(0, 1): 1.0})
    (met,) = taken_apart({1: 3}, asks(0), near=same).parts
    (partly,) = taken_apart({1: 2}, asks(0), near=same).parts
    assert (met.verdict, met.credit, met.via, met.via_near) == ("met", 1.0, 1, 1.0)
    assert (partly.verdict, partly.via) == ("partly", 1)


def test_a_near_skill_that_shows_more_stands_in_for_a_low_own_one() -> None:
    (part,) = taken_apart({0: 1, 1: 5}, asks(0, 5), near=near_skills(8, {(0, 1): 0.6})).parts
    assert (part.via, part.held, part.credit, part.verdict) == (1, 1, 0.6, "near")


def test_the_own_skill_wins_over_a_near_one_at_equal_credit() -> None:
    (part,) = taken_apart({0: 1, 7: 2}, asks(0, 5), near=near_skills(8, {(0, 7): 0.5})).parts
    assert (part.via, part.verdict) == (None, "partly")
    (part,) = taken_apart({4: 3, 1: 5}, asks(4, 5), near=near_skills(8, {(4, 1): 0.6})).parts
    assert (part.via, part.verdict) == (None, "partly")


def test_credits_that_differ_only_in_their_last_bit_are_equal() -> None:
    (part,) = taken_apart({0: 3, 1: 4}, asks(0, 5), near=near_skills(8, {(0, 1): 0.75})).parts
    assert (part.via, part.verdict) == (None, "partly")
    (part,) = taken_apart({2: 1, 5: 3}, asks(0), near=near_skills(8, {(0, 2): 0.6, (0, 5): 0.2})).parts
    assert part.via == 2


def test_among_equal_near_skills_the_smaller_number_wins() -> None:
    (part,) = taken_apart(
        {5: 3, 2: 4, 6: 3}, asks(0), near=near_skills(8, {(0, 5): 0.6, (0, 2): 0.6, (0, 6): 0.6})
    ).parts
    assert part.via == 2


def test_a_strength_is_used_as_far_as_the_need_calls_for_it() -> None:
    found = taken_apart({0: 4, 1: 5, 2: 1}, asks(0, 3), asks(3, 2), near=near_skills(8, {(3, 1): 0.6, (0, 1): 0.1}))
    assert [(one.skill, one.level, one.share) for one in found.strengths] == [(0, 4, 0.4), (1, 5, 0.5), (2, 1, 0.1)]
    assert [one.used for one in found.strengths] == [pytest.approx(3 / 4), pytest.approx(0.6 * 2 / 5), 0.0]
    assert found.use == pytest.approx((3 + 1.2) / 10)


def test_the_deduction_is_what_unused_strengths_cost() -> None:
    found = taken_apart({0: 3, 1: 3}, asks(0))
    assert found.focus_deduction == pytest.approx(FOCUS_NEED / 2)
    assert found.score == pytest.approx(1 - FOCUS_NEED / 2)


def test_the_text_makes_up_for_a_part_of_what_the_skills_leave_open() -> None:
    found = taken_apart({0: 3}, asks(0), asks(1), text=0.5)
    assert found.text_bonus == pytest.approx(TEXT_BONUS * 0.5 * 0.5)
    assert taken_apart({0: 3}, asks(0), text=1.0).text_bonus == 0.0


def test_an_empty_profile_uses_nothing_and_an_empty_need_is_covered_by_nobody() -> None:
    nobody = taken_apart({}, asks(0))
    assert (nobody.score, nobody.fit, nobody.use, nobody.strengths) == (0.0, 0.0, 0.0, ())
    nothing = taken_apart({0: 3})
    assert (nothing.score, nothing.fit, nothing.use, nothing.parts) == (0.0, 0.0, 0.0, ())
    assert [one.used for one in nothing.strengths] == [0.0]


def test_a_level_of_nought_is_a_skill_not_held() -> None:
    assert taken_apart({0: 0, 1: 2}, asks(0)) == taken_apart({1: 2}, asks(0))


@pytest.mark.parametrize(
    ("held", "wanted", "text"),
    [
        ({0: 6}, [asks(0)], 0.0),
        ({0: -1}, [asks(0)], 0.0),
        ({0: 1}, [asks(0, 0)], 0.0),
        ({0: 1}, [asks(0, 6)], 0.0),
        ({0: 1}, [asks(0, weight=0.0)], 0.0),
        ({0: 1}, [asks(0, weight=float("inf"))], 0.0),
        ({0: 1}, [asks(0, weight=float("nan"))], 0.0),
        ({0: 1}, [asks(0), asks(0)], 0.0),
        ({0: 1}, [asks(0)], 1.5),
    ],
)
def test_what_no_profile_need_or_text_can_be_is_refused(
    held: dict[int, int], wanted: list[Wanted], text: float
) -> None:
    with pytest.raises(ValueError, match=r"levels|weights|twice|texts"):
        taken_apart(held, *wanted, text=text)


def test_a_focus_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="focus"):
        explain({0: 1}, [asks(0)], PLAIN, focus=1.1, bonus=0.3)
