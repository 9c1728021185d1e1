"""What a comparison of sentences with skills answers, whatever was compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Likenesses:
    """For each of *s* sentences (rows) and *K* skills: how alike they are, and where.

    ``score`` float64 (s, K), 0 where nothing is alike. ``place(row, skill)`` gives start and end of what earned most of
    it, in the plain text; asked for the few that are shown only.
    """

    score: NDArray[np.float64]
    place: Callable[[int, int], tuple[int, int]]
