"""The definition of matching, as plainly as it can be written: the oracle that the fast ranking is tested against.

Loops straight from the formulas of the model and from the wording of the conditions, one pair at a time. It shares with
the fast path only the constants and the grain at which scores count as equal. O(n m K^2) time and dense tables: for
small tables only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from engine.model import (
    CONDITIONS,
    FOCUS_NEED,
    FOCUS_PERSON,
    KEEP,
    TEXT_BONUS,
    TEXT_SCALE,
    Focus,
    Needs,
    Ranked,
    Supply,
    on_grid,
    settled,
)


@dataclass(frozen=True)
class Pair:
    """The figures of one pair, in 0..1 but for the surplus (0..4); ``bonus`` is what the text adds to the score."""

    score: float
    fit: float
    use: float
    text: float
    bonus: float
    surplus: float


class Definition:
    """Supply, needs and near skills laid out as plain tables, and the formulas over them."""

    def __init__(self, supply: Supply, needs: Needs, near: csr_array) -> None:
        self.supply = supply
        self.needs = needs
        self.levels: list[list[int]] = supply.levels.toarray().tolist()
        self.weights: list[list[float]] = needs.weights.toarray().tolist()
        self.minimum: list[list[int]] = needs.min_levels.toarray().tolist()
        self.near: list[list[float]] = near.toarray().tolist()
        for skill, row in enumerate(self.near):
            row[skill] = 1.0

    def credit(self, i: int, j: int, k: int) -> float:
        """Give how far person i shows skill k at the level that need j asks for, 0..1."""
        best = 0.0
        for q, level in enumerate(self.levels[i]):
            best = max(best, self.near[k][q] * min(1.0, level / self.minimum[j][k]))
        return best

    def fit(self, i: int, j: int) -> float:
        """Give the share of need j that person i covers, 0..1."""
        covered = whole = 0.0
        for k, weight in enumerate(self.weights[j]):
            if weight > 0:
                covered += weight * self.credit(i, j, k)
                whole += weight
        return min(1.0, covered / whole) if whole else 0.0

    def use(self, i: int, j: int) -> float:
        """Give the share of person i's levels that need j calls for, 0..1."""
        called = 0.0
        for q, level in enumerate(self.levels[i]):
            called += max(
                (self.near[k][q] * min(level, m) for k, m in enumerate(self.minimum[j]) if m > 0), default=0.0
            )
        whole = sum(self.levels[i])
        return min(1.0, called / whole) if whole else 0.0

    def text(self, i: int, j: int) -> float:
        """Give how alike both texts are, 0..1; 0 where there is none."""
        if self.supply.text is None or self.needs.text is None:
            return 0.0
        mine = self.supply.text[[i]].toarray()[0]
        theirs = self.needs.text[[j]].toarray()[0]
        cosine = 0.0
        for a, b in zip(mine.tolist(), theirs.tolist(), strict=True):
            cosine += a * b
        return min(1.0, TEXT_SCALE * cosine)

    def surplus(self, i: int, j: int) -> float:
        """Give by how many levels person i is above what need j asks for, on average over its weights, 0..4."""
        above = whole = 0.0
        for k, weight in enumerate(self.weights[j]):
            if weight > 0:
                above += weight * max(0, self.levels[i][k] - self.minimum[j][k])
                whole += weight
        return above / whole if whole else 0.0

    def pair(self, i: int, j: int, focus: float, bonus: float) -> Pair:
        """Work out all figures of person i and need j."""
        fit, use, text = self.fit(i, j), self.use(i, j), self.text(i, j)
        extra = bonus * (1 - fit) * text
        score = fit * (1 - focus * (1 - use)) + extra
        return Pair(float(settled(np.array(score))), fit, use, text, extra, self.surplus(i, j))

    def failed(self, i: int, j: int) -> set[str]:
        """Name the conditions that person i fails for need j."""
        supply, needs = self.supply, self.needs
        failed = set()
        if supply.kinds[i] and needs.kind[j] and not supply.kinds[i] & needs.kind[j]:
            failed.add("kind")
        if supply.moves[i] == 0 and supply.city[i] != -1:
            if needs.remote[j] == 1:
                if supply.remote[i] == 0 and supply.city[i] != needs.city[j]:
                    failed.add("place")
            elif needs.city[j] not in (-1, supply.city[i]):
                failed.add("place")
        if supply.speaks[i]:
            for held, asked in zip(supply.languages[i], needs.languages[j], strict=True):
                if held < asked:
                    failed.add("language")
        if supply.available[i] != -1 and needs.starts[j] != -1 and supply.available[i] > needs.starts[j]:
            failed.add("start")
        return failed


