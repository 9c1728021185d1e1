"""How alike two texts are: the cosine of their TF-IDF vectors, and the words that make them so.

The figure is scikit-learn's, ``(1 + ln tf) * idf`` with ``idf = ln((1 + n) / (1 + df)) + 1`` over the ``n`` texts of a
language (Salton and Buckley, Information Processing & Management 24:5, 1988). Three things are ours.

- A word has a column only if enough texts have it. The others still count in the length of a text, as words that nobody
  shares: a text is not taken for alike because of the few common words that are left of it.
- Phrases are learnt from the texts, beside those that are given: units that come together far more often than by chance
  (by pointwise mutual information: Church and Hanks, Computational Linguistics 16:1, 1990), and not always inside the
  same longer phrase. The units are words, or Chinese characters: so Chinese words are found without a dictionary.
- What may be shown to a reader is settled when the model is fitted, since only then it is known how many wrote it.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from engine.model import TEXT_SCALE
from engine.words import LANGUAGES, LONGEST_PHRASE, Run, Term, is_han, runs, terms, written

Text = tuple[str, str]
"""A text and the language it is written in: "en", "zh-Hans"; "" where nobody said."""

FORMAT: Final = 1
"""Changes when texts are cut or counted in another way, so that no stored model is read by other rules than its own."""

FEWEST_TEXTS: Final = 2
"""A word of one text alone could be shared with no other text that was there."""

TOGETHER: Final = 30.0
"""Units are a phrase if they meet this many times as often as by chance. On forty profiles 数据 has 91, 做过 17."""

FEWEST_OF_PHRASE: Final = 4
"""A phrase that fewer texts have is left unlearnt: chance looks like a habit there."""

INSIDE: Final = 0.8
"""What stands inside one longer phrase at least this often is only a part of it: 亚马 of 亚马逊."""

_NUMERALS: Final = frozenset("〇零一二三四五六七八九十百千万亿两第几")
_DECIMALS: Final = 9


@dataclass(frozen=True, eq=False)
class Reading:
    """One text as a model reads it: the weight of each word that has a column, by column, and where it stands.

    ``length`` is that of the whole vector, words without a column included; 0 for a text without words.
    """

    text: str
    weights: Mapping[int, float]
    places: Mapping[int, list[tuple[Run, Term]]]
    length: float


@dataclass(frozen=True, eq=False)
class TextModel:
    """Words with a column each: ``words`` are (language, term) in the order of columns, English ones first.

    ``idf`` float64 (T,); ``shown`` bool (T,): may be shown to a reader; ``texts``: how many of each language it was
    fitted on. The same texts in any order give the same model.
    """

    words: tuple[tuple[str, str], ...]
    idf: NDArray[np.float64]
    shown: NDArray[np.bool_]
    texts: Mapping[str, int]

    @classmethod
    def fit(
        cls,
        texts: Sequence[Text],
        *,
        counted: Sequence[bool] | None = None,
        fewest: int = FEWEST_TEXTS,
        fewest_shown: int = FEWEST_TEXTS,
        known: Iterable[str] = (),
        names: Iterable[str] = (),
        never: Iterable[str] = (),
        hidden: Iterable[str] = (),
    ) -> TextModel:
        """Fit a model on texts.

        A word has a column if at least ``fewest`` of the ``counted`` texts (None: of all) have it, and may be shown if
        ``fewest_shown`` of them do. ``known`` are terms and sentences of the trade; the short ones are phrases.
        ``names`` get no column unless a known text has them as words, ``never`` in no case; ``hidden`` ones are not
        shown. Neither is what may be a name: unless a known text has it, a word that most texts write with a capital
        inside a sentence, and any Chinese one, since it has no capitals to tell by.

        Raises ``ValueError`` where ``counted`` does not fit the texts or ``fewest`` is below 1. O(characters) time;
        memory O(characters), some 20 times as many bytes.
        """
        if counted is not None and len(counted) != len(texts):
            raise ValueError("counted must have one value for each text")
        if fewest < 1:
            raise ValueError(f"a word must stand in at least 1 text, not in {fewest}")
        trade = _Trade(known)
        cut = [_cut(text, language) for text, language in texts]
        phrases = trade.terms | _learnt([*cut, *trade.sentences], max(fewest, FEWEST_OF_PHRASE))
        banned = _words_of(never) | {word for word in _words_of(names) if not trade.knows(word)}
        veiled, hidden_words = _written_as_names(cut), _words_of(hidden)

        def may_be_shown(word: str, count: int) -> bool:
            if count < fewest_shown or _parts(word) & hidden_words:
                return False
            if is_han(word):
                return trade.knows(word) and word in phrases and (word in trade.terms or not _NUMERALS & set(word))
            return all(part not in veiled or trade.knows(part) for part in word.split())

        words: list[tuple[str, str]] = []
        idf: list[float] = []
        shown: list[bool] = []
        of_language: dict[str, int] = {}
        for language in LANGUAGES:
            spoken = [of for of in cut if any(run.language == language for run in of)]
            of_language[language] = len(spoken)
            chosen = _chosen(cut, language, phrases, banned, counted, fewest)
            words += [(language, word) for word in chosen]
            idf += _idf(spoken, language, phrases, list(chosen))
            shown += [may_be_shown(word, count) for word, count in chosen.items()]
        return cls(tuple(words), np.round(idf, _DECIMALS), np.array(shown, dtype=np.bool_), of_language)

    def __len__(self) -> int:
        return len(self.words)

    @cached_property
    def version(self) -> str:
        """A short name of the model's whole content: equal models have the same."""
        content = json.dumps(self.to_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:12]

    def to_json(self) -> dict[str, Any]:
        """Write the model as plain JSON values; ``from_json`` reads them without fitting anew."""
        return {
            "format": FORMAT,
            "texts": dict(self.texts),
            "words": {language: [word for of, word in self.words if of == language] for language in LANGUAGES},
            "idf": self.idf.tolist(),
            "shown": np.flatnonzero(self.shown).tolist(),
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> TextModel:
        """Read what ``to_json`` wrote. Raises ``ValueError`` for a model of another format."""
        if content.get("format") != FORMAT:
            raise ValueError(f"this text model has format {content.get('format')}, not {FORMAT}")
        words = tuple((language, word) for language in LANGUAGES for word in content["words"][language])
        shown = np.zeros(len(words), dtype=np.bool_)
        shown[content["shown"]] = True
        return cls(words, np.array(content["idf"], dtype=np.float64), shown, dict(content["texts"]))

    def read(self, text: str, language: str) -> Reading:
        """Read one text. O(characters)."""
        content = written(text)
        places: dict[int, list[tuple[Run, Term]]] = defaultdict(list)
        others: dict[str, Counter[str]] = {language: Counter() for language in LANGUAGES}
        for run in runs(content, language):
            for term in terms(run, self._phrases):
                column = self._column.get((run.language, term.text))
                if column is None:
                    others[run.language][term.text] += 1
                else:
                    places[column].append((run, term))
        weights = {column: _dampened(len(where)) * float(self.idf[column]) for column, where in sorted(places.items())}
        square = math.fsum(weight * weight for weight in weights.values())
        for of_language, counter in others.items():
            rarest = math.log((1 + self.texts[of_language]) / 2) + 1 if self.texts[of_language] else 1.0
            square += rarest * rarest * math.fsum(_dampened(count) ** 2 for count in counter.values())
        return Reading(content, weights, dict(places), math.sqrt(square))

    def vectors(self, texts: Iterable[Text]) -> csr_array:
        """Give the texts as csr (n, T) float64, rows of length at most 1: 1 where every word has a column.

        The product of two rows is the cosine of both texts, words without a column (never shared) included.
        """
        return stacked([row(self.read(text, language)) for text, language in texts], len(self))

    def likeness(self, one: Reading, other: Reading) -> float:
        """Give ``min(1, TEXT_SCALE * cosine)``, in 0..1; 0 where one has no words or both share none."""
        if not one.length or not other.length:
            return 0.0
        dot = math.fsum(weight * other.weights.get(column, 0.0) for column, weight in one.weights.items())
        return min(1.0, TEXT_SCALE * dot / (one.length * other.length))

    def shared(self, one: Reading, other: Reading, top: int = 3, *, last: Collection[str] = ()) -> tuple[str, ...]:
        """Name the words that make both texts alike, those that add most first, as they stand in the first text.

        Only words that may be shown. Words of ``last`` (labels that are named elsewhere) come only where there is no
        other; a word inside a longer one that is named is left out. O(words of both).
        """
        both = [column for column in one.weights if column in other.weights and self.shown[column]]
        both.sort(key=lambda column: (-one.weights[column] * other.weights[column], self.words[column]))
        set_aside = frozenset().union(*map(_words_of_label, last))
        others = [column for column in both if not _parts(self.words[column][1]) <= set_aside]
        named: list[int] = []
        for column in others or both:
            parts = _parts(self.words[column][1])
            if any(parts <= _parts(self.words[other][1]) for other in named):
                continue
            shorter = [at for at, other in enumerate(named) if _parts(self.words[other][1]) <= parts]
            if shorter:
                named[shorter[0]] = column
                named = [other for at, other in enumerate(named) if at not in shorter[1:]]
            else:
                named.append(column)
        return tuple(dict.fromkeys(_quoted(one, column) for column in named))[:top]

    @cached_property
    def _column(self) -> dict[tuple[str, str], int]:
        return {word: column for column, word in enumerate(self.words)}

    @cached_property
    def _phrases(self) -> frozenset[str]:
        return frozenset(word for _, word in self.words if _is_phrase(word))


def row(reading: Reading) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Give a reading as columns and values of a row of ``TextModel.vectors``."""
    columns = np.fromiter(reading.weights.keys(), dtype=np.int32, count=len(reading.weights))
    values = np.fromiter(reading.weights.values(), dtype=np.float64, count=len(reading.weights))
    return columns, values / reading.length if reading.length else values


def stacked(rows: Sequence[tuple[NDArray[np.int32], NDArray[np.float64]]], width: int) -> csr_array:
    """Stack rows to one csr (n, width) float64. O(values)."""
    indptr = np.zeros(len(rows) + 1, dtype=np.int64)
    np.cumsum([len(columns) for columns, _ in rows], out=indptr[1:])
    columns = np.concatenate([columns for columns, _ in rows]) if rows else np.zeros(0, dtype=np.int32)
    values = np.concatenate([values for _, values in rows]) if rows else np.zeros(0)
    return csr_array((values, columns, indptr), shape=(len(rows), width))


class _Trade:
    """The language of the trade: what known terms and sentences are made of."""

    def __init__(self, known: Iterable[str]) -> None:
        self.terms: set[str] = set()
        self.sentences: list[list[Run]] = []
        self._words: set[str] = set()
        for text in known:
            found = _cut(text, "")
            self.sentences.append(found)
            for run in found:
                self._words |= set(_stretches(run, LONGEST_PHRASE[run.han])) if run.han else set(run.units)
            if len(found) == 1 and 1 < len(found[0].units) <= LONGEST_PHRASE[found[0].han]:
                self.terms.add(_joined(found[0].units, found[0].han))

    def knows(self, word: str) -> bool:
        return word in self._words if is_han(word) else all(part in self._words for part in word.split())


def _cut(text: str, language: str) -> list[Run]:
    """Cut a text for fitting, without where its words stand, which is most of its weight."""
    return [run._replace(starts=(), ends=()) for run in runs(written(text), language)]


def _words(of: list[Run], language: str, phrases: Collection[str]) -> Iterator[str]:
    return (term.text for run in of if run.language == language for term in terms(run, phrases))


def _chosen(
    cut: Sequence[list[Run]],
    language: str,
    phrases: Collection[str],
    banned: AbstractSet[str],
    counted: Sequence[bool] | None,
    fewest: int,
) -> dict[str, int]:
    """Choose the words of a language that get a column, in order, with the number of counted texts that have them."""
    stands_in: Counter[str] = Counter()
    for number, of in enumerate(cut):
        if counted is None or counted[number]:
            stands_in.update(set(_words(of, language, phrases)))
    return {
        word: count for word, count in sorted(stands_in.items()) if count >= fewest and banned.isdisjoint(_parts(word))
    }


def _idf(spoken: Sequence[list[Run]], language: str, phrases: Collection[str], chosen: list[str]) -> list[float]:
    """Weigh the words of a language by how few of its texts have them, by scikit-learn."""
    if not chosen:
        return []
    from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer  # takes a second: only who fits waits

    def analyzer(of: list[Run]) -> Iterator[str]:
        return _words(of, language, phrases)

    counts = CountVectorizer(analyzer=analyzer, vocabulary=chosen).fit_transform(spoken)
    weights: list[float] = TfidfTransformer(norm=None, sublinear_tf=True).fit(counts).idf_.tolist()
    return weights


def _learnt(cut: Sequence[list[Run]], fewest: int) -> set[str]:
    """Find the phrases that at least so many texts have, of words and of Chinese characters. O(units), level by level.

    A longer stretch is counted only where both its shorter ones are in enough texts, which keeps the counts small.
    """
    found: set[str] = set()
    for han in (False, True):
        texts = [[run.units for run in of if run.han == han] for of in cut]
        total = sum(len(units) for text in texts for units in text)
        often: dict[tuple[str, ...], int] = {}
        before: set[tuple[str, ...]] = set()
        candidates: list[tuple[str, ...]] = []
        inside: Counter[tuple[str, ...]] = Counter()
        for length in range(1, LONGEST_PHRASE[han] + 2):
            occurrences: Counter[tuple[str, ...]] = Counter()
            stands_in: Counter[tuple[str, ...]] = Counter()
            for text in texts:
                here = Counter(
                    stretch
                    for units in text
                    for stretch in zip(*(units[at:] for at in range(length)), strict=False)
                    if length == 1 or (stretch[:-1] in before and stretch[1:] in before)
                )
                occurrences.update(here)
                stands_in.update(here.keys())
            before = {stretch for stretch, count in stands_in.items() if count >= fewest}
            for stretch in before:
                often[stretch] = occurrences[stretch]
                if length > 1:
                    candidates.append(stretch)
                    for part in (stretch[:-1], stretch[1:]):
                        inside[part] = max(inside[part], occurrences[stretch])
            if not before:
                break
        for stretch in candidates:
            if len(stretch) > LONGEST_PHRASE[han] or inside[stretch] >= INSIDE * often[stretch]:
                continue
            splits = ((stretch[:at], stretch[at:]) for at in range(1, len(stretch)))
            chance = max(often[first] * often[second] for first, second in splits)
            if often[stretch] * total >= TOGETHER * chance:
                found.add(_joined(stretch, han))
    return found


def _written_as_names(cut: Sequence[list[Run]]) -> set[str]:
    """Find the words that more texts write with a capital inside a sentence than in small letters."""
    balance: Counter[str] = Counter()
    for of in cut:
        capital: set[str] = set()
        small: set[str] = set()
        for run in (run for run in of if not run.han):
            for place, unit in enumerate(run.units):
                if place not in run.capitals:
                    small.add(unit)
                elif place or not run.opens:
                    capital.add(unit)
        balance.update(capital)
        balance.subtract(small)
    return {word for word, more in balance.items() if more > 0}


def _words_of(texts: Iterable[str]) -> set[str]:
    """Cut names or labels into the words and pairs of characters that they are made of."""
    return {term.text for text in texts for run in runs(written(text), None) for term in terms(run, ())}


@lru_cache(maxsize=4096)
def _words_of_label(label: str) -> frozenset[str]:
    """Do so for one label, once: the labels of a need come again with each of its candidates."""
    return frozenset(_words_of([label]))


def _parts(word: str) -> set[str]:
    """Give the words or pairs of characters that a term is made of."""
    return {word[at : at + 2] for at in range(len(word) - 1)} if is_han(word) else set(word.split())


def _stretches(run: Run, longest: int) -> Iterator[str]:
    text = "".join(run.units)
    return (text[at : at + length] for length in range(2, longest + 1) for at in range(len(text) - length + 1))


def _joined(units: Iterable[str], han: bool) -> str:
    return ("" if han else " ").join(units)


def _is_phrase(word: str) -> bool:
    return len(word) > 2 if is_han(word) else " " in word


def _quoted(reading: Reading, column: int) -> str:
    """Quote a word as written, where it can be from inside a sentence, without its capital."""
    places = reading.places[column]
    run, term = next((place for place in places if place[1].first or not place[0].opens), places[0])
    return " ".join(reading.text[run.starts[term.first] : run.ends[term.last - 1]].split())


def _dampened(count: int) -> float:
    return 1.0 + math.log(count)
