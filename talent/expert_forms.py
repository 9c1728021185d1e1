"""The form of an expert: what was typed, in the shape in which it is written, and every fault beside its field."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later

from accounts.errors import FieldError
from accounts.form_rows import (
    Pairs,
    SpokenRow,
    city_options,
    readers_language,
    spoken_field,
    spoken_sent,
    spoken_twice,
    with_typed,
    word_sent,
)
from accounts.forms import Path
from skills.on_forms import FormWithSkills, SkillRow

from .expert_inputs import expert_as_written, fields_of_advice
from .models import Expert

PROSE = ("name_en", "name_zh", "headline", "text")
PLAIN = (*PROSE, "organisation", "language", "city", "days_a_month", "available_from")
OPEN_QUESTIONS = ("travels", "remote")  # yes, no, or not stated
SEVERAL = ("advice", "fields")
MYSELF = "self"  # who posts it, where that is the person


@dataclass
class ExpertForm(FormWithSkills[SkillRow]):
    """An expert as somebody typed it."""

    spoken: list[SpokenRow]

    prose = PROSE
    denied = later("the text says it was not done")

    @classmethod
    def new(cls, *, name: str = "", organisation: str = "") -> "ExpertForm":
        """An empty form in the reader's language; a person's own begins with their name."""
        values: dict[str, Any] = dict.fromkeys((*PLAIN, *OPEN_QUESTIONS), "") | {name: [] for name in SEVERAL}
        names = {"name_en": name} if name.isascii() else {"name_zh": name}
        start = {"language": readers_language().value, "organisation": organisation}
        return cls(values | names | start, [], [SpokenRow(0)])

    @classmethod
    def of(cls, expert: Expert) -> "ExpertForm":
        """The form as the profile stands."""
        written = expert_as_written(expert)
        values = {name: written[name] or "" for name in PLAIN if name in written}
        values |= {name: {True: "yes", False: "no", None: ""}[written[name]] for name in OPEN_QUESTIONS}
        values |= {name: written[name] for name in SEVERAL} | {"organisation": ""}
        values |= {"name_en": written["name"]["en"], "name_zh": written["name"]["zh-Hans"]}
        skills = [
            SkillRow(number, row["skill"], str(row["level"]), evidence=row["evidence"])
            for number, row in enumerate(written["skills"])
        ]
        languages = enumerate(written["languages"].items())
        spoken = [SpokenRow(number, code, str(level)) for number, (code, level) in languages]
        return cls(values, skills, [*spoken, SpokenRow(len(spoken))])

    @classmethod
    def typed(cls, post: QueryDict) -> "ExpertForm":
        """What was sent, whatever it is."""
        values: dict[str, Any] = {name: word_sent(post, name) for name in (*PLAIN, *OPEN_QUESTIONS)}
        values |= {name: post.getlist(name) for name in SEVERAL}
        form = cls(values, cls.rows_sent(post), spoken_sent(post, SpokenRow))
        form.read_on(post)
        return form

    def rearranged_otherwise(self, post: QueryDict) -> bool:
        if "more_languages" not in post:
            return False
        self.spoken.append(SpokenRow(len(self.spoken), focus=True))
        return True

    def as_written(self) -> dict[str, Any]:
        """In the shape in which a profile is written; values stay as typed. A partner's key is not part of the form."""
        answers = {"yes": True, "no": False, "": None}
        return (
            {name: self.values[name] for name in ("headline", "text", "language", "city", "available_from", *SEVERAL)}
            | {name: answers.get(self.values[name], self.values[name]) for name in OPEN_QUESTIONS}
            | {
                "name": {"en": self.values["name_en"], "zh-Hans": self.values["name_zh"]},
                "days_a_month": self.values["days_a_month"].strip() or None,
                "skills": [row.as_written() for row in self.skills],
                "languages": {row.code: row.level for row in self.spoken if row.code},
            }
        )

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
            case ("skills", int(number), "level" | "evidence" | "skill" as name):
                return f"{name}-{number}"
            case ("name", "zh-Hans"):
                return "name_zh"
            case ("name", *_rest):
                return "name_en"
            case ("languages", str(code), *_rest):
                return spoken_field(self.spoken, code)
            case (str(name), *_rest) if name in (*PLAIN, *OPEN_QUESTIONS, *SEVERAL, "skills"):
                return name
        return ""

    def names(self) -> Iterator[str]:
        """Every field in the order of the page."""
        yield from ("", "organisation", "name_en", "name_zh", "headline", "text", "language", "skills")
        yield from self.row_names()
        yield from (*SEVERAL, "city", "days_a_month", "available_from", *OPEN_QUESTIONS)
        yield from (spoken.name for spoken in self.spoken)

    @property
    def kinds_of_advice(self) -> Pairs:
        return self._several("advice", advice_options())

    @property
    def fields(self) -> Pairs:
        return self._several("fields", field_options())

    @property
    def cities(self) -> Pairs:
        return city_options(self.values["city"])

    @property
    def yes_no(self) -> Pairs:
        return [("yes", _("yes")), ("no", _("no")), ("", _("not stated"))]

    def _several(self, name: str, known: Pairs) -> Pairs:
        for typed in self.values[name]:
            known = with_typed(known, typed)
        return known


def advice_options() -> Pairs:
    """Every kind of advice."""
    return [(kind.value, capfirst(kind.label)) for kind in Expert.Advice]


def field_options() -> Pairs:
    """Every field, by its code."""
    return [(group.code, str(group)) for group in fields_of_advice()]
