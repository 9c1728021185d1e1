"""Pages of a program: found and read by anybody, written, published, closed and copied by its school."""

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Organisation, User
from skills.models import Skill
from talent.models import Program
from talent.program_inputs import program_as_written
from tests import factories
from tests.pasting import Says, read_by

pytestmark = pytest.mark.django_db


@pytest.fixture
def school() -> Organisation:
    return factories.a_school()


@pytest.fixture
def teacher(school: Organisation) -> User:
    return factories.a_member(school, role="editor")


@pytest.fixture
def skill() -> Skill:
    return factories.a_skill(label_en="SQL querying", label_zh="SQL 数据查询")


@pytest.fixture
def desk(client: Client, teacher: User) -> Client:
    """The browser of a school's editor."""
    client.force_login(teacher)
    return client


def filled(*skills: Skill, **fields: Any) -> dict[str, Any]:
    """The form of a program as a browser sends it: these skills at level 3, one course and one intake left empty."""
    rows: dict[str, Any] = {}
    for number, skill in enumerate(skills):
        rows |= {f"skill-{number}": skill.code, f"level-{number}": "3", f"evidence-{number}": "Year two."}
    start = {"title": "Digital trade", "text": "Two terms.", "language": "en", "study": "bachelor", "taught_in": "zh"}
    return start | {"major_code": "", "city": "", "course-0": "", "intake-0": ""} | rows | fields


INTAKE = {
    "intake-0": "",
    "intake_starts_on-0": "2027-09-01",
    "intake_ends_on-0": "2031-06-30",
    "intake_enrols_from-0": "2027-06-01",
    "intake_enrols_until-0": "2027-07-31",
    "intake_places-0": "120",
    "intake_graduates-0": "112",
    "intake_city-0": "",
}


def address(name: str, program: Program) -> str:
    return reverse(name, args=[program.public_id])


def test_anybody_finds_and_reads_what_is_published_and_nothing_else(client: Client, school: Organisation) -> None:
    shown = factories.a_published_program(school, title="Shown")
    draft = factories.a_program(school, title="Hidden")
    suspended = factories.a_published_program(factories.a_school(), title="Suspended")
    Organisation.objects.filter(pk=suspended.organisation_id).update(state="suspended")
    shown.places.create(course=factories.a_course(school, {}, title="A draft of a course"))
    page = client.get(reverse("programs")).content.decode()
    assert "Shown" in page
    assert "Hidden" not in page
    assert "Suspended" not in page
    read = client.get(address("program", shown)).content.decode()
    assert "level 3, independent" in read
    assert "A draft of a course" not in read
    assert "What was done" not in read
    for hidden in (draft, suspended):
        assert client.get(address("program", hidden)).status_code == 404


def test_the_list_is_narrowed_by_its_address_and_goes_on_from_where_it_stopped(
    client: Client, school: Organisation, skill: Skill
) -> None:
    city = factories.a_city("zhuhai", "Zhuhai", "珠海")
    there = factories.a_published_program(school, {skill: 3}, city=city, study="short", title="There")
    for number in range(22):
        factories.a_published_program(school, {skill: 3}, title=f"Number {number}")
    for narrowed in ("city=zhuhai", "study=short"):
        assert [row.pk for row in client.get(f"/programs/?{narrowed}").context["rows"]] == [there.pk]
    for nothing in ("city=atlantis", "study=x", "organisation=x", "city=%00"):
        assert client.get(f"/programs/?{nothing}").context["rows"] == []
    first = client.get(f"/programs/?organisation={school.public_id}")
    second = client.get("/programs/?" + first.context["following"])
    titles = [row.title for page in (first, second) for row in page.context["rows"]]
    assert titles == [f"Number {number}" for number in reversed(range(22))] + ["There"]
    assert second.context["following"] == ""


