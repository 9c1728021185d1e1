"""Does linking find the ESCO skills that sentences of English job advertisements name?

    python -m benchmarks.linking [--data ../shared/data]

The sentences and their labels are the validation parts of Decorte et al. (2022), made on SkillSpan: one query a
sentence, all its labels as gold; "LABEL NOT PRESENT" and "UNDERSPECIFIED" do not count, and a sentence without any
other label is left out. RP@5: hits among the first five, of as many as there could be. Rivals see the same labels and
alternative labels; runs of one to three, two to four and three to five letters were tried, and the best stands here.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from benchmarks.measures import best_first, bm25, by_plain_substring, cosines, mean, rp_at
from benchmarks.sources import data_folder
from engine.link import PROBABLE, Linker

if TYPE_CHECKING:
    from skills.framework import SkillRow

PARTS = ("house", "tech")
NO_LABEL = ("LABEL NOT PRESENT", "UNDERSPECIFIED")
TOP = 5
WORD = r"[a-z0-9+#.]+"

Lists = list[list[int]]
Rank = Callable[[Sequence[str]], Lists]


def read_part(path: Path, place: dict[str, int]) -> dict[str, set[int]]:
    """The sentences of one file with the places of the skills they name; `place` is by label in lower case.

    Raises `KeyError` for a label that the framework does not have: it would be another version.
    """
    found: dict[str, set[int]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            if line["label"] not in NO_LABEL:
                found.setdefault(line["sentence"], set()).add(place[line["label"].strip().casefold()])
    return found


def linking_rp5(rank: Rank, part: dict[str, set[int]]) -> float:
    """Mean RP@5 of a way of ranking over the sentences of one part."""
    return mean(rp_at(TOP, found, gold) for found, gold in zip(rank(list(part)), part.values(), strict=True))


def by_linker(linker: Linker, *, least: float) -> Rank:
    """Rank by score, down to the least one of a mere likeness; what a text denies is not proposed."""
    return lambda texts: [
        [one.skill for one in found if one.standing != "denied"] for found in linker.link_many(texts, least=least)
    ]


def by_ngrams(rows: Sequence[SkillRow]) -> Rank:
    """Rank by cosine of TF-IDF over runs of three to five letters; the best of a skill's names counts."""
    vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True)
    return _by_best_name(rows, vectors, cosines)


def by_words(rows: Sequence[SkillRow]) -> Rank:
    """Rank by cosine of TF-IDF over words, stop words left out; the best of a skill's names counts."""
    vectors = TfidfVectorizer(token_pattern=WORD, stop_words="english", sublinear_tf=True)
    return _by_best_name(rows, vectors, cosines)


def by_bm25(rows: Sequence[SkillRow]) -> Rank:
    """Rank by BM25 over words, stop words left out; the best of a skill's names counts."""
    counter = CountVectorizer(token_pattern=WORD, stop_words="english")
    return _by_best_name(rows, counter, lambda asked, names: bm25(names, asked))


def _by_best_name(rows: Sequence[SkillRow], vectors: CountVectorizer, score: Callable[..., np.ndarray]) -> Rank:
    names = [(skill, name) for skill, row in enumerate(rows) for name in row.names("en")]
    owner = np.array([skill for skill, _ in names])
    written = vectors.fit_transform([name for _, name in names])

    def rank(texts: Sequence[str]) -> Lists:
        lists = []
        for of_names in score(vectors.transform(texts), written):
            of_skills = np.zeros(len(rows))
            np.maximum.at(of_skills, owner, of_names)
            lists.append(best_first(of_skills)[:TOP])
        return lists

    return rank


def by_substring(rows: Sequence[SkillRow]) -> Rank:
    """Rank by whether a name stands in the text, letter by letter, the longest first."""
    names = [row.names("en") for row in rows]
    return lambda texts: [by_plain_substring(text, names) for text in texts]


def main(words: Sequence[str] = ()) -> int:
    """Print the table, or one line where the files are absent."""
    reads = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reads.add_argument("--data", type=Path)
    data = data_folder(reads.parse_args(words).data)
    if absent := [str(data / name) for name in ("esco", "linking") if not (data / name).is_dir()]:
        print(f"left out: there is no folder {' and no folder '.join(absent)}")
        return 0
    import django

    django.setup()
    from skills.importers import read_source
    from skills.linking import linker_of

    rows = read_source(str(data / "esco")).rows
    place = {row.label_en.casefold(): skill for skill, row in enumerate(rows)}
    parts = {name: read_part(data / "linking" / f"{name}_validation_annotations.csv", place) for name in PARTS}
    linker = linker_of(rows)
    ways: dict[str, Rank] = {
        "crossing": by_linker(linker, least=0.0),
        "crossing, as proposed on the form": by_linker(linker, least=PROBABLE),
        "plain substring, all names": by_substring(rows),
        "BM25 over words, best name": by_bm25(rows),
        "word TF-IDF, best name": by_words(rows),
        "character n-gram TF-IDF, best name": by_ngrams(rows),
    }
    sizes = ", ".join(f"{len(part)} sentences of {name}" for name, part in parts.items())
    print(f"{sizes}; {len(rows):,} skills")
    print(f"{'RP@5':40}" + "".join(f"{name:>8}" for name in parts))
    for way, rank in ways.items():
        print(f"{way:40}" + "".join(f"{linking_rp5(rank, part):8.3f}" for part in parts.values()), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
