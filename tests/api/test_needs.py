"""Needs over the API: written, read, changed, published and closed by whom the table of permissions names."""

import json
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditRow, Organisation
from enterprises import publishing
from enterprises.models import Area, Need
from tests import factories

from .conftest import NEEDS, faults


def at(need, *words):
    return "/".join([NEEDS.rstrip("/"), str(need.public_id), *words, ""])


def test_a_need_is_created_as_a_draft_and_read_with_its_links_as_small_objects(write, api, owner, firm, skill):
    factories.a_city()
    answer = write(city="foshan", pay={"min": 9000, "max": "12000.5"}, languages={"en": 3}, starts_on="2099-03-01")
    assert answer.status_code == 201
    assert answer["Location"].endswith(at(Need.objects.get()))
    read = api(owner).get(answer["Location"]).json()
    assert read == json.loads(answer.content)
    moments = {name: read.pop(name) for name in ("created_at", "changed_at")}
    assert all(at.endswith("+08:00") for at in moments.values())
    assert read == {
        "id": str(Need.objects.get().public_id),
        "organisation": {"id": str(firm.public_id), "name": {"en": firm.name_en, "zh-Hans": firm.name_zh}},
        "external_id": None,
        "title": "Data analyst",
        "text": "Reads traffic.",
        "language": "en",
        "kind": "job",
        "area": None,
        "skills": [
            {
                "skill": {"code": skill.code, "label": {"en": "SQL queries", "zh-Hans": "SQL 查询"}},
                "min_level": 3,
                "weight": 1.0,
                "essential": True,
            }
        ],
        "city": {"code": "foshan", "name": {"en": "Foshan", "zh-Hans": "佛山"}},
        "remote": True,
        "languages": {"en": 3},
        "headcount": 1,
        "starts_on": "2099-03-01",
        "pay": {"min": "9000.00", "max": "12000.50", "currency": "CNY", "per": "month"},
        "status": "draft",
        "published_at": None,
        "closed_at": None,
        "revision": 1,
    }


def test_no_answer_holds_a_key_of_the_tables(write, api, owner):
    write()
    page = api(owner).get(NEEDS, {"page_size": 1})
    need = Need.objects.get()
    assert set(page.json()) == {"results", "next", "previous"}
    assert '"pk"' not in page.content.decode()
    assert f'"id":{need.pk}' not in page.content.decode().replace(" ", "")


def test_the_whole_way_of_a_need(write, api, owner, announced):
    need = Need.objects.get(public_id=write().data["id"])
    client = api(owner)
    published = client.post(at(need, "publish"), {}, format="json")
    assert (published.status_code, published.data["status"]) == (200, "published")
    assert published.data["published_at"]
    changed = client.patch(at(need), {"title": "Analyst"}, format="json")
    assert (changed.status_code, changed.data["title"]) == (200, "Analyst")
    assert changed.data["skills"] == published.data["skills"]
    closed = client.post(at(need, "close"), {"why": "The place is taken."}, format="json")
    assert (closed.status_code, closed.data["status"]) == (200, "closed")
    assert AuditRow.objects.get(action="close_need").why == "The place is taken."


def test_publishing_and_closing_need_no_body(write, api, owner):
    need = Need.objects.get(public_id=write().data["id"])
    assert api(owner).post(at(need, "publish")).status_code == 200
    assert api(owner).post(at(need, "close")).status_code == 200


def test_publish_twice_and_close_twice(firm, api, owner):
    need = factories.a_published_need(firm)
    again = api(owner).post(at(need, "publish"))
    assert (again.status_code, again.data["code"]) == (409, "already_published")
    assert again["Content-Type"] == "application/problem+json"
    api(owner).post(at(need, "close"))
    for word, code in (("close", "already_closed"), ("publish", "closed")):
        late = api(owner).post(at(need, word))
        assert (late.status_code, late.data["code"]) == (409, code)
    assert api(owner).patch(at(need), {"title": "x"}, format="json").data["code"] == "closed"


def test_a_need_without_skills_is_not_published(write, api, owner):
    need = Need.objects.get(public_id=write(skills=[]).data["id"])
    assert faults(api(owner).post(at(need, "publish"))) == {"#/skills": "no_skills"}
    assert Need.objects.get().status == "draft"


