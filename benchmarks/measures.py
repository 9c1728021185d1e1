"""How good is a ranked list? The figures that `evaluate` prints, each for one list; and the plain rankers beside us.

A list is a sequence of things best first, the gold a set of those that are right. Every figure lies in 0..1.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Sequence
from math import log2

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array

Floats = NDArray[np.float64]


def rp_at(k: int, found: Sequence[Hashable], gold: Collection[Hashable]) -> float:
    """R-precision cut at k: hits among the first k, of as many as there could be.

    As Decorte et al. (2022) use it for skills in sentences: hits / min(k, gold). Raises ``ValueError`` without gold.
    """
    _check(k, gold)
    return len(set(found[:k]) & set(gold)) / min(k, len(set(gold)))


def ndcg_at(k: int, found: Sequence[Hashable], gold: Collection[Hashable]) -> float:
    """Normalised discounted cumulative gain of the first k, right or wrong: each hit counts 1 / log2(place + 1).

    Järvelin and Kekäläinen (2002). Raises ``ValueError`` without gold.
    """
    _check(k, gold)
    right = set(gold)
    gained = sum(1 / log2(place + 2) for place, one in enumerate(found[:k]) if one in right)
    return gained / sum(1 / log2(place + 2) for place in range(min(k, len(right))))


def average_precision(found: Sequence[Hashable], gold: Collection[Hashable]) -> float:
    """Mean over the gold of the precision at its place; what is not found counts 0. MAP is the mean of it over lists.

    Raises ``ValueError`` without gold.
    """
    _check(1, gold)
    right, hits, total = set(gold), 0, 0.0
    for place, one in enumerate(found, start=1):
        if one in right:
            hits += 1
            total += hits / place
    return total / len(right)


def shared_of_top(k: int, one: Sequence[Hashable], other: Sequence[Hashable]) -> float:
    """Which share of the first k stands in both lists, of as many as the longer list has among its first k."""
    longest = min(k, max(len(one), len(other)))
    return len(set(one[:k]) & set(other[:k])) / longest if longest else 0.0


def bm25(counts: csr_array, queries: csr_array, *, k1: float = 1.2, b: float = 0.75) -> Floats:
    """Score documents against queries by Okapi BM25 (Robertson and Zaragoza 2009).

    ``counts`` csr (documents, terms), how much of a term is in a document; ``queries`` csr (queries, terms), how often
    a term is asked for. Gives (queries, documents) float64. A term weighs log(1 + (n - df + 0.5) / (df + 0.5)), never
    below 0. O(queries x documents) at the end.
    """
    documents = csr_array(counts, dtype=np.float64)
    total = documents.shape[0]
    lengths = np.asarray(documents.sum(axis=1)).ravel()
    mean = float(lengths.mean()) if total and lengths.any() else 1.0
    rows = np.repeat(np.arange(total), np.diff(documents.indptr))
    tf = documents.data
    saturated = tf * (k1 + 1) / (tf + k1 * (1 - b + b * lengths[rows] / mean))
    held_by = np.bincount(documents.indices, minlength=documents.shape[1])
    rarity = np.log1p((total - held_by + 0.5) / (held_by + 0.5))
    weighted = csr_array((saturated, documents.indices, documents.indptr), shape=documents.shape) @ diags_array(rarity)
    return np.asarray((csr_array(queries, dtype=np.float64) @ weighted.T).toarray())


def cosines(one: csr_array, other: csr_array) -> Floats:
    """The cosine of every row of one table with every row of the other; an empty row has 0 with all."""
    return np.asarray((_of_length_one(one) @ _of_length_one(other).T).toarray())


def best_first(scores: Floats, *, above: float = 0.0) -> list[int]:
    """Places of a row of scores from the best down, those above a floor only; equal ones in their order."""
    order = np.argsort(-scores, kind="stable")
    return [int(place) for place in order if scores[place] > above]


def by_plain_substring(text: str, names: Sequence[Iterable[str]]) -> list[int]:
    """Which skills does a text name, letter by letter, the longest name first? ``names``: all names of each skill.

    Case does not count; nothing else is evened out. Equal lengths go by their place in the text.
    """
    low = text.casefold()
    found: list[tuple[int, int, int]] = []
    for skill, own in enumerate(names):
        hits = [(-len(name), low.find(name.casefold()), skill) for name in own if name and name.casefold() in low]
        found.extend(sorted(hits)[:1])
    return [skill for *_, skill in sorted(found)]


def mean(values: Iterable[float]) -> float:
    """The mean, 0 of nothing."""
    some = list(values)
    return sum(some) / len(some) if some else 0.0


def _of_length_one(table: csr_array) -> csr_array:
    rows = csr_array(table, dtype=np.float64)
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    return diags_array(np.divide(1.0, lengths, out=np.zeros_like(lengths), where=lengths > 0)) @ rows


def _check(k: int, gold: Collection[Hashable]) -> None:
    if k < 1 or not gold:
        raise ValueError("a list is measured at a place of 1 or more, against something that is right")
