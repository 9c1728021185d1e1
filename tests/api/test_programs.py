"""Programs over the API: read by anybody, written, published and closed by whom the table of permissions names."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditRow, Organisation
from talent.models import Program
from tests import factories

from .conftest import faults

PROGRAMS = "/api/v1/programs/"


def at(program, *words):
    return "/".join([PROGRAMS.rstrip("/"), str(program.public_id), *words, ""])


@pytest.fixture
def school(owner):
    return factories.a_school(owner)


@pytest.fixture
def body(school, skill):
    def program(**changes: Any) -> dict[str, Any]:
        whole = {
            "organisation": str(school.public_id),
            "title": "Digital trade",
            "text": "Two terms.",
            "language": "en",
            "study": "bachelor",
            "skills": [{"skill": skill.code, "level": 3}],
        }
        return whole | changes

    return program


INTAKE = {"starts_on": "2027-09-01", "ends_on": "2031-06-30", "places": 120}


def test_a_program_is_written_with_its_intakes_and_read_with_its_links_as_small_objects(
    api, owner, school, skill, body
):
    city = factories.a_city()
    course = factories.a_course(school, {}, title="Market data")
    sent = body(city="foshan", major_code="120803T", courses=[str(course.public_id)], intakes=[INTAKE])
    answer = api(owner).post(PROGRAMS, sent, format="json")
    assert answer.status_code == 201
    program = Program.objects.get()
    assert answer["Location"].endswith(at(program))
    read = api(owner).get(answer["Location"]).json()
    assert read == json.loads(answer.content)
    for name in ("created_at", "changed_at"):
        assert read.pop(name).endswith("+08:00")
    assert read == {
        "id": str(program.public_id),
        "organisation": {"id": str(school.public_id), "name": {"en": school.name_en, "zh-Hans": school.name_zh}},
        "external_id": None,
        "title": "Digital trade",
        "text": "Two terms.",
        "language": "en",
        "study": "bachelor",
        "major_code": "120803T",
        "taught_in": "zh",
        "city": {"code": "foshan", "name": {"en": city.name_en, "zh-Hans": city.name_zh}},
        "skills": [
            {
                "skill": {"code": skill.code, "label": {"en": "SQL queries", "zh-Hans": "SQL 查询"}},
                "level": 3,
                "evidence": "",
            }
        ],
        "courses": [{"id": str(course.public_id), "title": "Market data"}],
        "intakes": [
            {"id": str(program.intakes.get().public_id)}
            | {"external_id": None, "enrols_from": None, "enrols_until": None, "city": None, "graduates": None}
            | INTAKE
        ],
        "status": "draft",
        "published_at": None,
        "closed_at": None,
        "revision": 1,
    }


def test_what_is_published_is_read_without_a_token_and_nothing_else_is(api, owner, school):
    published = factories.a_published_program(school)
    published.places.create(course=factories.a_course(school, {}))
    draft = factories.a_program(school)
    nobody = api()
    assert [row["id"] for row in nobody.get(PROGRAMS).data["results"]] == [str(published.public_id)]
    assert nobody.get(at(published)).data["courses"] == []  # a draft of a course is seen by its school only
    assert len(api(owner).get(at(published)).data["courses"]) == 1
    assert nobody.get(at(published, "intakes")).status_code == 200
    assert nobody.get(at(draft)).status_code == nobody.get(at(draft, "intakes")).status_code == 404
    for method, url in (("post", PROGRAMS), ("patch", at(published)), ("post", at(published, "intakes"))):
        assert getattr(nobody, method)(url, {}, format="json").status_code == 401
    Organisation.objects.filter(pk=school.pk).update(state="suspended")
    assert nobody.get(at(published)).status_code == 404


def test_the_list_is_narrowed_and_costs_the_same_whatever_its_length(api, owner, school):
    mine = factories.a_program(school, study="short", city=factories.a_city())
    factories.a_published_program(factories.a_school())
    client = api(owner)
    asked = ("mine=true", "study=short", "status=draft", "city=foshan", f"organisation={school.public_id}")
    for query in asked:
        assert [row["id"] for row in client.get(f"{PROGRAMS}?{query}").data["results"]] == [str(mine.public_id)], query
    assert len(client.get(f"{PROGRAMS}?mine=false").data["results"]) == 1
    assert client.get(f"{PROGRAMS}?study=x").status_code == 422

    def queries():
        with CaptureQueriesContext(connection) as counted:
            client.get(PROGRAMS)
        return len(counted)

    before = queries()
    for _more in range(4):
        program = factories.a_published_program(school, dict.fromkeys(factories.some_skills(2), 3))
        program.places.create(course=factories.a_course(school, {}))
        program.intakes.create(**INTAKE, city=factories.a_city())
    assert queries() == before


def test_the_whole_way_of_a_program(api, owner, school, body):
    client = api(owner)
    program = Program.objects.get(public_id=client.post(PROGRAMS, body(), format="json").data["id"])
    assert client.post(at(program, "publish")).data["status"] == "published"
    assert client.post(at(program, "publish")).data["code"] == "already_published"
    assert client.patch(at(program), {"title": "Trade"}, format="json").data["title"] == "Trade"
    assert faults(client.patch(at(program), {"status": "closed"}, format="json")) == {"#/status": "not_writable"}
    copied = client.post(at(program, "copy"))
    assert (copied.status_code, copied.data["status"]) == (201, "draft")
    assert client.post(at(program, "close"), {"why": "Merged."}, format="json").data["status"] == "closed"
    assert client.put(at(program), body(), format="json").data["code"] == "closed"
    assert AuditRow.objects.get(action="close_program").why == "Merged."


def test_an_intake_is_added_changed_and_removed(api, owner, school):
    client, program = api(owner), factories.a_program(school)
    enrolment = {"enrols_from": "2027-06-01", "enrols_until": "2027-07-31"}
    added = client.post(at(program, "intakes"), INTAKE | enrolment, format="json")
    assert added.status_code == 201
    url = added["Location"]
    assert client.patch(url, {"places": 130}, format="json").data["places"] == 130
    assert client.put(url, INTAKE, format="json").data["enrols_from"] is None
    client.put(url, INTAKE | enrolment, format="json")
    second = INTAKE | {"starts_on": "2028-03-01", "enrols_from": "2027-07-31", "enrols_until": "2027-12-01"}
    assert faults(client.post(at(program, "intakes"), second, format="json")) == {"#/enrols_from": "overlap"}
    assert faults(client.post(at(program, "intakes"), {"places": 1.5}, format="json")) == {
        "#/starts_on": "required",
        "#/ends_on": "required",
        "#/places": "invalid",
    }
    other = factories.a_program(school)
    assert client.get(url.replace(str(program.public_id), str(other.public_id))).status_code == 404
    assert client.delete(url).status_code == 204
    assert client.get(at(program, "intakes")).data["results"] == []


def test_the_same_call_by_key_again_changes_nothing(api, owner, school, body):
    url = f"/api/v1/organisations/{school.public_id}/programs/P-7/"
    sent = body(intakes=[INTAKE])
    first = api(owner).put(url, sent, format="json")
    again = api(owner).put(url, sent, format="json")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.data == again.data
    assert AuditRow.objects.filter(subject_kind="program").count() == 1


def test_who_may_not_is_told_so_or_finds_nothing(api, school, firm, outsider, body, owner):
    draft, published = factories.a_program(school), factories.a_published_program(school)
    start = published.intakes.create(**INTAKE)
    by_key = f"/api/v1/organisations/{school.public_id}/programs/P-7/"
    acts = [
        lambda client, program: client.patch(at(program), {"title": "x"}, format="json"),
        lambda client, program: client.post(at(program, "publish")),
        lambda client, program: client.post(at(program, "close")),
        lambda client, program: client.post(at(program, "copy")),
        lambda client, program: client.post(at(program, "intakes"), INTAKE, format="json"),
    ]
    viewer, stranger = api(factories.a_member(school, role="viewer")), api(outsider)
    for act in acts:
        assert act(viewer, draft).status_code == act(stranger, published).status_code == 403
        assert act(stranger, draft).status_code == 404
    for client in (viewer, stranger):
        assert client.put(by_key, body(), format="json").status_code == 403
        assert client.post(PROGRAMS, body(), format="json").status_code == 403
        assert client.delete(at(published, "intakes", str(start.public_id))).status_code == 403
    nowhere = body(organisation="d2b7c1a4-0e5f-4b63-9c7a-5f1e8d3c2b10")
    assert faults(stranger.post(PROGRAMS, nowhere, format="json")) == {"#/organisation": "unknown"}
    refused = api(owner).post(PROGRAMS, body(organisation=str(firm.public_id)), format="json")
    assert (refused.status_code, refused.data["code"]) == (409, "not_a_school")


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({"intakes": {}}, {"#/intakes": "not_a_list"}),
        ({"intakes": [5]}, {"#/intakes/0": "invalid"}),
        ({"intakes": [INTAKE | {"id": "d2b7c1a4-0e5f-4b63-9c7a-5f1e8d3c2b10"}]}, {"#/intakes/0/id": "unknown"}),
        ({"intakes": [INTAKE, INTAKE]}, {"#/intakes/1/starts_on": "twice"}),
        ({"courses": "x"}, {"#/courses": "not_a_list"}),
        ({"courses": [None]}, {"#/courses/0": "null"}),
        ({"major_code": 120803}, {"#/major_code": None}),
        ({"skills": [{"skill": "T1", "level": 3}, {"skill": "T1", "level": 2}]}, {"#/skills/1/skill": "twice"}),
        ({"text": "x" * 1_000_000}, {"#/text": "max_length"}),
    ],
)
def test_bad_input_is_told_at_its_place(api, owner, body, changes, pointers):
    answer = api(owner).post(PROGRAMS, body(**changes), format="json")
    if None in pointers.values():
        assert answer.status_code == 201  # six digits, written as a number
    else:
        assert faults(answer) == pointers
