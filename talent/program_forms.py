"""The form of a program: what was typed, in the shape in which a program is written, and every fault at its field."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later

from accounts.errors import FieldError
from accounts.forms import Path
from accounts.models import City, Organisation
from accounts.prose import ProseLanguage, SpokenLanguage
from skills.inputs import skills_by_code
from skills.models import Skill
from skills.pasted import Accepted, Pasted, Proposal
from skills.search import search_skills

from .forms import DECISIONS, FOUND_AT_ONCE, UNREADABLE, ClaimRow, Pairs, _numbers, with_typed
from .models import Course, Intake, Program
from .program_inputs import INTAKE_FIELDS, intake_as_written, intake_values, program_as_written

DENIED = later("the text says that it is not taught")
PROSE = ("title", "text")
PLAIN = ("organisation", "title", "text", "language", "study", "major_code", "taught_in", "city")
ON_THE_PAGE = ("external_id", "starts_on", "ends_on", "enrols_from", "enrols_until", "places", "graduates", "city")
REARRANGING = {"more_courses", "more_intakes", "remove_intake", *DECISIONS}


class StatedRow(ClaimRow):
    """One skill that graduates reach."""

    def as_written(self) -> dict[str, Any]:
        return {"skill": self.code, "level": self.level, "evidence": self.evidence}


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
class ProgramForm:
    """A program as somebody typed it: nothing is checked here that the domain checks, and nothing typed is lost."""

    school: Organisation
    values: dict[str, Any]
    skills: list[StatedRow]
    courses: list[CourseRow]
    intakes: list[IntakeRow]
    query: str = ""  # of the skill that is looked for
    found: list[Skill] | None = None
    note: str = ""
    looks_for_skill: bool = False  # the cursor stands in the search field
    pasted: Pasted | None = None  # the text with its skills, once somebody asked for them
    errors: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def new(cls, school: Organisation) -> "ProgramForm":
        """An empty form in the reader's language, at the kind of study that the school is for."""
        chinese = (get_language() or "en").startswith("zh")
        language = ProseLanguage.CHINESE if chinese else ProseLanguage.ENGLISH
        kinds = Organisation.Kind
        study = {kinds.VOCATIONAL_COLLEGE: Program.Study.COLLEGE, kinds.VOCATIONAL_SCHOOL: Program.Study.SECONDARY}
        start = {
            "organisation": str(school.public_id),
            "language": language.value,
            "study": study.get(kinds(school.kind), Program.Study.BACHELOR).value,
            "taught_in": SpokenLanguage.CHINESE.value,
            "city": school.city.code if school.city else "",
        }
        return cls(school, dict.fromkeys(PLAIN, "") | start, [], [CourseRow(0)], [no_intake(0)])

    @classmethod
    def of(cls, program: Program) -> "ProgramForm":
        """The form as the program stands."""
        written = program_as_written(program)
        values = {name: written[name] or "" for name in PLAIN if name in written} | {"organisation": ""}
        skills = [
            StatedRow(number, row["skill"], str(row["level"]), row["evidence"])
            for number, row in enumerate(written["skills"])
        ]
        courses = [CourseRow(number, key) for number, key in enumerate(written["courses"])]
        intakes = [
            IntakeRow(number, _typed_intake(intake), str(intake.public_id))
            for number, intake in enumerate(program.intakes.select_related("city"))
        ]
        return cls(program.organisation, values, skills, courses or [CourseRow(0)], intakes or [no_intake(0)])

    @classmethod
    def typed(cls, school: Organisation, post: QueryDict) -> "ProgramForm":
        """What was sent, whatever it is."""
        values: dict[str, Any] = {name: post.get(name, "") for name in PLAIN}
        values["text"] = values["text"].replace("\r\n", "\n")
        skills = [
            StatedRow(
                place,
                post.get(f"skill-{number}", ""),
                post.get(f"level-{number}", ""),
                post.get(f"evidence-{number}", ""),
            )
            for place, number in enumerate(_numbers(post, "skill"))
        ]
        courses = [
            CourseRow(place, post.get(f"course-{number}", "")) for place, number in enumerate(_numbers(post, "course"))
        ]
        intakes = [
            IntakeRow(
                place,
                {name: post.get(f"intake_{name}-{number}", "") for name in INTAKE_FIELDS},
                post.get(f"intake-{number}", ""),
            )
            for place, number in enumerate(_numbers(post, "intake"))
        ]
        form = cls(school, values, skills, courses, intakes, query=post.get("q", "").strip())
        form.pasted = Pasted.sent(post, values["text"], DENIED)
        return form

    # What only changes the form ---------------------------------------------------------------------------------------
    def rearranged(self, post: QueryDict) -> bool:
        """Whether the button that was pressed only changes the form; then it is changed."""
        self.looks_for_skill = not post.get("do") and not REARRANGING & set(post)
        if self.pasted and DECISIONS & set(post):
            self._decide(self.pasted, post)
        elif code := post.get("add", "")[:100]:
            self._add(code)
        elif "remove" in post:
            self._remove(_numbers(post, "skill"), post.get("remove", ""))
        elif "more_courses" in post:
            self.courses.append(CourseRow(len(self.courses), focus=True))
        elif "more_intakes" in post:
            self.intakes.append(no_intake(len(self.intakes), focus=True))
        elif "remove_intake" in post:
            numbered = zip(self.intakes, _numbers(post, "intake"), strict=True)
            self.intakes = [row for row, number in numbered if str(number) != post["remove_intake"]]
            _renumber(self.intakes)
        elif "find" in post or (self.query and not post.get("do")):
            # The second is Return in the search field: it presses the first button of the form.
            self.found = list(search_skills(self.query)[:FOUND_AT_ONCE])
        else:
            return post.get("do") in ("look", "link")
        return True

    def _decide(self, pasted: Pasted, post: QueryDict) -> None:
        """Take skills over from the text, or leave one out."""
        accepted: list[Accepted] = []
        if number := post.get("reject", ""):
            pasted.reject(number)
        elif number := post.get("accept", ""):
            accepted = pasted.accepted(number)
        elif "accept_all" in post:
            accepted = pasted.accepted_all({row.code for row in self.skills})
        for one in accepted:
            if not any(row.code == one.code for row in self.skills):
                evidence = one.found.evidence if one.found else ""
                self.skills.append(StatedRow(len(self.skills), one.code, one.level, evidence, new=True))
        pasted.held = {row.code for row in self.skills}
        self.looks_for_skill = not pasted.open

    def _add(self, code: str) -> None:
        """One more skill, without a level yet: only the school knows that."""
        self.query = ""
        if any(row.code == code for row in self.skills):
            self.note = _("This skill is there already; each stands once.")
        else:
            self.skills.append(StatedRow(len(self.skills), code, new=True, focus=True))
            self.looks_for_skill = False

    def _remove(self, numbers: list[int], removed: str) -> None:
        numbered = list(zip(self.skills, numbers, strict=True))
        if self.pasted:
            for row in (row for row, number in numbered if str(number) == removed):
                self.pasted.leave_out(row.code)
        self.skills = [row for row, number in numbered if str(number) != removed]
        _renumber(self.skills)

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

    def faults(self) -> list[FieldError]:
        """What only the form can see: bytes that were no text."""
        unreadable = _("There are characters in it that cannot be read; please type them again.")
        found = [FieldError((name,), "unreadable", unreadable) for name in PROSE if UNREADABLE in self.values[name]]
        return found + [
            FieldError(("skills", row.number, "evidence"), "unreadable", unreadable)
            for row in self.skills
            if UNREADABLE in row.evidence
        ]

    def blame(self, faults: Iterable[FieldError]) -> None:
        """Put every fault at its field, in the order of the page."""
        blamed: dict[str, list[str]] = {}
        for fault in faults:
            said = blamed.setdefault(self._field_of(fault.path), [])
            if str(fault.detail) not in said:
                said.append(str(fault.detail))
        order = {name: place for place, name in enumerate(self._names())}
        self.errors = dict(sorted(blamed.items(), key=lambda item: order.get(item[0], 0)))
        for row in self.skills:
            row.errors = {name: blamed.get(f"{name}-{row.number}", []) for name in ("skill", "level", "evidence")}
        for course in self.courses:
            course.errors = blamed.get(course.name, [])
        for intake in self.intakes:
            intake.errors = {name: blamed.get(named, []) for name, named in intake.names.items()}

    def _field_of(self, path: Path) -> str:
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

    def _names(self) -> Iterator[str]:
        """Every field in the order of the page."""
        yield from ("", "organisation", "title", "text", "language", "skills")
        for row in self.skills:
            yield from (f"skill-{row.number}", f"level-{row.number}", f"evidence-{row.number}")
        yield from ("study", "major_code", "taught_in", "city", "courses")
        yield from (course.name for course in self.courses)
        yield "intakes"
        for intake in self.intakes:
            yield from intake.names.values()

    # What the page shows ----------------------------------------------------------------------------------------------
    def name_skills(self) -> None:
        """Look up what the rows' codes are called, all at once."""
        skills = skills_by_code([{"skill": row.code} for row in self.skills])
        for row in self.skills:
            row.skill = skills.get(row.code)
            row.found = self.pasted.of(row.code) if self.pasted else None
        if self.pasted:
            self.pasted.held = {row.code for row in self.skills}

    @property
    def asks(self) -> list[Proposal]:
        """What the text shows beside the skills that stand on the form."""
        return self.pasted.proposals if self.pasted else []

    @property
    def prose_languages(self) -> Pairs:
        return with_typed(list(ProseLanguage.choices), self.values["language"])

    @property
    def studies(self) -> Pairs:
        known: Pairs = [(study.value, capfirst(study.label)) for study in Program.Study]
        return with_typed(known, self.values["study"])

    @property
    def spoken(self) -> Pairs:
        return with_typed(list(SpokenLanguage.choices), self.values["taught_in"])

    @cached_property
    def _cities(self) -> Pairs:
        return [("", _("not stated")), *((city.code, str(city)) for city in City.objects.all())]

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
            (str(course.public_id), course.title)
            for course in courses
            if course.status != Course.Status.CLOSED or str(course.public_id) in here
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


def _renumber(rows: Sequence[StatedRow | IntakeRow]) -> None:
    for place, row in enumerate(rows):
        row.number = place
