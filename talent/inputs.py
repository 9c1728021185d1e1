"""What a profile looks like as its person writes it, on the form and over the API."""

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from accounts.inputs import (
    MANY_CHARACTERS,
    Day,
    Input,
    Kinds,
    Languages,
    LevelField,
    OneOf,
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

    readable = frozenset({"confirmed_by", "confirmed_at"})
    default_error_messages = {"confirmed": _("Only others can say this; a claim of one’s own is “self” or “text”.")}

    skill = SkillCode()
    level = LevelField()
    evidence = Prose(max_length=500, allow_blank=True, default="")

    def get_fields(self) -> dict[str, Any]:
        """The fields above and `source`, a name that as an attribute is taken by the base class."""
        source = OneOf(choices=Claim.Source.choices, default=Claim.Source.SELF.value)
        return super().get_fields() | {"source": source}

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and isinstance(data.get("skill"), Mapping):
            data = {**data, "skill": data["skill"].get("code")}
        claim = super().to_internal_value(data)
        if said := self._not_ones_own(claim, data):
            message = ErrorDetail(str(self.error_messages["confirmed"]), "confirmed")
            raise serializers.ValidationError({name: [message] for name in said})
        return claim

    def _not_ones_own(self, claim: Mapping[str, Any], data: Mapping[str, Any]) -> list[str]:
        """The fields that only others write, where the claim is none that comes back just as it was read."""
        if claim["source"] in Claim.SELF_DECLARED:
            return [name for name in sorted(self.readable) if data.get(name) is not None]
        known = (claim["skill"].pk, claim["level"], claim["source"]) in self.context["confirmed"]
        return [] if known else ["source"]


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

    def __init__(self, *, data: Any, confirmed: Collection[tuple[int, int, str]] = ()) -> None:
        """`confirmed` is what others say of the person: skill, level and source of each claim."""
        rows = data.get("claims") if isinstance(data, Mapping) else None
        if isinstance(rows, list):
            rows = [
                {"skill": row["skill"].get("code") if isinstance(row["skill"], Mapping) else row["skill"]}
                for row in rows
                if isinstance(row, Mapping) and "skill" in row
            ]
        super().__init__(data=data, context={"skills": skills_by_code(rows), "confirmed": confirmed})

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        # What others say is read in the same list; sent back, it stays as it is and is nothing that is declared.
        if any(row["source"] not in Claim.SELF_DECLARED for row in attrs["claims"]):
            attrs["claims"] = [row for row in attrs["claims"] if row["source"] in Claim.SELF_DECLARED]
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
    rows = {row.skill_id: row for row in reversed(declared)}  # one a skill, the older where there were two
    claims = [
        {"skill": row.skill, "level": row.level, "evidence": row.evidence, "source": row.source}
        for row in reversed(rows.values())
    ]
    return as_written({name: getattr(profile, name) for name in names} | {"claims": claims})


def as_written(values: dict[str, Any]) -> dict[str, Any]:
    """Checked values in the shape in which they are written, so that two profiles can be compared."""
    city, day = values["city"], values["available_from"]
    return values | {
        "city": city.code if city else None,
        "available_from": day.isoformat() if day else None,
        "claims": [row | {"skill": row["skill"].code} for row in values["claims"]],
    }
