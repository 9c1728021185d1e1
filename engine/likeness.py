"""How alike two skills are by what is written of them: their names and their descriptions, in English and in Chinese.

Method. Names (label and aliases) and descriptions of each language become rows of TF-IDF over character n-grams, each
of length 1. Side by side, and cut down by a truncated SVD where there are many (latent semantic analysis: Deerwester et
al. 1990), the nearest of each skill are looked for. The few found are then measured exactly::

    names = geometric mean over the languages of the cosines of the names;   described = the same of the descriptions
    alike = sqrt(names * described)

so that all must agree: a word with two meanings in one language ("warehouse" of goods, of data) makes nobody near. A
pair stays if each is among the ``MUTUAL`` most alike of the other, and it is clearly more alike than the middle skill
of the framework is to its closest one: that bar moves with how densely a framework is written.

scikit-learn is imported where it is used: it takes a second, for which only who fits should wait.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack

from engine.peoples import peoples_named

LIKENESS_LEAST: Final = 0.15
"""What a pair just above the bar shows: a guess that a career adviser would sign, but nothing to rest on."""

LIKENESS_CAP: Final = 0.4
"""The most that likeness shows: less than the framework's own "related", which a person has written."""

BAR: Final = 0.21
"""No pair below this is kept, however thinly a framework is written: of 307 skills, 3 of the 12 pairs just below it
were ones that a career adviser would not sign, above it 1 of 25."""

CLEARLY: Final = 1.1
"""How far above the middle skill's likeness to its closest one the bar stands."""

HIGHEST_BAR: Final = 0.5
"""What is half alike is alike, even where nearly every skill has such a neighbour, as in a file of a few lines."""

FULL: Final = 2.0
"""A pair that is this many times as alike as the bar shows the cap."""

MUTUAL: Final = 5
"""Each must be among so many most alike of the other. It keeps out skills whose wide wording resembles everything."""

CANDIDATES: Final = 24
"""So many neighbours of each skill are measured exactly."""

COMPONENTS: Final = 100
"""Length of the rows in which the neighbours of a large framework are looked for."""

LARGE: Final = 1000
"""Up to so many skills are compared as they are: that is quicker than the SVD, and exact."""

UNDESCRIBED: Final = 0.7
"""``alike`` is this much of ``names`` where one of both has no description: about what descriptions leave of it."""

UNDESCRIBED_CAP: Final = 0.25
"""And such a pair shows no more than this: names alone make "Monitoring" resemble "Network monitoring software"."""

CATALOGUE: Final = 40
"""More aliases than this are no names: O*NET lists every product of a kind, and long lists resemble each other."""

_NAMES_WEIGH: Final = 0.6
_OFTEN_ENOUGH: Final = 3
_SEED: Final = 20
_Floats = NDArray[np.float64]
_Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Told:
    """What is written of one skill in one language; any of it may be empty."""

    label: str = ""
    aliases: tuple[str, ...] = ()
    definition: str = ""


def likeness(codes: Sequence[str], english: Sequence[Told], chinese: Sequence[Told]) -> csr_array:
    """Find the pairs of skills that are alike by what is written of them.

    ``codes`` are K distinct codes, ``english`` and ``chinese`` what is told of each, in the same order. Gives csr
    (K, K) float64, symmetric, in LIKENESS_LEAST..LIKENESS_CAP, two decimals, at most MUTUAL a row. The order of the
    skills changes nothing. Two skills whose labels name different languages or places are never alike: what tells
    them apart is just what one would have to know. Raises ``ValueError`` where the codes are not distinct or the
    lengths differ.

    O(K * COMPONENTS * (K + text)), in blocks: ESCO's 13,890 skills in half a minute and 0.5 GB on two slow cores.
    """
    size = len(codes)
    if len(set(codes)) < size:
        raise ValueError("a code stands twice")
    if len(english) != size or len(chinese) != size:
        raise ValueError("each skill needs its texts in both languages, though they may be empty")
    order = sorted(range(size), key=lambda place: codes[place])
    english, chinese = [english[place] for place in order], [chinese[place] for place in order]
    blocks = [_blocks(english, "char_wb", (2, 4)), _blocks(chinese, "char", (1, 2))]
    first, second, alike, cap = _measured(blocks)
    apart = _worlds_apart(english, chinese, first, second)
    first, second, alike, cap = first[~apart], second[~apart], alike[~apart], cap[~apart]
    bar = _bar(first, alike, size)
    keep = _mutual(first, second, alike, size) & (alike >= bar) & (alike > 0)
    span = np.clip((alike[keep] - bar) / ((FULL - 1.0) * bar), 0.0, 1.0)
    values = np.round(np.minimum(LIKENESS_LEAST + (LIKENESS_CAP - LIKENESS_LEAST) * span, cap[keep]), 2)
    place_of = np.array(order, dtype=np.intp)
    found = csr_array((values, (place_of[first[keep]], place_of[second[keep]])), shape=(size, size))
    found.sort_indices()
    return found


@dataclass(frozen=True)
class _Block:
    """Names or descriptions of all skills in one language: rows of length 1, or empty ones."""

    names: csr_array
    described: csr_array


