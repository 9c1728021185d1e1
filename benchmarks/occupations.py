"""Do occupations that belong together find each other by their rated skills? O*NET's, in both directions.

    python -m benchmarks.occupations [--data ../shared/data]

Every occupation is a need and a person. What counts of a rated element is level x importance, as a share of the
occupation's own mean: raters differ in how high they go. The skill's level of 1 to 5 is where that share stands among
all occupations (`STANDING`); a need weighs each skill by its level. There is no list of related occupations in the
files at hand, so right are the other occupations of the same minor group of the classification (SOC; "15-1" of
15-1252). That is a coarse gold: it was made for statistics, and some neighbours by skill stand in other groups.

The encoding was chosen, among forty, on every other minor group; the figures are of the groups in between, which
decided nothing. Rivals see the same ratings, the strongest of them unrounded, which whole levels are not.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from benchmarks.measures import Floats, average_precision, best_first, bm25, cosines, mean, ndcg_at
from benchmarks.sources import data_folder
from engine.model import FOCUS_NEED, FOCUS_NONE, FOCUS_PERSON, UNKNOWN, Needs, Ranked, Supply
from engine.topk import rank_for_needs, rank_for_people

if TYPE_CHECKING:
    from skills.importers.onet import Occupation

MINOR_GROUP = 4  # letters of a code, hyphen included
IMPORTANT = 3.0  # on O*NET's scale of 1 to 5: what it calls "important"
STANDING = (0.3, 0.5, 0.7, 0.85, 0.95)  # shares of all occupations that stand below those of level 1, 2, ... 5


@dataclass(frozen=True)
class Ratings:
    """Occupations by element: importance 1..5 and level 0..7 (0 where not relevant), both float (n, elements)."""

    codes: list[str]
    importance: Floats
    level: Floats

    @classmethod
    def of(cls, occupations: Sequence[Occupation]) -> Ratings:
        """Lay the ratings out as two tables; the importer's scale of 1 to 5 is turned back into the raters' 0 to 7."""
        elements = sorted({element for one in occupations for element in one.ratings})
        place = {element: column for column, element in enumerate(elements)}
        importance = np.ones((len(occupations), len(elements)))
        level = np.zeros_like(importance)
        for row, one in enumerate(occupations):
            for element, rating in one.ratings.items():
                importance[row, place[element]] = rating.importance
                level[row, place[element]] = 0.0 if rating.level is None else (rating.level - 1.0) * 7.0 / 4.0
        return cls([one.code for one in occupations], importance, level)

    def whole_levels(self) -> NDArray[np.int8]:
        """Levels as the engine takes them, 0 to 5, by standing among all occupations."""
        rated = self.level * (self.importance - 1.0)
        own = rated.mean(axis=1, keepdims=True)
        share = np.divide(rated, own, out=np.zeros_like(rated), where=own > 0)
        standing = (share.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable") + 0.5) / len(share)
        return np.searchsorted(STANDING, standing).astype(np.int8)


def gold_of(codes: Sequence[str]) -> list[set[int]]:
    """For each occupation the others of its minor group; empty where it is alone."""
    groups: dict[str, set[int]] = {}
    for place, code in enumerate(codes):
        groups.setdefault(code[:MINOR_GROUP], set()).add(place)
    return [groups[code[:MINOR_GROUP]] - {place} for place, code in enumerate(codes)]


def held_out(codes: Sequence[str]) -> list[int]:
    """Places of the occupations whose minor group had no say in the encoding: every second group, in order of code."""
    groups = sorted({code[:MINOR_GROUP] for code in codes})[1::2]
    return [place for place, code in enumerate(codes) if code[:MINOR_GROUP] in groups]


def tables(ratings: Ratings) -> tuple[Supply, Needs, csr_array]:
    """The occupations as people, as needs, and no near skills: O*NET's elements have no relations in the files."""
    levels = ratings.whole_levels()
    n, elements = levels.shape
    weights = levels.astype(np.float64)
    unknown8, nothing8 = np.full(n, UNKNOWN, dtype=np.int8), np.zeros(n, dtype=np.uint8)
    no_city, no_day = np.full(n, UNKNOWN, dtype=np.int32), np.full(n, UNKNOWN, dtype=np.int64)
    no_language, order = np.zeros((n, 0), dtype=np.int8), np.arange(n, dtype=np.int64)
    supply = Supply(
        levels=csr_array(levels),
        order=order,
        kinds=nothing8,
        city=no_city,
        moves=unknown8,
        remote=unknown8,
        languages=no_language,
        speaks=np.zeros(n, dtype=np.bool_),
        available=no_day,
    )
    needs = Needs(
        weights=csr_array(weights),
        min_levels=csr_array(levels),
        order=order,
        kind=nothing8,
        city=no_city,
        remote=unknown8,
        languages=no_language,
        starts=no_day,
    )
    return supply, needs, csr_array((elements, elements), dtype=np.float64)


