"""Which kinds of pairs there are, and what counts in each. The one table."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accounts.prose import WorkKind
from engine.model import FOCUS_NEED, FOCUS_NONE, FOCUS_PERSON
from talent.models import Course, Expert, Profile, Program
from talent.models.student import FEWEST_SKILLS

from .models import STANDING, Candidate, CandidateQuerySet, Ranking

KIND_BIT = {kind: 1 << position for position, kind in enumerate(WorkKind.values)}
"""The bit of each kind of work in the engine's arrays."""

Stated = Mapping[str, Any]
"""What a candidate says of each thing that a condition looks at, by the engine's name for it; None where unknown."""


def _as_wished(kinds: Iterable[str]) -> set[str]:
    """A person names the kinds of work themselves."""
    return set(kinds)


def _by_advice(advice: Iterable[str]) -> set[str]:
    """Who trains staff suits needs for training; who gives any other advice, those for advice and for projects."""
    given = set(advice)
    kinds = {str(WorkKind.TRAINING)} if Expert.Advice.TRAINING in given else set()
    return kinds | ({str(WorkKind.ADVICE), str(WorkKind.PROJECT)} if given - {Expert.Advice.TRAINING} else set())


@dataclass(frozen=True, eq=False)
class PairKind:
    """A need with a candidate of one kind: who is compared with what, and what counts.

    - `candidates`: what a need's list of them is called; `holder`: the field that names one, on pairs, rankings, claims
    - `needs`: the kinds of need they are matched with, each with the focus of that need's list
    - `focus`: how much strengths that a need does not call for take off in the candidate's own list
    - `conditions`: those that count, each with the candidate's field for what it looks at; others remove nobody
    - `works`: the kinds of work that follow from what the condition `kind` looks at
    - `fewest`: with fewer skills a candidate has no list of its own
    - `title`: the field above the text, which counts with it
    - `shown_with`: what is read together with one that is shown
    """

    candidates: Ranking.Candidates
    holder: str
    model: type[Candidate]
    needs: Mapping[str, float]
    focus: float
    conditions: Mapping[str, Mapping[str, str]]
    fewest: int
    title: str
    shown_with: tuple[str, ...]
    works: Callable[[Iterable[str]], set[str]] = _as_wished
    under_pseudonyms: bool = False

    @property
    def key(self) -> str:
        """The column with a candidate's key."""
        return f"{self.holder}_id"

    @property
    def fields(self) -> dict[str, str]:
        """The candidate's field for each thing that a condition looks at."""
        return {thing: field for looks_at in self.conditions.values() for thing, field in looks_at.items()}

    def standing(self) -> CandidateQuerySet:
        """Those that can be matched now."""
        return self.model._default_manager.filter(STANDING[self.holder])

    def is_offered(self) -> bool:
        """Whether needs have lists of them: of people always, of others once there is one."""
        return self.holder == "profile" or self.standing().exists()

    def stated(self, row: Candidate | Mapping[str, Any]) -> Stated:
        """What a candidate says of all that its conditions look at, from the object or from its values."""
        values = row if isinstance(row, Mapping) else {field: getattr(row, field) for field in self.fields.values()}
        return {thing: values[field] for thing, field in self.fields.items()}

    def kinds(self, stated: Stated) -> int:
        """The kinds of work, as bits; 0 where nothing was said, or nothing counts."""
        return sum(KIND_BIT.get(kind, 0) for kind in self.works(stated.get("kinds") or ()))

    def focus_of_need(self, kind: str) -> float:
        """The focus of a need's list; a need in a file may leave its kind open."""
        return self.needs.get(kind, FOCUS_NEED)

    def focus_of_needs(self, kinds: NDArray[np.uint8]) -> NDArray[np.float64]:
        """The same for needs as arrays: one bit each, 0 where none is stated; float64 (needs,)."""
        by_bit = np.full(max(KIND_BIT.values()) + 1, FOCUS_NEED)
        for kind, focus in self.needs.items():
            by_bit[KIND_BIT[kind]] = focus
        return by_bit[kinds]


