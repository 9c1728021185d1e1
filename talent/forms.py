"""The form of a profile: what was typed, in the shape in which a profile is written, and every fault at its field."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later

from accounts.errors import FieldError
from accounts.forms import Path
from accounts.models import City
from accounts.prose import Level, ProseLanguage, SpokenLanguage, WorkKind
from skills.inputs import skills_by_code
from skills.models import Skill
from skills.pasted import Accepted, Found, Pasted, Proposal
from skills.search import search_skills

from .inputs import profile_as_written
from .models import Claim, Profile

FOUND_AT_ONCE = 8
DECISIONS = {"accept", "accept_all", "reject"}  # buttons for what was found in the text
DENIED = later("the text says you have not done it")
UNREADABLE = "\ufffd"  # what stands where bytes were no text
PROSE = ("name", "contact", "headline", "text")
PLAIN = (*PROSE, "language", "city", "available_from")
OPEN_QUESTIONS = ("adult", "moves", "remote")  # yes, no, or not stated

Pairs = list[tuple[str, str | Promise]]


@dataclass
class ClaimRow:
    """One skill that the person declares, as it stands on the form."""

    number: int
    code: str
    level: str = ""
    evidence: str = ""
    source: str = Claim.Source.SELF.value
    skill: Skill | None = None
    found: Found | None = None  # where the text shows it
    confirmed: list[Claim] = field(default_factory=list)
    new: bool = False  # added and not saved yet
    focus: bool | None = None  # the cursor stands here; None leaves the attribute out
    errors: dict[str, list[str]] = field(default_factory=dict)

    @property
    def label(self) -> str:
        return self.skill.label if self.skill else self.code

    @property
    def level_name(self) -> str:
        return f"level-{self.number}"

    @property
    def evidence_name(self) -> str:
        return f"evidence-{self.number}"

    @property
    def remarks(self) -> list[str]:
        return self.found.remarks_beside(self.level, DENIED) if self.found else []

    def as_written(self) -> dict[str, Any]:
        return {"skill": self.code, "level": self.level, "evidence": self.evidence, "source": self.source}


@dataclass(frozen=True)
class ConfirmedRow:
    """One skill that others stand for and that the person does not declare."""

    claim: Claim
    found: Found | None

    @property
    def remarks(self) -> list[str]:
        return self.found.remarks_beside(str(self.claim.level), DENIED) if self.found else []


@dataclass
class SpokenRow:
    """One language, as it stands on the form."""

    number: int
    code: str = ""
    level: str = ""
    focus: bool | None = None
    errors: list[str] = field(default_factory=list)

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
        steps: Pairs = [(str(level.value), f"{level.value} · {level.label}") for level in Level]
        return with_typed([("", _("level")), *steps], self.level)


@dataclass
class ProfileForm:
    """A profile as its person typed it: nothing is checked here that the domain checks, and nothing typed is lost."""

    profile: Profile
    values: dict[str, Any]
    claims: list[ClaimRow]
    spoken: list[SpokenRow]
    query: str = ""  # of the skill that is looked for
    found: list[Skill] | None = None
    note: str = ""
    unsaved: bool = False
    looks_for_skill: bool = False  # the cursor stands in the search field
    pasted: Pasted | None = None  # the text with its skills, once somebody asked for them
    errors: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, profile: Profile) -> "ProfileForm":
        """The form as the profile stands."""
        written = profile_as_written(profile)
        values = {name: written[name] or "" for name in PLAIN}
        values |= {name: {True: "yes", False: "no", None: ""}[written[name]] for name in OPEN_QUESTIONS}
        values["kinds"] = written["kinds"]
        claims = [
            ClaimRow(number, row["skill"], str(row["level"]), row["evidence"], row["source"])
            for number, row in enumerate(written["claims"])
        ]
        languages = enumerate(written["languages"].items())
        spoken = [SpokenRow(number, code, str(level)) for number, (code, level) in languages]
        return cls(profile, values, claims, [*spoken, SpokenRow(len(spoken))])

    @classmethod
    def typed(cls, profile: Profile, post: QueryDict) -> "ProfileForm":
        """What was sent, whatever it is."""
        values: dict[str, Any] = {name: post.get(name, "") for name in (*PLAIN, *OPEN_QUESTIONS)}
        values["text"] = values["text"].replace("\r\n", "\n")
        values["kinds"] = post.getlist("kinds")
        standing = dict(declared_by(profile).values_list("skill__code", "source"))
        claims = [
            ClaimRow(
                place,
                post.get(f"skill-{number}", ""),
                post.get(f"level-{number}", ""),
                post.get(f"evidence-{number}", ""),
                post.get(f"source-{number}", standing.get(post.get(f"skill-{number}", ""), Claim.Source.SELF.value)),
                new=post.get(f"skill-{number}", "") not in standing,
            )
            for place, number in enumerate(_numbers(post, "skill"))
        ]
        spoken = [
            SpokenRow(place, post.get(f"spoken-{number}", ""), post.get(f"spoken_level-{number}", ""))
            for place, number in enumerate(_numbers(post, "spoken"))
        ]
        form = cls(profile, values, claims, spoken or [SpokenRow(0)], query=post.get("q", "").strip(), unsaved=True)
        form.pasted = Pasted.sent(post, values["text"], DENIED)
        return form

    def rearranged(self, post: QueryDict) -> bool:
        """Whether the button that was pressed only changes the form; then it is changed."""
        if self.pasted and DECISIONS & set(post):
            self._decide(self.pasted, post)
        elif code := post.get("add", "")[:100]:
            self.add(code)
        elif "remove" in post:
            numbers = _numbers(post, "skill")
            self.looks_for_skill = True
            numbered = list(zip(self.claims, numbers, strict=True))
            if self.pasted:
                for row in (row for row, number in numbered if str(number) == post["remove"]):
                    self.pasted.leave_out(row.code)
            self.claims = [row for row, number in numbered if str(number) != post["remove"]]
            for place, row in enumerate(self.claims):
                row.number = place
        elif "more_languages" in post:
            self.spoken.append(SpokenRow(len(self.spoken), focus=True))
        elif "find" in post or (self.query and not post.get("do")):
            # The second is Return in the search field: it presses the first button of the form.
            self.find()
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
            accepted = pasted.accepted_all({*self._confirmed_codes(), *(row.code for row in self.claims)})
        for one in accepted:
            if any(row.code == one.code for row in self.claims):
                continue
            row = ClaimRow(len(self.claims), one.code, one.level, new=True)
            if one.found:
                row.source, row.evidence = Claim.Source.TEXT.value, one.found.evidence
            self.claims.append(row)
        pasted.held = {*self._confirmed_codes(), *(row.code for row in self.claims)}
        self.looks_for_skill = not pasted.open

    def find(self) -> None:
        """Look for the skill that was typed."""
        self.looks_for_skill = True
        self.found = list(search_skills(self.query)[:FOUND_AT_ONCE])

    def add(self, code: str) -> None:
        """One more skill, without a level yet: only its person knows that."""
        self.query = ""
        if any(row.code == code for row in self.claims):
            self.looks_for_skill = True
            self.note = _("This skill is there already; each stands once.")
        else:
            self.claims.append(ClaimRow(len(self.claims), code, new=True, focus=True))
            self.unsaved = True

    def as_written(self) -> dict[str, Any]:
        """In the shape in which a profile is written; values stay as typed. The switch is not part of this form."""
        answers = {"yes": True, "no": False, "": None}
        open_questions = {name: answers.get(self.values[name], self.values[name]) for name in OPEN_QUESTIONS}
        return (
            {name: self.values[name] for name in (*PLAIN, "kinds")}
            | open_questions
            | {
                "claims": [row.as_written() for row in self.claims],
                "languages": {row.code: row.level for row in self.spoken if row.code},
            }
        )

    def faults(self) -> list[FieldError]:
        """What only the form can see: bytes that were no text, and a language that stands twice."""
        unreadable = _("There are characters in it that cannot be read; please type them again.")
        found = [FieldError((name,), "unreadable", unreadable) for name in PROSE if UNREADABLE in self.values[name]]
        found += [
            FieldError(("claims", row.number, "evidence"), "unreadable", unreadable)
            for row in self.claims
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
            blamed.setdefault(self._field_of(fault.path), []).append(str(fault.detail))
        order = {name: place for place, name in enumerate(self._names())}
        self.errors = dict(sorted(blamed.items(), key=lambda item: order.get(item[0], 0)))
        for row in self.claims:
            row.errors = {name: blamed.get(f"{name}-{row.number}", []) for name in ("skill", "level", "evidence")}
        for spoken in self.spoken:
            spoken.errors = blamed.get(f"spoken-{spoken.number}", [])

    def _field_of(self, path: Path) -> str:
        """The name of the field for a place in the input; "" is the form as a whole."""
        match path:
            case ("claims", int(number), "level" | "evidence" | "skill" as name):
                return f"{name}-{number}"
            case ("claims", int(number), *_rest):  # its source too: the row says it
                return f"skill-{number}"
            case ("languages", str(code), *_rest):
                # The last of its code: where a language stands twice, the second is the one too many.
                rows = [row.number for row in self.spoken if row.code[:20] == code[:20]]
                return f"spoken-{rows[-1]}" if rows else "spoken-0"
            case (str(name), *_rest) if name in (*PLAIN, *OPEN_QUESTIONS, "kinds", "claims"):
                return name
        return ""

    def _names(self) -> Iterator[str]:
        """Every field in the order of the page."""
        yield from ("", "name", "contact", "headline", "language", "text", "claims")
        for row in self.claims:
            yield from (f"skill-{row.number}", f"level-{row.number}", f"evidence-{row.number}")
        yield from ("kinds", "city", "moves", "remote", "available_from", "adult")
        yield from (f"spoken-{spoken.number}" for spoken in self.spoken)

    def name_skills(self) -> list[ConfirmedRow]:
        """Look up what the rows are called and who confirmed them; gives the confirmed claims that have no row."""
        if self.pasted:
            self.pasted.held = {*self._confirmed_codes(), *(row.code for row in self.claims)}
        skills = skills_by_code([{"skill": row.code} for row in self.claims])
        rows = {row.code: row for row in self.claims}
        for row in self.claims:
            row.skill = skills.get(row.code)
            row.confirmed = []
            row.found = self._found(row.code)
        alone = []
        for claim in confirmed_of(self.profile).select_related("skill", "confirmer"):
            row_of = rows.get(claim.skill.code)
            if row_of is None:
                alone.append(ConfirmedRow(claim, self._found(claim.skill.code)))
            else:
                row_of.confirmed.append(claim)
        return alone

    def _found(self, code: str) -> Found | None:
        return self.pasted.of(code) if self.pasted else None

    def _confirmed_codes(self) -> set[str]:
        return set(confirmed_of(self.profile).values_list("skill__code", flat=True))

    @property
    def asks(self) -> list[Proposal]:
        """What the text shows beside the skills that stand on the profile."""
        return self.pasted.proposals if self.pasted else []

    @property
    def prose_languages(self) -> Pairs:
        return with_typed(list(ProseLanguage.choices), self.values["language"])

    @property
    def kinds(self) -> Pairs:
        known: Pairs = list(WorkKind.choices)
        for typed in self.values["kinds"]:
            known = with_typed(known, typed)
        return known

    @property
    def cities(self) -> Pairs:
        known = ((city.code, str(city)) for city in City.objects.all())
        return with_typed([("", _("not stated")), *known], self.values["city"])

    @property
    def yes_no(self) -> Pairs:
        return [("yes", _("yes")), ("no", _("no")), ("", _("not stated"))]


def declared_by(profile: Profile) -> QuerySet[Claim]:
    """What the person says of themselves; the rest only others can change."""
    return profile.claims.filter(source__in=Claim.SELF_DECLARED, withdrawn_at=None)


def confirmed_of(profile: Profile) -> QuerySet[Claim]:
    """What others say of the person."""
    return profile.claims.exclude(source__in=Claim.SELF_DECLARED).filter(withdrawn_at=None)


def with_typed(options: Pairs, typed: str) -> Pairs:
    """The options, and what was typed where it is none of them, so that it is shown and not lost."""
    return options if any(value == typed for value, _word in options) else [*options, (typed, typed or "–")]


def _numbers(post: Mapping[str, Any], name: str) -> list[int]:
    """The numbers of the rows that were sent, in order."""
    found = (re.fullmatch(rf"{name}-(\d{{1,6}})", key, re.ASCII) for key in post)
    return sorted({int(match[1]) for match in found if match and match[1] == str(int(match[1]))})
