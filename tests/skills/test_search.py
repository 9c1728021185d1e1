"""Finding a skill: by part of a name or alias, in both languages, on its page and while a form is filled in."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from skills.models import Alias, Skill
from skills.search import search_skills
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def sql() -> Skill:
    skill = factories.a_skill(label_en="SQL querying", label_zh="SQL 数据查询")
    Alias.objects.create(skill=skill, language="en", text="MySQL")
    Alias.objects.create(skill=skill, language="zh-hans", text="数据库取数")
    return skill


@pytest.fixture
def analysis() -> Skill:
    return factories.a_skill(label_en="Data analysis", label_zh="数据分析")


@pytest.mark.parametrize("query", ["sql", "QUERYING", "数据查询", "mysql", "取数", "  SQL ", "ＳＱＬ"])
def test_a_skill_is_found_by_part_of_any_of_its_names(sql: Skill, analysis: Skill, query: str) -> None:
    assert list(search_skills(query)) == [sql]


def test_the_closest_name_comes_first(sql: Skill, analysis: Skill) -> None:
    Alias.objects.create(skill=analysis, language="en", text="SQL reports")
    assert list(search_skills("sql")) == [sql, analysis]
    Alias.objects.create(skill=analysis, language="en", text="sql")
    assert list(search_skills("sql")) == [analysis, sql]


@pytest.mark.parametrize("query", ["\x00", "%", "_", "'; DROP TABLE", "𠮷", "🚀", "x" * 10_000])
def test_odd_queries_find_nothing_and_break_nothing(client: Client, sql: Skill, query: str) -> None:
    for name in ("skills", "skill-options"):
        assert client.get(reverse(name), {"q": query}).status_code == 200
    assert client.get(reverse("skills") + "?q=%ff%fe&page=x").status_code == 200
    assert not list(search_skills(query)) or query == "\x00"


def test_the_page_lists_the_whole_framework_by_groups_to_everybody(client: Client, sql: Skill, analysis: Skill) -> None:
    page = client.get(reverse("skills")).content.decode()
    for said in ("2 skills", "SQL querying", "SQL 数据查询", "Data analysis", "Data and AI", "independent"):
        assert said in page
    assert "MySQL" not in page


def test_the_page_says_by_which_other_name_a_skill_was_found(client: Client, sql: Skill) -> None:
    page = client.get(reverse("skills"), {"q": "mysql"}).content.decode()
    assert "1 skill for “mysql”" in page
    assert "MySQL" in page
    assert "数据库取数" not in page


def test_the_page_speaks_the_readers_language(client: Client, sql: Skill) -> None:
    page = client.get(reverse("skills"), headers={"accept-language": "zh-CN"}).content.decode()
    assert '<span class="keep">SQL 数据查询</span>' in page
    assert "它是什么。" in page


def test_a_search_that_finds_nothing_offers_a_way_on(client: Client, sql: Skill) -> None:
    page = client.get(reverse("skills"), {"q": "falconry"}).content.decode()
    assert "No skill by that name" in page
    assert f'href="{reverse("skills")}"' in page


def test_options_are_buttons_that_add_a_skill(client: Client, sql: Skill, analysis: Skill) -> None:
    fragment = client.get(reverse("skill-options"), {"q": "数据"}).content.decode()
    assert "<html" not in fragment
    for skill in (sql, analysis):
        assert f'name="add" value="{skill.code}"' in fragment


def test_nothing_typed_offers_nothing_and_a_miss_says_so(client: Client, sql: Skill) -> None:
    assert client.get(reverse("skill-options"), {"q": " "}).content.strip() == b""
    assert (
        "No skill of the framework is called “falconry”"
        in client.get(reverse("skill-options"), {"q": "falconry"}).content.decode()
    )


def test_what_was_typed_is_shown_as_words_never_as_markup(client: Client, sql: Skill) -> None:
    for name in ("skills", "skill-options"):
        page = client.get(reverse(name), {"q": "<script>alert(1)</script>"}).content.decode()
        assert "<script>alert" not in page


def test_at_most_eight_are_offered(client: Client) -> None:
    for number in range(10):
        factories.a_skill(label_en=f"Data {number}")
    assert client.get(reverse("skill-options"), {"q": "data"}).content.decode().count('name="add"') == 8


@pytest.mark.parametrize("query", [{}, {"q": "data"}])
def test_the_page_takes_as_many_queries_for_twenty_skills_as_for_two(client: Client, query: dict[str, Any]) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            client.get(reverse("skills"), query)
        return len(caught)

    for number in range(2):
        factories.a_skill(label_en=f"Data {number}")
    with_two = queries()
    for number in range(18):
        factories.a_skill(label_en=f"More data {number}")
    assert queries() == with_two
