"""Near skills: how far holding one skill shows another, put together from what is stated and what is learnt.

``near[k, q]`` says how far holding *q* shows *k*. It is directed, and at most ``NEAR_CAP`` save for the same skill by
another name, which shows 1.0. Sources come in an order, and the first that speaks of a pair decides it; what is learnt
(how alike two skills are written of, which are asked for together) only fills up to the nearest few of each skill.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from engine.model import NEAR_CAP

SAME: Final = 1.0
"""The same skill in another framework, or the one that replaced it."""

NARROWER: Final = NEAR_CAP
"""Holding the narrower skill shows the broader: who knows PyTorch knows of machine learning, if only a part."""

RELATED: Final = 0.45
"""Holding a related skill: neither contains the other, so less than half."""

BROADER: Final = 0.3
"""Holding the broader skill shows the narrower: the ground is there, the speciality perhaps not."""

NEAREST: Final = 8
"""What is learnt fills up to so many near skills of each; a person who reads the list should be able to judge it."""

TOGETHER_CAP: Final = 0.4
"""The most that being asked for together shows: firms also ask together for what has nothing in common."""

TOGETHER_LEAST_NEEDS: Final = 3
"""Fewer needs than this that ask for both are chance, or one firm's habit."""

TOGETHER_LEAST_LIFT: Final = 0.4
"""What is lifted less than this by the other skill is rather asked for everywhere."""

DOUBT: Final = 2.0
"""So many needs that ask for the one without the other are added to every count: few needs then prove little."""

MOST_ASKED: Final = 100
"""A need that asks for more than a posted one can says nothing of what goes together, and costs the square of it."""

_Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Layer:
    """What one source says: holding ``held[p]`` shows ``value[p]`` of ``wanted[p]``. At most one value a pair.

    ``wanted``, ``held`` int64 (pairs,), ``value`` float64 (pairs,) in 0..NEAR_CAP or 1; a value of 0 says that the pair
    is not near, and silences the sources after. ``learnt`` marks guesses, of which only the nearest are kept. Raises
    ``ValueError`` where the lengths differ, a value is out of range, a pair comes twice or a skill is its own.
    """

    wanted: _Rows
    held: _Rows
    value: NDArray[np.float64]
    learnt: bool = False

    def __post_init__(self) -> None:
        if not len(self.wanted) == len(self.held) == len(self.value):
            raise ValueError("a layer needs a value for each pair")
        allowed = ((self.value >= 0) & (self.value <= NEAR_CAP)) | (self.value == SAME)
        if not bool(np.all(allowed)):
            raise ValueError(f"near skills lie in 0..{NEAR_CAP}, or are the same and show 1")
        if bool(np.any(self.wanted == self.held)):
            raise ValueError("a skill is not near to itself: it is itself")
        if len(np.unique(np.stack([self.wanted, self.held]), axis=1).T) < len(self.wanted):
            raise ValueError("a pair comes twice")

    @classmethod
    def of(cls, wanted: ArrayLike, held: ArrayLike, value: ArrayLike, *, learnt: bool = False) -> Layer:
        """Make a layer from anything that numpy reads as three rows of numbers. O(pairs log pairs)."""
        return cls(
            np.asarray(wanted, dtype=np.int64).reshape(-1),
            np.asarray(held, dtype=np.int64).reshape(-1),
            np.asarray(value, dtype=np.float64).reshape(-1),
            learnt,
        )

    @classmethod
    def learnt_from(cls, found: csr_array) -> Layer:
        """Make a layer of guesses from csr (K, K), ``[k, q]`` how far holding q shows k. O(stored values)."""
        pairs = found.tocoo()
        return cls.of(pairs.row, pairs.col, pairs.data, learnt=True)


@dataclass(frozen=True, eq=False)
class Combined:
    """The pairs that are near: by skill wanted, the nearest first. ``layer`` tells which source decided each."""

    wanted: _Rows
    held: _Rows
    value: NDArray[np.float64]
    layer: NDArray[np.int64]


def from_relations(broader: Sequence[tuple[int, int]], related: Sequence[tuple[int, int]]) -> Layer:
    """Make the layer of a framework's own relations, one step.

    ``broader`` are pairs (skill, its broader one), ``related`` pairs in any order. Where several speak of a pair the
    strongest counts. O(relations log relations).
    """
    up, level = _pairs(broader), _pairs(related)
    wanted = np.concatenate([up[:, 1], level[:, 0], level[:, 1], up[:, 0]])
    held = np.concatenate([up[:, 0], level[:, 1], level[:, 0], up[:, 1]])
    value = np.repeat([NARROWER, RELATED, BROADER], [len(up), 2 * len(level), len(up)])
    first = _first_of_each(wanted, held)  # they stand with the strongest first
    return Layer(wanted[first], held[first], value[first])