def test_a_firm_that_is_not_verified_prepares_drafts_but_publishes_nothing(write, api, owner, firm):
    Organisation.objects.filter(pk=firm.pk).update(state="pending")
    need = Need.objects.get(public_id=write().data["id"])
    refused = api(owner).post(at(need, "publish"))
    assert (refused.status_code, refused.data["code"]) == (409, "organisation_not_verified")


@pytest.mark.parametrize("method", ["patch", "put"])
def test_the_status_is_not_written(write, api, owner, written, method):
    need = Need.objects.get(public_id=write().data["id"])
    body = {"status": "published"} if method == "patch" else written(status="published")
    assert faults(getattr(api(owner), method)(at(need), body, format="json")) == {"#/status": "not_writable"}
    assert Need.objects.get().status == "draft"


def test_put_rewrites_all_and_patch_only_what_is_given(write, api, owner, written):
    need = Need.objects.get(public_id=write(headcount=4).data["id"])
    assert api(owner).patch(at(need), {"title": "Other"}, format="json").data["headcount"] == 4
    body = written(title="Third")
    assert api(owner).put(at(need), body, format="json").data["headcount"] == 1


def test_the_same_change_again_changes_nothing(write, api, owner):
    need = Need.objects.get(public_id=write().data["id"])
    first = api(owner).patch(at(need), {"title": "Other"}, format="json")
    again = api(owner).patch(at(need), {"title": "Other"}, format="json")
    assert first.data == again.data
    assert again.data["revision"] == 2


# Who may --------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("method", ["get", "put", "patch", "publish", "close"])
def test_another_firms_need_is_not_found(firm, api, outsider, method, written):
    need = factories.a_published_need(firm)
    client = api(outsider)
    if method in {"publish", "close"}:
        answer = client.post(at(need, method))
    else:
        answer = getattr(client, method)(at(need), written() if method != "get" else None, format="json")
    assert (answer.status_code, answer.data["code"]) == (404, "not_found")
    assert client.get(NEEDS).data["results"] == []


def test_a_viewer_reads_but_neither_writes_nor_publishes(firm, api, viewer, written):
    need = factories.a_need(firm)
    client = api(viewer)
    assert client.get(at(need)).status_code == 200
    answers = [
        client.post(NEEDS, written(), format="json"),
        client.patch(at(need), {"title": "x"}, format="json"),
        client.post(at(need, "publish")),
        client.post(at(need, "close")),
        client.put(f"/api/v1/organisations/{firm.public_id}/needs/k/", written(), format="json"),
    ]
    assert [(answer.status_code, answer.data["code"]) for answer in answers] == [(403, "not_allowed")] * 5
    assert Need.objects.get().status == "draft"


def test_an_editor_may_do_all_of_it(firm, api, editor, written):
    client = api(editor)
    made = client.post(NEEDS, written(), format="json")
    assert made.status_code == 201
    assert client.post(f"{NEEDS}{made.data['id']}/publish/").status_code == 200
    assert client.post(f"{NEEDS}{made.data['id']}/close/").status_code == 200


def test_nobody_writes_a_need_for_another_firm(api, outsider, written):
    answer = api(outsider).post(NEEDS, written(), format="json")
    assert (answer.status_code, answer.data["code"]) == (403, "not_allowed")
    assert not Need.objects.exists()


def test_a_firm_that_is_pending_is_unknown_to_others(api, outsider, firm, written):
    Organisation.objects.filter(pk=firm.pk).update(state="pending")
    assert faults(api(outsider).post(NEEDS, written(), format="json")) == {"#/organisation": "unknown"}


def test_a_draft_is_not_found_by_a_student_who_then_reads_what_is_published(firm, api, student, skill):
    draft, published = factories.a_need(firm), factories.a_published_need(firm, {skill: 3})
    client = api(student.user)
    assert client.get(at(draft)).status_code == 404
    assert client.get(at(published)).status_code == 200
    assert [row["id"] for row in client.get(NEEDS).data["results"]] == [str(published.public_id)]
    refused = client.patch(at(published), {"title": "taken over"}, format="json")
    assert (refused.status_code, refused.data["code"]) == (403, "not_allowed")


