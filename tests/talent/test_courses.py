"""The life of a course and its runs: what each step checks, changes, records, announces and refuses."""

import datetime
import threading
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.errors import InvalidInput, NotAllowed, StateForbids
from accounts.models import AuditRow, Organisation, User
from skills.models import Skill
from talent import courses
from talent.course_inputs import course_as_written, run_as_written
from talent.courses import (
    add_run,
    cancel_run,
    change_course,
    change_run,
    close_course,
    copy_course,
    courses_found,
    create_course,
    publish_course,
    put_course,
    put_run,
)
from talent.events import course_moved
from talent.models import Course, CourseRun
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def teacher() -> User:
    return factories.a_user()


@pytest.fixture
def body(teacher: User) -> Organisation:
    return factories.a_training_body(teacher)


@pytest.fixture
def skill() -> Skill:
    return factories.a_skill("DT0001")


@pytest.fixture
def moved() -> Any:
    """Every announcement that a course moved, by its key."""
    seen: list[int] = []

    def note(course: Course, **_rest: Any) -> None:
        seen.append(course.pk)

    course_moved.connect(note)
    yield seen
    course_moved.disconnect(note)


def day(ahead: int) -> str:
    return (timezone.localdate() + datetime.timedelta(days=ahead)).isoformat()


def written(**fields: Any) -> dict[str, Any]:
    rows = [{"skill": "DT0001", "level": 3, "evidence": "project"}]
    return {"title": "SQL for trade data", "language": "en", "skills": rows} | fields


def a_run(**fields: Any) -> dict[str, Any]:
    price = {"amount": "1200.5", "currency": "CNY"}
    return {"starts_on": day(10), "ends_on": day(20), "seats": 30, "price": price, "online": True} | fields


def complaints(error: InvalidInput) -> dict[str, str]:
    return {one.pointer: one.code for one in error.errors}


def test_each_step_of_a_course_and_its_run_leaves_a_row_and_announces_what_moved(
    body: Organisation, teacher: User, skill: Skill, moved: list[int]
) -> None:
    entry = [{"skill": "DT0001", "level": 1}]
    course = create_course(by=teacher, organisation=body, data=written(entry_levels=entry, weeks=6, hours=36))
    run = add_run(by=teacher, course=course, data=a_run())
    assert moved == []  # a draft concerns nobody
    publish_course(by=teacher, course=course)
    change_run(by=teacher, run=run, data={"seats": 40}, partial=True)
    cancel_run(by=teacher, run=run, why="The hall is flooded.")
    change_course(by=teacher, course=course, data={"title": "SQL"}, partial=True)
    close_course(by=teacher, course=course)
    assert moved == [course.pk] * 5
    rows = AuditRow.objects.filter(subject_id=course.public_id).order_by("id")
    assert [row.action for row in rows] == [
        *("create_course", "add_run", "publish_course", "change_run", "cancel_run", "change_course", "close_course")
    ]
    assert rows[3].after == {"run": str(run.public_id), "seats": 40}
    assert rows[4].why == "The hall is flooded."
    course.refresh_from_db()
    assert (course.status, course.revision, course.entry_levels.get().level) == ("closed", 7, 1)


def test_only_bodies_that_teach_post_courses_and_only_their_owners_and_editors(
    body: Organisation, firm: Organisation, owner: User, outsider: User, teacher: User, skill: Skill
) -> None:
    with pytest.raises(StateForbids, match="not_teaching"):
        create_course(by=owner, organisation=firm, data=written())
    course = factories.a_course(body, {skill: 3})
    run = factories.a_run(course)
    viewer = factories.a_member(body, role="viewer")
    for by in (viewer, outsider):
        for act in (
            lambda by=by: create_course(by=by, organisation=body, data=written()),
            lambda by=by: change_course(by=by, course=course, data=written()),
            lambda by=by: put_course(by=by, organisation=body, external_id="k", data=written()),
            lambda by=by: publish_course(by=by, course=course),
            lambda by=by: close_course(by=by, course=course),
            lambda by=by: copy_course(by=by, course=course),
            lambda by=by: add_run(by=by, course=course, data=a_run()),
            lambda by=by: change_run(by=by, run=run, data=a_run()),
            lambda by=by: cancel_run(by=by, run=run),
        ):
            with pytest.raises(NotAllowed):
                act()
    assert (Course.objects.count(), CourseRun.objects.count(), AuditRow.objects.count()) == (1, 1, 0)


