"""Which skills a text names or implies, at what level, and where it says so.

In this order: every place that names a skill (`names`), then the likeness of each sentence to each skill
(`resemblance`), so that one is found that no name points to, then what the text says about both: how well, whether as a
must, as a wish, or not at all (`cues`). Linking proposes; a person confirms.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from .cues import Said, Sentence, Standing, heading
from .likenesses import Likenesses
from .names import NameHit, NameIndex
from .resemblance import ALIAS_WEIGHT, Resemblance
from .wording import Mark, Plain, Unit, features, has_han, languages, plain, sentences, units

STEEPNESS: Final = 10.0
MIDDLE: Final = 1.17
"""Score of a likeness x: 1 / (1 + exp(-STEEPNESS * (x - MIDDLE))), fitted on the `house` sentences to be the share of
right ones (logistic regression gave 10.4 and 1.16; on `tech`, which it did not see, 9.8 and 1.19)."""

LIKELY: Final = 0.1
"""The least score of a skill that is only like the text, where nobody asks for less."""

PROBABLE: Final = 0.5
"""More likely right than wrong: what forms propose of likenesses, and what counts of a text that nobody confirms."""

NAME_BONUS: Final = 0.1
"""Added to the likeness of what is named letter by letter, in the measure in which its words are not everyday ones."""

SURE: Final = 0.8
DOUBT: Final = 8
"""A name has at least the score SURE * trust ** DOUBT: certain words need no context, everyday words do."""

COMPARED: Final = 120_000
"""Characters of a text whose sentences are held against the skills; names and cues are read to the end."""

GROUP: Final = 200
"""Texts, or sentences of texts, that are read before their answers are given."""

LONGEST_HEADING: Final = 80

KIN: Final = 0.1
"""Added to a likeness where the same sentence names a relative of the skill: who names Shopee and Lazada may well ask
for the running of marketplaces. Of 0.05, 0.1 and 0.15 the one that led on two sets of Chinese sentences."""

HINTED: Final = 0.5
"""The score of a skill that one hint shows: hints are written to be right in most texts; taken here to be in half."""

A_SENTENCE: Final = 12
"""Most skills that one sentence can be like."""

INSIDE: Final = 0.6
"""A likeness to a mere part of a name is cut to this: the "learning" of "machine learning" is spoken for."""

Found = Literal["name", "likeness"]


@dataclass(frozen=True)
class SkillText:
    """A skill as one language writes it; ``label`` is "" where it has no name in this language.

    ``hints`` are words of the work itself, by which a text shows the skill without naming it.
    """

    code: str
    label: str
    aliases: tuple[str, ...] = ()
    definition: str = ""
    hints: tuple[str, ...] = ()

    def names(self) -> tuple[str, ...]:
        """Give the label first, then the aliases; nothing where there is no label and no alias."""
        return tuple(name for name in (self.label, *self.aliases) if name.strip())


@dataclass(frozen=True, slots=True)
class Linked:
    """One skill found in a text: ``start`` and ``end`` are places in the text as it was written."""

    skill: int
    score: float
    level: int
    level_cue: str | None
    start: int
    end: int
    found_by: Found
    standing: Standing
    standing_cue: str | None


@dataclass(frozen=True, slots=True)
class _Spot:
    """One place that shows one skill, in plain places; ``hint`` is the word of the work that does, if one does."""

    skill: int
    score: float
    start: int
    end: int
    found_by: Found
    hint: str = ""


class Linker:
    """Finds skills in texts; fitted once on the names and definitions of a framework."""

    def __init__(self) -> None:
        self.size = 0
        self._names = self._hints = NameIndex(())
        self._by_language: dict[str, Resemblance] = {}
        self._trusted: dict[str, float] = {}
        self._kin: dict[int, set[int]] = {}

    def fit(self, en: Sequence[SkillText], zh: Sequence[SkillText], related: Iterable[tuple[int, int]] = ()) -> Linker:
        """Learn the skills; both sequences are of the same skills in the same order, either may be empty.

        ``related`` are pairs of places of skills that belong together (broader, narrower or beside each other). Raises
        ``ValueError`` where lengths differ. O(letters of all names and definitions); some seconds for the
        14,000 skills and 100,000 names of ESCO.
        """
        if en and zh and len(en) != len(zh):
            raise ValueError(f"{len(en)} skills in English, {len(zh)} in Chinese: they must be the same ones")
        self.size = max(len(en), len(zh))
        self._names = NameIndex(
            (skill, name, place == 0)
            for texts in (en, zh)
            for skill, text in enumerate(texts)
            for place, name in enumerate(text.names())
        )
        self._hints = NameIndex(
            ((skill, hint, False) for texts in (en, zh) for skill, text in enumerate(texts) for hint in text.hints),
            any_case=False,
        )
        self._by_language = {
            language: Resemblance(language, [text.names() for text in texts], [_told(text) for text in texts])
            for language, texts in (("en", en), ("zh", zh))
            if any(text.names() for text in texts)
        }
        self._trusted = {}
        self._kin = {}
        for one, other in related:
            self._kin.setdefault(one, set()).add(other)
            self._kin.setdefault(other, set()).add(one)
        return self

    def link(
        self, text: str, *, lang: str | None = None, top: int | None = None, least: float = LIKELY
    ) -> list[Linked]:
        """Find the skills of one text, best first, each once, at the place that shows it best.

        ``lang`` ("en" or "zh") holds likeness to that language; names are found in both. ``top`` bounds the list,
        ``least`` is the least score of a likeness. Denied skills are in the list, with that standing. O(characters +
        sentences * skills).
        """
        return next(self.link_many([text], lang=lang, top=top, least=least))

    def link_many(
        self, texts: Iterable[str], *, lang: str | None = None, top: int | None = None, least: float = LIKELY
    ) -> Iterator[list[Linked]]:
        """Find the skills of many texts, lazily and in their order; short texts share the work of a block.

        Arguments and cost as ``link``. Raises ``ValueError`` for another language or a ``top`` below 1.
        """
        if lang not in (None, "en", "zh"):
            raise ValueError(f"a language is en or zh, not {lang}")
        if top is not None and top < 1:
            raise ValueError("top must be at least 1")
        group: list[_Reading] = []
        for text in texts:
            group.append(self._read(text, lang))
            if len(group) >= GROUP or sum(len(reading.compared) for reading in group) >= GROUP:
                yield from self._answer(group, top, least)
                group = []
        yield from self._answer(group, top, least)

    def _read(self, text: str, lang: str | None) -> _Reading:
        """Split a text and find the names in it; choose the sentences to be compared."""
        spelt = plain(text)
        words = units(spelt.text)
        spoken = languages(spelt.text, words)
        # Where the characters are not Chinese but Japanese or Korean, names in them mean something else.
        hits = [hit for hit in self._names.find(spelt, words) if "zh" in spoken or not has_han(_of(spelt, hit))]
        hints = [hit for hit in self._hints.find(spelt, words) if "zh" in spoken or not has_han(_of(spelt, hit))]
        reading = _Reading(spelt, list(sentences(spelt.text)), hits, hints)
        wanted = spoken & set(self._by_language) & ({lang} if lang else {"en", "zh"})
        if not wanted:
            return reading
        first = 0
        for index, (start, end) in enumerate(reading.sentences):
            if end > COMPARED:
                break
            while first < len(words) and words[first].start < start:
                first += 1
            last = first
            while last < len(words) and words[last].end <= end:
                last += 1
            start, first = _past_heading(spelt.text, start, end, words, first)
            if first == last:
                continue
            language = "zh" if any(word.han for word in words[first:last]) else "en"
            if language not in wanted:
                continue
            body = spelt.text[start:end]
            if (language, body) not in reading.compared:
                reading.compared[language, body] = _Compared(start, features(words[first:last], spelt.text), [])
            reading.compared[language, body].where.append((index, start))
        return reading

    def _answer(self, group: Sequence[_Reading], top: int | None, least: float) -> Iterator[list[Linked]]:
        """Compare the sentences of some texts block by block, then say what was found in each."""
        for language, resemblance in self._by_language.items():
            waiting = [
                (reading, body, compared)
                for reading in group
                for (spoken, body), compared in reading.compared.items()
                if spoken == language and compared.marks
            ]
            for begin in range(0, len(waiting), resemblance.block):
                block = waiting[begin : begin + resemblance.block]
                likenesses = resemblance.compare(
                    [body for _, body, _ in block],
                    [compared.start for _, _, compared in block],
                    [compared.marks for _, _, compared in block],
                )
                for row, (reading, _, compared) in enumerate(block):
                    self._note(reading, compared, likenesses, row, least)
        for reading in group:
            linked = [one for one in self._said(reading) if one.found_by == "name" or one.score >= least]
            yield linked[:top]

    def _note(self, reading: _Reading, compared: _Compared, found: Likenesses, row: int, least: float) -> None:
        """Keep the likenesses of one sentence that are likely enough, at each place where the sentence stands."""
        named = reading.names_at(compared.where[0][0])
        scores = found.score[row]
        for hit in named:
            for name in hit.names:
                reading.context[hit.start, name.skill] = float(scores[name.skill])
        kin = {other for hit in named for name in hit.names for other in self._kin.get(name.skill, ())}
        scores[[other for other in kin if scores[other] > 0.0]] += KIN
        least = min(least, LIKELY)  # what is less likely by itself may still add to what a hint shows
        keep = np.flatnonzero(scores >= _unlikely(least))
        keep = keep[np.argsort(-scores[keep], kind="stable")][:A_SENTENCE]
        for skill in keep.tolist():
            start, end = found.place(row, skill)
            score = float(scores[skill])
            if any(hit.start <= start and end <= hit.end and end - start < hit.end - hit.start for hit in named):
                score *= INSIDE
            likely = _likely(score)
            if likely < least:
                continue
            for index, body_start in compared.where:
                moved = body_start - compared.start
                reading.spots[index].append(_Spot(skill, likely, start + moved, end + moved, "likeness"))

    def _said(self, reading: _Reading) -> list[Linked]:
        """Put together what a text shows of each skill, best first."""
        shown: dict[int, list[tuple[_Spot, Said]]] = {}
        section: Standing = "asked"
        for index, (start, end) in enumerate(reading.sentences):
            body = reading.plain.text[start : min(end, start + LONGEST_HEADING)]
            if (head := heading(body)) is not None:
                section = head[0]
            spots = reading.spots[index]
            for hit in reading.names_at(index):
                spots.extend(self._named(reading, hit))
            spots.extend(_hinted(reading, index))
            if not spots:
                continue
            named = ((spot.start, spot.end) for spot in spots if spot.found_by == "name" or not has_han(body))
            sentence = Sentence(reading.plain.text, start, end, named)
            for spot in spots:
                shown.setdefault(spot.skill, []).append((spot, sentence.said((spot.start, spot.end), section)))
        linked = [_settled(skill, places, reading.plain) for skill, places in shown.items()]
        return sorted(linked, key=lambda one: (-one.score, one.start, one.skill))

    def _named(self, reading: _Reading, hit: NameHit) -> Iterator[_Spot]:
        for name in hit.names:
            trust = self._trust(name.text)
            named = trust * (1.0 if name.label else ALIAS_WEIGHT)
            alike = max(reading.context.get((hit.start, name.skill), 0.0), named)
            score = max(_likely(alike + NAME_BONUS * trust), SURE * trust**DOUBT)
            yield _Spot(name.skill, score, hit.start, hit.end, "name")

    def _trust(self, name: str) -> float:
        if name not in self._trusted:
            resemblance = self._by_language.get("zh" if has_han(name) else "en")
            self._trusted[name] = resemblance.trust(name) if resemblance else 1.0
        return self._trusted[name]


@dataclass
class _Compared:
    """A sentence without its heading, to be held against the skills; ``where`` it stands: sentence and start."""

    start: int
    marks: list[Mark]
    where: list[tuple[int, int]]


class _Reading:
    """One text on its way through the linker."""

    def __init__(self, spelt: Plain, bounds: list[tuple[int, int]], hits: list[NameHit], hints: list[NameHit]) -> None:
        self.plain = spelt
        self.sentences = bounds
        self.compared: dict[tuple[str, str], _Compared] = {}
        self.spots: list[list[_Spot]] = [[] for _ in bounds]
        self.context: dict[tuple[int, int], float] = {}
        self._names = _by_sentence(bounds, hits)
        self._hints = _by_sentence(bounds, hints)

    def names_at(self, index: int) -> list[NameHit]:
        """Give the names found in one sentence."""
        return self._names[index]

    def hints_at(self, index: int) -> list[NameHit]:
        """Give the hints found in one sentence, but for those that are a mere part of a name."""
        named = self._names[index]
        return [hint for hint in self._hints[index] if not any(_part_of(hint, name) for name in named)]


def _past_heading(text: str, start: int, end: int, words: Sequence[Unit], first: int) -> tuple[int, int]:
    """Pass over a heading, whose words are not about the work: give where the rest begins, and its first unit."""
    if (head := heading(text[start : min(end, start + LONGEST_HEADING)])) is None:
        return start, first
    start += head[1]
    while first < len(words) and words[first].start < start:
        first += 1
    return start, first


def _by_sentence(bounds: list[tuple[int, int]], hits: list[NameHit]) -> list[list[NameHit]]:
    """Give what was found in each sentence; both come in the order of the text."""
    found: list[list[NameHit]] = [[] for _ in bounds]
    index = 0
    for hit in hits:
        while index < len(bounds) - 1 and bounds[index][1] <= hit.start:
            index += 1
        if bounds:
            found[index].append(hit)
    return found


def _part_of(hint: NameHit, name: NameHit) -> bool:
    return name.start <= hint.start and hint.end <= name.end


def _hinted(reading: _Reading, index: int) -> Iterator[_Spot]:
    for hit in reading.hints_at(index):
        for hint in hit.names:
            yield _Spot(hint.skill, HINTED, hit.start, hit.end, "likeness", hint.text)


def _told(text: SkillText) -> str:
    """Give all that is told of a skill beside its names."""
    return "\n".join((text.definition, *text.hints))


def _together(spots: Iterable[_Spot]) -> float:
    """Give the score of what several places show: each hint counts once, and each is right or wrong for itself.

    So two of them leave a doubt of a quarter where one leaves a half. Of likenesses the best counts alone.
    """
    best = {spot.hint or spot.found_by: spot.score for spot in sorted(spots, key=lambda spot: spot.score)}
    return next(iter(best.values())) if len(best) == 1 else 1.0 - math.prod(1.0 - score for score in best.values())


_FIRST: Final[dict[Standing, int]] = {"asked": 0, "wish": 1, "denied": 2}


def _settled(skill: int, places: Sequence[tuple[_Spot, Said]], text: Plain) -> Linked:
    """Settle on one place of a skill: what is asked anywhere is asked, and the highest level said of it holds.

    Where a skill is named, what is merely like it elsewhere has no say.
    """
    places = [one for one in places if one[0].found_by == "name"] or places
    standing = min((said.standing for _, said in places), key=_FIRST.__getitem__)
    held = [(spot, said) for spot, said in places if said.standing == standing]
    spot, said = min(held, key=lambda one: (-one[0].score, one[1].level_cue is None, one[0].start))
    graded = [one for _, one in held if one.level_cue is not None]
    level = max(graded, key=lambda one: one.level) if graded else said
    start, end = text.span(spot.start, spot.end)
    return Linked(
        skill=skill,
        score=_together(spot for spot, _ in held),
        level=level.level,
        level_cue=text.written(*level.level_cue).strip() if level.level_cue else None,
        start=start,
        end=end,
        found_by=spot.found_by,
        standing=standing,
        standing_cue=text.written(*said.standing_cue).strip() if said.standing_cue else None,
    )


def _of(text: Plain, hit: NameHit) -> str:
    return text.text[hit.start : hit.end]


def _likely(likeness: float) -> float:
    return 1.0 / (1.0 + math.exp(-STEEPNESS * (likeness - MIDDLE)))


def _unlikely(score: float) -> float:
    """Give the likeness that has this score."""
    if score <= 0.0:
        return 1e-9
    return MIDDLE - math.log(1.0 / min(score, 0.999) - 1.0) / STEEPNESS
