"""How ready an enterprise finds itself: assessed by its own people, kept over time, seen by them and the staff."""

import uuid
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts import audit
from accounts.errors import FieldError, InvalidInput, StateForbids
from accounts.inputs import Input, Prose, Whole, checked
from accounts.models import Membership, Organisation, User
from accounts.permissions import WHO_MAY, Act, demand

from .models import Assessment
from .questionnaire import DIMENSIONS, HIGHEST, VERSION


class Answer(Whole):
    """How far one statement holds."""

    default_error_messages = {
        "required": _("Answer this one, too."),
        "null": _("Answer this one, too."),
        "invalid": _("An answer is a whole number from 0 to 4."),
        "min_value": _("An answer is a whole number from 0 to 4."),
        "max_value": _("An answer is a whole number from 0 to 4."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=HIGHEST, **kwargs)


class AnswersInput(Input):
    """An answer to every statement, by its code."""

    def get_fields(self) -> dict[str, serializers.Field]:
        questions = [question for dimension in DIMENSIONS for question in dimension.questions]
        return {question.code: Answer(help_text=question.text) for question in questions}


class AssessmentInput(Input):
    """A self-assessment as it is written: every statement answered, from 0 (not at all) to 4."""

    readable = frozenset({"id", "organisation", "version", "scores", "at"})

    external_id = Prose(max_length=100, allow_null=True, default=None)
    answers = AnswersInput()


def assessments_for(person: User | AnonymousUser) -> QuerySet[Assessment]:
    """The assessments that the person may see: those of one's own enterprises, and all for platform staff."""
    if not person.is_authenticated:
        return Assessment.objects.none()
    if person.is_staff:
        return Assessment.objects.all()
    own = Membership.objects.filter(user=person, role__in=WHO_MAY[Act.SEE_READINESS])
    return Assessment.objects.filter(organisation__in=own.values("organisation"))


def may_see_readiness(person: User | AnonymousUser, organisation: Organisation) -> bool:
    """Whether the person may see how ready this organisation finds itself."""
    if not person.is_authenticated or organisation.kind != Organisation.Kind.ENTERPRISE:
        return False
    own = organisation.memberships.filter(user=person, role__in=WHO_MAY[Act.SEE_READINESS])
    return person.is_staff or own.exists()


def assess_readiness(
    *, by: User, organisation: Organisation, data: Any, public_id: uuid.UUID | None = None
) -> Assessment:
    """Keep a new assessment beside the earlier ones.

    A form gives the id that it was opened with, so that sending it twice cannot make two.
    """
    _demand(by, organisation)
    values = checked(AssessmentInput(data=data))
    assessment = Assessment(
        organisation=organisation, by=by, version=VERSION, public_id=public_id or uuid.uuid4(), **values
    )
    with transaction.atomic():
        _save(assessment)
        audit.record(
            actor=by,
            action="assess_readiness",
            subject=assessment,
            organisation=organisation,
            after={"version": VERSION, "answers": assessment.answers},
        )
    return assessment


def put_assessment(*, by: User, organisation: Organisation, external_id: str, data: Any) -> tuple[Assessment, bool]:
    """The assessment with a partner's own key, made or corrected; the same call again changes nothing. True if new."""
    _demand(by, organisation)
    given = {**data, "external_id": external_id} if isinstance(data, dict) else data
    if not _with_key(organisation, external_id).exists():
        try:
            return assess_readiness(by=by, organisation=organisation, data=given), True
        except InvalidInput:
            # Perhaps the same call came twice at once and the other one was quicker: then it is there now.
            if not _with_key(organisation, external_id).exists():
                raise
    values = checked(AssessmentInput(data=given))
    with transaction.atomic():
        standing = _with_key(organisation, external_id).select_for_update().get()
        if standing.answers == values["answers"] and standing.version == VERSION:
            return standing, False
        before = {"version": standing.version, "answers": standing.answers}
        standing.answers, standing.version = values["answers"], VERSION
        standing.save(update_fields=["answers", "version"])
        audit.record(
            actor=by,
            action="correct_assessment",
            subject=standing,
            organisation=organisation,
            before=before,
            after={"version": VERSION, "answers": standing.answers},
        )
    return standing, False


def _demand(by: User, organisation: Organisation) -> None:
    demand(by, Act.ASSESS_READINESS, organisation)
    if organisation.kind != Organisation.Kind.ENTERPRISE:
        raise StateForbids("not_an_enterprise", _("Only an enterprise assesses its readiness."))


def _with_key(organisation: Organisation, external_id: str) -> QuerySet[Assessment]:
    if "\x00" in external_id:  # PostgreSQL can't be asked for it; checking the input tells it
        return Assessment.objects.none()
    return Assessment.objects.filter(organisation=organisation, external_id=external_id)


def _save(assessment: Assessment) -> None:
    try:
        with transaction.atomic():
            assessment.save()
    except IntegrityError:
        message = _("Another assessment of yours has this key.")
        raise InvalidInput([FieldError(("external_id",), "taken", message)]) from None
