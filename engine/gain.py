"""How well many rows of levels fit one need: what a gap would be after each of many courses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from engine.explain import Wanted
from engine.model import ESSENTIAL_FACTOR, shown


def fits(levels: NDArray[np.int8], wanted: Sequence[Wanted], near: csr_array) -> NDArray[np.float64]:
    """Give the fit of one need for each row of levels: (n, K) int8 0..5 in, (n,) float64 0..1 out.

    ``near`` is csr (K, K), ``[k, q]`` how far holding q shows k. The same as ``explain(...).fit`` row by row, but for
    the last bits of the sums. O(n times the near skills of what is wanted). Raises ``ValueError`` where the tables do
    not belong together.
    """
    if near.shape != (levels.shape[1],) * 2:
        raise ValueError("levels and near skills must be over the same skills")
    show = shown(near)
    weights = np.array([one.weight * (ESSENTIAL_FACTOR if one.essential else 1.0) for one in wanted])
    total = np.zeros(len(levels))
    for one, weight in zip(wanted, weights.tolist(), strict=True):
        row = slice(show.indptr[one.skill], show.indptr[one.skill + 1])
        reached = np.minimum(1.0, levels[:, show.indices[row]] / one.min_level)
        total += weight * (reached * show.data[row]).max(axis=1)
    return np.minimum(total / weights.sum(), 1.0) if len(wanted) else total
