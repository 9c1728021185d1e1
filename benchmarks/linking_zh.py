"""Does linking find the skills that a Chinese job advertisement names, and those that it only implies?

    python -m benchmarks.linking_zh

Sentences in the style of advertisements (tests/data/linking_zh), written for this project, their gold codes set by
someone who read labels and definitions and never the aliases. `gold` is what a sentence names, `implied` what it asks
for without naming it, `denied` what it says it does not ask for. RP@5: hits among the first five, of as many as there
could be; a list of named skills is measured on the sentences that name any, and so on.

The linker's way with Chinese was chosen on the first two sets; `second` was written by someone who saw neither the
linker nor the first. `unseen` was written by a third, lines first and skills afterwards, and measured when the linker
stood as it is.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from benchmarks.measures import best_first, bm25, by_plain_substring, cosines, mean, rp_at
from benchmarks.sources import OWN_DATA, json_lines
from engine.link import PROBABLE, Linker

if TYPE_CHECKING:
    from skills.framework import SkillRow

SETS = {"sentences": "chosen on", "second": "chosen on", "unseen": "held out"}
TOP = 5
CHARACTER = re.compile(r"[a-z0-9+#.]+|[\u3400-\u9fff]")

Rank = Callable[[str], list[int]]


@dataclass(frozen=True)
class Sentence:
    """One sentence, and the codes it names, implies and denies."""

    id: str
    text: str
    named: frozenset[str]
    implied: frozenset[str]
    denied: frozenset[str]


def read_sentences(name: str) -> list[Sentence]:
    """Read the sentences of one of the `SETS`, in order."""
    return [
        Sentence(
            line["id"],
            line["text"],
            frozenset(line["gold"]),
            frozenset(line["implied"]),
            frozenset(line.get("denied", ())),
        )
        for line in json_lines(OWN_DATA / "linking_zh" / f"{name}.jsonl")
    ]


def by_linker(linker: Linker, *, least: float) -> Rank:
    """Rank by score, down to the least one of a mere likeness; what a text denies is not proposed."""
    return lambda text: [one.skill for one in linker.link(text, least=least) if one.standing != "denied"]


def by_substring(rows: Sequence[SkillRow], *, aliases: bool) -> Rank:
    """Rank by whether a label (or an alias) stands in the text, letter by letter."""
    names = [(*row.names("zh"), *row.names("en")) if aliases else (row.label_zh, row.label_en) for row in rows]
    return lambda text: by_plain_substring(text, names)


def by_bm25(rows: Sequence[SkillRow]) -> Rank:
    """Rank by BM25 over single characters (Latin words whole) of all that is written of a skill."""
    counter = CountVectorizer(tokenizer=lambda text: CHARACTER.findall(text), token_pattern=None)
    documents = counter.fit_transform([_all_that_is_written(row) for row in rows])
    return lambda text: best_first(bm25(documents, counter.transform([text]))[0])


def by_ngrams(rows: Sequence[SkillRow], *, everything: bool) -> Rank:
    """Rank by the cosine of TF-IDF over runs of one to three characters, of the names or of everything in Chinese."""
    vectors = TfidfVectorizer(analyzer="char" if everything else "char_wb", ngram_range=(1, 3), sublinear_tf=True)
    more = [(row.definition_zh, *row.hints_zh) if everything else () for row in rows]
    documents = vectors.fit_transform(
        [" ".join((*row.names("zh"), *row.names("en"), *told)) for row, told in zip(rows, more, strict=True)]
    )
    return lambda text: best_first(cosines(vectors.transform([text]), documents)[0])


def _all_that_is_written(row: SkillRow) -> str:
    told = (row.definition_zh, row.definition_en, *row.hints_zh, *row.hints_en)
    return " ".join((*row.names("zh"), *row.names("en"), *told))


@dataclass(frozen=True)
class Figures:
    """RP@5 on what is named, on what is implied, on both together; and of what stands in the lists' first five:

    the share that is right, and how many denied skills.
    """

    named: float
    implied: float
    both: float
    right: float
    denied: int

    def __str__(self) -> str:
        return f"{self.named:8.3f}{self.implied:9.3f}{self.both:8.3f}{self.right:14.3f}{self.denied:14}"


def measure(sentences: Sequence[Sentence], codes: Sequence[str], rank: Rank) -> Figures:
    """Rank every sentence and hold the lists against its codes."""
    found = [[codes[skill] for skill in rank(sentence.text)[:TOP]] for sentence in sentences]
    pairs = list(zip(found, sentences, strict=True))
    listed = sum(map(len, found))
    return Figures(
        named=mean(rp_at(TOP, some, one.named) for some, one in pairs if one.named),
        implied=mean(rp_at(TOP, some, one.implied) for some, one in pairs if one.implied),
        both=mean(rp_at(TOP, some, asked) for some, one in pairs if (asked := one.named | one.implied)),
        right=sum(len((one.named | one.implied) & set(some)) for some, one in pairs) / max(listed, 1),
        denied=sum(len(one.denied & set(some)) for some, one in pairs),
    )


def main(_words: Sequence[str] = ()) -> int:
    """Print the table."""
    import django

    django.setup()
    from skills.framework import DATA, read_skills
    from skills.linking import linker_of

    rows = read_skills(DATA / "digital_trade.csv")
    linker = linker_of(rows)
    ways: dict[str, Rank] = {
        "crossing": by_linker(linker, least=0.0),
        "crossing, as proposed on the form": by_linker(linker, least=PROBABLE),
        "plain substring, labels": by_substring(rows, aliases=False),
        "plain substring, labels and aliases": by_substring(rows, aliases=True),
        "BM25 over characters": by_bm25(rows),
        "character n-gram TF-IDF, all names": by_ngrams(rows, everything=False),
        "character n-gram TF-IDF, everything": by_ngrams(rows, everything=True),
    }
    for name, part in SETS.items():
        sentences = read_sentences(name)
        named, implied, denied = (
            [len(codes) for one in sentences if (codes := getattr(one, kind))]
            for kind in ("named", "implied", "denied")
        )
        print(
            f"{name} ({part}): {len(sentences)} over {len(rows)} skills, {len(named)} name {sum(named)}, "
            f"{len(implied)} imply {sum(implied)}, {len(denied)} deny {sum(denied)}"
        )
        print(f"{'RP@5':40}{'named':>8}{'implied':>9}{'all':>8}{'listed, right':>14}{'denied taken':>14}")
        for way, rank in ways.items():
            print(f"{way:40}{measure(sentences, [row.code for row in rows], rank)}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
