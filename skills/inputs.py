"""Skills in what people and programs send: named by code, looked up all at once."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from .models import Skill


def skills_by_code(rows: Any) -> dict[str, Skill]:
    """The skills that the rows of an input name, in one query; rows of any shape are looked at and none is trusted."""
    codes = {
        row["skill"]
        for row in (rows if isinstance(rows, Iterable) and not isinstance(rows, str | Mapping) else ())
        if isinstance(row, Mapping) and isinstance(row.get("skill"), str) and "\x00" not in row["skill"]
    }
    return {skill.code: skill for skill in Skill.objects.current().filter(code__in=codes)}


class SkillCode(serializers.Field[Skill, Any, Any, Any]):
    """A skill by its code; the serializer's context holds `skills`, as `skills_by_code` gives them."""

    default_error_messages = {
        "required": _("This is needed."),
        "null": _("This is needed."),
        "unknown": _("“{code}” is not a skill of the framework."),
    }

    def to_internal_value(self, data: Any) -> Skill:
        known: dict[str, Skill] = self.context["skills"]
        skill = known.get(data) if isinstance(data, str) else None
        if skill is None:
            self.fail("unknown", code=str(data)[:60])
        return skill


def twice(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, list[str]]]:
    """For each row an error where its skill stood before; empty mappings elsewhere, [] when there is none."""
    seen: set[int] = set()
    errors: list[dict[str, Any]] = []
    for row in rows:
        again = row["skill"].pk in seen
        seen.add(row["skill"].pk)
        message = _("This skill is there already; each stands once.")
        errors.append({"skill": [ErrorDetail(str(message), "twice")]} if again else {})
    return errors if any(errors) else []
