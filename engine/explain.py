"""One pair taken apart: what each skill adds to the score, and what each strength is used for.

The parts are a waterfall that adds up exactly: the points of all parts make ``fit``; less the focus deduction, plus the
text bonus, they make the score. Every number is in 0..1 (a surplus in 0..4), unrounded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from scipy.sparse import csr_array

from engine.model import ESSENTIAL_FACTOR, MAX_LEVEL, check_numbers, raw_score, settled

Verdict = Literal["met", "partly", "near", "missing"]

_EQUAL: Final = 1e-12
"""Credits closer than this are equal: 3/5 of a level and a nearness of 0.6 differ in their last bit."""


@dataclass(frozen=True)
class Wanted:
    """One skill asked for: its number, its weight (an essential one NOT yet doubled), its level 1..5."""

    skill: int
    weight: float
    min_level: int
    essential: bool


@dataclass(frozen=True)
class Part:
    """What one skill asked for adds.

    ``share`` of the need's weights, ``wanted`` and ``held`` levels (held 0: not on the profile), ``credit`` 0..1,
    ``points = share * credit``. ``via`` is the skill that stands in, held at ``via_level`` and showing ``via_near`` of
    this one; None (with 0 and 0.0) where the skill itself earns the credit, or nothing does.
    """

    skill: int
    essential: bool
    share: float
    wanted: int
    held: int
    credit: float
    points: float
    via: int | None
    via_level: int
    via_near: float
    verdict: Verdict


@dataclass(frozen=True)
class Strength:
    """What becomes of one skill held: its ``share`` of all levels held, and how much of it is ``used``, 0..1."""

    skill: int
    level: int
    share: float
    used: float


@dataclass(frozen=True)
class Breakdown:
    """One pair: ``score = sum of points - focus_deduction + text_bonus``; parts as asked for, strengths by skill."""

    score: float
    fit: float
    use: float
    surplus: float
    focus_deduction: float
    text_bonus: float
    parts: tuple[Part, ...]
    strengths: tuple[Strength, ...]


def explain(
    held: Mapping[int, int],
    wanted: Sequence[Wanted],
    near: csr_array,
    *,
    focus: float,
    bonus: float,
    text: float = 0.0,
) -> Breakdown:
    """Take one pair apart into what a reader can check by hand.

    ``held`` maps a skill to its level 1..5 (0: not held); ``near`` is csr (K, K), ``[k, q]`` how far holding q shows k;
    ``text`` is how alike both texts are, 0..1. Whoever calls gives the focus of the side that looks. Raises
    ``ValueError`` for a level, weight or number out of range, or a skill asked for twice. O(near skills of those asked
    for + skills held).
    """
    check_numbers(focus, bonus)
    _check(held, wanted, text)
    levels = {skill: int(level) for skill, level in sorted(held.items()) if level}
    weights = [one.weight * (ESSENTIAL_FACTOR if one.essential else 1.0) for one in wanted]
    whole = sum(weights)
    called = dict.fromkeys(levels, 0.0)
    parts: list[Part] = []
    surplus = 0.0
    for one, weight in zip(wanted, weights, strict=True):
        shows = _shows(one.skill, levels, near)
        for skill, nearness in shows.items():
            called[skill] = max(called[skill], nearness * min(levels[skill], one.min_level))
        share = weight / whole
        parts.append(_part(one, share, levels, shows))
        surplus += share * max(0, levels.get(one.skill, 0) - one.min_level)

    fit = min(1.0, sum(part.points for part in parts))
    sum_of_levels = sum(levels.values())
    use = min(1.0, sum(called.values()) / sum_of_levels) if levels else 0.0
    score = settled(raw_score(np.array(fit), np.array(use), np.array(text), focus, bonus))
    return Breakdown(
        score=float(score),
        fit=fit,
        use=use,
        surplus=surplus,
        focus_deduction=focus * fit * (1.0 - use),
        text_bonus=bonus * (1.0 - fit) * text,
        parts=tuple(parts),
        strengths=tuple(
            Strength(skill=skill, level=level, share=level / sum_of_levels, used=min(1.0, called[skill] / level))
            for skill, level in levels.items()
        ),
    )


def _check(held: Mapping[int, int], wanted: Sequence[Wanted], text: float) -> None:
    """Raise ``ValueError`` for what no profile, need or pair of texts can be."""
    if any(not 0 <= level <= MAX_LEVEL for level in held.values()):
        raise ValueError("levels held must lie in 0..5")
    if any(not 1 <= one.min_level <= MAX_LEVEL for one in wanted):
        raise ValueError("levels asked for must lie in 1..5")
    if any(not 0.0 < one.weight < float("inf") for one in wanted):
        raise ValueError("weights must be finite and above 0")
    if len({one.skill for one in wanted}) < len(wanted):
        raise ValueError("a skill is asked for twice")
    if not 0.0 <= text <= 1.0:
        raise ValueError(f"the likeness of the texts must lie in 0..1, not {text}")


def _shows(skill: int, levels: Mapping[int, int], near: csr_array) -> dict[int, float]:
    """Give the held skills that show this one, and how far; the skill itself shows it wholly."""
    stored = slice(int(near.indptr[skill]), int(near.indptr[skill + 1]))
    shows = {
        int(other): float(value)
        for other, value in zip(near.indices[stored], near.data[stored], strict=True)
        if other in levels and value > 0
    }
    if skill in levels:
        shows[skill] = 1.0
    return shows


def _part(one: Wanted, share: float, levels: Mapping[int, int], shows: Mapping[int, float]) -> Part:
    """Find what earns the credit for one skill: itself before a near one at equal credit, then the smaller number."""
    credit, via = 0.0, None
    for skill in sorted(shows, key=lambda other: (other != one.skill, other)):
        earned = shows[skill] * min(1.0, levels[skill] / one.min_level)
        if earned > credit + _EQUAL:
            credit, via = earned, skill
    stands_in = via is not None and via != one.skill
    nearness = shows[via] if via is not None else 0.0
    verdict: Verdict
    if via is None:
        verdict = "missing"
    elif nearness < 1.0:
        verdict = "near"
    else:
        verdict = "met" if levels[via] >= one.min_level else "partly"
    return Part(
        skill=one.skill,
        essential=one.essential,
        share=share,
        wanted=one.min_level,
        held=levels.get(one.skill, 0),
        credit=credit,
        points=share * credit,
        via=via if stands_in else None,
        via_level=levels[via] if stands_in and via is not None else 0,
        via_near=nearness if stands_in else 0.0,
        verdict=verdict,
    )
