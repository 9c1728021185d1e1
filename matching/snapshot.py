"""Database rows to arrays: the only place that does."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
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
from talent.levels import levels_of

from .pairs import KIND_BIT, PAIR_KINDS, PairKind
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
class Offered:
    """Candidates of one kind as arrays; `ids` and `revisions` have a place for each row of `supply`."""

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

    def matched_with(self, kind: PairKind) -> "Demand":
        """Those that are matched with candidates of this kind."""
        rows = np.flatnonzero(self.needs.kind & sum(KIND_BIT[need] for need in kind.needs))
        if len(rows) == len(self.ids):
            return self
        return Demand(self.ids[rows], self.revisions[rows], self.organisations[rows], self.needs.take(rows))


@dataclass(frozen=True)
class Snapshot:
    """Both sides as they stood at `read_at`; `offered` by what a need's list of them is called."""

    read_at: datetime.datetime
    vocabulary: Vocabulary
    offered: Mapping[str, Offered]
    demand: Demand


def read_snapshot(
    kinds: Iterable[PairKind] = PAIR_KINDS,
    *,
    candidates: Iterable[int] | None = None,
    needs: Iterable[int] | None = None,
) -> Snapshot:
    """Both sides, whole or only the given keys of one. What is not listed or published now is left out."""
    read_at = timezone.now()
    vocabulary = read_vocabulary()
    offered = {str(kind.candidates): read_offered(vocabulary, kind, candidates) for kind in kinds}
    return Snapshot(read_at, vocabulary, offered, read_demand(vocabulary, needs))


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


def read_offered(vocabulary: Vocabulary, kind: PairKind, keys: Iterable[int] | None = None) -> Offered:
    """Candidates of one kind. Revisions are read before claims: a list can be newer than it says, never older.

    What no condition of this kind looks at is unknown to the engine, and so removes nobody.
    """
    standing = kind.standing().order_by("id")
    if keys is not None:
        standing = standing.filter(id__in=list(keys))
    rows: list[dict[str, Any]] = list(standing.values(*ROW, *kind.fields.values()))
    stated = [kind.stated(row) for row in rows]
    place = {row["id"]: index for index, row in enumerate(rows)}
    triples = [
        (place[key], vocabulary.column[skill], effective.level)
        for key, held in levels_of(kind.holder, place).items()
        for skill, effective in held.items()
    ]
    return Offered(
        ids=np.array([row["id"] for row in rows], dtype=np.int64),
        revisions=np.array([row["revision"] for row in rows], dtype=np.int64),
        supply=Supply(
            levels=_sparse(triples, (len(rows), len(vocabulary.column)), np.int8),
            order=_order(rows),
            kinds=np.array([kind.kinds(said) for said in stated], dtype=np.uint8),
            city=_integers(stated, "city", np.int32),
            moves=_integers(stated, "moves", np.int8),
            remote=_integers(stated, "remote", np.int8),
            languages=_languages(stated),
            speaks=np.array([bool(said.get("languages")) for said in stated], dtype=bool),
            available=_days(stated, "available"),
            text=text_vectors(vocabulary.words, kind.model, rows),
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
            languages=_languages(rows),
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


def _integers(rows: Sequence[Mapping[str, Any]], field: str, dtype: Any) -> np.ndarray:
    values = [row.get(field) for row in rows]
    return np.array([UNKNOWN if value is None else int(value) for value in values], dtype=dtype)


def _days(rows: Sequence[Mapping[str, Any]], field: str) -> np.ndarray:
    days = [row.get(field) for row in rows]
    return np.array([day.toordinal() if day else UNKNOWN for day in days], dtype=np.int64)


def _languages(rows: Sequence[Mapping[str, Any]]) -> np.ndarray:
    table = np.zeros((len(rows), len(LANGUAGE_COLUMN)), dtype=np.int8)
    for row, said in zip(table, rows, strict=True):
        for code, level in (said.get("languages") or {}).items():
            if code in LANGUAGE_COLUMN:
                row[LANGUAGE_COLUMN[code]] = level
    return table
