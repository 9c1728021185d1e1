"""Does the matching agree with what any career adviser would say? A panel of ordered statements, judged by the engine.

    python -m benchmarks.panel

A statement is a line of tests/data/panel/statements.jsonl: a need (or a person), two candidates A and B written as the
batch files write them, what must hold between them, and why, in both languages. `direction` says who looks: "need" (a
need's list of people), "person" (a person's list of needs) or "advice" (a need's list of experts or courses, where
strengths that lie elsewhere cost nothing). `relation` is "before" (A stands above B), "equal" (the same score) or
"excluded" (A is listed, B fails a condition). A tie is no "before": B holds the better place in the order of ids.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_array

from benchmarks.measures import cosines
from benchmarks.sources import OWN_DATA, json_lines
from engine.model import ESSENTIAL_FACTOR, FOCUS_NEED, FOCUS_NONE, FOCUS_PERSON, UNKNOWN, Needs, Ranked, Supply
from engine.near import combine, from_relations
from engine.topk import rank_for_needs, rank_for_people

if TYPE_CHECKING:
    from skills.framework import SkillRow

STATEMENTS = OWN_DATA / "panel" / "statements.jsonl"
FOCUS = {"need": FOCUS_NEED, "person": FOCUS_PERSON, "advice": FOCUS_NONE}
RELATIONS = ("before", "equal", "excluded")
EQUAL = 1e-9

Line = Mapping[str, Any]


@dataclass(frozen=True)
class Statement:
    """For this owner (a need, or a person) A stands to B as the relation says, because …"""

    id: str
    kind: str
    direction: str
    relation: str
    owner: Line
    a: Line
    b: Line
    because_en: str
    because_zh: str

    def title(self) -> str:
        """What the statement is about, in one line."""
        return str(self.owner.get("title") or self.owner.get("text") or self.owner["id"])


@dataclass(frozen=True)
class Figures:
    """What the engine makes of one candidate; no place where it fails a condition or has a score of 0."""

    eligible: bool
    score: float
    fit: float
    use: float
    place: int | None

    def __str__(self) -> str:
        if not self.eligible:
            return "fails a condition"
        return f"score {self.score:.4f} (fit {self.fit:.4f}, use {self.use:.4f})"


@dataclass(frozen=True)
class Verdict:
    """One statement, the figures of both candidates, and whether it holds."""

    statement: Statement
    a: Figures
    b: Figures
    holds: bool

    def __str__(self) -> str:
        said = self.statement
        head = f"{said.id} {said.kind}, {said.direction}: {said.title()}"
        return f"{head}\n    {said.because_en}\n    A {self.a}\n    B {self.b}"


def read_statements(path: Path = STATEMENTS) -> list[Statement]:
    """Read the statements, in order."""
    return [
        Statement(
            id=line["id"],
            kind=line["kind"],
            direction=line["direction"],
            relation=line["relation"],
            owner=line["talent" if line["direction"] == "person" else "need"],
            a=line["a"],
            b=line["b"],
            because_en=line["because_en"],
            because_zh=line["because_zh"],
        )
        for line in json_lines(path)
    ]


def near_from_relations(rows: Sequence[SkillRow]) -> csr_array:
    """Lay the framework's relations out as near skills, csr (K, K): ``[k, q]`` how far holding q shows k."""
    place = {row.code: index for index, row in enumerate(rows)}
    broader = [(place[row.code], place[other]) for row in rows for other in row.broader]
    related = [(place[row.code], place[other]) for row in rows for other in row.related]
    found = combine([from_relations(broader, related)])
    return csr_array((found.value, (found.wanted, found.held)), shape=(len(rows), len(rows)))


