"""Near skills put together: which source decides, how many are kept, and that nothing hangs on the order of rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from engine.model import NEAR_CAP
from engine.near import (
    BROADER,
    NARROWER,
    NEAREST,
    RELATED,
    TOGETHER_CAP,
    TOGETHER_LEAST_NEEDS,
    Combined,
    Layer,
    asked_together,
    combine,
    from_relations,
)

SKILLS = 12

pairs = st.tuples(st.integers(0, SKILLS - 1), st.integers(0, SKILLS - 1)).filter(lambda pair: pair[0] != pair[1])
values = st.sampled_from([0.0, 0.15, 0.3, 0.45, 0.6, 1.0]) | st.floats(0.0, NEAR_CAP)
layers = st.builds(
    lambda found, learnt: a_layer(found, learnt=learnt),
    st.dictionaries(pairs, values, max_size=60),
    st.booleans(),
)


def a_layer(found: dict[tuple[int, int], float], *, learnt: bool = False) -> Layer:
    return Layer.of([k for k, _ in found], [q for _, q in found], list(found.values()), learnt=learnt)


def said(result: Combined) -> dict[tuple[int, int], tuple[float, int]]:
    rows = zip(result.wanted, result.held, result.value, result.layer, strict=True)
    return {(int(k), int(q)): (float(value), int(layer)) for k, q, value, layer in rows}


def needs_for(lists: list[list[int]], skills: int = SKILLS) -> csr_array:
    matrix = np.zeros((len(lists), skills))
    for row, asked in enumerate(lists):
        matrix[row, asked] = 1.0
    return csr_array(matrix)


def test_a_narrower_skill_shows_the_broader_more_than_the_other_way_round() -> None:
    layer = from_relations(broader=[(0, 1)], related=[(2, 3)])
    assert said(combine([layer])) == {
        (1, 0): (NARROWER, 0),
        (0, 1): (BROADER, 0),
        (2, 3): (RELATED, 0),
        (3, 2): (RELATED, 0),
    }


def test_of_several_relations_between_two_skills_the_strongest_counts() -> None:
    found = said(combine([from_relations(broader=[(0, 1), (1, 2)], related=[(0, 1), (1, 0)])]))
    assert found[1, 0][0] == NARROWER
    assert found[0, 1][0] == RELATED


def test_the_first_source_decides_even_with_less() -> None:
    found = said(combine([a_layer({(0, 1): 0.1}), a_layer({(0, 1): 0.6, (1, 0): 0.6})]))
    assert found == {(0, 1): (0.1, 0), (1, 0): (0.6, 1)}


def test_a_zero_silences_every_later_source_and_is_no_near_skill_itself() -> None:
    assert said(combine([a_layer({(0, 1): 0.0}), a_layer({(0, 1): 0.6, (1, 0): 0.3})])) == {(1, 0): (0.3, 1)}


def test_what_is_stated_is_all_kept_and_what_is_learnt_fills_up_to_the_nearest_few() -> None:
    stated = a_layer({(0, q): 0.3 for q in range(1, 6)})
    learnt = a_layer({(0, q): 0.4 for q in range(6, 12)}, learnt=True)
    found = said(combine([stated, learnt]))
    assert len(found) == NEAREST
    assert {q for _, q in found} == {1, 2, 3, 4, 5, 6, 7, 8}, "of equal guesses the smaller number"

    crowded = a_layer({(0, q): 0.6 for q in range(1, 11)})
    assert {q for _, q in said(combine([crowded, learnt]))} == set(range(1, 11))


@pytest.mark.parametrize("value", [-0.1, 0.61, 0.99, 1.01, float("nan")])
def test_a_value_above_the_cap_is_refused_unless_it_is_the_same_skill(value: float) -> None:
    with pytest.raises(ValueError, match=r"0\.\.0\.6"):
        a_layer({(0, 1): value})


def test_a_layer_refuses_a_skill_near_to_itself_a_pair_said_twice_and_missing_values() -> None:
    with pytest.raises(ValueError, match="not near to itself"):
        Layer.of([3], [3], [0.5])
    with pytest.raises(ValueError, match="twice"):
        Layer.of([1, 1], [2, 2], [0.5, 0.4])
    with pytest.raises(ValueError, match="a value for each"):
        Layer.of([1, 1], [2, 3], [0.5])


def test_nothing_at_all_is_near_to_nothing() -> None:
    assert said(combine([])) == {}
    assert said(combine([from_relations([], [])])) == {}
    value, needs = asked_together(csr_array((0, 0)))
    assert (value.nnz, needs.nnz) == (0, 0)


@given(st.lists(layers, max_size=4), st.integers(1, 5))
def test_every_pair_is_decided_by_the_first_source_that_speaks_of_it(given_layers: list[Layer], nearest: int) -> None:
    found = said(combine(given_layers, nearest=nearest))
    spoken: dict[tuple[int, int], tuple[float, int]] = {}
    for number, layer in enumerate(given_layers):
        for k, q, value in zip(layer.wanted, layer.held, layer.value, strict=True):
            spoken.setdefault((int(k), int(q)), (float(value), number))
    assert all(spoken[pair] == decided for pair, decided in found.items())
    assert all(0 < value <= NEAR_CAP or value == 1.0 for value, _ in found.values())
    for skill in range(SKILLS):
        of_skill = [(value, layer) for (k, _), (value, layer) in found.items() if k == skill]
        stated = [value for value, layer in of_skill if not given_layers[layer].learnt]
        expected = [
            value
            for (k, _), (value, layer) in spoken.items()
            if k == skill and value > 0 and not given_layers[layer].learnt
        ]
        assert sorted(stated) == sorted(expected), "what is stated is kept"
        assert len(of_skill) <= max(nearest, len(stated))


@given(st.lists(layers, min_size=1, max_size=3), st.randoms(use_true_random=False))
def test_the_order_of_the_pairs_changes_nothing(given_layers: list[Layer], random: object) -> None:
    def shuffled(layer: Layer) -> Layer:
        order = list(range(len(layer.value)))
        random.shuffle(order)  # type: ignore[attr-defined]
        return Layer(layer.wanted[order], layer.held[order], layer.value[order], layer.learnt)

    assert said(combine(given_layers)) == said(combine([shuffled(layer) for layer in given_layers]))


def test_being_asked_for_together_is_directed() -> None:
    """All who ask for 0 ask for 1 too, while 1 is asked for without 0 as well."""
    value, needs = asked_together(needs_for([[0, 1]] * 8 + [[1, 2]] * 2 + [[3]] * 12))
    assert needs[1, 0] == needs[0, 1] == 8
    assert value[1, 0] > value[0, 1] > 0


def test_fewer_than_three_needs_say_nothing() -> None:
    alone = [[5]] * 20
    assert asked_together(needs_for([[0, 1]] * 2 + alone))[0].nnz == 0
    assert asked_together(needs_for([[0, 1]] * 3 + alone))[0].nnz == 2


def test_a_skill_that_everybody_asks_for_is_near_to_none() -> None:
    value, _needs = asked_together(needs_for([[0, 1], [0, 2], [0, 1], [0, 3], [0, 1]]))
    assert value[[0]].nnz == 0


def test_a_need_that_asks_for_everything_says_nothing() -> None:
    size = 150
    value, _needs = asked_together(needs_for([list(range(size))] * 5 + [[3, 4]] * 5 + [[0]] * 5, size))
    assert set(zip(*(places.tolist() for places in value.nonzero()), strict=True)) == {(3, 4), (4, 3)}


needs_lists = st.lists(st.lists(st.integers(0, 5), unique=True, max_size=5), max_size=30)


@given(needs_lists, st.randoms(use_true_random=False))
def test_what_is_asked_together_stays_in_its_bounds_whatever_the_order_of_needs(
    lists: list[list[int]], random: object
) -> None:
    value, needs = asked_together(needs_for(lists, 6))
    assert np.all((value.data > 0) & (value.data <= TOGETHER_CAP))
    assert np.all(needs.data >= TOGETHER_LEAST_NEEDS)
    assert value.diagonal().sum() == 0
    other = list(lists)
    random.shuffle(other)  # type: ignore[attr-defined]
    again, _needs = asked_together(needs_for(other, 6))
    assert np.array_equal(value.toarray(), again.toarray())
