"""Why a pair has its score: the engine's breakdown, with names, evidence and sentences in the reader's language."""

import datetime
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from scipy.sparse import csr_array

from accounts.prose import SpokenLanguage, WorkKind
from engine.conditions import kind_state, language_state, place_state, start_state
from engine.explain import Breakdown, Part, Wanted, explain
from engine.model import TEXT_BONUS, UNKNOWN
from engine.text import Reading, TextModel
from enterprises.models import Need, NeedSkill
from skills.framework import SkillRow
from skills.models import NearSkill, Skill
from talent.levels import EffectiveLevel, levels_of
from talent.models import Expert, Profile

from .explanation import ConditionView, Explanation, PartView, SkillName, StrengthView, Via
from .models import Candidate
from .pairs import COURSES, EXPERTS, KIND_BIT, PROGRAMS, STUDENTS, PairKind, kind_of
from .rounding import out_of_100
from .text_fit import text_model
from .text_vectors import text_of, weights_of

FIRM, STUDENT, OWNER = "firm", "student", "owner"
"""Who reads: the firm of the need; the person; or whoever posted the program, the course or the expert."""

GAPS_NAMED = 2
WORDS_NAMED = 3
STATES = ("met", "ask", "no")  # as the engine numbers them
TAUGHT = (PROGRAMS, COURSES)  # whose levels are reached, not held


@dataclass(frozen=True)
class Names:
    """Skills in play: a place each in the order of codes, and what is near what among them."""

    place: Mapping[int, int]
    skills: Sequence[Skill | SkillRow]
    near: csr_array
    reasons: Mapping[tuple[int, int], str]

    def name(self, index: int) -> SkillName:
        skill = self.skills[index]
        return SkillName(skill.code, skill.label_en, skill.label_zh)


def explain_pairs(pairs: Iterable[tuple[Need, Candidate]], *, viewer: str) -> list[Explanation]:
    """An explanation a pair, for a firm (who covers my need?) or for the other side (what suits me, or mine?).

    A constant number of queries, however many pairs. `viewer` sets the focus and the words.
    """
    pairs = list(pairs)
    asked: dict[int, list[NeedSkill]] = {need.pk: [] for need, _candidate in pairs}
    for row in NeedSkill.objects.filter(need_id__in=asked):
        asked[row.need_id].append(row)
    keys: dict[str, set[int]] = {}
    for _need, candidate in pairs:
        keys.setdefault(kind_of(candidate).holder, set()).add(candidate.pk)
    held = {(holder, key): levels for holder in keys for key, levels in levels_of(holder, keys[holder]).items()}
    names = _names(
        {row.skill_id for rows in asked.values() for row in rows}, {key for levels in held.values() for key in levels}
    )
    alike = Alike(names)
    return [
        explain_pair(
            need,
            candidate,
            asked[need.pk],
            held[kind_of(candidate).holder, candidate.pk],
            names,
            viewer,
            *alike.between(need, candidate, asked[need.pk]),
        )
        for need, candidate in pairs
    ]


NEEDS_KEPT = 300
"""So many texts of needs are kept as read, the last ones that were asked for."""