class Encoder:
    """Turns lines of batch files into the engine's tables; cities, languages and kinds are numbered as they come."""

    def __init__(self, codes: Sequence[str], lines: Sequence[Line]) -> None:
        self.place = {code: index for index, code in enumerate(codes)}
        self.cities = _numbers(line["city"] for line in lines if line.get("city"))
        self.languages = _numbers(name for line in lines for name in line.get("languages", ()))
        kinds = (line["kind"] for line in lines if line.get("kind"))
        self.kinds = _numbers([*kinds, *(kind for line in lines for kind in line.get("kinds", ()))])

    def supply(self, people: Sequence[Line]) -> Supply:
        """Encode people; the later ones win ties."""
        return Supply(
            levels=self._table([{s["code"]: s["level"] for s in one.get("skills", ())} for one in people], np.int8),
            order=np.arange(len(people), dtype=np.int64)[::-1].copy(),
            kinds=np.array([sum(1 << self.kinds[k] for k in one.get("kinds", ())) for one in people], dtype=np.uint8),
            city=self._cities(people),
            moves=_answers(people, "moves"),
            remote=_answers(people, "remote"),
            languages=self._languages(people),
            speaks=np.array([bool(one.get("languages")) for one in people]),
            available=_days(people, "available_from"),
        )

    def needs(self, needs: Sequence[Line]) -> Needs:
        """Encode needs, essentials doubled; the later ones win ties."""
        weights = [{s["code"]: _weight(s) for s in one.get("skills", ())} for one in needs]
        minimum = [{s["code"]: s.get("min_level", 1) for s in one.get("skills", ())} for one in needs]
        return Needs(
            weights=self._table(weights, np.float64),
            min_levels=self._table(minimum, np.int8),
            order=np.arange(len(needs), dtype=np.int64)[::-1].copy(),
            kind=np.array([1 << self.kinds[one["kind"]] if one.get("kind") else 0 for one in needs], dtype=np.uint8),
            city=self._cities(needs),
            remote=_answers(needs, "remote"),
            languages=self._languages(needs),
            starts=_days(needs, "starts_on"),
        )

    def _table(self, rows: Sequence[Mapping[str, Any]], dtype: type) -> csr_array:
        indptr = np.cumsum([0, *map(len, rows)])
        cells = [(self.place[code], value) for row in rows for code, value in row.items()]
        table = csr_array(
            (np.array([v for _, v in cells], dtype=dtype), np.array([k for k, _ in cells], dtype=np.int32), indptr),
            shape=(len(rows), len(self.place)),
        )
        table.sort_indices()
        return table

    def _cities(self, lines: Sequence[Line]) -> np.ndarray:
        return np.array([self.cities.get(line.get("city"), UNKNOWN) for line in lines], dtype=np.int32)

    def _languages(self, lines: Sequence[Line]) -> np.ndarray:
        table = np.zeros((len(lines), len(self.languages)), dtype=np.int8)
        for row, line in enumerate(lines):
            for name, level in line.get("languages", {}).items():
                table[row, self.languages[name]] = level
        return table


def judge(statement: Statement, codes: Sequence[str], near: csr_array, *, focus: float | None = None) -> Verdict:
    """Work out both candidates as the platform would (or with another focus); say whether the statement holds."""
    encoder = Encoder(codes, (statement.owner, statement.a, statement.b))
    focus = FOCUS[statement.direction] if focus is None else focus
    candidates = (statement.a, statement.b)
    ranked: list[Ranked] = []
    # Both together for their places, then each alone: a count of one list does not say which of the two is excluded.
    for some in (candidates, candidates[:1], candidates[1:]):
        if statement.direction == "person":
            found = rank_for_people(encoder.supply([statement.owner]), encoder.needs(some), near, focus=focus)
        else:
            found = rank_for_needs(encoder.needs([statement.owner]), encoder.supply(some), near, focus=focus)
        ranked.append(found)
    together, *alone = ranked
    a, b = (_figures(together, candidate, bool(alone[candidate].eligible[0])) for candidate in (0, 1))
    return Verdict(statement, a, b, _holds(statement.relation, a, b))


def judge_all(
    statements: Sequence[Statement], rows: Sequence[SkillRow], near: csr_array | None = None
) -> list[Verdict]:
    """Judge every statement over a framework, with the near skills of its relations unless others are given."""
    codes = [row.code for row in rows]
    shows = near_from_relations(rows) if near is None else near
    return [judge(statement, codes, shows) for statement in statements]


