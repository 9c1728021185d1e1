"""Why a pair has its score: the engine's breakdown, with names, evidence and sentences in the reader's language."""

import datetime
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from scipy.sparse import csr_array

from accounts.prose import SpokenLanguage, WorkKind
from engine.conditions import kind_state, language_state, place_state, start_state
from engine.explain import Breakdown, Part, Wanted, explain
from engine.model import FOCUS_PERSON, TEXT_BONUS, UNKNOWN
from engine.text import Reading, TextModel
from enterprises.models import Need, NeedSkill
from skills.framework import SkillRow
from skills.models import NearSkill, Skill
from talent.levels import EffectiveLevel, levels_of_profiles
from talent.models import Profile

from .explanation import ConditionView, Explanation, PartView, SkillName, StrengthView, Via
from .pairs import KIND_BIT, focus_of_need
from .rounding import out_of_100
from .text_fit import text_model
from .text_vectors import whole_text

FIRM, STUDENT = "firm", "student"
GAPS_NAMED = 2
WORDS_NAMED = 3
STATES = ("met", "ask", "no")  # as the engine numbers them


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


def explain_pairs(pairs: Iterable[tuple[Need, Profile]], *, viewer: str) -> list[Explanation]:
    """An explanation a pair, for a firm (who covers my need?) or a student (what suits me?).

    A constant number of queries, however many pairs. `viewer` sets the focus and the words.
    """
    pairs = list(pairs)
    asked: dict[int, list[NeedSkill]] = {need.pk: [] for need, _profile in pairs}
    for row in NeedSkill.objects.filter(need_id__in=asked):
        asked[row.need_id].append(row)
    held = levels_of_profiles({profile.pk for _need, profile in pairs})
    names = _names(
        {row.skill_id for rows in asked.values() for row in rows} | {key for levels in held.values() for key in levels}
    )
    alike = Alike(names)
    return [
        explain_pair(
            need,
            profile,
            asked[need.pk],
            held[profile.pk],
            names,
            viewer,
            *alike.between(need, profile, asked[need.pk]),
        )
        for need, profile in pairs
    ]


class Alike:
    """How alike the texts of some needs and people are, by the newest words; each text is read once."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._words = text_model()
        self._read: dict[UUID, Reading] = {}

    def between(self, need: Need, profile: Profile, asked: Sequence[NeedSkill]) -> tuple[float, tuple[str, ...]]:
        """Likeness in 0..1, and the words that made it.

        They are quoted from the need, so that a firm reads back its own writing, not the person's. What the need asks
        for as a skill is named among the parts, and again here only where there is no other word.
        """
        if self._words is None or not len(self._words):
            return 0.0, ()
        one = self._reading(self._words, need.public_id, whole_text(need.title, need.text), need.language)
        other = self._reading(
            self._words, profile.public_id, whole_text(profile.headline, profile.text), profile.language
        )
        likeness = self._words.likeness(one, other)
        if not likeness:
            return 0.0, ()
        skills = [self._names.name(self._names.place[row.skill_id]) for row in asked]
        labels = [label for skill in skills for label in (skill.label_en, skill.label_zh)]
        return likeness, self._words.shared(one, other, WORDS_NAMED, last=labels)

    def _reading(self, words: TextModel, key: UUID, text: str, language: str) -> Reading:
        if key not in self._read:
            self._read[key] = words.read(text, language)
        return self._read[key]


def _names(keys: set[int]) -> Names:
    skills = list(Skill.objects.filter(id__in=keys).order_by("code", "id"))
    place = {skill.pk: index for index, skill in enumerate(skills)}
    rows = NearSkill.objects.filter(wanted_id__in=keys, held_id__in=keys).order_by()
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
    profile: Profile,
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
    focus = focus_of_need(need.kind) if viewer == FIRM else FOCUS_PERSON
    result: Breakdown = explain(levels, wanted, names.near, focus=focus, bonus=TEXT_BONUS, text=text)
    parts = sorted(
        (part_view(part, names, confirmed) for part in result.parts), key=lambda part: (-part.share, part.skill.label)
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
        conditions=tuple(conditions_of(need, profile, viewer=viewer)),
        sentence=_sentence(result.fit, parts, viewer),
        gap_sentence=_gap_sentence(parts),
    )


def part_view(part: Part, names: Names, confirmed: Collection[int]) -> PartView:
    """One part as it is shown: names in place of numbers, and what was earned in words."""
    name = names.name(part.skill)
    via = None
    earned_by = part.skill if part.held else None
    if part.via is not None:
        earned_by = part.via
        via = Via(names.name(part.via), part.via_level, part.via_near, names.reasons.get((part.skill, part.via), ""))
    evidence = None
    if part.credit and earned_by is not None:
        evidence = "confirmed" if earned_by in confirmed else "self"
    words = _verdict_words(part, via)
    if part.held:
        level_words = _("wanted level %(wanted)d, held %(held)d") % {"wanted": part.wanted, "held": part.held}
    else:
        level_words = _("wanted level %(wanted)d") % {"wanted": part.wanted}
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
        % {"skill": name.label, "levels": level_words, "verdict": words},
    )


def _verdict_words(part: Part, via: Via | None) -> str:
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
    return _("not on the profile")


def _sentence(fit: float, parts: Sequence[PartView], viewer: str) -> str:
    """The answer before the picture: how much is covered, how the essentials stand, and the widest gap."""
    whole = {"fit": out_of_100(fit)}
    if viewer == FIRM:
        said = [_("Covers %(fit)d of 100 of what you ask.") % whole]
    else:
        said = [_("You cover %(fit)d of 100 of what is asked.") % whole]
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


def conditions_of(need: Need, profile: Profile, *, viewer: str) -> list[ConditionView]:
    """Each condition that the need sets, met or to be asked, in words for the reader."""
    kinds = sum(KIND_BIT.get(kind, 0) for kind in set(profile.kinds))
    kind = kind_state(_one(kinds, np.uint8), _one(KIND_BIT[need.kind], np.uint8))
    place = place_state(
        _one(profile.city_id, np.int32),
        _one(profile.moves, np.int8),
        _one(profile.remote, np.int8),
        _one(need.city_id, np.int32),
        _one(need.remote, np.int8),
    )
    start = start_state(_one(_day(profile.available_from), np.int64), _one(_day(need.starts_on), np.int64))
    found = [("kind", kind, _kind_words(need, profile, viewer)), ("place", place, _place_words(need, profile, viewer))]
    if need.languages:
        asked = np.array([list(need.languages.values())], dtype=np.int8)
        has = np.array([[profile.languages.get(code, 0) for code in need.languages]], dtype=np.int8)
        language = language_state(has, _one(bool(profile.languages), np.bool_), asked)
        found.append(("language", language, _language_words(need, profile, viewer)))
    found.append(("start", start, _start_words(need, profile, viewer)))
    return [ConditionView(condition, STATES[int(state[0])], words) for condition, state, words in found]


def _one(value: int | None, dtype: Any) -> np.ndarray:
    """One value as the engine takes it: an array of one, the unknown as the engine's unknown."""
    return np.array([UNKNOWN if value is None else value], dtype=dtype)


