"""The sentences and pairs that `evaluate` measures on are what they say they are."""

from __future__ import annotations

from functools import cache

import pytest

from benchmarks.linking_zh import SETS, Sentence, measure, read_sentences
from benchmarks.same_need import PAIRS, read_people
from benchmarks.sources import json_lines
from skills.framework import DATA, SkillRow, read_skills


@cache
def framework() -> dict[str, SkillRow]:
    return {row.code: row for row in read_skills(DATA / "digital_trade.csv")}


def is_chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


every_set = pytest.mark.parametrize("name", SETS)


@every_set
def test_there_are_enough_sentences_and_enough_that_only_imply(name: str) -> None:
    sentences = read_sentences(name)
    assert len(sentences) >= 150
    assert sum(bool(one.implied) and not one.named for one in sentences) >= 45
    assert any(one.denied for one in sentences)
    assert len({one.text for one in sentences}) == len({one.id for one in sentences}) == len(sentences)


@every_set
def test_gold_codes_are_of_our_framework_and_a_code_has_one_role_in_a_sentence(name: str) -> None:
    for one in read_sentences(name):
        assert one.named | one.implied | one.denied <= set(framework()), one.id
        assert not one.named & one.implied, one.id
        assert not one.denied & (one.named | one.implied), one.id


def test_the_sentences_reach_into_every_group() -> None:
    asked = {code for name in SETS for one in read_sentences(name) for code in one.named | one.implied}
    groups = {row.group for row in framework().values()}
    for group in groups:
        codes = {code for code, row in framework().items() if row.group == group}
        assert len(codes & asked) >= min(len(codes), 15), group


@every_set
def test_what_is_implied_is_named_by_no_label(name: str) -> None:
    for one in read_sentences(name):
        for code in one.implied:
            row = framework()[code]
            assert row.label_zh not in one.text, one.id
            assert row.label_en.casefold() not in one.text.casefold(), one.id


def test_the_pairs_are_of_an_english_and_a_chinese_text() -> None:
    pairs = list(json_lines(PAIRS))
    assert len(pairs) >= 12
    for pair in pairs:
        assert not is_chinese(pair["en"]["title"] + pair["en"]["text"]), pair["id"]
        assert is_chinese(pair["zh"]["title"]), pair["id"]
        assert is_chinese(pair["zh"]["text"]), pair["id"]


def test_the_people_of_the_demo_hold_skills_of_the_framework() -> None:
    people = read_people()
    assert len(people) >= 20
    assert {skill["code"] for one in people for skill in one["skills"]} <= set(framework())


def test_what_is_named_and_what_is_implied_are_measured_apart() -> None:
    sentences = [
        Sentence("1", "one", frozenset({"A"}), frozenset({"B"}), frozenset({"C"})),
        Sentence("2", "two", frozenset(), frozenset({"B"}), frozenset()),
    ]
    lists = {"one": [0, 2], "two": [1]}
    figures = measure(sentences, ["A", "B", "C"], lists.__getitem__)
    assert (figures.named, figures.implied, figures.both) == (1.0, 0.5, 0.75)
    assert (figures.right, figures.denied) == (2 / 3, 1)
