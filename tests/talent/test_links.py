"""Links of students: asked by either side, true once both said so, ended by either; an address never tells itself."""

import datetime

import pytest
from django.core import mail

from accounts.errors import InvalidInput, NotAllowed, StateForbids
from accounts.models import AuditRow, Organisation, User
from accounts.organisations import settle_standing
from talent import links
from talent.links import (
    answer_link,
    ask_link,
    ask_student,
    end_link,
    links_of_person,
    links_of_school,
    take_back_question,
)
from talent.models import Profile, StudentLink
from tests import factories

pytestmark = pytest.mark.django_db
State = StudentLink.State


@pytest.fixture
def teacher() -> User:
    return factories.a_user("teacher@school.example", language="en")


@pytest.fixture
def school(teacher: User) -> Organisation:
    return factories.a_school(teacher)


def letters() -> list[tuple[str, list[str]]]:
    sent = [(letter.subject, letter.to) for letter in mail.outbox]
    mail.outbox.clear()
    return sent


def test_a_student_asks_and_the_school_says_yes(
    school: Organisation, teacher: User, student: Profile, django_capture_on_commit_callbacks
) -> None:
    program = factories.a_published_program(school)
    with django_capture_on_commit_callbacks(execute=True):
        link = ask_link(by=student.user, organisation=school, program=program)
    assert letters() == [(f"Yitong Example asks for a link to {school}", [teacher.email])]
    assert (link.state, link.program) == (State.ASKED, program)
    with django_capture_on_commit_callbacks(execute=True):
        answer_link(by=teacher, link=link, accept=True)
    assert letters() == [(f"{school} confirmed your link", [student.user.email])]
    link.refresh_from_db()
    assert link.state == State.CONFIRMED
    rows = AuditRow.objects.filter(subject_id=link.public_id).order_by("id")
    assert [row.action for row in rows] == ["ask_link", "answer_link"]


def test_a_letter_is_in_the_language_that_its_reader_chose_else_in_all(
    school: Organisation, teacher: User, student: Profile, django_capture_on_commit_callbacks
) -> None:
    factories.a_member(school, factories.a_user("liu@school.example", language="zh-hans"))
    factories.a_member(school, factories.a_user("new@school.example"))
    with django_capture_on_commit_callbacks(execute=True):
        ask_link(by=student.user, organisation=school)
    english = f"Yitong Example asks for a link to {school.name_en}"
    told = {letter.to[0]: letter.subject for letter in mail.outbox}
    assert told.pop(teacher.email) == english
    assert "Yitong Example" in told["liu@school.example"]
    assert school.name_en not in told["liu@school.example"]
    assert told["new@school.example"] == f"{english} · {told['liu@school.example']}"


def test_a_letter_to_who_never_chose_one_is_in_the_language_of_the_profile(
    school: Organisation, teacher: User, student: Profile, django_capture_on_commit_callbacks
) -> None:
    Profile.objects.update(language="zh-Hans")
    with django_capture_on_commit_callbacks(execute=True):
        ask_student(by=teacher, organisation=school, email=student.user.email.upper())
    assert school.name_zh in mail.outbox[0].subject
    assert school.name_en not in mail.outbox[0].subject


