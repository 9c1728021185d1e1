"""The form of a need: what was typed, in the shape in which a need is written, and every fault beside its field."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later

from accounts.errors import FieldError
from accounts.inputs import Input, Prose
from accounts.models import City, Organisation
from accounts.prose import Level, ProseLanguage, SpokenLanguage, WorkKind
from engine.model import ESSENTIAL_FACTOR
from skills.inputs import skills_by_code
from skills.models import Skill
from skills.pasted import Accepted, Found, Pasted, Proposal
from skills.search import search_skills

from .inputs import need_as_written
from .models import Area, Need

FOUND_AT_ONCE = 8
DECISIONS = {"accept", "accept_all", "reject"}  # buttons for what was found in the text
UNREADABLE = "\ufffd"  # what stands where bytes were no text
# The weights that the form offers, as "weight essential"; one set elsewhere is kept and shown as it is.
WEIGHTS: dict[str, str | Promise] = {
    "1.5 essential": later("most of all"),
    "1 essential": later("essential"),
    "1": later("wanted"),
    "0.5": later("nice to have"),
}
NEW_LEVEL, NEW_WEIGHT, WISH_WEIGHT = str(Level.INDEPENDENT.value), "1", "0.5"
DENIED = later("the text says it is not asked for")
# Fields with one value each, in the order of the page.
PLAIN = (
    *("organisation", "title", "language", "text", "kind", "headcount", "city", "starts_on", "remote"),
    *("area", "pay_min", "pay_max", "pay_currency"),
)

Pairs = list[tuple[str, str | Promise]]


def weight_choice(weight: float, essential: bool) -> str:
    """A weight and whether it is essential, as one value of the form."""
    number = repr(float(weight)).removesuffix(".0")
    return f"{number} essential" if essential else number


def weight_words(choice: str) -> str | Promise:
    """How a weight is called; one that has no name says its number."""
    if choice in WEIGHTS:
        return WEIGHTS[choice]
    number, _space, essential = choice.partition(" ")
    said = _("weight %(weight)s, essential") if essential else _("weight %(weight)s")
    return said % {"weight": number or "–"}


def words_of(weight: float, essential: bool) -> str | Promise:
    """How a weight that stands is called."""
    return weight_words(weight_choice(weight, essential))


def counted(weight: float, essential: bool) -> float:
    """How much a skill weighs among the others; an essential one counts twice."""
    return weight * (ESSENTIAL_FACTOR if essential else 1.0)


class Closing(Input):
    """What a firm says when it closes a need."""

    why = Prose(max_length=1000, allow_blank=True, default="")


@dataclass
class SkillRow:
    """One skill as it stands on the form."""

    number: int
    code: str
    level: str
    weight: str
    skill: Skill | None = None
    found: Found | None = None  # where the text shows it
    errors: dict[str, list[str | Promise]] = field(default_factory=dict)

    @property
    def level_name(self) -> str:
        return f"level-{self.number}"

    @property
    def weight_name(self) -> str:
        return f"weight-{self.number}"

    @property
    def label(self) -> str:
        return self.skill.label if self.skill else self.code

    @property
    def weights(self) -> Pairs:
        return with_typed(list(WEIGHTS.items()), self.weight, weight_words(self.weight))

    @property
    def counts(self) -> float:
        """What it weighs, essentials doubled; nothing where no number was typed."""
        number, _space, essential = self.weight.partition(" ")
        try:
            weight = float(number)
        except ValueError:
            return 0.0
        return counted(weight, bool(essential)) if 0 < weight <= 10 else 0.0

    @property
    def remarks(self) -> list[str]:
        return self.found.remarks_beside(self.level, DENIED) if self.found else []

    def as_written(self) -> dict[str, Any]:
        number, _space, essential = self.weight.partition(" ")
        return {"skill": self.code, "min_level": self.level, "weight": number, "essential": essential == "essential"}


@dataclass(frozen=True)
class AskRow:
    """One skill that was found in the text and is not on the form; it counts for nothing until it is accepted."""

    proposal: Proposal

    @property
    def weight(self) -> str:
        return self.proposal.weight or weight_read(self.proposal.found)

    @property
    def weights(self) -> Pairs:
        return with_typed(list(WEIGHTS.items()), self.weight, weight_words(self.weight))


@dataclass
class SpokenRow:
    """One language that is asked for, as it stands on the form; without a language it asks for nothing."""

    number: int
    code: str = ""
    level: str = NEW_LEVEL
    errors: list[str | Promise] = field(default_factory=list)
    focus: bool | None = None  # the cursor stands here; None leaves the attribute out

    @property
    def name(self) -> str:
        return f"spoken-{self.number}"

    @property
    def level_name(self) -> str:
        return f"spoken_level-{self.number}"

    @property
    def languages(self) -> Pairs:
        return with_typed([("", _("none")), *SpokenLanguage.choices], self.code)

    @property
    def levels(self) -> Pairs:
        return with_typed([(str(level.value), f"{level.value} {level.label}") for level in Level], self.level)


@dataclass
class NeedForm:
    """A need as somebody typed it: nothing is checked here that the domain checks, and nothing typed is lost."""

    values: dict[str, Any]
    skills: list[SkillRow]
    spoken: list[SpokenRow]
    query: str = ""  # of the skill that is looked for
    found: list[Skill] | None = None
    note: str = ""
    looks_for_skill: bool = False  # the cursor stands in the search field
    pasted: Pasted | None = None  # the text with its skills, once somebody asked for them
    errors: dict[str, list[str | Promise]] = field(default_factory=dict)

    @classmethod
    def new(cls) -> "NeedForm":
        chinese = (get_language() or "en").startswith("zh")
        language = ProseLanguage.CHINESE if chinese else ProseLanguage.ENGLISH
        start = {"language": language.value, "kind": WorkKind.JOB.value, "headcount": "1", "pay_currency": "CNY"}
        return cls(dict.fromkeys(PLAIN, "") | start | {"remote": False}, [], [SpokenRow(0)])

    @classmethod
    def of(cls, need: Need) -> "NeedForm":
        """The form as the need stands."""
        prefetch_related_objects([need], "skills__skill")
        written = need_as_written(need)
        pay = written["pay"] or {}
        values = {name: "" if written.get(name) is None else str(written[name]) for name in PLAIN} | {
            "organisation": str(need.organisation.public_id),
            "remote": written["remote"],
            "pay_min": (pay.get("min") or "").removesuffix(".00"),
            "pay_max": (pay.get("max") or "").removesuffix(".00"),
            "pay_currency": need.pay_currency,
        }
        skills = [
            SkillRow(number, row["skill"], str(row["min_level"]), weight_choice(row["weight"], row["essential"]))
            for number, row in enumerate(written["skills"])
        ]
        spoken = [SpokenRow(number, code, str(level)) for number, (code, level) in enumerate(need.languages.items())]
        return cls(values, skills, spoken or [SpokenRow(0)])

    @classmethod
    def typed(cls, post: QueryDict) -> "NeedForm":
        """What was sent, whatever it is."""
        values: dict[str, Any] = {name: _word(post, name) for name in PLAIN} | {"remote": "remote" in post}
        values["text"] = values["text"].replace("\r\n", "\n")
        skills = [
            SkillRow(
                place, _word(post, f"skill-{number}"), _word(post, f"level-{number}"), _word(post, f"weight-{number}")
            )
            for place, number in enumerate(_numbers(post, "skill"))
        ]
        spoken = [
            SpokenRow(place, _word(post, f"spoken-{number}"), _word(post, f"spoken_level-{number}"))
            for place, number in enumerate(_numbers(post, "spoken"))
        ]
        form = cls(values, skills, spoken or [SpokenRow(0)], query=_word(post, "q").strip())
        form.pasted = Pasted.sent(post, values["text"], DENIED)
        return form

    def rearranged(self, post: QueryDict) -> bool:
        """Whether the button that was pressed only changes the form; then it is changed."""
        self.looks_for_skill = not post.get("do") and not {"more_languages", *DECISIONS} & set(post)
        if self.pasted and DECISIONS & set(post):
            self._decide(self.pasted, post)
        elif code := _word(post, "add")[:100]:
            self._add(code)
        elif "remove" in post:
            removed = dict(enumerate(_numbers(post, "skill")))
            kept = [row for row in self.skills if str(removed[row.number]) != post["remove"]]
            if self.pasted:
                for row in (row for row in self.skills if row not in kept):
                    self.pasted.leave_out(row.code)
            self.skills = [replaced(row, number) for number, row in enumerate(kept)]
        elif "more_languages" in post:
            self.spoken.append(SpokenRow(len(self.spoken), focus=True))
        elif "find" in post or (self.query and not post.get("do")):
            # The second is Return in the search field: it presses the first button of the form.
            self.found = list(search_skills(self.query)[:FOUND_AT_ONCE])
        else:
            return post.get("do") in ("look", "link")
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
            weight = one.weight or (weight_read(one.found) if one.found else NEW_WEIGHT)
            self.skills.append(SkillRow(len(self.skills), one.code, one.level or NEW_LEVEL, weight))
        pasted.held = {row.code for row in self.skills}
        self.looks_for_skill = not pasted.open

    def _add(self, code: str) -> None:
        self.query = ""
        if any(row.code == code for row in self.skills):
            self.note = _("This skill is there already; each stands once.")
        else:
            self.skills.append(SkillRow(len(self.skills), code, NEW_LEVEL, NEW_WEIGHT))

    def as_written(self) -> dict[str, Any]:
        """In the shape in which a need is written; values stay as typed."""
        names = ("title", "text", "language", "kind", "area", "city", "remote", "headcount", "starts_on")
        pay = {"min": _amount(self.values["pay_min"]), "max": _amount(self.values["pay_max"])}
        currency = {"currency": self.values["pay_currency"] or "CNY"}
        return {name: self.values[name] for name in names} | {
            "skills": [row.as_written() for row in self.skills],
            "languages": {row.code: row.level for row in self.spoken if row.code},
            "pay": pay | currency if any(pay.values()) else None,
        }

    def faults(self) -> list[FieldError]:
        """What only the form can see: bytes that were no text, and a language that stands twice."""
        unreadable = _("There are characters in it that cannot be read; please type them again.")
        names = [name for name in ("title", "text") if UNREADABLE in self.values[name]]
        found = [FieldError((name,), "unreadable", unreadable) for name in names]
        codes = [row.code for row in self.spoken if row.code]
        for code in dict.fromkeys(code for code in codes if codes.count(code) > 1):
            message = _("This language is there already; each stands once.")
            found.append(FieldError(("languages", code), "twice", message))
        return found

    def blame(self, faults: Iterable[FieldError]) -> None:
        """Put every fault at its field, in the order of the page."""
        blamed: dict[str, list[str | Promise]] = {}
        for fault in faults:
            said = blamed.setdefault(self._field_of(fault.path), [])
            if fault.detail not in said:
                said.append(fault.detail)
        order = {name: place for place, name in enumerate(self._names())}
        self.errors = dict(sorted(blamed.items(), key=lambda item: order.get(item[0], 0)))
        for row in self.skills:
            row.errors = {name: blamed.get(f"{name}-{row.number}", []) for name in ("skill", "level", "weight")}
        for spoken in self.spoken:
            spoken.errors = blamed.get(f"spoken-{spoken.number}", [])

    def _field_of(self, path: tuple[str | int, ...]) -> str:
        """The name of the field for a place in the input; "" is the form as a whole."""
        match path:
            case ("skills", int(number), "skill"):
                return f"skill-{number}"
            case ("skills", int(number), "min_level"):
                return f"level-{number}"
            case ("skills", int(number), *_rest):
                return f"weight-{number}"
            case ("languages", str(code), *_rest):
                # The last of its code: where a language stands twice, the second is the one too many.
                rows = [row.number for row in self.spoken if row.code[:20] == code[:20]]
                return f"spoken-{rows[-1]}" if rows else "spoken-0"
            case ("pay", "max"):
                return "pay_max"
            case ("pay", *_rest):
                return "pay_min"
            case (str(name), *_rest) if name in PLAIN or name == "skills":
                return name
        return ""

    def _names(self) -> Iterator[str]:
        """Every field in the order of the page."""
        yield from ("", "organisation", "title", "language", "text", "skills")
        for row in self.skills:
            yield from (f"skill-{row.number}", f"level-{row.number}", f"weight-{row.number}")
        yield from ("kind", "headcount", "city", "starts_on", "remote")
        yield from (spoken.name for spoken in self.spoken)
        yield from ("area", "pay_min", "pay_max")

    def name_skills(self) -> None:
        """Look up what the rows' codes are called, all at once."""
        skills = skills_by_code([{"skill": row.code} for row in self.skills])
        for row in self.skills:
            row.skill = skills.get(row.code)
            row.found = self.pasted.of(row.code) if self.pasted else None
        if self.pasted:
            self.pasted.held = {row.code for row in self.skills}

    @property
    def asks(self) -> list[AskRow]:
        """What the text shows beside the skills that stand on the form."""
        return [AskRow(proposal) for proposal in self.pasted.proposals] if self.pasted else []

    @property
    def prose_languages(self) -> Pairs:
        return with_typed(list(ProseLanguage.choices), self.values["language"])

    @property
    def kinds(self) -> Pairs:
        return with_typed([(kind.value, capfirst(kind.label)) for kind in WorkKind], self.values["kind"])

    @property
    def areas(self) -> Pairs:
        areas = [(area.code, str(area)) for area in Area.objects.all()]
        return with_typed([("", _("not stated")), *areas], self.values["area"])

    @property
    def cities(self) -> Pairs:
        cities = [(city.code, str(city)) for city in City.objects.all()]
        return with_typed([("", _("not stated")), *cities], self.values["city"])


