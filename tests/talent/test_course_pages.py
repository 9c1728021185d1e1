"""Pages of courses, runs and bases: found by everybody, written step by step by whoever teaches."""

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditRow, Organisation, User
from skills.models import Skill
from talent.course_inputs import course_as_written, run_as_written
from talent.courses import close_course
from talent.models import Course, CourseRun, TrainingBase
from tests import factories
from tests.pasting import Says, read_by

pytestmark = pytest.mark.django_db


@pytest.fixture
def teacher() -> User:
    return factories.a_user()


@pytest.fixture
def body(teacher: User) -> Organisation:
    return factories.a_training_body(teacher)


@pytest.fixture
def skill() -> Skill:
    return factories.a_skill(label_en="SQL querying", label_zh="SQL 数据查询")


@pytest.fixture
def desk(client: Client, teacher: User, body: Organisation) -> Client:
    """The browser of somebody who teaches."""
    client.force_login(teacher)
    return client


def day(ahead: int) -> str:
    return (timezone.localdate() + datetime.timedelta(days=ahead)).isoformat()


def filled(*skills: Skill, **fields: Any) -> dict[str, Any]:
    """The form of a course as a browser sends it, with these skills from level 1 to 3."""
    rows = {}
    for number, skill in enumerate(skills):
        rows |= {f"skill-{number}": skill.code, f"level-{number}": "3", f"entry-{number}": "1"}
    start = {"title": "SQL for trade data", "text": "Six evenings.", "language": "en", "taught_in": "zh"}
    return start | {"weeks": "6", "hours": ""} | rows | fields


def a_run(**fields: Any) -> dict[str, Any]:
    """The form of a run as a browser sends it."""
    days = {"starts_on": day(10), "ends_on": day(20)}
    return days | {"seats": "30", "taken": "2", "amount": "1,200", "currency": "CNY", "online": "on"} | fields


def test_a_course_is_written_published_and_read_by_everybody(desk: Client, skill: Skill, body: Organisation) -> None:
    other = factories.a_skill()
    only_asked = {"skill-1": other.code, "entry-1": "2", "level-1": ""}
    answer = desk.post(reverse("course-new"), filled(skill, **only_asked, do="publish"))
    course = Course.objects.get()
    assert answer.headers["Location"] == reverse("course", args=[course.public_id])
    assert (course.organisation, course.status) == (body, Course.Status.PUBLISHED)
    assert course_as_written(course) == {
        "external_id": None,
        "title": "SQL for trade data",
        "text": "Six evenings.",
        "language": "en",
        "taught_in": "zh",
        "weeks": 6,
        "hours": None,
        "skills": [{"skill": skill.code, "level": 3, "evidence": ""}],
        "entry_levels": [{"skill": skill.code, "level": 1}, {"skill": other.code, "level": 2}],
    }
    for page in (Client().get(reverse("course", args=[course.public_id])), Client().get(reverse("courses"))):
        assert page.status_code == 200
        assert "SQL for trade data" in page.content.decode()
        assert "course-change" not in page.content.decode()
    assert "SQL querying: from level 1 to level 3" in desk.get(answer.headers["Location"]).content.decode()


