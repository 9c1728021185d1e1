"""The picture of a readiness assessment: one spoke a dimension, in percent of the drawing, so that it fits anywhere."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

ACROSS, DOWN = 32.0, 37.0  # percent of width and of height from the middle to the rim
RINGS = (0.25, 0.5, 0.75, 1.0)
LABEL_HEIGHTS = (6.0, 28.0, 95.0, 95.0, 28.0)  # percent; beside the rim, where no spoke runs


@dataclass(frozen=True)
class Point:
    """A place in the drawing, in percent of its width and height."""

    x: float
    y: float

    @property
    def across(self) -> str:
        return f"{self.x:.2f}%"

    @property
    def down(self) -> str:
        return f"{self.y:.2f}%"

    def __str__(self) -> str:
        return f"{self.x:.2f},{self.y:.2f}"


@dataclass(frozen=True)
class Spoke:
    """One dimension: where its spoke ends, where its value lies, where its name stands."""

    rim: Point
    value: Point
    label: str
    figure: int
    label_at: Point
    anchor: str


@dataclass(frozen=True)
class Radar:
    """All that the template draws."""

    spokes: list[Spoke]
    rings: list[str]
    area: str
    earlier: str


def draw_radar(labels: Sequence[str], now: Sequence[float], earlier: Sequence[float] | None = None) -> Radar:
    """The picture of five values from 0 to 1, the first at the top, and of earlier ones behind them."""
    spokes = []
    for place, (label, value) in enumerate(zip(labels, now, strict=True)):
        rim = _at(place, 1.0, len(labels))
        x, anchor = {0: (50.0, ""), 1: (100.0, "end"), 4: (0.0, "start")}.get(place, (rim.x, ""))
        at = Point(x, LABEL_HEIGHTS[place])
        spokes.append(Spoke(rim, _at(place, value, len(labels)), label, out_of_100(value), at, anchor))
    return Radar(
        spokes=spokes,
        rings=[_outline([ring] * len(labels)) for ring in RINGS],
        area=_outline(now),
        earlier=_outline(earlier) if earlier is not None else "",
    )


def out_of_100(score: float) -> int:
    """A score as a whole number of 100, half up."""
    return math.floor(100 * score + 0.5)


def _at(place: int, value: float, count: int) -> Point:
    turn = 2 * math.pi * place / count
    return Point(50 + ACROSS * value * math.sin(turn), 50 - DOWN * value * math.cos(turn))


def _outline(values: Sequence[float]) -> str:
    return " ".join(str(_at(place, value, len(values))) for place, value in enumerate(values))