def _holds(relation: str, a: Figures, b: Figures) -> bool:
    if relation == "equal":
        return a.eligible and b.eligible and abs(a.score - b.score) <= EQUAL
    if relation == "excluded":
        return a.place is not None and not b.eligible
    return b.eligible and a.place is not None and (b.place is None or a.place < b.place)


def _figures(ranked: Ranked, candidate: int, eligible: bool) -> Figures:
    places = np.flatnonzero(ranked.candidate == candidate)
    if not len(places):
        return Figures(eligible, 0.0, 0.0, 0.0, None)
    at = int(places[0])
    return Figures(eligible, float(ranked.score[at]), float(ranked.fit[at]), float(ranked.use[at]), at)


def _weight(skill: Line) -> float:
    return float(skill.get("weight", 1.0)) * (ESSENTIAL_FACTOR if skill.get("essential") else 1.0)


def _numbers(names: Any) -> dict[Any, int]:
    return {name: number for number, name in enumerate(dict.fromkeys(names))}


def _answers(lines: Sequence[Line], name: str) -> np.ndarray:
    return np.array([UNKNOWN if line.get(name) is None else int(line[name]) for line in lines], dtype=np.int8)


def _days(lines: Sequence[Line], name: str) -> np.ndarray:
    days = [date.fromisoformat(line[name]).toordinal() if line.get(name) else UNKNOWN for line in lines]
    return np.array(days, dtype=np.int64)


def judge_by_cosine(statement: Statement, codes: Sequence[str]) -> Verdict:
    """The plain rival: the cosine of levels held and levels asked for times weights, under the same conditions."""
    nothing = csr_array((len(codes), len(codes)), dtype=np.float64)
    verdict = judge(statement, codes, nothing)
    encoder = Encoder(codes, (statement.owner, statement.a, statement.b))
    asks, holds = [statement.owner], [statement.a, statement.b]
    if statement.direction == "person":
        asks, holds = holds, asks
    needs = encoder.needs(asks)
    alike = cosines(csr_array(needs.weights * needs.min_levels), encoder.supply(holds).levels).ravel().tolist()
    a, b = (
        replace(figures, score=score, place=None if not figures.eligible else int(score <= max(alike) - EQUAL))
        for figures, score in zip((verdict.a, verdict.b), alike, strict=True)
    )
    return Verdict(statement, a, b, _holds(statement.relation, a, b))


def report(columns: Mapping[str, Sequence[Verdict]]) -> None:
    """Print how many hold by kind, a column a way of judging, and what the first one does not hold, with figures."""
    print(f"{'':36}" + "".join(f"{name:>16}" for name in columns))
    first = next(iter(columns.values()))
    for kind in (*dict.fromkeys(one.statement.kind for one in first), None):
        held = ([one.holds for one in verdicts if kind in (None, one.statement.kind)] for verdicts in columns.values())
        print(f"{kind or 'all':36}" + "".join(f"{f'{sum(those)} of {len(those)}':>16}" for those in held))
    for one in first:
        if not one.holds:
            print(f"does not hold: {one}")


def main(_words: Sequence[str] = ()) -> int:
    """Judge the whole panel on the embedded framework, and again by simpler means."""
    import django

    django.setup()
    from skills.framework import DATA, read_skills
    from skills.nearness import as_array, near_of

    statements, rows = read_statements(), read_skills(DATA / "digital_trade.csv")
    codes, nothing = [row.code for row in rows], csr_array((len(rows), len(rows)), dtype=np.float64)
    near = as_array(near_of(rows), len(rows))
    report(
        {
            "crossing": judge_all(statements, rows, near),
            "no near skills": judge_all(statements, rows, nothing),
            "fit alone": [judge(one, codes, near, focus=FOCUS_NONE) for one in statements],
            "cosine": [judge_by_cosine(one, codes) for one in statements],
        }
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
