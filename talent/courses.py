"""The life of a course and of its runs: written, published, changed, closed. Pages, API and tasks all come here."""

import uuid
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit, posting
from accounts.errors import DomainError, FieldError, InvalidInput, NotFound, StateForbids
from accounts.inputs import checked
from accounts.models import Organisation, User
from accounts.permissions import Act, demand
from skills.inputs import skills_by_code

from . import events
from .course_inputs import (
    MOST_RUNS,
    CourseInput,
    CourseRunInput,
    checked_as_written,
    checked_run_as_written,
    course_as_written,
    run_as_written,
)
from .entry import hold_school, programs_in_a_circle
from .models import Claim, Course, CourseRun, EntryLevel, TrainingBase
from .models.course import CourseQuerySet
from .stated import state_claims


# Courses --------------------------------------------------------------------------------------------------------------
def create_course(*, by: User, organisation: Organisation, data: Any, public_id: uuid.UUID | None = None) -> Course:
    """A new draft for the organisation, from a course as it is written.

    A form gives the id that it was opened with, so that sending it twice cannot make two.
    """
    demand(by, Act.WRITE_SUPPLY, organisation)
    demand_teaching(organisation)
    values = checked(CourseInput(data=data))
    course = Course(organisation=organisation, created_by=by, public_id=public_id or uuid.uuid4())
    with transaction.atomic():
        _write(course, values)
        _record(by, "create_course", course, after={"title": course.title})
    return course


def change_course(*, by: User, course: Course, data: Any, partial: bool = False) -> Course:
    """Rewrite a course (`partial`: the fields given); the same again does nothing. Its runs are not touched.

    Refused where a program of its school could then no longer be begun.
    """
    demand(by, Act.WRITE_SUPPLY, course.organisation)
    with transaction.atomic():
        hold_school(course.organisation)
        course = _locked(course)
        _demand_open(course)
        before = course_as_written(course)
        given = before | data if partial and isinstance(data, dict) else data
        values = checked(CourseInput(data=given))
        if course.status == Course.Status.PUBLISHED and not values["skills"]:
            raise _no_skills()
        after = checked_as_written(values)
        if after == before:
            return course
        moved = [name for name in ("entry_levels", "skills") if after[name] != before[name]]
        stuck = programs_in_a_circle(course, by) if moved else {}
        course.revision += 1
        _write(course, values)
        circles = programs_in_a_circle(course, by) if moved else {}
        if closed := [why for program, why in circles.items() if program not in stuck]:
            raise InvalidInput(FieldError((moved[0],), "circle", why) for why in closed)
        _record(by, "change_course", course, **audit.changes(before, after))
        _announce(course)
    return course


def put_course(*, by: User, organisation: Organisation, external_id: str, data: Any) -> tuple[Course, bool]:
    """The course with a partner's own key, made or rewritten; the same call again changes nothing. True if it is new.

    `runs`, where it is given, are put in the same way, each by its own key; all of it is written or nothing.
    """
    demand(by, Act.WRITE_SUPPLY, organisation)
    given, runs = data, None
    if isinstance(data, Mapping):
        given = {name: value for name, value in data.items() if name != "runs"}
        runs = data.get("runs")
    with transaction.atomic():
        try:
            course, new = posting.put(
                Course,
                organisation=organisation,
                external_id=external_id,
                data=given,
                create=lambda given: create_course(by=by, organisation=organisation, data=given),
                change=lambda standing, given: change_course(by=by, course=standing, data=given),
            )
        except InvalidInput as wrong:
            raise InvalidInput([*wrong.errors, *_faults_of_runs(organisation, external_id, runs)]) from None
        if faults := _each_run(runs, lambda key, run: put_run(by=by, course=course, external_id=key, data=run)):
            raise InvalidInput(faults)
    return course, new


@transaction.atomic
def publish_course(*, by: User, course: Course) -> Course:
    """Let a draft be matched and seen. Its organisation must be verified, and it must lead to at least one skill."""
    demand(by, Act.PUBLISH_SUPPLY, course.organisation)
    course = _locked(course)

    def ready() -> None:
        if not course.claims.filter(withdrawn_at=None).exists():
            raise _no_skills()

    posting.publish(course, by=by, organisation=course.organisation, ready=ready)
    events.course_moved.send(sender=Course, course=course)
    return course


@transaction.atomic
def close_course(*, by: User, course: Course, why: str = "") -> Course:
    """Take a course and all its runs out of every list, for good; a draft can be closed too."""
    demand(by, Act.CLOSE_SUPPLY, course.organisation)
    course = _locked(course)
    was_published = course.status == Course.Status.PUBLISHED
    posting.close(course, by=by, organisation=course.organisation, why=why)
    if was_published:
        events.course_moved.send(sender=Course, course=course)
    return course