def _blocks(told: Sequence[Told], analyzer: str, grams: tuple[int, int]) -> _Block:
    # The label stands twice: it is what the skill is called, an alias may be a single tool of many.
    names = [" | ".join(filter(str.strip, (one.label, *_called(one)))) for one in told]
    described = [one.definition.strip() for one in told]
    return _Block(_vectors(names, analyzer, grams), _vectors(described, analyzer, grams))


def _vectors(texts: Sequence[str], analyzer: str, grams: tuple[int, int]) -> csr_array:
    if not any(texts):
        return csr_array((len(texts), 0), dtype=np.float32)
    from sklearn.feature_extraction.text import TfidfVectorizer

    fitted = TfidfVectorizer(analyzer=analyzer, ngram_range=grams, sublinear_tf=True, dtype=np.float32)
    return csr_array(fitted.fit_transform(texts))


def _measured(blocks: Sequence[_Block]) -> tuple[_Rows, _Rows, _Floats, _Floats]:
    """Candidates both ways, each pair once a direction, with how alike they are, 0..1, and the most they may show."""
    first, second = _candidates(blocks)
    names = _agreement([block.names for block in blocks], first, second)
    described = _agreement([block.described for block in blocks], first, second)
    bare = np.isnan(described)
    alike = np.where(bare, UNDESCRIBED * names, np.sqrt(names * described))
    return first, second, np.nan_to_num(alike), np.where(bare, UNDESCRIBED_CAP, LIKENESS_CAP)


def _candidates(blocks: Sequence[_Block]) -> tuple[_Rows, _Rows]:
    weighted = [
        part * np.float32(np.sqrt(weight))
        for block in blocks
        for part, weight in ((block.names, _NAMES_WEIGH), (block.described, 1.0 - _NAMES_WEIGH))
        if part.shape[1]
    ]
    if not weighted:
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
    from sklearn.decomposition import TruncatedSVD
    from sklearn.neighbors import NearestNeighbors
    from sklearn.preprocessing import normalize

    joined = normalize(csr_array(hstack(weighted, format="csr")))
    told = np.flatnonzero(np.diff(joined.indptr))
    space = joined[told]
    if len(told) > max(LARGE, COMPONENTS) and space.shape[1] > COMPONENTS:
        space = space[:, np.bincount(space.indices, minlength=space.shape[1]) >= _OFTEN_ENOUGH]
        space = normalize(TruncatedSVD(COMPONENTS, n_iter=3, random_state=_SEED).fit_transform(space))
    # Of rows of length 1 the nearest by distance are the nearest by cosine, and scikit-learn finds them in less memory.
    searched = NearestNeighbors(n_neighbors=min(CANDIDATES + 1, len(told)), metric="euclidean", algorithm="brute")
    _distances, found = searched.fit(space).kneighbors(space)
    first = np.repeat(told, found.shape[1])
    second = told[found.ravel()]
    different = first != second
    low = np.minimum(first, second)[different].astype(np.int64)
    high = np.maximum(first, second)[different].astype(np.int64)
    size = joined.shape[0]
    low, high = np.divmod(np.unique(low * size + high), size)
    return np.concatenate([low, high]), np.concatenate([high, low])


def _agreement(parts: Sequence[csr_array], first: _Rows, second: _Rows) -> _Floats:
    """The geometric mean of the cosines in the languages in which both have a text; NaN where there is none."""
    product, counted = np.ones(len(first)), np.zeros(len(first))
    for part in parts:
        if not part.shape[1]:
            continue
        filled = np.diff(part.indptr) > 0
        both = filled[first] & filled[second]
        product[both] *= _cosines(part, first[both], second[both])
        counted += both
    return np.asarray(np.where(counted > 0, product ** (1.0 / np.maximum(counted, 1.0)), np.nan))


def _cosines(rows: csr_array, first: _Rows, second: _Rows, together: int = 10_000) -> _Floats:
    """Cosines of rows of length 1, ``together`` at a time so that no copy of all of them is held."""
    parts = [
        np.asarray((rows[first[start : start + together]] * rows[second[start : start + together]]).sum(axis=1))
        for start in range(0, len(first), together)
    ]
    return np.clip(np.concatenate([np.empty(0), *parts]).astype(np.float64), 0.0, 1.0)


def _worlds_apart(english: Sequence[Told], chinese: Sequence[Told], first: _Rows, second: _Rows) -> NDArray[np.bool_]:
    named = [peoples_named(en.label) | peoples_named(zh.label) for en, zh in zip(english, chinese, strict=True)]
    apart = [
        bool(named[one] and named[other]) and named[one].isdisjoint(named[other])
        for one, other in zip(first.tolist(), second.tolist(), strict=True)
    ]
    return np.array(apart, dtype=np.bool_)


def _bar(first: _Rows, alike: _Floats, size: int) -> float:
    closest = np.zeros(size)
    np.maximum.at(closest, first, alike)
    return min(max(BAR, CLEARLY * float(np.median(closest))), HIGHEST_BAR) if size else BAR


