"""What a match looks like over the API and to the command that matches files: every figure and reason of a pair."""

from typing import Annotated, Any, Literal, TypedDict, cast

from accounts.api import (
    CitySmall,
    Moment,
    Names,
    OrganisationSmall,
    city_small,
    example,
    moment,
    names,
    names_of,
    organisation_small,
)
from accounts.models import Organisation
from accounts.prose import ProseLanguage
from engine.model import ENGINE_VERSION
from enterprises.models import Need
from skills.api import SkillSmall
from talent.models import Course, Expert, Program, Pseudonym

from .explanation import ConditionView, Explanation, PartView, SkillName, StrengthView
from .models import Candidate, Match, MatchList

SKILL = {"code": "DT0012", "label": {"en": "Data visualisation", "zh-Hans": "数据可视化"}}
BROADER = {"code": "DT0008", "label": {"en": "Data analysis", "zh-Hans": "数据分析"}}
MATCH = {
    "id": "2f7d0f57-4c0e-4d2b-8f43-91a3f6f0b0aa",
    "rank": 1,
    "score": 0.6875,
    "fit": 0.75,
    "use": 0.5833333333333334,
    "subject": {
        "kind": "student",
        "name": {"en": "Banyan 42", "zh-Hans": "榕树 42"},
        "city": {"code": "foshan", "name": {"en": "Foshan", "zh-Hans": "佛山"}},
    },
    "sentence": "Covers 75 of 100 of what you ask. The essential skill is met. …",
    "parts": [
        {
            "skill": BROADER,
            "essential": True,
            "share": 0.5,
            "wanted": 3,
            "held": 4,
            "evidence": "self",
            "via": None,
            "credit": 1.0,
            "points": 0.5,
            "verdict": "met",
            "sentence": "Data analysis: wanted level 3, held 4; met, 1 above",
        },
        {
            "skill": SKILL,
            "essential": False,
            "share": 0.5,
            "wanted": 2,
            "held": 1,
            "evidence": "self",
            "via": None,
            "credit": 0.5,
            "points": 0.25,
            "verdict": "partly",
            "sentence": "Data visualisation: wanted level 2, held 1; 1 level short",
        },
    ],
    "focus_deduction": 0.0625,
    "text_bonus": 0.0,
    "shared_words": [],
    "conditions": [{"condition": "kind", "state": "met"}, {"condition": "place", "state": "ask"}],
    "strengths": [
        {"skill": BROADER, "level": 4, "share": 0.8, "used": 0.4791666666666667},
        {"skill": SKILL, "level": 1, "share": 0.2, "used": 1.0},
    ],
}
ANSWER = {
    "state": "ready",
    "reason": None,
    "list": {
        "id": "9a4b0a5e-2f2c-4a68-8c1e-5fd2f8c0e6b1",
        "finished_at": "2027-01-12T09:30:02+08:00",
        "engine": ENGINE_VERSION,
        "framework": "digital-trade 1",
        "near": "12-1a2b3c4d",
        "text": "",
    },
    "eligible": 84,
    "excluded": [{"condition": "place", "count": 210}],
    "results": [MATCH],
    "next": None,
    "previous": None,
}
NEED_SUBJECT = {
    "kind": "need",
    "id": "7b1d6c1f-6c0a-4f43-9a39-0d1c4a5b8e22",
    "title": "Data analyst for our shops abroad",
    "language": "en",
    "organisation": {
        "id": "0f4f1c1e-3c55-4b8e-8f6a-2d9b5f5a7c10",
        "name": {"en": "Lingnan Lighting", "zh-Hans": "岭南照明"},
    },
    "city": {"code": "foshan", "name": {"en": "Foshan", "zh-Hans": "佛山"}},
}

