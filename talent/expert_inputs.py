"""What a profile of the think tank looks like as it is written, on the form and over the API."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.inputs import (
    MANY_CHARACTERS,
    Day,
    Input,
    Languages,
    NameInput,
    OneOf,
    Prose,
    Whole,
    YesNo,
    city_by_code,
    prose_language,
)
from skills.inputs import skills_by_code, twice
from skills.models import SkillGroup

from .models import Expert
from .stated import skill_rows, stated_as_written

MOST_DAYS = 31


def fields_of_advice() -> QuerySet[SkillGroup]:
    """The fields that an expert can name: the groups of the framework that this platform speaks, in order."""
    return SkillGroup.objects.filter(framework__code=settings.FRAMEWORK, framework__current=True)


class ExpertName(NameInput):
    """A draft may still be without a name."""

    def validate(self, attrs: dict[str, str]) -> dict[str, str]:
        return super().validate(attrs) if any(attrs.values()) else attrs


class EachOnce(serializers.ListField):
    """Words of a closed set, each once."""

    default_error_messages = {"not_a_list": _("This must be a list.")}

    def to_internal_value(self, data: Any) -> list[str]:
        return list(dict.fromkeys(super().to_internal_value(data)))


class FieldCode(Prose):
    """The code of a skill group; the serializer's context holds `fields`, the codes that are known."""

    default_error_messages = {"unknown": _("“{code}” is not known here.")}

    def to_internal_value(self, data: Any) -> str:
        code = super().to_internal_value(data)
        if code not in self.context["fields"]:
            self.fail("unknown", code=code[:60])
        return code


class ExpertInput(Input):
    """A profile as it is written. A draft needs only its language; the rest may follow before it is published."""

    readable = frozenset({"id", "organisation", "published_at", "closed_at", "created_at", "changed_at", "revision"})

    external_id = Prose(max_length=100, allow_null=True, default=None)
    name = ExpertName(default=lambda: {"en": "", "zh-Hans": ""})
    headline = Prose(max_length=200, allow_blank=True, default="")
    text = Prose(max_length=MANY_CHARACTERS, allow_blank=True, default="")
    language = prose_language()
    advice = EachOnce(child=OneOf(choices=Expert.Advice.choices), default=list)
    city = city_by_code(default=None)
    travels = YesNo(allow_null=True, default=None)
    remote = YesNo(allow_null=True, default=None)
    languages = Languages(default=dict)
    days_a_month = Whole(min_value=1, max_value=MOST_DAYS, allow_null=True, default=None)
    available_from = Day(allow_null=True, default=None)
    skills = skill_rows()

    def __init__(self, *, data: Any) -> None:
        rows = data.get("skills") if isinstance(data, Mapping) else None
        # Asked only where a field is named, so that other input costs no query for them.
        named = isinstance(data, Mapping) and data.get("fields")
        known = set(fields_of_advice().values_list("code", flat=True)) if named else set()
        super().__init__(data=data, context={"skills": skills_by_code(rows), "fields": known})

    def get_fields(self) -> dict[str, Any]:
        """The fields above and `fields`, a name that as an attribute is taken by the base class."""
        return super().get_fields() | {"fields": EachOnce(child=FieldCode(), default=list)}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if again := twice(attrs["skills"]):
            raise serializers.ValidationError({"skills": again})
        return attrs


PLAIN = (
    *("external_id", "headline", "text", "language", "advice", "fields", "city", "travels", "remote"),
    *("languages", "days_a_month", "available_from"),
)
"""What is kept under the name under which it is written."""


def expert_as_written(expert: Expert) -> dict[str, Any]:
    """A profile in the shape in which it is written; a PATCH is laid over this."""
    values = {name: getattr(expert, name) for name in PLAIN}
    name = {"en": expert.name_en, "zh-Hans": expert.name_zh}
    return _plain(values) | {"name": name, "skills": stated_as_written(expert)}


def as_written(values: dict[str, Any]) -> dict[str, Any]:
    """Checked values in the shape in which they are written, so that two profiles can be compared."""
    return _plain(values) | {"skills": [row | {"skill": row["skill"].code} for row in values["skills"]]}


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    city, day = values["city"], values["available_from"]
    return values | {"city": city.code if city else None, "available_from": day.isoformat() if day else None}
