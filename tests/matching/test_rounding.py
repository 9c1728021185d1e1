"""Figures on a page add up, are as near to the truth as that allows, and never make something out of nothing."""

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from matching.rounding import Figures, figures, out_of_100, parts_of, tenths_of_100, weights_of_100

# Credits and levels make fractions; sevenths and elevenths leave remainders that decimals do not.
a_share = st.one_of(
    st.floats(0, 1),
    st.sampled_from([0.0, 1.0, 0.005, 0.0049999999999, 0.825, 1 / 3, 2 / 3, 1 / 7]),
    st.builds(lambda part, whole: min(part, whole) / whole, st.integers(0, 11), st.integers(1, 11)),
)


@st.composite
def a_match(draw):
    """A fit, a deduction of a part of it, a bonus for a part of what is open, and the score that they make."""
    fit = draw(a_share)
    less = draw(st.sampled_from([0.0, 0.2, 0.6])) * fit * (1 - draw(a_share))
    more = draw(st.sampled_from([0.0, 0.3])) * (1 - fit) * draw(a_share)
    return {"score": fit - less + more, "fit": fit, "less": less, "more": more}


@st.composite
def a_need_covered_in_part(draw):
    weights = draw(st.lists(st.floats(0.01, 20), min_size=1, max_size=100))
    shares = [weight / sum(weights) for weight in weights]
    return shares, [share * draw(a_share) for share in shares]


def test_the_story_of_the_firm_adds_up_in_whole_numbers_and_with_one_decimal():
    match = {"score": 0.8212, "fit": 0.8433, "less": 0.0494, "more": 0.0273}
    assert figures(**match) == Figures(*map(Decimal, (82, 84, 5, 3)))
    assert figures(**match, places=1) == Figures(*map(Decimal, ("82.1", "84.3", "4.9", "2.7")))
    assert figures(**match).open == 13


def test_the_story_of_the_student_adds_up_in_whole_numbers_and_with_one_decimal():
    match = {"score": 0.5261, "fit": 0.5967, "less": 0.1141, "more": 0.0435}
    assert figures(**match) == Figures(*map(Decimal, (53, 60, 11, 4)))
    assert figures(**match, places=1) == Figures(*map(Decimal, ("52.6", "59.7", "11.4", "4.3")))
    assert figures(**match).open == 36


def test_halves_are_rounded_up():
    assert [out_of_100(share) for share in (0.0, 0.005, 0.825, 0.835, 0.8249999, 1.0)] == [0, 1, 83, 84, 82, 100]
    assert [str(tenths_of_100(share)) for share in (0.0005, 0.8435, 1.0)] == ["0.1", "84.4", "100.0"]


def test_the_last_bits_of_a_float_change_nothing():
    assert out_of_100(0.1 + 0.2 + 0.125) == out_of_100(0.425) == 43
    assert figures(score=0.1 + 0.2, fit=0.3, less=0.0, more=0.0) == figures(score=0.3, fit=0.3, less=0.0, more=0.0)


@pytest.mark.parametrize("places", [0, 1])
@given(match=a_match())
def test_the_score_is_the_fit_less_the_deduction_plus_the_bonus(match, places):
    shown = figures(**match, places=places)
    assert shown.score == shown.fit - shown.less + shown.more
    assert shown.score + shown.less + shown.open == 100


@pytest.mark.parametrize("places", [0, 1])
@given(match=a_match())
def test_no_pair_of_neighbours_would_change_less(match, places):
    shown = figures(**match, places=places)
    unit = Decimal(1).scaleb(-places)
    less, more = Decimal(match["less"]) * 100, Decimal(match["more"]) * 100
    assert abs(shown.less - less) < unit + Decimal("1e-6")
    assert abs(shown.more - more) < unit + Decimal("1e-6")
    change = abs(shown.less - less) + abs(shown.more - more)
    for step in (-unit, unit):  # the sum stays right only when both move together
        if shown.less + step >= 0 and shown.more + step >= 0:
            other = abs(shown.less + step - less) + abs(shown.more + step - more)
            assert change <= other + Decimal("1e-6")


@pytest.mark.parametrize("places", [0, 1])
@given(match=a_match())
def test_what_is_nothing_stays_nothing(match, places):
    shown = figures(**match, places=places)
    if match["less"] == 0:
        assert shown.less == 0
    if match["more"] == 0:
        assert shown.more == 0


@given(match=a_match())
def test_score_and_fit_are_rounded_each_for_itself(match):
    shown = figures(**match)
    assert shown.score == out_of_100(match["score"])
    assert shown.fit == out_of_100(match["fit"])


@given(a_need_covered_in_part())
def test_parts_add_up_to_the_fit_that_the_waterfall_shows(need):
    _, points = need
    fit = sum(points)
    shown = parts_of(points, fit)
    assert sum(shown) == tenths_of_100(fit) == figures(score=fit, fit=fit, less=0.0, more=0.0, places=1).fit
    for exact, figure in zip(points, shown, strict=True):
        assert abs(Decimal(exact) * 100 - figure) < Decimal("0.1") + Decimal("1e-6")
        if exact == 0:
            assert figure == 0


@given(a_need_covered_in_part())
def test_a_larger_part_is_never_shown_as_the_smaller(need):
    _, points = need
    shown = parts_of(points, sum(points))
    for exact, figure in zip(points, shown, strict=True):
        assert all(figure <= other for value, other in zip(points, shown, strict=True) if value > exact + 1e-9)


@given(a_need_covered_in_part())
def test_weights_add_up_to_100(need):
    shares, _ = need
    assert sum(weights_of_100(shares)) == 100


def test_what_rounding_leaves_goes_to_the_largest_remainder_and_then_to_the_first():
    assert parts_of([2 / 7, 2 / 7, 1 / 7, 1 / 7, 0.45 / 7], 6.45 / 7) == [
        Decimal(figure) for figure in ("28.6", "28.5", "14.3", "14.3", "6.4")
    ]
    assert weights_of_100([2 / 7, 2 / 7, 1 / 7, 1 / 7, 1 / 7]) == [29, 29, 14, 14, 14]


@given(a_share, a_share)
def test_a_sum_that_is_wrong_by_a_unit_is_refused_not_dressed_up(fit, score):
    assume(abs(fit - score) > 0.02)
    with pytest.raises(ValueError, match="the score is not the fit"):
        figures(score=score, fit=fit, less=0.0, more=0.0)
    with pytest.raises(ValueError, match="the parts do not add up"):
        parts_of([fit], score)