class Alike:
    """How alike the texts of some needs and candidates are, by the newest words."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._words = text_model()

    def between(self, need: Need, candidate: Candidate, asked: Sequence[NeedSkill]) -> tuple[float, tuple[str, ...]]:
        """Likeness in 0..1, and the words that made it.

        They are quoted from the need, so that a firm reads back its own writing, not a person's. What the need asks
        for as a skill is named among the parts, and again here only where there is no other word.
        """
        if self._words is None or not len(self._words):
            return 0.0, ()
        one = _read_need(self._words, text_of(need), need.language)
        other = weights_of(self._words, candidate)
        likeness = self._words.likeness(one, other)
        if not likeness:
            return 0.0, ()
        skills = [self._names.name(self._names.place[row.skill_id]) for row in asked]
        labels = [label for skill in skills for label in (skill.label_en, skill.label_zh)]
        return likeness, self._words.shared(one, other, WORDS_NAMED, last=labels)


@lru_cache(NEEDS_KEPT)
def _read_need(words: TextModel, text: str, language: str) -> Reading:
    """A need as these words read it, with their places; the same needs stand in the lists of many."""
    return words.read(text, language)


def _names(asked: set[int], held: set[int]) -> Names:
    skills = list(Skill.objects.filter(id__in=asked | held).order_by("code", "id"))
    place = {skill.pk: index for index, skill in enumerate(skills)}
    rows = NearSkill.objects.filter(wanted_id__in=asked, held_id__in=held).order_by()
    near = [(place[row.wanted_id], place[row.held_id], row) for row in rows]
    matrix = csr_array(
        (
            np.array([row.value for _, _, row in near], dtype=np.float64),
            (np.array([k for k, _, _ in near], dtype=np.int32), np.array([q for _, q, _ in near], dtype=np.int32)),
        ),
        shape=(len(skills), len(skills)),
    )
    return Names(place, skills, matrix, {(k, q): row.because for k, q, row in near})


def explain_pair(
    need: Need,
    candidate: Candidate,
    asked: Sequence[NeedSkill],
    held: dict[int, EffectiveLevel],
    names: Names,
    viewer: str,
    text: float = 0.0,
    shared_words: tuple[str, ...] = (),
) -> Explanation:
    """One pair from rows that are at hand: what is asked, what is held, and the names of all skills in play."""
    wanted = [Wanted(names.place[row.skill_id], row.weight, row.min_level, row.essential) for row in asked]
    levels = {names.place[key]: effective.level for key, effective in held.items()}
    confirmed = {names.place[key] for key, effective in held.items() if effective.confirmed}
    kind = kind_of(candidate)
    focus = kind.focus_of_need(need.kind) if viewer == FIRM else kind.focus
    result: Breakdown = explain(levels, wanted, names.near, focus=focus, bonus=TEXT_BONUS, text=text)
    parts = sorted(
        (part_view(part, names, confirmed, kind) for part in result.parts),
        key=lambda part: (-part.share, part.skill.label),
    )
    strengths = sorted(
        (StrengthView(names.name(row.skill), row.level, row.share, row.used) for row in result.strengths),
        key=lambda row: (-row.used, -row.level, row.skill.label),
    )
    return Explanation(
        score=result.score,
        fit=result.fit,
        use=result.use,
        focus=focus,
        focus_deduction=result.focus_deduction,
        text_bonus=result.text_bonus,
        shared_words=shared_words if result.text_bonus else (),
        parts=tuple(parts),
        strengths=tuple(strengths),
        conditions=tuple(conditions_of(need, candidate, viewer=viewer)),
        sentence=_sentence(result.fit, parts, candidate, viewer),
        gap_sentence=_gap_sentence(parts),
        of=kind.candidates,
    )


def part_view(part: Part, names: Names, confirmed: Collection[int], kind: PairKind = STUDENTS) -> PartView:
    """One part as it is shown: names in place of numbers, and what was earned in words."""
    name = names.name(part.skill)
    via = None
    earned_by = part.skill if part.held else None
    if part.via is not None:
        earned_by = part.via
        via = Via(names.name(part.via), part.via_level, part.via_near, names.reasons.get((part.skill, part.via), ""))
    evidence = None
    if part.credit and earned_by is not None:
        # Only a person declares of themselves; what a body states of its own has nothing beside it unless confirmed.
        evidence = "confirmed" if earned_by in confirmed else "self" if kind is STUDENTS else None
    words = _verdict_words(part, via, kind)
    if not part.held:
        level_words = _("wanted level %(wanted)d")
    elif kind in TAUGHT:
        level_words = _("wanted level %(wanted)d, reached %(held)d")
    else:
        level_words = _("wanted level %(wanted)d, held %(held)d")
    return PartView(
        skill=name,
        essential=part.essential,
        share=part.share,
        wanted=part.wanted,
        held=part.held or None,
        evidence=evidence,
        via=via,
        credit=part.credit,
        points=part.points,
        verdict=part.verdict,
        words=words,
        sentence=_("%(skill)s: %(levels)s; %(verdict)s")
        % {
            "skill": name.label,
            "levels": level_words % {"wanted": part.wanted, "held": part.held},
            "verdict": words,
        },
    )


def _verdict_words(part: Part, via: Via | None, kind: PairKind) -> str:
    """What a part earned, in a few words."""
    if via is not None and part.verdict == "near":
        return _("partly, by %(skill)s %(level)d (× %(near).2f)") % {
            "skill": via.skill.label,
            "level": via.level,
            "near": via.near,
        }
    level = via.level if via is not None else part.held
    if part.verdict == "met":
        above = level - part.wanted
        return ngettext("met, %(n)d above", "met, %(n)d above", above) % {"n": above} if above else _("met")
    if part.verdict == "partly":
        short = part.wanted - level
        return ngettext("%(n)d level short", "%(n)d levels short", short) % {"n": short}
    return {PROGRAMS: _("not in the program"), COURSES: _("not in the course")}.get(kind, _("not on the profile"))


def _covers(candidate: Candidate, viewer: str) -> str:
    """How much of the need is covered, and by whom, in the words of the reader."""
    if viewer == STUDENT:
        return _("You cover %(fit)d of 100 of what is asked.")
    for_firm, for_owner = {
        STUDENTS: (_("Covers %(fit)d of 100 of what you ask."), ""),
        PROGRAMS: (
            _("Graduates reach %(fit)d of 100 of what you ask."),
            _("Your graduates cover %(fit)d of 100 of what is asked."),
        ),
        COURSES: (
            _("The course leads to %(fit)d of 100 of what you ask."),
            _("Your course leads to %(fit)d of 100 of what is asked."),
        ),
        EXPERTS: (
            _("%(name)s covers %(fit)d of 100 of what you ask."),
            _("%(name)s covers %(fit)d of 100 of what is asked."),
        ),
    }[kind_of(candidate)]
    return for_firm if viewer == FIRM else for_owner


def _sentence(fit: float, parts: Sequence[PartView], candidate: Candidate, viewer: str) -> str:
    """The answer before the picture: how much is covered, how the essentials stand, and the widest gap."""
    name = str(candidate) if isinstance(candidate, Expert) else ""  # never a person's
    said = [_covers(candidate, viewer) % {"fit": out_of_100(fit), "name": name}]
    essentials = [part for part in parts if part.essential]
    counted = essentials or list(parts)
    met = sum(part.verdict == "met" for part in counted)
    form = (
        ngettext(
            "%(met)d of %(all)d essential skill is met.", "%(met)d of %(all)d essential skills are met.", len(counted)
        )
        if essentials
        else ngettext("%(met)d of %(all)d skill is met.", "%(met)d of %(all)d skills are met.", len(counted))
    )
    said.append(form % {"met": met, "all": len(counted)})
    widest = max(parts, key=lambda part: part.share - part.points, default=None)
    if widest is not None and widest.verdict != "met":
        said.append(
            _("The widest gap: %(skill)s, %(verdict)s.") % {"skill": widest.skill.label, "verdict": widest.words}
        )
    return pgettext("between sentences", " ").join(said)


def _gap_sentence(parts: Sequence[PartView]) -> str:
    """One line for a list: what falls short, the widest first."""
    gaps = sorted((part for part in parts if part.verdict != "met"), key=lambda part: part.points - part.share)
    if not gaps:
        return _("everything asked for is met")
    shown = [
        _("%(skill)s %(verdict)s")
        % {
            "skill": part.skill.label,
            "verdict": (
                _("through %(skill)s") % {"skill": part.via.skill.label}
                if part.via is not None and part.verdict == "near"
                else part.words
            ),
        }
        for part in gaps[:GAPS_NAMED]
    ]
    if len(gaps) > GAPS_NAMED:
        more = len(gaps) - GAPS_NAMED
        shown.append(ngettext("%(n)d more", "%(n)d more", more) % {"n": more})
    return pgettext("between items", "; ").join(shown)


def conditions_of(need: Need, candidate: Candidate, *, viewer: str) -> list[ConditionView]:
    """Each condition that counts and that the need sets, met or to be asked, in words for the reader."""
    kind = kind_of(candidate)
    stated = kind.stated(candidate)
    languages = stated.get("languages") or {}
    states = {
        "kind": lambda: kind_state(_one(kind.kinds(stated), np.uint8), _one(KIND_BIT[need.kind], np.uint8)),
        "place": lambda: place_state(
            _one(stated["city"], np.int32),
            _one(stated["moves"], np.int8),
            _one(stated["remote"], np.int8),
            _one(need.city_id, np.int32),
            _one(need.remote, np.int8),
        ),
        "language": lambda: language_state(
            np.array([[languages.get(code, 0) for code in need.languages]], dtype=np.int8),
            _one(bool(languages), np.bool_),
            np.array([list(need.languages.values())], dtype=np.int8),
        ),
        "start": lambda: start_state(_one(_day(stated["available"]), np.int64), _one(_day(need.starts_on), np.int64)),
    }
    return [
        ConditionView(condition, STATES[int(states[condition]()[0])], WORDS[condition](need, candidate, viewer))
        for condition in kind.conditions
        if condition != "language" or need.languages
    ]


def _one(value: int | None, dtype: Any) -> np.ndarray:
    """One value as the engine takes it: an array of one, the unknown as the engine's unknown."""
    return np.array([UNKNOWN if value is None else value], dtype=dtype)


