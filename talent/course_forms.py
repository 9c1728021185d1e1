"""The forms of a course and of a run: what was typed, in the shape in which it is written, every fault beside it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later

from accounts.errors import FieldError
from accounts.forms import Path
from accounts.models import City, Organisation
from accounts.prose import Level, ProseLanguage, SpokenLanguage
from skills.inputs import skills_by_code
from skills.models import Skill
from skills.pasted import Accepted, Found, Pasted, Proposal
from skills.search import search_skills

from .course_inputs import course_as_written, run_as_written
from .forms import DECISIONS, FOUND_AT_ONCE, UNREADABLE, Pairs, with_typed
from .models import Course, CourseRun, TrainingBase

DENIED = later("the text says it is not taught")
NEW_LEVEL = str(Level.INDEPENDENT.value)
COURSE_FIELDS = ("organisation", "title", "language", "text", "taught_in", "weeks", "hours")
RUN_FIELDS = ("starts_on", "ends_on", "seats", "taken", "amount", "currency", "city", "base")


@dataclass
class SkillRow:
    """One skill as it stands on the form: the level asked for on entry and the level reached, either may be empty."""

    number: int
    code: str
    level: str = ""
    entry: str = ""
    evidence: str = ""
    skill: Skill | None = None
    found: Found | None = None  # where the text shows it
    errors: dict[str, list[str]] = field(default_factory=dict)

    @property
    def label(self) -> str:
        return self.skill.label if self.skill else self.code

    @property
    def level_name(self) -> str:
        return f"level-{self.number}"

    @property
    def entry_name(self) -> str:
        return f"entry-{self.number}"

    @property
    def entries(self) -> Pairs:
        return with_typed([("", pgettext("level", "nothing")), *_levels()], self.entry)

    @property
    def reached(self) -> bool:
        """Whether the row says what the course leads to; a row that says nothing is told so there."""
        return bool(self.level) or not self.entry

    @property
    def remarks(self) -> list[str]:
        return self.found.remarks_beside(self.level, DENIED) if self.found else []


@dataclass
class CourseForm:
    """A course as somebody typed it: nothing is checked here that the domain checks, and nothing typed is lost."""

    values: dict[str, Any]
    skills: list[SkillRow]
    query: str = ""  # of the skill that is looked for
    found: list[Skill] | None = None
    note: str = ""
    looks_for_skill: bool = False  # the cursor stands in the search field
    pasted: Pasted | None = None  # the text with its skills, once somebody asked for them
    errors: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def new(cls) -> "CourseForm":
        chinese = (get_language() or "en").startswith("zh")
        language = ProseLanguage.CHINESE if chinese else ProseLanguage.ENGLISH
        start = {"language": language.value, "taught_in": SpokenLanguage.CHINESE.value}
        return cls(dict.fromkeys(COURSE_FIELDS, "") | start, [])

    @classmethod
    def of(cls, course: Course) -> "CourseForm":
        """The form as the course stands."""
        written = course_as_written(course)
        values = {name: "" if written.get(name) is None else str(written[name]) for name in COURSE_FIELDS}
        values["organisation"] = str(course.organisation.public_id)
        entry = {row["skill"]: str(row["level"]) for row in written["entry_levels"]}
        rows = [
            SkillRow(number, row["skill"], str(row["level"]), entry.pop(row["skill"], ""), row["evidence"])
            for number, row in enumerate(written["skills"])
        ]
        rows += [SkillRow(len(rows) + place, code, "", level) for place, (code, level) in enumerate(entry.items())]
        return cls(values, rows)

    @classmethod
    def typed(cls, post: QueryDict) -> "CourseForm":
        """What was sent, whatever it is."""
        values: dict[str, Any] = {name: _word(post, name) for name in COURSE_FIELDS}
        values["text"] = values["text"].replace("\r\n", "\n")
        skills = [
            SkillRow(
                place,
                _word(post, f"skill-{number}"),
                _word(post, f"level-{number}"),
                _word(post, f"entry-{number}"),
                _word(post, f"evidence-{number}"),
            )
            for place, number in enumerate(_numbers(post, "skill"))
        ]
        form = cls(values, skills, query=_word(post, "q").strip())
        form.pasted = Pasted.sent(post, values["text"], DENIED)
        return form

    def rearranged(self, post: QueryDict) -> bool:
        """Whether the button that was pressed only changes the form; then it is changed."""
        self.looks_for_skill = not post.get("do") and not DECISIONS & set(post)
        if self.pasted and DECISIONS & set(post):
            self._decide(self.pasted, post)
        elif code := _word(post, "add")[:100]:
            self._add(code)
        elif "remove" in post:
            self._remove(dict(enumerate(_numbers(post, "skill"))), _word(post, "remove"))
        elif "find" in post or (self.query and not post.get("do")):
            # The second is Return in the search field: it presses the first button of the form.
            self.found = list(search_skills(self.query)[:FOUND_AT_ONCE])
        else:
            return post.get("do") == "link"
        return True

    def _decide(self, pasted: Pasted, post: QueryDict) -> None:
        """Take skills over from the text, or leave one out."""
        accepted: list[Accepted] = []
        if number := _word(post, "reject"):
            pasted.reject(number)
        elif number := _word(post, "accept"):
            accepted = pasted.accepted(number)
        elif "accept_all" in post:
            accepted = pasted.accepted_all({row.code for row in self.skills})
        for one in accepted:
            if any(row.code == one.code for row in self.skills):
                continue
            evidence = one.found.evidence if one.found else ""
            self.skills.append(SkillRow(len(self.skills), one.code, one.level or NEW_LEVEL, evidence=evidence))
        pasted.held = {row.code for row in self.skills}
        self.looks_for_skill = not pasted.open

    def _add(self, code: str) -> None:
        self.query = ""
        if any(row.code == code for row in self.skills):
            self.note = _("This skill is there already; each stands once.")
        else:
            self.skills.append(SkillRow(len(self.skills), code, NEW_LEVEL))

    def _remove(self, sent: Mapping[int, int], number: str) -> None:
        kept = [row for row in self.skills if str(sent[row.number]) != number]
        if self.pasted:
            for row in (row for row in self.skills if row not in kept):
                self.pasted.leave_out(row.code)
        for place, row in enumerate(kept):
            row.number = place
        self.skills = kept

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

    def _rows(self, name: str) -> list[SkillRow]:
        """The rows that one of the two lists of a course is made of, in order."""
        return [row for row in self.skills if (row.reached if name == "skills" else row.entry)]

    def faults(self) -> list[FieldError]:
        """What only the form can see: bytes that were no text."""
        names = [name for name in ("title", "text") if UNREADABLE in self.values[name]]
        return [FieldError((name,), "unreadable", _unreadable()) for name in names]

    def blame(self, faults: Iterable[FieldError]) -> None:
        """Put every fault at its field, in the order of the page."""
        self.errors = _blamed(faults, self._field_of, list(self._names()))
        for row in self.skills:
            row.errors = {name: self.errors.get(f"{name}-{row.number}", []) for name in ("skill", "level", "entry")}

    def _field_of(self, path: Path) -> str:
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

    def _names(self) -> Iterator[str]:
        """Every field in the order of the page."""
        yield from ("", "organisation", "title", "text", "language", "skills")
        for row in self.skills:
            yield from (f"skill-{row.number}", row.entry_name, row.level_name)
        yield from ("taught_in", "weeks", "hours")

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
        return cls({name: _word(post, name).strip() for name in RUN_FIELDS} | {"online": "online" in post}, bases)

    def as_written(self) -> dict[str, Any]:
        """In the shape in which a run is written; values stay as typed."""
        names = ("starts_on", "ends_on", "seats", "taken", "online", "city")
        price = {"amount": _amount(self.values["amount"]), "currency": self.values["currency"] or "CNY"}
        return {name: self.values[name] for name in names} | {"base": self.values["base"] or None, "price": price}

    def blame(self, faults: Iterable[FieldError]) -> None:
        """Put every fault at its field, in the order of the page."""
        self.errors = _blamed(faults, self._field_of, ["", *RUN_FIELDS])

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


def city_options(typed: str, unsaid: str = "") -> Pairs:
    """The cities of the region, and what was typed."""
    return with_typed(
        [("", unsaid or _("not stated")), *((city.code, str(city)) for city in City.objects.all())], typed
    )


def body_options(bodies: Iterable[Organisation]) -> Pairs:
    """The organisations that a person may post for."""
    return [(str(body.public_id), str(body)) for body in bodies]


def _levels() -> Pairs:
    return [(str(level.value), f"{level.value} {level.label}") for level in Level]


def _unreadable() -> str:
    return _("There are characters in it that cannot be read; please type them again.")


def _blamed(faults: Iterable[FieldError], field_of: Any, order: list[str]) -> dict[str, list[str]]:
    """The faults by the name of their field, in the order of the page."""
    blamed: dict[str, list[str]] = {}
    for fault in faults:
        said = blamed.setdefault(field_of(fault.path), [])
        if str(fault.detail) not in said:
            said.append(str(fault.detail))
    places = {name: place for place, name in enumerate(order)}
    return dict(sorted(blamed.items(), key=lambda item: places.get(item[0], 0)))


def _word(post: QueryDict, name: str) -> str:
    """The last value sent under a name; nothing where there is none."""
    return str(post.get(name, ""))


def _numbers(post: Mapping[str, Any], name: str) -> list[int]:
    """The numbers of the rows that were sent, in order."""
    found = (re.fullmatch(rf"{name}-(\d{{1,6}})", key, re.ASCII) for key in post)
    return sorted({int(match[1]) for match in found if match and match[1] == str(int(match[1]))})


def _amount(typed: str) -> str | None:
    """An amount without the commas between its thousands, or None where nothing was typed."""
    return (typed.replace(",", "") if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", typed, re.ASCII) else typed) or None
