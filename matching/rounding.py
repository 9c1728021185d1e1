"""Turns unrounded shares into figures out of 100 that still add up in front of the reader.

The engine, the files and the API speak in shares from 0 to 1, unrounded. A page shows whole numbers out of 100, and
one decimal where a sum is read line by line. Rounding each figure alone would print sums like 84 − 5 + 2 = 82, so:

- score and fit are rounded half up, each for itself: they are what people compare;
- the deduction and the bonus are rounded to one of their two neighbours each, the pair that makes
  `score = fit − less + more` right with the least change; what is nothing stays nothing;
- the parts of a sum are rounded down, and what that leaves goes, one unit each, to those that lost most
  (the method of the largest remainder; at equal loss, the earlier one).

Inside, a share is a whole number of grains of 1e-9, the exactness at which the engine compares scores; so no result
depends on the last bits of a float.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

GRAINS = 10**9  # in a share of 1
NOTHING = 1000  # grains; a ten-thousandth of one point in 100 is no deduction and no bonus


@dataclass(frozen=True)
class Figures:
    """The four figures of one match, rounded together: score = fit − less + more."""

    score: Decimal
    fit: Decimal
    less: Decimal
    more: Decimal

    @property
    def open(self) -> Decimal:
        """What neither the skills nor the shared words cover: the rest of the bar of 100."""
        return 100 - self.score - self.less


def half_up(number: float) -> int:
    """The nearest whole number, of two the upper one."""
    return _half_up(_grains(number), GRAINS)


def out_of_100(share: float) -> int:
    """A share as a whole number out of 100, half up."""
    return _half_up(_grains(share), _step(0))


def tenths_of_100(share: float) -> Decimal:
    """A share out of 100 with one decimal, half up."""
    return _figure(_half_up(_grains(share), _step(1)), 1)


def figures(*, score: float, fit: float, less: float, more: float, places: int = 0) -> Figures:
    """Rounds the score and what it is made of so that the sum is right: whole numbers, or `places` decimals.

    `less` is the focus deduction and `more` the text bonus, with score = fit − less + more up to float error.
    """
    step = _step(places)
    whole, covered = _grains(score), _grains(fit)
    deduction, bonus = (0 if grains < NOTHING else grains for grains in (_grains(less), _grains(more)))
    # Grains are rounded one by one: the few by which the sum then misses go to the deduction or the bonus.
    missing = whole - (covered - deduction + bonus)
    if abs(missing) > 3 * NOTHING:
        raise ValueError("the score is not the fit less the deduction plus the bonus")
    if deduction > abs(missing):
        deduction -= missing
    elif bonus > abs(missing):
        bonus += missing
    else:
        covered = whole + deduction - bonus
    shown, shown_fit = _half_up(whole, step), _half_up(covered, step)
    pairs = [
        (abs(low * step - deduction) + abs(high * step - bonus), low, high)
        for low in _neighbours(deduction, step)
        for high in _neighbours(bonus, step)
        if shown == shown_fit - low + high
    ]
    _, shown_less, shown_more = min(pairs)
    return Figures(*(_figure(units, places) for units in (shown, shown_fit, shown_less, shown_more)))


def parts_of(shares: Sequence[float], total: float, places: int = 1) -> list[Decimal]:
    """Rounds the parts of a total so that they add up to the rounded total; a part that is nothing stays nothing."""
    step = _step(places)
    split = [divmod(_grains(share), step) for share in shares]
    left = _half_up(_grains(total), step) - sum(units for units, _ in split)
    losers = sorted((index for index, (_, lost) in enumerate(split) if lost), key=lambda index: -split[index][1])
    if not 0 <= left <= len(losers):
        raise ValueError("the parts do not add up to the total")
    gaining = set(losers[:left])
    return [_figure(units + (index in gaining), places) for index, (units, _) in enumerate(split)]


def weights_of_100(shares: Sequence[float]) -> list[Decimal]:
    """The weights of a need as whole numbers that add up to 100."""
    return parts_of(shares, sum(shares), places=0)


def _grains(share: float) -> int:
    return round(share * GRAINS)


def _step(places: int) -> int:
    """How many grains make one unit of the last decimal shown."""
    return int(GRAINS // 100 // 10**places)


def _half_up(grains: int, step: int) -> int:
    return (grains + step // 2) // step


def _neighbours(grains: int, step: int) -> tuple[int, ...]:
    """The whole units below and above; one only where the value is a whole unit, as nothing is."""
    below, rest = divmod(grains, step)
    return (below, below + 1) if rest else (below,)


def _figure(units: int, places: int) -> Decimal:
    return Decimal(units).scaleb(-places)
