"""From a person's gap to a need, to the courses that one can join and that close a part of it.

The rule. Looked at are the runs that are open on the day: of a published course of a verified body, not begun, not
cancelled, with a seat left. A run counts where the person meets every entry level of its course by their own level in
that skill. Taking the course lifts each skill of it to max(level now, level reached); what it gains is the fit of the
need with these levels less the fit now, both by the engine that explains a match, near skills included. Kept is what
gains more than nothing. The best come first: most gained (at the grain at which the engine compares), then the
earliest start, then the lowest price. Nothing here says, or depends on, who takes a course.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain

import numpy as np
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from numpy.typing import NDArray
from scipy.sparse import csr_array

from accounts.prose import Level
from engine.explain import Breakdown, Wanted, explain
from engine.gain import fits
from engine.model import FOCUS_NONE, MAX_LEVEL, on_grid
from enterprises.models import Need, NeedSkill
from skills.models import NearSkill, Skill
from talent.levels import levels_of_profiles
from talent.models import Claim, Course, CourseRun, EntryLevel, Profile
from talent.models.course import CourseRunQuerySet

SHOWN = 10
LOOKED_AT = 4
"""So many times the runs that are to be shown are the best courses among which they are looked for at first."""

NAMED = 1_000
"""More courses than this are not named in a query: all runs that can be joined are read instead."""


@dataclass(frozen=True)
class Lift:
    """One skill that a course raises; `before` is None where the profile does not name it."""

    skill: Skill
    before: int | None
    after: int


@dataclass(frozen=True)
class GapCourse:
    """A run, the fit that its course gains (0..1, unrounded), the fit one then has, and the skills that do it."""

    run: CourseRun
    gained: float
    fit: float
    lifts: tuple[Lift, ...]

    @property
    def course(self) -> Course:
        return self.run.course

    @property
    def seats_left(self) -> int:
        return self.run.seats - self.run.taken


def courses_for_gap(
    *, need: Need, profile: Profile, day: datetime.date | None = None, most: int = SHOWN
) -> list[GapCourse]:
    """The runs that would bring this person nearer to this need, best first, in a constant number of queries.

    That number is one higher where too few of the best courses can be joined. Every course is fitted in one go;
    objects are read of the runs that are shown only.
    """
    asked = list(NeedSkill.objects.filter(need=need))
    held = {key: level.level for key, level in levels_of_profiles([profile.pk])[profile.pk].items()}
    gap = _Gap.of(asked)
    now = gap.row(held)
    before = gap.fitted(now)
    if not asked or before.fit >= 1.0:
        return []
    unmet = _beyond(held).filter(course=OuterRef("course"))
    joinable = CourseRun.objects.open_on(day or timezone.localdate()).filter(~Exists(unmet))
    courses, levels = _after_each(gap, now)
    gained = on_grid(fits(levels, gap.wanted, gap.near) - before.fit)
    chosen = _best_runs(courses[gained > 0], gained[gained > 0], joinable, most)
    runs = CourseRun.objects.select_related("course__organisation", "city", "base__city").in_bulk(chosen)
    then = {key: levels[np.searchsorted(courses, key)] for key in {run.course_id for run in runs.values()}}
    after = {key: gap.fitted(row) for key, row in then.items()}
    lifting = {key: gap.lifting(before, fitted) for key, fitted in after.items()}
    skills = Skill.objects.in_bulk({gap.skills[place] for places in lifting.values() for place in places})
    found = []
    for run in (runs[key] for key in chosen):
        row, fit = then[run.course_id].tolist(), after[run.course_id].fit
        lifts = (Lift(skills[gap.skills[at]], int(now[at]) or None, row[at]) for at in lifting[run.course_id])
        found.append(GapCourse(run, fit - before.fit, fit, tuple(lifts)))
    return found


def _after_each(gap: _Gap, now: NDArray[np.int8]) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    """The courses that may gain something, open or not, ascending; and the levels after each: int8, a row a course.

    A credit is the most that any one skill shows. So a skill that gains nothing by itself, even at the highest level,
    gains nothing beside others either, and no claim on it is read.
    """
    lifted = np.tile(now, (len(now) + 1, 1))  # each row one skill alone; the last row none
    np.fill_diagonal(lifted, MAX_LEVEL)
    alone = fits(lifted, gap.wanted, gap.near)
    gaining = [skill for skill, fit in zip(gap.skills, alone[:-1], strict=True) if fit > alone[-1]]
    claims = Claim.objects.filter(skill_id__in=gaining, course__isnull=False, withdrawn_at=None).order_by()
    read = claims.values_list("course_id", "skill_id", "level")
    course, skill, level = np.fromiter(chain.from_iterable(read), dtype=np.int64).reshape(-1, 3).T
    courses, column = np.unique(course, return_inverse=True)
    named, number = np.unique(skill, return_inverse=True)
    place = np.array([gap.place[key] for key in named.tolist()], dtype=np.int64)[number]
    levels = np.tile(now[:, np.newaxis], (1, len(courses)))  # a skill's levels lie together: so they are read
    np.maximum.at(levels, (place, column), level.astype(np.int8))
    return courses, levels.T


def _best_runs(
    courses: NDArray[np.int64], gained: NDArray[np.int64], joinable: CourseRunQuerySet, most: int
) -> list[int]:
    """The runs to show, best first: looked for among the best courses, and among all where too few can be joined."""
    order: list[tuple[int, datetime.date, Decimal, int]] = []
    best = np.sort(gained)[-LOOKED_AT * most :]
    for least in (*best[:1], 0):
        of_use = gained >= least  # whatever gains as much as the last of the best is in
        gains = dict(zip(courses[of_use].tolist(), gained[of_use].tolist(), strict=True))
        runs = joinable.filter(course_id__in=gains) if len(gains) <= NAMED else joinable
        rows = runs.order_by().values_list("course_id", "starts_on", "price", "id")
        order = sorted((-gains[course], starts, price, key) for course, starts, price, key in rows if course in gains)
        if len(order) >= most or len(gains) == len(courses):
            break
    return [key for *_, key in order[:most]]


def _beyond(held: Mapping[int, int]) -> QuerySet[EntryLevel]:
    """The entry levels that who holds these levels does not meet."""
    met = Q()
    for level in Level.values:
        met |= Q(level=level, skill_id__in=[key for key, own in held.items() if own >= level])
    return EntryLevel.objects.exclude(met)


@dataclass(frozen=True)
class _Gap:
    """A need for the engine: what is asked, and the skills that can show any of it, a place each by their codes."""

    wanted: Sequence[Wanted]
    skills: Sequence[int]
    place: Mapping[int, int]
    near: csr_array

    @classmethod
    def of(cls, asked: Sequence[NeedSkill]) -> _Gap:
        keys = {row.skill_id for row in asked}
        near = NearSkill.objects.filter(wanted_id__in=keys).order_by().values_list("wanted_id", "held_id", "value")
        rows = list(near)
        ordered = Skill.objects.filter(id__in=keys.union(held for _, held, _ in rows)).order_by("code", "id")
        skills = list(ordered.values_list("id", flat=True))
        place = {key: index for index, key in enumerate(skills)}
        cells = ([place[wanted] for wanted, _, _ in rows], [place[held] for _, held, _ in rows])
        values = np.array([value for _, _, value in rows], dtype=np.float64)
        table = csr_array((values, cells), shape=(len(place),) * 2) if rows else csr_array((len(place),) * 2)
        wanted = [Wanted(place[row.skill_id], row.weight, row.min_level, row.essential) for row in asked]
        return cls(wanted, skills, place, table)

    def row(self, levels: Mapping[int, int]) -> NDArray[np.int8]:
        """Levels as the engine takes them: int8, one a place; other skills than these do not count in a fit."""
        row = np.zeros(len(self.place), dtype=np.int8)
        for key, level in levels.items():
            if key in self.place:
                row[self.place[key]] = level
        return row

    def fitted(self, row: NDArray[np.int8]) -> Breakdown:
        """The need with these levels, one a place."""
        return explain(dict(enumerate(row.tolist())), self.wanted, self.near, focus=FOCUS_NONE, bonus=0.0)

    def lifting(self, before: Breakdown, after: Breakdown) -> list[int]:
        """The places of the skills that earn more than was earned before."""
        earning = {
            then.skill if then.via is None else then.via
            for now, then in zip(before.parts, after.parts, strict=True)
            if on_grid(then.credit) > on_grid(now.credit)
        }
        return sorted(earning)
