"""What a training base looks like as it is written, on the form and over the API."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.inputs import Input, NameInput, Prose, Whole, city_by_code
from skills.inputs import SkillCode, skills_by_code
from skills.models import Skill

from .models import TrainingBase

MOST_SPECIALITIES = 50
MOST_PEOPLE = 100_000


class Specialities(serializers.ListField):
    """Skills that a base is equipped for, each once, in the order of the framework."""

    default_error_messages = {
        "not_a_list": _("This must be a list."),
        "max_length": _("At most {max_length} skills; keep those that matter."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=SkillCode(), max_length=MOST_SPECIALITIES, **kwargs)

    def to_internal_value(self, data: Any) -> list[Skill]:
        return sorted(set(super().to_internal_value(data)), key=lambda skill: skill.pk)


class TrainingBaseInput(Input):
    """A training base as it is written: where it stands and what it is equipped for."""

    readable = frozenset({"id", "organisation", "closed_at", "created_at", "changed_at", "revision"})

    external_id = Prose(max_length=100, allow_null=True, default=None)
    name = NameInput(error_messages={"required": _("Give the name in Chinese or in English.")})
    city = city_by_code(default=None)
    address = Prose(max_length=200, allow_blank=True, default="")
    equipment = Prose(max_length=10_000, allow_blank=True, default="")
    capacity = Whole(min_value=1, max_value=MOST_PEOPLE, allow_null=True, default=None)
    specialities = Specialities(default=list)

    def __init__(self, *, data: Any) -> None:
        codes = data.get("specialities") if isinstance(data, Mapping) else None
        rows = [{"skill": code} for code in codes] if isinstance(codes, list) else None
        super().__init__(data=data, context={"skills": skills_by_code(rows)})


def base_as_written(base: TrainingBase) -> dict[str, Any]:
    """A base in the shape in which it is written; a PATCH is laid over this."""
    names = ("external_id", "city", "address", "equipment", "capacity")
    return checked_base_as_written(
        {name: getattr(base, name) for name in names}
        | {"name": {"en": base.name_en, "zh-Hans": base.name_zh}, "specialities": base.specialities.order_by("id")}
    )


def checked_base_as_written(values: dict[str, Any]) -> dict[str, Any]:
    """Checked values in the shape in which they are written, so that two bases can be compared."""
    return values | {
        "city": values["city"].code if values["city"] else None,
        "specialities": [skill.code for skill in values["specialities"]],
    }