def _mutual(first: _Rows, second: _Rows, alike: _Floats, size: int) -> NDArray[np.bool_]:
    """Whether each of a pair is among the most alike of the other. ``first``, ``second`` hold every pair both ways."""
    grain = np.round(alike, 9)  # equal ones are then told apart by the code, not by the last bit of a sum
    order = np.lexsort((second, -grain, first))
    starts = np.searchsorted(first[order], np.arange(size))
    rank = np.empty(len(first), dtype=np.intp)
    rank[order] = np.arange(len(first)) - starts[first[order]]
    near = rank < MUTUAL
    forth = first.astype(np.int64) * size + second
    back = second.astype(np.int64) * size + first
    return np.asarray(near & np.isin(forth, back[near]))


class SharedWords:
    """The words that two skills' texts share, those of their names and then the rarest first: why they count as alike.

    English words as they are written (an ending may make the difference of two). Chinese writes no blanks, so a word is
    what stands alone as some skill's name, or two characters that meet many different neighbours on either side.
    O(text) to set up, O(words of both) a pair.
    """

    def __init__(self, english: Sequence[Told], chinese: Sequence[Told]) -> None:
        forms = [_english_forms(_whole(one)) for one in english]
        self._written = _as_written(form for of_one in forms for form in of_one)
        self._english = [{form.casefold() for form in of_one} for of_one in forms]
        self._named = [{form.casefold() for form in _english_forms(_names(one))} for one in english]
        words = _chinese_words(chinese)
        self._chinese = [_found_in(_whole(one), words) for one in chinese]
        self._often = Counter(word for found in (*self._english, *self._chinese) for word in found)

    def of(self, one: int, other: int, top: int = 3) -> dict[str, list[str]]:
        """Give up to ``top`` shared words of skills ``one`` and ``other`` for "en" and "zh"; a language may lack."""
        shared = self._chinese[one] & self._chinese[other]
        longest = [word for word in shared if not any(word != wider and word in wider for wider in shared)]
        found = {
            "en": [self._written[word] for word in self._shared_english(one, other)[:top]],
            "zh": sorted(longest, key=lambda word: (self._often[word], -len(word), word))[:top],
        }
        return {language: words for language, words in found.items() if words}

    def _shared_english(self, one: int, other: int) -> list[str]:
        def rank(word: str) -> tuple[int, int, str]:
            return -((word in self._named[one]) + (word in self._named[other])), self._often[word], word

        words: list[str] = []
        for word in sorted(self._english[one] & self._english[other], key=rank):
            if not any(word.startswith(said) or said.startswith(word) for said in words):  # "chart" says "charts"
                words.append(word)
        return words


_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9+#]*(?:-[A-Za-z0-9+#]+)*")
_HAN: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+")
_LONGEST_WORD: Final = 8
_NEIGHBOURS: Final = 4
_JOINS: Final = frozenset("的了与和及或在等并对将为以其所是有于把被让使按从到由之而也就都向给")


def _called(told: Told) -> tuple[str, ...]:
    return (told.label, *(told.aliases if len(told.aliases) <= CATALOGUE else ()))


def _names(told: Told) -> str:
    return "\n".join(_called(told))


def _whole(told: Told) -> str:
    return f"{_names(told)}\n{told.definition}"


@cache
def _says_nothing() -> frozenset[str]:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    return frozenset(ENGLISH_STOP_WORDS | {"skill", "skills", "type", "types", "use", "used", "using", "work"})


def _english_forms(text: str) -> set[str]:
    """The words of a text that say something, in upper and lower case as they stand there."""
    return {word for word in _WORD.findall(text) if len(word) > 2 and word.casefold() not in _says_nothing()}


def _as_written(forms: Iterable[str]) -> dict[str, str]:
    """One way to write each word: small where it stands so anywhere, else as it stands ("SQL", "MySQL")."""
    written: dict[str, str] = {}
    for form in forms:
        word = form.casefold()
        written[word] = word if form == word else max(form, written.get(word, ""))
    return written


def _chinese_words(told: Sequence[Told]) -> set[str]:
    """What counts as a word in these texts: see ``SharedWords``."""
    words = {run for one in told for run in _HAN.findall(_names(one)) if 2 <= len(run) <= _LONGEST_WORD}
    before: dict[str, set[str]] = defaultdict(set)
    after: dict[str, set[str]] = defaultdict(set)
    for one in told:
        for run in _HAN.findall(_whole(one)):
            for place, pair in enumerate(map("".join, pairwise(run))):
                before[pair].add(run[place - 1 : place])
                after[pair].add(run[place + 2 : place + 3])
    free = {pair for pair in before if min(len(before[pair]), len(after[pair])) >= _NEIGHBOURS}
    return words | {pair for pair in free if _JOINS.isdisjoint(pair)}


def _found_in(text: str, words: set[str]) -> set[str]:
    return {
        run[start:end]
        for run in _HAN.findall(text)
        for start in range(len(run) - 1)
        for end in range(start + 2, min(start + _LONGEST_WORD, len(run)) + 1)
        if run[start:end] in words
    }
