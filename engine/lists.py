"""The lists while they grow: what has been found so far for each owner, cut to the best that fit.

A list takes pairs in the order of the model: by score, then surplus (both by the billionth), then the smaller ``order``
of the candidate. Once all lists are full, a floor under each of them tells which pairs need not be looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from engine.model import CONDITIONS, NOTHING, Focus, Ranked, lowest_on_grid


@dataclass(frozen=True, eq=False)
class Pairs:
    """Some pairs on their way into lists, a row each.

    ``owner`` and ``candidate`` int32 (p,), rows of either side; ``rank`` int64 (p,), score and surplus in one number,
    the higher the better; ``values`` float64 (5, p): score, fit, use, text and surplus.
    """

    owner: NDArray[np.int32]
    candidate: NDArray[np.int32]
    rank: NDArray[np.int64]
    values: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.owner)

    def take(self, places: NDArray[np.intp]) -> Pairs:
        """Give the pairs at these places, in their order."""
        return Pairs(
            self.owner[places], self.candidate[places], self.rank[places], np.take(self.values, places, axis=1)
        )


def together(parts: Sequence[Pairs]) -> Pairs:
    """Put pairs one after the other."""
    return Pairs(
        np.concatenate([np.empty(0, np.int32), *(part.owner for part in parts)]),
        np.concatenate([np.empty(0, np.int32), *(part.candidate for part in parts)]),
        np.concatenate([np.empty(0, np.int64), *(part.rank for part in parts)]),
        np.concatenate([np.empty((5, 0)), *(part.values for part in parts)], axis=1),
    )


class Lists:
    """The lists of one side while they grow: at most ``keep`` pairs each, plus what has come in since the last cut."""

    def __init__(
        self,
        owners: int,
        order: NDArray[np.int64],
        focus: Focus | None,
        bonus: float,
        keep: int,
        slack: int,
        whole: bool,
    ) -> None:
        """Start with an empty list for each owner.

        ``order`` is that of the candidates. ``focus`` is one for all or float64 (owners,); None says that nobody asks
        for these lists. At most ``slack`` pairs come in between two cuts. ``whole`` promises that an owner's pairs come
        in one part, by ascending owner, and as ``best`` leaves them.
        """
        self.idle = focus is None
        self._focus: Focus = 0.0 if focus is None else focus
        self.bonus = bonus
        self.keep = keep
        self.floor: NDArray[np.float64] = np.full(owners, NOTHING)  # what a pair must exceed to come in
        self._owners = owners
        self._whole = whole
        self._precedence = np.empty(len(order), dtype=np.int64)
        self._precedence[np.argsort(order)] = np.arange(len(order))
        self._parts: list[Pairs] = []
        self._held = 0
        self._limit = owners * keep + min(owners * keep, slack)
        self._eligible = np.zeros(owners, dtype=np.int64)
        self._excluded = np.zeros((owners, len(CONDITIONS)), dtype=np.int64)

    def focus(self, owners: NDArray[np.integer]) -> Focus:
        """Give the focus of these owners' lists: one number for all, or one for each, in their order."""
        return self._focus[owners] if isinstance(self._focus, np.ndarray) else self._focus

    def count(self, owners: slice, eligible: NDArray[np.int64], excluded: NDArray[np.int64]) -> None:
        """Add what the conditions left and removed in one block."""
        self._eligible[owners] += eligible
        self._excluded[owners] += excluded

    def add(self, pairs: Pairs) -> None:
        """Take in pairs of one block, and cut all lists once too many have come together."""
        self._parts.append(pairs)
        self._held += len(pairs)
        if self._held > self._limit and not self._whole:
            self._cut()

    def best(self, pairs: Pairs) -> Pairs:
        """Sort pairs by owner, best first, and drop what comes after the first ``keep`` of an owner. O(p log p)."""
        if not len(pairs):
            return pairs
        by_rank = np.argsort(-pairs.rank)
        owner = pairs.owner[by_rank]
        first = int(owner.min())
        shape = (len(owner), int(owner.max()) - first + 1)
        # Turning a matrix is a counting sort, here by owner; it leaves the better before the worse.
        one_each = np.ones(len(owner), dtype=np.int8)
        turned = csr_array((one_each, owner - first, np.arange(len(owner) + 1)), shape=shape).tocsc()
        places = by_rank[turned.indices]
        owner, rank = pairs.owner[places], pairs.rank[places]
        same = (owner[1:] == owner[:-1]) & (rank[1:] == rank[:-1])
        if same.any():
            tied = np.zeros(len(places), dtype=np.bool_)
            tied[1:] |= same
            tied[:-1] |= same
            run = np.concatenate([[0], np.cumsum(~same)])[tied]
            among = places[tied]
            precedence = self._precedence[pairs.candidate[among]]
            places[tied] = among[np.argsort(run * len(self._precedence) + precedence)]
        position = np.arange(len(places)) - np.repeat(turned.indptr[:-1], np.diff(turned.indptr))
        return pairs.take(places[position < self.keep])

    def _cut(self) -> None:
        """Bring all lists down to ``keep`` pairs, and raise the floor under those that are full."""
        pairs = self.best(together(self._parts))
        self._parts, self._held = [pairs], len(pairs)
        full = np.flatnonzero(np.bincount(pairs.owner, minlength=self._owners) == self.keep)
        last = np.searchsorted(pairs.owner, full, side="right") - 1
        floor = self.floor.copy()  # threads may be reading the old one, which is lower and so still right
        floor[full] = np.maximum(floor[full], lowest_on_grid(pairs.rank[last] >> 32))
        self.floor = floor

    def ranked(self) -> Ranked:
        """Close the lists."""
        pairs = together(self._parts)
        self._parts = []
        if not self._whole:
            pairs = self.best(pairs)
        score, fit, use, text, surplus = pairs.values
        lengths = np.bincount(pairs.owner, minlength=self._owners)
        return Ranked(
            indptr=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
            candidate=pairs.candidate,
            score=score,
            fit=fit,
            use=use,
            bonus=self.bonus * (1.0 - fit) * text,
            surplus=surplus,
            eligible=self._eligible,
            excluded=self._excluded,
        )
