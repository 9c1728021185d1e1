"""The fit of many rows of levels at once is that of each alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from engine.explain import Wanted, explain
from engine.gain import fits

from .worlds import asked_for, near_tables, profiles

SKILLS = 6


@settings(max_examples=80)
@given(
    held=st.lists(profiles(SKILLS), max_size=5),
    need=asked_for(SKILLS),
    near=near_tables(SKILLS),
    essential=st.integers(0, 2**SKILLS - 1),
)
def test_each_row_fits_as_it_would_alone(
    held: list[dict[int, int]], need: dict[int, tuple[float, int]], near: csr_array, essential: int
) -> None:
    wanted = [Wanted(skill, weight, level, bool(essential >> skill & 1)) for skill, (weight, level) in need.items()]
    levels = np.zeros((len(held), SKILLS), dtype=np.int8)
    for row, profile in enumerate(held):
        for skill, level in profile.items():
            levels[row, skill] = level
    alone = [explain(profile, wanted, near, focus=0.0, bonus=0.0).fit for profile in held]
    assert fits(levels, wanted, near).tolist() == pytest.approx(alone, abs=1e-12)


def test_tables_that_do_not_belong_together_are_refused() -> None:
    with pytest.raises(ValueError, match="same skills"):
        fits(np.zeros((1, 2), dtype=np.int8), [], csr_array((3, 3)))
