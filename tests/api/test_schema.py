"""The description of the API: valid, complete, and readable on a page that loads nothing from elsewhere."""

import io
import json
import re

import pytest
import yaml
from django.core.management import call_command
from django.urls import get_resolver
from django.utils import timezone
from jsonschema import Draft202012Validator
from rest_framework.test import APIClient

from tests import factories


@pytest.fixture(scope="session")  # tests with a database and those without run apart
def schema():
    """As the command writes it, which fails at the first warning or fault."""
    out = io.StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", "--format", "openapi-json", stdout=out)
    return json.loads(out.getvalue())


def operations(schema):
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]


def test_it_is_valid_openapi_3_1_without_a_warning(schema):
    assert schema["openapi"].startswith("3.1")


def test_every_address_of_the_api_is_described(schema):
    described = {re.sub(r"{\w+}", "*", path) for path in schema["paths"]}
    patterns = next(p for p in get_resolver().url_patterns if str(p.pattern) == "api/v1/").url_patterns
    addresses = {"/api/v1/" + re.sub(r"<\w+:\w+>", "*", str(pattern.pattern)) for pattern in patterns}
    apart = {"/api/v1/", "/api/v1/schema/", "/api/v1/docs/"}
    assert described == addresses - apart


def test_every_operation_says_what_it_does_what_it_answers_and_how_it_fails(schema):
    for name, operation in operations(schema):
        assert operation["summary"], name
        assert operation["description"], name
        good = [code for code in operation["responses"] if code.startswith("2")]
        assert good, name
        for code, answer in operation["responses"].items():
            assert answer["description"], (name, code)
            kind = "application/json" if code in good else "application/problem+json"
            if code != "204":
                assert answer["content"][kind]["schema"], (name, code)
        assert "application/problem+json" in operation["responses"]["default"]["content"]


def test_every_body_has_an_example(schema):
    for name, operation in operations(schema):
        for media in operation.get("requestBody", {}).get("content", {}).values():
            assert media["examples"], name


def test_every_answer_has_an_example(schema):
    shapes = schema["components"]["schemas"]
    for name, operation in operations(schema):
        for code, answer in operation["responses"].items():
            for media in answer.get("content", {}).values():
                shape = shapes[media["schema"]["$ref"].rsplit("/", 1)[1]]
                if "results" in shape["properties"] and "examples" not in shape:
                    shape = shapes[shape["properties"]["results"]["items"]["$ref"].rsplit("/", 1)[1]]
                assert shape["examples"], (name, code)


def test_what_is_answered_is_what_is_described(schema, api, owner, student, firm, work):
    """Real answers, the emptiest and the fullest, held against the schema."""
    held = [claim.skill for claim in student.claims.select_related("skill")]
    confirmed = factories.confirm(student, held[0], 4)
    confirmed.confirmer = firm
    confirmed.save()
    bare = factories.a_need(firm, {held[0]: 1}, city=None)
    full = factories.a_published_need(
        firm, dict.fromkeys(held, 3), city=factories.a_city(), pay_min=1, starts_on=timezone.localdate()
    )
    work()
    mine = api(owner).post("/api/v1/organisations/", {"name": {"en": "A"}, "credit_code": firm.credit_code}, "json")
    assert mine.status_code == 201
    asked = [
        (owner, "NeedList", "needs/"),
        (owner, "Need", f"needs/{bare.public_id}/"),
        (owner, "Need", f"needs/{full.public_id}/"),
        (owner, "Matches", f"needs/{bare.public_id}/matches/"),
        (owner, "Matches", f"needs/{full.public_id}/matches/"),
        (owner, "OrganisationList", "organisations/"),
        (owner, "MemberList", f"organisations/{firm.public_id}/members/"),
        (owner, "TokenList", "tokens/"),
        (owner, "Problem", "needs/?status=lost&kind=lost"),
        (student.user, "Profile", "profiles/me/"),
        (student.user, "Matches", "profiles/me/matches/"),
        (student.user, "SkillList", "skills/"),
        (student.user, "SkillDetail", f"skills/{held[0].code}/"),
        (student.user, "FrameworkList", "frameworks/"),
        (student.user, "CityList", "cities/"),
    ]
    for user, name, path in asked:
        read = json.loads(api(user).get(f"/api/v1/{path}").content)
        shape = f"Paginated{name}" if name.endswith("List") else name
        wanted = {"$ref": f"#/components/schemas/{shape}", "components": schema["components"]}
        Draft202012Validator(wanted).validate(read)
        described = schema["components"]["schemas"][shape]["properties"]
        assert set(read) <= set(described), path


def test_every_list_of_postings_says_in_which_orders_it_comes(schema):
    said = {
        name: parameter["description"]
        for name, operation in operations(schema)
        for parameter in operation.get("parameters", [])
        if parameter["name"] == "ordering"
    }
    of = {name.split("/")[3] for name in said}
    assert of == {"needs", "programs", "courses", "experts"}
    assert said["GET /api/v1/courses/"].startswith("`created_at`, `changed_at` or `title`;")
    assert said["GET /api/v1/experts/"].startswith("`created_at`, `changed_at`, `name_en` or `name_zh`;")


def test_the_example_of_a_match_adds_up(schema):
    [match] = schema["components"]["schemas"]["Match"]["examples"]
    points = sum(part["points"] for part in match["parts"])
    assert match["fit"] == points
    assert match["score"] == pytest.approx(points - match["focus_deduction"] + match["text_bonus"])
    assert match["use"] == pytest.approx(sum(row["share"] * row["used"] for row in match["strengths"]))


def test_only_what_the_public_may_read_is_open(schema):
    opened = {name for name, operation in operations(schema) if operation.get("security", [{}])[-1:] == [{}]}
    words = {name.split("/")[3] for name in opened}
    assert words == {"tokens", "skills", "frameworks", "cities", "areas", "programs", "courses", "bases"}
    assert {name for name in opened if "tokens" in name} == {"POST /api/v1/tokens/"}


def test_the_scores_warn_against_comparing_lists(schema):
    assert "does not compare" in schema["components"]["schemas"]["Match"]["description"]


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/yaml"])
def test_it_is_served_to_everybody(db, accept):
    answer = APIClient().get("/api/v1/schema/", headers={"accept": accept})
    assert answer.status_code == 200
    assert yaml.load(answer.content, yaml.CSafeLoader)["info"]["title"]


def test_the_page_to_read_it_needs_nothing_inline_and_nothing_from_elsewhere(db):
    answer = APIClient().get("/api/v1/docs/", headers={"accept": "text/html"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert re.findall(r"<script(?![^>]*\bsrc=)", page) == []
    assert re.findall(r"<style|style=", page) == []
    assert re.findall(r"""(?:src|href)=["']?(?:https?:)?//""", page) == []
    assert "Content-Security-Policy" in answer
    script = APIClient().get("/api/v1/docs/?script=", headers={"accept": "*/*"})
    assert script["Content-Type"].startswith("application/javascript")
    assert b"SwaggerUIBundle" in script.content
