"""What a program and its intakes look like as they are written, on the form and over the API."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from accounts.inputs import MANY_CHARACTERS, Day, Input, OneOf, Prose, Whole, city_by_code, prose_language
from accounts.models import Organisation
from accounts.prose import SpokenLanguage
from skills.inputs import skills_by_code, twice

from .entry import courses_in_a_circle
from .models import Course, Intake, Program
from .stated import skill_rows, stated_as_written

MOST_COURSES = 100
MOST_INTAKES = 100
MOST_PLACES = 100_000
MAJOR_CODE = r"^[0-9]{6}[TK]{0,2}$"

Values = Mapping[str, Any]


def _wrong(message: Any, code: str) -> list[ErrorDetail]:
    return [ErrorDetail(str(message), code)]


# Intakes --------------------------------------------------------------------------------------------------------------
class IntakeInput(Input):
    """One start of a program."""

    readable = frozenset({"id"})

    external_id = Prose(max_length=100, allow_null=True, default=None)
    enrols_from = Day(allow_null=True, default=None)
    enrols_until = Day(allow_null=True, default=None)
    starts_on = Day()
    ends_on = Day()
    city = city_by_code(default=None)
    places = Whole(min_value=1, max_value=MOST_PLACES)
    graduates = Whole(min_value=0, max_value=MOST_PLACES, allow_null=True, default=None)

    def __init__(self, *args: Any, others: Iterable[Values] = (), **kwargs: Any) -> None:
        """`others` are the intakes that stand beside this one."""
        self.others = list(others)
        super().__init__(*args, **kwargs)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        faults: dict[str, list[ErrorDetail]] = {}
        if attrs["ends_on"] <= attrs["starts_on"]:
            faults["ends_on"] = _wrong(_("The end comes after the start."), "order")
        opens, shuts = attrs["enrols_from"], attrs["enrols_until"]
        if opens and shuts and shuts < opens:
            faults["enrols_until"] = _wrong(_("Enrolment ends before it begins."), "order")
        if attrs["graduates"] is not None and attrs["graduates"] > attrs["places"]:
            faults["graduates"] = _wrong(_("More graduates than places."), "above_places")
        if faults := clash(attrs, self.others) | faults:
            raise serializers.ValidationError(faults)
        return attrs


class IntakeRowInput(IntakeInput):
    """One start inside a program; with its `id` it is the intake that stands already."""

    readable = frozenset()
    id = serializers.UUIDField(
        required=False, error_messages={"invalid": _("There is no such intake of this program.")}
    )


def clash(intake: Values, others: Iterable[Values]) -> dict[str, list[ErrorDetail]]:
    """What an intake has in conflict with those that stand beside it: its key, its start, its enrolment."""
    faults: dict[str, list[ErrorDetail]] = {}
    for other in others:
        if intake["external_id"] is not None and intake["external_id"] == other["external_id"]:
            faults["external_id"] = _wrong(_("Another intake of this program has this key."), "taken")
        if intake["city"] != other["city"]:
            continue
        if intake["starts_on"] == other["starts_on"]:
            faults["starts_on"] = _wrong(_("Another intake in the same city starts on this day."), "twice")
        elif _overlap(_window(intake), _window(other)):
            field = "enrols_from" if intake["enrols_from"] else "enrols_until"
            message = _("Enrolment overlaps with that of the intake that starts on %(day)s in the same city.")
            faults[field] = _wrong(message % {"day": other["starts_on"].isoformat()}, "overlap")
    return faults


def clashes(intakes: Sequence[Values]) -> list[dict[str, list[ErrorDetail]]]:
    """For each intake what it has in conflict with an earlier one; [] when there is none."""
    faults: list[dict[str, list[ErrorDetail]]] = [{} for _intake in intakes]
    earlier: list[Values] = []
    for place in sorted(range(len(intakes)), key=lambda place: (_begins(intakes[place]), place)):
        faults[place] = clash(intakes[place], earlier)
        earlier.append(intakes[place])
    return faults if any(faults) else []


def _window(intake: Values) -> tuple[datetime.date, datetime.date] | None:
    """When one can enrol; of an enrolment that says only one of its days, that day."""
    opens, shuts = intake["enrols_from"], intake["enrols_until"]
    return (opens or shuts, shuts or opens) if opens or shuts else None


def _overlap(
    one: tuple[datetime.date, datetime.date] | None, other: tuple[datetime.date, datetime.date] | None
) -> bool:
    return one is not None and other is not None and one[0] <= other[1] and other[0] <= one[1]


def _begins(intake: Values) -> datetime.date:
    window = _window(intake)
    return window[0] if window else intake["starts_on"]


def intake_values(intake: Intake) -> dict[str, Any]:
    """An intake that stands, in the shape of checked input."""
    return {name: getattr(intake, name) for name in INTAKE_FIELDS}


def intake_as_written(values: Values) -> dict[str, Any]:
    """Checked values of an intake in the shape in which they are written."""
    days = {name: values[name] and values[name].isoformat() for name in INTAKE_DAYS}
    return {name: values[name] for name in INTAKE_FIELDS} | days | {"city": values["city"] and values["city"].code}


INTAKE_DAYS = ("enrols_from", "enrols_until", "starts_on", "ends_on")
INTAKE_FIELDS = ("external_id", *INTAKE_DAYS, "city", "places", "graduates")


# Programs -------------------------------------------------------------------------------------------------------------
class ProgramInput(Input):
    """A program as it is written. `courses` are the school's own, by id, in order; `skills` what graduates reach.

    Intakes that are not given stay as they are.
    """

    readable = frozenset({"id", "organisation", "published_at", "closed_at", "created_at", "changed_at", "revision"})

    external_id = Prose(max_length=100, allow_null=True, default=None)
    title = Prose(max_length=200)
    text = Prose(max_length=MANY_CHARACTERS, allow_blank=True, default="")
    language = prose_language()
    study = OneOf(choices=Program.Study.choices)
    major_code = serializers.RegexField(
        MAJOR_CODE,
        allow_blank=True,
        default="",
        error_messages={
            "invalid": _("A major code has six digits, then K or T where the catalogue has them: 020402, 120801T."),
            "null": _("This is needed."),
        },
    )
    taught_in = OneOf(choices=SpokenLanguage.choices, default=SpokenLanguage.CHINESE.value)
    city = city_by_code(default=None)
    skills = skill_rows()
    courses = serializers.ListField(
        child=serializers.UUIDField(error_messages={"invalid": _("There is no such course of yours.")}),
        default=list,
        max_length=MOST_COURSES,
        error_messages={"not_a_list": _("This must be a list."), "max_length": _("At most {max_length} courses.")},
    )
    intakes: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=IntakeRowInput(),
        required=False,
        max_length=MOST_INTAKES,
        error_messages={"not_a_list": _("This must be a list."), "max_length": _("At most {max_length} intakes.")},
    )

    def __init__(self, *, data: Any, organisation: Organisation | None = None, program: Program | None = None) -> None:
        self.school, self.program = organisation, program
        rows = data.get("skills") if isinstance(data, Mapping) else None
        super().__init__(data=data, context={"skills": skills_by_code(rows)})

    def validate_skills(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if again := twice(rows):
            raise serializers.ValidationError(again)
        return rows

    def validate_courses(self, ids: list[Any]) -> list[Course]:
        """The courses in their order, each once, all of the same school, and none that waits for a later one."""
        own = Course.objects.filter(organisation=self.school, public_id__in=ids)
        known = {course.public_id: course for course in own}
        faults: dict[Any, Any] = {}
        for place, key in enumerate(ids):
            if key not in known:
                faults[place] = _wrong(_("There is no such course of yours."), "unknown")
            elif key in ids[:place]:
                faults[place] = _wrong(_("This course is there already; each stands once."), "twice")
        if not faults:
            courses = [known[key] for key in ids]
            faults = {place: _wrong(said, "circle") for place, said in courses_in_a_circle(courses).items()}
        if faults:
            raise serializers.ValidationError(faults)
        return courses

    def validate_intakes(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Each row with the intake that it rewrites, or None where it is a new one."""
        standing = list(self.program.intakes.select_related("city")) if self.program else []
        faults: list[dict[str, list[ErrorDetail]]] = clashes(rows)
        if not faults:
            faults = [{} for _row in rows]
            by_id = {intake.public_id: intake for intake in standing}
            for row, fault in zip(rows, faults, strict=True):
                key = row.pop("id", None)
                row["intake"] = by_id.pop(key, None) if key else None
                if key and row["intake"] is None:
                    fault["id"] = _wrong(_("There is no such intake of this program."), "unknown")
            for row in rows:
                if row["intake"] is None:
                    row["intake"] = _meant(row, by_id)
        if any(faults):
            raise serializers.ValidationError(faults)
        return rows


