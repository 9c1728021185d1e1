"""`near_skills` shows what is near to one skill, from a file alone."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

HEADER = "code,label_en,label_zh,aliases_en,aliases_zh,definition_en,definition_zh,group,broader,related"


def near_skills(**options: Any) -> tuple[list[dict[str, Any]], str]:
    said, told = io.StringIO(), io.StringIO()
    call_command("near_skills", stdout=said, stderr=told, **options)
    return [json.loads(line) for line in said.getvalue().splitlines()], told.getvalue()


@pytest.fixture
def skills(tmp_path: Path) -> str:
    path = tmp_path / "skills.csv"
    lines = [
        HEADER,
        "A,Data visualisation,数据可视化,charting,图表,Puts figures into charts.,把数字变成图表。,data,,",
        "B,Power BI dashboards,Power BI 看板,,,Builds dashboards for managers.,为管理者搭建看板。,data,A,",
        "C,Tableau dashboards,Tableau 看板,,,Builds dashboards for managers.,为管理者搭建看板。,data,A,",
        "D,Customs declaration,,customs,,Declares goods.,,trade,,A",
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def test_lines_name_who_shows_the_skill_the_nearest_first(skills: str) -> None:
    lines, told = near_skills(skills=skills, code="A")
    assert lines == [
        {
            "code": "B",
            "label": "Power BI dashboards",
            "near": 0.6,
            "source": "framework",
            "reason": "a special case of it",
        },
        {
            "code": "C",
            "label": "Tableau dashboards",
            "near": 0.6,
            "source": "framework",
            "reason": "a special case of it",
        },
        {
            "code": "D",
            "label": "Customs declaration",
            "near": 0.45,
            "source": "framework",
            "reason": "related in the framework",
        },
    ]
    assert "4 skills read, 3 of 3 near skills written" in told


def test_it_is_directed_and_what_is_learnt_says_why(skills: str) -> None:
    lines, _told = near_skills(skills=skills, code="B")
    by_code = {line["code"]: line for line in lines}
    assert {code: line["source"] for code, line in by_code.items()} == {"A": "framework", "C": "likeness"}
    assert by_code["A"]["near"] == 0.3
    assert 0 < by_code["C"]["near"] <= 0.4
    assert "dashboards" in by_code["C"]["reason"]
    assert [line["near"] for line in lines] == sorted((line["near"] for line in lines), reverse=True)


def test_no_more_than_asked_for_and_in_chinese_if_asked(skills: str) -> None:
    lines, _told = near_skills(skills=skills, code="A", top=1, lang="zh")
    assert [line["label"] for line in lines] == ["Power BI 看板"]


def test_an_unknown_code_a_missing_file_and_no_lines_at_all_are_told(skills: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no skill with the code Z") as unknown:
        near_skills(skills=skills, code="Z")
    assert unknown.value.returncode == 3
    with pytest.raises(CommandError, match="there is no such file"):
        near_skills(skills=str(tmp_path / "nothing.csv"), code="A")
    with pytest.raises(CommandError, match="at least 1"):
        near_skills(skills=skills, code="A", top=0)


def test_the_embedded_framework_goes_by_its_name() -> None:
    lines, _told = near_skills(skills="digital-trade", code="DT0013")
    assert lines
    assert all(0 < line["near"] <= 0.6 for line in lines)