def _day(day: datetime.date | None) -> int | None:
    return None if day is None else day.toordinal()


def _kind_words(need: Need, candidate: Profile | Expert, viewer: str) -> str:
    if isinstance(candidate, Expert):
        stated, said = candidate.advice, {FIRM: _("Advises on: %(kinds)s"), OWNER: _("Advises on: %(kinds)s")}
        unstated = {FIRM: _("Kinds of advice not stated: ask"), OWNER: _("Kinds of advice not stated")}
        labels: list[Any] = [Expert.Advice(kind).label for kind in stated]
    else:
        stated, said = candidate.kinds, {FIRM: _("Looks for: %(kinds)s"), STUDENT: _("You look for: %(kinds)s")}
        unstated = {
            FIRM: _("Kind of work wished for not stated: ask"),
            STUDENT: _("You have not said which work you wish"),
        }
        labels = [WorkKind(kind).label for kind in stated]
    if not stated:
        return unstated[viewer]
    return said[viewer] % {"kinds": pgettext("between words", ", ").join(str(label) for label in labels)}


def _place_words(need: Need, candidate: Profile | Expert, viewer: str) -> str:
    if need.remote and candidate.remote is not False:
        return _("Remote work")
    if need.city_id is None:
        return _("Place of the work not stated") if viewer == OWNER else _("Place of the work not stated: ask")
    place = {"city": need.city, "home": candidate.city}
    if isinstance(candidate, Expert):
        return _travel_words(need, candidate, viewer) % place
    if candidate.city_id == need.city_id:
        said = {FIRM: _("Lives in %(city)s"), STUDENT: _("%(city)s: where you live")}
    elif candidate.moves:
        said = {FIRM: _("Would move to %(city)s"), STUDENT: _("%(city)s: you would move")}
    elif candidate.city_id is None:
        said = {FIRM: _("Place of living not stated: ask"), STUDENT: _("%(city)s: you have not said where you live")}
    else:
        said = {
            FIRM: _("Lives in %(home)s; moving not stated: ask"),
            STUDENT: _("%(city)s: you have not said whether you would move"),
        }
    return said[viewer] % place