def test_what_is_wrong_is_told_beside_its_field_and_nothing_is_written(desk: Client, skill: Skill) -> None:
    wrong = {"weeks": "many", "title": "", "entry-0": "3", "skill-1": "NOPE", "level-1": "", "entry-1": ""}
    answer = desk.post(reverse("course-new"), filled(skill, **wrong, do="save"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"title", "skill-1", "level-1", "weeks"}
    assert 'value="many"' in page
    answer = desk.post(reverse("course-new"), filled(skill, **{"entry-0": "3"}, do="save"))
    assert set(answer.context["form"].errors) == {"entry-0"}
    answer = desk.post(reverse("course-new"), filled(do="publish"))
    assert set(answer.context["form"].errors) == {"skills"}
    assert not Course.objects.exists()
    assert not AuditRow.objects.exists()


def test_a_pasted_syllabus_gives_skills_with_their_evidence(
    desk: Client, skill: Skill, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_by(monkeypatch, Says(skill, "joins of tables", level=2))
    text = "We write joins of tables until they sit."
    found = desk.post(reverse("course-new"), filled(text=text, do="link"))
    asked = {"text": text, "read": found.context["form"].pasted.fingerprint, "ask-1": skill.code, "ask_level-1": "2"}
    assert "joins of tables" in found.content.decode()
    row = desk.post(reverse("course-new"), filled(**asked, accept="1")).context["form"].skills[0]
    assert (row.code, row.level, row.entry, row.evidence) == (skill.code, "2", "", text)
    assert not Course.objects.exists()


def test_a_form_that_is_sent_twice_makes_one_course_and_one_run(desk: Client, skill: Skill) -> None:
    sheet = str(desk.get(reverse("course-new")).context["sheet"])
    for _ in range(2):
        desk.post(reverse("course-new"), filled(skill, sheet=sheet, do="save"))
    course = Course.objects.get()
    desk.post(reverse("course-new"), filled(skill, sheet=sheet, title="Mended after going back", do="save"))
    assert Course.objects.get().title == "Mended after going back"
    place = reverse("course-run-new", args=[course.public_id])
    sheet = str(desk.get(place).context["sheet"])
    for _ in range(2):
        desk.post(place, a_run(sheet=sheet))
    assert course.runs.count() == 1


def test_a_course_is_changed_closed_and_copied(desk: Client, skill: Skill, body: Organisation) -> None:
    course = factories.a_published_course(body, {skill: 3}, external_id="C-1")
    place = reverse("course-change", args=[course.public_id])
    assert desk.get(place).status_code == 200
    desk.post(place, filled(skill, title="SQL again", do="save"))
    course.refresh_from_db()
    assert (course.title, course.external_id, course.revision) == ("SQL again", "C-1", 3)
    assert "Nothing was changed." in desk.post(place, filled(skill, title="SQL again"), follow=True).content.decode()
    desk.post(reverse("course-close", args=[course.public_id]), {"why": "Over."})
    assert desk.get(place).headers["Location"] == reverse("course", args=[course.public_id])
    page = desk.get(reverse("course", args=[course.public_id])).content.decode()
    assert "Over." in page
    answer = desk.post(reverse("course-copy", args=[course.public_id]))
    copy = Course.objects.get(status="draft")
    assert answer.headers["Location"] == reverse("course-change", args=[copy.public_id])


def test_a_copy_that_is_asked_for_twice_is_made_once(desk: Client, body: Organisation) -> None:
    course = factories.a_published_course(body)
    page = desk.get(reverse("course", args=[course.public_id]))
    assert f'name="sheet" value="{page.context["sheet"]}"' in page.content.decode()
    for _again in range(2):
        answer = desk.post(reverse("course-copy", args=[course.public_id]), {"sheet": str(page.context["sheet"])})
        assert answer.headers["Location"] == reverse("course-change", args=[page.context["sheet"]])
    assert Course.objects.count() == 2


def test_a_draft_is_published_after_a_page_has_asked(desk: Client, skill: Skill, body: Organisation) -> None:
    course = factories.a_course(body, {skill: 3})
    place = reverse("course-publish", args=[course.public_id])
    assert "Publish this course?" in desk.get(place).content.decode()
    desk.post(place)
    course.refresh_from_db()
    assert course.status == Course.Status.PUBLISHED
    bare = factories.a_course(body, {}, text="Six evenings.")
    assert desk.post(reverse("course-publish", args=[bare.public_id])).status_code == 422


def test_a_run_of_a_closed_course_says_so_to_its_own_members(desk: Client, body: Organisation, teacher: User) -> None:
    base = factories.a_training_base(body)
    course = factories.a_published_course(body)
    ahead, begun = factories.a_run(course, base=base, city=base.city), factories.a_run(course, -3)
    places = [reverse("course", args=[course.public_id]), reverse("base", args=[base.public_id])]
    places.append(reverse("courses") + "?mine=true")
    pages = [desk.get(place).content.decode() for place in places]
    assert not any("course closed" in page for page in pages)
    assert "20 seats left" in pages[0]
    assert "20 seats left" in pages[2]
    close_course(by=teacher, course=course)
    pages = [desk.get(place).content.decode() for place in places]
    assert [page.count("course closed") for page in pages] == [1, 1, 1]
    assert not any("20 seats left" in page for page in pages)
    assert "has begun" in pages[0]
    over_api = desk.get(reverse("api-course-runs", args=[course.public_id])).json()["results"]
    stand = {run["id"]: run["state"] for run in over_api}
    assert stand == {str(ahead.public_id): "closed", str(begun.public_id): "begun"}


def test_a_run_is_added_changed_and_cancelled_on_its_own_pages(desk: Client, body: Organisation) -> None:
    course, base = factories.a_published_course(body), factories.a_training_base(body)
    own = {"base": str(base.public_id), "city": ""}
    desk.post(reverse("course-run-new", args=[course.public_id]), a_run(**own))
    run = course.runs.get()
    assert run_as_written(run) == {
        "external_id": None,
        "starts_on": day(10),
        "ends_on": day(20),
        "seats": 30,
        "taken": 2,
        "online": True,
        "city": "foshan",
        "base": str(base.public_id),
        "price": {"amount": "1200.00", "currency": "CNY"},
    }
    place = reverse("course-run-change", args=[course.public_id, run.public_id])
    assert desk.get(place).context["form"].values["city"] == ""
    wrong = desk.post(place, a_run(seats="1", amount="1.005", ends_on=day(5), base="", city="", online=""))
    assert wrong.status_code == 422
    assert set(wrong.context["form"].errors) == {"amount"}
    wrong = desk.post(place, {name: value for name, value in a_run(seats="1").items() if name != "online"})
    assert set(wrong.context["form"].errors) == {"seats", "city"}
    desk.post(place, a_run(**own, seats="2"))
    page = Client().get(reverse("course", args=[course.public_id])).content.decode()
    assert "2 / 2" in page
    assert "full" in page
    desk.post(reverse("course-run-cancel", args=[course.public_id, run.public_id]), {"why": "Flooded."})
    page = Client().get(reverse("course", args=[course.public_id])).content.decode()
    assert "cancelled" in page
    assert "Flooded." not in page
    assert "1,200" in page


def test_who_may_not_finds_nothing_or_is_refused(client: Client, body: Organisation, outsider: User) -> None:
    draft, published = factories.a_course(body, {}), factories.a_published_course(body)
    base, run = factories.a_training_base(body), factories.a_run(published)
    viewer = factories.a_member(body, role="viewer")
    acts = [reverse(f"course-{act}", args=[published.public_id]) for act in ("change", "publish", "close", "copy")]
    acts += [reverse("course-run-new", args=[published.public_id])]
    acts += [reverse(f"course-run-{act}", args=[published.public_id, run.public_id]) for act in ("change", "cancel")]
    acts += [reverse(f"base-{act}", args=[base.public_id]) for act in ("change", "close")]
    for user in (outsider, viewer):
        client.force_login(user)
        assert [client.post(act).status_code for act in acts] == [403] * len(acts)
        assert client.get(reverse("course", args=[published.public_id])).status_code == 200
    assert client.post(reverse("course-new"), filled()).status_code == 403
    client.force_login(outsider)
    assert client.get(reverse("course", args=[draft.public_id])).status_code == 404
    assert client.post(acts[0].replace(str(published.public_id), str(draft.public_id))).status_code == 404
    assert client.get(reverse("course-new")).headers["Location"] == reverse("organisations")
    client.logout()
    assert all(client.post(act).headers["Location"].startswith(reverse("account_login")) for act in acts)
    client.force_login(factories.a_member(body))
    other = factories.a_published_course(body)
    assert client.get(reverse("course-run-change", args=[other.public_id, run.public_id])).status_code == 404
    assert (published.runs.get().seats, AuditRow.objects.filter(action="change_course").count()) == (20, 0)


def test_the_list_is_filtered_and_keeps_drafts_to_their_own(desk: Client, skill: Skill, body: Organisation) -> None:
    near = factories.a_published_course(body, {skill: 3}, title="Near")
    factories.a_run(near, 40, city=factories.a_city(), online=False)
    factories.a_run(factories.a_published_course(factories.a_school(), title="Far"), 5)
    factories.a_course(body, {}, title="Draft")

    def titles(client: Client, **query: str) -> list[str]:
        answer = client.get(reverse("courses"), query)
        assert answer.status_code == 200
        return [row[0].title for row in answer.context["rows"]]

    assert titles(desk) == titles(Client()) == ["Far", "Near"]
    assert titles(desk, mine="1") == ["Draft", "Near"]
    assert titles(Client(), mine="1") == []
    assert titles(desk, city="foshan", starts_after=day(30)) == ["Near"]
    assert titles(desk, online="1") == ["Far"]
    assert titles(desk, skill=skill.code) == ["Near"]
    assert titles(desk, q="querying") == ["Near"]
    assert titles(desk, q="far") == ["Far"]
    assert titles(desk, q="\x00", skill="\x00", city="\x00", starts_after="soon", page="x") is not None


def test_a_base_is_written_with_its_specialities_found_without_a_script(desk: Client, skill: Skill) -> None:
    fields = {"name_zh": "机器人实训车间", "name_en": "", "city": factories.a_city().code, "capacity": "40"}
    found = desk.post(reverse("base-new"), fields | {"q": "querying", "find": "1"})
    assert f'name="add" value="{skill.code}"' in found.content.decode()
    added = desk.post(reverse("base-new"), fields | {"add": skill.code})
    assert f'name="speciality" value="{skill.code}"' in added.content.decode()
    wrong = desk.post(reverse("base-new"), fields | {"capacity": "0", "name_zh": "", "do": "save"})
    assert (wrong.status_code, set(wrong.context["errors"])) == (422, {"capacity", "name_zh"})
    assert not TrainingBase.objects.exists()
    answer = desk.post(reverse("base-new"), fields | {"speciality": skill.code, "do": "save"})
    base = TrainingBase.objects.get()
    assert answer.headers["Location"] == reverse("base", args=[base.public_id])
    for place in (answer.headers["Location"], reverse("bases")):
        page = Client().get(place, headers={"accept-language": "zh-CN"}).content.decode()
        assert "机器人实训车间" in page
        assert "SQL 数据查询" in page
    desk.post(reverse("base-change", args=[base.public_id]), fields | {"capacity": "50", "do": "save"})
    base.refresh_from_db()
    assert (base.capacity, base.specialities.count()) == (50, 0)
    run = factories.a_run(factories.a_published_course(base.organisation), base=base, city=base.city)
    assert run.course.title in Client().get(answer.headers["Location"]).content.decode()
    kept = desk.post(reverse("base-close", args=[base.public_id]), follow=True).content.decode()
    assert "Runs still take place here." in kept
    run.delete()
    desk.post(reverse("base-close", args=[base.public_id]), {"why": "Sold."})
    assert Client().get(answer.headers["Location"]).status_code == 404


@pytest.mark.parametrize("name", ["courses", "bases", "course"])
def test_a_page_of_many_costs_as_many_queries_as_one_of_two(client: Client, body: Organisation, name: str) -> None:
    skills = factories.some_skills(4)
    place = reverse(name) if name != "course" else ""

    def queries() -> int:
        client.get(place)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(place).status_code == 200
        return len(asked)

    def more(count: int) -> Course:
        for _ in range(count):
            course = factories.a_course(
                body, dict.fromkeys(skills, 3), {skills[0]: 1}, status="published", published_at=timezone.now()
            )
            base = factories.a_training_base(body)
            base.specialities.set(skills)
            factories.a_run(course, city=factories.a_city(), base=base)
        return course

    if name == "course":
        course = more(1)
        place = reverse(name, args=[course.public_id])
        few = queries()
        for _ in range(8):
            factories.a_run(course, base=factories.a_training_base(body))
    else:
        more(2)
        few = queries()
        more(8)
    assert queries() == few <= 9
    assert CourseRun.objects.exists()
