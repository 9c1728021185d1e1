"""The numbers of the matching model, and the tables that go into the engine and come out of it.

For a person (or program, course, expert) *i* with levels ``l``, and a need *j* with weights ``w`` and minimums ``m``::

    credit(i,j,k) = max over skills q of  near(k,q) * min(1, l[i,q] / m[j,k])         near(k,k) = 1
    fit(i,j)      = sum_k w[j,k] * credit(i,j,k) / sum_k w[j,k]
    use(i,j)      = sum_q max over k of near(k,q) * min(l[i,q], m[j,k]) / sum_q l[i,q]
    text(i,j)     = min(1, TEXT_SCALE * cosine of both texts)
    score(i,j)    = fit * (1 - f * (1 - use)) + b * (1 - fit) * text
    surplus(i,j)  = sum_k w[j,k] * max(0, l[i,k] - m[j,k]) / sum_k w[j,k]             breaks ties

Everything lies in 0..1 (a surplus in 0..4), unrounded; only pages multiply by 100 and round.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

ENGINE_VERSION: Final = "2"
"""Changes whenever the same input may give another score or another order; kept with every stored list."""

FOCUS_NEED: Final = 0.2
"""Focus in a need's list of people. At 0.5 one honest extra line on a profile dropped a perfect candidate below one who
lacks an essential skill (15 of 247 statements that any adviser would agree with failed); at 0.2 none failed."""

FOCUS_PERSON: Final = 0.6
"""Focus in a person's list of needs: otherwise every easy job tops the list of a master. On occupations against an
expert-made list of related ones: 0.18 (nDCG@10) with no focus, 0.32 with this one."""

FOCUS_READ: Final = 0.6
"""Focus in the list of a need whose skills were read from its text and confirmed by nobody. Such a list is long and in
part wrong, and so is a CV's: who shows what it asks for and little else is the surer find (decision 6 has figures)."""

FOCUS_NONE: Final = 0.0
"""Focus for advice, training, programs and courses: nobody minds strengths that lie elsewhere."""

TEXT_BONUS: Final = 0.3
"""How much of what the skills leave open both texts may make up for. CVs against advertisements with their skill lists:
skills alone 0.66 (MAP), with this bonus 0.84. No focus may exceed ``1 - TEXT_BONUS``, or a better fit could lose."""

TEXT_SCALE: Final = 6.0
"""A cosine of a sixth is as alike as a CV and an advertisement get, so that is where the text counts in full. At 3 the
order of CVs in the advertisement's language was worse than by their words alone (decision 8)."""

ESSENTIAL_FACTOR: Final = 2.0
"""An essential skill counts this many times; its weight is multiplied once, when a need is turned into arrays."""

KEEP: Final = 100
"""How many pairs are kept of each list: five pages of twenty, more than anyone reads."""

NEAR_CAP: Final = 0.6
"""The most that a near skill may show, save for one that is the same skill by another name (which shows 1.0)."""

CONDITIONS: Final = ("kind", "place", "language", "start")
"""What a pair must meet before it may be kept, in the order of the columns of ``Ranked.excluded``."""

UNKNOWN: Final = -1
"""Not said. Never the same as no: an unknown passes a condition and is shown as "ask"."""

MAX_LEVEL: Final = 5
"""Levels go from 1 to this; a level of 0 is never stored."""

_GRID: Final = 1e9
_DECIMALS: Final = 13

NOTHING: Final = 0.5 / 10**_DECIMALS
"""A score up to this settles at 0, and a score of 0 is never kept."""


Focus = float | NDArray[np.float64]
"""How much unused strengths may take off: one for all lists, or one for each owner."""


def on_grid(values: ArrayLike) -> NDArray[np.int64]:
    """Turn scores or surpluses into whole billionths, the grain at which two of them count as equal.

    Sums taken in another order differ in their last bits. The border between two grains is moved a ten-thousandth of a
    grain off the half, where quotients of small numbers (1/1024, say) would otherwise fall to either side by chance.
    Any shape in, the same shape out.
    """
    return np.floor(np.asarray(values, dtype=np.float64) * _GRID + 0.5001).astype(np.int64)


def lowest_on_grid(grains: NDArray[np.int64]) -> NDArray[np.float64]:
    """Give a float just under every score that lands on these grains, to leave out in bulk what lies below them."""
    return np.asarray((grains - 0.6) / _GRID, dtype=np.float64)


def raw_score(
    fit: NDArray[np.float64], use: NDArray[np.float64], text: NDArray[np.float64] | None, focus: Focus, bonus: float
) -> NDArray[np.float64]:
    """Work out scores from fit, use and text, all in 0..1 and of one shape, as the sums come out.

    ``text`` is None where no text counts; ``focus`` is one number or one a pair. O(values), three passes in place.
    """
    score: NDArray[np.float64] = use * focus
    score += 1.0 - focus
    score *= fit
    if text is not None:
        score += bonus * (1.0 - fit) * text
    return score