def test_every_fault_of_a_course_is_told_at_once(body: Organisation, teacher: User, skill: Skill) -> None:
    factories.a_skill("DT0002")
    data = written(
        title="",
        weeks=521,
        hours=0,
        taught_in="xx",
        skills=[{"skill": "NOPE", "level": 9}, {"skill": "DT0002", "level": 2}],
        entry_levels=[{"skill": "DT0002", "level": 0}],
        surprise=1,
        status="published",
    )
    with pytest.raises(InvalidInput) as refused:
        create_course(by=teacher, organisation=body, data=data)
    assert complaints(refused.value) == {
        "#/title": "blank",
        "#/weeks": "max_value",
        "#/hours": "min_value",
        "#/taught_in": "invalid_choice",
        "#/skills/0/skill": "unknown",
        "#/skills/0/level": "max_value",
        "#/entry_levels/0/level": "min_value",
        "#/surprise": "unknown_field",
        "#/status": "not_writable",
    }


@pytest.mark.parametrize(("entry", "code"), [(2, None), (3, "not_below"), (4, "not_below")])
def test_what_is_asked_for_on_entry_lies_below_what_is_reached(
    body: Organisation, teacher: User, skill: Skill, entry: int, code: str | None
) -> None:
    factories.a_skill("DT0002")
    rows = [{"skill": "DT0002", "level": 5}, {"skill": "DT0001", "level": entry}]  # the first is only asked for
    data = written(entry_levels=rows)
    if code is None:
        assert create_course(by=teacher, organisation=body, data=data).entry_levels.count() == 2
        return
    with pytest.raises(InvalidInput) as refused:
        create_course(by=teacher, organisation=body, data=data)
    assert complaints(refused.value) == {"#/entry_levels/1/level": code}


def test_a_course_without_skills_is_not_published_nor_can_a_published_one_lose_them(
    body: Organisation, teacher: User, skill: Skill
) -> None:
    bare = create_course(by=teacher, organisation=body, data=written(skills=[], text="Six evenings."))
    published = factories.a_published_course(body)
    for act in (
        lambda: publish_course(by=teacher, course=bare),
        lambda: change_course(by=teacher, course=published, data={"skills": [], "text": "x"}, partial=True),
    ):
        with pytest.raises(InvalidInput) as refused:
            act()
        assert complaints(refused.value) == {"#/skills": "no_skills"}


@pytest.mark.parametrize("state", ["pending", "returned"])
def test_a_body_that_is_not_verified_prepares_drafts_and_publishes_none(
    teacher: User, skill: Skill, state: str
) -> None:
    course = create_course(by=teacher, organisation=factories.a_training_body(teacher, state), data=written())
    add_run(by=teacher, course=course, data=a_run())
    with pytest.raises(StateForbids, match="organisation_not_verified"):
        publish_course(by=teacher, course=course)


def test_a_closed_course_takes_no_change_and_no_run_and_is_copied_without_its_runs(
    body: Organisation, teacher: User, skill: Skill
) -> None:
    course = factories.a_published_course(body, {skill: 3}, external_id="C-1")
    run = factories.a_run(course)
    close_course(by=teacher, course=course)
    for act in (
        lambda: change_course(by=teacher, course=course, data=written()),
        lambda: add_run(by=teacher, course=course, data=a_run()),
        lambda: change_run(by=teacher, run=run, data=a_run()),
        lambda: publish_course(by=teacher, course=course),
    ):
        with pytest.raises(StateForbids, match="closed"):
            act()
    copy = copy_course(by=teacher, course=course)
    assert (copy.status, copy.external_id, copy.runs.count()) == ("draft", None, 0)
    assert course_as_written(copy) | {"external_id": "C-1"} == course_as_written(course)


