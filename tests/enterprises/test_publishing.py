"""The life of a need: what each step checks, changes, records and refuses."""

import datetime
import threading
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.errors import InvalidInput, NotAllowed, StateForbids
from accounts.models import AuditRow, Organisation, User
from enterprises.inputs import need_as_written
from enterprises.models import Need
from enterprises.publishing import change_need, close_need, create_need, publish_need, put_need
from matching.models import Job
from tests import factories

pytestmark = pytest.mark.django_db


def written(**fields: Any) -> dict[str, Any]:
    return {"title": "Data analyst", "text": "Reads traffic.", "language": "en", "kind": "job"} | fields


def complaints(error: InvalidInput) -> dict[str, str]:
    return {one.pointer: one.code for one in error.errors}


def test_a_draft_is_written_published_and_closed_and_each_step_leaves_its_row(firm: Organisation, owner: User) -> None:
    skill = factories.a_skill("DT0001")
    need = create_need(
        by=owner, organisation=firm, data=written(skills=[{"skill": "DT0001", "min_level": 3, "essential": True}])
    )
    assert (need.status, need.skills.get().skill) == (Need.Status.DRAFT, skill)
    need = publish_need(by=owner, need=need)
    assert need.published_at is not None
    need = close_need(by=owner, need=need, why="Filled.")
    assert need.closed_at is not None
    rows = AuditRow.objects.filter(subject_id=need.public_id).order_by("id")
    assert [(row.action, row.actor, row.why) for row in rows] == [
        ("create_need", owner, ""),
        ("publish_need", owner, ""),
        ("close_need", owner, "Filled."),
    ]


def test_the_same_change_again_changes_nothing(firm: Organisation, owner: User) -> None:
    factories.a_skill("DT0001")
    data = written(
        skills=[{"skill": "DT0001", "min_level": 3}], pay={"min": "9000", "max": "13000.5"}, starts_on="2099-03-01"
    )
    need, made = put_need(by=owner, organisation=firm, external_id="HR-7", data=data)
    assert made
    again, made = put_need(by=owner, organisation=firm, external_id="HR-7", data=data)
    assert (again.pk, again.revision, made) == (need.pk, need.revision, False)
    assert AuditRow.objects.filter(subject_id=need.public_id).count() == 1
    assert need_as_written(again)["pay"] == {"min": "9000.00", "max": "13000.50", "currency": "CNY", "per": "month"}


def test_a_change_of_a_draft_announces_nothing_and_one_of_a_published_need_does(
    firm: Organisation, owner: User
) -> None:
    need = factories.a_need(firm)
    change_need(by=owner, need=need, data={"title": "Another"}, partial=True)
    assert not Job.objects.exists()
    publish_need(by=owner, need=need)
    Job.objects.all().delete()
    changed = change_need(by=owner, need=need, data={"title": "A third"}, partial=True)
    assert {job.ranking.need for job in Job.objects.select_related("ranking__need")} == {changed}


def test_a_viewer_neither_writes_nor_publishes_nor_closes(firm: Organisation, viewer: User) -> None:
    need = factories.a_need(firm)
    for act in (
        lambda: create_need(by=viewer, organisation=firm, data=written()),
        lambda: change_need(by=viewer, need=need, data=written()),
        lambda: publish_need(by=viewer, need=need),
        lambda: close_need(by=viewer, need=need),
    ):
        with pytest.raises(NotAllowed):
            act()
    need.refresh_from_db()
    assert need.status == Need.Status.DRAFT


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("pending", "organisation_not_verified"),
        ("returned", "organisation_not_verified"),
        ("suspended", "organisation_suspended"),
    ],
)
def test_a_firm_that_is_not_verified_prepares_drafts_and_publishes_none(owner: User, state: str, code: str) -> None:
    firm = factories.a_firm(owner, state=state)
    need = factories.a_need(firm)
    with pytest.raises(StateForbids) as refused:
        publish_need(by=owner, need=need)
    assert refused.value.code == code


def test_publishing_twice_and_changing_what_is_closed_are_refused(firm: Organisation, owner: User) -> None:
    need = factories.a_published_need(firm)
    with pytest.raises(StateForbids, match="already_published"):
        publish_need(by=owner, need=need)
    close_need(by=owner, need=need)
    with pytest.raises(StateForbids, match="already_closed"):
        close_need(by=owner, need=need)
    with pytest.raises(StateForbids, match="closed"):
        change_need(by=owner, need=need, data=written())
    with pytest.raises(StateForbids, match="closed"):
        publish_need(by=owner, need=need)


