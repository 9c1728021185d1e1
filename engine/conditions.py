"""Who may be matched at all: kind of work, place, language and start, each met, open, or failed.

One rule in one place: the ranking, the lists' counts and the pages all come here. A condition is failed only by what is
known; whatever is unknown on either side passes, and the page then says "ask". All arrays broadcast, persons first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from engine.model import CONDITIONS, UNKNOWN, Needs, Supply

State = Literal["met", "ask", "no"]

MET: Final = np.int8(0)
ASK: Final = np.int8(1)
NO: Final = np.int8(2)
_NAMES: Final[tuple[State, State, State]] = ("met", "ask", "no")

_Array = NDArray[Any]
_States = NDArray[np.int8]


def _state(met: _Array, ask: _Array) -> _States:
    """Say MET where it is met, else ASK where it is open, else NO."""
    return np.where(met, MET, np.where(ask, ASK, NO))


def kind_state(kinds: _Array, kind: _Array) -> _States:
    """Say whether the need's kind is among those wished for; open where no wish or no kind was given."""
    return _state((kinds & kind) != 0, (kinds == 0) | (kind == 0))


def place_state(city: _Array, moves: _Array, remote: _Array, need_city: _Array, need_remote: _Array) -> _States:
    """Say whether person and need can come together in one place.

    They can where the need is remote and the person does not exclude that, where the cities agree, or where the person
    would move. It is open where an unknown city or an unknown willingness to move could still bring them together. A
    person who would like to work remotely does not make a need on site elsewhere remote.
    """
    remotely = (need_remote == 1) & (remote != 0)
    same_city = (city != UNKNOWN) & (city == need_city)
    open_city = (city == UNKNOWN) | ((need_city == UNKNOWN) & (need_remote != 1))
    return _state(remotely | same_city | (moves == 1), open_city | (moves == UNKNOWN))


def language_state(languages: _Array, speaks: _Array, asked: _Array) -> _States:
    """Say whether each language asked for is held at its level; the last axis is the language.

    A person who gives languages, but not this one, has level 0 in it; for one who gives none it is open.
    """
    return _state(np.all(languages >= asked, axis=-1), ~speaks)


def start_state(available: _Array, starts: _Array) -> _States:
    """Say whether the person is free by the start of the need; open where either day is unknown."""
    known = (available != UNKNOWN) & (starts != UNKNOWN)
    return _state(known & (available <= starts), ~known)


def _persons(condition: str, supply: Supply, rows: Any) -> tuple[_Array, ...]:
    """Give what one condition looks at on the side of the persons, an axis for the needs put in."""
    columns: tuple[_Array, ...] = {
        "kind": (supply.kinds,),
        "place": (supply.city, supply.moves, supply.remote),
        "language": (supply.languages, supply.speaks),
        "start": (supply.available,),
    }[condition]
    return tuple(column[rows][:, None] for column in columns)


def _wishes(condition: str, needs: Needs) -> tuple[_Array, ...]:
    """Give what one condition looks at on the side of the needs."""
    columns: dict[str, tuple[_Array, ...]] = {
        "kind": (needs.kind,),
        "place": (needs.city, needs.remote),
        "language": (needs.languages,),
        "start": (needs.starts,),
    }
    return columns[condition]


_RULES: Final[dict[str, Callable[..., _States]]] = {
    "kind": kind_state,
    "place": place_state,
    "language": language_state,
    "start": start_state,
}


def states(supply: Supply, i: int, needs: Needs, j: int) -> dict[str, State]:
    """Say for one pair how each condition stands, in the order of ``CONDITIONS``.

    A condition that the need does not set (no language asked for) is left out. O(L).
    """
    found: dict[str, State] = {}
    for condition in CONDITIONS:
        if condition == "language" and not needs.languages[j].any():
            continue
        wishes = (column[j : j + 1] for column in _wishes(condition, needs))
        state = _RULES[condition](*_persons(condition, supply, slice(i, i + 1)), *wishes)
        found[condition] = _NAMES[int(state[0, 0])]
    return found


