"""Copying a need: a new draft that asks for the same; and what the number of a need counts for each kind."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.errors import NotAllowed
from accounts.models import AuditRow
from enterprises.inputs import need_as_written
from enterprises.models import Need
from enterprises.publishing import close_need, copy_need
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_closed_need_is_copied_as_a_draft_without_its_key_and_a_day_that_has_passed(firm, owner, editor):
    need = factories.a_published_need(firm, external_id="HR-7", pay_min=9000, city=factories.a_city(), headcount=3)
    Need.objects.update(starts_on=timezone.localdate() - datetime.timedelta(days=1))
    need = close_need(by=owner, need=need)
    copy = copy_need(by=editor, need=need)
    assert (copy.status, copy.revision, copy.created_by) == (Need.Status.DRAFT, 1, editor)
    assert need_as_written(copy) == need_as_written(need) | {"external_id": None, "starts_on": None}
    row = AuditRow.objects.get(action="copy_need")
    assert (row.subject_id, row.after["copied_from"]) == (copy.public_id, str(need.public_id))
    assert Need.objects.get(pk=need.pk).status == Need.Status.CLOSED


def test_a_day_to_come_is_kept_and_a_replaced_skill_is_left_out(firm, owner):
    old, new = factories.some_skills(2)
    need = factories.a_need(firm, {old: 2, new: 3}, starts_on=datetime.date(2099, 3, 1))
    old.successor = new
    old.save()
    copy = copy_need(by=owner, need=need)
    assert (copy.starts_on, copy.skills.get().skill) == (datetime.date(2099, 3, 1), new)


def test_a_viewer_and_a_reader_of_published_needs_do_not_copy(firm, viewer, student):
    need = factories.a_published_need(firm)
    for user in (viewer, student.user):
        with pytest.raises(NotAllowed):
            copy_need(by=user, need=need)
    assert Need.objects.count() == 1


def test_a_page_asks_first_and_pressing_twice_makes_one(client, firm, editor):
    need = factories.a_need(firm)
    client.force_login(editor)
    address = reverse("need-copy", args=[need.public_id])
    assert address in client.get(reverse("need-about", args=[need.public_id])).content.decode()
    sheet = client.get(address).context["sheet"]
    for _ in range(2):
        answer = client.post(address, {"sheet": str(sheet)})
        assert answer["Location"] == reverse("need-change", args=[sheet])
    assert Need.objects.count() == 2


def test_an_id_that_another_firm_holds_is_refused(client, firm, editor, outsider):
    need, theirs = factories.a_need(firm), factories.a_need(factories.a_firm())
    client.force_login(editor)
    answer = client.post(reverse("need-copy", args=[need.public_id]), {"sheet": str(theirs.public_id)}, follow=True)
    assert "This copy is there already." in answer.content.decode()
    assert Need.objects.count() == 2


@pytest.mark.parametrize(
    ("kind", "head", "label"),
    [
        ("job", "Job, 12 people", "How many people"),
        ("training", "Training for 12 people", "People to train"),
        ("advice", "Advice, 12 days", "Days of advice"),
    ],
)
def test_the_number_is_said_for_what_it_counts(client, firm, viewer, kind, head, label):
    need = factories.a_need(firm, kind=kind, headcount=12)
    client.force_login(viewer)
    page = client.get(reverse("need-about", args=[need.public_id])).content.decode()
    assert head in page
    assert f"<dt>{label}</dt><dd>12</dd>" in page