def test_a_need_without_skills_is_not_published_nor_can_a_published_one_lose_them(
    firm: Organisation, owner: User
) -> None:
    with pytest.raises(InvalidInput) as refused:
        publish_need(by=owner, need=factories.a_need(firm, {}))
    assert complaints(refused.value) == {"#/skills": "no_skills"}
    published = factories.a_published_need(firm)
    with pytest.raises(InvalidInput) as refused:
        change_need(by=owner, need=published, data={"skills": []}, partial=True)
    assert complaints(refused.value) == {"#/skills": "no_skills"}


def test_every_fault_is_told_at_once_and_nothing_is_written(firm: Organisation, owner: User) -> None:
    data = written(
        title="x" * 10_000,
        kind="marriage",
        skills=[{"skill": "NOPE", "min_level": 9, "weight": -1}, {"skill": "NOPE", "min_level": 0, "weight": "nan"}],
        city="atlantis",
        languages={"en": 6, "xx": 1},
        headcount=0,
        starts_on="2020-01-01",
        pay={"min": 5, "max": 3},
        surprise=1,
        status="published",
    )
    with pytest.raises(InvalidInput) as refused:
        create_need(by=owner, organisation=firm, data=data)
    assert complaints(refused.value) == {
        "#/title": "max_length",
        "#/kind": "invalid_choice",
        "#/skills/0/skill": "unknown",
        "#/skills/0/min_level": "max_value",
        "#/skills/0/weight": "invalid",
        "#/skills/1/skill": "unknown",
        "#/skills/1/min_level": "min_value",
        "#/skills/1/weight": "invalid",
        "#/city": "unknown",
        "#/languages/en": "max_value",
        "#/languages/xx": "unknown",
        "#/headcount": "min_value",
        "#/starts_on": "passed",
        "#/pay/max": "order",
        "#/surprise": "unknown_field",
        "#/status": "not_writable",
    }
    assert not Need.objects.exists()


def test_a_skill_stands_once_and_a_hundred_are_enough(firm: Organisation, owner: User) -> None:
    skills = factories.some_skills(101)
    rows = [{"skill": skill.code, "min_level": 1} for skill in skills]
    for wrong, complaint in (
        ([rows[0], rows[1], rows[0]], {"#/skills/2/skill": "twice"}),
        (rows, {"#/skills": "max_length"}),
    ):
        with pytest.raises(InvalidInput) as refused:
            create_need(by=owner, organisation=firm, data=written(skills=wrong))
        assert complaints(refused.value) == complaint


def test_emoji_and_rare_characters_are_kept_and_a_nul_is_told(firm: Organisation, owner: User) -> None:
    title = "跨境电商 data analyst 🚢 𠮷"
    assert create_need(by=owner, organisation=firm, data=written(title=title)).title == title
    with pytest.raises(InvalidInput) as refused:
        create_need(by=owner, organisation=firm, data=written(title="a\x00b"))
    assert complaints(refused.value) == {"#/title": "null_characters"}


def test_a_key_of_another_need_is_told_beside_its_field(firm: Organisation, owner: User) -> None:
    create_need(by=owner, organisation=firm, data=written(external_id="HR-1"))
    with pytest.raises(InvalidInput) as refused:
        create_need(by=owner, organisation=firm, data=written(external_id="HR-1"))
    assert complaints(refused.value) == {"#/external_id": "taken"}


def test_a_need_whose_start_passed_while_it_was_a_draft_is_not_published_but_may_be_mended(
    firm: Organisation, owner: User
) -> None:
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    need = factories.a_need(firm, starts_on=yesterday)
    with pytest.raises(InvalidInput) as refused:
        publish_need(by=owner, need=need)
    assert complaints(refused.value) == {"#/starts_on": "passed"}
    assert change_need(by=owner, need=need, data={"title": "Mended"}, partial=True).starts_on == yesterday


@pytest.mark.django_db(transaction=True)
def test_of_two_who_publish_at_once_one_is_told_that_it_is_done() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("two real connections: run on PostgreSQL")
    owner = factories.a_user()
    factories.plants()
    need = factories.a_need(factories.a_firm(owner))
    barrier, outcomes = threading.Barrier(2), []

    def publish() -> None:
        barrier.wait()
        try:
            publish_need(by=owner, need=need)
            outcomes.append("published")
        except StateForbids as refused:
            outcomes.append(refused.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=publish) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["already_published", "published"]
    assert Job.objects.filter(ranking__need=need).count() == 1