def test_a_page_of_programs_costs_the_same_queries_whatever_its_length(desk: Client, school: Organisation) -> None:
    def queries(url: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as counted:
            assert desk.get(url).status_code == 200
        return len(counted)

    program = factories.a_published_program(school)
    urls = ["/programs/", "/programs/?mine=true", address("program", program)]
    before = [queries(url) for url in urls]
    for number in range(5):
        more = factories.a_published_program(school, {factories.a_skill(): 2, factories.a_skill(): 4})
        program.claims.create(skill=factories.a_skill(), level=3)
        program.places.create(course=factories.a_course(school, {}), position=number)
        day = datetime.date(2030 + number, 9, 1)
        for one in (more, program):
            one.intakes.create(starts_on=day, ends_on=day.replace(month=12), places=9, city=factories.a_city())
    assert [queries(url) for url in urls] == before


def test_a_form_writes_all_that_it_holds(desk: Client, school: Organisation, skill: Skill) -> None:
    city = factories.a_city()
    courses = [factories.a_course(school, {}, title=title) for title in ("B", "A")]
    chosen = {f"course-{number}": str(course.public_id) for number, course in enumerate(courses)} | {"course-2": ""}
    fields = {"major_code": " 120803T ", "city": city.code, **chosen, **INTAKE, "intake_city-0": city.code}
    answer = desk.post(reverse("program-new"), filled(skill, **fields, do="save"))
    program = Program.objects.get()
    assert answer.headers["Location"] == address("program-change", program)
    intake: dict[str, Any] = {"enrols_from": "2027-06-01", "enrols_until": "2027-07-31", "starts_on": "2027-09-01"}
    assert program_as_written(program) == {
        "external_id": None,
        "title": "Digital trade",
        "text": "Two terms.",
        "language": "en",
        "study": "bachelor",
        "major_code": "120803T",
        "taught_in": "zh",
        "city": city.code,
        "skills": [{"skill": skill.code, "level": 3, "evidence": "Year two."}],
        "courses": [str(course.public_id) for course in courses],
        "intakes": [
            intake | {"external_id": None, "city": city.code, "places": 120, "graduates": 112, "ends_on": "2031-06-30"}
        ],
    }
    page = desk.get(address("program-change", program)).content.decode()
    assert 'value="2027-07-31"' in page
    assert 'value="Year two."' in page


def test_saving_what_stands_changes_nothing_and_an_intake_keeps_its_id_and_key(
    desk: Client, school: Organisation, skill: Skill
) -> None:
    program = factories.a_published_program(school, {skill: 3})
    start, end = datetime.date(2027, 9, 1), datetime.date(2031, 6, 30)
    standing = program.intakes.create(starts_on=start, ends_on=end, places=120, external_id="27")
    form = desk.get(address("program-change", program)).context["form"]
    row = form.intakes[0]
    sent = filled(skill, **{row.names[name]: value for name, value in row.values.items()})
    sent |= {"intake-0": row.key, "evidence-0": "", "title": program.title, "text": program.text, "do": "save"}
    desk.post(address("program-change", program), sent)
    assert Program.objects.get().revision == program.revision
    desk.post(address("program-change", program), sent | {"intake_starts_on-0": "2027-09-06"})
    changed = program.intakes.get()
    assert (changed.public_id, changed.external_id, changed.starts_on.day) == (standing.public_id, "27", 6)


def test_every_fault_stands_at_its_field_and_nothing_is_written(
    desk: Client, school: Organisation, skill: Skill
) -> None:
    bad = INTAKE | {"intake_places-0": "many", "intake-1": "", "intake_starts_on-1": "2028-09-01"}
    answer = desk.post(
        reverse("program-new"), filled(skill, **bad, title="", major_code="12", **{"level-0": "9"}, do="publish")
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [
        "title",
        "level-0",
        "major_code",
        "intake_places-0",
        "intake_ends_on-1",
        "intake_places-1",
    ]
    assert "A major code has six digits" in page
    assert 'id="id_intake_places-0_error"' in page
    assert not Program.objects.exists()


def test_publishing_without_a_skill_says_so_and_a_school_that_is_not_verified_keeps_the_draft(
    client: Client, desk: Client, skill: Skill
) -> None:
    answer = desk.post(reverse("program-new"), filled(do="publish"))
    assert answer.status_code == 422
    assert "Name at least one skill before publishing." in answer.content.decode()
    assert not Program.objects.exists()
    owner = factories.a_user()
    factories.a_school(owner, state="pending")
    client.force_login(owner)
    answer = client.post(reverse("program-new"), filled(skill, do="publish"), follow=True)
    assert Program.objects.get().status == Program.Status.DRAFT
    assert "have not verified your organisation yet" in answer.content.decode()


def test_a_form_that_is_sent_twice_makes_one_program(desk: Client, skill: Skill) -> None:
    sheet = str(desk.get(reverse("program-new")).context["sheet"])
    for _again in range(2):
        answer = desk.post(reverse("program-new"), filled(skill, sheet=sheet, do="publish"))
        assert answer.headers["Location"] == f"/programs/{sheet}/"
    assert Program.objects.get().status == Program.Status.PUBLISHED
    desk.post(reverse("program-new"), filled(skill, sheet=sheet, title="Mended after going back", do="publish"))
    assert Program.objects.get().title == "Mended after going back"


def test_a_pasted_syllabus_proposes_skills_and_keeps_the_sentence_that_shows_them(
    desk: Client, skill: Skill, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_by(monkeypatch, Says(skill, "SQL", level=4))
    text = "Year one: trade. Year two: students query SQL for a partner shop."
    read = desk.post(reverse("program-new"), filled(text=text, do="link"))
    assert "SQL querying" in read.content.decode()
    fingerprint = read.context["form"].pasted.fingerprint
    sent = filled(text=text, read=fingerprint, **{"ask-1": skill.code, "ask_level-1": "4", "accept": "1"})
    row = desk.post(reverse("program-new"), sent).context["form"].skills[0]
    assert (row.code, row.level, row.evidence) == (skill.code, "4", "Year two: students query SQL for a partner shop.")
    assert not Program.objects.exists()


def test_a_syllabus_of_a_megabyte_gets_a_clear_answer(desk: Client, skill: Skill) -> None:
    long = "x" * 1_000_000
    looked = desk.post(reverse("program-new"), filled(text=long, do="link"))
    assert "This text is too long to be read" in looked.content.decode()
    saved = desk.post(reverse("program-new"), filled(skill, text=long, do="save"))
    assert saved.status_code == 422
    assert "At most 100000 characters" in saved.context["form"].errors["text"][0]
    assert not Program.objects.exists()


def test_the_form_is_rearranged_without_saving(desk: Client, school: Organisation, skill: Skill) -> None:
    course = factories.a_course(school, {}, title="Market data")
    sent = filled(skill, **{"course-0": str(course.public_id)}, **INTAKE)
    new = reverse("program-new")
    assert len(desk.post(new, sent | {"more_intakes": "1"}).context["form"].intakes) == 2
    assert len(desk.post(new, sent | {"more_courses": "1"}).context["form"].courses) == 2
    assert desk.post(new, sent | {"remove_intake": "0"}).context["form"].intakes == []
    assert desk.post(new, sent | {"remove": "0"}).context["form"].skills == []
    assert desk.post(new, sent | {"q": "sql", "do": ""}).context["form"].found == [skill]
    assert [row.code for row in desk.post(new, filled(add=skill.code)).context["form"].skills] == [skill.code]
    assert not Program.objects.exists()


def test_a_program_is_published_closed_and_copied_from_its_page(desk: Client, school: Organisation) -> None:
    program = factories.a_program(school)
    assert "Publish this program?" in desk.get(address("program-publish", program)).content.decode()
    desk.post(address("program-publish", program))
    page = desk.get(address("program", program))
    assert "Published, " in page.content.decode()
    for _again in range(2):
        copied = desk.post(address("program-copy", program), {"sheet": str(page.context["sheet"])})
    assert copied.headers["Location"] == f"/programs/{page.context['sheet']}/change/"
    assert Program.objects.count() == 2
    assert "Close this program?" in desk.get(address("program-close", program)).content.decode()
    assert desk.post(address("program-close", program), {"why": "x" * 2000}).status_code == 422
    desk.post(address("program-close", program), {"why": "Merged."})
    closed = desk.get(address("program", program)).content.decode()
    assert "Merged." in closed
    assert "Edit program" not in closed
    assert desk.get(address("program-change", program)).headers["Location"] == address("program", program)


def test_who_may_not_write_is_told_so_and_who_may_not_see_finds_nothing(
    client: Client, school: Organisation, outsider: User
) -> None:
    draft, published = factories.a_program(school), factories.a_published_program(school)
    ways = ("program-change", "program-publish", "program-close", "program-copy")
    client.force_login(factories.a_member(school, role="viewer"))
    assert client.get(reverse("program-new")).status_code == 403
    assert "Hidden" not in client.get("/programs/?mine=true").content.decode()
    for way in ways:
        assert client.post(address(way, draft)).status_code == 403
    client.force_login(outsider)
    assert client.get(reverse("program-new")).headers["Location"] == reverse("organisations")
    for way in ways:
        assert client.post(address(way, draft)).status_code == 404
        assert client.post(address(way, published)).status_code == 403
    client.logout()
    for way in ways:
        assert client.post(address(way, published)).headers["Location"].startswith(reverse("account_login"))


def test_the_places_of_a_school_and_of_an_expert(client: Client, school: Organisation, teacher: User) -> None:
    def labels() -> list[str]:
        return [place.label for place in client.get(reverse("skills")).context["desk"]]

    client.force_login(teacher)
    assert labels() == ["Desk", "Programs", "Courses", "Students", "Organisations", "Skills"]
    assert [place.label for place in client.get("/programs/?mine=true").context["desk"] if place.current] == [
        "Programs"
    ]
    client.force_login(factories.a_member(school, role="viewer"))
    assert labels() == ["Desk", "Programs", "Courses", "Organisations", "Skills"]
    client.force_login(factories.a_member(factories.a_firm(kind="training_base")))
    assert labels() == ["Desk", "Courses", "Students", "Organisations", "Skills"]
