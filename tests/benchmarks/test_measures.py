"""The figures of `evaluate`, on cases small enough to be worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from math import log, log2

import numpy as np
import pytest
from scipy.sparse import csr_array

from benchmarks.measures import (
    average_precision,
    best_first,
    bm25,
    by_plain_substring,
    cosines,
    mean,
    ndcg_at,
    rp_at,
    shared_of_top,
)


def test_rp_counts_hits_among_as_many_as_there_could_be() -> None:
    assert rp_at(5, ["a", "x", "b"], {"a", "b", "c"}) == pytest.approx(2 / 3)
    assert rp_at(5, ["x", "a"], {"a"}) == 1.0
    assert rp_at(2, ["a", "x", "b"], {"a", "b", "c"}) == pytest.approx(1 / 2)
    assert rp_at(5, [], {"a"}) == 0.0


def test_rp_with_more_gold_than_places_can_still_be_whole() -> None:
    assert rp_at(5, list("abcde"), set("abcdefg")) == 1.0


def test_a_thing_found_twice_or_named_twice_counts_once() -> None:
    assert rp_at(3, ["a", "a", "x"], ["a", "a", "b"]) == pytest.approx(1 / 2)


def test_ndcg_weighs_hits_by_their_place() -> None:
    whole = 1 + 1 / log2(3)
    assert ndcg_at(10, ["a", "x", "b"], {"a", "b"}) == pytest.approx((1 + 1 / log2(4)) / whole)
    assert ndcg_at(10, ["b", "a"], {"a", "b"}) == 1.0
    assert ndcg_at(1, ["x", "a"], {"a"}) == 0.0
    assert ndcg_at(2, ["a", "b", "c"], {"a", "b", "c"}) == 1.0


def test_average_precision_is_the_mean_over_what_is_right() -> None:
    assert average_precision(["a", "x", "b"], {"a", "b"}) == pytest.approx((1 + 2 / 3) / 2)
    assert average_precision(["x", "a"], {"a", "b"}) == pytest.approx((1 / 2) / 2)  # b is never found
    assert average_precision([], {"a"}) == 0.0


@pytest.mark.parametrize("figure", [lambda: rp_at(5, ["a"], []), lambda: ndcg_at(0, ["a"], ["a"])])
def test_a_list_without_gold_or_without_places_has_no_figure(figure: Callable[[], float]) -> None:
    with pytest.raises(ValueError, match="against something that is right"):
        figure()


def test_two_lists_share_what_stands_at_the_top_of_both() -> None:
    assert shared_of_top(2, ["a", "b", "c"], ["b", "c", "a"]) == 1 / 2
    assert shared_of_top(10, ["a", "b"], ["b", "a"]) == 1.0
    assert shared_of_top(10, ["a"], ["a", "b", "c", "d"]) == 1 / 4
    assert shared_of_top(10, [], []) == 0.0


def test_bm25_is_the_formula_of_the_book() -> None:
    # Two documents: "a a b" and "b"; the query is "a b". Mean length 2.
    counts = csr_array(np.array([[2, 1], [0, 1]]))
    scores = bm25(counts, csr_array(np.array([[1, 1]])), k1=1.2, b=0.75)
    rare, common = log(1 + 1.5 / 1.5), log(1 + 0.5 / 2.5)
    long, short = 1.2 * (0.25 + 0.75 * 3 / 2), 1.2 * (0.25 + 0.75 * 1 / 2)
    first = rare * 2 * 2.2 / (2 + long) + common * 1 * 2.2 / (1 + long)
    second = common * 1 * 2.2 / (1 + short)
    assert scores.tolist() == [pytest.approx([first, second])]


def test_a_term_asked_for_twice_counts_twice() -> None:
    counts = csr_array(np.array([[1, 0], [0, 1]]))
    once, twice = (bm25(counts, csr_array(np.array([[times, 0]])))[0, 0] for times in (1, 2))
    assert twice == pytest.approx(2 * once)


def test_bm25_of_nothing_is_nothing() -> None:
    assert bm25(csr_array((2, 3)), csr_array(np.array([[1, 0, 0]]))).tolist() == [[0.0, 0.0]]


def test_cosines_do_not_mind_lengths_and_take_empty_rows_as_unlike() -> None:
    table = csr_array(np.array([[3.0, 0.0], [1.0, 1.0], [0.0, 0.0]]))
    assert cosines(table, table)[0].tolist() == pytest.approx([1.0, 1 / 2**0.5, 0.0])


def test_best_first_leaves_out_the_floor_and_keeps_the_order_of_equals() -> None:
    assert best_first(np.array([0.2, 0.0, 0.9, 0.2])) == [2, 0, 3]


def test_plain_substring_finds_whatever_stands_in_the_text_longest_name_first() -> None:
    names = [("SQL",), ("数据分析", "分析"), ("Tableau",), ("form",)]
    assert by_plain_substring("熟悉sql及数据分析platform", names) == [1, 3, 0]


def test_the_mean_of_nothing_is_nothing() -> None:
    assert mean([]) == 0.0
    assert mean([1.0, 0.0]) == 0.5