def test_what_a_school_asks_shows_nowhere_on_its_side_until_the_person_says_yes(
    school: Organisation, teacher: User, student: Profile, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        for email in (student.user.email, "nobody@nowhere.example", student.user.email):
            assert ask_student(by=teacher, organisation=school, email=email) is None
    assert [to for _subject, to in letters()] == [[student.user.email]]
    assert not links_of_school(school).exists()
    link = links_of_person(student).get()
    answer_link(by=student.user, link=link, accept=True)
    assert links_of_school(school).get() == link


def test_a_no_stays_the_persons_own_and_the_school_asks_no_more(
    school: Organisation, teacher: User, student: Profile, django_capture_on_commit_callbacks
) -> None:
    ask_student(by=teacher, organisation=school, email=student.user.email)
    with django_capture_on_commit_callbacks(execute=True):
        answer_link(by=student.user, link=links_of_person(student).get(), accept=False)
        ask_student(by=teacher, organisation=school, email=student.user.email)
    assert letters() == []
    assert not links_of_school(school).exists()
    assert StudentLink.objects.get().state == State.DECLINED
    assert ask_link(by=student.user, organisation=school).state == State.ASKED


def test_after_the_schools_no_it_is_for_the_school_to_ask(
    school: Organisation, teacher: User, student: Profile
) -> None:
    answer_link(by=teacher, link=ask_link(by=student.user, organisation=school), accept=False)
    with pytest.raises(StateForbids, match="declined"):
        ask_link(by=student.user, organisation=school)
    ask_student(by=teacher, organisation=school, email=student.user.email)
    # Both have asked now: the student's question is the yes to the school's.
    assert ask_link(by=student.user, organisation=school).state == State.CONFIRMED
    with pytest.raises(StateForbids, match="already_linked"):
        ask_link(by=student.user, organisation=school)


def test_nobody_answers_for_the_other_side(school: Organisation, teacher: User, student: Profile, owner: User) -> None:
    link = ask_link(by=student.user, organisation=school)
    with pytest.raises(StateForbids, match="already_asked"):
        ask_link(by=student.user, organisation=school)
    viewer = factories.a_member(school, role="viewer")
    factories.a_member(school, student.user, "owner")  # even a student who acts for the school
    for other in (student.user, viewer, owner):
        with pytest.raises(NotAllowed):
            answer_link(by=other, link=link, accept=True)
    other = factories.a_profile(user=factories.a_user())
    ask_student(by=teacher, organisation=school, email=other.user.email)
    with pytest.raises(NotAllowed):
        answer_link(by=teacher, link=links_of_person(other).get(), accept=True)
    with pytest.raises(InvalidInput):
        ask_student(by=student.user, organisation=school, email=student.user.email)


def test_either_ends_it_and_asks_again(school: Organisation, teacher: User, student: Profile) -> None:
    for by in (student.user, teacher):
        link = ask_link(by=student.user, organisation=school)
        answer_link(by=teacher, link=link, accept=True)
        assert end_link(by=by, link=link).state == State.ENDED
        with pytest.raises(StateForbids):
            end_link(by=by, link=link)
    link = ask_link(by=student.user, organisation=school)
    with pytest.raises(StateForbids):  # what the student asked the school declines; only the student takes it back
        end_link(by=teacher, link=link)
    assert end_link(by=student.user, link=link).state == State.ENDED
    assert not links_of_school(school).exists()


@pytest.mark.parametrize("state", ["returned", "suspended"])
def test_a_school_that_is_not_verified_links_nobody(
    school: Organisation, teacher: User, student: Profile, state: str
) -> None:
    link = ask_link(by=student.user, organisation=school)
    settle_standing(organisation=school, state=state, by=factories.staff(), reason="A reason.")
    school.refresh_from_db()
    with pytest.raises(StateForbids):
        ask_student(by=teacher, organisation=school, email="a@b.example")
    with pytest.raises(StateForbids):
        answer_link(by=teacher, link=link, accept=True)
    with pytest.raises(StateForbids):
        ask_link(by=factories.a_profile(user=factories.a_user()).user, organisation=school)


def test_a_school_takes_back_what_was_not_answered_and_learns_nothing(
    school: Organisation, teacher: User, student: Profile, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        ask_student(by=teacher, organisation=school, email=student.user.email)
        for email in (student.user.email.upper(), "nobody@nowhere.example", student.user.email):
            assert take_back_question(by=teacher, organisation=school, email=email) is None
    assert len(letters()) == 1
    assert [link.state for link in links_of_person(student)] == [State.ENDED]
    assert not links_of_school(school).exists()
    with django_capture_on_commit_callbacks(execute=True):  # asked again, but written to once a day
        ask_student(by=teacher, organisation=school, email=student.user.email)
    assert letters() == []
    link = answer_link(by=student.user, link=links_of_person(student).first(), accept=True)
    take_back_question(by=teacher, organisation=school, email=student.user.email)
    link.refresh_from_db()
    assert link.state == State.CONFIRMED, "what was answered is ended where it is seen"
    other = factories.a_profile(user=factories.a_user())
    asks = ask_link(by=other.user, organisation=school)
    take_back_question(by=teacher, organisation=school, email=other.user.email)
    asks.refresh_from_db()
    assert asks.state == State.ASKED, "the student's own question is theirs"
    for by in (factories.a_member(school, role="viewer"), other.user):
        with pytest.raises(NotAllowed):
            take_back_question(by=by, organisation=school, email=student.user.email)


def test_a_school_asks_no_more_than_a_bounded_number_of_addresses_a_day_whether_they_are_here_or_not(
    school: Organisation, teacher: User, student: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "MOST_ASKED", 2)
    for email in ("nobody@nowhere.example", student.user.email):
        ask_student(by=teacher, organisation=school, email=email)
    with pytest.raises(StateForbids, match="too_many_questions"):
        ask_student(by=teacher, organisation=school, email="a@b.example")
    assert "@" not in str(list(AuditRow.objects.filter(action="ask_student").values("before", "after", "why")))
    elsewhere = factories.a_school(teacher)
    ask_student(by=teacher, organisation=elsewhere, email=student.user.email)
    monkeypatch.setattr(links, "ONE_DAY", datetime.timedelta(0))  # as if it had passed
    ask_student(by=teacher, organisation=school, email="a@b.example")


def test_who_asks_in_the_same_moment_as_the_school_says_yes_to_it(
    school: Organisation, teacher: User, student: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest = links._newest

    def before_the_school(profile: Profile, organisation: Organisation) -> None:
        monkeypatch.setattr(links, "_newest", newest)
        ask_student(by=teacher, organisation=school, email=student.user.email)

    monkeypatch.setattr(links, "_newest", before_the_school)
    assert ask_link(by=student.user, organisation=school).state == State.CONFIRMED


def test_a_firm_has_no_students_and_a_program_belongs_to_its_school(
    school: Organisation, firm: Organisation, owner: User, student: Profile
) -> None:
    with pytest.raises(StateForbids, match="not_a_school"):
        ask_link(by=student.user, organisation=firm)
    with pytest.raises(StateForbids, match="not_a_school"):
        ask_student(by=owner, organisation=firm, email="a@b.example")
    other = factories.a_published_program(factories.a_school())
    with pytest.raises(InvalidInput):
        ask_link(by=student.user, organisation=school, program=other)
