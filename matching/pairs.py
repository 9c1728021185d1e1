"""Which kinds of pairs there are, and what counts in each. The one table."""

import numpy as np
from numpy.typing import NDArray

from accounts.prose import WorkKind
from engine.model import FOCUS_NEED, FOCUS_NONE

KIND_BIT = {kind: 1 << position for position, kind in enumerate(WorkKind.values)}
"""The bit of each kind of work in the engine's arrays."""

FOCUS_OF_KIND: dict[str, float] = {
    WorkKind.JOB: FOCUS_NEED,
    WorkKind.INTERNSHIP: FOCUS_NEED,
    WorkKind.PROJECT: FOCUS_NEED,
    WorkKind.TRAINING: FOCUS_NONE,
    WorkKind.ADVICE: FOCUS_NONE,
}
"""How much strengths that lie elsewhere may take off in a need's list of people: whoever teaches or advises may know
any amount besides."""


def focus_of_need(kind: str) -> float:
    """The focus of a need's list of people; a need in a file may leave its kind open."""
    return FOCUS_OF_KIND.get(kind, FOCUS_NEED)


def focus_of_needs(kinds: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The same for needs as arrays: one bit each, 0 where none is stated; float64 (needs,)."""
    by_bit = np.full(max(KIND_BIT.values()) + 1, FOCUS_NEED)
    for kind, bit in KIND_BIT.items():
        by_bit[bit] = FOCUS_OF_KIND[kind]
    return by_bit[kinds]
