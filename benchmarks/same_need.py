"""The same need in English and in Chinese: do the same people come out on top?

    python -m benchmarks.same_need

Pairs of needs (tests/data/same_need), the same title and text in both languages, written for this project. Skills are
linked from the text, as `match` reads a need, and the demo's people are ranked by them alone, no condition
asked. The share is that of the first ten which both languages have in common; drawn by lot it would be 10 / people.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy.sparse import csr_array
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from benchmarks.linking_zh import by_substring
from benchmarks.measures import best_first, bm25, cosines, mean, shared_of_top
from benchmarks.panel import Encoder
from benchmarks.sources import OWN_DATA, ROOT, json_lines
from engine.link import PROBABLE
from engine.topk import rank_for_needs

PAIRS = OWN_DATA / "same_need" / "pairs.jsonl"
PEOPLE = ROOT / "matching" / "data" / "demo.json"
TOP = 10
WISH = 0.5  # the weight of what a text calls a plus, as the form has it
WORD = re.compile(r"[a-z0-9+#.]+|[\u3400-\u9fff]")

Skills = list[dict[str, Any]]


def read_people() -> list[dict[str, Any]]:
    """The demo's people as lines of a batch file, skills and text only."""
    profiles = json.loads(PEOPLE.read_text(encoding="utf-8"))["profiles"]
    return [
        {
            "id": str(number),
            "text": f"{profile['headline']}\n{profile['text']}",
            "skills": [{"code": claim["skill"], "level": claim["level"]} for claim in profile["claims"]],
        }
        for number, profile in enumerate(profiles)
    ]


def text_of(need: dict[str, str]) -> str:
    """Title and text as they are pasted."""
    return f"{need['title']}\n{need['text']}"


def top_by_skills(
    asked: Sequence[Skills], people: Sequence[dict[str, Any]], codes: Sequence[str], near: csr_array
) -> list[list[int]]:
    """Rank the people for needs given by their skills."""
    needs = [{"id": str(number), "skills": skills} for number, skills in enumerate(asked)]
    encoder = Encoder(codes, [*needs, *people])
    ranked = rank_for_needs(encoder.needs(needs), encoder.supply(people), near, keep=TOP)
    return [ranked.candidate[ranked.of(number)].tolist() for number in range(len(needs))]


def top_by_texts(score: Callable[[list[str], list[str]], Any], needs: list[str], people: list[str]) -> list[list[int]]:
    """Rank the people for needs by likeness of texts."""
    return [best_first(row)[:TOP] for row in score(needs, people)]


def tfidf(needs: list[str], people: list[str]) -> np.ndarray:
    """Cosine of TF-IDF over runs of one to three characters."""
    vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 3), sublinear_tf=True)
    documents = vectors.fit_transform(people)
    return cosines(vectors.transform(needs), documents)


def bm25_of_words(needs: list[str], people: list[str]) -> np.ndarray:
    """BM25 over Latin words and single Chinese characters."""
    counter = CountVectorizer(tokenizer=lambda text: WORD.findall(text), token_pattern=None)
    documents = counter.fit_transform(people)
    return bm25(documents, counter.transform(needs))


def main(_words: Sequence[str] = ()) -> int:
    """Print the table."""
    import django

    django.setup()
    from skills.framework import DATA, read_skills
    from skills.linking import linker_of
    from skills.nearness import as_array, near_of

    rows, people, pairs = read_skills(DATA / "digital_trade.csv"), read_people(), list(json_lines(PAIRS))
    codes, near = [row.code for row in rows], as_array(near_of(rows), len(rows))
    linker, plain = linker_of(rows), by_substring(rows, aliases=True)

    def linked(text: str) -> Skills:
        return [
            {"code": codes[one.skill], "min_level": one.level, "weight": WISH if one.standing == "wish" else 1.0}
            for one in linker.link(text)
            if one.score > PROBABLE and one.standing != "denied"
        ]

    def named(text: str) -> Skills:
        return [{"code": codes[skill], "min_level": 3} for skill in plain(text)]

    texts = {language: [text_of(pair[language]) for pair in pairs] for language in ("en", "zh")}
    told = [one["text"] for one in people]
    print(f"{len(pairs)} needs in two languages, {len(people)} people")
    print(f"{'':44}{'same of top 10':>15}{'same skills':>13}")
    for way, find in {"crossing": linked, "plain substring, labels and aliases": named}.items():
        asked = {language: [_once(find(text)) for text in texts[language]] for language in texts}
        both = list(zip(*(top_by_skills(asked[language], people, codes, near) for language in texts), strict=True))
        alike = mean(_alike(*two) for two in zip(asked["en"], asked["zh"], strict=True))
        print(f"{way:44}{mean(shared_of_top(TOP, *two) for two in both):15.3f}{alike:13.3f}")
    for way, score in {"character n-gram TF-IDF of texts": tfidf, "BM25 of texts": bm25_of_words}.items():
        both = list(zip(*(top_by_texts(score, texts[language], told) for language in texts), strict=True))
        print(f"{way:44}{mean(shared_of_top(TOP, *two) for two in both):15.3f}{'':>13}")
    print(f"{'ten drawn by lot':44}{min(1.0, TOP / len(people)):15.3f}{'':>13}")
    return 0


def _once(skills: Skills) -> Skills:
    """Each skill once, as first and best found."""
    return list({skill["code"]: skill for skill in reversed(skills)}.values())[::-1]


def _alike(one: Skills, other: Skills) -> float:
    """Skills found in both languages, of all that are found in either."""
    mine, theirs = ({skill["code"] for skill in skills} for skills in (one, other))
    return len(mine & theirs) / len(mine | theirs) if mine | theirs else 0.0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
