"""Courses and their runs over the API: read by everybody once published, written by whoever teaches."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditRow, Organisation
from talent.models import Course, CourseRun
from tests import factories

from .conftest import faults

COURSES = "/api/v1/courses/"


@pytest.fixture
def teacher(db):
    return factories.a_user()


@pytest.fixture
def body(teacher):
    return factories.a_training_body(teacher)


def day(ahead):
    return (timezone.localdate() + datetime.timedelta(days=ahead)).isoformat()


def a_run(**changes):
    price = {"amount": "1200.00", "currency": "CNY"}
    return {"starts_on": day(10), "ends_on": day(20), "seats": 30, "price": price, "online": True} | changes


@pytest.fixture
def written(body, skill):
    def course(**changes):
        rows = [{"skill": skill.code, "level": 3, "evidence": "project"}]
        start = {"organisation": str(body.public_id), "title": "SQL for trade data", "language": "en"}
        return start | {"skills": rows, "entry_levels": [{"skill": skill.code, "level": 1}], "weeks": 6} | changes

    return course


def at(course, *words):
    return "/".join([COURSES.rstrip("/"), str(course.public_id), *words, ""])


def by_key(body, *words):
    return "/".join([f"/api/v1/organisations/{body.public_id}/courses", *words, ""])


def test_the_whole_way_of_a_course_and_its_run(api, teacher, body, written, skill):
    client, public = api(teacher), api()
    made = client.post(COURSES, written(), format="json")
    assert (made.status_code, made.data["status"], made.data["weeks"]) == (201, "draft", 6)
    assert public.get(made["Location"]).status_code == 404
    assert client.post(made["Location"] + "publish/").data["status"] == "published"
    run = client.post(made["Location"] + "runs/", a_run(taken=28), format="json")
    assert (run.status_code, run.data["seats_left"], run.data["state"]) == (201, 2, "open")
    full = client.patch(run["Location"], {"taken": 30}, format="json")
    assert (full.status_code, full.data["state"]) == (200, "full")
    assert faults(client.patch(run["Location"], {"seats": 29}, format="json")) == {"#/seats": "below_taken"}
    read = public.get(made["Location"])
    assert read.status_code == 200
    assert read.data["runs"] == [full.data] == public.get(made["Location"] + "runs/").data["results"]
    code = {"code": skill.code, "label": {"en": "SQL queries", "zh-Hans": "SQL 查询"}}
    assert read.data["skills"] == [{"skill": code, "level": 3, "evidence": "project"}]
    assert read.data["entry_levels"] == [{"skill": code, "level": 1}]
    gone = client.post(run["Location"] + "cancel/", {"why": "Flooded."}, format="json")
    assert (gone.status_code, gone.data["state"], gone.data["seats"]) == (200, "cancelled", 30)
    assert AuditRow.objects.get(action="cancel_run").why == "Flooded."
    copy = client.post(made["Location"] + "copy/")
    assert (copy.status_code, copy.data["status"], copy.data["runs"]) == (201, "draft", [])
    assert client.post(made["Location"] + "close/", {"why": "Over."}, format="json").data["status"] == "closed"
    assert public.get(made["Location"]).status_code == 404
    assert client.patch(made["Location"], {"title": "x"}, format="json").data["code"] == "closed"


def test_put_by_key_twice_makes_all_of_it_once(api, teacher, body, written):
    data = written(runs=[a_run(external_id="spring")])
    first = api(teacher).put(by_key(body, "C-1"), data, format="json")
    again = api(teacher).put(by_key(body, "C-1"), data, format="json")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.data == again.data
    assert first.data["external_id"] == "C-1"
    run = api(teacher).put(by_key(body, "C-1", "runs", "spring"), a_run(), format="json")
    assert (run.status_code, [run.data]) == (200, first.data["runs"])
    made = api(teacher).put(by_key(body, "C-1", "runs", "autumn"), a_run(), format="json")
    assert (made.status_code, made.data["external_id"]) == (201, "autumn")
    assert AuditRow.objects.filter(subject_kind="course").count() == 3


def test_a_run_before_its_course_is_not_found_and_says_so(api, teacher, body):
    answer = api(teacher).put(by_key(body, "C-9", "runs", "r"), a_run(), format="json")
    assert (answer.status_code, answer.data["code"]) == (404, "not_found")
    assert answer.data["detail"] == "There is no course with this key; make it first."


def test_faults_stand_at_their_place(api, teacher, written, body):
    client = api(teacher)
    assert faults(client.post(COURSES, written(organisation="x", weeks=0), format="json")) == {
        "#/organisation": "unknown",
        "#/weeks": "min_value",
    }
    inside = written(runs=[a_run(external_id="r", price={"amount": "1.005"})], title="")
    assert faults(client.put(by_key(body, "C"), inside, format="json")) == {
        "#/title": "blank",
        "#/runs/0/price/amount": "max_decimal_places",
    }
    assert not Course.objects.exists()


def test_who_may_not_is_told_so_or_finds_nothing(api, body, outsider, student, written):
    draft, published = factories.a_course(body, {}), factories.a_published_course(body)
    run = factories.a_run(published)
    viewer = factories.a_member(body, role="viewer")
    one = f"{at(published)}runs/{run.public_id}/"

    def asked(client, course):
        return [
            client.patch(at(course), {"title": "x"}, format="json").status_code,
            client.put(at(course), written(), format="json").status_code,
            *(client.post(at(course, word), {}, format="json").status_code for word in ("publish", "close", "copy")),
            client.post(at(course, "runs"), a_run(), format="json").status_code,
        ]

    for user in (outsider, student.user):
        client = api(user)
        assert (client.get(at(draft)).status_code, client.get(at(published)).status_code) == (404, 200)
        assert asked(client, draft) == [404] * 6
        assert asked(client, published) == [403] * 6
    assert asked(api(viewer), draft) == [403] * 6
    assert asked(api(), published) == [401] * 6
    for user, code in ((outsider, 403), (viewer, 403), (None, 401)):
        client = api(user)
        assert client.patch(one, {"seats": 1}, format="json").status_code == code
        assert client.post(one + "cancel/").status_code == code
        assert client.put(by_key(body, "k"), written(), format="json").status_code == code
        assert client.put(by_key(body, "k", "runs", "r"), a_run(), format="json").status_code == code
        assert client.post(COURSES, written(), format="json").status_code == code
    assert api(outsider).get(f"{at(draft)}runs/{run.public_id}/").status_code == 404
    assert (Course.objects.count(), CourseRun.objects.get().seats) == (2, 20)


def test_a_suspended_body_is_seen_by_nobody_and_changes_nothing(api, teacher, body):
    course = factories.a_published_course(body)
    Organisation.objects.filter(pk=body.pk).update(state="suspended")
    assert api().get(at(course)).status_code == 404
    refused = api(teacher).post(at(course, "runs"), a_run(), format="json")
    assert (refused.status_code, refused.data["code"]) in {(409, "organisation_suspended"), (403, "not_allowed")}
    assert not CourseRun.objects.exists()


def test_a_list_is_filtered(api, teacher, body, skill):
    city = factories.a_city()
    near = factories.a_published_course(body, {skill: 3}, title="near")
    factories.a_run(near, 40, city=city, online=False)
    factories.a_run(factories.a_published_course(factories.a_school(), {skill: 2}, title="far"), 5)
    factories.a_course(body, {}, title="draft")

    def titles(user=None, **query):
        answer = api(user).get(COURSES, query)
        assert answer.status_code == 200
        return [row["title"] for row in answer.data["results"]]

    assert titles() == ["far", "near"]
    assert titles(teacher) == ["draft", "far", "near"]
    assert titles(teacher, mine="true") == ["draft", "near"]
    assert titles(mine="true") == []
    assert titles(skill=skill.code, city="foshan", starts_after=day(30)) == ["near"]
    assert titles(city="foshan", online="true") == []
    assert titles(online="true") == ["far"]
    assert titles(organisation=str(body.public_id)) == ["near"]
    assert titles(teacher, status="draft") == ["draft"]
    wrong = api().get(COURSES, {"starts_after": "soon", "status": "lost"})
    assert wrong.status_code == 422
    assert {fault["parameter"] for fault in wrong.data["errors"]} == {"starts_after", "status"}


def test_a_list_is_in_the_order_that_is_asked_for(api, teacher, body):
    for title in "BAC":
        factories.a_published_course(body, title=title)
    client = api(teacher)
    Course.objects.filter(title="A").update(changed_at=timezone.now())

    def titles(**query):
        answer = client.get(COURSES, query)
        assert answer.status_code == 200
        return [row["title"] for row in answer.json()["results"]]

    assert titles() == titles(ordering="-created_at") == ["C", "A", "B"]
    assert titles(ordering="created_at") == ["B", "A", "C"]
    assert titles(ordering="title", organisation=str(body.public_id)) == ["A", "B", "C"]
    assert titles(ordering="-title") == ["C", "B", "A"]
    assert titles(ordering="-changed_at")[0] == "A"
    for wrong in ("id", "-organisation__credit_code"):
        answer = client.get(COURSES, {"ordering": wrong})
        assert [fault["parameter"] for fault in answer.data["errors"]] == ["ordering"]


@pytest.mark.parametrize("ordering", ["", "title", "-changed_at"])
def test_paging_meets_every_course_once_in_the_order_that_is_asked_for(api, body, ordering):
    made = [factories.a_published_course(body, title="same" if n % 3 else f"other {n}") for n in range(7)]
    client = api()
    whole = [row["id"] for row in client.get(COURSES, {"ordering": ordering}).json()["results"]]
    assert sorted(whole) == sorted(str(course.public_id) for course in made)
    url, met = f"{COURSES}?page_size=3&ordering={ordering}", []
    while url:
        page = client.get(url).json()
        met += [row["id"] for row in page["results"]]
        url = page["next"]
    assert met == whole


def test_a_list_of_many_courses_costs_as_many_queries_as_a_list_of_two(api, body):
    skills = factories.some_skills(4)

    def queries():
        api().get(COURSES)
        with CaptureQueriesContext(connection) as asked:
            assert api().get(COURSES).status_code == 200
        return len(asked)

    def courses(count):
        for _ in range(count):
            course = factories.a_course(
                body, dict.fromkeys(skills, 3), {skills[0]: 1}, status="published", published_at=timezone.now()
            )
            factories.a_run(course, city=factories.a_city(), base=factories.a_training_base(body))

    courses(2)
    few = queries()
    courses(8)
    assert queries() == few <= 8
