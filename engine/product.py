"""People and needs turned into rows and columns, so that one sparse product gives the figures of all their pairs.

A level enters the score only through small tables of five levels. So a person becomes a row of ones, a column for each
(skill held, level), and a need a column over the same: what it would give for that skill at that level. The product of
the two makes both sums at once, ``fit`` in its real and ``use`` in its imaginary part:

- ``use`` counts each skill held once, for the skill asked for that calls for most of it. That is a matter of the need
  alone and settled when it is turned: ``max over k of near(k,q) * min(l, m)``.
- ``fit`` counts each skill asked for once, for the skill held that shows it best. The need adds up what each skill held
  shows, ``sum over k of share * near(k,q) * min(1, l/m)``; where a person holds several that show the same skill k, all
  but the best is taken off again, in columns (skill asked for, minimum level) of their own.

``surplus`` is the product with a third such table, the cosine of two texts that of their rows of length 1. The product
is scipy's (Gustavson's algorithm, row by row, ACM TOMS 4:3, 1978): it costs what the skills in common are, no more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack, vstack

from engine.model import MAX_LEVEL, Needs, Supply, shown

_Floats = NDArray[np.float64]
_Rows = NDArray[np.intp]

_LEVELS: Final = np.arange(MAX_LEVEL + 1, dtype=np.float64)
_BY_MINIMUM: Final = np.minimum(1.0, _LEVELS[:, None] / _LEVELS[1:])
"""(6, 5): by level held, for each minimum level, the part of it that is reached."""
_BY_HELD: Final = np.minimum(1.0, _LEVELS[1:] / np.maximum(_LEVELS, 1.0)[:, None])
"""(6, 5): by minimum level, for each level held, the part that is reached."""
_CALLED: Final = np.minimum(_LEVELS[:, None], _LEVELS[1:])
"""(6, 5): by minimum level, for each level held, how many of the levels held are called for."""


@dataclass(frozen=True, eq=False)
class _Reached:
    """The skills that some rows of levels lead to, once for each way there, grouped by row and skill reached.

    ``source`` int (e,): number of the stored level; ``strength`` float64 (e,): how strongly it leads there; ``groups``
    int (g,): where each group begins; ``skill`` int64 (g,): which one it reaches; ``indptr`` (rows + 1,): the groups of
    each row.
    """

    source: _Rows
    strength: _Floats
    groups: _Rows
    skill: NDArray[np.int64]
    indptr: _Rows


def _reached(levels: csr_array, relation: csr_array) -> _Reached:
    """Follow a relation, csr (K, K) from a stored skill to those it reaches. O(entries reached)."""
    starts = relation.indptr[levels.indices].astype(np.intp)
    lengths = relation.indptr[levels.indices + 1] - starts
    ends = np.concatenate([[0], np.cumsum(lengths)])
    steps = np.arange(ends[-1]) + np.repeat(starts - ends[:-1], lengths)
    # There and back again through the other orientation is a counting sort of each row by the skill reached.
    numbered = csr_array((np.arange(ends[-1]), relation.indices[steps], ends[levels.indptr]), shape=levels.shape)
    in_turn = numbered.tocsc().tocsr()
    first = np.ones(ends[-1], dtype=np.bool_)
    first[1:] = in_turn.indices[1:] != in_turn.indices[:-1]
    first[in_turn.indptr[:-1][np.diff(in_turn.indptr) > 0]] = True
    groups = np.flatnonzero(first)
    return _Reached(
        source=np.repeat(np.arange(levels.nnz), lengths)[in_turn.data],
        strength=relation.data[steps[in_turn.data]],
        groups=groups,
        skill=in_turn.indices[groups].astype(np.int64),
        indptr=np.searchsorted(groups, in_turn.indptr),
    )


def _by_level(values: NDArray[Any], skill: NDArray[np.int64], indptr: _Rows, skills: int) -> csr_array:
    """Lay out values (g, 5) by group and level as csr (rows, 5 K), in column ``5 k + level - 1``."""
    columns = skill[:, None] * MAX_LEVEL + np.arange(MAX_LEVEL)
    shape = (len(indptr) - 1, MAX_LEVEL * skills)
    return csr_array((values.ravel(), columns.ravel(), MAX_LEVEL * indptr), shape=shape)


@dataclass(frozen=True, eq=False)
class Held:
    """The persons, narrowed to the skills that any of the needs can use.

    ``levels`` csr (n, K) int8; ``ones`` csr (n, 5 K) float64, 1 in column ``5 q + l - 1`` for a skill q held at level
    l; ``total`` float64 (n,): the sum of all levels on the profile; ``shows`` csr (K, K) from a skill asked for to
    those that show it, ``shown_by`` from a skill held to those asked for.
    """

    levels: csr_array
    ones: csr_array
    total: _Floats
    shows: csr_array
    shown_by: csr_array

    def turned(self, rows: slice) -> csr_array:
        """Turn some persons: what they hold, and what is taken off where several skills show the same one.

        Returns csr (r, 10 K) float64, to be multiplied with ``Asked.sums``. O(skills they reach).
        """
        levels = self.levels[rows]
        count, skills = levels.shape
        reached = _reached(levels, self.shown_by)
        sizes = np.diff(reached.groups, append=len(reached.source))
        several = sizes > 1
        if not several.any():
            nothing = csr_array((count, MAX_LEVEL * skills), dtype=np.float64)
            return hstack([self.ones[rows], nothing], format="csr")
        ways = np.flatnonzero(np.repeat(several, sizes))
        groups = np.concatenate([[0], np.cumsum(sizes[several])[:-1]])
        each = reached.strength[ways, None] * _BY_MINIMUM[levels.data[reached.source[ways]]]
        too_much = np.maximum.reduceat(each, groups, axis=0) - np.add.reduceat(each, groups, axis=0)
        indptr = np.concatenate([[0], np.cumsum(several)])[reached.indptr]
        taken_off = _by_level(too_much, reached.skill[several], indptr, skills)
        return hstack([self.ones[rows], taken_off], format="csr")


def what_is_held(supply: Supply, needs: Needs, near: csr_array) -> Held:
    """Narrow the profiles to what matters for these needs; for a single need that is nearly nothing.

    ``near`` is csr (K, K) float64. Raises ``ValueError`` where it is not within 0..1. O(what is stored).
    """
    rows, skills = supply.levels.shape
    asked = np.zeros(skills, dtype=np.bool_)
    asked[needs.weights.indices] = True
    relation = shown(near).tocoo()
    held = np.zeros(skills, dtype=np.bool_)
    held[supply.levels.indices] = True
    matters = asked[relation.row] & held[relation.col]
    shows = csr_array((relation.data[matters], (relation.row[matters], relation.col[matters])), shape=(skills, skills))
    useful = np.zeros(skills, dtype=np.bool_)
    useful[shows.indices] = True

    owner = np.repeat(np.arange(rows), np.diff(supply.levels.indptr))
    total = np.bincount(owner, weights=supply.levels.data, minlength=rows)
    chosen = useful[supply.levels.indices]
    skill, levels = supply.levels.indices[chosen], supply.levels.data[chosen]
    indptr = np.concatenate([[0], np.cumsum(np.bincount(owner[chosen], minlength=rows))])
    columns = skill.astype(np.int64) * MAX_LEVEL + (levels - 1)
    return Held(
        levels=csr_array((levels, skill, indptr), shape=(rows, skills)),
        ones=csr_array((np.ones(len(columns)), columns, indptr), shape=(rows, MAX_LEVEL * skills)),
        total=np.asarray(total, dtype=np.float64),
        shows=shows,
        shown_by=shows.T.tocsr(),
    )


@dataclass(frozen=True, eq=False)
class Asked:
    """Some needs, a column each.

    ``sums`` csr (10 K, b) complex: above, what a skill held at a level brings to fit and use; below, the share of a
    skill asked for at its minimum. ``above`` csr (5 K, b) float64 for the surplus; ``text`` csr (T, b) or None.
    """

    sums: csr_array
    above: csr_array
    text: csr_array | None


def what_is_asked(needs: Needs, held: Held, *, with_text: bool) -> Asked:
    """Turn some needs. O(skills asked for and the near skills that show them)."""
    skills = needs.weights.shape[1]
    minimum, share = needs.min_levels.data, needs.shares()
    reached = _reached(needs.min_levels, held.shows)
    sums = np.empty((len(reached.groups), MAX_LEVEL), dtype=np.complex128)
    if sums.size:
        level, weight = minimum[reached.source], share[reached.source] * reached.strength
        sums.real = np.add.reduceat(weight[:, None] * _BY_HELD[level], reached.groups, axis=0)
        sums.imag = np.maximum.reduceat(reached.strength[:, None] * _CALLED[level], reached.groups, axis=0)
    brings = _by_level(sums, reached.skill, reached.indptr, skills)

    asked, indptr = needs.min_levels.indices.astype(np.int64), needs.min_levels.indptr.astype(np.intp)
    at_minimum = share[:, None] * (np.arange(1, MAX_LEVEL + 1) == minimum[:, None])
    shares = _by_level(at_minimum, asked, indptr, skills)
    surplus = share[:, None] * np.maximum(0.0, _LEVELS[1:] - minimum[:, None])
    above = _by_level(surplus, asked, indptr, skills)
    for table in (shares, above):
        table.eliminate_zeros()
    return Asked(
        sums=vstack([brings.T.tocsr(), shares.T.tocsr()], format="csr"),
        above=above.T.tocsr(),
        text=needs.text.T.tocsr() if with_text and needs.text is not None else None,
    )
