"""The life of a program and its intakes: what each step checks, changes, records, announces and refuses."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from accounts.errors import InvalidInput, NotAllowed, StateForbids
from accounts.models import AuditRow, Organisation, User
from talent.events import program_moved
from talent.models import Claim, Intake, Program
from talent.programs import (
    add_intake,
    change_intake,
    change_program,
    close_program,
    copy_program,
    create_program,
    publish_program,
    put_program,
    remove_intake,
)
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def school(owner: User) -> Organisation:
    return factories.a_school(owner)


@pytest.fixture
def moves() -> Iterator[list[str]]:
    """The state of every program that was announced."""
    seen: list[str] = []

    def hear(sender: Any, program: Program, **_: Any) -> None:
        seen.append(program.status)

    program_moved.connect(hear)
    yield seen
    program_moved.disconnect(hear)


def written(**fields: Any) -> dict[str, Any]:
    return {"title": "Digital trade", "text": "Two terms.", "language": "en", "study": "bachelor"} | fields


def intake(**fields: Any) -> dict[str, Any]:
    """An intake as it is written: it enrols in June and July and starts in September."""
    days = {"enrols_from": "2027-06-01", "enrols_until": "2027-07-31", "starts_on": "2027-09-01"}
    return days | {"ends_on": "2031-06-30", "places": 120, "graduates": 112} | fields


def faults(act: Any) -> dict[str, str]:
    with pytest.raises(InvalidInput) as refused:
        act()
    return {one.pointer: one.code for one in refused.value.errors}


def test_a_program_is_written_published_changed_and_closed_and_each_step_leaves_its_row_and_is_announced(
    school: Organisation, owner: User, moves: list[str]
) -> None:
    skill = factories.a_skill("DT0001")
    data = written(skills=[{"skill": "DT0001", "level": 3, "evidence": "Year two."}], intakes=[intake()])
    program = create_program(by=owner, organisation=school, data=data)
    change_program(by=owner, program=program, data={"title": "Digital trade (B.B.A.)"}, partial=True)
    assert moves == []
    program = publish_program(by=owner, program=program)
    program = change_program(by=owner, program=program, data={"major_code": "120803T"}, partial=True)
    assert program.intakes.get().places == 120
    program = close_program(by=owner, program=program, why="Merged.")
    assert (program.status, program.claims.get().skill) == (Program.Status.CLOSED, skill)
    assert moves == ["published", "published", "closed"]
    rows = AuditRow.objects.filter(subject_id=program.public_id).order_by("id")
    assert [(row.action, row.why) for row in rows] == [
        ("create_program", ""),
        ("change_program", ""),
        ("publish_program", ""),
        ("change_program", ""),
        ("close_program", "Merged."),
    ]


def test_the_same_call_by_key_again_changes_nothing_and_intakes_keep_their_ids(
    school: Organisation, owner: User
) -> None:
    factories.a_skill("DT0001")
    course = factories.a_course(school, {})
    factories.a_city()
    data = written(
        skills=[{"skill": "DT0001", "level": 3}],
        courses=[str(course.public_id)],
        city="foshan",
        intakes=[intake(external_id="later", starts_on="2028-09-01", enrols_from=None, enrols_until=None), intake()],
    )
    program, made = put_program(by=owner, organisation=school, external_id="P-7", data=data)
    ids = set(program.intakes.values_list("public_id", flat=True))
    again, made_again = put_program(by=owner, organisation=school, external_id="P-7", data=data)
    assert (made, made_again, again.pk, again.revision) == (True, False, program.pk, 1)
    assert AuditRow.objects.filter(subject_id=program.public_id).count() == 1
    data["intakes"][0]["starts_on"] = "2028-10-01"
    data["intakes"][1]["places"] = 130
    put_program(by=owner, organisation=school, external_id="P-7", data=data)
    assert set(program.intakes.values_list("public_id", flat=True)) == ids
    without = {name: value for name, value in data.items() if name != "intakes"}
    put_program(by=owner, organisation=school, external_id="P-7", data=without)
    assert program.intakes.count() == 2
    put_program(by=owner, organisation=school, external_id="P-7", data=data | {"intakes": []})
    assert not program.intakes.exists()


@pytest.mark.parametrize("kind", ["enterprise", "training_base"])
def test_only_a_school_posts_programs(owner: User, kind: str) -> None:
    with pytest.raises(StateForbids, match="not_a_school"):
        create_program(by=owner, organisation=factories.a_firm(owner, kind=kind), data=written())


def test_a_viewer_changes_nothing_and_who_is_no_member_neither(school: Organisation, outsider: User) -> None:
    program = factories.a_program(school)
    start = add_intake(by=factories.a_member(school), program=program, data=intake())
    for person in (factories.a_member(school, role="viewer"), outsider):
        for act in (
            lambda by: create_program(by=by, organisation=school, data=written()),
            lambda by: put_program(by=by, organisation=school, external_id="x", data=written()),
            lambda by: change_program(by=by, program=program, data=written()),
            lambda by: publish_program(by=by, program=program),
            lambda by: close_program(by=by, program=program),
            lambda by: copy_program(by=by, program=program),
            lambda by: add_intake(by=by, program=program, data=intake()),
            lambda by: change_intake(by=by, intake=start, data=intake()),
            lambda by: remove_intake(by=by, intake=start),
        ):
            with pytest.raises(NotAllowed):
                act(person)
    program.refresh_from_db()
    assert (program.status, Program.objects.count(), Intake.objects.count()) == (Program.Status.DRAFT, 1, 1)


def test_publishing_wants_a_verified_school_and_a_skill_and_a_published_program_keeps_one(owner: User) -> None:
    pending = factories.a_school(owner, state="pending")
    with pytest.raises(StateForbids, match="organisation_not_verified"):
        publish_program(by=owner, program=factories.a_program(pending))
    school = factories.a_school(owner)
    bare = factories.a_program(school, {})
    assert faults(lambda: publish_program(by=owner, program=bare)) == {"#/skills": "no_skills"}
    published = factories.a_published_program(school)
    emptied: dict[str, Any] = {"skills": []}
    assert faults(lambda: change_program(by=owner, program=published, data=emptied, partial=True)) == {
        "#/skills": "no_skills"
    }
    with pytest.raises(StateForbids, match="already_published"):
        publish_program(by=owner, program=published)


def test_what_is_closed_no_longer_changes(school: Organisation, owner: User, moves: list[str]) -> None:
    program = factories.a_program(school)
    start = add_intake(by=owner, program=program, data=intake())
    close_program(by=owner, program=program)
    assert moves == []  # a draft was in no list
    for act in (
        lambda: change_program(by=owner, program=program, data=written()),
        lambda: publish_program(by=owner, program=program),
        lambda: add_intake(by=owner, program=program, data=intake(starts_on="2029-01-01")),
        lambda: change_intake(by=owner, intake=start, data={"places": 5}, partial=True),
        lambda: remove_intake(by=owner, intake=start),
    ):
        with pytest.raises(StateForbids, match="closed"):
            act()


def test_every_fault_is_told_at_once_and_nothing_is_written(school: Organisation, owner: User) -> None:
    elsewhere = factories.a_course(factories.a_school(), {})
    data = written(
        title="x" * 300,
        text="x" * 1_000_000,
        study="kindergarten",
        major_code="12080",
        taught_in="xx",
        city="atlantis",
        skills=[{"skill": "NOPE", "level": 9}],
        courses=[str(elsewhere.public_id), "x"],
        intakes=[intake(places=0), intake(ends_on="2027-09-01", enrols_until="2027-05-01", graduates=121)],
        surprise=1,
        status="published",
    )
    assert faults(lambda: create_program(by=owner, organisation=school, data=data)) == {
        "#/title": "max_length",
        "#/text": "max_length",
        "#/study": "invalid_choice",
        "#/major_code": "invalid",
        "#/taught_in": "invalid_choice",
        "#/city": "unknown",
        "#/skills/0/skill": "unknown",
        "#/skills/0/level": "max_value",
        "#/courses/1": "invalid",
        "#/intakes/0/places": "min_value",
        "#/intakes/1/ends_on": "order",
        "#/intakes/1/enrols_until": "order",
        "#/intakes/1/graduates": "above_places",
        "#/surprise": "unknown_field",
        "#/status": "not_writable",
    }
    ids = {"courses": [str(elsewhere.public_id)]}
    assert faults(lambda: create_program(by=owner, organisation=school, data=written(**ids))) == {
        "#/courses/0": "unknown"
    }
    assert not Program.objects.exists()
    assert not AuditRow.objects.exists()


@pytest.mark.parametrize("code", ["020402", "120801K", "120803T", "020309TK", ""])
def test_a_major_code_is_one_of_the_catalogue(school: Organisation, owner: User, code: str) -> None:
    assert create_program(by=owner, organisation=school, data=written(major_code=code)).major_code == code


def test_enrolments_of_one_program_in_one_city_do_not_overlap(school: Organisation, owner: User) -> None:
    factories.a_city()
    factories.a_city("zhuhai", "Zhuhai", "珠海")
    later = intake(starts_on="2028-03-01", enrols_from="2027-07-31", enrols_until="2027-12-01")
    both = written(intakes=[later, intake()])
    assert faults(lambda: create_program(by=owner, organisation=school, data=both)) == {
        "#/intakes/0/enrols_from": "overlap"  # the later one, wherever it stands
    }
    program = create_program(by=owner, organisation=school, data=written(intakes=[intake(city="foshan")]))
    assert faults(lambda: add_intake(by=owner, program=program, data=later | {"city": "foshan"})) == {
        "#/enrols_from": "overlap"
    }
    assert faults(lambda: add_intake(by=owner, program=program, data=intake(city="foshan"))) == {"#/starts_on": "twice"}
    elsewhere = add_intake(by=owner, program=program, data=later | {"city": "zhuhai"})
    assert faults(lambda: change_intake(by=owner, intake=elsewhere, data={"city": "foshan"}, partial=True)) == {
        "#/enrols_from": "overlap"
    }
    after = {"city": "foshan", "enrols_from": "2027-08-01"}
    assert change_intake(by=owner, intake=elsewhere, data=after, partial=True).city == factories.a_city()


def test_two_intakes_change_places_or_a_message_says_why_not(school: Organisation, owner: User) -> None:
    factories.a_city()
    later = {"starts_on": "2028-09-01", "enrols_from": "2028-06-01", "enrols_until": "2028-07-31"}
    for city, swaps in ((None, True), ("foshan", False)):
        first, second = intake(external_id="a", city=city), intake(external_id="b", city=city) | later
        program = create_program(by=owner, organisation=school, data=written(intakes=[first, second]))
        swapped = {"intakes": [first | {"external_id": "b"}, second | {"external_id": "a"}]}
        if swaps:
            change_program(by=owner, program=program, data=swapped, partial=True)
            assert list(program.intakes.values_list("external_id", flat=True)) == ["b", "a"]
        else:
            refused = faults(
                lambda program=program, data=swapped: change_program(by=owner, program=program, data=data, partial=True)
            )
            assert refused == {"#/intakes/0/starts_on": "twice"}
            assert list(program.intakes.values_list("external_id", flat=True)) == ["a", "b"]


def test_intakes_of_a_published_program_are_matched_anew_and_leave_their_rows(
    school: Organisation, owner: User, moves: list[str]
) -> None:
    program = factories.a_published_program(school)
    start = add_intake(by=owner, program=program, data=intake())
    change_intake(by=owner, intake=start, data={"places": 130}, partial=True)
    change_intake(by=owner, intake=start, data={"places": 130}, partial=True)
    remove_intake(by=owner, intake=start)
    program.refresh_from_db()
    assert program.revision == 2 + 3
    assert len(moves) == 1 + 3
    actions = AuditRow.objects.filter(subject_id=program.public_id).order_by("id").values_list("action", flat=True)
    assert list(actions) == ["publish_program", "add_intake", "change_intake", "remove_intake"]


def test_courses_that_wait_for_each_other_are_refused_at_the_first_that_cannot_begin(
    school: Organisation, owner: User
) -> None:
    sql, ads, spoken = factories.some_skills(3)
    first = factories.a_course(school, {ads: 3}, {sql: 2}, title="Ads")
    second = factories.a_course(school, {sql: 3}, {ads: 2, spoken: 4}, title="SQL")
    third = factories.a_course(school, {}, {sql: 3}, title="Project")

    def create(*courses: Any) -> Program:
        ids = [str(course.public_id) for course in courses]
        return create_program(by=owner, organisation=school, data=written(courses=ids))

    assert faults(lambda: create(third, first, second)) == {"#/courses/1": "circle"}
    with pytest.raises(InvalidInput) as refused:
        create(second, third, first)
    assert str(refused.value.errors[0].detail) == (
        f"It asks for {ads.label} at level 2, which only “Ads” gives; that one waits for this."
    )
    assert faults(lambda: create(first, first)) == {"#/courses/1": "twice"}
    # What nobody here gives, a student brings along; and with a third that gives it, the circle is open.
    basics = factories.a_course(school, {sql: 2}, title="Basics")
    program = create(basics, second, first)
    assert [place.course.title for place in program.places.all()] == ["Basics", "SQL", "Ads"]
    assert create(first, third).places.count() == 2


def test_a_copy_is_a_new_draft_without_key_and_intakes(school: Organisation, owner: User) -> None:
    skill = factories.a_skill("DT0001")
    program = factories.a_published_program(school, {skill: 4}, external_id="P-1", major_code="020402")
    program.places.create(course=factories.a_course(school, {}))
    add_intake(by=owner, program=program, data=intake())
    close_program(by=owner, program=program)
    copied = copy_program(by=owner, program=program)
    assert (copied.status, copied.external_id, copied.major_code) == (Program.Status.DRAFT, None, "020402")
    assert (copied.places.count(), copied.intakes.count(), copied.claims.get().level) == (1, 0, 4)
    assert AuditRow.objects.get(action="copy_program").after["copied_from"] == str(program.public_id)
    assert Claim.objects.filter(program=program).count() == 1


def test_a_copy_names_what_the_framework_still_holds_and_is_made_once(school: Organisation, owner: User) -> None:
    kept, replaced = factories.some_skills(2)
    program = factories.a_program(school, {kept: 4, replaced: 3})
    replaced.successor = kept
    replaced.save()
    copied = copy_program(by=owner, program=program)
    assert copied.claims.get().skill == kept
    with pytest.raises(StateForbids, match="copied_already"):
        copy_program(by=owner, program=program, public_id=copied.public_id)
    assert Program.objects.count() == 2


def test_a_key_stands_once_a_school(school: Organisation, owner: User) -> None:
    factories.a_program(school, external_id="P-1")
    assert faults(lambda: create_program(by=owner, organisation=school, data=written(external_id="P-1"))) == {
        "#/external_id": "taken"
    }


@pytest.mark.django_db(transaction=True)
def test_of_two_who_add_the_same_intake_at_once_one_is_told_that_it_is_there() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("two real connections: run on PostgreSQL")
    owner = factories.a_user()
    program = factories.a_program(factories.a_school(owner))
    barrier, outcomes = threading.Barrier(2), []

    def add() -> None:
        barrier.wait()
        try:
            add_intake(by=owner, program=program, data=intake())
            outcomes.append("added")
        except InvalidInput as refused:
            outcomes.append(refused.errors[0].code)
        finally:
            connection.close()

    threads = [threading.Thread(target=add) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["added", "twice"]
    assert program.intakes.count() == 1
