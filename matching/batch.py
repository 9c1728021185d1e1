"""Matching files with each other, without any database: both sides in, the lists of both sides out."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from engine.explain import Part, explain
from engine.explain import Wanted as WantedSkill
from engine.link import PROBABLE, Linked, Linker
from engine.model import FOCUS_NONE, FOCUS_PERSON, FOCUS_READ, TEXT_BONUS, Needs, Ranked, Supply
from engine.text import Reading, TextModel
from engine.topk import rank_both
from skills.framework import SkillRow
from skills.importers import FrameworkFile
from skills.linking import linker_of
from skills.nearness import as_array, near_of

from .explaining import Names, part_view
from .files import Found, Link, Reader, Report, Talent, Vocabulary, Wanted, text_of
from .match_shapes import PartRead, part_read
from .pairs import STUDENTS

Progress = Callable[[int, int], None]
READINGS = 4_000
PARTS = 200_000  # some 200 MB
UNSAID = ""  # the language of a text in a file: each sentence tells its own


@dataclass(frozen=True)
class How:
    """What a run is asked to do: how many a list keeps, and which parts of the score count."""

    top: int = 20
    fit_only: bool = False
    near: bool = True
    text: bool = True
    focus: float | None = None
    explain: bool = False

    def focus_of_needs(self, needs: Sequence[Wanted]) -> NDArray[np.float64]:
        """Focus in each need's list of talents: that of its kind, or of a text, unless the run sets one for all."""
        if self.fit_only:
            return np.full(len(needs), FOCUS_NONE)
        if self.focus is not None:
            return np.full(len(needs), self.focus)
        of_kind = STUDENTS.focus_of_needs(np.array([need.kind for need in needs], dtype=np.uint8))
        read = np.array([need.read for need in needs], dtype=np.bool_)
        return np.where(read & (of_kind > FOCUS_NONE), FOCUS_READ, of_kind)

    @property
    def focus_of_talents(self) -> float:
        """Focus in a talent's list of needs."""
        return FOCUS_NONE if self.fit_only else FOCUS_PERSON if self.focus is None else self.focus

    @property
    def bonus(self) -> float:
        """How much the texts may make up for."""
        return TEXT_BONUS if self.text and not self.fit_only else 0.0


@dataclass(frozen=True, eq=False)
class Field:
    """Everything that is matched: both sides in the order of their files, and what is near what.

    `rows` are the skills by column; `why_near` names the reason by (wanted, held); `words` is what the texts were
    compared by, None where they do not count.
    """

    rows: Sequence[SkillRow]
    talents: Sequence[Talent]
    needs: Sequence[Wanted]
    supply: Supply
    demand: Needs
    near: csr_array
    why_near: Mapping[tuple[int, int], str]
    words: TextModel | None = None

    def shared_words(self, talent: int, need: int) -> tuple[str, ...]:
        """The words that make the texts of two rows alike, best first, quoted from the need.

        What the need asks for as a skill is named among the parts, and here only where there is no other word.
        """
        if self.words is None:
            return ()
        wanted = self.needs[need]
        asked = [self.rows[column] for column in wanted.skills.columns.tolist()]
        labels = [label for row in asked for label in (row.label_en, row.label_zh)]
        return self.words.shared(self._read(text_of(wanted)), self._read(text_of(self.talents[talent])), last=labels)

    @cached_property
    def part(self) -> Callable[[Part], PartRead]:
        """A part as the API has it. The same need has the same parts in many lists, so that they are kept."""
        names = Names({}, self.rows, self.near, self.why_near)
        return lru_cache(PARTS)(lambda part: part_read(part_view(part, names, ())))

    @cached_property
    def _read(self) -> Callable[[str], Reading]:
        """Each text is read again for every list it stands in, so that some thousands are kept as read."""
        words = self.words or TextModel.fit([])
        return lru_cache(READINGS)(lambda text: words.read(text, UNSAID))


@dataclass(frozen=True, eq=False)
class Lists:
    """The lists of both sides; `for_needs` has a list a need, `for_talents` one a talent."""

    for_needs: Ranked
    for_talents: Ranked


def reader(framework: FrameworkFile, how: How, report: Report) -> Reader:
    """A reader of both files over this framework; texts are linked to it where a line names no skills."""
    rows = by_code(framework)
    return Reader(
        column={row.code: column for column, row in enumerate(rows)},
        link=_links(rows),
        report=report,
        keep_texts=how.bonus > 0.0,
    )


def by_code(framework: FrameworkFile) -> list[SkillRow]:
    """The skills in the order of their columns, so that "the smaller code" is the smaller column."""
    return sorted(framework.rows, key=lambda row: row.code)


def prepare(framework: FrameworkFile, talents: Sequence[Talent], needs: Sequence[Wanted], how: How) -> Field:
    """Make both sides ready to be ranked: arrays, near skills, and texts as vectors over the words of both."""
    rows = by_code(framework)
    near = near_of(rows) if how.near else []
    vocabulary = Vocabulary.of(len(rows), talents, needs)
    words: TextModel | None = None
    if how.bonus > 0.0 and any(map(text_of, talents)) and any(map(text_of, needs)):
        known = chain.from_iterable((*row.names("en"), *row.names("zh")) for row in rows)
        words = TextModel.fit([*_texts(talents), *_texts(needs)], known=known)
    return Field(
        rows=rows,
        talents=talents,
        needs=needs,
        supply=vocabulary.supply(talents, None if words is None else words.vectors(_texts(talents))),
        demand=vocabulary.needs(needs, None if words is None else words.vectors(_texts(needs))),
        near=as_array(near, len(rows)),
        why_near={(one.wanted, one.held): one.because for one in near} if how.explain else {},
        words=words,
    )


