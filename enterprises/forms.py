"""The form of a need: what was typed, in the shape in which a need is written, and every fault beside its field."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import prefetch_related_objects
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later

from accounts.errors import FieldError
from accounts.form_rows import (
    Pairs,
    SpokenRow,
    amount_meant,
    city_options,
    readers_language,
    spoken_field,
    spoken_sent,
    spoken_twice,
    with_typed,
    word_sent,
)
from accounts.forms import Path
from accounts.models import Organisation
from accounts.prose import Level, WorkKind
from engine.model import ESSENTIAL_FACTOR
from skills.on_forms import FormWithSkills, SkillRow
from skills.pasted import Accepted, Found, Proposal

from .inputs import need_as_written
from .models import Area, Need

# The weights that the form offers, as "weight essential"; one set elsewhere is kept and shown as it is.
WEIGHTS: dict[str, str | Promise] = {
    "1.5 essential": later("most of all"),
    "1 essential": later("essential"),
    "1": later("wanted"),
    "0.5": later("nice to have"),
}
NEW_LEVEL, NEW_WEIGHT, WISH_WEIGHT = str(Level.INDEPENDENT.value), "1", "0.5"
# Fields with one value each, in the order of the page.
PLAIN = (
    *("organisation", "title", "language", "text", "kind", "headcount", "city", "starts_on", "remote"),
    *("area", "pay_min", "pay_max", "pay_currency"),
)


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


@dataclass
class NeedSkillRow(SkillRow):
    """One skill that a need asks for: a level at least, and how much it weighs."""

    weight: str = ""

    fields: ClassVar[tuple[str, ...]] = ("level", "weight")

    @property
    def weight_name(self) -> str:
        return f"weight-{self.number}"

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
class AskedLanguageRow(SpokenRow):
    """One language that is asked for, at a level at least."""

    level: str = NEW_LEVEL

    @property
    def levels(self) -> Pairs:
        return with_typed([(str(level.value), f"{level.value} {level.label}") for level in Level], self.level)


@dataclass
class NeedForm(FormWithSkills[NeedSkillRow]):
    """A need as somebody typed it."""

    spoken: list[AskedLanguageRow]

    row = NeedSkillRow
    denied = later("the text says it is not asked for")

    @classmethod
    def new(cls) -> "NeedForm":
        start = {"language": readers_language().value, "kind": WorkKind.JOB.value, "headcount": "1"}
        start |= {"pay_currency": "CNY"}
        return cls(dict.fromkeys(PLAIN, "") | start | {"remote": False}, [], [AskedLanguageRow(0)])

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
            NeedSkillRow(
                number, row["skill"], str(row["min_level"]), weight=weight_choice(row["weight"], row["essential"])
            )
            for number, row in enumerate(written["skills"])
        ]
        languages = enumerate(need.languages.items())
        spoken = [AskedLanguageRow(number, code, str(level)) for number, (code, level) in languages]
        return cls(values, skills, spoken or [AskedLanguageRow(0)])

    @classmethod
    def typed(cls, post: QueryDict) -> "NeedForm":
        """What was sent, whatever it is."""
        values: dict[str, Any] = {name: word_sent(post, name) for name in PLAIN} | {"remote": "remote" in post}
        form = cls(values, cls.rows_sent(post), spoken_sent(post, AskedLanguageRow))
        form.read_on(post)
        return form

    def rearranged_otherwise(self, post: QueryDict) -> bool:
        if "more_languages" not in post:
            return False
        self.spoken.append(AskedLanguageRow(len(self.spoken), focus=True))
        return True

    def added(self, number: int, code: str) -> NeedSkillRow:
        return NeedSkillRow(number, code, NEW_LEVEL, weight=NEW_WEIGHT)

    def accepted(self, number: int, one: Accepted) -> NeedSkillRow:
        weight = one.weight or (weight_read(one.found) if one.found else NEW_WEIGHT)
        return NeedSkillRow(number, one.code, one.level or NEW_LEVEL, weight=weight)

    def as_written(self) -> dict[str, Any]:
        """In the shape in which a need is written; values stay as typed."""
        names = ("title", "text", "language", "kind", "area", "city", "remote", "headcount", "starts_on")
        pay = {"min": amount_meant(self.values["pay_min"]), "max": amount_meant(self.values["pay_max"])}
        currency = {"currency": self.values["pay_currency"] or "CNY"}
        return {name: self.values[name] for name in names} | {
            "skills": [row.as_written() for row in self.skills],
            "languages": {row.code: row.level for row in self.spoken if row.code},
            "pay": pay | currency if any(pay.values()) else None,
        }

    def faults(self) -> list[FieldError]:
        """What only the form can see: bytes that were no text, and a language that stands twice."""
        return super().faults() + spoken_twice(self.spoken)

    def blame(self, faults: Iterable[FieldError]) -> None:
        super().blame(faults)
        for spoken in self.spoken:
            spoken.errors = self.errors.get(spoken.name, [])

    def field_of(self, path: Path) -> str:
        """The name of the field for a place in the input; "" is the form as a whole."""
        match path:
            case ("skills", int(number), "skill"):
                return f"skill-{number}"
            case ("skills", int(number), "min_level"):
                return f"level-{number}"
            case ("skills", int(number), *_rest):
                return f"weight-{number}"
            case ("languages", str(code), *_rest):
                return spoken_field(self.spoken, code)
            case ("pay", "max"):
                return "pay_max"
            case ("pay", *_rest):
                return "pay_min"
            case (str(name), *_rest) if name in PLAIN or name == "skills":
                return name
        return ""

    def names(self) -> Iterator[str]:
        """Every field in the order of the page."""
        yield from ("", "organisation", "title", "language", "text", "skills")
        yield from self.row_names()
        yield from ("kind", "headcount", "city", "starts_on", "remote")
        yield from (spoken.name for spoken in self.spoken)
        yield from ("area", "pay_min", "pay_max")

    @property
    def asks(self) -> list[AskRow]:
        """What the text shows beside the skills that stand on the form."""
        return [AskRow(proposal) for proposal in super().asks]

    @property
    def kinds(self) -> Pairs:
        return with_typed([(kind.value, capfirst(kind.label)) for kind in WorkKind], self.values["kind"])

    @property
    def areas(self) -> Pairs:
        areas = [(area.code, str(area)) for area in Area.objects.all()]
        return with_typed([("", _("not stated")), *areas], self.values["area"])

    @property
    def cities(self) -> Pairs:
        return city_options(self.values["city"])


def weight_read(found: Found) -> str:
    """The weight that a text suggests; which skills are essential is for the firm to say."""
    return WISH_WEIGHT if found.wished else NEW_WEIGHT


def firm_options(firms: Iterable[Organisation]) -> Pairs:
    """The firms that a person may post for."""
    return [(str(firm.public_id), str(firm)) for firm in firms]
