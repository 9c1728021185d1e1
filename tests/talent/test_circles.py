"""No program becomes one that nobody can begin: not by what it takes in, nor by a course that changes afterwards."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.errors import InvalidInput
from accounts.models import AuditRow, Organisation, User
from skills.models import Skill
from talent.courses import change_course, put_course
from talent.models import Course, Program
from talent.programs import change_program, close_program, copy_program, create_program, publish_program
from tests import factories

pytestmark = pytest.mark.django_db


class Trade:
    """A school with two courses that a program can take in, the second one after the first."""

    def __init__(self, dean: User) -> None:
        self.dean = dean
        self.school: Organisation = factories.a_school(dean)
        self.sql, self.ads = factories.a_skill("T1", "SQL", "SQL"), factories.a_skill("T2", "Ads", "广告")
        self.first: Course = factories.a_published_course(self.school, {self.sql: 3}, title="Tables")
        self.second: Course = factories.a_published_course(self.school, {self.ads: 3}, {self.sql: 2}, title="Shops")

    def program(self, school: Organisation | None = None, **fields: Any) -> Program:
        program = factories.a_program(school or self.school, {self.ads: 3}, **{"title": "Digital trade"} | fields)
        for place, course in enumerate((self.first, self.second)):
            program.places.create(course=course, position=place)
        return program

    def written(self, **fields: Any) -> dict[str, Any]:
        ids = [str(course.public_id) for course in (self.first, self.second)]
        return {"title": "T", "text": "t", "language": "en", "study": "bachelor", "courses": ids} | fields

    def close_the_circle(self, **fields: Any) -> Course:
        """What the first course gives, one then needs the second for."""
        data = {"entry_levels": asks(self.ads)} | fields
        return change_course(by=self.dean, course=self.first, data=data, partial=True)


def asks(skill: Skill, level: int = 2) -> list[dict[str, Any]]:
    return [{"skill": skill.code, "level": level}]


@pytest.fixture
def trade(owner: User) -> Trade:
    return Trade(owner)


def faults(act: Callable[[], Any]) -> dict[str, tuple[str, str]]:
    with pytest.raises(InvalidInput) as refused:
        act()
    return {one.pointer: (one.code, str(one.detail)) for one in refused.value.errors}


SAID = (
    "Nobody could begin “Digital trade” any more. “Tables”: "
    "It asks for Ads at level 2, which only “Shops” gives; that one waits for this."
)


@pytest.mark.parametrize("publish", [False, True])
def test_a_course_does_not_close_a_circle_in_a_program_of_its_school(trade: Trade, publish: bool) -> None:
    program = trade.program()
    if publish:
        publish_program(by=trade.dean, program=program)
    before = AuditRow.objects.count()
    assert faults(trade.close_the_circle) == {"#/entry_levels": ("circle", SAID)}
    trade.first.refresh_from_db()
    assert (trade.first.revision, trade.first.entry_levels.count()) == (2, 0)
    assert AuditRow.objects.count() == before
    change_course(by=trade.dean, course=trade.first, data={"title": "Sums", "skills": asks(trade.sql)}, partial=True)


def test_nor_by_giving_less_than_before(trade: Trade) -> None:
    basics = factories.a_course(trade.school, {trade.ads: 2}, title="Basics")
    trade.program().places.create(course=basics, position=2)
    trade.close_the_circle()  # the basics give what it asks for
    told = faults(
        lambda: change_course(by=trade.dean, course=basics, data={"skills": asks(trade.ads, 1)}, partial=True)
    )
    assert told == {"#/skills": ("circle", SAID)}


def test_a_program_that_is_closed_or_of_another_school_hinders_nobody_and_is_not_named(trade: Trade) -> None:
    close_program(by=trade.dean, program=trade.program(title="Closed"))
    trade.program(factories.a_school(), title="Elsewhere")  # no form writes it
    assert trade.close_the_circle().entry_levels.count() == 1


def test_where_a_circle_is_already_the_courses_still_change(trade: Trade) -> None:
    closed = close_program(by=trade.dean, program=trade.program())
    trade.close_the_circle()
    copied = copy_program(by=trade.dean, program=closed)
    change_course(by=trade.dean, course=trade.first, data={"entry_levels": asks(trade.ads, 3)}, partial=True)
    # Such a copy is not published before it is mended.
    assert {
        at: code for at, (code, _said) in faults(lambda: publish_program(by=trade.dean, program=copied)).items()
    } == {"#/courses/0": "circle"}
    change_course(by=trade.dean, course=trade.first, data={"entry_levels": []}, partial=True)
    publish_program(by=trade.dean, program=copied)


def test_by_its_key_a_course_is_refused_with_its_runs_and_all_is_told(trade: Trade) -> None:
    Course.objects.filter(pk=trade.first.pk).update(external_id="C-1")
    trade.program()
    data = {"title": "New", "language": "en", "skills": asks(trade.sql, 3), "entry_levels": asks(trade.ads)}
    data["runs"] = [{"external_id": "r", "seats": 0}]
    told = faults(lambda: put_course(by=trade.dean, organisation=trade.school, external_id="C-1", data=data))
    assert told["#/entry_levels"][0] == "circle"
    assert "#/runs/0/seats" in told
    trade.first.refresh_from_db()
    assert (trade.first.title, trade.first.runs.count()) == ("Tables", 0)


def test_over_the_api_it_is_told_at_its_place_in_the_readers_language(trade: Trade, api: Any) -> None:
    trade.program()
    address = f"/api/v1/courses/{trade.first.public_id}/"
    answer = api(trade.dean).patch(address, {"entry_levels": asks(trade.ads)}, format="json")
    assert answer.status_code == 422
    assert [(one["pointer"], one["code"], one["detail"]) for one in answer.data["errors"]] == [
        ("#/entry_levels", "circle", SAID)
    ]
    assert api(trade.dean).get(address).data["entry_levels"] == []


@pytest.mark.parametrize("do", ["save", "publish"])
def test_on_the_page_it_is_told_beside_the_skills_and_what_was_typed_stays(
    trade: Trade, client: Client, do: str
) -> None:
    draft = factories.a_course(trade.school, {trade.sql: 3}, title="Tables")
    program = factories.a_program(trade.school, title="Digital trade")
    program.places.create(course=draft, position=0)
    program.places.create(course=trade.second, position=1)
    client.force_login(trade.dean)
    rows = {"skill-0": trade.sql.code, "level-0": "3", "skill-1": trade.ads.code, "entry-1": "2", "level-1": ""}
    typed = {"title": "Tables, again", "text": "", "language": "en", "taught_in": "zh", "do": do} | rows
    answer = client.post(reverse("course-change", args=[draft.public_id]), typed)
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"skills": [SAID.replace("“Tables”", "“Tables, again”")]}
    page = answer.content.decode()
    assert 'value="Tables, again"' in page
    assert '<option value="2" selected>' in page
    draft.refresh_from_db()
    assert (draft.title, draft.status, draft.entry_levels.count()) == ("Tables", "draft", 0)


# Two at once ----------------------------------------------------------------------------------------------------------
def _waits(act: Callable[[], Any]) -> bool:
    """Whether it waits for what another connection holds, told by a short limit on waiting for locks."""
    told: list[bool] = []

    def go() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '100ms'")
            act()
            told.append(False)
        except OperationalError as refused:
            told.append("lock timeout" in str(refused))
        finally:
            connection.close()

    hand = threading.Thread(target=go)
    hand.start()
    hand.join()
    return told == [True]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="two real connections that lock rows")
@pytest.mark.parametrize("way", ["program made", "program changed", "other course"])
def test_who_could_close_a_circle_while_another_closes_half_of_it_waits_and_is_refused(way: str) -> None:
    trade = Trade(factories.a_user())
    program = trade.program() if way == "other course" else factories.a_program(trade.school, {trade.ads: 3})
    if way == "other course":
        change_course(by=trade.dean, course=trade.second, data={"entry_levels": []}, partial=True)
    ids = {"courses": trade.written()["courses"]}
    other = {
        "program made": lambda: create_program(by=trade.dean, organisation=trade.school, data=trade.written()),
        "program changed": lambda: change_program(by=trade.dean, program=program, data=ids, partial=True),
        "other course": lambda: change_course(
            by=trade.dean, course=trade.second, data={"entry_levels": asks(trade.sql)}, partial=True
        ),
    }[way]
    for one, two in ((trade.close_the_circle, other), (other, trade.close_the_circle)):
        with transaction.atomic():
            one()
            assert _waits(two)
            transaction.set_rollback(True)
    trade.close_the_circle()
    with pytest.raises(InvalidInput):
        other()
