"""What is sent about links of students: who asks whom, the answer, and what a school confirms."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.inputs import Input, LevelField, Prose, YesNo
from accounts.invitations import Address
from accounts.models import Organisation
from skills.inputs import SkillCode, skills_by_code

from .models import Program

_NEEDED = {"required": _("This is needed."), "null": _("This is needed."), "blank": _("This is needed.")}


@extend_schema_field(OpenApiTypes.UUID)
class ById(serializers.Field[Any, Any, Any, Any]):
    """An object that is named by its public id."""

    default_error_messages = {**_NEEDED, "unknown": _("There is nothing here with this id.")}

    def __init__(self, queryset: QuerySet[Any], **kwargs: Any) -> None:
        self.queryset = queryset
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Any:
        try:
            found = self.queryset.filter(public_id=uuid.UUID(str(data))).first()
        except ValueError:
            found = None
        if found is None:
            self.fail("unknown")
        return found

    def run_validation(self, data: Any = serializers.empty) -> Any:
        # An empty choice of a form means "not stated".
        return super().run_validation(None if data == "" and self.allow_null else data)


class LinkInput(Input):
    """A student's question to a school: which school, and in which program one studies."""

    organisation = ById(Organisation.objects.filter(kind__in=Organisation.TEACHING, state="verified"))
    program = ById(Program.objects.published(), allow_null=True, default=None)


class StudentInput(Input):
    """A school's question to a student: the address, and the program."""

    email = Address()
    program = ById(Program.objects.all(), allow_null=True, default=None)


class TakingBackInput(Input):
    """A school's question to be taken back: the address that was asked."""

    email = Address()


class AnswerInput(Input):
    """Yes or no to a link."""

    accept = YesNo()


class ConfirmationInput(Input):
    """The level of one skill that a school or base stands for, and on what ground."""

    readable = frozenset({"source", "confirmed_by", "confirmed_at"})

    skill = SkillCode()
    level = LevelField()
    evidence = Prose(max_length=500, allow_blank=True, default="")

    def __init__(self, *, data: Any) -> None:
        given = data.get("skill") if isinstance(data, Mapping) else None
        if isinstance(given, Mapping):  # as it is read
            given = given.get("code")
            data = {**data, "skill": given}
        super().__init__(data=data, context={"skills": skills_by_code([{"skill": given}])})
