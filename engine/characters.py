"""How much a Chinese sentence resembles each skill: by the characters that both are written with.

A Chinese character is often half a meaning (税 in 关税, 退税, 税务), there are no blanks between words, and who
advertises a job describes the work rather than names it. So the whole sentence is held against all that is written of a
skill, its names and its definition, by the cosine of TF-IDF over single characters and pairs of them. Names against
short stretches, letters of labels and latent directions, which lead in English, find less here, and nothing beside it
(docs/decisions/0006).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
from scipy.sparse import csr_array
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics.pairwise import linear_kernel

from .likenesses import Likenesses
from .wording import plain, units

STEEP: Final = 3.0
RAISED: Final = 0.44
"""A cosine c counts as ``STEEP * c + RAISED``, so that one curve turns a likeness of either language into a score:
fitted by logistic regression on sentences in the style of advertisements (`benchmarks/linking_zh.py`)."""

FEW: Final = 20
"""Of a handful of skills hardly any shares a character with another, so rarity says little: n skills count n / (n + 20)
of a cosine."""

_BREAK: Final = re.compile(r"[^\s\w、/+\-]")
"""A sign between two words over which no place reaches."""


class Characters:
    """All that is written of the skills in Chinese, ready to be held against sentences."""

    def __init__(self, names: Sequence[Sequence[str]], definitions: Sequence[str]) -> None:
        """Take each skill's names and its definition; a skill without a name is like nothing. O(letters of all)."""
        written = [
            plain("\n".join((*own, text))).text if own else "" for own, text in zip(names, definitions, strict=True)
        ]
        self._part = len(written) / (len(written) + FEW)
        self._vectors = TfidfVectorizer(
            analyzer="char", ngram_range=(1, 2), sublinear_tf=True, lowercase=False, dtype=np.float32
        )
        try:
            self._skills = csr_array(self._vectors.fit_transform(written))
        except ValueError:  # nothing is written of any skill
            self._vectors.fit(["\N{NULL}"])
            self._skills = csr_array((len(written), 1), dtype=np.float32)

    def compare(self, texts: Sequence[str], starts: Sequence[int]) -> Likenesses:
        """Hold some plain sentences, which begin at these places, against every skill. O(sentences * skills)."""
        if not texts:
            return Likenesses(np.zeros((0, self._skills.shape[0])), lambda row, skill: (0, 0))
        cosine = linear_kernel(self._vectors.transform(texts), self._skills)

        def place(row: int, skill: int) -> tuple[int, int]:
            first, last = self._most_alike(texts[row], skill)
            return starts[row] + first, starts[row] + last

        return Likenesses(np.where(cosine > 0, STEEP * self._part * cosine + RAISED, 0.0), place)

    def _most_alike(self, text: str, skill: int) -> tuple[int, int]:
        """Find the stretch that earned most: the one whose characters tell most above the sentence's mean.

        A character tells what it and the pairs that it is part of weigh with the skill, a Latin word the mean
        of its letters. A stretch of greatest sum (Kadane; Bentley, CACM 27:9, 1984). O(characters).
        """
        begin, end = self._skills.indptr[skill], self._skills.indptr[skill + 1]
        weighs = dict(zip(self._skills.indices[begin:end].tolist(), self._skills.data[begin:end].tolist(), strict=True))
        number = self._vectors.vocabulary_
        tells = np.zeros(len(text))
        for width in (1, 2):
            for at in range(len(text) - width + 1):
                tells[at : at + width] += weighs.get(number.get(text[at : at + width], -1), 0.0)
        words = units(text)
        if not words:
            return 0, len(text)
        means = np.array([tells[word.start : word.end].mean() for word in words])
        best, best_sum, first, total = (0, len(words) - 1), 0.0, 0, 0.0
        for place, value in enumerate((means - means.mean()).tolist()):
            if total <= 0.0 or _BREAK.search(text, words[place - 1].end, words[place].start):
                first, total = place, 0.0
            total += value
            if total > best_sum + 1e-9:
                best, best_sum = (first, place), total
        return words[best[0]].start, words[best[1]].end