TAUGHT_BY = {
    "id": "6b0f4a57-9e7d-4f0e-9a52-2f4f1f2d7c44",
    "name": {"en": "Lingnan College of Trade", "zh-Hans": "岭南商贸职业学院"},
}
PROGRAM_SUBJECT = {
    "kind": "program",
    "id": "c1d1a6de-1f53-4f7c-9a0e-7b6f3a0d2c11",
    "title": "Cross-border e-commerce",
    "language": "en",
    "organisation": TAUGHT_BY,
    "city": {"code": "foshan", "name": {"en": "Foshan", "zh-Hans": "佛山"}},
}
COURSE_SUBJECT = {
    "kind": "course",
    "id": "a0f2b5de-7c11-4c0a-8f3e-5d2e9b1c4f77",
    "title": "SQL for marketplace data",
    "language": "en",
    "organisation": TAUGHT_BY,
}
EXPERT_SUBJECT = {
    "kind": "expert",
    "id": "e4b7c9d0-2a33-4f6b-8d15-3c7a9f0b6e88",
    "name": {"en": "An Example", "zh-Hans": "安例"},
    "headline": "Data platforms of trading firms",
    "language": "en",
    "organisation": TAUGHT_BY,
    "city": {"code": "foshan", "name": {"en": "Foshan", "zh-Hans": "佛山"}},
}

Condition = Literal["kind", "place", "language", "start"]


class MatchListRead(TypedDict):
    """The list that is shown, and what it was made with. Scores of different versions do not compare."""

    id: str
    finished_at: Moment
    engine: str
    framework: str
    near: str
    text: str


class Excluded(TypedDict):
    """How many a condition removes before any score."""

    condition: Condition
    count: int


class StudentSubject(TypedDict):
    """A person under the name that only this firm sees; it has no id of its own."""

    kind: Literal["student"]
    name: Names
    city: CitySmall | None


@example(NEED_SUBJECT)
class NeedSubject(TypedDict):
    """A need, as the person reads it."""

    kind: Literal["need"]
    id: str
    title: str
    language: Annotated[str, ProseLanguage]
    organisation: OrganisationSmall
    city: CitySmall | None


@example(PROGRAM_SUBJECT)
class ProgramSubject(TypedDict):
    """A program; what is compared is the level that its graduates reach."""

    kind: Literal["program"]
    id: str
    title: str
    language: Annotated[str, ProseLanguage]
    organisation: OrganisationSmall
    city: CitySmall | None


@example(COURSE_SUBJECT)
class CourseSubject(TypedDict):
    """A course; what is compared is the level that it leads to."""

    kind: Literal["course"]
    id: str
    title: str
    language: Annotated[str, ProseLanguage]
    organisation: OrganisationSmall


@example(EXPERT_SUBJECT)
class ExpertSubject(TypedDict):
    """An expert, known by name."""

    kind: Literal["expert"]
    id: str
    name: Names
    headline: str
    language: Annotated[str, ProseLanguage]
    organisation: OrganisationSmall | None
    city: CitySmall | None


Subject = StudentSubject | ProgramSubject | CourseSubject | ExpertSubject | NeedSubject


class ViaRead(TypedDict):
    """The skill that stands in for another, how near it is, and why."""

    skill: SkillSmall
    level: int
    near: float
    reason: str


class PartRead(TypedDict):
    """One skill of the need, and what it adds to the score."""

    skill: SkillSmall
    essential: bool
    share: Annotated[float, "part of the need's whole weight, essentials doubled"]
    wanted: Annotated[int, "the level that is asked"]
    held: Annotated[int | None, "null where the profile, program or course does not name the skill"]
    evidence: Literal["confirmed", "self"] | None
    via: ViaRead | None
    credit: float
    points: Annotated[float, "share x credit"]
    verdict: Literal["met", "partly", "near", "missing"]
    sentence: str


class ConditionRead(TypedDict):
    """A condition that was checked before any score: met, or to be asked."""

    condition: Condition
    state: Literal["met", "ask"]


class StrengthRead(TypedDict):
    """One skill of the candidate, its share of all their levels, and how much of it the need calls for."""

    skill: SkillSmall
    level: int
    share: float
    used: float


@example(MATCH)
class MatchRead(TypedDict):
    """A pair with its score and reasons. `id` is the pair's, and lasts.

    `score` is exactly the sum of all `points`, minus `focus_deduction`, plus `text_bonus`. It is the score of the
    reader's direction: the same pair has another one on the other side. It orders a list; between lists of different
    versions it does not compare. Numbers are unrounded, from 0 to 1.
    """

    id: str
    rank: int
    score: float
    fit: float
    use: float
    subject: StudentSubject | ProgramSubject | CourseSubject | ExpertSubject | NeedSubject
    sentence: str
    parts: list[PartRead]
    focus_deduction: float
    text_bonus: float
    shared_words: list[str]
    conditions: list[ConditionRead]
    strengths: list[StrengthRead]


