"""Talents and needs from files of JSON Lines, checked line by line: a bad line is told, the others go on."""

import csv
import datetime
import functools
import json
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from accounts.cities import CITIES
from accounts.prose import Level, WorkKind
from engine.model import ESSENTIAL_FACTOR, UNKNOWN, Needs, Supply

from .pairs import KIND_BIT
from .text_vectors import whole_text

LONGEST_TEXT: Final = 100_000  # characters
LONGEST_ID: Final = 200
LONGEST_LINE: Final = 16_000_000  # bytes; a profile of 5,000 skills has a fiftieth of that
MOST_SKILLS_OF_A_NEED: Final = 500
MOST_WEIGHT: Final = 10.0
MOST_PLACES: Final = 10_000
WEIGHT_OF_A_WISH: Final = 0.5  # what a text calls "a plus": as "nice to have" on the form
TALENT_FIELDS: Final = frozenset(
    {"id", "name", "text", "skills", "city", "moves", "remote", "languages", "kinds", "available_from"}
)
NEED_FIELDS: Final = frozenset(
    {"id", "title", "text", "kind", "skills", "city", "remote", "languages", "headcount", "starts_on"}
)


class BadLine(ValueError):
    """A line cannot be taken; the message says why."""


@dataclass(frozen=True)
class Found:
    """A skill that a text shows: its column, its level 1..5, and whether the text only wishes for it.

    What is `doubtful` is as likely wrong as right: a person is taken to hold it, a need to ask for it only where it
    asks for nothing else.
    """

    column: int
    level: int
    wish: bool = False
    doubtful: bool = False


Link = Callable[[Sequence[str]], Iterable[Iterable[Found]]]
Report = Callable[[Path, int, str], None]


@dataclass(frozen=True, eq=False, slots=True)
class Held:
    """What a talent holds: ascending columns with their levels."""

    columns: NDArray[np.int32]
    levels: NDArray[np.int8]


@dataclass(frozen=True, eq=False, slots=True)
class Asked:
    """What a need asks for: ascending columns with minimum levels, and weights as written (essentials not doubled)."""

    columns: NDArray[np.int32]
    levels: NDArray[np.int8]
    weights: NDArray[np.float64]
    essential: NDArray[np.bool_]


@dataclass(frozen=True, eq=False, slots=True)
class Talent:
    """One line of the talents' file; `read` where its skills come from its text."""

    id: str
    title: str
    text: str
    skills: Held
    city: str
    moves: bool | None
    remote: bool | None
    languages: dict[str, int]
    kinds: int
    available_from: datetime.date | None
    read: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Wanted:
    """One line of the needs' file; `read` where its skills come from its text."""

    id: str
    title: str
    text: str
    skills: Asked
    city: str
    remote: bool | None
    languages: dict[str, int]
    kind: int
    starts_on: datetime.date | None
    read: bool = False


T = TypeVar("T", Talent, Wanted)


def text_of(line: Talent | Wanted) -> str:
    """What a line says in words: a need's title is part of it."""
    return whole_text(line.title, line.text).strip()


