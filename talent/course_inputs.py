"""What a course and a run of it look like as they are written, on the form and over the API."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from accounts.inputs import (
    MANY_CHARACTERS,
    Amount,
    Day,
    Input,
    OneOf,
    Prose,
    Whole,
    YesNo,
    city_by_code,
    currency_code,
    prose_language,
)
from accounts.prose import SpokenLanguage
from skills.inputs import skills_by_code, twice

from .models import Course, CourseRun, TrainingBase
from .stated import SkillLevelInput, skill_rows, stated_as_written

MOST_WEEKS, MOST_HOURS, MOST_SEATS, MOST_RUNS = 520, 10_000, 100_000, 200


class PriceInput(Input):
    """What one seat costs; 0 where it is free."""

    amount = Amount()
    currency = currency_code()


class CourseRunInput(Input):
    """One run as it is written. It takes place in a city, at a base of the same organisation, or online."""

    readable = frozenset({"id", "seats_left", "state", "cancelled_at"})

    external_id = Prose(max_length=100, allow_null=True, default=None)
    starts_on = Day()
    ends_on = Day()
    seats = Whole(min_value=1, max_value=MOST_SEATS)
    taken = Whole(min_value=0, max_value=MOST_SEATS, required=False, help_text="Not given: it stays as it is.")
    price = PriceInput()
    online = YesNo(default=False)
    city = city_by_code(default=None)
    base = serializers.UUIDField(
        allow_null=True,
        default=None,
        help_text="The id of a training base; the run takes place in its city.",
        error_messages={"invalid": _("There is no such base, or it is not yours.")},
    )

    def __init__(
        self, *, data: Any, bases: "QuerySet[TrainingBase] | None" = None, run: CourseRun | None = None
    ) -> None:
        """`bases` are those of the organisation; `run` is the run as it stands, or None where it is new."""
        self.bases, self.run = bases, run
        super().__init__(data=data)

    def validate_starts_on(self, day: Any) -> Any:
        if (self.run is None or day != self.run.starts_on) and day < timezone.localdate():
            raise serializers.ValidationError(_("This day has passed."), code="passed")
        return day

    def validate_base(self, key: Any) -> TrainingBase | None:
        if key is None:
            return None
        base = self.bases.filter(public_id=key).first() if self.bases is not None else None
        if base is None:
            raise serializers.ValidationError(_("There is no such base, or it is not yours."), code="unknown")
        if base.closed_at and (self.run is None or self.run.base_id != base.pk):
            raise serializers.ValidationError(_("This base is closed."), code="closed")
        return base

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Fill in what the run holds already, then look at what must fit together."""
        attrs.setdefault("taken", self.run.taken if self.run else 0)
        base, city = attrs["base"], attrs["city"]
        errors: dict[str, Any] = {}
        if attrs["ends_on"] < attrs["starts_on"]:
            errors["ends_on"] = [ErrorDetail(str(_("This is before the start.")), "order")]
        if attrs["seats"] < attrs["taken"]:
            taken = _("%(taken)s seats are taken already.") % {"taken": attrs["taken"]}
            errors["seats"] = [ErrorDetail(taken, "below_taken")]
        if base and base.city and city and city != base.city:
            elsewhere = _("The base is in %(city)s; leave this empty.") % {"city": base.city}
            errors["city"] = [ErrorDetail(elsewhere, "not_at_base")]
        if not attrs["online"] and not base and not city:
            message = _("Say in which city it takes place, or that it is online.")
            errors["city"] = [ErrorDetail(str(message), "place_or_online")]
        if errors:
            raise serializers.ValidationError(errors)
        if base and base.city:
            attrs["city"] = base.city
        return attrs