@example(ANSWER)
class Matches(TypedDict):
    """A list of matches and how it stands; `results` is empty while there is none.

    `refreshing` and `stalled` still show an older list, if there is one. `eligible` counts all whom no condition
    removes, and `excluded` whom each removes, most first. No condition counts for programs and courses.
    """

    state: Literal["ready", "refreshing", "none_yet", "stalled"]
    reason: Annotated[str | None, "a stable word: why there is no list, or what holds it up"]
    list: MatchListRead | None
    eligible: int | None
    excluded: list[Excluded]
    results: list[MatchRead]
    next: str | None
    previous: str | None


def match_list_read(made: MatchList) -> MatchListRead:
    return {
        "id": str(made.public_id),
        "finished_at": moment(made.finished_at) or "",
        "engine": made.engine,
        "framework": made.framework,
        "near": made.near,
        "text": made.text,
    }


def skill_named(skill: SkillName) -> SkillSmall:
    return {"code": skill.code, "label": names(skill.label_en, skill.label_zh)}


def part_read(part: PartView) -> PartRead:
    via: ViaRead | None = None
    if part.via is not None:
        via = {
            "skill": skill_named(part.via.skill),
            "level": part.via.level,
            "near": part.via.near,
            "reason": part.via.reason,
        }
    return {
        "skill": skill_named(part.skill),
        "essential": part.essential,
        "share": part.share,
        "wanted": part.wanted,
        "held": part.held,
        "evidence": cast(Any, part.evidence),
        "via": via,
        "credit": part.credit,
        "points": part.points,
        "verdict": cast(Any, part.verdict),
        "sentence": part.sentence,
    }


def condition_read(condition: ConditionView) -> ConditionRead:
    return {"condition": cast(Any, condition.condition), "state": cast(Any, condition.state)}


def strength_read(strength: StrengthView) -> StrengthRead:
    return {
        "skill": skill_named(strength.skill),
        "level": strength.level,
        "share": strength.share,
        "used": strength.used,
    }


def match_read(match: Match, rank: int, why: Explanation, subject: Subject) -> MatchRead:
    """One match. All figures are the explanation's: they add up even if data changed since the list was made."""
    return {
        "id": str(match.pair.public_id),
        "rank": rank,
        "score": why.score,
        "fit": why.fit,
        "use": why.use,
        "subject": subject,
        "sentence": why.sentence,
        "parts": [part_read(part) for part in why.parts],
        "focus_deduction": why.focus_deduction,
        "text_bonus": why.text_bonus,
        "shared_words": list(why.shared_words),
        "conditions": [condition_read(condition) for condition in why.conditions],
        "strengths": [strength_read(strength) for strength in why.strengths],
    }


def people_under_pseudonyms(organisation: Organisation, page: list[Match]) -> list[StudentSubject]:
    """Each match's person as this organisation may see them: nothing that leads to who they are."""
    people = [match.pair.profile for match in page if match.pair.profile]
    given = Pseudonym.objects.filter(organisation=organisation, profile__in=people).select_related("plant")
    name_of = {row.profile_id: names(row.name_en, row.name_zh) for row in given}
    return [{"kind": "student", "name": name_of[person.pk], "city": city_small(person.city)} for person in people]


def candidate_subject(candidate: Candidate) -> Subject:
    """What everybody may read of a program, a course or an expert."""
    if isinstance(candidate, Program):
        return {
            "kind": "program",
            "id": str(candidate.public_id),
            "title": candidate.title,
            "language": candidate.language,
            "organisation": organisation_small(candidate.organisation),
            "city": city_small(candidate.city),
        }
    if isinstance(candidate, Course):
        return {
            "kind": "course",
            "id": str(candidate.public_id),
            "title": candidate.title,
            "language": candidate.language,
            "organisation": organisation_small(candidate.organisation),
        }
    assert isinstance(candidate, Expert)  # people are named by their pseudonyms, above
    return {
        "kind": "expert",
        "id": str(candidate.public_id),
        "name": names_of(candidate),
        "headline": candidate.headline,
        "language": candidate.language,
        "organisation": organisation_small(candidate.organisation) if candidate.organisation else None,
        "city": city_small(candidate.city),
    }


def need_subject(need: Need) -> NeedSubject:
    return {
        "kind": "need",
        "id": str(need.public_id),
        "title": need.title,
        "language": need.language,
        "organisation": organisation_small(need.organisation),
        "city": city_small(need.city),
    }
