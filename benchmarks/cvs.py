"""Do the right CVs come first for an advertisement? Texts as people write them, in two languages, judged by reading.

    python -m benchmarks.cvs

Five sets of advertisements and CVs (tests/data/cvs), made up for this project by authors who knew nothing of the
matching, with career changers, neighbours of the field and people who list words. Judges, who saw neither the matching
nor each other, graded every pair from 0 (no) to 3 (invite at once); right is a mean of 2 or more. They are no
recruiters and these are no real people: read the figures against each other. The first four sets decided how texts
count (decisions 6 and 8); `fifth` came when all stood and decided nothing, and is the figure to believe.

`crossing` links skills from both texts and ranks by the whole score, as `match` does with files that name no skills.
`English` and `Chinese` rank an advertisement's CVs of its own language only, where words can be compared at all; `both`
ranks all.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, CountVectorizer, TfidfVectorizer

from benchmarks.measures import Floats, average_precision, best_first, bm25, cosines, mean, ndcg_at
from benchmarks.sources import OWN_DATA, json_lines

CVS = OWN_DATA / "cvs"
SETS = {
    "first, chosen on": CVS,
    "unseen, chosen on": CVS / "unseen",
    "third, chosen on": CVS / "third",
    "fourth, chosen on": CVS / "fourth",
    "fifth, held out": CVS / "fifth",
}
RIGHT = 2.0
PIECE = re.compile(r"[a-z0-9+#.]{2,}|[\u3400-\u9fff]+")
Table = dict[str, Any]


def read_grades(folder: Path) -> dict[tuple[str, str], float]:
    """The mean grade of each pair (advertisement, CV) that any judge gave one above 0."""
    return {(line["ad"], line["cv"]): mean(line["grades"]) for line in json_lines(folder / "grades.jsonl")}


def by_matching(folder: Path, *, text: bool) -> Floats:
    """Scores (ads, CVs) as the command `match` gives them, skills linked from both texts; 0 where not listed."""
    from matching import batch
    from skills.importers import read_source

    framework = read_source("digital-trade")
    how = batch.How(top=10_000, text=text)
    reader = batch.reader(framework, how, report=_no_bad_line)
    field = batch.prepare(framework, reader.talents(folder / "cvs.jsonl"), reader.needs(folder / "ads.jsonl"), how)
    ranked = batch.rank(field, how).for_needs
    scores = np.zeros((len(field.needs), len(field.talents)))
    for ad in range(len(field.needs)):
        scores[ad, ranked.candidate[ranked.of(ad)]] = ranked.score[ranked.of(ad)]
    return scores


def by_words(ads: Sequence[str], cvs: Sequence[str], leave_out: Collection[str] = ()) -> Floats:
    """Cosine of TF-IDF over words, of Chinese single characters and pairs."""

    def kept(text: str) -> list[str]:
        return [word for word in _words(text) if word not in leave_out]

    vectors = TfidfVectorizer(token_pattern=None, tokenizer=kept, sublinear_tf=True)
    table = vectors.fit_transform([*ads, *cvs])
    return cosines(table[: len(ads)], table[len(ads) :])


def by_ngrams(ads: Sequence[str], cvs: Sequence[str]) -> Floats:
    """Cosine of TF-IDF over runs of one to three characters."""
    table = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 3), sublinear_tf=True).fit_transform([*ads, *cvs])
    return cosines(table[: len(ads)], table[len(ads) :])


def by_bm25(ads: Sequence[str], cvs: Sequence[str]) -> Floats:
    """BM25 over words, of Chinese single characters and pairs."""
    counter = CountVectorizer(token_pattern=None, tokenizer=_words)
    documents = counter.fit_transform(cvs)
    return bm25(documents, counter.transform(ads))


def main(_words: Sequence[str] = ()) -> int:
    """Print a table for each set."""
    import django

    django.setup()
    for name, folder in SETS.items():
        show(name, folder)
    return 0


def show(name: str, folder: Path) -> None:
    """Print the table of one set."""
    ads, cvs = (list(json_lines(folder / f"{part}.jsonl")) for part in ("ads", "cvs"))
    grades = read_grades(folder)
    texts = [f"{ad['title']}\n{ad['text']}" for ad in ads], [cv["text"] for cv in cvs]
    ways = {
        "crossing": by_matching(folder, text=True),
        "crossing, skills alone": by_matching(folder, text=False),
        "word TF-IDF": by_words(*texts),
        "… without words of grammar": by_words(*texts, leave_out=ENGLISH_STOP_WORDS),
        "BM25 over words": by_bm25(*texts),
        "character n-gram TF-IDF": by_ngrams(*texts),
    }
    right = {ad["id"]: {cv for (one, cv), grade in grades.items() if one == ad["id"] and grade >= RIGHT} for ad in ads}
    each = mean(map(len, right.values()))
    print(f"{name}: {len(ads)} advertisements, {len(cvs)} CVs; right are {each:.1f} an advertisement")
    columns = {"English": "en", "Chinese": "zh", "both": None}
    print(f"{'':28}" + "".join(f"{name:>18}" for name in columns))
    print(f"{'':28}" + f"{'MAP':>9}{'nDCG@10':>9}" * len(columns))
    for way, scores in ways.items():
        figures = [figure for language in columns.values() for figure in measure(scores, ads, cvs, right, language)]
        print(f"{way:28}" + "".join(f"{figure:9.3f}" for figure in figures))


def measure(
    scores: Floats, ads: Sequence[Table], cvs: Sequence[Table], right: dict[str, set[str]], language: str | None
) -> tuple[float, float]:
    """MAP and nDCG@10 over the advertisements (of one language, among its CVs) for which any CV is right."""
    lists: list[tuple[list[str], set[str]]] = []
    among = {cv["id"] for cv in cvs if language in (None, cv["lang"])}
    for row, ad in zip(scores, ads, strict=True):
        if language in (None, ad["lang"]) and (gold := right[ad["id"]] & among):
            lists.append(([cvs[place]["id"] for place in best_first(row) if cvs[place]["id"] in among], gold))
    return mean(average_precision(*one) for one in lists), mean(ndcg_at(10, *one) for one in lists)


def _words(text: str) -> list[str]:
    """Latin words whole; of Chinese each character and each pair."""
    found: list[str] = []
    for piece in PIECE.findall(text.lower()):
        found.extend([piece] if piece.isascii() else [*piece, *map("".join, pairwise(piece))])
    return found


def _no_bad_line(path: Path, number: int, reason: str) -> None:
    raise ValueError(f"{path}, line {number}: {reason}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
