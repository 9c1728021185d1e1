"""How much a sentence resembles each skill, by scikit-learn alone: for skills that no name in the text points to.

In English three likenesses are added up, each measured (docs/decisions/0006): the words of a name against every short
stretch of the sentence, the best counts (a whole sentence against a name drowns the three words that matter in thirty
others); the letters of the label against the whole sentence (n-grams of three and four, for endings and spellings); and
the sentence against label and definition in a hundred latent directions (TF-IDF, `TruncatedSVD`), which says what the
sentence is about, and so whether "stack" is of software or of timber. In Chinese characters are compared
(`characters`).

The weight of a word falls with the number of skills whose names or definition have it, never to nothing; words of
grammar count a tenth, words of every advertisement four tenths. A name whose words weigh little together is discounted:
the alias "part" would otherwise be found wherever a text says "part".
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics.pairwise import linear_kernel
from sklearn.preprocessing import normalize

from .characters import Characters
from .likenesses import Likenesses
from .names import spellings
from .wording import (
    ADVERT_PAIRS,
    ADVERT_WORDS,
    GRAMMAR_CHARACTERS,
    STOP_WORDS,
    Mark,
    features,
    plain,
    stem,
    units,
)

WIDEST: Final = 4
"""Longest stretch of a sentence that is held against a name, in words."""

LABEL_LETTERS: Final = 0.4
DEFINITION: Final = 0.2
"""Weights of the letters of the label and of the definition beside the words of a name, which weigh 1."""

GRAMMAR_WEIGHT: Final = 0.1
ADVERT_WEIGHT: Final = 0.4
ALIAS_WEIGHT: Final = 0.95
"""A label is a little surer than an alias."""

ENOUGH: Final = 0.8
"""A name whose words weigh less than this together (root of the sum of squares) is discounted by the ratio's root."""

DIRECTIONS: Final = 100
FLOOR: Final = 0.35
"""Stretches less alike to a name than this are not looked at further."""

CELLS: Final = 700_000
"""Sentences times skills that are worked on at a time, which takes some 40 MB."""

_GRAMMAR_STEMS: Final = frozenset(map(stem, STOP_WORDS))
_ADVERT_STEMS: Final = frozenset(map(stem, ADVERT_WORDS)) - _GRAMMAR_STEMS


@lru_cache(maxsize=200_000)
def _factor(feature: str) -> float:
    if len(feature) <= 2 and not feature.isascii():
        if any(sign in GRAMMAR_CHARACTERS for sign in feature):
            return GRAMMAR_WEIGHT
        return ADVERT_WEIGHT if feature in ADVERT_PAIRS else 1.0
    if feature in _GRAMMAR_STEMS or feature.isdecimal():
        return GRAMMAR_WEIGHT
    return ADVERT_WEIGHT if feature in _ADVERT_STEMS else 1.0


def _marks(text: str) -> list[str]:
    return [mark[0] for mark in features(units(text), text)]


def _subjects(text: str) -> list[str]:
    """Give the features of plain text that carry a subject, for comparing whole texts."""
    return [mark for mark in _marks(text) if _factor(mark) > GRAMMAR_WEIGHT]