@dataclass(frozen=True, eq=False)
class Screened:
    """What the conditions leave of one block of *a* persons and *b* needs.

    - ``failed`` bool (a, b): whether the pair fails any condition; None where none does
    - ``excluded_persons`` int64 (a, 4), ``excluded_needs`` int64 (b, 4): pairs that fail each condition
    - ``eligible_persons`` int64 (a,), ``eligible_needs`` int64 (b,): pairs that fail none
    """

    failed: NDArray[np.bool_] | None
    excluded_persons: NDArray[np.int64]
    excluded_needs: NDArray[np.int64]
    eligible_persons: NDArray[np.int64]
    eligible_needs: NDArray[np.int64]


class Screen:
    """The conditions of some needs, made ready to be held against block after block of persons.

    Many needs set the same condition (there are few kinds, cities and first days), so each different one is worked out
    once a block and then handed to the needs that share it. O(m L) to make; a block of a persons and b needs takes
    O(a b) bytes and time.
    """

    def __init__(self, needs: Needs) -> None:
        self._size = len(needs)
        self._different: dict[str, tuple[tuple[_Array, ...], NDArray[np.intp]]] = {}
        for condition in CONDITIONS:
            columns = _wishes(condition, needs)
            table = np.column_stack(columns).astype(np.int64)
            if table.shape[1] == 0:  # no language is known of at all
                continue
            _, first, which = np.unique(table, axis=0, return_index=True, return_inverse=True)
            self._different[condition] = tuple(column[first] for column in columns), which.reshape(-1)

    def failing(self, supply: Supply, rows: slice | NDArray[np.integer]) -> NDArray[np.bool_]:
        """Say which conditions each pair fails: bool (a, b, 4), the last axis in the order of ``CONDITIONS``."""
        persons = len(supply.order[rows])
        answer = np.zeros((persons, self._size, len(CONDITIONS)), dtype=np.bool_)
        for number, condition in enumerate(CONDITIONS):
            if condition in self._different:
                table, which = self._table(condition, supply, rows)
                answer[:, :, number] = table[:, which]
        return answer

    def block(self, supply: Supply, rows: slice | NDArray[np.integer]) -> Screened:
        """Hold the conditions against some persons, and count on both sides what they remove."""
        persons = len(supply.order[rows])
        failed: NDArray[np.bool_] | None = None
        excluded_persons = np.zeros((persons, len(CONDITIONS)), dtype=np.int64)
        excluded_needs = np.zeros((self._size, len(CONDITIONS)), dtype=np.int64)
        for number, condition in enumerate(CONDITIONS):
            if condition not in self._different:
                continue
            table, which = self._table(condition, supply, rows)
            if not table.any():
                continue
            excluded_persons[:, number] = table @ np.bincount(which, minlength=table.shape[1])
            excluded_needs[:, number] = np.count_nonzero(table, axis=0)[which]
            if failed is None:
                failed = np.take(table, which, axis=1)
            else:
                failed |= np.take(table, which, axis=1)
        if failed is None:
            eligible_persons = np.full(persons, self._size, dtype=np.int64)
            eligible_needs = np.full(self._size, persons, dtype=np.int64)
        else:
            eligible_persons = self._size - np.count_nonzero(failed, axis=1)
            eligible_needs = persons - np.count_nonzero(failed, axis=0)
        return Screened(failed, excluded_persons, excluded_needs, eligible_persons, eligible_needs)

    def _table(self, condition: str, supply: Supply, rows: Any) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
        """Give (a, different) whether a person fails each different condition, and which of them each need sets."""
        columns, which = self._different[condition]
        return _RULES[condition](*_persons(condition, supply, rows), *columns) == NO, which


def failing(
    supply: Supply, rows: slice | NDArray[np.integer], needs: Needs, columns: slice | NDArray[np.integer]
) -> NDArray[np.bool_]:
    """Say which conditions each pair of some persons and some needs fails.

    Returns bool (a, b, 4), persons by needs, the last axis in the order of ``CONDITIONS``. O(a b) time and bytes.
    """
    return Screen(needs.take(columns)).failing(supply, rows)
