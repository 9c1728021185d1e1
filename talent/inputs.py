"""What a profile looks like as its person writes it, on the form and over the API."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.inputs import (
    MANY_CHARACTERS,
    Day,
    Input,
    Kinds,
    Languages,
    LevelField,
    Prose,
    YesNo,
    city_by_code,
    prose_language,
)
from skills.inputs import SkillCode, skills_by_code, twice

from .models import Claim, Profile

MOST_CLAIMS = 200


class ClaimInput(Input):
    """One skill that a person declares: the code, or the small object in which it is read."""

    readable = frozenset({"source", "confirmed_by", "confirmed_at"})

    skill = SkillCode()
    level = LevelField()
    evidence = Prose(max_length=500, allow_blank=True, default="")

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and isinstance(data.get("skill"), Mapping):
            data = {**data, "skill": data["skill"].get("code")}
        return super().to_internal_value(data)


class ProfileInput(Input):
    """A profile as it is written; `claims` are the self-declared ones."""

    readable = frozenset({"id", "created_at", "changed_at", "revision"})

    name = Prose(max_length=100)
    contact = Prose(max_length=200, allow_blank=True, default="")
    adult = YesNo(allow_null=True, default=None)
    headline = Prose(max_length=200, allow_blank=True, default="")
    text = Prose(max_length=MANY_CHARACTERS, allow_blank=True, default="")
    language = prose_language()
    city = city_by_code(default=None)
    moves = YesNo(allow_null=True, default=None)
    remote = YesNo(allow_null=True, default=None)
    kinds = Kinds(default=list)
    languages = Languages(default=dict)
    available_from = Day(allow_null=True, default=None)
    matching = YesNo(default=True)
    claims: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=ClaimInput(),
        default=list,
        max_length=MOST_CLAIMS,
        error_messages={
            "max_length": _("At most {max_length} skills."),
            "not_a_list": _("This must be a list."),
        },
    )

    def __init__(self, *, data: Any) -> None:
        rows = data.get("claims") if isinstance(data, Mapping) else None
        if isinstance(rows, list):
            rows = [
                {"skill": row["skill"].get("code") if isinstance(row["skill"], Mapping) else row["skill"]}
                for row in rows
                if isinstance(row, Mapping) and "skill" in row
            ]
        super().__init__(data=data, context={"skills": skills_by_code(rows)})

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if again := twice(attrs["claims"]):
            raise serializers.ValidationError({"claims": again})
        return attrs


def profile_as_written(profile: Profile) -> dict[str, Any]:
    """A profile in the shape in which it is written; a PATCH is laid over this."""
    names = [
        "name",
        "contact",
        "adult",
        "headline",
        "text",
        "language",
        "city",
        "moves",
        "remote",
        "kinds",
        "languages",
        "available_from",
        "matching",
    ]
    declared = profile.claims.filter(source__in=Claim.SELF_DECLARED, withdrawn_at=None).select_related("skill")
    claims = [{"skill": row.skill, "level": row.level, "evidence": row.evidence} for row in declared]
    return as_written({name: getattr(profile, name) for name in names} | {"claims": claims})


def as_written(values: dict[str, Any]) -> dict[str, Any]:
    """Checked values in the shape in which they are written, so that two profiles can be compared."""
    city, day = values["city"], values["available_from"]
    return values | {
        "city": city.code if city else None,
        "available_from": day.isoformat() if day else None,
        "claims": [row | {"skill": row["skill"].code} for row in values["claims"]],
    }
