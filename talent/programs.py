"""The life of a program and its intakes: written, published, changed, closed, copied. Pages and API come here."""

import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts import audit, posting
from accounts.errors import FieldError, InvalidInput, StateForbids
from accounts.inputs import checked
from accounts.models import Organisation, User
from accounts.permissions import Act, demand

from . import events
from .entry import courses_in_a_circle, hold_school
from .models import Course, Intake, Program, ProgramCourse
from .program_inputs import (
    FIELDS,
    IntakeInput,
    ProgramInput,
    as_written,
    intake_as_written,
    intake_values,
    program_as_written,
)
from .stated import copy_claims, state_claims

NOTHING: dict[str, Any] = {"intakes": []}


# Programs -------------------------------------------------------------------------------------------------------------
def create_program(*, by: User, organisation: Organisation, data: Any, public_id: uuid.UUID | None = None) -> Program:
    """A new draft for the school, from a program as it is written.

    A form gives the id that it was opened with, so that sending it twice cannot make two.
    """
    demand(by, Act.WRITE_SUPPLY, organisation)
    if organisation.kind not in Organisation.SCHOOLS:
        raise StateForbids("not_a_school", _("Only a university, a college or a school posts programs."))
    program = Program(organisation=organisation, created_by=by, public_id=public_id or uuid.uuid4())
    with transaction.atomic():
        hold_school(organisation)
        values = checked(ProgramInput(data=data, organisation=organisation))
        _write(program, values, NOTHING, as_written(values, NOTHING))
        _record(by, "create_program", program, after={"title": program.title})
    return program


def change_program(*, by: User, program: Program, data: Any, partial: bool = False) -> Program:
    """Rewrite a program (`partial`: the fields given); the same again does nothing. What is published is matched anew.

    Intakes that are not given stay as they are.
    """
    demand(by, Act.WRITE_SUPPLY, program.organisation)
    with transaction.atomic():
        hold_school(program.organisation)
        program = _open(program)
        before = program_as_written(program)
        standing = {name: before[name] for name in before if name != "intakes"}
        given = standing | data if partial and isinstance(data, dict) else data
        values = checked(ProgramInput(data=given, organisation=program.organisation, program=program))
        if program.status == Program.Status.PUBLISHED and not values["skills"]:
            raise _no_skills()
        after = as_written(values, before)
        if after == before:
            return program
        program.revision += 1
        _write(program, values, before, after)
        _record(by, "change_program", program, **audit.changes(before, after))
        _announce(program)
    return program


def put_program(*, by: User, organisation: Organisation, external_id: str, data: Any) -> tuple[Program, bool]:
    """The program with a partner's own key, made or rewritten; the same call again changes nothing. True if new."""
    demand(by, Act.WRITE_SUPPLY, organisation)
    return posting.put(
        Program,
        organisation=organisation,
        external_id=external_id,
        data=data,
        create=lambda given: create_program(by=by, organisation=organisation, data=given),
        change=lambda standing, given: change_program(by=by, program=standing, data=given),
    )


@transaction.atomic
def publish_program(*, by: User, program: Program) -> Program:
    """Let a draft be matched and seen. Its school must be verified, and it must say what its graduates reach."""
    demand(by, Act.PUBLISH_SUPPLY, program.organisation)
    program = _locked(program)

    def ready() -> None:
        if not program.claims.filter(withdrawn_at=None).exists():
            raise _no_skills()
        # A copy of a closed program can hold courses that have closed a circle since.
        courses = [place.course for place in program.places.select_related("course")]
        if stuck := courses_in_a_circle(courses):
            raise InvalidInput(FieldError(("courses", place), "circle", why) for place, why in stuck.items())

    posting.publish(program, by=by, organisation=program.organisation, ready=ready)
    _announce(program)
    return program


@transaction.atomic
def close_program(*, by: User, program: Program, why: str = "") -> Program:
    """Take a program out of every list, for good; a draft can be closed too."""
    demand(by, Act.CLOSE_SUPPLY, program.organisation)
    program = _locked(program)
    was_published = program.status == Program.Status.PUBLISHED
    posting.close(program, by=by, organisation=program.organisation, why=why)
    if was_published:
        events.program_moved.send(sender=Program, program=program)
    return program


@transaction.atomic
def copy_program(*, by: User, program: Program, public_id: uuid.UUID | None = None) -> Program:
    """A new draft that says the same, without the key and without the intakes: their days are those of the old one."""
    demand(by, Act.WRITE_SUPPLY, program.organisation)
    copied = Program(organisation=program.organisation, created_by=by, public_id=public_id or uuid.uuid4())
    for name in FIELDS:
        setattr(copied, name, getattr(program, name))
    copied.external_id = None
    try:
        with transaction.atomic():
            copied.save()
    except IntegrityError:
        raise posting.copied_already() from None
    copy_claims(program, copied)
    _place(copied, [place.course for place in program.places.select_related("course")])
    _record(by, "copy_program", copied, after={"title": copied.title, "copied_from": str(program.public_id)})
    return copied


