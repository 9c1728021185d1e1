"""The form of a profile: what was typed, in the shape in which a profile is written, and every fault at its field."""

from collections.abc import Iterable, Iterator
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later

from accounts.errors import FieldError
from accounts.form_rows import (
    Pairs,
    SpokenRow,
    city_options,
    numbers_sent,
    spoken_field,
    spoken_sent,
    spoken_twice,
    with_typed,
    word_sent,
)
from accounts.forms import Path
from accounts.prose import WorkKind
from skills.on_forms import FormWithSkills, SkillRow
from skills.pasted import Accepted, Found

from .inputs import profile_as_written
from .models import Claim, Profile

PROSE = ("name", "contact", "headline", "text")
PLAIN = (*PROSE, "language", "city", "available_from")
OPEN_QUESTIONS = ("adult", "moves", "remote")  # yes, no, or not stated


@dataclass
class ClaimRow(SkillRow):
    """One skill that the person declares, as it stands on the form."""

    _: KW_ONLY
    source: str = Claim.Source.SELF.value
    confirmed: list[Claim] = field(default_factory=list)

    def as_written(self) -> dict[str, Any]:
        return super().as_written() | {"source": self.source}


@dataclass(frozen=True)
class ConfirmedRow:
    """One skill that others stand for and that the person does not declare."""

    claim: Claim
    found: Found | None

    @property
    def remarks(self) -> list[str]:
        return self.found.remarks_beside(str(self.claim.level), ProfileForm.denied) if self.found else []


@dataclass
class ProfileForm(FormWithSkills[ClaimRow]):
    """A profile as its person typed it."""

    profile: Profile
    spoken: list[SpokenRow]
    _: KW_ONLY
    unsaved: bool = False

    row = ClaimRow
    rows_are = "claims"
    prose = PROSE
    denied = later("the text says you have not done it")

    @classmethod
    def of(cls, profile: Profile) -> "ProfileForm":
        """The form as the profile stands."""
        written = profile_as_written(profile)
        values = {name: written[name] or "" for name in PLAIN}
        values |= {name: {True: "yes", False: "no", None: ""}[written[name]] for name in OPEN_QUESTIONS}
        values["kinds"] = written["kinds"]
        claims = [
            ClaimRow(number, row["skill"], str(row["level"]), evidence=row["evidence"], source=row["source"])
            for number, row in enumerate(written["claims"])
        ]
        languages = enumerate(written["languages"].items())
        spoken = [SpokenRow(number, code, str(level)) for number, (code, level) in languages]
        return cls(values, claims, profile, [*spoken, SpokenRow(len(spoken))])

    @classmethod
    def typed(cls, profile: Profile, post: QueryDict) -> "ProfileForm":
        """What was sent, whatever it is."""
        values: dict[str, Any] = {name: word_sent(post, name) for name in (*PLAIN, *OPEN_QUESTIONS)}
        values["kinds"] = post.getlist("kinds")
        form = cls(values, cls.rows_sent(post), profile, spoken_sent(post, SpokenRow), unsaved=True)
        form.read_on(post)
        standing = dict(declared_by(profile).values_list("skill__code", "source"))
        for row, number in zip(form.skills, numbers_sent(post, "skill"), strict=True):
            row.source = str(post.get(f"source-{number}", standing.get(row.code, row.source)))
            row.new = row.code not in standing
        return form

    def rearranged_otherwise(self, post: QueryDict) -> bool:
        if "more_languages" not in post:
            return False
        self.spoken.append(SpokenRow(len(self.spoken), focus=True))
        return True

    def add(self, code: str) -> None:
        super().add(code)
        self.unsaved = self.unsaved or not self.note

    def accepted(self, number: int, one: Accepted) -> ClaimRow:
        row = super().accepted(number, one)
        row.source = Claim.Source.TEXT.value if one.found else row.source
        return row

    def held(self) -> set[str]:
        """Codes that stand on the form; what others confirmed stands there too."""
        return super().held() | set(confirmed_of(self.profile).values_list("skill__code", flat=True))

    def as_written(self) -> dict[str, Any]:
        """In the shape in which a profile is written; values stay as typed. The switch is not part of this form."""
        answers = {"yes": True, "no": False, "": None}
        open_questions = {name: answers.get(self.values[name], self.values[name]) for name in OPEN_QUESTIONS}
        return (
            {name: self.values[name] for name in (*PLAIN, "kinds")}
            | open_questions
            | {
                "claims": [row.as_written() for row in self.skills],
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
            case ("claims", int(number), "level" | "evidence" | "skill" as name):
                return f"{name}-{number}"
            case ("claims", int(number), *_rest):  # its source too: the row says it
                return f"skill-{number}"
            case ("languages", str(code), *_rest):
                return spoken_field(self.spoken, code)
            case (str(name), *_rest) if name in (*PLAIN, *OPEN_QUESTIONS, "kinds", "claims"):
                return name
        return ""

    def names(self) -> Iterator[str]:
        """Every field in the order of the page."""
        yield from ("", "name", "contact", "headline", "language", "text", "claims")
        yield from self.row_names()
        yield from ("kinds", "city", "moves", "remote", "available_from", "adult")
        yield from (spoken.name for spoken in self.spoken)

    def name_skills(self) -> list[ConfirmedRow]:
        """Look up what the rows are called and who confirmed them; gives the confirmed claims that have no row."""
        super().name_skills()
        rows = {row.code: row for row in self.skills}
        for row in self.skills:
            row.confirmed = []
        alone = []
        for claim in confirmed_of(self.profile).select_related("skill", "confirmer"):
            row_of = rows.get(claim.skill.code)
            if row_of is None:
                alone.append(ConfirmedRow(claim, self.found_in_text(claim.skill.code)))
            else:
                row_of.confirmed.append(claim)
        return alone

    @property
    def kinds(self) -> Pairs:
        known: Pairs = list(WorkKind.choices)
        for typed in self.values["kinds"]:
            known = with_typed(known, typed)
        return known

    @property
    def cities(self) -> Pairs:
        return city_options(self.values["city"])

    @property
    def yes_no(self) -> Pairs:
        return [("yes", _("yes")), ("no", _("no")), ("", _("not stated"))]


def declared_by(profile: Profile) -> QuerySet[Claim]:
    """What the person says of themselves; the rest only others can change."""
    return profile.claims.filter(source__in=Claim.SELF_DECLARED, withdrawn_at=None)


def confirmed_of(profile: Profile) -> QuerySet[Claim]:
    """What others say of the person."""
    return profile.claims.exclude(source__in=Claim.SELF_DECLARED).filter(withdrawn_at=None)
