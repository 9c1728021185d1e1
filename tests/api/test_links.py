"""Links of students and what schools confirm, over the API."""

import pytest

from accounts.organisations import settle_standing
from talent.links import answer_link, ask_link, ask_student
from talent.models import Claim, StudentLink
from tests import factories

from .conftest import ME, faults

MINE = f"{ME}links/"


@pytest.fixture
def teacher(db):
    return factories.a_user("teacher@school.example")


@pytest.fixture
def school(teacher):
    return factories.a_school(teacher)


def students(school, *words):
    return "/".join(["/api/v1/organisations", str(school.public_id), "students", *map(str, words), ""])


@pytest.fixture
def linked(school, teacher, student):
    return answer_link(by=teacher, link=ask_link(by=student.user, organisation=school), accept=True)


def test_the_whole_way_of_a_link_that_the_student_asked(api, school, teacher, student):
    program = factories.a_published_program(school)
    asked = {"organisation": str(school.public_id), "program": str(program.public_id)}
    made = api(student.user).post(MINE, asked, format="json")
    assert (made.status_code, made.data["state"], made.data["asked_by"]) == (201, "asked", "student")
    assert made["Location"].endswith(f"{MINE}{made.data['id']}/")
    assert api(student.user).get(made["Location"]).json()["organisation"]["id"] == str(school.public_id)
    [seen] = api(teacher).get(students(school)).json()["results"]
    assert {"id", "name", "program", "state", "asked_by", "asked_at", "answered_at", "ended_at"} == set(seen)
    assert (seen["name"], seen["program"]["title"]) == ("Yitong Example", program.title)
    yes = api(teacher).post(students(school, seen["id"], "answer"), {"accept": True}, format="json")
    assert (yes.status_code, yes.data["state"]) == (200, "confirmed")
    again = api(teacher).post(students(school, seen["id"], "answer"), {"accept": True}, format="json")
    assert (again.status_code, again.data["code"]) == (409, "not_asked")
    ended = api(student.user).post(f"{MINE}{seen['id']}/end/")
    assert (ended.status_code, ended.data["state"]) == (200, "ended")
    assert api(teacher).get(students(school)).json()["results"] == []


def test_a_school_asks_an_address_and_learns_nothing(api, school, teacher, student):
    answers = [
        api(teacher).post(students(school), {"email": email}, format="json")
        for email in (student.user.email, "nobody@nowhere.example")
    ]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].content == answers[1].content
    assert api(teacher).get(students(school)).json()["results"] == []
    link = StudentLink.objects.get()
    for word in ("", "answer", "end", "claims"):
        address = students(school, link.public_id, *([word] if word else []))
        client = api(teacher)
        answer = client.get(address) if word in ("", "claims") else client.post(address, {"accept": True}, "json")
        assert answer.status_code == 404
    assert api(student.user).post(f"{MINE}{link.public_id}/answer/", {"accept": True}, "json").status_code == 200
    assert len(api(teacher).get(students(school), {"state": "confirmed"}).json()["results"]) == 1


def test_a_school_takes_a_question_back_by_address_and_learns_nothing(api, school, teacher, student):
    client = api(teacher)
    assert client.post(students(school), {"email": student.user.email}, format="json").status_code == 202
    answers = [
        client.post(students(school, "take-back"), {"email": email}, format="json")
        for email in (student.user.email, "nobody@nowhere.example", student.user.email)
    ]
    assert [answer.status_code for answer in answers] == [202] * 3
    assert len({answer.content for answer in answers}) == 1
    assert StudentLink.objects.get().state == "ended"
    assert faults(client.post(students(school, "take-back"), {"email": "x"}, format="json")) == {"#/email": "invalid"}


def test_what_is_wrong_is_told_at_its_place(api, school, teacher, student, firm):
    other = factories.a_published_program(factories.a_school())
    asked = {"organisation": str(firm.public_id), "program": "x"}
    assert faults(api(student.user).post(MINE, asked, format="json")) == {
        "#/organisation": "unknown",
        "#/program": "unknown",
    }
    asked = {"organisation": str(school.public_id), "program": str(other.public_id)}
    assert faults(api(student.user).post(MINE, asked, format="json")) == {"#/program": "of_another"}
    assert faults(api(teacher).post(students(school), {"email": "x", "name": "y"}, format="json")) == {
        "#/email": "invalid",
        "#/name": "unknown_field",
    }
    link = ask_link(by=student.user, organisation=school)
    answer = api(teacher).post(students(school, link.public_id, "answer"), {}, format="json")
    assert faults(answer) == {"#/accept": "required"}


def test_confirming_is_idempotent_and_hides_the_persons_notes(api, school, teacher, student, linked):
    Claim.objects.update(evidence="My own note.")
    skill = student.claims.first().skill
    address = students(school, linked.public_id, "claims")
    assert len(api(teacher).get(address).json()["claims"]) == 3
    for _ in range(2):
        answer = api(teacher).post(address, {"skill": skill.code, "level": 5, "evidence": "Exam"}, format="json")
        assert answer.status_code == 200
    assert "My own note." not in answer.content.decode()
    own = [claim for claim in answer.json()["claims"] if claim["confirmed_by"]]
    assert [(claim["level"], claim["source"], claim["evidence"]) for claim in own] == [(5, "university", "Exam")]
    mine = [claim for claim in api(student.user).get(ME).json()["claims"] if claim["confirmed_by"]]
    assert mine == own
    assert faults(api(teacher).post(address, {"skill": "lost", "level": 6}, format="json")) == {
        "#/skill": "unknown",
        "#/level": "max_value",
    }
    assert api(teacher).delete(f"{address}{skill.code}/").status_code == 204
    assert api(teacher).delete(f"{address}{skill.code}/").status_code == 404


def test_who_may_what(api, school, teacher, student, linked, outsider):
    skill = student.claims.first().skill
    claims = students(school, linked.public_id, "claims")
    body = {"skill": skill.code, "level": 4}
    viewer = factories.a_member(school, role="viewer")
    for user in (outsider, viewer, student.user):
        client = api(user)
        assert client.get(students(school)).status_code == 403
        assert client.post(students(school), {"email": "a@b.example"}, format="json").status_code == 403
        assert client.get(claims).status_code == 403
        assert client.post(claims, body, format="json").status_code == 403
        assert client.delete(f"{claims}{skill.code}/").status_code == 403
    assert api().get(students(school)).status_code == 401
    assert api(teacher).get(MINE).status_code == 404  # no profile
    other = factories.a_profile(user=factories.a_user())
    assert api(other.user).get(f"{MINE}{linked.public_id}/").status_code == 404
    elsewhere = factories.a_user()
    assert api(elsewhere).get(students(factories.a_school(elsewhere), linked.public_id)).status_code == 404
    # Nobody answers what they asked.
    ask_student(by=teacher, organisation=school, email=other.user.email)
    asked = ask_link(by=other.user, organisation=factories.a_school())
    answer = api(other.user).post(f"{MINE}{asked.public_id}/answer/", {"accept": True}, format="json")
    assert (answer.status_code, answer.data["code"]) == (403, "other_side")


def test_a_suspended_schools_token_confirms_nothing(api, school, teacher, student, linked):
    client, skill = api(teacher), student.claims.first().skill
    settle_standing(organisation=school, state="suspended", by=factories.staff(), reason="A reason.")
    address = students(school, linked.public_id, "claims")
    assert client.get(address).status_code == 200
    assert client.post(address, {"skill": skill.code, "level": 4}, format="json").status_code in (403, 409)
    assert not Claim.objects.filter(confirmer=school).exists()
