"""A need's programs, courses and experts as its firm meets them, and the needs of each as its own people meet them."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Organisation, User
from enterprises.models import Need
from matching.heartbeat import beat
from matching.models import Job, Match
from skills.models import Skill
from talent.models import Pseudonym
from tests import factories

pytestmark = pytest.mark.django_db

Work = Callable[[], int]
SUPPLY = ("program", "course", "expert")
each_kind = pytest.mark.parametrize("kind", SUPPLY)


@pytest.fixture
def skill() -> Skill:
    return factories.a_skill(label_en="SQL querying", label_zh="SQL 数据查询")


@pytest.fixture
def teacher(db: None) -> User:
    return factories.a_user("teacher@crossing.example")


@pytest.fixture
def school(teacher: User) -> Organisation:
    return factories.a_school(teacher, name_en="Lingnan College")


@pytest.fixture
def need(firm: Organisation, skill: Skill) -> Need:
    return factories.a_published_need(firm, {skill: 4}, kind="project", title="Analyst wanted")


def offered(kind: str, school: Organisation, levels: dict[Skill, int], **fields: Any) -> Any:
    if kind == "expert":
        return factories.a_published_expert(None, school, skills=levels, headline="Data of shops", **fields)
    make = factories.a_published_program if kind == "program" else factories.a_published_course
    return make(school, levels, **{"title": f"A {kind}"} | fields)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page_of(client: Client, name: str, row: Any, **words: Any) -> str:
    answer = client.get(reverse(name, args=[row.public_id]), words)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def ranked(page: str) -> list[int]:
    return [int(score) for score in re.findall(r"score </span>(\d+)</span>", page)]


@each_kind
def test_a_firm_reads_who_fits_by_kind_each_with_the_reason(
    viewer: User, need: Need, school: Organisation, skill: Skill, work: Work, kind: str
) -> None:
    for level in (2, 4, 3):
        offered(kind, school, {skill: level})
    work()
    page = page_of(signed_in(viewer), f"need-{kind}s", need)
    assert ranked(page) == [100, 75, 50]
    said = {
        "program": ("3 programs fit, wholly or in part", "Graduates reach 100 of 100 of what you ask.", "reached 4"),
        "course": ("3 courses fit, wholly or in part", "The course leads to 100 of 100 of what you ask.", "reached 4"),
        "expert": ("3 experts meet the conditions", "Luo Jingwen covers 100 of 100 of what you ask.", "held 4"),
    }[kind]
    for words in (*said, "Lingnan College", "Fit: how much of your need is covered"):
        assert words in page
    assert "pseudonym" not in page
    assert "strengths" not in page
    assert ("Conditions, checked before any score" in page) is (kind == "expert")
    best = Match.objects.filter(list__ranking__candidates=f"{kind}s").order_by("position")[0].pair.candidate
    assert reverse(kind, args=[best.public_id]) in page
    assert not Pseudonym.objects.exists()


@each_kind
def test_who_posted_it_reads_which_needs_fit(
    teacher: User, need: Need, firm: Organisation, school: Organisation, skill: Skill, work: Work, kind: str
) -> None:
    posted = offered(kind, school, {skill: 3, factories.a_skill(): 5})
    other = factories.a_published_need(firm, {skill: 3}, kind="project", title="Another need")
    work()
    page = page_of(signed_in(teacher), f"{kind}-needs", posted)
    assert ranked(page) == [100, 75]
    said = {
        "program": ("Graduates fit 2 needs", "Your graduates cover 100 of 100 of what is asked."),
        "course": ("The course leads towards 2 needs", "Your course leads to 100 of 100 of what is asked."),
        "expert": ("2 needs go with the conditions", "Luo Jingwen covers 100 of 100 of what is asked."),
    }[kind]
    for words in (*said, "Analyst wanted", "Another need", firm.name_en, "Fit: how much of the need is covered"):
        assert words in page
    pair = Match.objects.get(list__ranking__need=need, list__ranking__candidates=f"{kind}s").pair
    opened = page_of(signed_in(teacher), f"{kind}-needs", posted, candidate=pair.public_id)
    assert "cover 75 of 100" in opened or "leads to 75 of 100" in opened or "covers 75 of 100" in opened
    about = reverse("need-about", args=[other.public_id])
    assert about in page
    assert signed_in(teacher).get(about).status_code == 200, "what is linked can be read"


@each_kind
def test_only_its_own_people_read_which_needs_fit(
    outsider: User, student: Any, owner: User, school: Organisation, skill: Skill, kind: str
) -> None:
    address = reverse(f"{kind}-needs", args=[offered(kind, school, {skill: 3}).public_id])
    assert Client().get(address).status_code == 302
    for user in (outsider, student.user, owner, factories.staff()):
        assert signed_in(user).get(address).status_code == 403
    assert signed_in(factories.a_member(school, role="viewer")).get(address).status_code == 200
    if kind == "program":
        draft = reverse("program-needs", args=[factories.a_program(school).public_id])
        assert signed_in(outsider).get(draft).status_code == 404


def test_an_expert_reads_their_own(need: Need, skill: Skill, work: Work) -> None:
    person = factories.a_user()
    expert = factories.a_published_expert(person, skills={skill: 4})
    work()
    assert ranked(page_of(signed_in(person), "expert-needs", expert)) == [100]
    assert signed_in(person).get(reverse("need-about", args=[need.public_id])).status_code == 200


@pytest.mark.parametrize("part", ["need", "need-programs", "need-courses", "need-experts"])
def test_all_parts_of_a_need_are_its_firms_only(outsider: User, teacher: User, need: Need, part: str) -> None:
    factories.a_school(teacher)
    address = reverse(part, args=[need.public_id])
    assert Client().get(address).status_code == 302
    assert signed_in(outsider).get(address).status_code == 404
    assert signed_in(teacher).get(address).status_code == 403, "a school reads the need, not who fits it"


def test_the_parts_of_a_need_are_counted_and_named_by_its_kind(
    viewer: User, firm: Organisation, need: Need, school: Organisation, skill: Skill, work: Work
) -> None:
    for kind in SUPPLY:
        offered(kind, school, {skill: 3})
        offered(kind, school, {factories.a_skill(): 3})
    job = factories.a_published_need(firm, {skill: 4})
    work()
    page = page_of(signed_in(viewer), "need-programs", need)
    parts = page[page.index('<nav class="subnav"') :]
    parts = parts[: parts.index("</nav>")]
    found = re.findall(r">(\w[\w ]+?)(?: <span class=\"count\">(\d+)</span>)?</a>", parts)
    # Nobody is listed; one program and one course have the skill; both experts meet the conditions.
    assert found == [("People", "0"), ("Programs", "1"), ("Courses", "1"), ("Experts", "2"), ("The need", "")]
    assert 'programs/" aria-current="page"' in parts
    about = page_of(signed_in(viewer), "need-about", need)
    assert 'Programs <span class="count">1</span>' in about
    assert reverse("need-experts", args=[job.public_id]) not in page_of(signed_in(viewer), "need", job)


def test_a_list_that_there_is_not_says_why(
    viewer: User, firm: Organisation, need: Need, school: Organisation, skill: Skill, work: Work
) -> None:
    desk = signed_in(viewer)
    advice = factories.a_published_need(firm, {skill: 3}, kind="advice")
    draft = factories.a_need(firm, kind="project")
    for name, row, said in (
        ("need-programs", advice, "Programs are matched with jobs, internships, projects and training"),
        ("need-experts", factories.a_published_need(firm, {skill: 3}), "Experts are matched with projects"),
        ("need-courses", need, "No course is published yet"),
        ("need-programs", draft, "this need is a draft"),
    ):
        page = page_of(desk, name, row)
        assert said in page
        assert "hx-trigger" not in page, "there is nothing to wait for"
    offered("program", school, {factories.a_skill(): 3})
    work()
    assert "No program leads to one of these skills, or one near to it." in page_of(desk, "need-programs", need)


def test_what_has_no_list_of_needs_says_why(teacher: User, school: Organisation, skill: Skill, work: Work) -> None:
    desk = signed_in(teacher)
    published, draft = offered("program", school, {skill: 3}), factories.a_program(school)
    assert "The matcher is not running" in page_of(desk, "program-needs", published)
    for queue in Job.Queue.values:
        beat(f"worker/{queue}", queue)
    page = page_of(desk, "program-needs", published)
    assert "The first list is being made" in page
    assert 'hx-trigger="every 1s"' in page
    work()
    assert "No published need asks for a skill that graduates reach" in page_of(desk, "program-needs", published)
    assert "Nothing is ranked yet: this is a draft" in page_of(desk, "program-needs", draft)
    Organisation.objects.filter(pk=school.pk).update(state="suspended")
    assert "Your organisation is not verified at present" in page_of(desk, "program-needs", published)


def test_what_was_open_and_left_while_the_page_waits_is_told(
    viewer: User, need: Need, school: Organisation, skill: Skill, work: Work
) -> None:
    gone, _stays = offered("program", school, {skill: 4}), offered("program", school, {skill: 3})
    work()
    pair = Match.objects.get(list__ranking__need=need, pair__program=gone).pair
    type(gone).objects.filter(pk=gone.pk).update(status="closed", closed_at=factories.timezone.now())
    desk = signed_in(viewer)
    page = page_of(desk, "need-programs", need, candidate=pair.public_id, seen="refreshing.ok.x")
    assert "What you had open is not in this list any more. The best of what is in it is open now." in page
    address = reverse("need-programs", args=[need.public_id])
    assert desk.get(address, {"candidate": pair.public_id}).status_code == 404


@each_kind
def test_pages_take_as_many_queries_for_twenty_rows_as_for_two(
    viewer: User, teacher: User, firm: Organisation, school: Organisation, skill: Skill, work: Work, kind: str
) -> None:
    def add(count: int) -> None:
        for number in range(count):
            posted.append(offered(kind, school, {skill: 1 + number % 5}))
            needs.append(factories.a_published_need(firm, {skill: 5}, kind="project", city=factories.a_city()))
        work()

    def queries(user: User, name: str, row: Any) -> tuple[int, int]:
        client = signed_in(user)
        page_of(client, name, row, shown=20)
        with CaptureQueriesContext(connection) as caught:
            page = page_of(client, name, row, shown=20)
        return len(caught), len(ranked(page))

    posted: list[Any] = []
    needs: list[Need] = []
    add(2)
    both = ((viewer, f"need-{kind}s", needs[0]), (teacher, f"{kind}-needs", posted[0]))
    with_two = [queries(*one) for one in both]
    add(18)
    with_twenty = [queries(*one) for one in both]
    assert [rows for _count, rows in (*with_two, *with_twenty)] == [2, 2, 20, 20]
    assert [count for count, _rows in with_two] == [count for count, _rows in with_twenty]


@pytest.mark.parametrize("state", ["verified", "pending", "suspended"])
def test_published_needs_are_read_by_verified_teaching_bodies_and_by_no_other_firm(
    need: Need, firm: Organisation, outsider: User, state: str
) -> None:
    draft = factories.a_need(firm)
    for make in (factories.a_school, factories.a_training_body):
        member = factories.a_user()
        make(member, state)
        assert set(Need.objects.visible_to(member)) == ({need} if state == "verified" else set())
    authority = factories.a_user()
    factories.a_firm(authority, kind=Organisation.Kind.AUTHORITY)
    unpublished = factories.an_expert(factories.a_user())
    for user in (outsider, authority, unpublished.user):
        assert not Need.objects.visible_to(user).exists()
    assert draft not in Need.objects.visible_to(factories.a_published_expert(factories.a_user()).user)