def copy_course(*, by: User, course: Course, public_id: uuid.UUID | None = None) -> Course:
    """A new draft of the same organisation that says the same; it has no key of a partner's and no runs yet."""
    demand(by, Act.WRITE_SUPPLY, course.organisation)
    given = course_as_written(course) | {"external_id": None}
    for name in ("skills", "entry_levels"):  # what the framework no longer holds cannot be written anew
        known = skills_by_code(given[name])
        given[name] = [row for row in given[name] if row["skill"] in known]
    values = checked(CourseInput(data=given))
    copy = Course(organisation=course.organisation, created_by=by, public_id=public_id or uuid.uuid4())
    with transaction.atomic():
        _write(copy, values, taken=posting.copied_already())
        _record(by, "copy_course", copy, after={"title": copy.title, "copied_from": str(course.public_id)})
    return copy


def course_with_key(organisation: Organisation, external_id: str) -> Course | None:
    """The organisation's course under its own key, if there is one."""
    return posting.with_key(Course, organisation, external_id)


def demand_teaching(organisation: Organisation) -> None:
    """Raise unless it is a kind of body that teaches."""
    if organisation.kind not in Organisation.TEACHING:
        raise StateForbids("not_teaching", _("Only schools and training bases post courses and bases."))


# Runs -----------------------------------------------------------------------------------------------------------------
def add_run(*, by: User, course: Course, data: Any, public_id: uuid.UUID | None = None) -> CourseRun:
    """One more run of a course of one's own; its start lies ahead."""
    demand(by, Act.WRITE_SUPPLY, course.organisation)
    with transaction.atomic():
        course = _locked(course)
        _demand_open(course)
        values = checked(CourseRunInput(data=data, bases=_bases(course)))
        run = CourseRun(course=course, public_id=public_id or uuid.uuid4())
        _write_run(run, values)
        _record(by, "add_run", course, after=_named(run) | checked_run_as_written(values))
        _run_moved(course)
    return run


def change_run(*, by: User, run: CourseRun, data: Any, partial: bool = False) -> CourseRun:
    """Rewrite a run (`partial`: the fields given); the same again does nothing."""
    demand(by, Act.WRITE_SUPPLY, run.course.organisation)
    with transaction.atomic():
        course, run = _locked_run(run)
        _demand_open(course)
        before = run_as_written(run)
        given = data
        if partial and isinstance(data, dict):
            elsewhere = "base" in data and "city" not in data and data["base"] != before["base"]
            given = before | ({"city": None} if elsewhere else {}) | data
        values = checked(CourseRunInput(data=given, bases=_bases(course), run=run))
        after = checked_run_as_written(values)
        if after == before:
            return run
        if run.cancelled_at:
            raise StateForbids("cancelled", _("This run is cancelled and no longer changes."))
        _write_run(run, values)
        changes = audit.changes(before, after)
        _record(by, "change_run", course, before=changes["before"], after=_named(run) | changes["after"])
        _run_moved(course)
    return run


def put_run(*, by: User, course: Course, external_id: str, data: Any) -> tuple[CourseRun, bool]:
    """The run with a partner's own key, made or rewritten; the same call again changes nothing. True if it is new."""
    demand(by, Act.WRITE_SUPPLY, course.organisation)
    given = {**data, "external_id": external_id} if isinstance(data, dict) else data
    with transaction.atomic():
        course = _locked(course)  # one hand at a time: the second call finds the run that the first one made
        standing = _run_with_key(course, external_id)
        if standing is None:
            return add_run(by=by, course=course, data=given), True
        return change_run(by=by, run=standing, data=given), False


@transaction.atomic
def cancel_run(*, by: User, run: CourseRun, why: str = "") -> CourseRun:
    """Call a run off, for good; it stays on the page of its course, so that whoever has a seat learns it."""
    demand(by, Act.CLOSE_SUPPLY, run.course.organisation)
    course, run = _locked_run(run)
    if run.cancelled_at:
        raise StateForbids("already_cancelled", _("This run is cancelled already."))
    if run.ends_on < timezone.localdate():
        raise StateForbids("over", _("This run is over."))
    run.cancelled_at = timezone.now()
    run.save(update_fields=["cancelled_at"])
    _record(by, "cancel_run", course, after=_named(run), why=why)
    _run_moved(course)
    return run


# Finding --------------------------------------------------------------------------------------------------------------
def courses_found(
    courses: CourseQuerySet,
    *,
    skill: str | None = None,
    city: str | None = None,
    online: bool | None = None,
    starts_after: date | None = None,
) -> CourseQuerySet:
    """Those that lead to a skill, and that have a run ahead which is in the city, online, and starts after the day."""
    if skill:
        leading = Claim.objects.filter(course__isnull=False, withdrawn_at=None, skill__code=skill)
        courses = courses.filter(id__in=leading.values("course_id"))
    if city or online is not None or starts_after:
        ahead = CourseRun.objects.filter(cancelled_at=None, starts_on__gt=starts_after or timezone.localdate())
        if city:
            ahead = ahead.filter(city__code=city)
        if online is not None:
            ahead = ahead.filter(online=online)
        courses = courses.filter(id__in=ahead.values("course_id"))
    return courses


def run_state(run: CourseRun, today: date | None = None) -> str:
    """How a run stands: `cancelled`, `over`, `begun`, `closed` (its course, before it began), `full` or `open`."""
    today = today or timezone.localdate()
    if run.cancelled_at:
        return "cancelled"
    if run.ends_on < today:
        return "over"
    if run.starts_on <= today:
        return "begun"
    if run.course.status == Course.Status.CLOSED:
        return "closed"
    return "full" if run.taken >= run.seats else "open"


