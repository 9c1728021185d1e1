"""Experts over the API: a person's own and a body's, read by everybody signed in, changed by whose they are."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditRow
from talent.models import Expert
from tests import factories

from .conftest import faults

EXPERTS = "/api/v1/experts/"


def at(expert, *words):
    return "/".join([EXPERTS.rstrip("/"), str(expert.public_id), *words, ""])


@pytest.fixture
def dean(db):
    return factories.a_user("dean@crossing.example")


@pytest.fixture
def school(dean):
    return factories.a_school(dean)


@pytest.fixture
def body(skill):
    return {
        "name": {"en": "Luo Jingwen"},
        "language": "en",
        "advice": ["market_entry"],
        "fields": ["data-ai"],
        "languages": {"zh": 5},
        "days_a_month": 4,
        "skills": [{"skill": skill.code, "level": 4, "evidence": "Eleven firms."}],
    }


def test_ones_own_profile_is_written_read_published_changed_closed_and_begun_anew(api, dean, body, skill):
    client = api(dean)
    answer = client.post(EXPERTS, body, format="json")
    assert answer.status_code == 201
    expert = Expert.objects.get()
    assert answer["Location"].endswith(at(expert))
    read = client.get(answer["Location"]).json()
    for name in ("created_at", "changed_at"):
        assert read.pop(name).endswith("+08:00")
    [held] = read.pop("skills")
    assert held == {
        "skill": {"code": skill.code, "label": {"en": "SQL queries", "zh-Hans": "SQL 查询"}},
        "level": 4,
        "source": "self",
        "evidence": "Eleven firms.",
        "confirmed_by": None,
        "confirmed_at": None,
    }
    assert read == {
        "id": str(expert.public_id),
        "organisation": None,
        "external_id": None,
        "name": {"en": "Luo Jingwen", "zh-Hans": "Luo Jingwen"},
        "headline": "",
        "text": "",
        "language": "en",
        "advice": ["market_entry"],
        "fields": ["data-ai"],
        "city": None,
        "travels": None,
        "remote": None,
        "languages": {"zh": 5},
        "days_a_month": 4,
        "available_from": None,
        "status": "draft",
        "published_at": None,
        "closed_at": None,
        "revision": 1,
    }
    assert client.post(at(expert, "publish")).data["status"] == "published"
    assert client.post(at(expert, "publish")).data["code"] == "already_published"
    assert client.patch(at(expert), {"travels": True}, format="json").data["travels"] is True
    assert faults(client.patch(at(expert), {"status": "draft"}, format="json")) == {"#/status": "not_writable"}
    assert client.post(at(expert, "close"), {"why": "On leave."}, format="json").data["status"] == "closed"
    assert AuditRow.objects.get(action="close_expert").why == "On leave."
    again = client.post(at(expert, "copy"))
    assert (again.status_code, again.data["id"], again.data["status"]) == (200, str(expert.public_id), "draft")
    assert client.post(EXPERTS, body, format="json").data["code"] == "expert_exists"


def test_a_body_puts_its_experts_by_key_twice_and_the_second_changes_nothing(api, dean, school, body):
    address = f"/api/v1/organisations/{school.public_id}/experts/E-7/"
    first = api(dean).put(address, body, format="json")
    again = api(dean).put(address, body, format="json")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.data["organisation"]["id"] == str(school.public_id)
    assert AuditRow.objects.filter(subject_kind="expert").count() == 1
    copy = api(dean).post(at(Expert.objects.get(), "copy"))
    assert (copy.status_code, copy.data["external_id"]) == (201, None)


def test_another_body_and_one_that_is_not_there_are_told(api, dean, school, body, outsider, firm, owner):
    unknown = api(dean).post(EXPERTS, body | {"organisation": "nowhere", "days_a_month": 0}, format="json")
    assert faults(unknown) == {"#/organisation": "unknown", "#/days_a_month": "min_value"}
    named = {"organisation": str(school.public_id)}
    assert api(outsider).post(EXPERTS, body | named, format="json").status_code == 403
    of_a_firm = api(owner).post(EXPERTS, body | {"organisation": str(firm.public_id)}, format="json")
    assert (of_a_firm.status_code, of_a_firm.data["code"]) == (409, "posts_no_experts")
    assert not Expert.objects.exists()


def test_who_may_read_and_who_may_change(api, dean, school, outsider):
    draft, published = factories.an_expert(organisation=school), factories.a_published_expert(organisation=school)
    viewer = factories.a_member(school, role="viewer")
    assert api().get(EXPERTS).status_code == 401
    for user, of_draft, of_published in ((outsider, 404, 403), (viewer, 403, 403)):
        client = api(user)
        for expert, code in ((draft, of_draft), (published, of_published)):
            assert client.patch(at(expert), {"headline": "x"}, format="json").status_code == code
            for word in ("publish", "close", "copy"):
                assert client.post(at(expert, word)).status_code == code
    assert [api(user).get(at(draft)).status_code for user in (outsider, viewer)] == [404, 200]
    assert [len(api(user).get(EXPERTS).data["results"]) for user in (outsider, viewer, dean)] == [1, 2, 2]
    assert [len(api(user).get(EXPERTS + "mine/").data["results"]) for user in (outsider, dean)] == [0, 2]


def test_lists_are_filtered_and_a_word_that_is_no_choice_is_told(api, outsider):
    wanted = factories.a_published_expert(
        advice=["roadmap"], fields=["data-ai"], languages={"ja": 3}, city=factories.a_city()
    )
    factories.a_published_expert()
    for asked in ({"advice": "roadmap"}, {"field": "data-ai"}, {"language": "ja"}, {"city": "foshan"}):
        found = api(outsider).get(EXPERTS, asked).data["results"]
        assert [one["id"] for one in found] == [str(wanted.public_id)], asked
    wrong = api(outsider).get(EXPERTS, {"advice": "magic", "language": "xx"})
    assert wrong.status_code == 422
    assert {fault["parameter"] for fault in wrong.data["errors"]} == {"advice", "language"}


def test_lists_have_the_order_that_is_asked_for(api, dean, school):
    for name_en, name_zh in (("B", "甲"), ("A", "丙"), ("C", "乙")):
        factories.a_published_expert(organisation=school, name_en=name_en, name_zh=name_zh)

    def names(**asked):
        answer = api(dean).get(EXPERTS, asked)
        assert api(dean).get(EXPERTS + "mine/", asked).data["results"] == answer.data["results"]
        return "".join(one["name"]["en"] for one in answer.data["results"])

    assert names() == names(ordering="-created_at") == "CAB"
    assert names(ordering="created_at") == "BAC"
    assert names(ordering="name_en") == "ABC"
    assert names(ordering="-name_zh") == "BCA"
    first = api(dean).get(EXPERTS, {"ordering": "name_en", "page_size": 2}).data
    assert [one["name"]["en"] for one in api(dean).get(first["next"]).data["results"]] == ["C"]
    refused = api(dean).get(EXPERTS, {"ordering": "title"})
    assert [fault["parameter"] for fault in refused.data["errors"]] == ["ordering"]


def test_a_page_costs_the_same_for_few_and_for_many(api, outsider):
    def queries():
        with CaptureQueriesContext(connection) as caught:
            assert client.get(EXPERTS).status_code == 200
        return len(caught)

    client = api(outsider)
    factories.a_published_expert(organisation=factories.a_school(), city=factories.a_city())
    client.get(EXPERTS)
    before = queries()
    for _number in range(6):
        factories.a_published_expert(organisation=factories.a_school(), city=factories.a_city())
    assert queries() == before