def _day(day: datetime.date | None) -> int | None:
    return None if day is None else day.toordinal()


def _kind_words(need: Need, profile: Profile, viewer: str) -> str:
    if not profile.kinds:
        return {
            FIRM: _("Kind of work wished for not stated: ask"),
            STUDENT: _("You have not said which work you wish"),
        }[viewer]
    kinds = pgettext("between words", ", ").join(str(WorkKind(kind).label) for kind in profile.kinds)
    said = {FIRM: _("Looks for: %(kinds)s"), STUDENT: _("You look for: %(kinds)s")}
    return said[viewer] % {"kinds": kinds}


def _place_words(need: Need, profile: Profile, viewer: str) -> str:
    if need.remote and profile.remote is not False:
        return _("Remote work")
    if need.city_id is None:
        return _("Place of the work not stated: ask")
    if profile.city_id == need.city_id:
        said = {FIRM: _("Lives in %(city)s"), STUDENT: _("%(city)s: where you live")}
    elif profile.moves:
        said = {FIRM: _("Would move to %(city)s"), STUDENT: _("%(city)s: you would move")}
    elif profile.city_id is None:
        said = {FIRM: _("Place of living not stated: ask"), STUDENT: _("%(city)s: you have not said where you live")}
    else:
        said = {
            FIRM: _("Lives in %(home)s; moving not stated: ask"),
            STUDENT: _("%(city)s: you have not said whether you would move"),
        }
    return said[viewer] % {"city": need.city, "home": profile.city}


def _language_words(need: Need, profile: Profile, viewer: str) -> str:
    if not profile.languages:
        return {
            FIRM: _("Languages not stated: ask"),
            STUDENT: _("You have not said which languages you speak"),
        }[viewer]
    said = {FIRM: _("%(language)s %(has)d, asked %(asked)d"), STUDENT: _("%(language)s %(asked)d: you have %(has)d")}
    return pgettext("between items", "; ").join(
        said[viewer] % {"language": SpokenLanguage(code).label, "has": profile.languages.get(code, 0), "asked": asked}
        for code, asked in need.languages.items()
    )


def _start_words(need: Need, profile: Profile, viewer: str) -> str:
    if need.starts_on is None:
        return _("Start not stated: ask")
    start = date_format(need.starts_on, "MONTH_DAY_FORMAT")
    if profile.available_from is None:
        said = {
            FIRM: _("First free day not stated: ask"),
            STUDENT: _("%(start)s: you have not said when you are free"),
        }
        return said[viewer] % {"start": start}
    said = {FIRM: _("Free from %(day)s, asked %(start)s"), STUDENT: _("%(start)s: you are free from %(day)s")}
    return said[viewer] % {"start": start, "day": date_format(profile.available_from, "MONTH_DAY_FORMAT")}