def measure(ratings: Ratings) -> dict[str, tuple[float, float]]:
    """For every way of ranking nDCG@10 and MAP over the held-out occupations that are not alone in their group."""
    supply, needs, near = tables(ratings)
    n = len(ratings.codes)

    def ours(focus: float, *, of_people: bool = True) -> list[list[int]]:
        if of_people:
            return _lists(rank_for_needs(needs, supply, near, focus=focus, keep=n))
        return _lists(rank_for_people(supply, needs, near, focus=focus, keep=n))

    whole = csr_array(ratings.whole_levels(), dtype=np.float64)
    raw = csr_array(ratings.level)
    both = csr_array(ratings.level * ratings.importance)
    terms = csr_array(np.where(ratings.importance >= IMPORTANT, ratings.level, 0.0))
    ways = {
        f"crossing, a need's list (f = {FOCUS_NEED})": ours(FOCUS_NEED),
        f"crossing, a person's list (f = {FOCUS_PERSON})": ours(FOCUS_PERSON, of_people=False),
        "fit alone, a need's list": ours(FOCUS_NONE),
        "fit alone, a person's list": ours(FOCUS_NONE, of_people=False),
        "cosine of the same whole levels": _others(cosines(whole, whole)),
        "cosine of unrounded levels": _others(cosines(raw, raw)),
        "cosine of unrounded level x importance": _others(cosines(both, both)),
        "BM25, important elements, level as count": _others(bm25(terms, terms)),
    }
    gold = gold_of(ratings.codes)
    asked = [place for place in held_out(ratings.codes) if gold[place]]
    return {
        way: (
            mean(ndcg_at(10, lists[place], gold[place]) for place in asked),
            mean(average_precision(lists[place], gold[place]) for place in asked),
        )
        for way, lists in ways.items()
    }


def _lists(ranked: Ranked) -> list[list[int]]:
    return [[int(one) for one in ranked.candidate[ranked.of(o)] if one != o] for o in range(len(ranked.eligible))]


def _others(scores: Floats) -> list[list[int]]:
    return [[one for one in best_first(row, above=-1.0) if one != place] for place, row in enumerate(scores)]


def main(words: Sequence[str] = ()) -> int:
    """Print the table, or one line where the files are absent."""
    reads = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reads.add_argument("--data", type=Path)
    folder = data_folder(reads.parse_args(words).data) / "onet"
    if not folder.is_dir():
        print(f"left out: there is no folder {folder}")
        return 0
    import django

    django.setup()
    from skills.importers import onet

    ratings = Ratings.of(onet.read_occupations(folder))
    gold = gold_of(ratings.codes)
    print(
        f"{len(gold)} occupations, {ratings.level.shape[1]} rated elements; right are the others of the same minor "
        f"group of the classification, {mean(map(len, filter(None, gold))):.0f} on average"
    )
    print(f"{'':44}{'nDCG@10':>9}{'MAP':>8}")
    for way, (ndcg, precision) in measure(ratings).items():
        print(f"{way:44}{ndcg:9.3f}{precision:8.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