def test_an_organisation_that_is_no_enterprise_posts_no_needs(api, owner, firm, written):
    Organisation.objects.filter(pk=firm.pk).update(kind="university")
    answer = api(owner).post(NEEDS, written(), format="json")
    assert (answer.status_code, answer.data["code"]) == (409, "not_an_enterprise")


# Partners' own keys ---------------------------------------------------------------------------------------------------
def by_key(firm, key):
    return f"/api/v1/organisations/{firm.public_id}/needs/{key}/"


def test_a_partners_key_makes_the_need_once_and_the_same_call_again_changes_nothing(api, owner, firm, written):
    body = written()
    del body["organisation"]
    first = api(owner).put(by_key(firm, "HR-7"), body, format="json")
    assert (first.status_code, first.data["external_id"]) == (201, "HR-7")
    again = api(owner).put(by_key(firm, "HR-7"), body, format="json")
    assert again.status_code == 200
    assert again.data == first.data
    changed = api(owner).put(by_key(firm, "HR-7"), body | {"title": "Other"}, format="json")
    assert (changed.status_code, changed.data["id"]) == (200, first.data["id"])
    assert Need.objects.get().title == "Other"


def test_the_same_key_serves_two_firms_and_is_taken_within_one(api, owner, firm, outsider, written, write):
    other = Organisation.objects.of_member(outsider).get()
    assert api(owner).put(by_key(firm, "k"), written(), format="json").status_code == 201
    assert api(outsider).put(by_key(other, "k"), written(), format="json").status_code == 201
    assert faults(write(external_id="k")) == {"#/external_id": "taken"}


def test_a_key_may_be_written_in_any_language(api, owner, firm, written):
    assert api(owner).put(by_key(firm, "岗位-7"), written(), format="json").data["external_id"] == "岗位-7"


@pytest.mark.parametrize(("key", "code"), [("%00", "null_characters"), ("x" * 101, "max_length")])
def test_a_key_that_is_none(api, owner, firm, written, key, code):
    assert faults(api(owner).put(by_key(firm, key), written(), format="json")) == {"#/external_id": code}


def test_a_key_that_comes_up_in_the_same_moment_is_no_error(api, owner, firm, written, monkeypatch):
    """Two calls at once both find no need; the second then finds the first one's."""
    create = publishing.create_need

    def meanwhile(**given):
        monkeypatch.setattr(publishing, "create_need", create)
        create(**given)
        return create(**given)

    monkeypatch.setattr(publishing, "create_need", meanwhile)
    answer = api(owner).put(by_key(firm, "k"), written(), format="json")
    assert answer.status_code == 200
    assert Need.objects.count() == 1


# Lists ----------------------------------------------------------------------------------------------------------------
def test_a_list_is_filtered_and_ordered(api, owner, firm, skill):
    area = Area.objects.create(code="logistics", name_en="Logistics", name_zh="物流")
    one = factories.a_need(firm, {skill: 1}, title="B", kind="job", city=factories.a_city())
    two = factories.a_need(firm, {skill: 1}, title="A", kind="internship", area=area)
    three = factories.a_published_need(firm, {skill: 1}, title="C")

    def ids(**query):
        answer = api(owner).get(NEEDS, query)
        assert answer.status_code == 200
        return [row["id"] for row in answer.json()["results"]]

    def keys(*needs):
        return [str(need.public_id) for need in needs]

    assert ids() == keys(three, two, one)
    assert ids(status="draft") == keys(two, one)
    assert ids(kind="internship") == keys(two)
    assert ids(city="foshan") == keys(one)
    assert ids(area="logistics") == keys(two)
    assert ids(city="nowhere") == []
    assert ids(organisation=str(firm.public_id), ordering="title") == keys(two, one, three)
    assert ids(organisation=str(uuid.uuid4())) == []
    assert ids(ordering="-title") == keys(three, one, two)
    assert ids(ordering="created_at") == keys(one, two, three)