class CourseInput(Input):
    """A course as it is written. A draft needs a title, its language, and a text or skills."""

    readable = frozenset({"id", "organisation", "published_at", "closed_at", "created_at", "changed_at", "revision"})

    external_id = Prose(max_length=100, allow_null=True, default=None)
    title = Prose(max_length=200)
    text = Prose(max_length=MANY_CHARACTERS, allow_blank=True, default="")
    language = prose_language()
    taught_in = OneOf(choices=SpokenLanguage.choices, default=SpokenLanguage.CHINESE.value)
    weeks = Whole(min_value=1, max_value=MOST_WEEKS, allow_null=True, default=None)
    hours = Whole(min_value=1, max_value=MOST_HOURS, allow_null=True, default=None)
    skills = skill_rows()
    entry_levels = skill_rows(SkillLevelInput)

    def __init__(self, *, data: Any) -> None:
        given = data if isinstance(data, Mapping) else {}
        known = skills_by_code(given.get("skills")) | skills_by_code(given.get("entry_levels"))
        super().__init__(data=data, context={"skills": known})

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        errors: dict[str, Any] = {}
        if again := twice(attrs["skills"]):
            errors["skills"] = again
        if wrong := twice(attrs["entry_levels"]) or _not_below(attrs["entry_levels"], attrs["skills"]):
            errors["entry_levels"] = wrong
        if not attrs["text"] and not attrs["skills"]:
            message = _("Write a text or name at least one skill.")
            errors["text"] = [ErrorDetail(str(message), "text_or_skills")]
        if errors:
            raise serializers.ValidationError(errors)
        return attrs


class CourseByKeyInput(CourseInput):
    """A course under its organisation's own key, perhaps with runs under theirs; `put_course` checks each of them."""

    runs: "serializers.ListSerializer[Any]" = serializers.ListSerializer(
        child=CourseRunInput(data={}),
        required=False,
        help_text="Each with an `external_id`. Runs that are not named stay as they are.",
    )


def _not_below(entry_levels: list[dict[str, Any]], skills: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """For each entry level an error where the course leads no higher; [] where all is well."""
    reached = {row["skill"].pk: row["level"] for row in skills}
    errors = []
    for row in entry_levels:
        to = reached.get(row["skill"].pk)
        wrong = to is not None and row["level"] >= to
        message = _("The course leads to level %(level)s; what it asks for on entry lies below.") % {"level": to}
        errors.append({"level": [ErrorDetail(message, "not_below")]} if wrong else {})
    return errors if any(errors) else []


def course_as_written(course: Course) -> dict[str, Any]:
    """A course in the shape in which it is written; a PATCH is laid over this."""
    names = ("external_id", "title", "text", "language", "taught_in", "weeks", "hours")
    entry = course.entry_levels.order_by("id").values_list("skill__code", "level")
    return {name: getattr(course, name) for name in names} | {
        "skills": stated_as_written(course),
        "entry_levels": [{"skill": code, "level": level} for code, level in entry],
    }


def checked_as_written(values: dict[str, Any]) -> dict[str, Any]:
    """Checked values in the shape in which they are written, so that two courses can be compared."""
    rows = {name: [row | {"skill": row["skill"].code} for row in values[name]] for name in ("skills", "entry_levels")}
    return values | rows


def run_as_written(run: CourseRun) -> dict[str, Any]:
    """A run in the shape in which it is written; a PATCH is laid over this."""
    names = ("external_id", "starts_on", "ends_on", "seats", "taken", "online", "city", "base")
    price = {"amount": run.price, "currency": run.currency}
    return checked_run_as_written({name: getattr(run, name) for name in names} | {"price": price})


def checked_run_as_written(values: dict[str, Any]) -> dict[str, Any]:
    """Checked values of a run in the shape in which they are written."""
    price, city, base = values["price"], values["city"], values["base"]
    return values | {
        "starts_on": values["starts_on"].isoformat(),
        "ends_on": values["ends_on"].isoformat(),
        "price": {"amount": f"{price['amount']:.2f}", "currency": price["currency"]},
        "city": city.code if city else None,
        "base": str(base.public_id) if base else None,
    }
