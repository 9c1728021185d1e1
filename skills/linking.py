"""Text to skills on the platform: what a text names or implies of the current framework, for a person to confirm."""

import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Max

from engine.cues import Standing
from engine.link import Found, Linker, SkillText

from .framework import SkillRow
from .models import Alias, Hint, Skill, SkillRelation


@dataclass(frozen=True)
class LinkedSkill:
    """A skill found in a text; `start` and `end` are places in it, `quote` the words that stand there."""

    skill: Skill
    level: int
    score: float
    start: int
    end: int
    found_by: Found
    standing: Standing
    quote: str
    level_cue: str | None
    standing_cue: str | None


@dataclass(frozen=True)
class _Fitted:
    """A linker with the keys of its skills in its order, and the state of the tables that it was fitted on."""

    state: tuple[object, ...]
    keys: tuple[int, ...]
    linker: Linker


_lock = threading.Lock()
_fitted: _Fitted | None = None


def link_text(text: str, *, lang: str | None = None, top: int | None = None) -> list[LinkedSkill]:
    """The skills of a text, best first; `lang` ("en", "zh", or a code of either) narrows likeness to one language.

    What a text denies is in the list with that standing, so that a page can say why it is not proposed.
    """
    fitted = _current()
    language = None if lang is None else "zh" if lang.lower().startswith("zh") else "en"
    found = fitted.linker.link(text, lang=language, top=top)
    skills = Skill.objects.select_related("group").in_bulk([fitted.keys[one.skill] for one in found])
    return [
        LinkedSkill(
            skill=skills[fitted.keys[one.skill]],
            level=one.level,
            score=one.score,
            start=one.start,
            end=one.end,
            found_by=one.found_by,
            standing=one.standing,
            quote=text[one.start : one.end],
            level_cue=one.level_cue,
            standing_cue=one.standing_cue,
        )
        for one in found
        if fitted.keys[one.skill] in skills
    ]


def linker_of(rows: Sequence[SkillRow]) -> Linker:
    """A linker for the skills of a file, in their order, without any database."""
    place = {row.code: number for number, row in enumerate(rows)}
    return Linker().fit(
        [SkillText(row.code, row.label_en, row.aliases_en, row.definition_en, row.hints_en) for row in rows],
        [SkillText(row.code, row.label_zh, row.aliases_zh, row.definition_zh, row.hints_zh) for row in rows],
        [(place[row.code], place[other]) for row in rows for other in (*row.broader, *row.related) if other in place],
    )


def _current() -> _Fitted:
    """The linker of the framework as it stands: fitted once a process, and again when another file was loaded."""
    global _fitted
    state = _state()
    fitted = _fitted
    if fitted is None or fitted.state != state:
        with _lock:
            fitted = _fitted
            if fitted is None or fitted.state != state:
                fitted = _fitted = _fit(state)
    return fitted


def _state() -> tuple[object, ...]:
    skills = Skill.objects.current()
    counted = skills.aggregate(count=Count("id"), last=Max("id"), loaded=Max("framework__loaded_from"))
    words = [
        model.objects.filter(skill__in=skills).aggregate(count=Count("id"), last=Max("id")) for model in (Alias, Hint)
    ]
    return tuple(value for one in (counted, *words) for value in one.values())


def _fit(state: tuple[object, ...]) -> _Fitted:
    skills = list(Skill.objects.current().order_by("id"))
    aliases, hints = _words_of(Alias), _words_of(Hint)
    english = [
        SkillText(one.code, one.label_en, aliases[one.pk, "en"], one.definition_en, hints[one.pk, "en"])
        for one in skills
    ]
    chinese = [
        SkillText(one.code, one.label_zh, aliases[one.pk, "zh-hans"], one.definition_zh, hints[one.pk, "zh-hans"])
        for one in skills
    ]
    place = {one.pk: number for number, one in enumerate(skills)}
    pairs = SkillRelation.objects.filter(skill__in=place, other__in=place).values_list("skill_id", "other_id")
    related = [(place[one], place[other]) for one, other in pairs]
    return _Fitted(state, tuple(place), Linker().fit(english, chinese, related))


def _words_of(model: type[Alias | Hint]) -> Mapping[tuple[int, str], tuple[str, ...]]:
    """The aliases, or hints, of the current skills by skill and language, in their order."""
    found: dict[tuple[int, str], tuple[str, ...]] = defaultdict(tuple)
    rows = model.objects.filter(skill__in=Skill.objects.current()).order_by("id")
    for skill, language, text in rows.values_list("skill_id", "language", "text"):
        found[skill, language] += (text,)
    return found