@dataclass
class Reader:
    """Reads both files over one framework.

    `column` has the place of each code. `link` finds the skills of texts, for the lines that name none. `report` is
    told of every line that is left out, `left_out` counts them, `linked` the lines whose skills come from their text,
    and `unknown_fields` names what was not read, with the line where it first stood.
    """

    column: Mapping[str, int]
    link: Link
    report: Report
    keep_texts: bool = True
    left_out: int = 0
    linked: int = 0
    unknown_fields: dict[str, str] = field(default_factory=dict)

    def talents(self, path: Path) -> list[Talent]:
        """The good lines of a file of talents. Raises `OSError` where it cannot be read."""
        return self._read(path, self._talent, TALENT_FIELDS, _as_held)

    def needs(self, path: Path) -> list[Wanted]:
        """The good lines of a file of needs. Raises `OSError` where it cannot be read."""
        return self._read(path, self._need, NEED_FIELDS, _as_wanted)

    def _read(
        self,
        path: Path,
        parse: Callable[[dict[str, Any]], T],
        known: Collection[str],
        skills_of: Callable[[Iterable[Found]], Any],
    ) -> list[T]:
        """Read the lines, then link the texts of those that name no skills, many at once."""
        lines: list[T] = []
        unlinked: list[int] = []
        for names_skills, line in self._lines(path, parse, known):
            if not names_skills:
                unlinked.append(len(lines))
            lines.append(line)
        self.linked += len(unlinked)
        found = self.link([text_of(lines[place]) for place in unlinked]) if unlinked else ()
        for place, skills in zip(unlinked, found, strict=True):
            lines[place] = replace(lines[place], skills=skills_of(skills), read=True)
        return lines if self.keep_texts else [replace(line, text="", title="") for line in lines]

    def _lines(
        self, path: Path, parse: Callable[[dict[str, Any]], T], known: Collection[str]
    ) -> Iterator[tuple[bool, T]]:
        """The good lines, each with whether it names its skills itself; the others are reported."""
        first: dict[str, int] = {}
        for number, raw in _raw_lines(path):
            try:
                values = _values(raw)
                line = parse(values)
                if line.id in first:
                    raise BadLine(f"the id {line.id!r} stands on line {first[line.id]} already")
            except BadLine as wrong:
                self.left_out += 1
                self.report(path, number, str(wrong))
                continue
            first[line.id] = number
            for name in values.keys() - known:
                self.unknown_fields.setdefault(name, f"{path.name}, line {number}")
            yield values.get("skills") is not None, line

    def _talent(self, values: dict[str, Any]) -> Talent:
        key, text, rows = _beginning(values)
        _string(values, "name", LONGEST_TEXT)
        return Talent(
            id=key,
            title="",
            text=text,
            skills=_held(self._skills(rows, lambda row: _level(row, "level"))),
            city=_city(values),
            moves=_yes_no(values, "moves"),
            remote=_yes_no(values, "remote"),
            languages=_languages(values),
            kinds=_kinds(values),
            available_from=_day(values, "available_from"),
        )

    def _need(self, values: dict[str, Any]) -> Wanted:
        key, text, rows = _beginning(values)
        if len(rows) > MOST_SKILLS_OF_A_NEED:
            raise BadLine(f"{len(rows)} skills; a need has at most {MOST_SKILLS_OF_A_NEED}")
        if values.get("headcount") is not None:
            _whole(values["headcount"], 1, MOST_PLACES, "headcount")
        return Wanted(
            id=key,
            title=_string(values, "title", LONGEST_TEXT),
            text=text,
            skills=_asked(self._skills(rows, _wish)),
            city=_city(values),
            remote=_yes_no(values, "remote"),
            languages=_languages(values),
            kind=0 if values.get("kind") is None else _kind(values["kind"]),
            starts_on=_day(values, "starts_on"),
        )

    def _skills(self, rows: list[Any], parse: Callable[[dict[str, Any]], Any]) -> dict[int, Any]:
        skills: dict[int, Any] = {}
        for row in rows:
            if not isinstance(row, dict):
                raise BadLine("each of skills must be an object with a code")
            column = self._column(row.get("code"))
            if column in skills:
                raise BadLine(f"the skill {_short(row['code'])} stands twice")
            try:
                skills[column] = parse(row)
            except BadLine as wrong:
                raise BadLine(f"skill {_short(row['code'])}: {wrong}") from wrong
        return skills

    def _column(self, code: Any) -> int:
        """The place of a code, which may also be written as the concept's address or in full-width letters."""
        if not isinstance(code, str) or not code:
            raise BadLine("a skill has no code")
        for written in (code, _plain(code), _plain(code).rstrip("/").rsplit("/", 1)[-1]):
            if written in self.column:
                return self.column[written]
        raise BadLine(f"unknown skill code {_short(code)}")