def test_a_copy_is_made_once_under_the_id_it_was_asked_with(body: Organisation, teacher: User) -> None:
    course = factories.a_published_course(body)
    copy = copy_course(by=teacher, course=course)
    with pytest.raises(StateForbids, match="copied_already"):
        copy_course(by=teacher, course=course, public_id=copy.public_id)
    assert Course.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "places"),
    [
        ({"starts_on": day(-1)}, {"#/starts_on": "passed"}),
        ({"ends_on": day(9)}, {"#/ends_on": "order"}),
        ({"seats": 3, "taken": 4}, {"#/seats": "below_taken"}),
        ({"seats": 0}, {"#/seats": "min_value"}),
        ({"price": {"amount": "1.005"}}, {"#/price/amount": "max_decimal_places"}),
        ({"price": {"amount": -1}}, {"#/price/amount": "min_value"}),
        ({"price": {"amount": "1e3"}}, {"#/price/amount": "invalid"}),
        ({"price": {"amount": "99999999999.99"}}, {"#/price/amount": "max_digits"}),
        ({"seats": "3_0"}, {"#/seats": "invalid"}),
        (
            {"price": {"amount": "NaN", "currency": "yuan"}},
            {"#/price/amount": "invalid", "#/price/currency": "invalid"},
        ),
        ({"price": None}, {"#/price": "null"}),
        ({"online": False}, {"#/city": "place_or_online"}),
        ({"city": "atlantis"}, {"#/city": "unknown"}),
        ({"base": "x"}, {"#/base": "invalid"}),
    ],
)
def test_what_is_wrong_with_a_run_is_told_beside_its_field(
    body: Organisation, teacher: User, skill: Skill, changes: dict[str, Any], places: dict[str, str]
) -> None:
    course = factories.a_course(body, {skill: 3})
    with pytest.raises(InvalidInput) as refused:
        add_run(by=teacher, course=course, data=a_run(**changes))
    assert complaints(refused.value) == places
    assert not CourseRun.objects.exists()


def test_a_run_takes_place_at_an_open_base_of_the_same_organisation_and_in_its_city(
    body: Organisation, teacher: User, skill: Skill
) -> None:
    course = factories.a_course(body, {skill: 3})
    base = factories.a_training_base(body)
    closed = factories.a_training_base(body, closed_at=timezone.now())
    strange = factories.a_training_base(factories.a_training_body())
    elsewhere = factories.a_city("shenzhen", "Shenzhen", "深圳")
    for at, city, place in (
        (closed, None, {"#/base": "closed"}),
        (strange, None, {"#/base": "unknown"}),
        (base, elsewhere.code, {"#/city": "not_at_base"}),
    ):
        with pytest.raises(InvalidInput) as refused:
            add_run(by=teacher, course=course, data=a_run(online=False, base=str(at.public_id), city=city))
        assert complaints(refused.value) == place
    run = add_run(by=teacher, course=course, data=a_run(online=False, base=str(base.public_id)))
    assert run.city == base.city
    other = factories.a_training_base(body, city=elsewhere)
    run = change_run(by=teacher, run=run, data={"base": str(other.public_id)}, partial=True)
    assert (run.base, run.city) == (other, elsewhere)


def test_seats_are_never_fewer_than_those_taken_and_what_is_not_given_stays_taken(
    body: Organisation, teacher: User, skill: Skill
) -> None:
    run = factories.a_run(factories.a_course(body, {skill: 3}), seats=20, taken=12)
    with pytest.raises(InvalidInput) as refused:
        change_run(by=teacher, run=run, data=a_run(seats=11))
    assert complaints(refused.value) == {"#/seats": "below_taken"}
    assert "12 seats are taken already." in str(refused.value.errors[0].detail)
    assert change_run(by=teacher, run=run, data=a_run(seats=12)).taken == 12


def test_a_run_that_has_begun_changes_but_starts_no_earlier(body: Organisation, teacher: User, skill: Skill) -> None:
    run = factories.a_run(factories.a_course(body, {skill: 3}), days_ahead=-3)
    assert change_run(by=teacher, run=run, data={"taken": 5}, partial=True).taken == 5
    with pytest.raises(InvalidInput) as refused:
        change_run(by=teacher, run=run, data={"starts_on": day(-4)}, partial=True)
    assert complaints(refused.value) == {"#/starts_on": "passed"}


def test_a_cancelled_run_stays_and_changes_no_more(body: Organisation, teacher: User, skill: Skill) -> None:
    course = factories.a_published_course(body, {skill: 3})
    run, past = factories.a_run(course), factories.a_run(course, days_ahead=-30)
    assert list(CourseRun.objects.open_on(timezone.localdate())) == [run]
    cancel_run(by=teacher, run=run)
    assert not CourseRun.objects.open_on(timezone.localdate()).exists()
    with pytest.raises(StateForbids, match="already_cancelled"):
        cancel_run(by=teacher, run=run)
    with pytest.raises(StateForbids, match="cancelled"):
        change_run(by=teacher, run=run, data={"seats": 5}, partial=True)
    with pytest.raises(StateForbids, match="over"):
        cancel_run(by=teacher, run=past)