def asked_together(asked: csr_array) -> tuple[csr_array, csr_array]:
    """Learn from needs which skills go with which.

    ``asked`` is csr (m, K), anything stored and not 0 meaning that the need (row) asks for the skill. Gives two csr
    (K, K): float64 in 0..TOGETHER_CAP with two decimals, ``[k, q]`` how far holding q shows k, and int64 how many needs
    ask for both, of the same pairs. With n needs that ask for q, b of them for k too, and the share p of all needs
    that ask for k::

        lift(k | q) = max(0, (b / (n + DOUBT) - p) / (1 - p))             value = TOGETHER_CAP * lift

    so a skill that every need asks for is near to none. Directed: all who ask for Tableau may ask for charts, while few
    who ask for charts ask for Tableau. O(sum of the squares of the needs' numbers of skills), needs above
    ``MOST_ASKED`` left out.
    """
    present = asked.astype(bool).astype(np.int64)
    present.eliminate_zeros()
    present = present[np.diff(present.indptr) <= MOST_ASKED]
    needs, size = present.shape
    nothing = csr_array((size, size), dtype=np.float64), csr_array((size, size), dtype=np.int64)
    if not needs:
        return nothing
    both = csr_array(present.T @ present).tocoo()
    often = np.bincount(present.indices, minlength=size)
    kept = (both.row != both.col) & (both.data >= TOGETHER_LEAST_NEEDS)
    wanted, held, count = both.row[kept], both.col[kept], both.data[kept]
    share = often[wanted] / needs
    likely = count / (often[held] + DOUBT)
    lift = np.where(share < 1.0, (likely - share) / np.where(share < 1.0, 1.0 - share, 1.0), 0.0)
    value = np.round(TOGETHER_CAP * np.clip(lift, 0.0, 1.0), 2)
    kept = lift >= TOGETHER_LEAST_LIFT
    places = (wanted[kept], held[kept])
    found = csr_array((value[kept], places), shape=(size, size))
    counts = csr_array((count[kept], places), shape=(size, size), dtype=np.int64)
    return found, counts


def combine(layers: Sequence[Layer], *, nearest: int = NEAREST) -> Combined:
    """Put the layers together: the first that speaks of a pair decides it, a value of 0 meaning "not near".

    All that is stated is kept: to drop one of a field's many narrower skills would be chance. What is learnt fills each
    wanted skill's near ones up to ``nearest``, the highest first, then the smaller number of the skill held. Skills are
    numbers of any size; the order of the pairs within a layer changes nothing. O(pairs log pairs).
    """
    if not layers:
        layers = [Layer.of([], [], [])]
    wanted = np.concatenate([layer.wanted for layer in layers])
    held = np.concatenate([layer.held for layer in layers])
    value = np.concatenate([layer.value for layer in layers])
    source = np.repeat(np.arange(len(layers)), [len(layer.value) for layer in layers])
    learnt = np.repeat([layer.learnt for layer in layers], [len(layer.value) for layer in layers])

    decides = _first_of_each(wanted, held)
    decides = decides[value[decides] > 0]
    stated_first = np.lexsort((held[decides], -value[decides], learnt[decides], wanted[decides]))
    decides = decides[stated_first]
    rank = np.arange(len(decides)) - np.searchsorted(wanted[decides], wanted[decides])
    decides = decides[~learnt[decides] | (rank < nearest)]
    decides = decides[np.lexsort((held[decides], -value[decides], wanted[decides]))]
    return Combined(wanted[decides], held[decides], value[decides], source[decides].astype(np.int64))


def _pairs(given: Sequence[tuple[int, int]]) -> NDArray[np.int64]:
    return np.array(given, dtype=np.int64).reshape(-1, 2)


def _first_of_each(wanted: _Rows, held: _Rows) -> NDArray[np.intp]:
    """Where each pair comes for the first time. O(pairs log pairs)."""
    order = np.lexsort((held, wanted))  # it keeps the order of equal ones
    new = np.ones(len(order), dtype=bool)
    new[1:] = (np.diff(wanted[order]) != 0) | (np.diff(held[order]) != 0)
    return np.asarray(order[new], dtype=np.intp)
