"""What a need looks like as it is written, on the form and over the API."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from accounts.inputs import (
    MANY_CHARACTERS,
    Amount,
    ByCode,
    Day,
    Input,
    Languages,
    LevelField,
    OneOf,
    Prose,
    WeightField,
    Whole,
    YesNo,
    city_by_code,
    currency_code,
    prose_language,
)
from accounts.prose import WorkKind
from skills.inputs import SkillCode, skills_by_code, twice

from .models import Area, Need, Period, paid_per

MOST_SKILLS = 100


class NeedSkillInput(Input):
    """One skill that is asked for."""

    skill = SkillCode()
    min_level = LevelField()
    weight = WeightField(default=1.0)
    essential = YesNo(default=False)


class PayInput(Input):
    """Pay, from and up to: per month, for training and advice in all."""

    min = Amount(allow_null=True, default=None)
    max = Amount(allow_null=True, default=None)
    currency = currency_code()
    per = OneOf(choices=Period.choices, allow_null=True, default=None, help_text="This follows from the kind of need.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if None not in (attrs["min"], attrs["max"]) and attrs["min"] > attrs["max"]:
            raise serializers.ValidationError({"max": [ErrorDetail(str(_("This is below the lower bound.")), "order")]})
        return attrs


class NeedInput(Input):
    """A need as it is written. A draft needs a title, its language, a kind, and a text or skills."""

    readable = frozenset({"id", "organisation", "published_at", "closed_at", "created_at", "changed_at", "revision"})

    external_id = Prose(max_length=100, allow_null=True, default=None)
    title = Prose(max_length=200)
    text = Prose(max_length=MANY_CHARACTERS, allow_blank=True, default="")
    language = prose_language()
    kind = OneOf(choices=WorkKind.choices)
    area = ByCode(Area.objects.all(), allow_null=True, default=None)
    skills: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=NeedSkillInput(),
        default=list,
        max_length=MOST_SKILLS,
        error_messages={
            "max_length": _("At most {max_length} skills; keep those that decide."),
            "not_a_list": _("This must be a list."),
        },
    )
    city = city_by_code(default=None)
    remote = YesNo(default=False)
    languages = Languages(default=dict)
    headcount = Whole(
        min_value=1,
        max_value=10_000,
        default=1,
        help_text="How many people; for training the people to train, for advice the days.",
    )
    starts_on = Day(allow_null=True, default=None)
    pay = PayInput(allow_null=True, default=None)

    def __init__(self, *, data: Any, need: Need | None = None) -> None:
        self.need = need
        rows = data.get("skills") if isinstance(data, Mapping) else None
        super().__init__(data=data, context={"skills": skills_by_code(rows)})

    def validate_starts_on(self, day: Any) -> Any:
        changed = self.need is None or day != self.need.starts_on
        if day is not None and changed and day < timezone.localdate():
            raise serializers.ValidationError(_("This day has passed."), code="passed")
        return day

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if again := twice(attrs["skills"]):
            raise serializers.ValidationError({"skills": again})
        if attrs["pay"] is not None:
            period = paid_per(attrs["kind"]).value
            if attrs["pay"]["per"] not in (None, period):
                message = _("Training and advice are paid in all, other kinds of work by the month.")
                raise serializers.ValidationError({"pay": {"per": [ErrorDetail(str(message), "by_kind")]}})
            attrs["pay"]["per"] = period
        if not attrs["text"] and not attrs["skills"]:
            message = _("Write a text or name at least one skill.")
            raise serializers.ValidationError({"text": [ErrorDetail(str(message), "text_or_skills")]})
        return attrs


def need_as_written(need: Need) -> dict[str, Any]:
    """A need in the shape in which it is written; a PATCH is laid over this."""
    rows = [
        {"skill": row.skill, "min_level": row.min_level, "weight": row.weight, "essential": row.essential}
        for row in need.skills.select_related("skill")
    ]
    pay = None
    if need.pay_min is not None or need.pay_max is not None:
        pay = {
            "min": need.pay_min,
            "max": need.pay_max,
            "currency": need.pay_currency,
            "per": paid_per(need.kind).value,
        }
    names = [
        "external_id",
        "title",
        "text",
        "language",
        "kind",
        "area",
        "city",
        "remote",
        "languages",
        "headcount",
        "starts_on",
    ]
    return as_written({name: getattr(need, name) for name in names} | {"skills": rows, "pay": pay})


def as_written(values: dict[str, Any]) -> dict[str, Any]:
    """Checked values in the shape in which they are written, so that two needs can be compared."""
    area, city, day, pay = (values[name] for name in ("area", "city", "starts_on", "pay"))
    if pay is not None:
        pay = {name: None if pay[name] is None else f"{pay[name]:.2f}" for name in ("min", "max")} | {
            "currency": pay["currency"],
            "per": pay["per"],
        }
    return values | {
        "area": area.code if area else None,
        "city": city.code if city else None,
        "starts_on": day.isoformat() if day else None,
        "pay": pay,
        "skills": [row | {"skill": row["skill"].code} for row in values["skills"]],
    }