def test_the_same_put_again_changes_nothing_runs_included(
    body: Organisation, teacher: User, skill: Skill, moved: list[int]
) -> None:
    data = written(runs=[a_run(external_id="spring"), a_run(external_id="autumn", seats=10)])
    course, made = put_course(by=teacher, organisation=body, external_id="C-1", data=data)
    assert made
    publish_course(by=teacher, course=course)
    stand = (Course.objects.get().revision, AuditRow.objects.count(), len(moved))
    again, made = put_course(by=teacher, organisation=body, external_id="C-1", data=data)
    run, new = put_run(by=teacher, course=again, external_id="spring", data=a_run())
    assert (again.pk, made, new) == (course.pk, False, False)
    assert (Course.objects.get().revision, AuditRow.objects.count(), len(moved)) == stand
    assert run_as_written(run)["price"] == {"amount": "1200.50", "currency": "CNY"}
    put_course(by=teacher, organisation=body, external_id="C-1", data=written(runs=[a_run(external_id="x")]))
    assert sorted(course.runs.values_list("external_id", flat=True)) == ["autumn", "spring", "x"]


def test_runs_inside_a_course_are_wrong_at_their_place_and_then_nothing_is_written(
    body: Organisation, teacher: User, skill: Skill
) -> None:
    runs = [a_run(external_id="a"), a_run(external_id="a"), a_run(), a_run(external_id="d", seats=0), "run"]
    wrong = {
        "#/runs/1/external_id": "twice",
        "#/runs/2/external_id": "required",
        "#/runs/3/seats": "min_value",
        "#/runs/4": "invalid",
    }
    for title, more in (("SQL", {}), ("", {"#/title": "blank"})):
        with pytest.raises(InvalidInput) as refused:
            put_course(by=teacher, organisation=body, external_id="C-1", data=written(runs=runs, title=title))
        assert complaints(refused.value) == more | wrong
    assert not Course.objects.exists()
    assert not AuditRow.objects.exists()


def test_a_key_is_taken_once_a_body_and_once_a_course(body: Organisation, teacher: User, skill: Skill) -> None:
    course = create_course(by=teacher, organisation=body, data=written(external_id="k"))
    with pytest.raises(InvalidInput) as refused:
        create_course(by=teacher, organisation=body, data=written(external_id="k"))
    assert complaints(refused.value) == {"#/external_id": "taken"}
    add_run(by=teacher, course=course, data=a_run(external_id="r"))
    with pytest.raises(InvalidInput) as refused:
        add_run(by=teacher, course=course, data=a_run(external_id="r"))
    assert complaints(refused.value) == {"#/external_id": "taken"}


def test_a_key_that_comes_up_in_the_same_moment_is_no_error(
    body: Organisation, teacher: User, skill: Skill, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two calls at once both find no course; the second then finds the first one's."""
    create = courses.create_course

    def meanwhile(**given: Any) -> Course:
        monkeypatch.setattr(courses, "create_course", create)
        create(**given)
        return create(**given)

    monkeypatch.setattr(courses, "create_course", meanwhile)
    _course, made = put_course(by=teacher, organisation=body, external_id="k", data=written())
    assert not made
    assert Course.objects.count() == 1


def test_courses_are_found_by_one_run_that_has_all_that_is_asked(body: Organisation, skill: Skill) -> None:
    foshan = factories.a_city()
    wanted = factories.a_published_course(body, {skill: 3})
    factories.a_run(wanted, 40, city=foshan, online=False)
    split = factories.a_published_course(body, {skill: 2})
    factories.a_run(split, 40)
    factories.a_run(split, 5, city=foshan, online=False)
    factories.a_run(split, 60, city=foshan, online=False, cancelled_at=timezone.now())
    late = timezone.localdate() + datetime.timedelta(days=30)
    everything = Course.objects.published()
    assert list(courses_found(everything, city="foshan", online=False, starts_after=late)) == [wanted]
    assert set(courses_found(everything, city="foshan")) == {wanted, split}
    assert set(courses_found(everything, online=True)) == {split}
    assert not courses_found(everything, skill=factories.a_skill().code).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="two real connections that lock rows")
def test_seats_lowered_and_seats_taken_in_the_same_moment_never_cross(teacher: User) -> None:
    body = factories.a_training_body(teacher)
    run = factories.a_run(factories.a_course(body, {factories.a_skill(): 3}), seats=20, taken=5)
    told: list[str] = []
    start = threading.Barrier(2)

    def change(**data: int) -> None:
        try:
            start.wait()
            change_run(by=teacher, run=run, data=data, partial=True)
        except InvalidInput as wrong:
            told.append(wrong.errors[0].code)
        finally:
            connection.close()

    hands = [threading.Thread(target=change, kwargs=data) for data in ({"seats": 8}, {"taken": 15})]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    run.refresh_from_db()
    assert told == ["below_taken"]
    assert run.taken <= run.seats
