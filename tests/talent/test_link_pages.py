"""Pages of links: the card on a profile, a school's students, and the skills that it confirms."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Organisation, User
from accounts.organisations import settle_standing
from talent.links import answer_link, ask_link, ask_student
from talent.models import Claim, Profile, StudentLink
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def teacher() -> User:
    return factories.a_user("teacher@school.example")


@pytest.fixture
def school(teacher: User) -> Organisation:
    return factories.a_school(teacher)


@pytest.fixture
def desk(client: Client, teacher: User) -> Client:
    client.force_login(teacher)
    return client


def linked(school: Organisation, teacher: User, profile: Profile) -> StudentLink:
    return answer_link(by=teacher, link=ask_link(by=profile.user, organisation=school), accept=True)


def test_a_student_finds_the_school_and_asks_it_with_a_program(
    client: Client, school: Organisation, student: Profile
) -> None:
    program = factories.a_published_program(school, title="Digital trade, four years")
    factories.a_school(name_en="Elsewhere", name_zh="别处")
    client.force_login(student.user)
    page = client.get(reverse("schools"), {"q": school.name_en.lower()}).content.decode()
    assert program.title in page
    assert "Elsewhere" not in page
    asked = {"organisation": str(school.public_id), "program": str(program.public_id)}
    profile = client.post(reverse("schools"), asked, follow=True).content.decode()
    assert f"{school} was asked." in profile
    assert "waits for its answer" in profile
    assert client.post(reverse("schools"), {"organisation": "x"}, follow=True).status_code == 200


def test_the_school_answers_and_the_card_says_so(
    client: Client, school: Organisation, teacher: User, student: Profile
) -> None:
    link = ask_link(by=student.user, organisation=school)
    client.force_login(teacher)
    page = client.get(reverse("students")).content.decode()
    assert "Waiting for your answer" in page
    assert "Yitong Example" in page
    assert (
        "Skills show once the link is confirmed"
        in client.get(reverse("student", args=[link.public_id])).content.decode()
    )
    client.post(reverse("student-answer", args=[link.public_id]), {"accept": "yes"})
    client.force_login(student.user)
    assert "confirmed by both" in client.get(reverse("profile")).content.decode()
    client.post(reverse("school-end", args=[link.public_id]))
    link.refresh_from_db()
    assert link.state == StudentLink.State.ENDED


def test_a_page_tells_the_same_for_an_address_that_is_here_and_one_that_is_not(
    desk: Client, school: Organisation, student: Profile
) -> None:
    pages = []
    for email in (student.user.email, "nobody@nowhere.example"):
        page = desk.post(reverse("students-ask"), {"school": str(school.public_id), "email": email}, follow=True)
        pages.append(page.content.decode().replace(email, "…").split("<main")[1].split("csrfmiddlewaretoken")[0])
    assert "The request was sent, if … is here." in pages[0]
    assert pages[0] == pages[1]
    assert StudentLink.objects.count() == 1
    pages.clear()
    for email in (student.user.email, "nobody@nowhere.example"):
        sent = {"school": str(school.public_id), "email": email, "do": "take-back"}
        page = desk.post(reverse("students-ask"), sent, follow=True)
        pages.append(page.content.decode().replace(email, "…").split("<main")[1].split("csrfmiddlewaretoken")[0])
    assert "What you asked … is taken back, if it waited for an answer." in pages[0]
    assert pages[0] == pages[1]
    assert StudentLink.objects.get().state == StudentLink.State.ENDED
    desk.force_login(student.user)
    assert "It asks whether you study there." not in desk.get(reverse("profile")).content.decode()


def test_a_wrong_address_is_told_beside_its_field(desk: Client, school: Organisation) -> None:
    page = desk.post(reverse("students-ask"), {"school": str(school.public_id), "email": "nobody"})
    assert page.status_code == 422
    assert "This is not an email address." in page.content.decode()
    assert 'value="nobody"' in page.content.decode()


def test_the_person_answers_on_the_profile(
    client: Client, school: Organisation, teacher: User, student: Profile
) -> None:
    ask_student(by=teacher, organisation=school, email=student.user.email)
    client.force_login(student.user)
    assert "It asks whether you study there." in client.get(reverse("profile")).content.decode()
    link = StudentLink.objects.get()
    client.post(reverse("school-answer", args=[link.public_id]), {"accept": "yes"})
    link.refresh_from_db()
    assert link.state == StudentLink.State.CONFIRMED


def test_the_school_reads_skills_but_neither_text_nor_contact_nor_notes(
    desk: Client, school: Organisation, teacher: User, student: Profile
) -> None:
    Profile.objects.update(text="My own words.", headline="My line", contact="wechat-me")
    Claim.objects.update(evidence="My own note.")
    link = linked(school, teacher, student)
    page = desk.get(reverse("student", args=[link.public_id])).content.decode()
    assert "says level 3" in page
    for own in ("My own words.", "My line", "wechat-me", "My own note.", student.user.email):
        assert own not in page


def test_confirming_changing_and_withdrawing_on_the_page(
    desk: Client, school: Organisation, teacher: User, student: Profile
) -> None:
    link, skill = linked(school, teacher, student), student.claims.first().skill
    url = reverse("student", args=[link.public_id])
    page = desk.post(url, {"confirm": skill.code, f"evidence-{skill.code}": "Exam"})
    assert page.status_code == 422
    assert "A level is a whole number" in page.content.decode() or "This is needed." in page.content.decode()
    assert 'value="Exam"' in page.content.decode()
    assert not Claim.objects.filter(confirmer=school).exists()
    desk.post(url, {"confirm": skill.code, f"level-{skill.code}": "4", f"evidence-{skill.code}": "Exam"})
    claim = Claim.objects.get(confirmer=school)
    assert (claim.level, claim.evidence, claim.confirmed_by) == (4, "Exam", teacher)
    desk.post(url, {"do": ""})  # Enter in a field changes nothing
    desk.post(url, {"withdraw": skill.code})
    claim.refresh_from_db()
    assert claim.withdrawn_at
    other = factories.a_skill(label_en="Customs declaration")
    assert f"level-{other.code}" in desk.get(url, {"q": "customs"}).content.decode()
    desk.post(url, {"confirm": other.code, f"level-{other.code}": "2"})
    assert Claim.objects.filter(skill=other, confirmer=school).exists()


def test_others_find_nothing_and_a_viewer_may_not(
    client: Client, school: Organisation, teacher: User, student: Profile, outsider: User
) -> None:
    link = linked(school, teacher, student)
    one, many = reverse("student", args=[link.public_id]), reverse("students")
    assert client.get(many).status_code == client.get(one).status_code == 302
    other = factories.a_user()
    factories.a_school(other)
    for user, of_one, of_all in ((outsider, 404, 302), (student.user, 404, 302), (other, 404, 200)):
        client.force_login(user)
        assert (client.get(one).status_code, client.get(many).status_code) == (of_one, of_all)
        for word in ("student-answer", "student-end"):
            assert client.post(reverse(word, args=[link.public_id])).status_code == 404
    assert client.get(many, {"school": str(school.public_id)}).status_code == 404
    assert client.get(many, {"school": "x"}).status_code == 404
    assert client.post(reverse("students-ask"), {"school": str(school.public_id)}).status_code == 404
    client.force_login(factories.a_member(school, role="viewer"))
    assert (client.get(one).status_code, client.get(many).status_code) == (403, 403)
    stranger = factories.a_profile(user=factories.a_user())
    client.force_login(stranger.user)
    for word in ("school-answer", "school-end"):
        assert client.post(reverse(word, args=[link.public_id])).status_code == 404


def test_a_suspended_school_reads_and_says_why_it_cannot_confirm(
    desk: Client, school: Organisation, teacher: User, student: Profile
) -> None:
    link, skill = linked(school, teacher, student), student.claims.first().skill
    settle_standing(organisation=school, state="suspended", by=factories.staff(), reason="A reason.")
    url = reverse("student", args=[link.public_id])
    page = desk.get(url).content.decode()
    assert "is not verified now" in page
    assert 'name="confirm"' not in page
    answer = desk.post(url, {"confirm": skill.code, f"level-{skill.code}": "4"}, follow=True)
    assert "suspended" in answer.content.decode()
    assert not Claim.objects.filter(confirmer=school).exists()


def test_a_list_of_many_costs_as_many_queries_as_a_list_of_two(
    desk: Client, school: Organisation, teacher: User, django_assert_num_queries
) -> None:
    program = factories.a_program(school)

    def add(count: int) -> None:
        for _ in range(count):
            waits, stands = (factories.a_profile(user=factories.a_user()) for _ in range(2))
            ask_link(by=waits.user, organisation=school, program=program)
            link = linked(school, teacher, stands)
            StudentLink.objects.filter(pk=link.pk).update(program=program)

    add(2)
    with CaptureQueriesContext(connection) as few:
        desk.get(reverse("students"))
    add(6)
    with django_assert_num_queries(len(few)):
        desk.get(reverse("students"))