# Intakes --------------------------------------------------------------------------------------------------------------
def add_intake(*, by: User, program: Program, data: Any) -> Intake:
    """One more start of the program."""
    demand(by, Act.WRITE_SUPPLY, program.organisation)
    with transaction.atomic():
        program = _open(program)
        values = checked(IntakeInput(data=data, others=_others(program)))
        intake = Intake(program=program)
        _write_intake(intake, values)
        _moved(by, "add_intake", program, after=intake_as_written(values))
    return intake


def change_intake(*, by: User, intake: Intake, data: Any, partial: bool = False) -> Intake:
    """Rewrite an intake (`partial`: the fields given); the same again does nothing."""
    demand(by, Act.WRITE_SUPPLY, intake.program.organisation)
    with transaction.atomic():
        program = _open(intake.program)
        intake = program.intakes.select_related("city").get(pk=intake.pk)
        before = intake_as_written(intake_values(intake))
        given = before | data if partial and isinstance(data, dict) else data
        values = checked(IntakeInput(data=given, others=_others(program, but=intake)))
        after = intake_as_written(values)
        if after == before:
            return intake
        _write_intake(intake, values)
        changes = audit.changes(before, after)
        start = {"starts_on": before["starts_on"]}
        _moved(by, "change_intake", program, before=start | changes["before"], after=changes["after"])
    return intake


def remove_intake(*, by: User, intake: Intake) -> None:
    """Take back a start of the program."""
    demand(by, Act.WRITE_SUPPLY, intake.program.organisation)
    with transaction.atomic():
        program = _open(intake.program)
        before = intake_as_written(intake_values(intake))
        intake.delete()
        _moved(by, "remove_intake", program, before=before)


def _others(program: Program, but: Intake | None = None) -> list[dict[str, Any]]:
    return [intake_values(intake) for intake in program.intakes.select_related("city") if intake != but]


def _moved(by: User, action: str, program: Program, **what: Any) -> None:
    """An intake of the program came, changed or went."""
    program.revision += 1
    program.save(update_fields=["revision", "changed_at"])
    _record(by, action, program, **what)
    _announce(program)


# What they share ------------------------------------------------------------------------------------------------------
def _locked(program: Program) -> Program:
    return posting.locked(program, "organisation", "city")


def _open(program: Program) -> Program:
    """The program, held, if it still changes."""
    program = _locked(program)
    if program.status == Program.Status.CLOSED:
        raise StateForbids("closed", _("This program is closed and no longer changes."))
    return program


def _announce(program: Program) -> None:
    if program.status == Program.Status.PUBLISHED:
        events.program_moved.send(sender=Program, program=program)


def _record(by: User, action: str, program: Program, **what: Any) -> None:
    audit.record(actor=by, action=action, subject=program, organisation=program.organisation, **what)


def _write(program: Program, values: dict[str, Any], before: dict[str, Any], after: dict[str, Any]) -> None:
    for name in FIELDS:
        setattr(program, name, values[name])
    try:
        with transaction.atomic():
            program.save()
    except IntegrityError:
        message = _("Another program of yours has this key.")
        raise InvalidInput([FieldError(("external_id",), "taken", message)]) from None
    if after["skills"] != before.get("skills"):
        state_claims(program, values["skills"])
    if after["courses"] != before.get("courses"):
        program.places.all().delete()
        _place(program, values["courses"])
    if after["intakes"] != before["intakes"]:
        _write_intakes(program, values["intakes"])


def _place(program: Program, courses: list[Course]) -> None:
    ProgramCourse.objects.bulk_create(
        ProgramCourse(program=program, course=course, position=place) for place, course in enumerate(courses)
    )


def _write_intakes(program: Program, rows: list[dict[str, Any]]) -> None:
    """Replace the intakes; those that stay keep their id."""
    kept = [row["intake"].pk for row in rows if row["intake"]]
    program.intakes.exclude(pk__in=kept).delete()
    for place, row in enumerate(rows):
        try:
            _write_intake(row["intake"] or Intake(program=program), row)
        except InvalidInput as wrong:
            raise InvalidInput(
                FieldError(("intakes", place, *fault.path), fault.code, fault.detail) for fault in wrong.errors
            ) from None


def _write_intake(intake: Intake, values: dict[str, Any]) -> None:
    for name in intake_values(intake):
        setattr(intake, name, values[name])
    try:
        with transaction.atomic():
            intake.save()
    except IntegrityError:
        message = _("Another intake stands at this start or has this key. Change one after the other.")
        raise InvalidInput([FieldError(("starts_on",), "twice", message)]) from None


def _no_skills() -> InvalidInput:
    return InvalidInput([FieldError(("skills",), "no_skills", _("Name at least one skill before publishing."))])


LIFE = posting.Life(
    "program", create_program, change_program, publish_program, close_program, copy_program, put_program
)