TEACHABLE = (WorkKind.JOB, WorkKind.INTERNSHIP, WorkKind.PROJECT, WorkKind.TRAINING)
"""Kinds of need that somebody can be trained for; advice is given by who has the experience already."""

STUDENTS = PairKind(  # the levels that a person holds
    candidates=Ranking.Candidates.STUDENTS,
    holder="profile",
    model=Profile,
    needs={
        WorkKind.JOB: FOCUS_NEED,
        WorkKind.INTERNSHIP: FOCUS_NEED,
        WorkKind.PROJECT: FOCUS_NEED,
        WorkKind.TRAINING: FOCUS_NONE,  # whoever teaches or advises may know any amount besides
        WorkKind.ADVICE: FOCUS_NONE,
    },
    focus=FOCUS_PERSON,
    conditions={
        "kind": {"kinds": "kinds"},
        "place": {"city": "city_id", "moves": "moves", "remote": "remote"},
        "language": {"languages": "languages"},
        "start": {"available": "available_from"},
    },
    fewest=FEWEST_SKILLS,
    title="headline",
    shown_with=("city",),
    under_pseudonyms=True,
)

PROGRAMS = PairKind(  # the levels that graduates reach; where they live and when they are free is theirs to say
    candidates=Ranking.Candidates.PROGRAMS,
    holder="program",
    model=Program,
    needs=dict.fromkeys(TEACHABLE, FOCUS_NONE),
    focus=FOCUS_NONE,
    conditions={},
    fewest=1,
    title="title",
    shown_with=("organisation", "city"),
)

COURSES = PairKind(  # the levels that a course leads to; its runs have places and dates, many of them
    candidates=Ranking.Candidates.COURSES,
    holder="course",
    model=Course,
    needs=dict.fromkeys(TEACHABLE, FOCUS_NONE),
    focus=FOCUS_NONE,
    conditions={},
    fewest=1,
    title="title",
    shown_with=("organisation",),
)

EXPERTS = PairKind(  # the levels that an expert holds
    candidates=Ranking.Candidates.EXPERTS,
    holder="expert",
    model=Expert,
    needs=dict.fromkeys((WorkKind.PROJECT, WorkKind.TRAINING, WorkKind.ADVICE), FOCUS_NONE),
    focus=FOCUS_NONE,
    conditions={
        "kind": {"kinds": "advice"},
        "place": {"city": "city_id", "moves": "travels", "remote": "remote"},
        "language": {"languages": "languages"},
        "start": {"available": "available_from"},
    },
    fewest=1,
    title="headline",
    shown_with=("organisation", "city"),
    works=_by_advice,
)

PAIR_KINDS = (STUDENTS, PROGRAMS, COURSES, EXPERTS)
"""In the order in which a need's lists are made and shown."""

BY_CANDIDATES: dict[str, PairKind] = {str(kind.candidates): kind for kind in PAIR_KINDS}
_BY_MODEL: dict[type[Any], PairKind] = {kind.model: kind for kind in PAIR_KINDS}


def kind_of(candidate: Candidate) -> PairKind:
    """The kind of pair that this candidate makes."""
    return kind_of_model(type(candidate))


def kind_of_model(model: type[Candidate]) -> PairKind:
    """The same, from what the candidate is."""
    return _BY_MODEL[model]


def kind_of_ranking(ranking: Ranking) -> PairKind:
    """The kind of pair that a ranking holds, whichever side owns it."""
    if ranking.need_id:
        return BY_CANDIDATES[ranking.candidates]
    return next(kind for kind in PAIR_KINDS if getattr(ranking, kind.key))


def kinds_of_need(need_kind: str) -> list[PairKind]:
    """The kinds of pair that a need of this kind makes."""
    return [kind for kind in PAIR_KINDS if need_kind in kind.needs]
