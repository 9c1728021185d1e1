"""Small worlds of people and needs for the engine's tests, made up by Hypothesis or by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st
from scipy.sparse import csr_array

from engine.explain import Wanted
from engine.model import UNKNOWN, Needs, Ranked, Supply

LANGUAGES = 2
WORDS = 4


@dataclass(frozen=True)
class World:
    """People, needs and near skills over the same skills."""

    supply: Supply
    needs: Needs
    near: csr_array


def table(rows: list[dict[int, Any]], columns: int, dtype: type) -> csr_array:
    """Make a sparse table from one dictionary a row, column to value."""
    indptr = np.cumsum([0, *map(len, rows)])
    indices = np.array([column for row in rows for column in sorted(row)], dtype=np.int32)
    data = np.array([row[column] for row in rows for column in sorted(row)], dtype=dtype)
    return csr_array((data, indices, indptr), shape=(len(rows), columns))


def near_skills(columns: int, pairs: dict[tuple[int, int], float] | None = None) -> csr_array:
    """Make near skills from ``(skill asked for, skill held): how far the one is shown``."""
    rows: list[dict[int, float]] = [{} for _ in range(columns)]
    for (asked, held), value in (pairs or {}).items():
        rows[asked][held] = value
    return table(rows, columns, np.float64)


def people(levels: list[dict[int, int]], skills: int = 8, **given: Any) -> Supply:
    """Make people who gave nothing but their skills, unless more is given."""
    size = len(levels)
    plain = Supply(
        levels=table(levels, skills, np.int8),
        order=np.arange(size),
        kinds=np.zeros(size, dtype=np.uint8),
        city=np.full(size, UNKNOWN, dtype=np.int32),
        moves=np.full(size, UNKNOWN, dtype=np.int8),
        remote=np.full(size, UNKNOWN, dtype=np.int8),
        languages=np.zeros((size, LANGUAGES), dtype=np.int8),
        speaks=np.zeros(size, dtype=np.bool_),
        available=np.full(size, UNKNOWN, dtype=np.int64),
    )
    return replace(plain, **given)


def wishes(asked: list[dict[int, tuple[float, int]]], skills: int = 8, **given: Any) -> Needs:
    """Make needs from skill to (weight, minimum level), that set no condition unless more is given."""
    size = len(asked)
    plain = Needs(
        weights=table([{k: weight for k, (weight, _) in row.items()} for row in asked], skills, np.float64),
        min_levels=table([{k: level for k, (_, level) in row.items()} for row in asked], skills, np.int8),
        order=np.arange(size),
        kind=np.zeros(size, dtype=np.uint8),
        city=np.full(size, UNKNOWN, dtype=np.int32),
        remote=np.full(size, UNKNOWN, dtype=np.int8),
        languages=np.zeros((size, LANGUAGES), dtype=np.int8),
        starts=np.full(size, UNKNOWN, dtype=np.int64),
    )
    return replace(plain, **given)


def held_by(world: World, i: int) -> dict[int, int]:
    """Read one profile back."""
    row = world.supply.levels[[i]].tocoo()
    return {int(skill): int(level) for skill, level in zip(row.col, row.data, strict=True)}


def wanted_by(world: World, j: int) -> list[Wanted]:
    """Read one need back; whatever was essential is in its weights already."""
    weights, levels = world.needs.weights[[j]].tocoo(), world.needs.min_levels[[j]].tocoo()
    return [
        Wanted(int(skill), float(weight), int(level), essential=False)
        for skill, weight, level in zip(weights.col, weights.data, levels.data, strict=True)
    ]


def lists(ranked: Ranked) -> list[list[int]]:
    """Give who stands in each list, best first."""
    return [ranked.candidate[ranked.of(owner)].tolist() for owner in range(len(ranked.eligible))]


def assert_same(one: Ranked, other: Ranked, *, rows: slice = slice(None)) -> None:
    """Hold one ranking against (some owners of) another: the same pairs in the same order, and the same figures."""
    owners = range(len(other.eligible))[rows]
    places = [place for owner in owners for place in range(other.of(owner).start, other.of(owner).stop)]
    assert lists(one) == [lists(other)[owner] for owner in owners]
    assert np.array_equal(one.eligible, other.eligible[rows])
    assert np.array_equal(one.excluded, other.excluded[rows])
    for figure in ("score", "fit", "use", "bonus", "surplus"):
        np.testing.assert_allclose(getattr(one, figure), getattr(other, figure)[places], rtol=0, atol=1e-9)


# ---- made up ------------------------------------------------------------------------------------------------------

_levels = st.integers(1, 5)
_weights = st.sampled_from([0.5, 1.0, 2.0, 3.0]) | st.floats(0.01, 20.0)
_nearness = st.sampled_from([0.3, 0.45, 0.6, 1.0]) | st.floats(0.01, 0.6)
_days = st.sampled_from([UNKNOWN, 100, 101, 102])
_perhaps = st.sampled_from([1, 0, UNKNOWN])


def near_tables(skills: int) -> st.SearchStrategy[csr_array]:
    """Make up near skills, at times none, at times many that show the same one."""
    skill = st.integers(0, skills - 1)
    pairs = st.dictionaries(st.tuples(skill, skill).filter(lambda pair: pair[0] != pair[1]), _nearness, max_size=8)
    return pairs.map(lambda found: near_skills(skills, found))


def profiles(skills: int) -> st.SearchStrategy[dict[int, int]]:
    """Make up one person's skills, at times none."""
    return st.dictionaries(st.integers(0, skills - 1), _levels, max_size=5)


