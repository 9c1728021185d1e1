"""The batch match on files: what it writes, what it refuses, and that it is the same engine."""

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.link import PROBABLE, Linked, Linker
from engine.model import FOCUS_NEED, FOCUS_PERSON, FOCUS_READ, TEXT_BONUS
from matching import files
from matching.batch import How
from skills.framework import COLUMNS

DATA = Path(__file__).resolve().parents[1] / "data"
Line = dict[str, Any]

SKILLS = [
    {"code": "S1", "label_en": "Kite making", "label_zh": "风筝制作", "definition_en": "Builds kites that fly."},
    {"code": "S2", "label_en": "Box kites", "label_zh": "箱形风筝", "broader": "S1"},
    {"code": "S3", "label_en": "Selling on piers", "label_zh": "码头销售"},
    {"code": "S4", "label_en": "Reading maps", "label_zh": "看地图"},
]


@dataclass(frozen=True)
class Outcome:
    """What a run of the command left behind."""

    needs: dict[str, list[Line]]
    talents: dict[str, list[Line]]
    said: str
    code: int


@pytest.fixture
def skills(tmp_path: Path) -> Path:
    return a_csv(tmp_path / "skills.csv", SKILLS)


@pytest.fixture
def match(tmp_path: Path, skills: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Run the command on lines (mappings, or text and bytes as they are) and read what it wrote."""

    def run(talents: list[Any], needs: list[Any], source: Path | str = skills, **options: Any) -> Outcome:
        talents_path = lines_to(tmp_path / "talents.in", talents)
        needs_path = lines_to(tmp_path / "needs.in", needs)
        out = tmp_path / "out"
        code = 0
        capsys.readouterr()
        try:
            call_command("match", skills=str(source), talents=talents_path, needs=needs_path, out=out, **options)
        except SystemExit as left:
            code = int(left.code or 0)
        return Outcome(
            lists(out / "needs.jsonl", "need"), lists(out / "talents.jsonl", "talent"), capsys.readouterr().err, code
        )

    return run


def a_csv(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def lines_to(path: Path, lines: list[Any]) -> Path:
    raw = [line if isinstance(line, bytes) else as_text(line).encode() for line in lines]
    path.write_bytes(b"\n".join(raw))
    return path


def as_text(line: Any) -> str:
    return line if isinstance(line, str) else json.dumps(line, ensure_ascii=False)


def lists(path: Path, owner: str) -> dict[str, list[Line]]:
    with path.open(encoding="utf-8") as file:
        return {line[owner]: line["matches"] for line in map(json.loads, file)}


def a_talent(key: str = "t1", /, level: int = 3, **fields: Any) -> Line:
    return {"id": key, "skills": [{"code": "S1", "level": level}]} | fields


def a_need(key: str = "n1", /, min_level: int = 3, **fields: Any) -> Line:
    return {"id": key, "skills": [{"code": "S1", "min_level": min_level}]} | fields


def order(matches: list[Line], other: str = "talent") -> list[str]:
    return [match[other] for match in matches]


# What it writes -------------------------------------------------------------------------------------------------------
def test_both_sides_get_their_lists_and_the_counts_are_said_at_the_end(match: Callable[..., Outcome]) -> None:
    found = match([a_talent("t1"), a_talent("t2", level=2)], [a_need("n1")])

    assert found.needs["n1"] == [
        {"talent": "t1", "score": 1.0, "fit": 1.0, "use": 1.0, "rank": 1},
        {"talent": "t2", "score": pytest.approx(2 / 3), "fit": pytest.approx(2 / 3), "use": 1.0, "rank": 2},
    ]
    assert found.talents["t2"] == [
        {"need": "n1", "score": pytest.approx(2 / 3), "fit": pytest.approx(2 / 3), "use": 1.0, "rank": 1}
    ]
    assert found.code == 0
    assert "2 talents, 1 needs, 0 lines left out, 4 matches written" in found.said.splitlines()[-1]


def test_the_focus_is_that_of_the_side_that_looks(match: Callable[..., Outcome]) -> None:
    talent = {"id": "t1", "skills": [{"code": "S1", "level": 3}, {"code": "S4", "level": 3}]}
    found = match([talent], [a_need()])
    both = match([talent], [a_need()], focus=0.4)
    fit_only = match([talent], [a_need()], fit_only=True)

    assert found.needs["n1"][0]["score"] == pytest.approx(1 - FOCUS_NEED / 2)
    assert found.talents["t1"][0]["score"] == pytest.approx(1 - FOCUS_PERSON / 2)
    assert both.needs["n1"][0]["score"] == both.talents["t1"][0]["score"] == pytest.approx(0.8)
    assert fit_only.needs["n1"][0]["score"] == fit_only.talents["t1"][0]["score"] == 1.0


def test_for_advice_and_training_strengths_that_lie_elsewhere_take_nothing_off(match: Callable[..., Outcome]) -> None:
    talent = {"id": "t1", "skills": [{"code": "S1", "level": 3}, {"code": "S4", "level": 3}]}
    needs = [a_need("n1", kind="advice"), a_need("n2", kind="training"), a_need("n3", kind="project")]
    found = match([talent], needs, explain=True)
    assert [found.needs[need][0]["score"] for need in ("n1", "n2", "n3")] == [1.0, 1.0, pytest.approx(0.9)]
    assert [found.needs[need][0]["focus_deduction"] for need in ("n1", "n2", "n3")] == [0.0, 0.0, pytest.approx(0.1)]
    assert [one["score"] for one in found.talents["t1"]] == [pytest.approx(0.7)] * 3


def test_a_near_skill_covers_a_part_and_can_be_left_out(match: Callable[..., Outcome]) -> None:
    narrower = {"id": "t1", "skills": [{"code": "S2", "level": 3}]}

    assert match([narrower], [a_need()]).needs["n1"][0]["fit"] == pytest.approx(0.6)
    assert match([narrower], [a_need()], no_near=True).needs["n1"] == []


def test_the_texts_make_up_for_a_part_and_can_be_left_out(match: Callable[..., Outcome]) -> None:
    talents = [
        a_talent("t1", level=1, text="I repaired tugboats and barges in the harbour of Foshan."),
        a_talent("t2", level=1, text="I kept the accounts of a bakery."),
    ]
    needs = [a_need("n1", title="Tugboats", text="We repair barges in the harbour.")]

    found = match(talents, needs)
    without = match(talents, needs, no_text=True)

    assert order(found.needs["n1"]) == ["t1", "t2"]
    first = found.needs["n1"][0]
    assert first["fit"] < first["score"] <= first["fit"] + TEXT_BONUS * (1 - first["fit"])
    assert [match_["score"] for match_ in without.needs["n1"]] == pytest.approx([1 / 3, 1 / 3])


def test_essentials_count_twice_and_weights_as_they_are_written(match: Callable[..., Outcome]) -> None:
    need = {
        "id": "n1",
        "skills": [
            {"code": "S1", "min_level": 2, "weight": 1.5, "essential": True},
            {"code": "S3", "min_level": 2, "weight": 1.0},
        ],
    }

    found = match([a_talent(level=5)], [need], no_near=True)

    assert found.needs["n1"][0]["fit"] == pytest.approx(3 / 4)


def test_a_list_has_at_most_the_top_and_every_owner_has_a_line(match: Callable[..., Outcome]) -> None:
    talents = [a_talent(f"t{number}") for number in range(5)] + [{"id": "t9", "skills": []}]

    found = match(talents, [a_need("n1"), {"id": "n2", "skills": []}], top=3)

    assert order(found.needs["n1"]) == ["t0", "t1", "t2"]
    assert found.needs["n2"] == []
    assert list(found.talents) == ["t0", "t1", "t2", "t3", "t4", "t9"]
    assert found.talents["t9"] == []


def test_a_need_of_one_skill_that_everybody_has_is_ordered_by_surplus_then_id(match: Callable[..., Outcome]) -> None:
    talents = [a_talent(key, level) for key, level in (("c", 3), ("a", 3), ("b", 3))]
    above = [{"id": "z", "skills": [{"code": "S1", "level": 4}]}]

    found = match([*talents, *above], [a_need(min_level=3)], fit_only=True)

    assert order(found.needs["n1"]) == ["z", "a", "b", "c"]


def test_the_order_of_lines_and_skills_changes_nothing(match: Callable[..., Outcome]) -> None:
    talents = [
        {"id": f"t{n}", "skills": [{"code": f"S{k}", "level": 1 + (n * k) % 5} for k in range(1, 5)]} for n in range(6)
    ]
    needs = [
        {"id": f"n{n}", "skills": [{"code": f"S{k}", "min_level": 1 + (n + k) % 5} for k in (1, 2, 4)]}
        for n in range(4)
    ]

    def turned(lines: list[Line]) -> list[Line]:
        return [line | {"skills": line["skills"][::-1]} for line in reversed(lines)]

    one, other = match(talents, needs), match(turned(talents), turned(needs))

    assert one.needs == other.needs
    assert one.talents == other.talents


@pytest.mark.parametrize("options", [{}, {"fit_only": True}, {"no_text": True}, {"focus": 0.7}])
def test_explained_parts_add_up_to_the_score(match: Callable[..., Outcome], options: Line) -> None:
    talents = [
        {"id": "t1", "skills": [{"code": "S2", "level": 4}, {"code": "S3", "level": 1}], "text": "Boats and piers."},
        {"id": "t2", "skills": [{"code": "S1", "level": 5}, {"code": "S4", "level": 5}], "text": "Maps of piers."},
    ]
    need = {
        "id": "n1",
        "text": "Boats, piers and maps of them.",
        "skills": [{"code": "S1", "min_level": 3, "essential": True}, {"code": "S3", "min_level": 2, "weight": 0.5}],
    }

    found = match(talents, [need], explain=True, **options)

    explained = [*found.needs["n1"], *found.talents["t1"], *found.talents["t2"]]
    assert len(explained) == 4
    for one in explained:
        points = sum(part["points"] for part in one["parts"])
        assert points == pytest.approx(one["fit"], abs=1e-9)
        assert points - one["focus_deduction"] + one["text_bonus"] == pytest.approx(one["score"], abs=1e-9)
        assert sum(part["share"] for part in one["parts"]) == pytest.approx(1.0)


def test_an_explained_part_names_the_near_skill_and_why_it_is_near(match: Callable[..., Outcome]) -> None:
    found = match([{"id": "t1", "skills": [{"code": "S2", "level": 4}]}], [a_need()], explain=True)

    (part,) = found.needs["n1"][0]["parts"]
    assert part["verdict"] == "near"
    assert part["held"] is None
    assert part["via"] == {
        "skill": {"code": "S2", "label": {"en": "Box kites", "zh-Hans": "箱形风筝"}},
        "level": 4,
        "near": 0.6,
        "reason": "a special case of it",
    }
    assert "partly, by Box kites 4" in part["sentence"]


def test_explained_words_are_those_that_both_texts_share(match: Callable[..., Outcome]) -> None:
    found = match(
        [a_talent(level=1, text="I repaired tugboats."), a_talent("t2", level=1, text="A bakery's accounts.")],
        [a_need(text="Whoever can repair tugboats.")],
        explain=True,
    )

    assert "tugboats" in found.needs["n1"][0]["shared_words"]
    assert found.needs["n1"][1]["shared_words"] == []


def test_the_same_skill_of_ours_is_found_in_the_embedded_framework(match: Callable[..., Outcome]) -> None:
    talent = {"id": "t1", "skills": [{"code": "DT0001", "level": 4}]}
    need = {"id": "n1", "skills": [{"code": "DT0001", "min_level": 3}]}

    found = match([talent], [need], "digital-trade")

    assert found.needs["n1"][0]["fit"] == 1.0


@pytest.mark.parametrize("code", ["a2", "http://data.europa.eu/esco/skill/a2"])
def test_an_esco_folder_is_matched_by_code_or_by_the_address_of_a_skill(
    match: Callable[..., Outcome], code: str
) -> None:
    talent = {"id": "t1", "skills": [{"code": "a2", "level": 3}]}
    need = {"id": "n1", "skills": [{"code": code, "min_level": 3}]}

    assert match([talent], [need], DATA / "esco").needs["n1"][0]["score"] == 1.0


def test_an_onet_folder_is_matched_too(match: Callable[..., Outcome]) -> None:
    talent = {"id": "t1", "skills": [{"code": "2.A.1.a", "level": 3}, {"code": "43230001", "level": 3}]}
    need = {"id": "n1", "skills": [{"code": "43230001", "min_level": 3}]}

    assert match([talent], [need], DATA / "onet").needs["n1"][0]["fit"] == 1.0


def test_no_database_is_used(match: Callable[..., Outcome]) -> None:
    """The test has no mark for the database, so that any query would fail it."""
    assert match([a_talent()], [a_need()], explain=True).code == 0


# Conditions -----------------------------------------------------------------------------------------------------------
def eligible(match: Callable[..., Outcome], talent: Line, need: Line) -> bool:
    return bool(match([a_talent(**talent)], [a_need(**need)]).needs["n1"])


def test_a_field_left_out_sets_no_condition(match: Callable[..., Outcome]) -> None:
    everything = {
        "city": "Foshan",
        "moves": False,
        "remote": False,
        "languages": {"zh": 5},
        "kinds": ["internship"],
        "available_from": "2027-05-01",
    }
    strict = {"kind": "job", "city": "Guangzhou", "remote": False, "languages": {"en": 3}, "starts_on": "2027-01-01"}

    assert eligible(match, everything, {})
    assert eligible(match, {}, strict)
    assert not eligible(match, everything, strict)


@pytest.mark.parametrize(
    ("talent", "need", "meets"),
    [
        ({"kinds": ["job"]}, {"kind": "internship"}, False),
        ({"kinds": ["job", "internship"]}, {"kind": "internship"}, True),
        ({"city": "Foshan", "moves": False}, {"city": "Zhuhai", "remote": False}, False),
        ({"city": "Foshan", "moves": True}, {"city": "Zhuhai", "remote": False}, True),
        ({"city": "foshan ", "moves": False}, {"city": "ＦＯＳＨＡＮ"}, True),
        ({"city": "佛山", "moves": False}, {"city": "Foshan"}, True),
        ({"city": "Timbuktu", "moves": False}, {"city": "TIMBUKTU"}, True),
        ({"city": "Foshan", "moves": False, "remote": True}, {"city": "Zhuhai", "remote": True}, True),
        ({"city": "Foshan", "moves": False, "remote": False}, {"city": "Zhuhai", "remote": True}, False),
        ({"languages": {"en": 2}}, {"languages": {"en": 3}}, False),
        ({"languages": {"zh": 5}}, {"languages": {"en": 1}}, False),
        ({"languages": {"zh-Hans": 5}}, {"languages": {"ZH": 4}}, True),
        ({"available_from": "2027-03-02"}, {"starts_on": "2027-03-01"}, False),
        ({"available_from": "2027-03-01"}, {"starts_on": "2027-03-01"}, True),
    ],
)
def test_conditions_decide_before_any_score(
    match: Callable[..., Outcome], talent: Line, need: Line, meets: bool
) -> None:
    assert eligible(match, talent, need) is meets


# Skills from the text -------------------------------------------------------------------------------------------------
def test_skills_are_linked_from_the_text_where_none_are_named(match: Callable[..., Outcome]) -> None:
    found = match(
        [{"id": "t1", "text": "Kite making is what I have done for years, at an advanced level."}, a_talent("t2", 1)],
        [{"id": "n1", "text": "我们需要熟悉风筝制作的人。"}],
        no_text=True,
    )

    assert order(found.needs["n1"])[0] == "t1"
    assert "2 with skills from their text" in found.said


def test_strengths_that_lie_elsewhere_take_more_off_where_the_skills_of_a_need_were_read(
    match: Callable[..., Outcome],
) -> None:
    talent = {"id": "t1", "skills": [{"code": "S1", "level": 3}, {"code": "S4", "level": 3}]}
    needs = [
        {"id": "n1", "text": "Kite making"},
        {"id": "n2", "text": "Kite making", "kind": "advice"},
        {"id": "n3", "skills": [{"code": "S1", "min_level": 3}]},
    ]
    found, asked = match([talent], needs, no_text=True), match([talent], needs, no_text=True, focus=0.4)

    scores = [found.needs[need][0]["score"] for need in ("n1", "n2", "n3")]
    assert scores == [pytest.approx(1 - FOCUS_READ / 2), 1.0, pytest.approx(1 - FOCUS_NEED / 2)]
    assert asked.needs["n1"][0]["score"] == pytest.approx(0.8)


def test_the_title_of_a_need_names_skills_too(match: Callable[..., Outcome]) -> None:
    needs = [{"id": "n1", "title": "Teacher of kite making", "text": "Come to the coast."}]
    found = match([{"id": "t1", "skills": [{"code": "S1", "level": 3}]}], needs, no_text=True)

    assert order(found.needs["n1"]) == ["t1"]


@pytest.mark.parametrize(("above", "counts"), [(0.0, True), (-0.01, False)])
def test_what_is_more_likely_wrong_than_right_does_not_count(
    match: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch, above: float, counts: bool
) -> None:
    read = Linked(0, PROBABLE + above, 3, None, 0, 4, "likeness", "asked", None)
    monkeypatch.setattr(Linker, "link_many", lambda self, texts: ([read] for _text in texts))
    people = [{"id": "t1", "text": "Lines, sails"}, {"id": "t2", "skills": [{"code": "S1", "level": 3}]}]
    needs = [{"id": "n1", "text": "Sails, lines"}, {"id": "n2", "skills": [{"code": "S1", "min_level": 3}]}]
    found = match(people, needs, no_text=True)

    assert order(found.needs["n2"]) == (["t1", "t2"] if counts else ["t2"])
    assert order(found.needs["n1"]) == (["t1", "t2"] if counts else [])


def test_what_is_as_likely_wrong_as_right_is_held_and_asked_for_only_where_nothing_else_is(
    match: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    doubt = Linked(0, PROBABLE, 3, None, 0, 4, "likeness", "asked", None)
    named = Linked(3, 0.9, 3, None, 6, 9, "name", "asked", None)
    reads = {"Sails": [doubt], "Sails, maps": [named, doubt]}
    monkeypatch.setattr(Linker, "link_many", lambda self, texts: (reads[text] for text in texts))
    people = [{"id": "t1", "text": "Sails"}, {"id": "t2", "text": "Sails, maps"}]
    found = match(people, [{"id": "n1", "text": "Sails, maps"}, {"id": "n2", "text": "Sails"}], no_text=True)

    assert order(found.needs["n1"]) == ["t2"]
    assert found.needs["n1"][0]["fit"] == 1.0
    assert order(found.needs["n2"]) == ["t1", "t2"]


def test_a_list_of_no_skills_stays_empty_whatever_the_text_says(match: Callable[..., Outcome]) -> None:
    found = match([{"id": "t1", "text": "Kite making", "skills": []}], [a_need()], no_text=True)

    assert found.needs["n1"] == []


def test_what_a_text_denies_is_not_asked_for(match: Callable[..., Outcome]) -> None:
    found = match(
        [{"id": "t1", "skills": [{"code": "S4", "level": 3}]}],
        [{"id": "n1", "text": "Kite making is needed. No experience in reading maps is required."}],
        no_text=True,
        no_near=True,
    )

    assert found.needs["n1"] == []


# Bad input ------------------------------------------------------------------------------------------------------------
BAD_TALENTS = [
    ("not json", "not JSON"),
    ('["a list"]', "must be an object"),
    (b'{"id": "x", "text": "\xff"}', "not in UTF-8"),
    ('{"id": "x", "skills": [{"code": "S1", "level": NaN}]}', "NaN is not a number"),
    ('{"id": "x", "skills": [{"code": "S1", "level": 1e999}]}', "level must be a whole number"),
    ('{"id": "x", "skills": [{"code": "S1", "level": 1' + "0" * 5000 + "}]}", "not JSON of ours"),
    ("[" * 100_000, "JSON"),
    ('{"id": "x", "text": "\\ud800"}', "half a character"),
    ({"skills": []}, "there is no id"),
    ({"id": " ", "skills": []}, "there is no id"),
    ({"id": 7, "skills": []}, "id must be a text"),
    ({"id": "x" * 201, "skills": []}, "id has 201 characters"),
    ({"id": "x"}, "neither skills nor a text"),
    ({"id": "x", "text": " "}, "neither skills nor a text"),
    ({"id": "x", "skills": None, "text": None}, "neither skills nor a text"),
    ({"id": "x", "skills": {"S1": 3}}, "skills must be a list"),
    ({"id": "x", "skills": ["S1"]}, "must be an object with a code"),
    ({"id": "x", "skills": [{"level": 3}]}, "a skill has no code"),
    ({"id": "x", "skills": [{"code": "S9", "level": 3}]}, "unknown skill code 'S9'"),
    ({"id": "x", "skills": [{"code": "S1", "level": 0}]}, "level must lie in 1..5, not 0"),
    ({"id": "x", "skills": [{"code": "S1", "level": 6}]}, "level must lie in 1..5, not 6"),
    ({"id": "x", "skills": [{"code": "S1", "level": 2.5}]}, "level must be a whole number"),
    ({"id": "x", "skills": [{"code": "S1", "level": True}]}, "level must be a whole number"),
    ({"id": "x", "skills": [{"code": "S1", "level": "3"}]}, "level must be a whole number"),
    ({"id": "x", "skills": [{"code": "S1"}]}, "there is no level"),
    ({"id": "x", "skills": [{"code": "S1", "level": 3}, {"code": "S1", "level": 4}]}, "stands twice"),
    ({"id": "x", "text": "a" * 100_001}, "text has 100,001 characters; at most 100,000"),
    ({"id": "x", "text": ["a"]}, "text must be a text"),
    (a_talent("x", available_from="2027-02-30"), "no day of the calendar"),
    (a_talent("x", available_from="01.02.2027"), "available_from must be a day"),
    (a_talent("x", available_from="2027-W01-1"), "available_from must be a day"),
    (a_talent("x", available_from=20270101), "available_from must be a day"),
    (a_talent("x", kinds=["holiday"]), "unknown kind of work 'holiday'"),
    (a_talent("x", kinds="job"), "kinds must be a list"),
    (a_talent("x", languages={"en": 9}), "language en must lie in 1..5"),
    (a_talent("x", languages={"English": 3}), "'English' is no code of a language"),
    (a_talent("x", languages=["en"]), "languages must be an object"),
    (a_talent("x", city=5), "city must be a text"),
    (a_talent("x", moves="yes"), "moves must be true or false"),
    (a_talent("t1"), "the id 't1' stands on line 1 already"),
]


@pytest.mark.parametrize(("bad", "reason"), BAD_TALENTS, ids=[reason for _, reason in BAD_TALENTS])
def test_a_bad_line_of_talents_is_told_and_the_others_go_on(
    match: Callable[..., Outcome], bad: Any, reason: str
) -> None:
    found = match([a_talent("t1"), bad, a_talent("t3")], [a_need()])

    told = [line for line in found.said.splitlines() if "talents.in, line" in line]
    assert len(told) == 1
    assert "talents.in, line 2: " in told[0]
    assert reason in told[0]
    assert order(found.needs["n1"]) == ["t1", "t3"]
    assert found.code == 3


BAD_NEEDS = [
    ({"id": "x", "skills": [{"code": "S1", "weight": 0}]}, "weight must be a number above 0"),
    (
        {"id": "x", "skills": [{"code": "S1", "weight": 0}, {"code": "S2", "weight": 0.0}]},
        "weight must be a number above 0",
    ),
    ({"id": "x", "skills": [{"code": "S1", "weight": -1}]}, "weight must be a number above 0"),
    ({"id": "x", "skills": [{"code": "S1", "weight": 10.5}]}, "at most 10, not 10.5"),
    ({"id": "x", "skills": [{"code": "S1", "weight": "1"}]}, "weight must be a number"),
    ({"id": "x", "skills": [{"code": "S1", "weight": True}]}, "weight must be a number"),
    ('{"id": "x", "skills": [{"code": "S1", "weight": Infinity}]}', "Infinity is not a number"),
    ('{"id": "x", "skills": [{"code": "S1", "weight": 1' + "0" * 400 + "}]}", "weight must be a number above 0"),
    ({"id": "x", "skills": [{"code": "S1", "min_level": 0}]}, "min_level must lie in 1..5"),
    ({"id": "x", "skills": [{"code": "S1", "essential": 1}]}, "essential must be true or false"),
    (a_need("x", kind="jobs"), "unknown kind of work 'jobs'"),
    (a_need("x", kind=["job"]), "unknown kind of work"),
    (a_need("x", remote=0), "remote must be true or false"),
    (a_need("x", headcount=0), "headcount must lie in 1..10000"),
    (a_need("x", headcount="two"), "headcount must be a whole number"),
    (a_need("x", starts_on="soon"), "starts_on must be a day"),
    (a_need("x", title={"en": "Kites"}), "title must be a text"),
]


@pytest.mark.parametrize(("bad", "reason"), BAD_NEEDS, ids=[reason for _, reason in BAD_NEEDS])
def test_a_bad_line_of_needs_is_told_and_the_others_go_on(match: Callable[..., Outcome], bad: Any, reason: str) -> None:
    found = match([a_talent()], [a_need("n1"), bad, a_need("n3")])

    told = [line for line in found.said.splitlines() if "needs.in, line" in line]
    assert len(told) == 1
    assert "needs.in, line 2: " in told[0]
    assert reason in told[0]
    assert list(found.needs) == ["n1", "n3"]
    assert found.code == 3


def test_a_need_has_at_most_five_hundred_skills(match: Callable[..., Outcome], tmp_path: Path) -> None:
    many = a_csv(tmp_path / "many.csv", [{"code": f"C{n:04}", "label_en": f"Skill {n}"} for n in range(501)])

    def need(key: str, count: int) -> Line:
        return {"id": key, "skills": [{"code": f"C{n:04}"} for n in range(count)]}

    found = match([{"id": "t1", "skills": []}], [need("n1", 500), need("n2", 501)], many, no_near=True)

    assert list(found.needs) == ["n1"]
    assert "line 2: 501 skills; a need has at most 500" in found.said


def test_a_profile_of_five_thousand_skills_is_matched(match: Callable[..., Outcome], tmp_path: Path) -> None:
    many = a_csv(tmp_path / "many.csv", [{"code": f"C{n:04}", "label_en": f"Skill {n}"} for n in range(5_000)])
    expert = {"id": "t1", "skills": [{"code": f"C{n:04}", "level": 1 + n % 5} for n in range(5_000)]}
    need = {"id": "n1", "skills": [{"code": "C0004", "min_level": 5}]}

    found = match([expert], [need], many, no_near=True)

    assert found.needs["n1"][0]["fit"] == 1.0
    assert found.needs["n1"][0]["use"] == pytest.approx(5 / 15_000)


def test_full_width_letters_and_emoji_do_no_harm(match: Callable[..., Outcome]) -> None:
    found = match(
        [{"id": "t🪁", "text": "🪁🪁", "skills": [{"code": "Ｓ１", "level": 3}]}],
        [a_need(title="风筝 🪁", text="ｋｉｔｅ　🪁")],
    )

    assert order(found.needs["n1"]) == ["t🪁"]
    assert found.code == 0


def test_blank_lines_and_a_byte_order_mark_are_no_bad_lines(match: Callable[..., Outcome]) -> None:
    first = b"\xef\xbb\xbf" + json.dumps(a_talent("t1")).encode()

    found = match([first, b"", b"  \r", a_talent("t4"), "nonsense"], [a_need()])

    assert order(found.needs["n1"]) == ["t1", "t4"]
    assert "line 5: not JSON" in found.said


def test_a_line_beyond_any_measure_is_told_without_being_held(
    match: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LONGEST_LINE", 200)

    found = match([a_talent("t1"), a_talent("t2", name="n" * 1_000), a_talent("t3")], [a_need()])

    assert order(found.needs["n1"]) == ["t1", "t3"]
    assert "line 2: longer than 200 bytes" in found.said


def test_a_field_that_nobody_knows_is_named_once(match: Callable[..., Outcome]) -> None:
    found = match([a_talent("t1", avaliable_from="2027-01-01"), a_talent("t2", avaliable_from="")], [a_need()])

    assert found.said.count("'avaliable_from' is not known here") == 1
    assert found.code == 0


def test_empty_files_give_empty_lists(match: Callable[..., Outcome]) -> None:
    assert match([], []).needs == {}
    assert match([a_talent()], []).talents == {"t1": []}
    assert match([], [a_need()]).needs == {"n1": []}


def test_a_bad_line_of_the_skills_is_told_as_well(match: Callable[..., Outcome], tmp_path: Path) -> None:
    twice = a_csv(tmp_path / "twice.csv", [*SKILLS, {"code": "S1", "label_en": "Again"}])

    found = match([a_talent()], [a_need()], twice)

    assert "twice.csv, line 6: the code S1 stands twice" in found.said
    assert order(found.needs["n1"]) == ["t1"]
    assert found.code == 3


def test_what_cannot_be_done_at_all_is_said_in_one_sentence(match: Callable[..., Outcome], tmp_path: Path) -> None:
    empty = a_csv(tmp_path / "empty.csv", [])
    a_file = tmp_path / "a-file"
    a_file.touch()

    with pytest.raises(CommandError, match="there is no skill in it"):
        match([a_talent()], [a_need()], empty)
    with pytest.raises(CommandError, match="no such file or folder"):
        match([], [], tmp_path / "nowhere")
    with pytest.raises(CommandError, match="No such file"):
        call_command("match", skills="digital-trade", talents=tmp_path / "no", needs=tmp_path / "no", out=tmp_path)
    with pytest.raises(CommandError, match="File exists"):
        call_command("match", skills="digital-trade", talents=a_file, needs=a_file, out=a_file)
    with pytest.raises(CommandError, match="--top must be at least 1"):
        match([], [], top=0)


def test_the_focus_stays_where_a_better_fit_cannot_lose(match: Callable[..., Outcome]) -> None:
    for focus in (-0.1, 0.71, float("nan")):
        with pytest.raises(CommandError, match=r"--focus must lie in 0\.\.0\.7"):
            match([], [], focus=focus)
    assert match([a_talent()], [a_need()], focus=1.0, no_text=True).code == 0
    assert How(focus=0.5, fit_only=True).focus_of_talents == 0.0


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["S1", "job", "x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["code", "level", "min_level", "weight", "en"]) | st.text(max_size=3), inner, max_size=3
        )
    ),
    max_leaves=8,
)
any_line = st.dictionaries(st.sampled_from(sorted(files.TALENT_FIELDS | files.NEED_FIELDS)), json_values, max_size=8)


@given(lines=st.lists(any_line | st.binary(max_size=40), max_size=6))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_stands_in_a_line_it_is_read_or_told(tmp_path: Path, lines: list[Any]) -> None:
    raw = [line if isinstance(line, bytes) else json.dumps({"id": "x"} | line).encode() for line in lines]
    path = tmp_path / "any.in"
    path.write_bytes(b"\n".join(raw))
    told: list[int] = []

    reader = files.Reader(
        column={"S1": 0, "x": 1},
        link=lambda texts: [[] for _text in texts],
        report=lambda path, number, reason: told.append(number),
    )
    read = [reader.talents(path), reader.needs(path)]

    filled = sum(bool(line.strip()) for line in path.read_bytes().split(b"\n"))
    assert len(told) + sum(map(len, read)) == 2 * filled
    vocabulary = files.Vocabulary.of(2, *read)
    vocabulary.supply(read[0])
    vocabulary.needs(read[1])