def _texts(lines: Sequence[Talent | Wanted]) -> Iterator[tuple[str, str]]:
    return ((text_of(line), UNSAID) for line in lines)


def _links(rows: Sequence[SkillRow]) -> Link:
    """What finds the skills of texts, over both languages of these skills: nobody confirms them.

    So nothing is found that is more likely wrong than right, and nothing that a text denies.
    """

    @cache
    def linker() -> Linker:  # fitted when the first text comes: most files need it never
        return linker_of(rows)

    def counts(one: Linked) -> bool:
        return one.score >= PROBABLE and one.standing != "denied"

    def found(one: Linked) -> Found:
        return Found(one.skill, one.level, wish=one.standing == "wish", doubtful=one.score == PROBABLE)

    def link(texts: Sequence[str]) -> Iterator[Iterator[Found]]:
        for linked in linker().link_many(texts):
            yield (found(one) for one in linked if counts(one))

    return link


def rank(field: Field, how: How, progress: Progress | None = None) -> Lists:
    """Find both sides' lists in one pass."""
    return Lists(
        *rank_both(
            field.demand,
            field.supply,
            field.near,
            focus_needs=how.focus_of_needs(field.needs),
            focus_people=how.focus_of_talents,
            bonus=how.bonus,
            keep=min(how.top, max(len(field.talents), len(field.needs), 1)),
            on_block=progress,
        )
    )


def write(field: Field, lists: Lists, how: How, out: Path) -> int:
    """Write `needs.jsonl` and `talents.jsonl`, a line each in the order of the files. Returns the pairs written.

    Each file appears under its name only when it is whole.
    """
    out.mkdir(parents=True, exist_ok=True)
    of_needs, of_talents = how.focus_of_needs(field.needs), np.full(len(field.talents), how.focus_of_talents)
    sides: list[
        tuple[str, str, str, Ranked, Sequence[Talent | Wanted], Sequence[Talent | Wanted], NDArray[np.float64]]
    ] = [
        ("needs", "need", "talent", lists.for_needs, field.needs, field.talents, of_needs),
        ("talents", "talent", "need", lists.for_talents, field.talents, field.needs, of_talents),
    ]
    for name, owner, candidate, ranked, owners, candidates, focus in sides:
        growing = out / f"{name}.jsonl.part"
        with growing.open("w", encoding="utf-8", newline="\n") as file:
            for row, line in enumerate(owners):
                matches = [
                    {candidate: candidates[match.other].id, "score": match.score, "fit": match.fit, "use": match.use}
                    | {"rank": match.rank}
                    | (explained(field, match.pair(owner), match, float(focus[row])) if how.explain else {})
                    for match in _matches(ranked, row)
                ]
                file.write(json.dumps({owner: line.id, "matches": matches}, ensure_ascii=False) + "\n")
        growing.replace(out / f"{name}.jsonl")
    return len(lists.for_needs.candidate) + len(lists.for_talents.candidate)


@dataclass(frozen=True)
class _Match:
    """One pair of a list, as the engine ranks it."""

    owner: int
    other: int
    rank: int
    score: float
    fit: float
    use: float
    bonus: float

    def pair(self, owner: str) -> tuple[int, int]:
        """The rows of the talent and the need."""
        return (self.other, self.owner) if owner == "need" else (self.owner, self.other)


def _matches(ranked: Ranked, owner: int) -> Iterator[_Match]:
    of = ranked.of(owner)
    columns = (ranked.candidate, ranked.score, ranked.fit, ranked.use, ranked.bonus)
    for place, (other, score, fit, use, bonus) in enumerate(
        zip(*(column[of].tolist() for column in columns), strict=True), start=1
    ):
        yield _Match(owner, other, place, score, fit, use, bonus)


def explained(field: Field, pair: tuple[int, int], match: _Match, focus: float) -> dict[str, Any]:
    """What `--explain` adds to a match: the parts as the API has them, and what else makes the score of their sum."""
    has, asked = field.talents[pair[0]].skills, field.needs[pair[1]].skills
    wanted = [
        WantedSkill(skill, weight, level, essential)
        for skill, weight, level, essential in zip(
            *(column.tolist() for column in (asked.columns, asked.weights, asked.levels, asked.essential)), strict=True
        )
    ]
    held = dict(zip(has.columns.tolist(), has.levels.tolist(), strict=True))
    parts = explain(held, wanted, field.near, focus=focus, bonus=0.0).parts
    return {
        "parts": [field.part(part) for part in sorted(parts, key=lambda part: (-part.share, part.skill))],
        "focus_deduction": focus * match.fit * (1.0 - match.use),
        "text_bonus": match.bonus,
        "shared_words": list(field.shared_words(*pair)) if match.bonus else [],
    }
