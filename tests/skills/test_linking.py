"""Text to skills: on the platform's own framework, and as the command that reads JSON Lines."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from engine.link import HINTED
from skills.linking import link_text
from skills.models import Alias, Hint, Skill
from tests import factories

HEADER = "code,label_en,label_zh,aliases_en,aliases_zh,definition_en,definition_zh,group,broader,related"
LINES = [
    "PY,Python programming,Python 编程,Python,Python,Writes programs in Python.,用 Python 编写程序。,data,,",
    "SQL,SQL querying,SQL 数据查询,SQL|MySQL,SQL|数据库,Queries a database.,查询数据库。,data,,",
    "CU,Customs declaration,报关,customs clearance,清关,Declares goods.,申报货物。,trade,,",
]


@pytest.fixture
def framework() -> dict[str, Skill]:
    python = factories.a_skill(label_en="Python programming", label_zh="Python 编程")
    customs = factories.a_skill(label_en="Customs declaration", label_zh="报关")
    Alias.objects.create(skill=python, language="en", text="Python")
    Alias.objects.create(skill=customs, language="zh-hans", text="清关")
    return {"python": python, "customs": customs}


@pytest.mark.django_db
def test_skills_of_a_text_come_with_level_place_and_words(framework: dict[str, Skill]) -> None:
    text = "精通 Python，有清关经验者优先"
    found = {one.skill: one for one in link_text(text)}
    python, customs = found[framework["python"]], found[framework["customs"]]
    assert (python.level, python.level_cue, python.standing, python.quote) == (5, "精通", "asked", "Python")
    assert (customs.standing, customs.quote, text[customs.start : customs.end]) == ("wish", "清关", "清关")
    assert {python.found_by, customs.found_by} == {"name"}


@pytest.mark.django_db
def test_what_a_text_denies_is_there_as_denied(framework: dict[str, Skill]) -> None:
    [found] = link_text("不要求 Python", lang="zh-hans")
    assert (found.standing, found.standing_cue) == ("denied", "不要求")


@pytest.mark.django_db
def test_a_new_name_is_known_at_once(framework: dict[str, Skill]) -> None:
    assert link_text("HS 编码归类") == []
    Alias.objects.create(skill=framework["customs"], language="zh-hans", text="HS 编码归类")
    assert [one.skill for one in link_text("HS 编码归类", top=1)] == [framework["customs"]]


@pytest.mark.django_db
def test_a_new_hint_is_known_at_once_and_proposes_with_a_doubt(framework: dict[str, Skill]) -> None:
    assert link_text("审单放行") == []
    Hint.objects.create(skill=framework["customs"], language="zh-hans", text="审单放行")
    [found] = link_text("审单放行")
    assert (found.skill, found.found_by, found.quote) == (framework["customs"], "likeness", "审单放行")
    assert found.score >= HINTED


@pytest.mark.django_db
def test_a_framework_is_fitted_once_and_read_in_four_queries(
    framework: dict[str, Skill], django_assert_num_queries: Any
) -> None:
    link_text("Python")
    with django_assert_num_queries(4):
        link_text("清关")


@pytest.mark.django_db
def test_without_any_skill_nothing_is_found() -> None:
    assert link_text("Python") == []


@pytest.fixture
def skills(tmp_path: Path) -> str:
    path = tmp_path / "skills.csv"
    path.write_text("\n".join([HEADER, *LINES]) + "\n", encoding="utf-8")
    return str(path)


@pytest.fixture
def link(skills: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run the command on some lines; gives the answers by id, what was told, and the exit code."""

    def run(*lines: str | bytes | dict[str, Any], **options: Any) -> tuple[dict[str, Any], str, int]:
        raw = [json.dumps(line).encode() if isinstance(line, dict) else line for line in lines]
        given = b"\n".join(line.encode() if isinstance(line, str) else line for line in raw)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
        said, told, code = io.StringIO(), io.StringIO(), 0
        try:
            call_command("link_skills", skills=skills, stdout=said, stderr=told, **options)
        except SystemExit as end:
            code = int(str(end.code))
        answers = [json.loads(line) for line in said.getvalue().splitlines()]
        assert all(set(answer) == {"id", "skills"} for answer in answers)
        return {answer["id"]: answer["skills"] for answer in answers}, told.getvalue(), code

    return run


