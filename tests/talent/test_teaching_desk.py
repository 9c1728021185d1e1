"""The desk of who acts for schools and training bases: what starts soon, how full it is, and what waits."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organisation, User
from accounts.organisations import settle_standing
from talent.courses import cancel_run, close_course
from talent.links import answer_link, ask_link, ask_student
from talent.models import Course, Program
from tests import factories

pytestmark = pytest.mark.django_db
PAGE = "/teaching/"
Desk = Callable[..., Any]


@pytest.fixture
def dean() -> User:
    return factories.a_user()


@pytest.fixture
def school(dean: User) -> Organisation:
    return factories.a_school(dean)


@pytest.fixture
def desk() -> Desk:
    """The page as somebody sees it."""

    def seen(user: User, language: str = "en") -> Any:
        client = Client(headers={"accept-language": language})
        client.force_login(user)
        answer = client.get(PAGE)
        assert answer.status_code == 200
        return answer

    return seen


def text(answer: Any) -> str:
    return str(answer.content.decode())


def an_intake(program: Program, days_ahead: int) -> None:
    start = timezone.localdate() + datetime.timedelta(days=days_ahead)
    program.intakes.create(starts_on=start, ends_on=start + datetime.timedelta(days=300), places=40)


def runs_of(answer: Any) -> list[tuple[str, str]]:
    """The runs of the page, in its order: course and how each stands."""
    return [(row.run.course.title, row.stands) for row in answer.context["runs"]]


# What is the case -----------------------------------------------------------------------------------------------------
SOON = {
    "en": (
        "No course starts within a month",
        "1 course starts within a month",
        "2 courses start within a month",
    ),
    "zh-hans": ("一个月内没有课程开班", "1 门课程将在一个月内开班", "2 门课程将在一个月内开班"),
}


@pytest.mark.parametrize("language", SOON)
def test_the_title_says_how_many_courses_start_within_a_month(
    desk: Desk, dean: User, school: Organisation, language: str
) -> None:
    said = SOON[language]
    course = factories.a_published_course(school)
    factories.a_run(course, 31)
    assert desk(dean, language).context["title"] == said[0]
    factories.a_run(course, 30)
    factories.a_run(course, 3)
    assert desk(dean, language).context["title"] == said[1]
    factories.a_run(factories.a_published_course(school), 30)
    answer = desk(dean, language)
    assert answer.context["title"] == said[2]
    assert f"<h1><span>{said[2]}</span></h1>" in text(answer)


def test_without_courses_the_title_says_what_is_there(desk: Desk, dean: User, school: Organisation) -> None:
    assert desk(dean).context["title"] == "Nothing is published at present"
    factories.a_program(school)
    factories.a_course(school, {})
    assert desk(dean).context["title"] == "Nothing is published at present"
    factories.a_published_program(school)
    assert desk(dean).context["title"] == "1 program is published"


def test_the_facts_count_what_can_be_joined_and_all_seats_of_what_lies_ahead(
    desk: Desk, dean: User, school: Organisation
) -> None:
    course = factories.a_published_course(school)
    assert "seats taken" not in text(desk(dean))
    factories.a_run(course, seats=20, taken=3)
    factories.a_run(course, seats=30, taken=30)
    page = text(desk(dean))
    assert "1 run open" in page
    assert "33 of 50 seats taken" in page


# Runs -----------------------------------------------------------------------------------------------------------------
def test_runs_stand_earliest_first_with_their_seats_and_their_state(
    desk: Desk, dean: User, school: Organisation
) -> None:
    sql = factories.a_published_course(school, title="SQL for trade data")
    live = factories.a_published_course(school, title="Live selling")
    factories.a_run(sql, 40, seats=20, taken=7, online=False, city=factories.a_city())
    factories.a_run(live, 10, seats=12, taken=12)
    answer = desk(dean)
    assert runs_of(answer) == [("Live selling", "full"), ("SQL for trade data", "open")]
    page = text(answer)
    assert 'aria-label="7 of 20 seats taken"' in page
    assert "12 / 12" in page
    assert ", Foshan</small>" in page
    assert reverse("course", args=[sql.public_id]) in page
    assert f'{reverse("courses")}?mine=1"' in page


def test_at_most_eight_runs_are_shown_and_all_are_counted(desk: Desk, dean: User, school: Organisation) -> None:
    course = factories.a_published_course(school)
    for ahead in range(1, 11):
        factories.a_run(course, ahead)
    answer = desk(dean)
    starts = [row.run.starts_on for row in answer.context["runs"]]
    assert starts == sorted(starts)
    assert len(starts) == 8
    assert "10 runs open" in text(answer)


def test_what_has_begun_is_cancelled_closed_or_a_draft_is_no_run_that_fills(
    desk: Desk, dean: User, school: Organisation
) -> None:
    course, closed = factories.a_published_course(school), factories.a_published_course(school)
    factories.a_run(course, 0)
    cancel_run(by=dean, run=factories.a_run(course, 5))
    factories.a_run(closed, 5)
    close_course(by=dean, course=closed)
    factories.a_run(factories.a_course(school, {}), 5)
    answer = desk(dean)
    assert runs_of(answer) == []
    assert answer.context["title"] == "No course starts within a month"
    assert "No run lies ahead" in text(answer)


def test_an_empty_desk_offers_the_first_step(desk: Desk, dean: User, school: Organisation) -> None:
    page = text(desk(dean))
    assert "No course yet" in page
    assert "No program yet" in page
    assert page.count(reverse("course-new")) == page.count(reverse("program-new")) == 2
    factories.a_course(school, {})
    factories.a_program(school)
    page = text(desk(dean))
    assert "No course is published" in page
    assert "No program is published" in page


# Programs, drafts, students -------------------------------------------------------------------------------------------
def test_programs_stand_by_their_next_intake_with_the_needs_that_graduates_fit(
    desk: Desk, dean: User, school: Organisation
) -> None:
    without = factories.a_published_program(school, title="Without an intake")
    late = factories.a_published_program(school, title="Starts late")
    early = factories.a_published_program(school, title="Starts early")
    for program, ahead in ((late, 300), (early, -300), (early, 500), (early, 200), (without, -20)):
        an_intake(program, ahead)
    answer = desk(dean)
    assert [row.title for row in answer.context["rows"]] == ["Starts early", "Starts late", "Without an intake"]
    page = text(answer)
    assert page.count("no intake ahead") == 1
    assert page.count("40 places") == 2
    assert reverse("program-needs", args=[late.public_id]) in page


def test_a_training_base_is_offered_no_programs(desk: Desk, dean: User) -> None:
    factories.a_training_body(dean)
    page = text(desk(dean))
    assert "No course yet" in page
    assert "No program yet" not in page
    assert reverse("program-new") not in page


def test_drafts_wait_at_the_side_the_newest_change_first(desk: Desk, dean: User, school: Organisation) -> None:
    assert "draft" not in text(desk(dean))
    course = factories.a_course(school, {}, title="Draft of a course")
    program = factories.a_program(school, title="Draft of a program")
    factories.a_published_course(school, title="Published")
    answer = desk(dean)
    assert [draft["row"].title for draft in answer.context["drafts"]] == ["Draft of a program", "Draft of a course"]
    page = text(answer)
    assert "2 drafts" in page
    assert reverse("course", args=[course.public_id]) in page
    assert reverse("program", args=[program.public_id]) in page
    assert "status=draft" not in page
    for _ in range(5):
        factories.a_course(school, {})
    answer = desk(dean)
    assert len(answer.context["drafts"]) == 6
    assert "7 drafts" in text(answer)
    assert "status=draft" in text(answer)


def test_students_who_ask_are_counted_until_they_are_answered(desk: Desk, dean: User, school: Organisation) -> None:
    asking, other = factories.a_profile(), factories.a_profile()
    ask_student(by=dean, organisation=school, email=other.user.email)
    ask_link(by=other.user, organisation=factories.a_school())
    assert "Students who ask" not in text(desk(dean))  # the one was asked, and asked another
    link = ask_link(by=asking.user, organisation=school)
    page = text(desk(dean))
    assert "1 student waits for an answer" in page
    assert f"{reverse('students')}?school={school.public_id}" in page
    answer_link(by=dean, link=link, accept=True)
    assert "Students who ask" not in text(desk(dean))


# Who sees it ----------------------------------------------------------------------------------------------------------
def test_a_viewer_reads_the_desk_and_is_offered_no_act(desk: Desk, school: Organisation) -> None:
    viewer = factories.a_member(school, role="viewer")
    assert "Owners and editors write them." in text(desk(viewer))
    factories.a_run(factories.a_published_course(school, title="SQL for trade data"))
    factories.a_course(school, {}, title="Draft of a course")
    ask_link(by=factories.a_profile().user, organisation=school)
    page = text(desk(viewer))
    assert "SQL for trade data" in page
    assert "Draft of a course" in page
    assert reverse("course-new") not in page
    assert reverse("program-new") not in page
    assert "Students who ask" not in page
    assert "1 student waits for an answer" in text(desk(factories.a_member(school, role="editor")))


def test_nothing_of_another_school_stands_on_it(desk: Desk, dean: User, school: Organisation) -> None:
    other = factories.a_school(factories.a_user())
    factories.a_run(factories.a_published_course(other, title="Of another"))
    factories.a_published_program(other, title="Of another")
    factories.a_course(other, {}, title="Of another")
    ask_link(by=factories.a_profile().user, organisation=other)
    answer = desk(dean)
    assert "Of another" not in text(answer)
    assert answer.context["title"] == "Nothing is published at present"
    assert not answer.context["asking"]


def test_who_teaches_nowhere_goes_home_and_nobody_is_asked_to_sign_in(client: Client, outsider: User) -> None:
    assert client.get(PAGE).url == f"{reverse('account_login')}?next={PAGE}"
    client.force_login(outsider)
    assert client.get(PAGE).url == reverse("home")
    assert client.post(PAGE).status_code == 405


def test_several_bodies_share_one_desk(desk: Desk, dean: User, school: Organisation) -> None:
    base = factories.a_training_body(dean)
    for body, title in ((school, "At the school"), (base, "At the base")):
        factories.a_run(factories.a_published_course(body, title=title))
    answer = desk(dean)
    assert {title for title, _stands in runs_of(answer)} == {"At the school", "At the base"}
    assert answer.context["title"] == "2 courses start within a month"
    page = text(answer)
    for body in (school, base):
        assert reverse("organisation", args=[body.public_id]) in page
        assert f"<small>{body}</small>" in page


# Bodies that are not verified -----------------------------------------------------------------------------------------
def test_a_body_that_waits_says_so_and_may_write(desk: Desk, dean: User) -> None:
    base = factories.a_training_body(dean, "pending")
    page = text(desk(dean))
    assert f"<h1><span>{base} waits for verification</span></h1>" in page
    assert "Platform staff check the name and the credit code." in page
    assert reverse("course-new") in page


def test_a_body_that_was_sent_back_reads_why_and_its_owner_mends_it(desk: Desk, dean: User) -> None:
    base = factories.a_training_body(dean, "pending")
    settle_standing(organisation=base, state="returned", by=factories.staff(), reason="The code is another's.")
    mend = reverse("organisation-change", args=[base.public_id])
    page = text(desk(dean))
    assert f"{base} was sent back: mend it" in page
    assert "Sent back: The code is another&#x27;s." in page
    assert mend in page
    assert mend not in text(desk(factories.a_member(base, role="editor")))


def test_a_suspended_body_reads_why_and_what_it_posted_is_shown_as_unseen(
    desk: Desk, dean: User, school: Organisation
) -> None:
    factories.a_run(factories.a_published_course(school, title="SQL for trade data"), 5, seats=20, taken=7)
    staff = factories.staff()
    for state, reason in (
        ("suspended", "A complaint."),
        ("verified", "Settled."),
        ("suspended", "No course took place."),
    ):
        settle_standing(organisation=school, state=state, by=staff, reason=reason)
    answer = desk(dean)
    page = text(answer)
    assert answer.context["title"] == f"{school} is suspended"
    assert "Suspended: No course took place." in page
    assert "7 / 20" in page
    assert "not shown to anybody now" in page
    assert "0 runs open" in page
    assert reverse("course-new") not in page


def test_a_suspended_body_beside_a_verified_one_counts_nothing_that_starts(
    desk: Desk, dean: User, school: Organisation
) -> None:
    base = factories.a_training_body(dean)
    for body in (school, base):
        factories.a_run(factories.a_published_course(body), 5)
    settle_standing(organisation=base, state="suspended", by=factories.staff(), reason="No course took place.")
    answer = desk(dean)
    assert answer.context["title"] == "1 course starts within a month"
    assert text(answer).count("not shown to anybody now") == 1
    assert f"<p><b>{base}</b></p>" in text(answer)
    assert reverse("course-new") in text(answer)


# How much it asks -----------------------------------------------------------------------------------------------------
def test_a_full_desk_costs_as_many_queries_as_one_row_of_each(client: Client, dean: User) -> None:
    client.force_login(dean)

    def queries() -> int:
        client.get(PAGE)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(PAGE).status_code == 200
        return len(asked)

    def more() -> None:
        school = factories.a_school(dean)
        published = {"status": Course.Status.PUBLISHED, "published_at": timezone.now()}
        base = factories.a_training_base(school)
        factories.a_run(factories.a_course(school, {}, **published), base=base, city=factories.a_city())
        an_intake(factories.a_program(school, {}, **published), 100)
        factories.a_course(school, {})
        factories.a_program(school, {})
        ask_link(by=factories.a_profile().user, organisation=school)

    more()
    one = queries()
    for _ in range(9):
        more()
    assert queries() == one