class Resemblance:
    """The names and definitions of all skills in one language, ready to be held against sentences."""

    def __init__(
        self, language: str, names: Sequence[Sequence[str]], definitions: Sequence[str], *, seed: int = 0
    ) -> None:
        """Take each skill's names, its label first, and its definition. O(letters of all), some seconds for ESCO.

        A skill without a name is like nothing. Raises ``ValueError`` where lengths differ.
        """
        if len(names) != len(definitions):
            raise ValueError("there must be one definition a skill, empty where there is none")
        self.size = len(names)
        self.block = max(1, CELLS // max(1, self.size))
        """How many sentences should be compared at a time."""
        self._characters = Characters(names, definitions) if language == "zh" else None
        labels = [plain(own[0]).text if own else "" for own in names]
        described = [f"{label}\n{plain(text).text}" for label, text in zip(labels, definitions, strict=True)]
        spelt = [
            [
                (_marks(plain(spelling).text), place == 0)
                for place, name in enumerate(own)
                for spelling in spellings(name)
            ]
            for own in names
        ]
        self._weigh(spelt, described)
        if self._characters is not None:
            return
        self._keep_names(spelt)
        self._letters, self._label_letters = _fitted(
            TfidfVectorizer(
                analyzer="char_wb", ngram_range=(3, 4), sublinear_tf=True, dtype=np.float32, lowercase=False
            ),
            labels,
        )
        self._words, table = _fitted(
            TfidfVectorizer(
                analyzer=_subjects, sublinear_tf=True, min_df=2 if self.size > 1_000 else 1, dtype=np.float32
            ),
            described,
        )
        self._directions: NDArray[np.float32] | None = None
        self._skills: NDArray[np.float32] | None = None
        if table is not None:
            count = min(DIRECTIONS, table.shape[0] - 1, table.shape[1] - 1)
            if count >= 2:
                found = TruncatedSVD(count, n_iter=2, random_state=seed).fit(table)
                self._directions = found.components_.T.astype(np.float32)
                self._skills = normalize(table @ self._directions)

    def _weigh(self, spelt: list[list[tuple[list[str], bool]]], described: list[str]) -> None:
        seen: Counter[str] = Counter()
        for own, text in zip(spelt, described, strict=True):
            seen.update({mark for name, _ in own for mark in name}.union(_marks(text)))
        most = math.log(self.size + 1) + 1
        self._weights = {
            mark: _factor(mark) * (math.log((self.size + 1) / (count + 1)) + 1) / most for mark, count in seen.items()
        }

    def weight(self, feature: str) -> float:
        """Give how much a word or pair of characters tells, in 0..1; one that no skill has tells most."""
        known = self._weights.get(feature)
        return _factor(feature) if known is None else known

    def _keep_names(self, spelt: list[list[tuple[list[str], bool]]]) -> None:
        self._columns: dict[str, int] = {}
        data: list[float] = []
        indices: list[int] = []
        ends = [0]
        owners: list[int] = []
        trust: list[float] = []
        for skill, own in enumerate(spelt):
            held: set[tuple[str, ...]] = set()
            for name, label in own:
                marks = tuple(sorted(set(name)))
                if not marks or marks in held:
                    continue
                held.add(marks)
                weights = [self.weight(mark) for mark in marks]
                length = math.sqrt(sum(weight * weight for weight in weights))
                for mark, weight in zip(marks, weights, strict=True):
                    indices.append(self._columns.setdefault(mark, len(self._columns)))
                    data.append(weight / length)
                ends.append(len(indices))
                owners.append(skill)
                trust.append(math.sqrt(min(1.0, length / ENOUGH)) * (1.0 if label else ALIAS_WEIGHT))
        shape = (len(owners), max(1, len(self._columns)))
        names = csr_array(
            (np.array(data, dtype=np.float32), np.array(indices, dtype=np.int32), np.array(ends)), shape=shape
        )
        self._names = csr_array(names.T)
        self._owners = np.array(owners, dtype=np.int64)
        self._trust = np.array(trust, dtype=np.float32)

    def trust(self, name: str) -> float:
        """Give how far a name, found letter by letter, can be trusted to mean the skill: 1 unless of common words."""
        weights = [self.weight(mark) for mark in set(_marks(plain(name).text))]
        return math.sqrt(min(1.0, math.sqrt(sum(weight * weight for weight in weights)) / ENOUGH))

    def compare(self, texts: Sequence[str], starts: Sequence[int], marks: Sequence[Sequence[Mark]]) -> Likenesses:
        """Hold some plain sentences, which begin at these places, against every skill; some ``block`` at a time.

        ``marks`` are their features. O(stretches * names that share a word + sentences * skills).
        """
        if self._characters is not None:
            return self._characters.compare(texts, starts)
        count = len(texts)
        flat = np.zeros(count * self.size, dtype=np.float64)
        start = np.zeros((count, self.size), dtype=np.int32)
        end = np.zeros((count, self.size), dtype=np.int32)
        table, sentence_of, places = self._stretches(marks)
        if table.shape[0] and self._owners.size:
            alike = csr_array(table @ self._names)
            row = np.repeat(np.arange(table.shape[0]), np.diff(alike.indptr))
            close = alike.data >= FLOOR
            row, column = row[close], alike.indices[close]
            value = alike.data[close] * self._trust[column]
            # Of equal stretches the shortest, which is what is shown; written last, it stays.
            order = np.lexsort((-(places[row, 1] - places[row, 0]), value))
            row, column, value = row[order], column[order], value[order]
            key = sentence_of[row] * self.size + self._owners[column]
            flat[key] = value
            start.flat[key], end.flat[key] = places[row, 0], places[row, 1]
        score = flat.reshape(count, self.size)
        some = score > 0
        if self._label_letters is not None:
            score += LABEL_LETTERS * linear_kernel(self._letters.transform(texts), self._label_letters)
        if self._directions is not None and self._skills is not None:
            about = normalize(self._words.transform(texts) @ self._directions)
            score += DEFINITION * linear_kernel(about, self._skills)
        score *= some
        return Likenesses(score, lambda row, skill: (int(start[row, skill]), int(end[row, skill])))

    def _stretches(self, sentences: Sequence[Sequence[Mark]]) -> tuple[csr_array, NDArray[np.int64], NDArray[np.int32]]:
        """Give every short stretch of each sentence: its features by weight, its sentence, its place.

        One that begins or ends with a word that no name has, or with a word of grammar, is left out: without that word
        it is more like any name.
        """
        unknown: dict[str, int] = {}
        rows: list[tuple[int, int, int, int, int]] = []
        weights: list[float] = []
        run = 0
        for sentence, marks in enumerate(sentences):
            run += 1
            for mark, start, end, fresh in marks:
                run += fresh
                column = self._columns.get(mark, -1)
                if column < 0:
                    column = unknown.setdefault(mark, -1 - len(unknown))
                rows.append((sentence, run, start, end, column))
                weights.append(self.weight(mark))
        # Columns: sentence, run without punctuation, start, end, number of the feature (below 0: in no name).
        table = np.array(rows, dtype=np.int64).reshape(-1, 5)
        weight = np.array(weights, dtype=np.float32)
        factors = np.array([_factor(mark[0]) for marks in sentences for mark in marks], dtype=np.float32)
        edge = (table[:, 4] >= 0) & (factors > GRAMMAR_WEIGHT)
        subject = factors >= 1.0
        parts = [self._of_width(table, weight, edge, subject, width) for width in range(1, WIDEST + 1)]
        shape = (sum(len(part[1]) for part in parts), max(1, len(self._columns)))
        if not shape[0]:
            return csr_array(shape, dtype=np.float32), np.empty(0, np.int64), np.empty((0, 2), np.int32)
        offsets = np.cumsum([0] + [len(part[1]) for part in parts])
        of_rows = np.concatenate([part[0][0] + offset for part, offset in zip(parts, offsets.tolist(), strict=False)])
        of_columns = np.concatenate([part[0][1] for part in parts])
        data = np.concatenate([part[0][2] for part in parts])
        stretches = csr_array((data, (of_rows, of_columns)), shape=shape)
        return (
            stretches,
            np.concatenate([part[1] for part in parts]),
            np.concatenate([part[2] for part in parts]).astype(np.int32),
        )

    @staticmethod
    def _of_width(
        table: NDArray[np.int64],
        weight: NDArray[np.float32],
        edge: NDArray[np.bool_],
        subject: NDArray[np.bool_],
        width: int,
    ) -> tuple[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]], NDArray[np.int64], NDArray[np.int64]]:
        """Give the stretches of one width: (row, column, value) of their features, their sentences, their places."""
        count = len(table) - width + 1
        if count <= 0:
            nothing = np.empty(0, np.int64)
            return (nothing, nothing, np.empty(0, np.float32)), nothing, np.empty((0, 2), np.int64)
        last = width - 1
        whole = table[:count, 1] == table[last:, 1]
        begins = np.flatnonzero(whole & edge[:count] & edge[last:])
        within = begins[:, None] + np.arange(width)
        numbers, weights = table[within, 4], weight[within]
        for later in range(1, width):  # a word that comes twice counts once
            for earlier in range(later):
                weights[:, later] *= numbers[:, later] != numbers[:, earlier]
        weights /= np.sqrt((weights * weights).sum(axis=1))[:, None]
        known = (numbers >= 0) & (weights > 0)
        row, place = np.nonzero(known)
        # What is shown begins and ends with a word of the subject, where the stretch has one.
        subjects = subject[within]
        some = subjects.any(axis=1)
        first = np.where(some, subjects.argmax(axis=1), 0)
        final = np.where(some, last - subjects[:, ::-1].argmax(axis=1), last)
        places = np.stack([table[begins + first, 2], table[begins + final, 3]], axis=1)
        return (row, numbers[row, place], weights[row, place]), table[begins, 0], places


def _fitted(vectorizer: TfidfVectorizer, texts: Sequence[str]) -> tuple[TfidfVectorizer, csr_array | None]:
    """Fit on texts and give their table; None where no text has anything in it."""
    try:
        return vectorizer, vectorizer.fit_transform(texts)
    except ValueError:  # an empty vocabulary: nothing to compare with
        return vectorizer, None
