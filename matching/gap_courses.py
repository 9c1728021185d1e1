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
from collections.abc import Collection, Mapping, Sequence
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
from talent.levels import levels_of, levels_of_profiles
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
    before = gap.fitted(held)
    if not asked or before.fit >= 1.0:
        return []
    unmet = _beyond(held).filter(course=OuterRef("course"))
    joinable = CourseRun.objects.open_on(day or timezone.localdate()).filter(~Exists(unmet))
    chosen = _best_runs(*_gained(gap, held, before), joinable, most)
    runs = CourseRun.objects.select_related("course__organisation", "city", "base__city").in_bulk(chosen)
    raised_by = _raised_by({run.course_id for run in runs.values()}, held)
    after = {course: gap.fitted(held | raised) for course, raised in raised_by.items()}
    lifts = {course: gap.lifting(before, after[course], raised) for course, raised in raised_by.items()}
    names = Skill.objects.in_bulk({key for lifted in lifts.values() for key in lifted})
    found = []
    for run in (runs[key] for key in chosen):
        lifted = [Lift(names[key], held.get(key), level) for key, level in lifts[run.course_id].items()]
        fit = after[run.course_id].fit
        found.append(GapCourse(run, fit - before.fit, fit, tuple(sorted(lifted, key=lambda one: one.skill.code))))
    return found


def _gained(gap: _Gap, held: Mapping[int, int], before: Breakdown) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The courses that gain more than nothing, open or not, and what each gains, in the grain of comparison.

    A credit is the most that any one skill shows. So a skill that gains nothing by itself, even at the highest level,
    gains nothing beside others either, and no claim on it is read.
    """
    now = gap.row(held)
    lifted = np.tile(now, (len(now) + 1, 1))  # each row one skill alone; the last row none
    np.fill_diagonal(lifted, MAX_LEVEL)
    alone = fits(lifted, gap.wanted, gap.near)
    gaining = [key for key, place in gap.place.items() if alone[place] > alone[-1]]
    claims = Claim.objects.filter(skill_id__in=gaining, course__isnull=False, withdrawn_at=None).order_by()
    read = claims.values_list("course_id", "skill_id", "level")
    course, skill, level = np.fromiter(chain.from_iterable(read), dtype=np.int64).reshape(-1, 3).T
    courses, column = np.unique(course, return_inverse=True)
    skills, number = np.unique(skill, return_inverse=True)
    place = np.array([gap.place[key] for key in skills.tolist()], dtype=np.int64)[number]
    table = np.tile(now[:, np.newaxis], (1, len(courses)))  # a skill's levels lie together, which is how they are read
    np.maximum.at(table, (place, column), level.astype(np.int8))
    gained = on_grid(fits(table.T, gap.wanted, gap.near) - before.fit)
    return courses[gained > 0], gained[gained > 0]


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


def _raised_by(courses: Collection[int], held: Mapping[int, int]) -> dict[int, dict[int, int]]:
    """Course -> the skills that it raises for who holds these levels, with the level it leads to."""
    return {
        course: {key: reached.level for key, reached in levels.items() if reached.level > held.get(key, 0)}
        for course, levels in levels_of("course", courses).items()
    }


@dataclass(frozen=True)
class _Gap:
    """A need for the engine: what is asked, and the skills that can show any of it, a place each."""

    wanted: Sequence[Wanted]
    place: Mapping[int, int]
    near: csr_array

    @classmethod
    def of(cls, asked: Sequence[NeedSkill]) -> _Gap:
        keys = {row.skill_id for row in asked}
        near = NearSkill.objects.filter(wanted_id__in=keys).order_by().values_list("wanted_id", "held_id", "value")
        rows = list(near)
        ordered = Skill.objects.filter(id__in=keys.union(held for _, held, _ in rows)).order_by("code", "id")
        place = {key: index for index, key in enumerate(ordered.values_list("id", flat=True))}
        cells = ([place[wanted] for wanted, _, _ in rows], [place[held] for _, held, _ in rows])
        values = np.array([value for _, _, value in rows], dtype=np.float64)
        table = csr_array((values, cells), shape=(len(place),) * 2) if rows else csr_array((len(place),) * 2)
        wanted = [Wanted(place[row.skill_id], row.weight, row.min_level, row.essential) for row in asked]
        return cls(wanted, place, table)

    def fitted(self, levels: Mapping[int, int]) -> Breakdown:
        """The need with these levels; others than those that can show something of it do not count in a fit."""
        of_use = {self.place[key]: level for key, level in levels.items() if key in self.place}
        return explain(of_use, self.wanted, self.near, focus=FOCUS_NONE, bonus=0.0)

    def row(self, levels: Mapping[int, int]) -> NDArray[np.int8]:
        """Levels as the engine takes them: int8, one a place."""
        row = np.zeros(len(self.place), dtype=np.int8)
        for key, level in levels.items():
            if key in self.place:
                row[self.place[key]] = level
        return row

    def lifting(self, before: Breakdown, after: Breakdown, raised: Mapping[int, int]) -> dict[int, int]:
        """Of the skills that are raised those that earn more than before, with the level reached."""
        earning = {
            then.skill if then.via is None else then.via
            for now, then in zip(before.parts, after.parts, strict=True)
            if on_grid(then.credit) > on_grid(now.credit)
        }
        return {key: level for key, level in raised.items() if self.place.get(key) in earning}
