"""Who may be matched at all: only what is known can fail, and what is unknown is asked."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from engine.conditions import failing, states
from engine.model import CONDITIONS, UNKNOWN, Needs, Supply
from engine.reference import Definition

from .worlds import World, people, wishes, worlds


def person(
    *,
    kinds: int = 0,
    city: int = UNKNOWN,
    moves: int = UNKNOWN,
    remote: int = UNKNOWN,
    languages: tuple[int, int] | None = None,
    available: int = UNKNOWN,
) -> Supply:
    return people(
        [{0: 1}],
        kinds=np.array([kinds], dtype=np.uint8),
        city=np.array([city], dtype=np.int32),
        moves=np.array([moves], dtype=np.int8),
        remote=np.array([remote], dtype=np.int8),
        languages=np.array([languages or (0, 0)], dtype=np.int8),
        speaks=np.array([languages is not None]),
        available=np.array([available]),
    )


def need(
    *,
    kind: int = 0,
    city: int = UNKNOWN,
    remote: int = UNKNOWN,
    languages: tuple[int, int] = (0, 0),
    starts: int = UNKNOWN,
) -> Needs:
    return wishes(
        [{0: (1.0, 1)}],
        kind=np.array([kind], dtype=np.uint8),
        city=np.array([city], dtype=np.int32),
        remote=np.array([remote], dtype=np.int8),
        languages=np.array([languages], dtype=np.int8),
        starts=np.array([starts]),
    )


def state(condition: str, who: Supply, what: Needs) -> str | None:
    return states(who, 0, what, 0).get(condition)


@pytest.mark.parametrize(
    ("kinds", "kind", "expected"),
    [(0b011, 0b010, "met"), (0b101, 0b010, "no"), (0, 0b010, "ask"), (0b011, 0, "ask"), (0, 0, "ask")],
)
def test_the_kind_of_work_must_be_among_those_wished_for(kinds: int, kind: int, expected: str) -> None:
    assert state("kind", person(kinds=kinds), need(kind=kind)) == expected


@pytest.mark.parametrize(
    ("who", "what", "expected"),
    [
        # cities that agree or differ
        ({"city": 1, "moves": 0, "remote": 0}, {"city": 1, "remote": 0}, "met"),
        ({"city": 1, "moves": 0, "remote": 0}, {"city": 2, "remote": 0}, "no"),
        ({"city": 1, "moves": 1, "remote": 0}, {"city": 2, "remote": 0}, "met"),
        ({"city": 1, "remote": 0}, {"city": 2, "remote": 0}, "ask"),
        # a city that is not known
        ({"moves": 0, "remote": 0}, {"city": 2, "remote": 0}, "ask"),
        ({"moves": 1}, {"city": 2, "remote": 0}, "met"),
        ({"city": 1, "moves": 0}, {"remote": 0}, "ask"),
        ({"city": 1, "moves": 0}, {}, "ask"),
        ({}, {}, "ask"),
        # remote work
        ({"city": 1, "moves": 0, "remote": 1}, {"city": 2, "remote": 1}, "met"),
        ({"city": 1, "moves": 0}, {"city": 2, "remote": 1}, "met"),
        ({"city": 1, "moves": 0, "remote": 0}, {"city": 2, "remote": 1}, "no"),
        ({"city": 1, "moves": 0, "remote": 0}, {"remote": 1}, "no"),
        ({"city": 1, "moves": 0, "remote": 0}, {"city": 1, "remote": 1}, "met"),
        ({"city": 1, "moves": 0, "remote": 1}, {"city": 2}, "no"),
    ],
)
def test_person_and_need_must_come_together_in_one_place(
    who: dict[str, int], what: dict[str, int], expected: str
) -> None:
    assert state("place", person(**who), need(**what)) == expected


def test_a_wish_to_work_remotely_makes_no_need_on_site_elsewhere_eligible() -> None:
    assert state("place", person(city=1, moves=0, remote=1), need(city=2, remote=0)) == "no"


@pytest.mark.parametrize(
    ("held", "asked", "expected"),
    [
        ((4, 0), (3, 0), "met"),
        ((2, 0), (3, 0), "no"),
        ((4, 0), (3, 1), "no"),
        ((4, 1), (3, 1), "met"),
        (None, (3, 0), "ask"),
        ((4, 0), (0, 0), None),
        (None, (0, 0), None),
    ],
)
def test_each_language_asked_for_must_be_held_at_its_level(
    held: tuple[int, int] | None, asked: tuple[int, int], expected: str | None
) -> None:
    assert state("language", person(languages=held), need(languages=asked)) == expected


@pytest.mark.parametrize(
    ("available", "starts", "expected"),
    [(10, 11, "met"), (10, 10, "met"), (11, 10, "no"), (UNKNOWN, 10, "ask"), (10, UNKNOWN, "ask")],
)
def test_a_person_must_be_free_by_the_start(available: int, starts: int, expected: str) -> None:
    assert state("start", person(available=available), need(starts=starts)) == expected


def test_conditions_are_told_in_one_order() -> None:
    assert tuple(states(person(), 0, need(languages=(1, 0)), 0)) == CONDITIONS


@settings(max_examples=100)
@given(world=worlds(max_people=4, max_needs=4))
def test_many_at_once_fail_what_each_pair_fails_alone_and_by_the_definition(world: World) -> None:
    supply, needs = world.supply, world.needs
    everyone, everything = slice(None), slice(None)
    failed = failing(supply, everyone, needs, everything)
    definition = Definition(supply, needs, world.near)
    for i in range(len(supply)):
        for j in range(len(needs)):
            found = {name for name, fails in zip(CONDITIONS, failed[i, j], strict=True) if fails}
            assert found == {name for name, told in states(supply, i, needs, j).items() if told == "no"}
            assert found == definition.failed(i, j)
    some, few = np.arange(len(supply))[::-2], slice(1, 3)
    assert np.array_equal(failing(supply, some, needs, few), failed[some][:, few])