def _beginning(values: dict[str, Any]) -> tuple[str, str, list[Any]]:
    """What both kinds of lines begin with: id, text, and the skills as they stand there, [] where there are none."""
    if not _string(values, "id", LONGEST_ID):
        raise BadLine("there is no id")
    text, rows = _string(values, "text", LONGEST_TEXT), values.get("skills")
    if rows is not None and not isinstance(rows, list):
        raise BadLine("skills must be a list")
    if rows is None and not text:
        raise BadLine("there are neither skills nor a text")
    return str(values["id"]), text, rows or []


# Skills that a text names ---------------------------------------------------------------------------------------------
def _as_held(found: Iterable[Found]) -> Held:
    """Skills of a person's text, each at the highest level that is found."""
    levels: dict[int, int] = {}
    for one in found:
        levels[one.column] = max(levels.get(one.column, 0), one.level)
    return _held(levels)


def _as_wanted(found: Iterable[Found]) -> Asked:
    """Skills of a need's text: wanted, or nice to have where the text says so; the first ones of too many.

    What is wrongly asked for costs everybody a part of the fit, what is wrongly held costs hardly anything.
    """
    wishes: dict[int, tuple[int, float, bool]] = {}
    shown = list(found)
    for one in [one for one in shown if not one.doubtful] or shown:
        if len(wishes) < MOST_SKILLS_OF_A_NEED:
            wishes.setdefault(one.column, (one.level, WEIGHT_OF_A_WISH if one.wish else 1.0, False))
    return _asked(wishes)


def _held(levels: Mapping[int, int]) -> Held:
    columns = sorted(levels)
    return Held(
        columns=np.array(columns, dtype=np.int32),
        levels=np.array([levels[column] for column in columns], dtype=np.int8),
    )


def _asked(wishes: Mapping[int, tuple[int, float, bool]]) -> Asked:
    """Level, weight and essential by column, as the columns of a need."""
    columns = sorted(wishes)
    return Asked(
        columns=np.array(columns, dtype=np.int32),
        levels=np.array([wishes[column][0] for column in columns], dtype=np.int8),
        weights=np.array([wishes[column][1] for column in columns], dtype=np.float64),
        essential=np.array([wishes[column][2] for column in columns], dtype=np.bool_),
    )


