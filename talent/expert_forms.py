"""The form of an expert: what was typed, in the shape in which it is written, and every fault beside its field."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later

from accounts.errors import FieldError
from accounts.forms import Path
from accounts.models import City
from accounts.prose import ProseLanguage
from skills.inputs import skills_by_code
from skills.models import Skill
from skills.pasted import Accepted, Pasted, Proposal
from skills.search import search_skills

from .expert_inputs import expert_as_written, fields_of_advice
from .forms import DECISIONS, FOUND_AT_ONCE, UNREADABLE, ClaimRow, Pairs, SpokenRow, _numbers, with_typed
from .models import Expert

DENIED = later("the text says it was not done")
PROSE = ("name_en", "name_zh", "headline", "text")
PLAIN = (*PROSE, "organisation", "language", "city", "days_a_month", "available_from")
OPEN_QUESTIONS = ("travels", "remote")  # yes, no, or not stated
SEVERAL = ("advice", "fields")
MYSELF = "self"  # who posts it, where that is the person


class StatedRow(ClaimRow):
    """One skill that is stated of the expert."""

    def as_written(self) -> dict[str, Any]:
        return {"skill": self.code, "level": self.level, "evidence": self.evidence}


@dataclass
class ExpertForm:
    """An expert as somebody typed it: nothing is checked here that the domain checks, and nothing typed is lost."""

    values: dict[str, Any]
    skills: list[StatedRow]
    spoken: list[SpokenRow]
    query: str = ""  # of the skill that is looked for
    found: list[Skill] | None = None
    note: str = ""
    looks_for_skill: bool = False  # the cursor stands in the search field
    pasted: Pasted | None = None  # the text with its skills, once somebody asked for them
    errors: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def new(cls, *, name: str = "", organisation: str = "") -> "ExpertForm":
        """An empty form in the reader's language; a person's own begins with their name."""
        chinese = (get_language() or "en").startswith("zh")
        language = ProseLanguage.CHINESE if chinese else ProseLanguage.ENGLISH
        values: dict[str, Any] = dict.fromkeys((*PLAIN, *OPEN_QUESTIONS), "") | {name: [] for name in SEVERAL}
        names = {"name_en": name} if name.isascii() else {"name_zh": name}
        return cls(values | names | {"language": language.value, "organisation": organisation}, [], [SpokenRow(0)])

    @classmethod
    def of(cls, expert: Expert) -> "ExpertForm":
        """The form as the profile stands."""
        written = expert_as_written(expert)
        values = {name: written[name] or "" for name in PLAIN if name in written}
        values |= {name: {True: "yes", False: "no", None: ""}[written[name]] for name in OPEN_QUESTIONS}
        values |= {name: written[name] for name in SEVERAL} | {"organisation": ""}
        values |= {"name_en": written["name"]["en"], "name_zh": written["name"]["zh-Hans"]}
        skills = [
            StatedRow(number, row["skill"], str(row["level"]), row["evidence"])
            for number, row in enumerate(written["skills"])
        ]
        languages = enumerate(written["languages"].items())
        spoken = [SpokenRow(number, code, str(level)) for number, (code, level) in languages]
        return cls(values, skills, [*spoken, SpokenRow(len(spoken))])

    @classmethod
    def typed(cls, post: QueryDict) -> "ExpertForm":
        """What was sent, whatever it is."""
        values: dict[str, Any] = {name: post.get(name, "") for name in (*PLAIN, *OPEN_QUESTIONS)}
        values["text"] = values["text"].replace("\r\n", "\n")
        values |= {name: post.getlist(name) for name in SEVERAL}
        skills = [
            StatedRow(
                place,
                post.get(f"skill-{number}", ""),
                post.get(f"level-{number}", ""),
                post.get(f"evidence-{number}", ""),
            )
            for place, number in enumerate(_numbers(post, "skill"))
        ]
        spoken = [
            SpokenRow(place, post.get(f"spoken-{number}", ""), post.get(f"spoken_level-{number}", ""))
            for place, number in enumerate(_numbers(post, "spoken"))
        ]
        form = cls(values, skills, spoken or [SpokenRow(0)], query=post.get("q", "").strip())
        form.pasted = Pasted.sent(post, values["text"], DENIED)
        return form

    def rearranged(self, post: QueryDict) -> bool:
        """Whether the button that was pressed only changes the form; then it is changed."""
        if self.pasted and DECISIONS & set(post):
            self._decide(self.pasted, post)
        elif code := post.get("add", "")[:100]:
            self._add(code)
        elif "remove" in post:
            self._remove(post.get("remove", ""), _numbers(post, "skill"))
        elif "more_languages" in post:
            self.spoken.append(SpokenRow(len(self.spoken), focus=True))
        elif "find" in post or (self.query and not post.get("do")):
            # The second is Return in the search field: it presses the first button of the form.
            self.looks_for_skill = True
            self.found = list(search_skills(self.query)[:FOUND_AT_ONCE])
        else:
            return post.get("do") == "link"
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
            if any(row.code == one.code for row in self.skills):
                continue
            evidence = one.found.evidence if one.found else ""
            self.skills.append(StatedRow(len(self.skills), one.code, one.level, evidence, new=True))
        pasted.held = {row.code for row in self.skills}
        self.looks_for_skill = not pasted.open

    def _add(self, code: str) -> None:
        """One more skill, without a level yet: only who writes it knows that."""
        self.query = ""
        if any(row.code == code for row in self.skills):
            self.looks_for_skill = True
            self.note = _("This skill is there already; each stands once.")
        else:
            self.skills.append(StatedRow(len(self.skills), code, new=True, focus=True))

    def _remove(self, removed: str, numbers: list[int]) -> None:
        self.looks_for_skill = True
        gone = [row for row, number in zip(self.skills, numbers, strict=True) if str(number) == removed]
        for row in gone:
            if self.pasted:
                self.pasted.leave_out(row.code)
        self.skills = [row for row in self.skills if not any(row is one for one in gone)]
        for place, row in enumerate(self.skills):
            row.number = place

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
        unreadable = _("There are characters in it that cannot be read; please type them again.")
        found = [FieldError((name,), "unreadable", unreadable) for name in PROSE if UNREADABLE in self.values[name]]
        found += [
            FieldError(("skills", row.number, "evidence"), "unreadable", unreadable)
            for row in self.skills
            if UNREADABLE in row.evidence
        ]
        codes = [row.code for row in self.spoken if row.code]
        for code in dict.fromkeys(code for code in codes if codes.count(code) > 1):
            message = _("This language is there already; each stands once.")
            found.append(FieldError(("languages", code), "twice", message))
        return found

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
        for spoken in self.spoken:
            spoken.errors = blamed.get(f"spoken-{spoken.number}", [])

    def _field_of(self, path: Path) -> str:
        """The name of the field for a place in the input; "" is the form as a whole."""
        match path:
            case ("skills", int(number), "level" | "evidence" | "skill" as name):
                return f"{name}-{number}"
            case ("name", "zh-Hans"):
                return "name_zh"
            case ("name", *_rest):
                return "name_en"
            case ("languages", str(code), *_rest):
                # The last of its code: where a language stands twice, the second is the one too many.
                rows = [row.number for row in self.spoken if row.code[:20] == code[:20]]
                return f"spoken-{rows[-1]}" if rows else "spoken-0"
            case (str(name), *_rest) if name in (*PLAIN, *OPEN_QUESTIONS, *SEVERAL, "skills"):
                return name
        return ""

    def _names(self) -> Iterator[str]:
        """Every field in the order of the page."""
        yield from ("", "organisation", "name_en", "name_zh", "headline", "text", "language", "skills")
        for row in self.skills:
            yield from (f"skill-{row.number}", f"level-{row.number}", f"evidence-{row.number}")
        yield from (*SEVERAL, "city", "days_a_month", "available_from", *OPEN_QUESTIONS)
        yield from (spoken.name for spoken in self.spoken)

    def name_skills(self) -> None:
        """Look up what the rows' codes are called, all at once."""
        skills = skills_by_code([{"skill": row.code} for row in self.skills])
        if self.pasted:
            self.pasted.held = {row.code for row in self.skills}
        for row in self.skills:
            row.skill = skills.get(row.code)
            row.found = self.pasted.of(row.code) if self.pasted else None

    @property
    def asks(self) -> list[Proposal]:
        """What the text shows beside the skills that stand on the form."""
        return self.pasted.proposals if self.pasted else []

    @property
    def prose_languages(self) -> Pairs:
        return with_typed(list(ProseLanguage.choices), self.values["language"])

    @property
    def kinds_of_advice(self) -> Pairs:
        return self._several("advice", advice_options())

    @property
    def fields(self) -> Pairs:
        return self._several("fields", field_options())

    @property
    def cities(self) -> Pairs:
        return with_typed([("", _("not stated")), *city_options()], self.values["city"])

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


def city_options() -> Pairs:
    return [(city.code, str(city)) for city in City.objects.all()]
