"""The life of an expert of the think tank: what each step checks, changes, records, announces and refuses."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from accounts.errors import InvalidInput, NotAllowed, StateForbids
from accounts.models import AuditRow, Organisation, User
from talent.events import expert_moved
from talent.expert_inputs import expert_as_written
from talent.experts import (
    change_expert,
    close_expert,
    copy_expert,
    create_expert,
    experts_that,
    publish_expert,
    put_expert,
)
from talent.models import Claim, Expert
from tests import factories

pytestmark = pytest.mark.django_db


def written(**fields: Any) -> dict[str, Any]:
    return {"name": {"zh-Hans": "罗静雯"}, "language": "en", "advice": ["diagnosis"]} | fields


def complaints(error: InvalidInput) -> dict[str, str]:
    return {one.pointer: one.code for one in error.errors}


@pytest.fixture
def dean(db: None) -> User:
    return factories.a_user("dean@crossing.example")


@pytest.fixture
def school(dean: User) -> Organisation:
    """A verified university with an owner."""
    return factories.a_school(dean)


@pytest.fixture
def moved() -> Iterator[list[tuple[int, str]]]:
    """What was announced of experts: which, and in which status it then was."""
    heard: list[tuple[int, str]] = []

    def hear(expert: Expert, **_rest: Any) -> None:
        heard.append((expert.pk, expert.status))

    expert_moved.connect(hear)
    yield heard
    expert_moved.disconnect(hear)


def test_a_persons_own_profile_is_written_published_closed_and_begun_anew(
    dean: User, moved: list[tuple[int, str]]
) -> None:
    factories.a_skill("DT0001")
    rows = [{"skill": "DT0001", "level": 4, "evidence": "Eleven firms."}]
    expert = create_expert(by=dean, data=written(skills=rows))
    assert (expert.user, expert.organisation, expert.status) == (dean, None, Expert.Status.DRAFT)
    assert (expert.name_en, expert.name_zh) == ("罗静雯", "罗静雯")  # one name serves both
    change_expert(by=dean, expert=expert, data={"headline": "Draft"}, partial=True)
    assert moved == []  # nobody sees a draft
    publish_expert(by=dean, expert=expert)
    with pytest.raises(StateForbids, match="not_closed"):
        copy_expert(by=dean, expert=expert)
    change_expert(by=dean, expert=expert, data={"days_a_month": 4}, partial=True)
    change_expert(by=dean, expert=expert, data={"days_a_month": 4}, partial=True)
    close_expert(by=dean, expert=expert, why="On leave.")
    again = copy_expert(by=dean, expert=expert)
    assert (again.pk, again.status, again.published_at, again.closed_at) == (expert.pk, Expert.Status.DRAFT, None, None)
    assert [status for _pk, status in moved] == ["published", "published", "closed"]
    steps = AuditRow.objects.filter(subject_id=expert.public_id).order_by("id")
    assert [(step.action, step.actor, step.why) for step in steps] == [
        ("create_expert", dean, ""),
        ("change_expert", dean, ""),
        ("publish_expert", dean, ""),
        ("change_expert", dean, ""),
        ("close_expert", dean, "On leave."),
        ("reopen_expert", dean, ""),
    ]


def test_a_person_has_one_profile_and_nobody_else_touches_it(dean: User, outsider: User) -> None:
    expert = factories.an_expert(dean)
    with pytest.raises(StateForbids, match="expert_exists"):
        create_expert(by=dean, data=written())
    for act in (
        lambda: change_expert(by=outsider, expert=expert, data=written()),
        lambda: publish_expert(by=outsider, expert=expert),
        lambda: close_expert(by=outsider, expert=expert),
        lambda: copy_expert(by=outsider, expert=expert),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert not Expert.objects.visible_to(outsider).exists()
    publish_expert(by=dean, expert=expert)
    assert Expert.objects.visible_to(outsider).get() == expert


@pytest.mark.parametrize(
    "kind", ["university", "vocational_college", "vocational_school", "training_base", "authority"]
)
def test_schools_bases_and_authorities_post_several_experts(dean: User, kind: str) -> None:
    body = factories.a_school(dean, kind=kind)
    for _number in range(2):
        create_expert(by=dean, organisation=body, data=written())
    assert Expert.objects.filter(organisation=body, user=None).count() == 2


def test_an_enterprise_posts_no_experts(firm: Organisation, owner: User) -> None:
    with pytest.raises(StateForbids, match="posts_no_experts"):
        create_expert(by=owner, organisation=firm, data=written())


def test_a_viewer_neither_writes_nor_publishes_nor_closes_nor_copies(school: Organisation) -> None:
    viewer, expert = factories.a_member(school, role="viewer"), factories.an_expert(organisation=school)
    for act in (
        lambda: create_expert(by=viewer, organisation=school, data=written()),
        lambda: put_expert(by=viewer, organisation=school, external_id="E-1", data=written()),
        lambda: change_expert(by=viewer, expert=expert, data=written()),
        lambda: publish_expert(by=viewer, expert=expert),
        lambda: close_expert(by=viewer, expert=expert),
        lambda: copy_expert(by=viewer, expert=expert),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_the_same_by_key_again_changes_nothing(school: Organisation, dean: User) -> None:
    factories.a_skill("DT0001")
    data = written(
        skills=[{"skill": "DT0001", "level": 3}], fields=["data-ai"], languages={"zh": 5, "en": 4}, days_a_month=4
    ) | {"available_from": "2099-03-01", "city": factories.a_city().code}
    expert, made = put_expert(by=dean, organisation=school, external_id="E-7", data=data)
    assert made
    again, made = put_expert(by=dean, organisation=school, external_id="E-7", data=data)
    assert (again.pk, again.revision, made) == (expert.pk, expert.revision, False)
    assert AuditRow.objects.filter(subject_id=expert.public_id).count() == 1
    with pytest.raises(InvalidInput) as refused:
        create_expert(by=dean, organisation=school, data=written(external_id="E-7"))
    assert complaints(refused.value) == {"#/external_id": "taken"}


def test_publishing_needs_a_name_a_skill_and_a_kind_of_advice_and_they_stay(dean: User) -> None:
    expert = create_expert(by=dean, data={"language": "en"})
    lacking = {"#/name": "no_name", "#/advice": "no_advice", "#/skills": "no_skills"}
    with pytest.raises(InvalidInput) as refused:
        publish_expert(by=dean, expert=expert)
    assert complaints(refused.value) == lacking
    expert = factories.a_published_expert()
    assert expert.user is not None
    with pytest.raises(InvalidInput) as refused:
        change_expert(by=expert.user, expert=expert, data={"name": {}, "advice": [], "skills": []}, partial=True)
    assert complaints(refused.value) == lacking


@pytest.mark.parametrize("state", ["pending", "returned"])
def test_a_body_that_is_not_verified_publishes_no_expert(dean: User, state: str) -> None:
    expert = factories.an_expert(organisation=factories.a_school(dean, state=state))
    with pytest.raises(StateForbids, match="organisation_not_verified"):
        publish_expert(by=dean, expert=expert)


def test_an_expert_of_a_body_that_is_suspended_is_read_by_its_members_only_and_not_changed(
    school: Organisation, dean: User, outsider: User
) -> None:
    expert = factories.a_published_expert(organisation=school)
    Organisation.objects.filter(pk=school.pk).update(state="suspended")
    assert not Expert.objects.visible_to(outsider).exists()
    assert Expert.objects.visible_to(dean).get() == expert
    for act in (
        lambda: create_expert(by=dean, organisation=school, data=written()),
        lambda: change_expert(by=dean, expert=expert, data=written()),
        lambda: close_expert(by=dean, expert=expert),
        lambda: copy_expert(by=dean, expert=expert),
    ):
        with pytest.raises(StateForbids, match="organisation_suspended"):
            act()


def test_every_fault_is_told_at_once_and_nothing_is_written(dean: User) -> None:
    data = written(
        name={"en": "x" * 300, "fr": "Luo"},
        text="x" * 1_000_000,
        advice=["diagnosis", "magic"],
        fields=["atlantis", 7],
        city="atlantis",
        travels="perhaps",
        languages={"en": 6, "xx": 1},
        days_a_month=32,
        available_from="soon",
        skills=[{"skill": "NOPE", "level": 9, "evidence": "x" * 501}],
        surprise=1,
        status="published",
    )
    with pytest.raises(InvalidInput) as refused:
        create_expert(by=dean, data=data)
    assert complaints(refused.value) == {
        "#/name/en": "max_length",
        "#/name/fr": "unknown_field",
        "#/text": "max_length",
        "#/advice/1": "invalid_choice",
        "#/fields/0": "unknown",
        "#/fields/1": "unknown",
        "#/city": "unknown",
        "#/travels": "invalid",
        "#/languages/en": "max_value",
        "#/languages/xx": "unknown",
        "#/days_a_month": "max_value",
        "#/available_from": "invalid",
        "#/skills/0/skill": "unknown",
        "#/skills/0/level": "max_value",
        "#/skills/0/evidence": "max_length",
        "#/surprise": "unknown_field",
        "#/status": "not_writable",
    }
    assert not Expert.objects.exists()


def test_what_others_confirmed_outlives_a_change_of_what_is_stated(dean: User) -> None:
    skill, other = factories.some_skills(2)
    expert = factories.an_expert(dean, skills={skill: 3})
    confirmed = Claim.objects.create(expert=expert, skill=skill, level=4, source=Claim.Source.UNIVERSITY)
    change_expert(by=dean, expert=expert, data={"skills": [{"skill": other.code, "level": 2}]}, partial=True)
    assert set(expert.claims.values_list("skill", "level")) == {(skill.pk, 4), (other.pk, 2)}
    assert expert.claims.filter(pk=confirmed.pk).exists()


def test_a_copy_names_what_the_framework_still_holds(school: Organisation, dean: User) -> None:
    kept, replaced = factories.some_skills(2)
    expert = factories.an_expert(organisation=school, skills={kept: 4, replaced: 3})
    replaced.successor = kept
    replaced.save()
    assert copy_expert(by=dean, expert=expert).claims.get().skill == kept


def test_a_closed_expert_of_a_body_is_copied_without_its_key(school: Organisation, dean: User) -> None:
    expert = factories.a_published_expert(organisation=school, external_id="E-1")
    close_expert(by=dean, expert=expert)
    with pytest.raises(StateForbids, match="closed"):
        change_expert(by=dean, expert=expert, data=written())
    with pytest.raises(StateForbids, match="closed"):
        publish_expert(by=dean, expert=expert)
    copy = copy_expert(by=dean, expert=expert)
    assert copy.pk != expert.pk
    assert copy.status == Expert.Status.DRAFT
    assert expert_as_written(copy) == expert_as_written(expert) | {"external_id": None}
    assert AuditRow.objects.get(action="copy_expert").after == {"copied_from": str(expert.public_id)}


def test_experts_are_found_by_field_advice_language_and_city(db: None) -> None:
    city = factories.a_city()
    wanted = factories.a_published_expert(
        advice=["roadmap", "market_entry"], fields=["data-ai"], languages={"ja": 4}, city=city
    )
    factories.a_published_expert(advice=["roadmap"], languages={"en": 4})
    every = Expert.objects.published()
    for asked in ({"advice": "market_entry"}, {"field": "data-ai"}, {"language": "ja"}, {"city": city.code}):
        assert experts_that(every, **asked).get() == wanted
    assert experts_that(every, advice="roadmap").count() == 2
    assert not experts_that(every, advice="road").exists()
    assert not experts_that(every, language="ja", field="languages").exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_profiles_that_a_person_begins_at_once_one_stays() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("two real connections: run on PostgreSQL")
    person = factories.a_user()
    barrier, outcomes = threading.Barrier(2), []

    def create() -> None:
        barrier.wait()
        try:
            create_expert(by=person, data=written())
            outcomes.append("made")
        except StateForbids as refused:
            outcomes.append(refused.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=create) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["expert_exists", "made"]
