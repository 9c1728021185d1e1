"""Whether the courses of a program can be taken at all: none may wait for what only a later one gives, in a circle.

A circle is closed by a program that takes a course in, and by a course that asks for more or gives less. So whoever
writes either holds the school first.
"""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from accounts.models import Organisation, User

from .levels import levels_of
from .models import Course, EntryLevel, Program

Level = tuple[int, int]  # a skill and a level of it


def courses_in_a_circle(courses: Sequence[Course]) -> dict[int, str]:
    """Place of a course that can never begin: why. What no course of the program gives, a student brings along."""
    keys = [course.pk for course in courses]
    gives = {
        key: {skill: held.level for skill, held in levels.items()} for key, levels in levels_of("course", keys).items()
    }
    asks: dict[int, list[EntryLevel]] = {key: [] for key in keys}
    for entry in EntryLevel.objects.filter(course__in=keys).select_related("skill"):
        asks[entry.course_id].append(entry)
    waits = {key: [(entry, givers) for entry in asks[key] if (givers := _givers(entry, gives, key))] for key in keys}
    stuck = _stuck({key: [givers for _entry, givers in waiting] for key, waiting in waits.items()})
    titles, found = {course.pk: course.title for course in courses}, {}
    for place, key in enumerate(keys):
        for entry, givers in waits[key] if key in stuck else ():
            if givers <= stuck and givers <= set(keys[place + 1 :]):
                giver = next(later for later in keys if later in givers)
                words = {"skill": entry.skill.label, "level": entry.level, "other": titles[giver]}
                said = _(
                    "It asks for %(skill)s at level %(level)s, which only “%(other)s” gives; that one waits for this."
                )
                found[place] = said % words
                break
    return found


def hold_school(school: Organisation) -> None:
    """Let a school's programs, and what its courses ask for and give, be written one after another.

    Call it inside the transaction before any of their rows is held: so it is always the first.
    """
    Organisation.objects.select_for_update(no_key=True).get(pk=school.pk)


def programs_in_a_circle(course: Course, seen_by: User) -> dict[Program, str]:
    """The programs with this course that nobody can begin, and why: those of its school that are not closed."""
    programs = Program.objects.visible_to(seen_by).filter(organisation=course.organisation, places__course=course)
    found = {}
    for program in programs.exclude(status=Program.Status.CLOSED).order_by("id"):
        courses = list(program.courses.order_by("places__position", "places__id"))
        for place, said in courses_in_a_circle(courses).items():
            words = {"program": program.title, "course": courses[place].title, "why": said}
            found[program] = _("Nobody could begin “%(program)s” any more. “%(course)s”: %(why)s") % words
            break
    return found


def _givers(entry: EntryLevel, gives: Mapping[int, Mapping[int, int]], key: int) -> frozenset[int]:
    """The other courses that lead to what a course asks for on entry."""
    return frozenset(
        other for other, levels in gives.items() if other != key and levels.get(entry.skill_id, 0) >= entry.level
    )


def _stuck(waits: Mapping[int, Sequence[frozenset[int]]]) -> set[int]:
    """The courses that wait for each other: those that never begin, without those that only wait for such."""
    stuck = set(waits)
    while begun := {key for key in stuck if all(givers - stuck for givers in waits[key])}:
        stuck -= begun
    while idle := {
        key for key in stuck if not any(key in givers for other in stuck for givers in waits[other] if givers <= stuck)
    }:
        stuck -= idle
    return stuck