def weight_read(found: Found) -> str:
    """The weight that a text suggests; which skills are essential is for the firm to say."""
    return WISH_WEIGHT if found.wished else NEW_WEIGHT


def with_typed(options: Pairs, typed: str, called: str | Promise = "") -> Pairs:
    """The options, and what was typed where it is none of them, so that it is shown and not lost."""
    return options if any(value == typed for value, _word in options) else [*options, (typed, called or typed or "–")]


def replaced(row: SkillRow, number: int) -> SkillRow:
    """The same row at another place."""
    return SkillRow(number, row.code, row.level, row.weight)


def firm_options(firms: Iterable[Organisation]) -> Pairs:
    """The firms that a person may post for."""
    return [(str(firm.public_id), str(firm)) for firm in firms]


def _word(post: QueryDict, name: str) -> str:
    """The last value sent under a name; nothing where there is none."""
    return str(post.get(name, ""))


def _numbers(post: Mapping[str, Any], name: str) -> list[int]:
    """The numbers of the rows that were sent, in order."""
    found = (re.fullmatch(rf"{name}-(\d{{1,6}})", key, re.ASCII) for key in post)
    return sorted({int(match[1]) for match in found if match and match[1] == str(int(match[1]))})


def _amount(typed: str) -> str | None:
    """An amount without the commas between its thousands, or None where nothing was typed."""
    amount = typed.strip()
    return (amount.replace(",", "") if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", amount, re.ASCII) else amount) or None