@pytest.mark.parametrize("ordering", ["", "title", "-title", "created_at", "-changed_at"])
def test_paging_forth_and_back_meets_every_need_once_even_where_titles_are_equal(api, owner, firm, skill, ordering):
    made = [factories.a_need(firm, {skill: 1}, title="same" if n % 3 else f"other {n}") for n in range(9)]
    client = api(owner)
    whole = [row["id"] for row in client.get(NEEDS, {"ordering": ordering}).json()["results"]]
    assert sorted(whole) == sorted(str(need.public_id) for need in made)
    url, pages = f"{NEEDS}?page_size=2&ordering={ordering}", []
    while url:
        page = client.get(url).json()
        pages.append([row["id"] for row in page["results"]])
        last, url = page, page["next"]
    assert [len(page) for page in pages] == [2, 2, 2, 2, 1]
    assert [key for page in pages for key in page] == whole
    before = client.get(last["previous"]).json()
    assert [row["id"] for row in before["results"]] == pages[-2]


@pytest.mark.parametrize(("asked", "given"), [("100", 100), ("1000", 100), ("0", 20), ("-5", 20), ("many", 20)])
def test_a_page_holds_at_most_a_hundred(api, owner, firm, skill, asked, given):
    Need.objects.bulk_create(Need(organisation=firm, title=str(n), language="en", kind="job") for n in range(101))
    assert len(api(owner).get(NEEDS, {"page_size": asked}).json()["results"]) == given


def test_a_list_of_many_needs_costs_as_many_queries_as_a_list_of_two(api, owner, firm):
    client = api(owner)
    skills = factories.some_skills(6)

    def queries():
        client.get(NEEDS)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(NEEDS).status_code == 200
        return len(asked)

    for _ in range(2):
        factories.a_need(firm, dict.fromkeys(skills[:2], 3), city=factories.a_city())
    few = queries()
    for _ in range(18):
        factories.a_need(firm, dict.fromkeys(skills, 3), city=factories.a_city())
    assert queries() == few


# Copies ---------------------------------------------------------------------------------------------------------------
def test_a_need_in_any_state_is_copied_as_a_draft_of_its_own(api, owner, firm, viewer, outsider):
    need = factories.a_published_need(firm, external_id="k")
    api(owner).post(at(need, "close"))
    made = api(owner).post(at(need, "copy"))
    assert (made.status_code, made.data["status"], made.data["external_id"]) == (201, "draft", None)
    assert api(owner).get(made["Location"]).data == made.data
    original = api(owner).get(at(need)).data
    assert all(made.data[name] == original[name] for name in ("title", "text", "skills", "kind", "headcount"))
    assert api(viewer).post(at(need, "copy")).status_code == 403
    assert api(outsider).post(at(need, "copy")).status_code == 404
    assert Need.objects.count() == 2


@pytest.mark.parametrize("kind", ["training", "advice"])
def test_training_and_advice_are_asked_for_like_work(write, kind):
    answer = write(kind=kind, headcount=12)
    assert (answer.status_code, answer.data["kind"], answer.data["headcount"]) == (201, kind, 12)


@pytest.mark.parametrize("kind", ["training", "advice"])
def test_training_and_advice_are_paid_in_all_and_a_monthly_pay_is_not_taken_for_that(api, owner, write, kind):
    made = write(kind=kind, pay={"min": "9000"})
    assert (made.status_code, made.data["pay"]["per"]) == (201, "total")
    client, place = api(owner), f"{NEEDS}{made.data['id']}/"
    assert client.patch(place, {"pay": made.data["pay"]}, format="json").data["revision"] == 1
    assert faults(client.patch(place, {"kind": "job"}, format="json")) == {"#/pay/per": "by_kind"}
    now = client.patch(place, {"kind": "job", "pay": {"min": "9000"}}, format="json")
    assert (now.status_code, now.data["pay"]["per"]) == (200, "month")
    monthly = {"min": "9000", "per": "month"}
    assert faults(write(kind=kind, pay=monthly)) == {"#/pay/per": "by_kind"}


def test_an_unknown_city_and_an_unknown_area_are_told_together(write):
    assert faults(write(city="atlantis", area="alchemy")) == {"#/city": "unknown", "#/area": "unknown"}
