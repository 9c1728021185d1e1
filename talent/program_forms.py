"""The form of a program: what was typed, in the shape in which a program is written, and every fault at its field."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later

from accounts.errors import FieldError
from accounts.form_rows import Pairs, cities, numbers_sent, readers_language, with_typed, word_sent
from accounts.forms import Path
from accounts.models import Organisation
from accounts.prose import SpokenLanguage
from skills.on_forms import FormWithSkills, SkillRow

from .models import Course, Intake, Program
from .program_inputs import INTAKE_FIELDS, intake_as_written, intake_values, program_as_written

PLAIN = ("organisation", "title", "text", "language", "study", "major_code", "taught_in", "city")
ON_THE_PAGE = ("external_id", "starts_on", "ends_on", "enrols_from", "enrols_until", "places", "graduates", "city")


@dataclass
class CourseRow:
    """One course of the program at its place; without a course it is none."""

    number: int
    key: str = ""
    focus: bool | None = None  # the cursor stands here; None leaves the attribute out
    errors: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"course-{self.number}"


@dataclass
class IntakeRow:
    """One intake as it stands on the form; where nothing is typed it is none."""

    number: int
    values: dict[str, str]
    key: str = ""  # the id of the intake that stands
    focus: bool | None = None
    errors: dict[str, list[str]] = field(default_factory=dict)

    @property
    def names(self) -> dict[str, str]:
        """Field of an intake -> its name on the form."""
        return {name: f"intake_{name}-{self.number}" for name in ON_THE_PAGE}

    @property
    def empty(self) -> bool:
        return not self.key and not any(self.values.values())

    def as_written(self) -> dict[str, Any]:
        """In the shape in which an intake is written; what is left empty is not stated."""
        written = {name: value.strip() or None for name, value in self.values.items()}
        return written | ({"id": self.key} if self.key else {})


@dataclass
class ProgramForm(FormWithSkills[SkillRow]):
    """A program as somebody typed it."""

    school: Organisation
    courses: list[CourseRow]
    intakes: list[IntakeRow]

    denied = later("the text says that it is not taught")

    @classmethod
    def new(cls, school: Organisation) -> "ProgramForm":
        """An empty form in the reader's language, at the kind of study that the school is for."""
        kinds = Organisation.Kind
        study = {kinds.VOCATIONAL_COLLEGE: Program.Study.COLLEGE, kinds.VOCATIONAL_SCHOOL: Program.Study.SECONDARY}
        start = {
            "organisation": str(school.public_id),
            "language": readers_language().value,
            "study": study.get(kinds(school.kind), Program.Study.BACHELOR).value,
            "taught_in": SpokenLanguage.CHINESE.value,
            "city": school.city.code if school.city else "",
        }
        return cls(dict.fromkeys(PLAIN, "") | start, [], school, [CourseRow(0)], [no_intake(0)])

    @classmethod
    def of(cls, program: Program) -> "ProgramForm":
        """The form as the program stands."""
        written = program_as_written(program)
        values = {name: written[name] or "" for name in PLAIN if name in written} | {"organisation": ""}
        skills = [
            SkillRow(number, row["skill"], str(row["level"]), evidence=row["evidence"])
            for number, row in enumerate(written["skills"])
        ]
        courses = [CourseRow(number, key) for number, key in enumerate(written["courses"])]
        intakes = [
            IntakeRow(number, _typed_intake(intake), str(intake.public_id))
            for number, intake in enumerate(program.intakes.select_related("city"))
        ]
        return cls(values, skills, program.organisation, courses or [CourseRow(0)], intakes or [no_intake(0)])

    @classmethod
    def typed(cls, school: Organisation, post: QueryDict) -> "ProgramForm":
        """What was sent, whatever it is."""
        values: dict[str, Any] = {name: word_sent(post, name) for name in PLAIN}
        courses = [
            CourseRow(place, word_sent(post, f"course-{number}"))
            for place, number in enumerate(numbers_sent(post, "course"))
        ]
        intakes = [
            IntakeRow(
                place,
                {name: word_sent(post, f"intake_{name}-{number}") for name in INTAKE_FIELDS},
                word_sent(post, f"intake-{number}"),
            )
            for place, number in enumerate(numbers_sent(post, "intake"))
        ]
        form = cls(values, cls.rows_sent(post), school, courses, intakes)
        form.read_on(post)
        return form

    def rearranged_otherwise(self, post: QueryDict) -> bool:
        if "more_courses" in post:
            self.courses.append(CourseRow(len(self.courses), focus=True))
        elif "more_intakes" in post:
            self.intakes.append(no_intake(len(self.intakes), focus=True))
        elif "remove_intake" in post:
            numbered = zip(self.intakes, numbers_sent(post, "intake"), strict=True)
            self.intakes = [row for row, number in numbered if str(number) != post["remove_intake"]]
            for place, row in enumerate(self.intakes):
                row.number = place
        else:
            return False
        return True

    # What is sent on, and what comes back -----------------------------------------------------------------------------
    @property
    def _kept_courses(self) -> list[CourseRow]:
        return [row for row in self.courses if row.key]

    @property
    def _kept_intakes(self) -> list[IntakeRow]:
        return [row for row in self.intakes if not row.empty]

    def as_written(self) -> dict[str, Any]:
        """In the shape in which a program is written; values stay as typed."""
        return {name: self.values[name] for name in PLAIN if name != "organisation"} | {
            "skills": [row.as_written() for row in self.skills],
            "courses": [row.key for row in self._kept_courses],
            "intakes": [row.as_written() for row in self._kept_intakes],
        }

    def blame(self, faults: Iterable[FieldError]) -> None:
        super().blame(faults)
        for course in self.courses:
            course.errors = self.errors.get(course.name, [])
        for intake in self.intakes:
            intake.errors = {name: self.errors.get(named, []) for name, named in intake.names.items()}

    def field_of(self, path: Path) -> str:
        """The name of the field for a place in the input; "" is the form as a whole."""
        match path:
            case ("skills", int(number), "level" | "evidence" as name):
                return f"{name}-{number}"
            case ("skills", int(number), *_rest):
                return f"skill-{number}"
            case ("courses", int(number), *_rest):
                return self._kept_courses[number].name
            case ("intakes", int(number), str(name), *_rest):
                names = self._kept_intakes[number].names
                return names[name if name in names and name != "external_id" else "starts_on"]  # the key is not shown
            case (str(name), *_rest) if name in PLAIN or name in ("skills", "courses", "intakes"):
                return name
        return ""

    def names(self) -> Iterator[str]:
        """Every field in the order of the page."""
        yield from ("", "organisation", "title", "text", "language", "skills")
        yield from self.row_names()
        yield from ("study", "major_code", "taught_in", "city", "courses")
        yield from (course.name for course in self.courses)
        yield "intakes"
        for intake in self.intakes:
            yield from intake.names.values()

    # What the page shows ----------------------------------------------------------------------------------------------
    @property
    def studies(self) -> Pairs:
        known: Pairs = [(study.value, capfirst(study.label)) for study in Program.Study]
        return with_typed(known, self.values["study"])

    @property
    def spoken(self) -> Pairs:
        return with_typed(list(SpokenLanguage.choices), self.values["taught_in"])

    @cached_property
    def _cities(self) -> Pairs:
        return [("", _("not stated")), *cities()]

    @property
    def cities(self) -> Pairs:
        return with_typed(self._cities, self.values["city"])

    @property
    def shown_intakes(self) -> list[tuple[IntakeRow, Pairs]]:
        """Each intake with the cities to choose from."""
        return [(row, with_typed(self._cities, row.values["city"])) for row in self.intakes]

    @cached_property
    def own_courses(self) -> Pairs:
        """The school's courses that are not closed, and those that stand here."""
        here = {row.key for row in self.courses}
        courses = Course.objects.filter(organisation=self.school).order_by("title", "id")
        return [
            (str(key), title)
            for key, title, status in courses.values_list("public_id", "title", "status")
            if status != Course.Status.CLOSED or str(key) in here
        ]

    @property
    def shown_courses(self) -> list[tuple[CourseRow, Pairs]]:
        """Each course with those to choose from."""
        known: Pairs = [("", _("none")), *self.own_courses]
        return [(row, with_typed(known, row.key)) for row in self.courses]


def no_intake(number: int, focus: bool | None = None) -> IntakeRow:
    """An intake of which nothing is typed yet."""
    return IntakeRow(number, dict.fromkeys(INTAKE_FIELDS, ""), focus=focus)


def _typed_intake(intake: Intake) -> dict[str, str]:
    written = intake_as_written(intake_values(intake))
    return {name: "" if value is None else str(value) for name, value in written.items()}
