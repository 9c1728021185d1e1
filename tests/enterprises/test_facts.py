"""What an enterprise says of itself: stated by its owner, shown with the organisation, closed lists only."""

import pytest
from django.urls import reverse

from accounts.models import AuditRow
from enterprises.facts import change_facts
from enterprises.models import Enterprise
from tests import factories

pytestmark = pytest.mark.django_db
STATED = {"industry": "ecommerce", "size": "10-49", "pilot_zone": "on", "target_markets": ["035", "eu", "035"]}


def test_an_owner_states_it_and_the_organisation_shows_it(client, firm, owner):
    client.force_login(owner)
    answer = client.post(reverse("enterprise", args=[firm.public_id]), STATED, follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain[-1][0] == reverse("organisation", args=[firm.public_id])
    for said in ("e-commerce services", "10 to 49 people", "Southeast Asia, European Union"):
        assert said in page
    row = AuditRow.objects.get(action="change_enterprise")
    assert (row.actor, row.before["industry"], row.after["target_markets"]) == (owner, "", ["035", "eu"])


def test_the_same_again_leaves_no_trace(firm, owner):
    for _ in range(2):
        change_facts(by=owner, organisation=firm, data={"industry": "toys"})
    change_facts(by=owner, organisation=firm, data={"size": ""}, partial=True)
    assert AuditRow.objects.count() == 1


def test_what_is_on_no_list_is_told_beside_its_field_and_nothing_is_written(client, firm, owner):
    client.force_login(owner)
    sent = {"industry": "alchemy", "size": "0", "target_markets": ["eu", "atlantis"]}
    answer = client.post(reverse("enterprise", args=[firm.public_id]), sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "3 fields to mend" in page
    for name, wrong in (("industry", "alchemy"), ("size", "0"), ("target_markets", "atlantis")):
        assert f'id="id_{name}_error"' in page
        assert f"“{wrong}” is not one of the choices: " in page
    assert not Enterprise.objects.exists()


def test_only_owners_reach_the_form_and_only_of_an_enterprise(client, firm, editor, outsider, owner):
    address = reverse("enterprise", args=[firm.public_id])
    for user, status in ((editor, 403), (outsider, 404)):
        client.force_login(user)
        assert client.get(address).status_code == status
        assert client.post(address, STATED).status_code == status
    client.force_login(owner)
    school = factories.a_firm(owner, kind="university")
    assert client.get(reverse("enterprise", args=[school.public_id])).status_code == 404
    assert not Enterprise.objects.exists()