def _travel_words(need: Need, expert: Expert, viewer: str) -> str:
    if expert.city_id == need.city_id:
        return _("Works in %(city)s")
    if expert.travels:
        return _("Travels to %(city)s")
    if expert.city_id is None:
        return _("Place not stated") if viewer == OWNER else _("Place not stated: ask")
    if expert.travels is False:
        return _("Works in %(home)s, does not travel")
    if viewer == OWNER:
        return _("Works in %(home)s; travelling not stated")
    return _("Works in %(home)s; travelling not stated: ask")


def _language_words(need: Need, candidate: Profile | Expert, viewer: str) -> str:
    if not candidate.languages:
        return {
            FIRM: _("Languages not stated: ask"),
            STUDENT: _("You have not said which languages you speak"),
            OWNER: _("Languages not stated"),
        }[viewer]
    for_others = _("%(language)s %(has)d, asked %(asked)d")
    said = _("%(language)s %(asked)d: you have %(has)d") if viewer == STUDENT else for_others
    return pgettext("between items", "; ").join(
        said % {"language": SpokenLanguage(code).label, "has": candidate.languages.get(code, 0), "asked": asked}
        for code, asked in need.languages.items()
    )


def _start_words(need: Need, candidate: Profile | Expert, viewer: str) -> str:
    if need.starts_on is None:
        return _("Start not stated") if viewer == OWNER else _("Start not stated: ask")
    start = date_format(need.starts_on, "MONTH_DAY_FORMAT")
    if candidate.available_from is None:
        said = {
            FIRM: _("First free day not stated: ask"),
            STUDENT: _("%(start)s: you have not said when you are free"),
            OWNER: _("First free day not stated"),
        }
        return said[viewer] % {"start": start}
    for_others = _("Free from %(day)s, asked %(start)s")
    free = _("%(start)s: you are free from %(day)s") if viewer == STUDENT else for_others
    return free % {"start": start, "day": date_format(candidate.available_from, "MONTH_DAY_FORMAT")}


WORDS: dict[str, Callable[[Need, Any, str], str]] = {
    "kind": _kind_words,
    "place": _place_words,
    "language": _language_words,
    "start": _start_words,
}
"""What a condition reads, for candidates of a kind in which it counts."""