# A line and its values ------------------------------------------------------------------------------------------------
def _raw_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Number and bytes of each line that is not blank; of one that is too long only its beginning."""
    with path.open("rb") as file:
        number = 0
        while raw := file.readline(LONGEST_LINE + 1):
            number += 1
            rest = raw
            while len(rest) > LONGEST_LINE and not rest.endswith(b"\n"):
                rest = file.readline(LONGEST_LINE + 1)
            if number == 1:
                raw = raw.removeprefix(b"\xef\xbb\xbf")
            if raw.strip():
                yield number, raw


def _values(raw: bytes) -> dict[str, Any]:
    if len(raw) > LONGEST_LINE:
        raise BadLine(f"longer than {LONGEST_LINE:,} bytes")
    try:
        values = json.loads(raw.decode("utf-8"), parse_constant=_no_number)
    except BadLine:
        raise
    except UnicodeDecodeError as wrong:
        raise BadLine(f"not in UTF-8 (byte {wrong.start + 1})") from wrong
    except json.JSONDecodeError as wrong:
        raise BadLine(f"not JSON: {wrong.msg} (character {wrong.pos + 1})") from wrong
    except RecursionError as wrong:
        raise BadLine("not JSON of ours: too deeply nested") from wrong
    except ValueError as wrong:  # a whole number of thousands of digits
        raise BadLine(f"not JSON of ours: {wrong}") from wrong
    if not isinstance(values, dict):
        raise BadLine("must be an object with named fields")
    return values


def _no_number(word: str) -> None:
    raise BadLine(f"{word} is not a number")


def _string(values: dict[str, Any], name: str, longest: int) -> str:
    """A text, trimmed; "" where it is left out."""
    value = values.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadLine(f"{name} must be a text")
    if len(value) > longest:
        raise BadLine(f"{name} has {len(value):,} characters; at most {longest:,}")
    try:
        value.encode()
    except UnicodeEncodeError as wrong:
        raise BadLine(f"{name} has half a character in it (a lone surrogate)") from wrong
    return value.strip()


def _whole(value: Any, low: int, high: int, name: str) -> int:
    """A whole number within bounds; 4.0 is one, true is not."""
    if isinstance(value, bool) or not (isinstance(value, int) or (isinstance(value, float) and value.is_integer())):
        raise BadLine(f"{name} must be a whole number from {low} to {high}, not {_short(value)}")
    if not low <= value <= high:
        raise BadLine(f"{name} must lie in {low}..{high}, not {_short(value)}")
    return int(value)


def _level(row: dict[str, Any], name: str) -> int:
    if row.get(name) is None:
        raise BadLine(f"there is no {name}")
    return _whole(row[name], min(Level), max(Level), name)


def _wish(row: dict[str, Any]) -> tuple[int, float, bool]:
    """Minimum level, weight and essential of one skill; what is left out asks for no more than to know it."""
    weight = 1.0 if row.get("weight") is None else row["weight"]
    number = isinstance(weight, int | float) and not isinstance(weight, bool)
    if not number or not 0 < weight <= MOST_WEIGHT:
        raise BadLine(f"weight must be a number above 0, at most {MOST_WEIGHT:g}, not {_short(weight)}")
    level = min(Level) if row.get("min_level") is None else _level(row, "min_level")
    return int(level), float(weight), bool(_yes_no(row, "essential"))


def _yes_no(values: dict[str, Any], name: str) -> bool | None:
    value = values.get(name)
    if value is not None and not isinstance(value, bool):
        raise BadLine(f"{name} must be true or false, not {_short(value)}")
    return value


def _day(values: dict[str, Any], name: str) -> datetime.date | None:
    value = values.get(name)
    if value is None:
        return None
    try:
        if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            return datetime.date.fromisoformat(value)
    except ValueError as wrong:
        raise BadLine(f"{name}: {_short(value)} is no day of the calendar") from wrong
    raise BadLine(f"{name} must be a day like 2026-07-01, not {_short(value)}")


def _kind(value: Any) -> int:
    if not isinstance(value, str) or value not in KIND_BIT:
        raise BadLine(f"unknown kind of work {_short(value)}; there are {', '.join(WorkKind.values)}")
    return KIND_BIT[WorkKind(value)]


def _kinds(values: dict[str, Any]) -> int:
    value = values.get("kinds")
    if value is not None and not isinstance(value, list):
        raise BadLine("kinds must be a list")
    return functools.reduce(int.__or__, map(_kind, value or ()), 0)


def _languages(values: dict[str, Any]) -> dict[str, int]:
    """Levels by the first part of each language's code: `zh-Hans` is `zh`, Cantonese is `yue`."""
    value = values.get("languages")
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadLine("languages must be an object of codes and levels")
    levels: dict[str, int] = {}
    for code, level in value.items():
        plain = _plain(code).casefold()
        if not re.fullmatch(r"[a-z]{2,3}(-[a-z0-9]{1,8})*", plain):
            raise BadLine(f"{_short(code)} is no code of a language, such as en, zh, yue")
        language = plain.partition("-")[0]
        levels[language] = max(levels.get(language, 0), _whole(level, min(Level), max(Level), f"language {code}"))
    return levels


def _city(values: dict[str, Any]) -> str:
    """A city by whichever of its names it is called; one that the region does not know, by that name."""
    name = " ".join(_plain(_string(values, "city", LONGEST_ID)).casefold().split())
    return _city_names().get(name, name)


@functools.cache
def _city_names() -> dict[str, str]:
    with CITIES.open(encoding="utf-8", newline="") as file:
        return {
            row[column].casefold(): row["code"]
            for row in csv.DictReader(file)
            for column in ("name_zh", "name_en", "code")
        }


def _plain(text: str) -> str:
    """Full-width letters and digits as their usual selves, without blanks around."""
    return unicodedata.normalize("NFKC", text).strip()


