"""The staff's desk in the admin: verify with a reason, read everything else."""

import pytest
from django.contrib import admin
from django.urls import reverse

from accounts.models import AuditRow, Organisation, Verification
from skills.models import NearSkill
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client):
    client.force_login(factories.a_user("staff@crossing.example", is_staff=True))
    return client


def standing_of(*firms: Organisation) -> str:
    return reverse("admin:accounts_organisation_standing") + "?ids=" + ",".join(str(firm.pk) for firm in firms)


def test_staff_verify_a_firm_with_a_reason(desk):
    firm = factories.a_firm(factories.a_user(), state="pending")
    page = desk.get(standing_of(firm)).content.decode()
    assert "The check character is right." in page
    desk.post(standing_of(firm), {"state": "verified", "reason": "Licence and code agree."})
    firm.refresh_from_db()
    assert firm.state == "verified"
    assert Verification.objects.get().reason == "Licence and code agree."
    assert AuditRow.objects.get().action == "settle_standing"


def test_without_a_reason_nothing_is_decided(desk):
    firm = factories.a_firm(factories.a_user(), state="pending")
    page = desk.post(standing_of(firm), {"state": "verified", "reason": "  "}).content.decode()
    assert "Say why: the organisation reads it." in page
    firm.refresh_from_db()
    assert firm.state == "pending"


def test_several_are_settled_together_by_the_action_of_the_list(desk):
    firms = [factories.a_firm(factories.a_user(), state="pending") for _ in range(2)]
    sent = {"action": "settle", "_selected_action": [firm.pk for firm in firms]}
    answer = desk.post(reverse("admin:accounts_organisation_changelist"), sent)
    assert answer.url == standing_of(*sorted(firms, key=lambda firm: firm.pk))
    desk.post(answer.url, {"state": "verified", "reason": "All checked."})
    assert set(Organisation.objects.values_list("state", flat=True)) == {"verified"}


def test_a_code_that_a_verified_firm_holds_is_told_and_not_given_twice(desk):
    holder = factories.a_firm(factories.a_user())
    firm = factories.a_firm(factories.a_user(), state="pending", credit_code=holder.credit_code)
    assert "has the same code (verified)" in desk.get(standing_of(firm)).content.decode()
    answer = desk.post(standing_of(firm), {"state": "verified", "reason": "Fine."}, follow=True)
    assert "Another verified organisation holds this credit code." in answer.content.decode()
    firm.refresh_from_db()
    assert firm.state == "pending"


def test_state_is_never_edited_directly(desk):
    firm = factories.a_firm(factories.a_user(), state="pending")
    address = reverse("admin:accounts_organisation_change", args=[firm.pk])
    page = desk.get(address).content.decode()
    assert 'name="state"' not in page
    assert reverse("admin:accounts_organisation_standing") in page
    assert desk.post(address, {"state": "verified"}).status_code == 403


OURS = {"accounts", "skills", "talent", "enterprises", "matching"}


MODELS = [model for model in admin.site._registry if model._meta.app_label in OURS]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_list_of_the_desk_opens_and_only_near_skills_are_added_there(desk, model):
    factories.a_published_need(factories.a_firm(factories.a_user()))
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    assert desk.get(reverse(f"{name}_changelist")).status_code == 200
    assert desk.get(reverse(f"{name}_add")).status_code == (200 if model is NearSkill else 403)


def test_staff_read_a_profile_with_its_name(desk, student):
    page = desk.get(reverse("admin:talent_profile_change", args=[student.pk])).content.decode()
    assert "Yitong Example" in page
    assert 'name="name"' not in page


def test_the_desk_is_closed_to_everybody_else(client, owner, firm):
    client.force_login(owner)
    assert client.get(reverse("admin:index")).status_code != 200
    assert client.get(standing_of(firm)).status_code != 200


def test_staff_sign_in_where_everybody_does(client):
    answer = client.get(reverse("admin:login"))
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))