def test_a_line_is_answered_by_a_line_in_the_same_order(link: Any) -> None:
    answers, told, code = link({"id": "b", "text": "熟悉 MySQL，😀精通Python"}, {"id": "a", "text": ""})
    assert list(answers) == ["b", "a"]
    assert {(one["code"], one["label"], one["level"], one["start"], one["end"]) for one in answers["b"]} == {
        ("PY", "Python 编程", 5, 12, 18),
        ("SQL", "SQL 数据查询", 2, 3, 8),
    }
    assert all(0 < one["score"] <= 1 for one in answers["b"])
    assert [one["score"] for one in answers["b"]] == sorted((one["score"] for one in answers["b"]), reverse=True)
    assert answers["a"] == []
    assert "2 texts linked, 2 skills found, 0 lines left out" in told
    assert code == 0


def test_what_a_text_denies_is_not_written(link: Any) -> None:
    answers, _, _ = link({"id": "a", "text": "Strong SQL; Python is not required"})
    assert [one["code"] for one in answers["a"]] == ["SQL"]
    assert answers["a"][0]["label"] == "SQL querying"


def test_top_bounds_a_list_and_lang_its_labels(link: Any) -> None:
    answers, _, _ = link({"id": "a", "text": "Python, SQL, customs clearance"}, top=2, lang="zh")
    assert len(answers["a"]) == 2
    assert {one["label"] for one in answers["a"]} <= {"Python 编程", "SQL 数据查询", "报关"}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "line 2: this is not JSON"),
        ("[" * 100_000, "line 2: this is not JSON"),
        (b'{"id": "b", "text": "\xff"}', "line 2: this is not UTF-8"),
        ('"text"', "line 2: this is not an object with id and text"),
        ({"text": "SQL"}, "line 2: id is missing"),
        ({"id": "b"}, "line 2: text is missing"),
        ({"id": 2, "text": "SQL"}, "line 2: id must be a string"),
        ({"id": "b", "text": None}, "line 2: text must be a string"),
        ({"id": "", "text": "SQL"}, "line 2: id must have 1 to 200 characters"),
        ({"id": "\ud800", "text": "SQL"}, "line 2: id holds half a character"),
        ({"id": "a", "text": "SQL"}, "line 2: the id 'a' came before"),
        ({"id": "b", "text": "x" * 2_000_001}, "line 2: text has 2,000,001 characters, more than 2,000,000"),
    ],
)
def test_a_bad_line_is_told_and_the_others_go_on(link: Any, line: Any, reason: str) -> None:
    answers, told, code = link({"id": "a", "text": "Python"}, line, "", {"id": "c", "text": "SQL"})
    assert [[one["code"] for one in answers[id]][:1] for id in ("a", "c")] == [["PY"], ["SQL"]]
    assert reason in told
    assert "2 texts linked, 2 skills found, 1 lines left out" in told
    assert code == 3


def test_texts_beyond_a_group_keep_their_ids(link: Any) -> None:
    lines = [{"id": str(number), "text": "Python" if number % 2 else "SQL"} for number in range(450)]
    answers, _, _ = link(*lines)
    assert len(answers) == 450
    assert all(answers[str(number)][0]["code"] == ("PY" if number % 2 else "SQL") for number in range(450))


def test_a_missing_file_or_an_impossible_top_is_a_clear_error(skills: str) -> None:
    with pytest.raises(CommandError, match=r"nowhere\.csv: there is no such file or folder"):
        call_command("link_skills", skills="nowhere.csv")
    with pytest.raises(CommandError, match="--top must be at least 1"):
        call_command("link_skills", skills=skills, top=0)
