"""Database rows to arrays: the only place that does."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.conf import settings
from django.utils import timezone
from scipy.sparse import csr_array

from accounts.prose import SpokenLanguage
from engine.model import ENGINE_VERSION, ESSENTIAL_FACTOR, UNKNOWN, Needs, Supply
from engine.text import TextModel
from enterprises.models import Need, NeedSkill
from skills import near as near_skills
from skills.models import Framework, NearSkill, Skill
from talent.levels import levels_of_profiles
from talent.models import Profile

from .pairs import KIND_BIT
from .text_fit import text_model_for_matching
from .text_vectors import text_vectors

ROW = ("id", "revision", "public_id", "changed_at")
LANGUAGE_COLUMN = {language: column for column, language in enumerate(SpokenLanguage.values)}


@dataclass(frozen=True)
class Versions:
    """What a list was made with."""

    engine: str
    framework: str
    near: str
    text: str


@dataclass(frozen=True)
class Vocabulary:
    """Which column each skill has, how near the columns are to each other, and the words that texts are compared by."""

    column: dict[int, int]
    near: csr_array
    words: TextModel
    versions: Versions


@dataclass(frozen=True)
class People:
    """Listed people as arrays; `ids` and `revisions` have a place for each row of `supply`."""

    ids: np.ndarray
    revisions: np.ndarray
    supply: Supply


@dataclass(frozen=True)
class Demand:
    """Published needs as arrays; `ids`, `revisions` and `organisations` have a place for each row of `needs`."""

    ids: np.ndarray
    revisions: np.ndarray
    organisations: np.ndarray
    needs: Needs


@dataclass(frozen=True)
class Snapshot:
    """Both sides as they stood at `read_at`."""

    read_at: datetime.datetime
    vocabulary: Vocabulary
    people: People
    demand: Demand


def read_snapshot(profiles: Iterable[int] | None = None, needs: Iterable[int] | None = None) -> Snapshot:
    """Both sides, whole or only the given keys of one. Who is not listed or published now is left out."""
    read_at = timezone.now()
    vocabulary = read_vocabulary()
    return Snapshot(read_at, vocabulary, read_people(vocabulary, profiles), read_demand(vocabulary, needs))


def read_vocabulary() -> Vocabulary:
    """Columns in the order of codes, so that "the smaller code" is the smaller column."""
    keys = Skill.objects.order_by("code", "id").values_list("id", flat=True)
    column = {key: place for place, key in enumerate(keys)}
    rows = list(NearSkill.objects.order_by().values_list("wanted_id", "held_id", "value"))
    shape = (len(column), len(column))
    near = csr_array(
        (
            np.array([value for _, _, value in rows], dtype=np.float64),
            (
                np.array([column[wanted] for wanted, _, _ in rows], dtype=np.int32),
                np.array([column[held] for _, held, _ in rows], dtype=np.int32),
            ),
        ),
        shape=shape,
    )
    words = text_model_for_matching()
    framework = Framework.objects.filter(code=settings.FRAMEWORK, current=True).first()
    versions = Versions(
        engine=ENGINE_VERSION,
        framework=framework.label if framework else "",
        near=near_skills.current_version(),
        text=words.version,
    )
    return Vocabulary(column, near, words, versions)


def read_people(vocabulary: Vocabulary, keys: Iterable[int] | None = None) -> People:
    """Listed people. Revisions are read before claims: a list can be newer than it says, never older."""
    profiles = Profile.objects.listed().order_by("id")
    if keys is not None:
        profiles = profiles.filter(id__in=list(keys))
    fields = ["kinds", "city_id", "moves", "remote", "languages", "available_from"]
    rows = list(profiles.values(*ROW, *fields))
    place = {row["id"]: index for index, row in enumerate(rows)}
    levels = levels_of_profiles(place)
    triples = [
        (place[profile], vocabulary.column[skill], effective.level)
        for profile, held in levels.items()
        for skill, effective in held.items()
    ]
    languages = np.zeros((len(rows), len(LANGUAGE_COLUMN)), dtype=np.int8)
    for index, row in enumerate(rows):
        _fill_languages(languages[index], row["languages"])
    return People(
        ids=np.array([row["id"] for row in rows], dtype=np.int64),
        revisions=np.array([row["revision"] for row in rows], dtype=np.int64),
        supply=Supply(
            levels=_sparse(triples, (len(rows), len(vocabulary.column)), np.int8),
            order=_order(rows),
            kinds=np.array([sum(KIND_BIT.get(kind, 0) for kind in set(row["kinds"])) for row in rows], dtype=np.uint8),
            city=_integers(rows, "city_id", np.int32),
            moves=_integers(rows, "moves", np.int8),
            remote=_integers(rows, "remote", np.int8),
            languages=languages,
            speaks=np.array([bool(row["languages"]) for row in rows], dtype=bool),
            available=_days(rows, "available_from"),
            text=text_vectors(vocabulary.words, Profile, rows),
        ),
    )


def read_demand(vocabulary: Vocabulary, keys: Iterable[int] | None = None) -> Demand:
    """Published needs, essentials doubled once, here."""
    published = Need.objects.published().order_by("id")
    if keys is not None:
        published = published.filter(id__in=list(keys))
    fields = ["organisation_id", "kind", "city_id", "remote", "languages", "starts_on"]
    rows = list(published.values(*ROW, *fields))
    place = {row["id"]: index for index, row in enumerate(rows)}
    asked = NeedSkill.objects.filter(need_id__in=place).order_by()
    entries = [
        (place[need], vocabulary.column[skill], weight * (ESSENTIAL_FACTOR if essential else 1.0), level)
        for need, skill, weight, essential, level in asked.values_list(
            "need_id", "skill_id", "weight", "essential", "min_level"
        )
    ]
    shape = (len(rows), len(vocabulary.column))
    languages = np.zeros((len(rows), len(LANGUAGE_COLUMN)), dtype=np.int8)
    for index, row in enumerate(rows):
        _fill_languages(languages[index], row["languages"])
    return Demand(
        ids=np.array([row["id"] for row in rows], dtype=np.int64),
        revisions=np.array([row["revision"] for row in rows], dtype=np.int64),
        organisations=np.array([row["organisation_id"] for row in rows], dtype=np.int64),
        needs=Needs(
            weights=_sparse([(need, skill, weight) for need, skill, weight, _ in entries], shape, np.float64),
            min_levels=_sparse([(need, skill, level) for need, skill, _, level in entries], shape, np.int8),
            order=_order(rows),
            kind=np.array([KIND_BIT.get(row["kind"], 0) for row in rows], dtype=np.uint8),
            city=_integers(rows, "city_id", np.int32),
            remote=_integers(rows, "remote", np.int8),
            languages=languages,
            starts=_days(rows, "starts_on"),
            text=text_vectors(vocabulary.words, Need, rows),
        ),
    )


def _sparse(triples: list[tuple[int, int, Any]], shape: tuple[int, int], dtype: Any) -> csr_array:
    values = np.array([value for _, _, value in triples], dtype=dtype)
    row = np.array([row for row, _, _ in triples], dtype=np.int32)
    column = np.array([column for _, column, _ in triples], dtype=np.int32)
    matrix = csr_array((values, (row, column)), shape=shape)
    matrix.sort_indices()
    return matrix


def _order(rows: list[dict[str, Any]]) -> np.ndarray:
    order = np.empty(len(rows), dtype=np.int64)
    order[sorted(range(len(rows)), key=lambda index: rows[index]["public_id"])] = np.arange(len(rows))
    return order


def _integers(rows: list[dict[str, Any]], field: str, dtype: Any) -> np.ndarray:
    return np.array([UNKNOWN if row[field] is None else int(row[field]) for row in rows], dtype=dtype)


def _days(rows: list[dict[str, Any]], field: str) -> np.ndarray:
    return np.array([row[field].toordinal() if row[field] else UNKNOWN for row in rows], dtype=np.int64)


def _fill_languages(row: np.ndarray, languages: dict[str, int]) -> None:
    for code, level in languages.items():
        if code in LANGUAGE_COLUMN:
            row[LANGUAGE_COLUMN[code]] = level
