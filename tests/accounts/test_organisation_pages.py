"""Registering a firm, reading how it stands, changing it."""

import pytest
from django.urls import reverse

from accounts.models import AuditRow, Membership, Organisation
from accounts.organisations import settle_standing
from tests import factories

pytestmark = pytest.mark.django_db


def a_form(**typed):
    factories.a_city()
    return {
        "kind": "enterprise",
        "name_zh": "若汐纺织",
        "name_en": "Ruoxi Textile",
        "credit_code": factories.a_credit_code(),
        "city": "foshan",
        "industry": "textiles",
        "size": "10-49",
        "pilot_zone": "on",
        "target_markets": ["035", "053"],
    } | typed


def test_a_person_registers_a_firm_and_becomes_its_owner(client):
    user = factories.a_user()
    client.force_login(user)
    answer = client.post(reverse("organisation-new"), a_form(), follow=True)
    firm = Organisation.objects.get()
    assert (firm.state, firm.name_en, firm.city.code) == ("pending", "Ruoxi Textile", "foshan")
    assert firm.memberships.get(user=user).role == "owner"
    assert firm.enterprise.industry == "textiles"
    assert firm.enterprise.target_markets == ["035", "053"]
    page = answer.content.decode()
    assert "Waiting for verification" in page
    assert "textiles and clothing" in page
    assert "Southeast Asia" in page


def test_a_form_that_is_sent_twice_registers_one_body(client):
    user = factories.a_user()
    client.force_login(user)
    sheet = str(client.get(reverse("organisation-new")).context["sheet"])
    sent = a_form(sheet=sheet)
    answers = [client.post(reverse("organisation-new"), sent) for _ in range(2)]
    place = reverse("organisation", args=[Organisation.objects.get().public_id])
    assert [answer.url for answer in answers] == [place, place]
    assert list(AuditRow.objects.values_list("action", flat=True)) == ["register_organisation"]
    # Who goes back and mends what they typed finds it mended.
    client.post(reverse("organisation-new"), sent | {"name_en": "Ruoxi Textile Ltd"})
    assert Organisation.objects.get().name_en == "Ruoxi Textile Ltd"
    wrong = client.post(reverse("organisation-new"), sent | {"credit_code": "1"})
    assert wrong.status_code == 422
    assert f'name="sheet" value="{sheet}"' in wrong.content.decode()
    # What another registered is neither touched nor told.
    stranger = factories.a_user()
    client.force_login(stranger)
    led = client.post(reverse("organisation-new"), a_form(sheet=sheet), follow=True)
    assert (led.status_code, "若汐" in led.content.decode()) == (404, False)
    assert not Organisation.objects.of_member(stranger).exists()


def test_one_name_serves_for_both_languages(client):
    client.force_login(factories.a_user())
    client.post(reverse("organisation-new"), a_form(name_en=""))
    assert Organisation.objects.get().name_en == "若汐纺织"


def wrong_codes():
    good = factories.a_credit_code()
    flipped = good[:-1] + ("0" if good[-1] != "0" else "1")
    return [
        (flipped, "The check character does not fit"),
        ("123", "has 18 digits and capital letters"),
        ("", "This is needed."),
        ("🚢" * 18, "has 18 digits and capital letters"),
        ("9" * 41, "At most 40 characters"),
        ("9144\x00", "unreadable (NUL)"),
    ]


@pytest.mark.parametrize(("code", "said"), wrong_codes())
def test_a_wrong_credit_code_is_told_beside_the_field_and_nothing_typed_is_lost(client, code, said):
    client.force_login(factories.a_user())
    answer = client.post(reverse("organisation-new"), a_form(credit_code=code))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page[page.index('id="id_credit_code_error"') :][:600]
    assert 'value="若汐纺织"' in page
    assert '<option value="textiles" selected>' in page
    assert not Organisation.objects.exists()
    assert not AuditRow.objects.exists()


def test_every_fault_is_told_at_once(client):
    client.force_login(factories.a_user())
    sent = a_form(name_zh="", name_en="", credit_code="x", city="atlantis", size="tiny", target_markets=["moon"])
    page = client.post(reverse("organisation-new"), sent).content.decode()
    for typed in ("atlantis", "tiny"):
        assert f'<option value="{typed}" selected>' in page
    for name in ("name_zh", "credit_code", "city", "size", "target_markets"):
        assert f'id="id_{name}_error"' in page
    assert "5 fields to mend" in page


