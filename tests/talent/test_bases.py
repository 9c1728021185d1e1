"""The life of a training base: what each step checks, changes, records and refuses."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.errors import InvalidInput, NotAllowed, StateForbids
from accounts.models import AuditRow, Organisation, User
from talent.base_inputs import base_as_written
from talent.bases import change_base, close_base, create_base, put_base
from talent.courses import cancel_run
from talent.models import TrainingBase
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def teacher() -> User:
    return factories.a_user()


@pytest.fixture
def body(teacher: User) -> Organisation:
    return factories.a_training_body(teacher)


def written(**fields: Any) -> dict[str, Any]:
    return {"name": {"zh-Hans": "机器人实训车间"}, "equipment": "Twelve robots.", "capacity": 40} | fields


def complaints(error: InvalidInput) -> dict[str, str]:
    return {one.pointer: one.code for one in error.errors}


def test_each_step_leaves_its_row_and_one_name_serves_both_languages(body: Organisation, teacher: User) -> None:
    skill = factories.a_skill("DT0001")
    base = create_base(by=teacher, organisation=body, data=written(specialities=["DT0001", "DT0001"]))
    assert (base.name_en, base.name_zh, list(base.specialities.all())) == ("机器人实训车间", "机器人实训车间", [skill])
    change_base(by=teacher, base=base, data={"capacity": 50}, partial=True)
    close_base(by=teacher, base=base, why="Sold.")
    rows = AuditRow.objects.filter(subject_id=base.public_id).order_by("id")
    assert [(row.action, row.why) for row in rows] == [
        ("create_base", ""),
        ("change_base", ""),
        ("close_base", "Sold."),
    ]
    assert rows[1].after == {"capacity": 50}
    with pytest.raises(StateForbids, match="already_closed"):
        close_base(by=teacher, base=base)
    with pytest.raises(StateForbids, match="closed"):
        change_base(by=teacher, base=base, data=written())


def test_only_bodies_that_teach_have_bases_and_only_their_owners_and_editors_write_them(
    body: Organisation, firm: Organisation, owner: User, outsider: User
) -> None:
    with pytest.raises(StateForbids, match="not_teaching"):
        create_base(by=owner, organisation=firm, data=written())
    base = factories.a_training_base(body)
    viewer = factories.a_member(body, role="viewer")
    for by in (viewer, outsider):
        for act in (
            lambda by=by: create_base(by=by, organisation=body, data=written()),
            lambda by=by: change_base(by=by, base=base, data=written()),
            lambda by=by: put_base(by=by, organisation=body, external_id="k", data=written()),
            lambda by=by: close_base(by=by, base=base),
        ):
            with pytest.raises(NotAllowed):
                act()
    assert TrainingBase.objects.count() == 1


def test_every_fault_is_told_at_once(body: Organisation, teacher: User) -> None:
    data = {"name": {"en": ""}, "city": "atlantis", "capacity": 0, "specialities": ["NOPE"], "address": "x" * 201}
    with pytest.raises(InvalidInput) as refused:
        create_base(by=teacher, organisation=body, data=data)
    assert complaints(refused.value) == {
        "#/name": "one_name",
        "#/city": "unknown",
        "#/capacity": "min_value",
        "#/specialities/0": "unknown",
        "#/address": "max_length",
    }


def test_the_same_put_again_changes_nothing(body: Organisation, teacher: User) -> None:
    factories.a_city()
    factories.a_skill("DT0001")
    data = written(city="foshan", specialities=["DT0001"])
    base, made = put_base(by=teacher, organisation=body, external_id="B-1", data=data)
    again, new = put_base(by=teacher, organisation=body, external_id="B-1", data=data)
    assert (made, new, again.pk, again.revision) == (True, False, base.pk, 1)
    assert AuditRow.objects.filter(subject_id=base.public_id).count() == 1
    assert base_as_written(again)["city"] == "foshan"
    with pytest.raises(InvalidInput) as refused:
        create_base(by=teacher, organisation=body, data=data | {"external_id": "B-1"})
    assert complaints(refused.value) == {"#/external_id": "taken"}


def test_a_base_neither_closes_nor_moves_while_runs_take_place_there(body: Organisation, teacher: User) -> None:
    base = factories.a_training_base(body)
    factories.a_city("shenzhen", "Shenzhen", "深圳")
    run = factories.a_run(factories.a_course(body, {}), base=base, city=base.city)
    with pytest.raises(StateForbids, match="runs_ahead"):
        close_base(by=teacher, base=base)
    with pytest.raises(InvalidInput) as refused:
        change_base(by=teacher, base=base, data={"city": "shenzhen"}, partial=True)
    assert complaints(refused.value) == {"#/city": "runs_ahead"}
    cancel_run(by=teacher, run=run)
    assert change_base(by=teacher, base=base, data={"city": "shenzhen"}, partial=True).city.code == "shenzhen"
    assert close_base(by=teacher, base=base).closed_at


def test_others_see_open_bases_of_verified_bodies_only(body: Organisation, teacher: User, outsider: User) -> None:
    base = factories.a_training_base(body)
    hidden = factories.a_training_base(factories.a_training_body(state="pending"))
    for user in (AnonymousUser(), outsider):
        assert list(TrainingBase.objects.visible_to(user)) == [base]
    close_base(by=teacher, base=base)
    assert not TrainingBase.objects.visible_to(outsider).exists()
    assert list(TrainingBase.objects.visible_to(teacher)) == [base]
    assert hidden.pk
