"""The vocabulary over the API: skills, frameworks, cities and areas, for everybody."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.cities import load_cities
from enterprises.areas import load_areas
from skills.framework import load_framework
from skills.models import Skill, SkillRelation
from tests import factories

SKILLS = "/api/v1/skills/"


@pytest.fixture(scope="module")
def in_tables(django_db_setup, django_db_blocker):
    """The embedded framework, the cities and the areas, loaded once for this file and taken back at its end."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_framework()
        load_cities()
        load_areas()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def loaded(in_tables, db):
    """What is in the tables, for one test that may change it."""


def get(path, **query):
    answer = APIClient().get(path, query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def all_of(url):
    """The rows of every page from this one on."""
    rows = []
    while url:
        page = get(url)
        rows += page["results"]
        url = page["next"]
    return rows


def test_skills_are_listed_in_both_languages_without_a_token(loaded):
    rows = all_of(f"{SKILLS}?page_size=100")
    assert len(rows) == Skill.objects.count()
    for row in rows:
        assert set(row) == {"code", "label", "definition", "group"}
        assert all(row["label"].values())
        assert set(row["label"]) == set(row["definition"]) == set(row["group"]["name"]) == {"en", "zh-Hans"}


@pytest.mark.parametrize("words", ["Power BI", "power bi", "Ｐｏｗｅｒ BI", "PowerBI"])
def test_a_skill_is_found_by_its_names_and_aliases_the_closest_first(loaded, words):
    assert get(SKILLS, q=words)["results"][0]["code"] == "DT0013"


def test_a_skill_is_found_in_chinese(loaded):
    assert "DT0012" in [row["code"] for row in get(SKILLS, q="数据可视化")["results"]]


@pytest.mark.parametrize("words", ["no such skill at all", "𠮷𠮷𠮷", "%", "_", "\\", "' OR 1=1 --"])
def test_what_nobody_calls_a_skill_finds_none(loaded, words):
    assert [row for row in get(SKILLS, q=words)["results"] if words not in str(row)] == []


def test_odd_searches_break_nothing(loaded):
    for words in ("a\x00b", "x" * 5000, " ", "\u202e", "🚢"):
        get(SKILLS, q=words)


def test_a_group_narrows_the_list(loaded):
    rows = get(SKILLS, group="data-ai", page_size=100)["results"]
    assert {row["group"]["code"] for row in rows} == {"data-ai"}
    assert get(SKILLS, group="nowhere")["results"] == get(SKILLS, group="a\x00")["results"] == []
    assert all(row["group"]["code"] == "data-ai" for row in get(SKILLS, group="data-ai", q="data")["results"])


@pytest.mark.parametrize("query", ["", "q=data", "q=a"])
def test_paging_forth_and_back_meets_every_skill_once(loaded, query):
    whole = [row["code"] for row in all_of(f"{SKILLS}?page_size=100&{query}")]
    assert len(whole) == len(set(whole))
    url, pages = f"{SKILLS}?page_size=7&{query}", []
    while url:
        page = get(url)
        pages.append([row["code"] for row in page["results"]])
        last, url = page, page["next"]
    assert [code for page in pages for code in page] == whole
    back = [pages[-1]]
    while last["previous"]:
        last = get(last["previous"])
        back.insert(0, [row["code"] for row in last["results"]])
    assert back == pages


def test_one_skill_is_read_with_everything_around_it(loaded):
    read = get(f"{SKILLS}DT0013/")
    assert read["label"] == {"en": "Power BI dashboards", "zh-Hans": "Power BI 看板"}
    assert "PowerBI" in read["aliases"]["en"]
    assert "PBI" in read["aliases"]["zh-Hans"]
    assert [other["code"] for other in read["broader"]] == ["DT0012"]
    assert {"DT0010", "DT0014"} <= {other["code"] for other in read["related"]}
    assert read["framework"] == "digital-trade 1"
    narrower = get(f"{SKILLS}DT0012/")["narrower"]
    assert "DT0013" in [other["code"] for other in narrower]
    assert set(narrower[0]) == {"code", "label"}


def test_a_relation_that_is_written_down_from_both_sides_is_told_once(db):
    one, two = factories.some_skills(2)
    for skill, other in ((one, two), (two, one)):
        SkillRelation.objects.create(skill=skill, other=other, kind="related")
    assert [other["code"] for other in get(f"{SKILLS}{one.code}/")["related"]] == [two.code]


@pytest.mark.parametrize("code", ["NOPE", "%00", "𠮷", "x" * 500, "DT0013%20"])
def test_a_skill_that_is_none_is_not_found(loaded, code):
    answer = APIClient().get(f"{SKILLS}{code}/")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_skill_that_was_replaced_is_not_listed(db):
    old, new = factories.some_skills(2)
    old.successor = new
    old.save()
    listed = {row["code"] for row in all_of(f"{SKILLS}?page_size=100")}
    assert new.code in listed
    assert old.code not in listed


def test_a_framework_with_its_groups(loaded):
    [read] = get("/api/v1/frameworks/")["results"]
    assert (read["code"], read["version"], read["current"]) == ("digital-trade", "1", True)
    assert read["skills"] == Skill.objects.count()
    assert len(read["groups"]) == 9
    assert get("/api/v1/frameworks/digital-trade/") == read
    assert APIClient().get("/api/v1/frameworks/none/").status_code == 404


@pytest.mark.parametrize(("path", "code"), [("/api/v1/cities/", "foshan"), ("/api/v1/areas/", "infrastructure")])
def test_cities_and_areas(loaded, path, code):
    rows = get(path)["results"]
    assert len({row["code"] for row in rows}) == len(rows) > 5
    assert all(set(row["name"]) == {"en", "zh-Hans"} for row in rows)
    assert get(f"{path}{code}/") == next(row for row in rows if row["code"] == code)
    assert APIClient().get(f"{path}none/").status_code == 404


def test_a_long_list_of_skills_costs_as_many_queries_as_a_short_one(loaded):
    def queries(size):
        with CaptureQueriesContext(connection) as asked:
            get(SKILLS, page_size=size)
        return len(asked)

    assert queries(80) == queries(2)
