"""Finding in one pass every place of a text that names a skill by its label or an alias.

The names stand in a dictionary of spellings, with the set of their beginnings beside it (a trie in two hash tables),
and the text is walked word by word: as long as what is joined so far begins some name, one more word is joined, and the
longest name wins. Since only whole words are joined, "platform" never holds "Tform"; since a Chinese character is a
word by itself, a change of script is a border, and the longest of several Chinese names wins. Words are joined without
what stands between them, so "e-commerce", "e commerce" and "ecommerce" are one, as are "MySQL" and "My SQL".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from .wording import STOP_WORDS, Plain, Unit, has_han, listed, plain, units

ORDINARY: Final = STOP_WORDS | listed(
    """
    access assembly balance base blender chef complex conduct crystal dart do elastic excel express flash flask flow
    forth go hive ideal impala julia keynote lambda less make manner maple numbers oracle outlook page pages part
    people pig pilot processing project projects puppet react ruby rust sage scheme scratch seed shell signal sketch
    slack smart source spark spring sprint square stage storm stripe support swift teams unity vision visual wave
    way well word words work works
    """
)
"""English words that are also names of tools: as names they count only with the capitals of the name."""

_GAPS: Final = frozenset(
    {"", " ", "  ", "-", "_", ".", "/", "'", "’", "·", "–", " - ", " / ", " & ", "&", "‑", "•", "‐"}
)
"""What may stand between two words of one name."""

NEARBY: Final = 12
"""Characters before and after a name in which Chinese ones make the text a Chinese one."""

_NUMBERED: Final = re.compile(r"([a-z]{3,})\d{1,2}")
_PARENTHESES: Final = re.compile(r"\s*[(（][^()（）]*[)）]")


@dataclass(frozen=True, slots=True)
class Name:
    """One way to write one skill."""

    skill: int
    text: str
    label: bool
    first: str
    capitals: str
    """"" where case does not matter, "all" where the text must be in capitals, "first" where it must begin with one."""
    but_in_chinese: bool = False
    """Whether case does not matter beside Chinese characters, where names are often written small."""


@dataclass(frozen=True, slots=True)
class NameHit:
    """A place that names one or more skills: its units ``first`` to ``last``, plain places ``start`` to ``end``."""

    names: tuple[Name, ...]
    first: int
    last: int
    start: int
    end: int


def spellings(name: str) -> tuple[str, ...]:
    """Give a name as it stands and without its parentheses: "Java (computer programming)" is written "Java"."""
    bare = _PARENTHESES.sub("", name).strip()
    return (name, bare) if bare and bare != name else (name,)


@lru_cache(maxsize=100_000)
def _singular(word: str) -> str:
    if len(word) < 4 or not word.isascii() or not word.endswith("s") or word.endswith(("ss", "us", "is", "ics")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("ches", "shes", "xes", "sses")) else word[:-1]


class NameIndex:
    """The names of all skills in both languages, or words of another kind, ready to be found in texts."""

    def __init__(self, names: Iterable[tuple[int, str, bool]], *, any_case: bool = True) -> None:
        """Take (skill, name, whether it is the label). O(all letters of all names).

        Without ``any_case`` a word with capitals (REACH, Adjust) needs them, but for where Chinese is written.
        """
        self._one: dict[str, list[Name]] = {}
        self._many: dict[str, list[Name]] = {}
        self._begun: set[str] = set()
        plurals: dict[str, list[Name]] = {}
        for skill, given, label in names:
            for spelling in spellings(given):
                text = plain(spelling).text
                parts = [unit.text for unit in units(text)]
                if not parts:
                    continue
                joined, single = "".join(parts), "".join(map(_singular, parts))
                name = Name(skill, spelling, label, parts[0], _capitals(spelling, joined) if len(parts) == 1 else "")
                if not any_case and len(parts) == 1 and spelling[:1].isupper():
                    name = replace(name, capitals="all" if spelling.isupper() else "first", but_in_chinese=True)
                if name.capitals == "never":
                    continue
                _add(self._one, joined, name)
                _add(self._many, single, name)
                if len(parts) == 1:
                    _add(self._many, joined, name)
                if joined.isascii() and len(joined) > 2 and not joined.endswith("s"):
                    _add(plurals, joined + "s", name)
                    if joined.endswith("y"):
                        _add(plurals, joined[:-1] + "ies", name)
                begun = ""
                for part in parts[:-1]:
                    begun += _singular(part)
                    self._begun.add(begun)
        for joined, owners in plurals.items():
            if joined not in self._one:
                self._one[joined] = owners

    def find(self, text: Plain, words: Sequence[Unit]) -> list[NameHit]:
        """Find the longest names, from left to right, none overlapping. O(words * words of the longest name).

        ``words`` are the units of ``text``. Several skills of one name share a hit.
        """
        found: list[NameHit] = []
        at, count = 0, len(words)
        while at < count:
            hit = self._longest(text, words, at, count)
            if hit is None:
                at += 1
            else:
                found.append(hit)
                at = hit.last + 1
        return found

    def _longest(self, text: Plain, words: Sequence[Unit], at: int, count: int) -> NameHit | None:
        first = words[at]
        best: tuple[tuple[Name, ...], int] | None = None
        alone = self._one.get(first.text)
        if alone is None and (numbered := _NUMBERED.fullmatch(first.text)):
            alone = self._one.get(numbered[1])
        if alone is not None and (kept := self._kept(alone, text, first.start, first.end, first, 1)):
            best = kept, at
        joined = _singular(first.text)
        last = at
        while last + 1 < count and text.text[words[last].end : words[last + 1].start] in _GAPS:
            if joined not in self._begun and last > at:
                break
            last += 1
            joined += _singular(words[last].text)
            owners = self._many.get(joined)
            if owners is not None:
                kept = self._kept(owners, text, first.start, words[last].end, first, last - at + 1)
                if kept:
                    best = kept, last
        if best is None:
            return None
        return NameHit(best[0], at, best[1], first.start, words[best[1]].end)

    @staticmethod
    def _kept(owners: Sequence[Name], text: Plain, start: int, end: int, first: Unit, joined: int) -> tuple[Name, ...]:
        """Leave out names whose capitals the text lacks, and "no SQL" where only "NoSQL" is a name."""
        kept = []
        for name in owners:
            # "My SQL" may be MySQL, "my SQL" is not; "No SQL" is none at all.
            split = joined > 1 and first.text in STOP_WORDS and name.first != first.text
            if split and (first.text in {"no", "not"} or not text.written(start, first.end).istitle()):
                continue
            small = name.but_in_chinese and has_han(text.text[max(0, start - NEARBY) : end + NEARBY])
            if name.capitals and not small and not _as_written(name.capitals, text, start, end):
                continue
            kept.append(name)
        return tuple(kept)


def _add(table: dict[str, list[Name]], key: str, name: Name) -> None:
    owners = table.setdefault(key, [])
    if all(owner.skill != name.skill for owner in owners):
        owners.append(name)


def _capitals(spelling: str, joined: str) -> str:
    if joined not in ORDINARY and not (len(joined) == 1 and joined.isascii()):
        return ""
    if spelling.isupper():
        return "all"
    return "first" if spelling[:1].isupper() else "never"


def _as_written(capitals: str, text: Plain, start: int, end: int) -> bool:
    written = text.written(start, end)
    if capitals == "all":
        return written.isupper()
    # "Access to …" begins a sentence with an ordinary word; "Access, Excel" and "in Excel" do not.
    begins = not text.text[:start].rstrip(" \t-*•")[-1:].strip() or text.text[:start].rstrip()[-1:] in ".!?。"
    goes_on = text.text[end : end + 1] == " " and text.text[end + 1 : end + 2].isalpha()
    return written[:1].isupper() and not (begins and goes_on)