def asked_for(skills: int) -> st.SearchStrategy[dict[int, tuple[float, int]]]:
    """Make up what one need asks for, at times nothing."""
    return st.dictionaries(st.integers(0, skills - 1), st.tuples(_weights, _levels), max_size=4)


def _texts(draw: st.DrawFn, size: int) -> csr_array:
    counts = draw(st.lists(st.lists(st.integers(0, 3), min_size=WORDS, max_size=WORDS), min_size=size, max_size=size))
    rows = np.array(counts, dtype=np.float64).reshape(size, WORDS)
    lengths = np.sqrt((rows**2).sum(axis=1, keepdims=True))
    return csr_array(rows / np.where(lengths > 0, lengths, 1.0))


def _column(draw: st.DrawFn, values: st.SearchStrategy[int], size: int, dtype: type) -> np.ndarray:
    return np.array(draw(st.lists(values, min_size=size, max_size=size)), dtype=dtype)


def _languages(draw: st.DrawFn, size: int) -> np.ndarray:
    return _column(draw, st.sampled_from([0, 0, 2, 4]), size * LANGUAGES, np.int8).reshape(size, LANGUAGES)


@st.composite
def worlds(draw: st.DrawFn, *, max_people: int = 7, max_needs: int = 5) -> World:
    """Make up a world; half of them set conditions, half of them have texts, and equal rows come often."""
    skills = draw(st.integers(1, 6))
    some_people = draw(st.lists(profiles(skills), max_size=max_people))
    some_needs = draw(st.lists(asked_for(skills), max_size=max_needs))
    if draw(st.booleans()):  # twins, which nothing but their order tells apart
        some_people = [*some_people[:3], *some_people][:max_people]
        some_needs = [*some_needs[:2], *some_needs][:max_needs]
    n, m = len(some_people), len(some_needs)
    supply = people(some_people, skills, order=np.array(draw(st.permutations(range(n))), dtype=np.int64))
    needs = wishes(some_needs, skills, order=np.array(draw(st.permutations(range(m))), dtype=np.int64))
    if draw(st.booleans()):
        supply = replace(
            supply,
            kinds=_column(draw, st.integers(0, 3), n, np.uint8),
            city=_column(draw, st.integers(-1, 1), n, np.int32),
            moves=_column(draw, _perhaps, n, np.int8),
            remote=_column(draw, _perhaps, n, np.int8),
            languages=_languages(draw, n),
            speaks=_column(draw, st.booleans(), n, np.bool_),
            available=_column(draw, _days, n, np.int64),
        )
        needs = replace(
            needs,
            kind=_column(draw, st.integers(0, 2), m, np.uint8),
            city=_column(draw, st.integers(-1, 1), m, np.int32),
            remote=_column(draw, _perhaps, m, np.int8),
            languages=_languages(draw, m),
            starts=_column(draw, _days, m, np.int64),
        )
    if draw(st.booleans()):
        supply, needs = replace(supply, text=_texts(draw, n)), replace(needs, text=_texts(draw, m))
    return World(supply, needs, draw(near_tables(skills)))


focuses = st.sampled_from([0.0, 0.2, 0.6]) | st.floats(0.0, 0.7)
"""The model keeps the focus within 0 and 1 less the text bonus."""

bonuses = st.sampled_from([0.0, 0.3])