def rank_for_needs(
    needs: Needs,
    supply: Supply,
    near: csr_array,
    *,
    focus: Focus = FOCUS_NEED,
    bonus: float = TEXT_BONUS,
    keep: int = KEEP,
) -> Ranked:
    """Find the best persons for each need by looking at every pair."""
    definition = Definition(supply, needs, near)
    of = np.broadcast_to(focus, len(needs)).tolist()
    pairs = {(j, i): definition.pair(i, j, of[j], bonus) for j in range(len(needs)) for i in range(len(supply))}
    failed = {(j, i): definition.failed(i, j) for j, i in pairs}
    return _ranked(pairs, failed, len(needs), len(supply), supply.order.tolist(), keep)


def rank_for_people(
    supply: Supply,
    needs: Needs,
    near: csr_array,
    *,
    focus: float = FOCUS_PERSON,
    bonus: float = TEXT_BONUS,
    keep: int = KEEP,
) -> Ranked:
    """Find the best needs for each person by looking at every pair."""
    definition = Definition(supply, needs, near)
    pairs = {(i, j): definition.pair(i, j, focus, bonus) for i in range(len(supply)) for j in range(len(needs))}
    failed = {(i, j): definition.failed(i, j) for i, j in pairs}
    return _ranked(pairs, failed, len(supply), len(needs), needs.order.tolist(), keep)


def _ranked(
    pairs: dict[tuple[int, int], Pair],
    failed: dict[tuple[int, int], set[str]],
    owners: int,
    candidates: int,
    order: list[int],
    keep: int,
) -> Ranked:
    """Sort each owner's eligible candidates with a score above 0, and count what the conditions remove."""
    lists: list[list[int]] = []
    eligible: list[int] = []
    excluded: list[list[int]] = []
    for owner in range(owners):
        allowed = [other for other in range(candidates) if not failed[owner, other]]
        best = sorted(
            (-int(on_grid(pair.score)), -int(on_grid(pair.surplus)), order[other], other)
            for other in allowed
            if (pair := pairs[owner, other]).score > 0
        )
        lists.append([other for *_, other in best[:keep]])
        eligible.append(len(allowed))
        excluded.append([sum(name in failed[owner, other] for other in range(candidates)) for name in CONDITIONS])
    kept = [pairs[owner, other] for owner, chosen in enumerate(lists) for other in chosen]
    return Ranked(
        indptr=np.cumsum([0, *map(len, lists)]).astype(np.int64),
        candidate=np.array([other for chosen in lists for other in chosen], dtype=np.int32),
        score=np.array([pair.score for pair in kept], dtype=np.float64),
        fit=np.array([pair.fit for pair in kept], dtype=np.float64),
        use=np.array([pair.use for pair in kept], dtype=np.float64),
        bonus=np.array([pair.bonus for pair in kept], dtype=np.float64),
        surplus=np.array([pair.surplus for pair in kept], dtype=np.float64),
        eligible=np.array(eligible, dtype=np.int64),
        excluded=np.array(excluded, dtype=np.int64).reshape(owners, len(CONDITIONS)),
    )