def _meant(row: Values, standing: dict[Any, Intake]) -> Intake | None:
    """The standing intake with the same key of its school, or at the same place and day; it is taken out."""
    for key, intake in standing.items():
        same_start = (intake.city, intake.starts_on) == (row["city"], row["starts_on"])
        if (intake.external_id == row["external_id"]) if row["external_id"] is not None else same_start:
            return standing.pop(key)
    return None


FIELDS = ("external_id", "title", "text", "language", "study", "major_code", "taught_in", "city")


def program_as_written(program: Program) -> dict[str, Any]:
    """A program in the shape in which it is written."""
    intakes = [intake_as_written(intake_values(intake)) for intake in program.intakes.select_related("city")]
    return {name: getattr(program, name) for name in FIELDS} | {
        "city": program.city.code if program.city else None,
        "skills": stated_as_written(program),
        "courses": [str(key) for key in program.places.values_list("course__public_id", flat=True)],
        "intakes": _in_order(intakes),
    }


def as_written(values: Values, before: Values) -> dict[str, Any]:
    """Checked values in the shape in which they are written; intakes that were not given are as before."""
    city, rows = values["city"], values.get("intakes")
    return {name: values[name] for name in FIELDS} | {
        "city": city.code if city else None,
        "skills": [row | {"skill": row["skill"].code} for row in values["skills"]],
        "courses": [str(course.public_id) for course in values["courses"]],
        "intakes": before["intakes"] if rows is None else _in_order([intake_as_written(row) for row in rows]),
    }


def _in_order(intakes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(intakes, key=lambda row: (row["starts_on"], row["city"] or "", row["external_id"] or ""))
