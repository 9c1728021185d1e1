"""The hand-written parts, and how they are chosen and joined."""

import csv
import datetime
import json
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any

PARTS = Path(__file__).resolve().parents[1] / "data" / "region"
WEEK = datetime.timedelta(weeks=1)

Row = dict[str, Any]
Levels = dict[str, int]
"""Skill code -> level."""


class Parts:
    """What the region is made of, on a day and by a seed."""

    def __init__(self, today: datetime.date, seed: str) -> None:
        self.today, self.seed = today, seed

    @cached_property
    def words(self) -> Row:
        """Sentences and lists; a sentence is a pair, English and Chinese."""
        return dict(json.loads((PARTS / "words.json").read_text(encoding="utf-8")))

    @cached_property
    def bodies(self) -> list[Row]:
        return table("bodies")

    @cached_property
    def roles(self) -> list[Row]:
        """What firms look for: a title with the skills that go with it."""
        return table("roles")

    @cached_property
    def _tasks(self) -> dict[str, list[tuple[str, str]]]:
        tasks: dict[str, list[tuple[str, str]]] = {}
        for row in table("tasks"):
            tasks.setdefault(row["skill"], []).append((row["en"], row["zh"]))
        return tasks

    def chance(self, kind: str) -> Random:
        """A stream of its own for each kind of row, so that a change of one moves no other."""
        return Random(f"{self.seed}: {kind}")  # noqa: S311  a demo, no secret

    def does(self, chance: Random, codes: Iterable[str], chinese: bool) -> list[str]:
        """For each skill a phrase that says what somebody with it does."""
        return [chance.choice(self._tasks[code])[chinese] for code in codes]

    def sentence(self, chance: Random, chinese: bool, *names: str) -> str:
        """One of the sentences under these names."""
        found: Any = self.words
        for name in names:
            found = found[name]
        return str(chance.choice(found)[chinese])

    def city_of(self, body: str) -> str:
        return next(str(row["city"]) for row in self.bodies if row["key"] == body)

    def monday(self, weeks: int) -> datetime.date:
        """The Monday so many weeks ahead."""
        return self.today + weeks * WEEK + datetime.timedelta(days=-self.today.weekday() % 7)

    def least_busy(self, chance: Random, fitting: Sequence[str], busy: dict[str, int]) -> str:
        """The body that has least so far; it gets one more."""
        body = min(fitting, key=lambda key: (busy.get(key, 0), chance.random()))
        busy[body] = busy.get(body, 0) + 1
        return body


def table(name: str) -> list[Row]:
    with (PARTS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def levels_in(text: str) -> Levels:
    """`DT0009:3 DT0010:2` as codes with levels."""
    return {code: int(level) for code, _, level in (one.partition(":") for one in text.split())}


def some(chance: Random, levels: Levels, fewest: int, most: int) -> Levels:
    """A few of them, in their order."""
    kept = chance.sample(list(levels), min(len(levels), chance.randint(fewest, most)))
    return {code: level for code, level in levels.items() if code in kept}


def rows_of(levels: Levels) -> list[Row]:
    return [{"skill": code, "level": level} for code, level in levels.items()]


def in_either(chance: Random) -> bool:
    """Whether a text is written in Chinese: rather more than half are."""
    return chance.random() < 0.6


def language(chinese: bool) -> str:
    return "zh-Hans" if chinese else "en"


def filled(stems: Sequence[str], phrases: Sequence[str], **others: object) -> list[str]:
    """Each phrase in its stem; the last stem serves all that are left."""
    stems = [*stems, *[stems[-1]] * len(phrases)]
    return [stem.format(phrase, **others) for stem, phrase in zip(stems, phrases, strict=False)]


def joined(sentences: Sequence[str], chinese: bool) -> str:
    return ("" if chinese else " ").join(sentences)
