"""Two programs of one partner at the same moment, on two real connections: one object, one answer each, no crash."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from rest_framework.response import Response

from accounts.errors import StateForbids
from accounts.models import AuditRow, Organisation
from accounts.organisations import settle_standing
from enterprises.models import Assessment, Need
from enterprises.questionnaire import DIMENSIONS
from talent.links import answer_link, ask_link, links_of_person
from talent.models import Claim, Course, CourseRun, Expert, Program, TrainingBase
from tests import factories

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="two real connections"),
]
WRITTEN = {"title": "T", "text": "t", "language": "en"}


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each of them gives, or raises, begun in the same moment."""
    start, given = threading.Barrier(len(acts)), [None] * len(acts)

    def go(place: int, act: Callable[[], Any]) -> None:
        start.wait()
        try:
            given[place] = act()
        except StateForbids as refused:
            given[place] = refused.code
        finally:
            connection.close()

    hands = [threading.Thread(target=go, args=pair) for pair in enumerate(acts)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    return given


def told(answers: list[Response]) -> list[tuple[int, str]]:
    return sorted((answer.status_code, answer.data.get("code", "")) for answer in answers)


def a_run(**fields: Any) -> dict[str, Any]:
    price = {"amount": "12", "currency": "CNY"}
    return {"starts_on": "2099-03-01", "ends_on": "2099-04-01", "seats": 30, "price": price, "online": True} | fields


@pytest.mark.parametrize("kind", ["needs", "courses", "programs", "experts", "bases", "readiness"])
def test_the_same_put_by_key_makes_one_and_the_second_changes_nothing(api: Any, kind: str) -> None:
    owner, skill = factories.a_user(), factories.a_skill("T1")
    body = (factories.a_firm if kind in ("needs", "readiness") else factories.a_school)(owner)
    factories.a_city()
    reached = [{"skill": skill.code, "level": 3}]
    sent: dict[str, Any] = {
        "needs": WRITTEN | {"kind": "job", "skills": [{"skill": skill.code, "min_level": 3}]},
        "courses": WRITTEN | {"skills": reached, "runs": [a_run(external_id="spring")]},
        "programs": WRITTEN | {"study": "bachelor", "skills": reached},
        "experts": {"name": {"en": "E"}, "language": "en", "skills": reached},
        "bases": {"name": {"en": "B"}, "city": "foshan"},
        "readiness": {"answers": {question.code: 2 for group in DIMENSIONS for question in group.questions}},
    }[kind]
    model = {"needs": Need, "courses": Course, "programs": Program, "experts": Expert, "bases": TrainingBase}
    one, two = api(owner), api(owner)
    place = f"/api/v1/organisations/{body.public_id}/{kind}/K-1/"
    before = AuditRow.objects.filter(organisation=body).count()
    answers = at_once(*(lambda client=client: client.put(place, sent, format="json") for client in (one, two)))
    assert told(answers) == [(200, ""), (201, "")]
    assert answers[0].data["id"] == answers[1].data["id"]
    assert model.get(kind, Assessment).objects.filter(organisation=body).count() == 1
    assert AuditRow.objects.filter(organisation=body).count() == before + 1 + (kind == "courses")
    assert CourseRun.objects.count() == (kind == "courses")


@pytest.mark.parametrize("kind", ["needs", "courses", "programs", "experts"])
def test_of_two_who_publish_one_is_told_that_it_is_done(api: Any, kind: str) -> None:
    owner, skill = factories.a_user(), factories.a_skill("T1")
    posted: Any = {
        "needs": lambda: factories.a_need(factories.a_firm(owner), {skill: 3}),
        "courses": lambda: factories.a_course(factories.a_school(owner), {skill: 3}),
        "programs": lambda: factories.a_program(factories.a_school(owner), {skill: 3}),
        "experts": lambda: factories.an_expert(organisation=factories.a_school(owner)),
    }[kind]()
    one, two = api(owner), api(owner)
    place = f"/api/v1/{kind}/{posted.public_id}/publish/"
    assert told(at_once(lambda: one.post(place), lambda: two.post(place))) == [(200, ""), (409, "already_published")]
    assert AuditRow.objects.filter(subject_id=posted.public_id).count() == 1
    posted.refresh_from_db()
    assert (posted.status, posted.revision) == ("published", 2)


def test_of_two_bodies_with_one_credit_code_one_is_verified() -> None:
    code, staff = factories.a_credit_code(), factories.staff()
    bodies = [factories.a_firm(factories.a_user(), "pending", credit_code=code) for _ in range(2)]

    def verify(body: Organisation) -> str:
        return settle_standing(organisation=body, state="verified", by=staff, reason="Fine.").state

    outcomes = at_once(*(lambda body=body: verify(body) for body in bodies))
    assert sorted(outcomes) == ["credit_code_taken", "verified"]
    assert sorted(Organisation.objects.values_list("state", flat=True)) == ["pending", "verified"]


def test_a_school_and_a_student_who_ask_each_other_are_never_told_what_is_not_so(api: Any) -> None:
    dean = factories.a_user()
    school, profile = factories.a_school(dean), factories.a_profile()
    one, two = api(dean), api(profile.user)
    answers = at_once(
        lambda: one.post(f"/api/v1/organisations/{school.public_id}/students/", {"email": profile.user.email}, "json"),
        lambda: two.post("/api/v1/profiles/me/links/", {"organisation": str(school.public_id)}, format="json"),
    )
    assert told(answers) == [(201, ""), (202, "")]
    assert links_of_person(profile).get().state in ("asked", "confirmed")


def test_two_who_confirm_one_skill_make_one_claim(api: Any) -> None:
    dean, skill = factories.a_user(), factories.a_skill("T1")
    school, profile = factories.a_school(dean), factories.a_profile()
    link = answer_link(by=dean, link=ask_link(by=profile.user, organisation=school), accept=True)
    place = f"/api/v1/organisations/{school.public_id}/students/{link.public_id}/claims/"
    one, two = api(dean), api(factories.a_member(school))
    sent = {"skill": skill.code}
    answers = at_once(
        lambda: one.post(place, sent | {"level": 3}, format="json"),
        lambda: two.post(place, sent | {"level": 4}, format="json"),
    )
    assert told(answers) == [(200, ""), (200, "")]
    assert Claim.objects.filter(profile=profile, confirmer=school).count() == 1