def settled(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cut scores to thirteen decimals: the score that is stored, shown and compared.

    Two equal pairs then do not differ by the order of their sums, and a list in the order of the model is in the order
    of its printed scores too.
    """
    return np.asarray(np.round(np.minimum(scores, 1.0), _DECIMALS), dtype=np.float64)


def check_numbers(focus: Focus, bonus: float) -> None:
    """Raise ``ValueError`` for a focus or a text bonus outside 0..1."""
    for name, value in (("focus", focus), ("text bonus", bonus)):
        if not np.all((np.asarray(value) >= 0.0) & (np.asarray(value) <= 1.0)):
            raise ValueError(f"the {name} must lie in 0..1, not {value}")


def _ordered(matrix: csr_array, dtype: type, what: str) -> csr_array:
    """Give the matrix with this dtype and each row's columns ascending; raise ``ValueError`` where one comes twice."""
    if matrix.dtype != dtype:
        matrix = matrix.astype(dtype)
    if not matrix.has_sorted_indices:
        matrix = matrix.copy()
        matrix.sort_indices()
    if not matrix.has_canonical_format:
        raise ValueError(f"{what}: a row names one column twice")
    return matrix


def _expect(held: bool, complaint: str) -> None:
    if not held:
        raise ValueError(complaint)


def _within(array: NDArray[np.generic], low: int, high: int) -> bool:
    return array.size == 0 or bool(array.min() >= low and array.max() <= high)


@dataclass(frozen=True, eq=False)
class Supply:
    """What people (or programs, courses, experts) offer: *n* rows, *K* skills, *L* languages, *T* words of text.

    - ``levels`` csr (n, K) int8: level 1..5 of each skill held, no stored zeros
    - ``order`` int64 (n,): distinct; the smaller wins a tie
    - ``kinds`` uint8 (n,): bits of the kinds of work wished for, 0 where no wish was given
    - ``city`` int32 (n,): number of the city, -1 unknown
    - ``moves``, ``remote`` int8 (n,): 1 yes, 0 no, -1 unknown
    - ``languages`` int8 (n, L): level held, 0 none; ``speaks`` bool (n,): whether any language was given at all
    - ``available`` int64 (n,): first free day as a day ordinal, -1 unknown
    - ``text`` csr (n, T) float64: rows of length at most 1, or None where texts are left out

    Raises ``ValueError`` where shapes or values do not agree with this.
    """

    levels: csr_array
    order: NDArray[np.int64]
    kinds: NDArray[np.uint8]
    city: NDArray[np.int32]
    moves: NDArray[np.int8]
    remote: NDArray[np.int8]
    languages: NDArray[np.int8]
    speaks: NDArray[np.bool_]
    available: NDArray[np.int64]
    text: csr_array | None = None

    def __post_init__(self) -> None:
        _expect(_within(self.levels.data, 1, MAX_LEVEL), "levels must lie in 1..5; a level of 0 is not stored")
        object.__setattr__(self, "levels", _ordered(self.levels, np.int8, "levels"))
        n = self.levels.shape[0]
        for name in ("order", "kinds", "city", "moves", "remote", "speaks", "available"):
            _expect(getattr(self, name).shape == (n,), f"{name} must have one value for each of {n} rows")
        _expect(self.languages.ndim == 2 and self.languages.shape[0] == n, f"languages must have {n} rows")
        _expect(_within(self.moves, -1, 1) and _within(self.remote, -1, 1), "moves and remote are 1, 0 or -1")
        _expect(np.unique(self.order).size == n, "order must be distinct")
        _expect(self.text is None or self.text.shape[0] == n, f"text must have {n} rows")

    def __len__(self) -> int:
        return int(self.levels.shape[0])

    def take(self, rows: NDArray[np.integer] | slice) -> Supply:
        """Narrow to some rows, given by index or as a slice, in that order. O(rows + what they hold)."""
        return Supply(
            levels=self.levels[rows],
            order=self.order[rows],
            kinds=self.kinds[rows],
            city=self.city[rows],
            moves=self.moves[rows],
            remote=self.remote[rows],
            languages=self.languages[rows],
            speaks=self.speaks[rows],
            available=self.available[rows],
            text=None if self.text is None else self.text[rows],
        )


@dataclass(frozen=True, eq=False)
class Needs:
    """What is asked for: *m* rows over the same *K* skills, *L* languages and *T* words as the supply.

    - ``weights`` csr (m, K) float64 > 0: essentials already doubled; ``min_levels`` csr (m, K) int8 1..5, same pattern
    - ``order`` int64 (m,): distinct; the smaller wins a tie
    - ``kind`` uint8 (m,): one bit, 0 where not stated
    - ``city`` int32 (m,): number of the city, -1 unknown; ``remote`` int8 (m,): 1 yes, 0 no, -1 unknown
    - ``languages`` int8 (m, L): level asked for, 0 where not asked for
    - ``starts`` int64 (m,): first day as a day ordinal, -1 unknown
    - ``text`` csr (m, T) float64: rows of length at most 1, or None where texts are left out

    Raises ``ValueError`` where shapes or values do not agree with this.
    """

    weights: csr_array
    min_levels: csr_array
    order: NDArray[np.int64]
    kind: NDArray[np.uint8]
    city: NDArray[np.int32]
    remote: NDArray[np.int8]
    languages: NDArray[np.int8]
    starts: NDArray[np.int64]
    text: csr_array | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "weights", _ordered(self.weights, np.float64, "weights"))
        _expect(_within(self.min_levels.data, 1, MAX_LEVEL), "min_levels must lie in 1..5")
        object.__setattr__(self, "min_levels", _ordered(self.min_levels, np.int8, "min_levels"))
        m = self.weights.shape[0]
        for name in ("order", "kind", "city", "remote", "starts"):
            _expect(getattr(self, name).shape == (m,), f"{name} must have one value for each of {m} rows")
        _expect(self.languages.ndim == 2 and self.languages.shape[0] == m, f"languages must have {m} rows")
        same = (
            self.weights.shape == self.min_levels.shape
            and np.array_equal(self.weights.indptr, self.min_levels.indptr)
            and np.array_equal(self.weights.indices, self.min_levels.indices)
        )
        _expect(same, "weights and min_levels must name the same skills")
        weights = self.weights.data
        _expect(bool(np.all((weights > 0) & np.isfinite(weights))), "weights must be finite and above 0")
        _expect(_within(self.remote, -1, 1), "remote is 1, 0 or -1")
        _expect(np.unique(self.order).size == m, "order must be distinct")
        _expect(self.text is None or self.text.shape[0] == m, f"text must have {m} rows")

    def __len__(self) -> int:
        return int(self.weights.shape[0])

    def take(self, rows: NDArray[np.integer] | slice) -> Needs:
        """Narrow to some rows, given by index or as a slice, in that order. O(rows + what they ask for)."""
        return Needs(
            weights=self.weights[rows],
            min_levels=self.min_levels[rows],
            order=self.order[rows],
            kind=self.kind[rows],
            city=self.city[rows],
            remote=self.remote[rows],
            languages=self.languages[rows],
            starts=self.starts[rows],
            text=None if self.text is None else self.text[rows],
        )

    def shares(self) -> NDArray[np.float64]:
        """Give each stored weight as a share of its row's sum, flat, in the order of ``weights.data``."""
        rows = np.repeat(np.arange(len(self)), np.diff(self.weights.indptr))
        sums = np.bincount(rows, weights=self.weights.data, minlength=len(self))
        return np.asarray(self.weights.data / sums[rows], dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Ranked:
    """The lists of one direction, flat and best first: those of owner *o* are ``indptr[o]:indptr[o + 1]``.

    - ``indptr`` int64 (owners + 1,)
    - ``candidate`` int32: row of the other side
    - ``score``, ``fit``, ``use``, ``bonus``, ``surplus`` float64; ``score = fit - f * fit * (1 - use) + bonus``
    - ``eligible`` int64 (owners,): how many of the other side meet every condition, whatever they score
    - ``excluded`` int64 (owners, 4): how many fail each of ``CONDITIONS``; who fails two counts in both
    """

    indptr: NDArray[np.int64]
    candidate: NDArray[np.int32]
    score: NDArray[np.float64]
    fit: NDArray[np.float64]
    use: NDArray[np.float64]
    bonus: NDArray[np.float64]
    surplus: NDArray[np.float64]
    eligible: NDArray[np.int64]
    excluded: NDArray[np.int64]

    def of(self, owner: int) -> slice:
        """Give the slice of the flat arrays that holds this owner's list, best first."""
        return slice(int(self.indptr[owner]), int(self.indptr[owner + 1]))


def shown(near: csr_array) -> csr_array:
    """Complete the near skills by the skill itself: csr (K, K) float64, ``[k, q]`` how far holding q shows k.

    Whatever stands on the diagonal of ``near`` is replaced by 1, stored zeros are dropped. Raises ``ValueError`` where
    it is not square or has a value outside 0..1. O(K + stored values).
    """
    size = near.shape[0]
    _expect(near.shape == (size, size), "near must be square")
    pairs = near.tocoo()
    values = np.asarray(pairs.data, dtype=np.float64)
    _expect(bool(np.all((values >= 0) & (values <= 1))), "near must lie in 0..1")
    others = (pairs.row != pairs.col) & (values > 0)
    itself = np.arange(size)
    rows = np.concatenate([pairs.row[others], itself])
    columns = np.concatenate([pairs.col[others], itself])
    data = np.concatenate([values[others], np.ones(size)])
    return csr_array((data, (rows, columns)), shape=(size, size))