def _short(value: Any) -> str:
    """A value as it may stand in a message, on one line."""
    written = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    return written if len(written) <= 60 else f"{written[:57]}…"


# Arrays ---------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Vocabulary:
    """Which number each skill, city and language has in the arrays of both sides."""

    skills: int
    cities: dict[str, int]
    languages: dict[str, int]

    @classmethod
    def of(cls, skills: int, talents: Sequence[Talent], needs: Sequence[Wanted]) -> "Vocabulary":
        """All cities, and the languages that any need asks for: no other one can decide."""
        cities = sorted(({talent.city for talent in talents} | {need.city for need in needs}) - {""})
        languages = sorted({code for need in needs for code in need.languages})
        return cls(skills, _numbered(cities), _numbered(languages))

    def supply(self, talents: Sequence[Talent], text: csr_array | None = None) -> Supply:
        """Talents as the engine takes them, a row each."""
        return Supply(
            levels=self._matrix(talents, [talent.skills.levels for talent in talents], np.int8),
            order=_order(talents),
            kinds=np.array([talent.kinds for talent in talents], dtype=np.uint8),
            city=self._cities(talents),
            moves=_known([talent.moves for talent in talents]),
            remote=_known([talent.remote for talent in talents]),
            languages=self._levels_of_languages(talents),
            speaks=np.array([bool(talent.languages) for talent in talents], dtype=np.bool_),
            available=_days([talent.available_from for talent in talents]),
            text=text,
        )

    def needs(self, needs: Sequence[Wanted], text: csr_array | None = None) -> Needs:
        """Needs as the engine takes them, a row each; essentials are doubled here."""
        weights = [need.skills.weights * np.where(need.skills.essential, ESSENTIAL_FACTOR, 1.0) for need in needs]
        return Needs(
            weights=self._matrix(needs, weights, np.float64),
            min_levels=self._matrix(needs, [need.skills.levels for need in needs], np.int8),
            order=_order(needs),
            kind=np.array([need.kind for need in needs], dtype=np.uint8),
            city=self._cities(needs),
            remote=_known([need.remote for need in needs]),
            languages=self._levels_of_languages(needs),
            starts=_days([need.starts_on for need in needs]),
            text=text,
        )

    def _matrix(self, lines: Sequence[Talent | Wanted], values: Sequence[NDArray[Any]], dtype: Any) -> csr_array:
        indptr = np.concatenate([[0], np.cumsum([len(line.skills.columns) for line in lines], dtype=np.int64)])
        columns = np.concatenate([np.empty(0, np.int32), *(line.skills.columns for line in lines)])
        data = np.concatenate([np.empty(0, dtype), *values]).astype(dtype)
        return csr_array((data, columns, indptr), shape=(len(lines), self.skills))

    def _cities(self, lines: Sequence[Talent | Wanted]) -> NDArray[np.int32]:
        return np.array([self.cities.get(line.city, UNKNOWN) for line in lines], dtype=np.int32)

    def _levels_of_languages(self, lines: Sequence[Talent | Wanted]) -> NDArray[np.int8]:
        levels = np.zeros((len(lines), len(self.languages)), dtype=np.int8)
        for row, line in enumerate(lines):
            for code, level in line.languages.items():
                if code in self.languages:
                    levels[row, self.languages[code]] = level
        return levels


def _numbered(names: Iterable[str]) -> dict[str, int]:
    return {name: number for number, name in enumerate(names)}


def _order(lines: Sequence[Talent | Wanted]) -> NDArray[np.int64]:
    order = np.empty(len(lines), dtype=np.int64)
    order[sorted(range(len(lines)), key=lambda row: lines[row].id)] = np.arange(len(lines))
    return order


def _known(values: Iterable[bool | None]) -> NDArray[np.int8]:
    return np.array([UNKNOWN if value is None else int(value) for value in values], dtype=np.int8)


def _days(days: Iterable[datetime.date | None]) -> NDArray[np.int64]:
    return np.array([day.toordinal() if day else UNKNOWN for day in days], dtype=np.int64)
