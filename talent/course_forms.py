"""The forms of a course and of a run: what was typed, in the shape in which it is written, every fault beside it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.utils.translation import pgettext

from accounts.errors import FieldError
from accounts.form_rows import Pairs, amount_meant, city_options, readers_language, with_typed, word_sent
from accounts.forms import Path, faults_by_field
from accounts.models import Organisation
from accounts.prose import Level, SpokenLanguage
from skills.on_forms import FormWithSkills, SkillRow
from skills.pasted import Accepted

from .course_inputs import course_as_written, run_as_written
from .models import Course, CourseRun, TrainingBase

NEW_LEVEL = str(Level.INDEPENDENT.value)
COURSE_FIELDS = ("organisation", "title", "language", "text", "taught_in", "weeks", "hours")
RUN_FIELDS = ("starts_on", "ends_on", "seats", "taken", "amount", "currency", "city", "base")


@dataclass
class CourseSkillRow(SkillRow):
    """One skill: the level asked for on entry and the level reached, either may be empty."""

    entry: str = ""

    fields: ClassVar[tuple[str, ...]] = ("entry", "level")
    hidden: ClassVar[tuple[str, ...]] = ("evidence",)

    @property
    def entry_name(self) -> str:
        return f"entry-{self.number}"

    @property
    def entries(self) -> Pairs:
        steps: Pairs = [(str(level.value), f"{level.value} {level.label}") for level in Level]
        return with_typed([("", pgettext("level", "nothing")), *steps], self.entry)

    @property
    def reached(self) -> bool:
        """Whether the row says what the course leads to; a row that says nothing is told so there."""
        return bool(self.level) or not self.entry


@dataclass
class CourseForm(FormWithSkills[CourseSkillRow]):
    """A course as somebody typed it."""

    row = CourseSkillRow
    denied = later("the text says it is not taught")

    @classmethod
    def new(cls) -> "CourseForm":
        start = {"language": readers_language().value, "taught_in": SpokenLanguage.CHINESE.value}
        return cls(dict.fromkeys(COURSE_FIELDS, "") | start, [])

    @classmethod
    def of(cls, course: Course) -> "CourseForm":
        """The form as the course stands."""
        written = course_as_written(course)
        values = {name: "" if written.get(name) is None else str(written[name]) for name in COURSE_FIELDS}
        values["organisation"] = str(course.organisation.public_id)
        entry = {row["skill"]: str(row["level"]) for row in written["entry_levels"]}
        rows = [
            CourseSkillRow(
                number,
                row["skill"],
                str(row["level"]),
                entry=entry.pop(row["skill"], ""),
                evidence=row["evidence"],
            )
            for number, row in enumerate(written["skills"])
        ]
        rows += [
            CourseSkillRow(len(rows) + place, code, entry=level) for place, (code, level) in enumerate(entry.items())
        ]
        return cls(values, rows)

    @classmethod
    def typed(cls, post: QueryDict) -> "CourseForm":
        """What was sent, whatever it is."""
        form = cls({name: word_sent(post, name) for name in COURSE_FIELDS}, cls.rows_sent(post))
        form.read_on(post)
        return form

    def added(self, number: int, code: str) -> CourseSkillRow:
        return CourseSkillRow(number, code, NEW_LEVEL)

    def accepted(self, number: int, one: Accepted) -> CourseSkillRow:
        row = super().accepted(number, one)
        row.level = row.level or NEW_LEVEL
        return row

    def as_written(self) -> dict[str, Any]:
        """In the shape in which a course is written; values stay as typed."""
        names = ("title", "text", "language", "taught_in")
        numbers = {name: self.values[name].strip() or None for name in ("weeks", "hours")}
        return (
            {name: self.values[name] for name in names}
            | numbers
            | {
                "skills": [
                    {"skill": row.code, "level": row.level, "evidence": row.evidence} for row in self._rows("skills")
                ],
                "entry_levels": [{"skill": row.code, "level": row.entry} for row in self._rows("entry_levels")],
            }
        )

    def _rows(self, name: str) -> list[CourseSkillRow]:
        """The rows that one of the two lists of a course is made of, in order."""
        return [row for row in self.skills if (row.reached if name == "skills" else row.entry)]

    def field_of(self, path: Path) -> str:
        """The name of the field for a place in the input; "" is the form as a whole."""
        match path:
            case ("skills" | "entry_levels" as name, int(place), *rest):
                number = self._rows(name)[place].number
                if rest == ["level"]:
                    return f"{'level' if name == 'skills' else 'entry'}-{number}"
                return f"skill-{number}"
            case (str(name), *_rest) if name in (*COURSE_FIELDS, "skills"):
                return name
            case ("entry_levels",):
                return "skills"
        return ""

    def names(self) -> Iterator[str]:
        """Every field in the order of the page."""
        yield from ("", "organisation", "title", "text", "language", "skills")
        yield from self.row_names()
        yield from ("taught_in", "weeks", "hours")

    @property
    def spoken_languages(self) -> Pairs:
        return with_typed([(one.value, capfirst(one.label)) for one in SpokenLanguage], self.values["taught_in"])


@dataclass
class RunForm:
    """A run as somebody typed it."""

    values: dict[str, Any]
    bases: list[TrainingBase]
    errors: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def new(cls, bases: list[TrainingBase]) -> "RunForm":
        return cls(dict.fromkeys(RUN_FIELDS, "") | {"currency": "CNY", "taken": "0", "online": False}, bases)

    @classmethod
    def of(cls, run: CourseRun, bases: list[TrainingBase]) -> "RunForm":
        """The form as the run stands; the city of its base is not said twice."""
        written = run_as_written(run)
        values = {name: str(written.get(name) or "") for name in RUN_FIELDS} | {
            "taken": str(run.taken),
            "amount": written["price"]["amount"].removesuffix(".00"),
            "currency": run.currency,
            "online": run.online,
        }
        if run.base and run.base.city_id == run.city_id:
            values["city"] = ""
        return cls(values, bases)

    @classmethod
    def typed(cls, post: QueryDict, bases: list[TrainingBase]) -> "RunForm":
        """What was sent, whatever it is."""
        return cls({name: word_sent(post, name).strip() for name in RUN_FIELDS} | {"online": "online" in post}, bases)

    def as_written(self) -> dict[str, Any]:
        """In the shape in which a run is written; values stay as typed."""
        names = ("starts_on", "ends_on", "seats", "taken", "online", "city")
        price = {"amount": amount_meant(self.values["amount"]), "currency": self.values["currency"] or "CNY"}
        return {name: self.values[name] for name in names} | {"base": self.values["base"] or None, "price": price}

    def blame(self, faults: Iterable[FieldError]) -> None:
        """Put every fault at its field, in the order of the page."""
        self.errors = faults_by_field(faults, self._field_of, ("", *RUN_FIELDS))

    def _field_of(self, path: Path) -> str:
        match path:
            case ("price", "currency"):
                return "currency"
            case ("price", *_rest):
                return "amount"
            case (str(name), *_rest) if name in (*RUN_FIELDS, "online"):
                return name
        return ""

    @property
    def cities(self) -> Pairs:
        return city_options(self.values["city"])

    @property
    def places(self) -> Pairs:
        known = [(str(base.public_id), f"{base} · {base.city}" if base.city else str(base)) for base in self.bases]
        return with_typed([("", _("none")), *known], self.values["base"])


def body_options(bodies: Iterable[Organisation]) -> Pairs:
    """The organisations that a person may post for."""
    return [(str(body.public_id), str(body)) for body in bodies]