# What they share ------------------------------------------------------------------------------------------------------
def _locked(course: Course) -> Course:
    return posting.locked(course, "organisation")


def _locked_run(run: CourseRun) -> tuple[Course, CourseRun]:
    """A run and its course as they are now, both held: seats are counted by one hand at a time."""
    course = _locked(run.course)
    held = CourseRun.objects.select_for_update(of=("self",)).select_related("city", "base").get(pk=run.pk)
    held.course = course
    return course, held


def _demand_open(course: Course) -> None:
    if course.status == Course.Status.CLOSED:
        raise StateForbids("closed", _("This course is closed and no longer changes."))


def _bases(course: Course) -> Any:
    """The organisation's bases, held as they are read: none is closed while a run moves in."""
    held = TrainingBase.objects.select_for_update(of=("self",)).select_related("city")
    return held.filter(organisation_id=course.organisation_id)


def _run_with_key(course: Course, external_id: str) -> CourseRun | None:
    if "\x00" in external_id:  # PostgreSQL can't be asked for it; checking the input tells it
        return None
    return (
        CourseRun.objects.filter(course=course, external_id=external_id).select_related("course__organisation").first()
    )


def _write(course: Course, values: dict[str, Any], taken: DomainError | None = None) -> None:
    for name in values.keys() - {"skills", "entry_levels"}:
        setattr(course, name, values[name])
    try:
        with transaction.atomic():
            course.save()
    except IntegrityError:
        raise taken or _key_taken(_("Another course of yours has this key.")) from None
    state_claims(course, values["skills"])
    course.entry_levels.all().delete()
    EntryLevel.objects.bulk_create(EntryLevel(course=course, **row) for row in values["entry_levels"])


def _write_run(run: CourseRun, values: dict[str, Any]) -> None:
    for name in values.keys() - {"price"}:
        setattr(run, name, values[name])
    run.price, run.currency = values["price"]["amount"], values["price"]["currency"]
    try:
        with transaction.atomic():
            run.save()
    except IntegrityError:
        raise _key_taken(_("Another run of this course has this key.")) from None


def _run_moved(course: Course) -> None:
    """A course is read with its runs: what moves one of them moves the course."""
    course.revision += 1
    course.save(update_fields=["revision", "changed_at"])
    _announce(course)


def _announce(course: Course) -> None:
    if course.status == Course.Status.PUBLISHED:
        events.course_moved.send(sender=Course, course=course)


def _record(by: User, action: str, course: Course, **said: Any) -> None:
    audit.record(actor=by, action=action, subject=course, organisation=course.organisation, **said)


def _named(run: CourseRun) -> dict[str, str]:
    """Which run it was, in a row of its course's trail."""
    return {"run": str(run.public_id)}


def _each_run(runs: Any, act: Callable[[str, Any], Any]) -> list[FieldError]:
    """Do this with each run that came inside a course; gives every fault at its place."""
    if runs is None:
        return []
    if not isinstance(runs, list):
        return [FieldError(("runs",), "not_a_list", _("This must be a list."))]
    if len(runs) > MOST_RUNS:
        return [FieldError(("runs",), "max_length", _("At most %(most)s runs at once.") % {"most": MOST_RUNS})]
    faults: list[FieldError] = []
    keys: set[str] = set()
    for place, run in enumerate(runs):
        given = run.get("external_id") if isinstance(run, Mapping) else None
        key = given.strip() if isinstance(given, str) else ""
        if isinstance(run, Mapping) and not key:
            message = _("Give your own key, so that the same call again changes nothing.")
            faults.append(FieldError(("runs", place, "external_id"), "required", message))
            continue
        if key and key in keys:
            faults.append(FieldError(("runs", place, "external_id"), "twice", _("This key stands above already.")))
            continue
        keys.add(key)
        try:
            act(key, run)
        except InvalidInput as wrong:
            faults += [FieldError(("runs", place, *fault.path), fault.code, fault.detail) for fault in wrong.errors]
    return faults


def _faults_of_runs(organisation: Organisation, external_id: str, runs: Any) -> list[FieldError]:
    """What is wrong with runs whose course is wrong already, so that all is told at once."""
    course = course_with_key(organisation, external_id)
    bases = TrainingBase.objects.filter(organisation=organisation)

    def check(key: str, run: Any) -> None:
        standing = _run_with_key(course, key) if course else None
        checked(CourseRunInput(data=run, bases=bases, run=standing))

    return _each_run(runs, check)


def no_such_course() -> NotFound:
    """What is said where a run comes before its course."""
    return NotFound(_("There is no course with this key; make it first."))


def _no_skills() -> InvalidInput:
    return InvalidInput([FieldError(("skills",), "no_skills", _("Name at least one skill before publishing."))])


def _key_taken(message: Any) -> InvalidInput:
    return InvalidInput([FieldError(("external_id",), "taken", message)])


LIFE = posting.Life("course", create_course, change_course, publish_course, close_course, copy_course, put_course)
