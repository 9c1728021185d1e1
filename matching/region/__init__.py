"""The demo region: schools, bases, firms and people that do not exist, put together from hand-written parts.

The parts lie in `matching/data/region/`. What a text says follows from the skills that its row names: each skill has
phrases that say what somebody with it does, and they serve needs, courses, programs, experts and people alike. The same
seed and the same day give the same region; every date lies as far from that day as it always does.
"""

import datetime
from dataclasses import dataclass

from .needs import make_needs
from .parts import Parts, Row
from .students import make_students
from .supply import make_bases, make_courses, make_experts, make_programs

SEED = "nine cities"


@dataclass(frozen=True)
class Region:
    """Rows in the shape in which they are written, with the key of their `body` and a little for the loading alone."""

    bodies: list[Row]
    bases: list[Row]
    needs: list[Row]
    courses: list[Row]
    programs: list[Row]
    experts: list[Row]
    students: list[Row]


def make_region(today: datetime.date, seed: str = SEED) -> Region:
    """The whole region as it would be loaded on that day."""
    parts = Parts(today, seed)
    programs = make_programs(parts)
    return Region(
        bodies=parts.bodies,
        bases=make_bases(parts),
        needs=make_needs(parts),
        courses=make_courses(parts),
        programs=programs,
        experts=make_experts(parts),
        students=make_students(parts, programs),
    )