def test_who_chooses_no_kind_is_asked_for_one(client):
    client.force_login(factories.a_user())
    page = client.post(reverse("organisation-new"), a_form(kind="")).content.decode()
    assert "This is needed." in page
    assert "is not one of the choices" not in page


def test_an_owner_changes_the_firm(client, firm, owner):
    client.force_login(owner)
    sent = a_form(name_en="Firm renamed", credit_code=firm.credit_code)
    answer = client.post(reverse("organisation-change", args=[firm.public_id]), sent, follow=True)
    assert "Firm renamed" in answer.content.decode()
    actions = set(AuditRow.objects.values_list("action", flat=True))
    assert {"change_organisation", "change_enterprise"} <= actions


def test_saving_the_same_again_leaves_no_trace(client, firm, owner):
    client.force_login(owner)
    sent = a_form(credit_code=firm.credit_code)
    address = reverse("organisation-change", args=[firm.public_id])
    client.post(address, sent)
    before = AuditRow.objects.count()
    client.post(address, sent)
    assert AuditRow.objects.count() == before


def test_who_changes_what_staff_checked_is_told_before_and_after_that_they_check_again(client, firm, owner):
    client.force_login(owner)
    form = reverse("organisation-change", args=[firm.public_id])
    assert "Change one of them, and staff check again" in client.get(form).content.decode()
    answer = client.post(form, a_form(credit_code=firm.credit_code), follow=True)
    assert "Ruoxi Textile waits for verification" in answer.content.decode()
    assert "Until then nothing of it is published or matched" in answer.content.decode()
    assert "staff check again" not in client.get(form).content.decode()


def test_a_firm_that_was_sent_back_reads_why_and_saving_puts_it_before_the_staff_again(client, owner):
    firm = factories.a_firm(owner, state="pending")
    settle_standing(organisation=firm, state="returned", by=factories.staff(), reason="The name differs.")
    client.force_login(owner)
    page = client.get(reverse("organisations")).content.decode()
    assert "was sent back: mend it" in page
    assert "The name differs." in page
    client.post(reverse("organisation-change", args=[firm.public_id]), a_form(credit_code=firm.credit_code))
    firm.refresh_from_db()
    assert firm.state == "pending"


@pytest.mark.parametrize("role", ["editor", "viewer"])
def test_who_is_not_an_owner_may_not_change_the_firm(client, firm, role):
    member = factories.a_member(firm, role=role)
    client.force_login(member)
    address = reverse("organisation-change", args=[firm.public_id])
    assert client.get(address).status_code == 403
    assert client.post(address, a_form()).status_code == 403
    page = client.get(reverse("organisation", args=[firm.public_id])).content.decode()
    assert address not in page


def test_another_firms_owner_finds_no_form_of_ours(client, firm, outsider):
    client.force_login(outsider)
    assert client.get(reverse("organisation-change", args=[firm.public_id])).status_code == 404


def test_another_firm_that_waits_is_not_found(client, outsider):
    waiting = factories.a_firm(factories.a_user(), state="pending")
    client.force_login(outsider)
    assert client.get(reverse("organisation", args=[waiting.public_id])).status_code == 404


def test_a_verified_firm_shows_outsiders_neither_its_code_nor_its_members(client, firm, owner, outsider):
    client.force_login(outsider)
    page = client.get(reverse("organisation", args=[firm.public_id])).content.decode()
    assert firm.name_en in page
    assert firm.credit_code not in page
    assert owner.email not in page


def test_a_member_reads_code_members_and_history(client, firm, owner, viewer):
    settle_standing(organisation=firm, state="suspended", by=factories.staff(), reason="A complaint.")
    client.force_login(viewer)
    page = client.get(reverse("organisation", args=[firm.public_id])).content.decode()
    assert firm.credit_code in page
    assert owner.email in page
    assert "A complaint." in page
    assert "platform staff" in page


def test_who_acts_for_no_organisation_is_led_to_register_one(client):
    client.force_login(factories.a_user())
    page = client.get(reverse("organisations")).content.decode()
    assert reverse("organisation-new") in page
    assert not Membership.objects.exists()


@pytest.mark.parametrize("name", ["organisations", "organisation-new", "tokens"])
def test_who_is_not_signed_in_signs_in_first(client, name):
    answer = client.get(reverse(name))
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))
