"""Inviting people by mail: one address, one key, one use, 14 days; over pages and the API."""

import datetime
import re
import threading
from smtplib import SMTPException

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from accounts import invitations
from accounts.errors import InvalidInput, NotAllowed, NotFound, StateForbids
from accounts.invitations import accept_invitation, invite_member, revoke_invitation
from accounts.members import remove_member
from accounts.models import AuditRow, Invitation, Membership, Organisation, User
from accounts.tokens import digest_of
from tests import factories

pytestmark = pytest.mark.django_db
EMAIL = "mei@crossing.example"


@pytest.fixture(autouse=True)
def _no_tries_before() -> None:
    cache.clear()


def a_confirmed_user(email: str = EMAIL, **fields) -> User:
    user = factories.a_user(email, **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def invite(owner: User, firm: Organisation, email: str = EMAIL, role: str = "editor") -> tuple[Invitation, str]:
    made = invite_member(by=owner, organisation=firm, data={"email": email, "role": role})
    return made, key_in_mail()


def key_in_mail() -> str:
    found = re.search(r"/invitations/([\w-]+)/", mail.outbox[-1].body)
    assert found
    return found[1]


def complaints(error: InvalidInput) -> dict[str, str]:
    return {one.pointer: one.code for one in error.errors}


def test_who_is_invited_joins_in_the_role_and_each_step_leaves_its_row(firm, owner):
    made, key = invite(owner, firm, "Mei@Crossing.example")
    assert made.email == EMAIL
    assert made.digest == digest_of(key)
    mei = a_confirmed_user()
    member = accept_invitation(by=mei, key=key)
    assert (member.organisation, member.role) == (firm, "editor")
    rows = AuditRow.objects.filter(subject_id=made.public_id, organisation=firm).order_by("id")
    assert [(row.action, row.actor) for row in rows] == [("invite_member", owner), ("accept_invitation", mei)]


def test_the_mail_speaks_both_languages_the_writers_first_and_says_who_is_not_verified_yet(owner):
    firm = factories.a_firm(owner, state="pending", name_en="Lingnan\nLighting", name_zh="岭南照明")
    with translation.override("zh-hans"):
        invite(owner, firm)
    sent = mail.outbox[-1]
    assert sent.to == [EMAIL]
    assert sent.subject.index("岭南照明") < sent.subject.index("Lingnan Lighting")
    assert "\n" not in sent.subject
    assert sent.body.count(f"/invitations/{key_in_mail()}/") == 2
    assert "have not verified this organisation yet" in sent.body
    assert "&" not in sent.body


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        ({}, {"#/email": "required", "#/role": "required"}),
        ({"email": "mei", "role": "boss"}, {"#/email": "invalid", "#/role": "invalid_choice"}),
        ({"email": "a\x00@b.example", "role": "editor"}, {"#/email": "null_characters"}),
        ({"email": "mei@b.example\nBcc: all@b.example", "role": "editor"}, {"#/email": "invalid"}),
        ({"email": f"{'m' * 250}@b.example", "role": "editor"}, {"#/email": "max_length"}),
        ({"email": EMAIL, "role": "editor", "verified": True}, {"#/verified": "unknown_field"}),
        ({"email": "owner@crossing.example", "role": "editor"}, {"#/email": "member"}),
    ],
)
def test_a_wrong_invitation_is_told_beside_its_field_and_no_mail_goes_out(firm, owner, data, wrong):
    with pytest.raises(InvalidInput) as refused:
        invite_member(by=owner, organisation=firm, data=data)
    told = complaints(refused.value)
    assert {place: told.get(place) for place in wrong} == wrong
    assert not mail.outbox
    assert not Invitation.objects.exists()


def test_one_invitation_an_address_is_open_and_one_that_expired_makes_way(firm, owner):
    first, old_key = invite(owner, firm)
    with pytest.raises(InvalidInput) as refused:
        invite(owner, firm)
    assert complaints(refused.value) == {"#/email": "invited"}
    Invitation.objects.filter(pk=first.pk).update(expires_at=timezone.now())
    _second, key = invite(owner, firm)
    mei = a_confirmed_user()
    with pytest.raises(StateForbids, match="invitation_expired"):
        accept_invitation(by=mei, key=old_key)
    accept_invitation(by=mei, key=key)


def test_a_key_opens_once_and_not_after_its_end_nor_when_it_was_taken_back(firm, owner):
    mei, lan = a_confirmed_user(), a_confirmed_user("lan@crossing.example")
    _made, key = invite(owner, firm)
    accept_invitation(by=mei, key=key)
    with pytest.raises(StateForbids, match="invitation_used"):
        accept_invitation(by=mei, key=key)
    made, key = invite(owner, firm, lan.email)
    assert made.expires_at - made.created_at > datetime.timedelta(days=13, hours=23)
    Invitation.objects.filter(pk=made.pk).update(expires_at=timezone.now() - datetime.timedelta(seconds=1))
    with pytest.raises(StateForbids, match="invitation_expired"):
        accept_invitation(by=lan, key=key)
    made, key = invite(owner, firm, lan.email)
    revoke_invitation(by=owner, invitation=made)
    with pytest.raises(StateForbids, match="invitation_revoked"):
        accept_invitation(by=lan, key=key)
    with pytest.raises(StateForbids, match="invitation_revoked"):
        revoke_invitation(by=owner, invitation=made)
    with pytest.raises(NotFound):
        accept_invitation(by=lan, key="nonsense")
    assert not firm.memberships.filter(user=lan).exists()


def test_a_key_is_for_its_address_alone_and_only_once_that_is_confirmed(firm, owner):
    _made, key = invite(owner, firm)
    with pytest.raises(NotAllowed) as refused:
        accept_invitation(by=a_confirmed_user("lan@crossing.example"), key=key)
    assert refused.value.code == "another_address"
    mei = factories.a_user(EMAIL)
    with pytest.raises(NotAllowed) as refused:
        accept_invitation(by=mei, key=key)
    assert refused.value.code == "email_not_verified"
    # A second address of an account will do, once confirmed.
    lan = User.objects.get(email="lan@crossing.example")
    EmailAddress.objects.create(user=lan, email=EMAIL, verified=True)
    assert accept_invitation(by=lan, key=key).role == "editor"


def test_only_owners_invite_and_no_more_than_a_bounded_number_waits(firm, owner, editor, viewer, outsider, monkeypatch):
    for user in (editor, viewer, outsider):
        with pytest.raises(NotAllowed):
            invite(user, firm)
    monkeypatch.setattr(invitations, "MOST_OPEN", 1)
    invite(owner, firm)
    with pytest.raises(StateForbids, match="too_many_invitations"):
        invite(owner, firm, "lan@crossing.example")


@pytest.mark.parametrize(
    ("state", "code"), [("suspended", "organisation_suspended"), ("returned", "organisation_returned")]
)
def test_a_suspended_or_returned_organisation_does_not_invite(owner, state, code):
    with pytest.raises(StateForbids, match=code):
        invite(owner, factories.a_firm(owner, state=state))
    assert not mail.outbox


def test_an_offer_of_a_firm_that_was_suspended_since_does_not_open_until_it_stands_again(firm, owner):
    _made, key = invite(owner, firm)
    mei = a_confirmed_user()
    Organisation.objects.filter(pk=firm.pk).update(state="suspended")
    with pytest.raises(StateForbids, match="organisation_suspended"):
        accept_invitation(by=mei, key=key)
    Organisation.objects.filter(pk=firm.pk).update(state="verified")
    accept_invitation(by=mei, key=key)


def test_a_suspended_firm_takes_an_offer_back(api, firm, owner):
    made, key = invite(owner, firm)
    Organisation.objects.filter(pk=firm.pk).update(state="suspended")
    address = f"/api/v1/organisations/{firm.public_id}/invitations/{made.public_id}/"
    assert api(owner).delete(address).status_code == 204
    Organisation.objects.filter(pk=firm.pk).update(state="verified")
    with pytest.raises(StateForbids, match="invitation_revoked"):
        accept_invitation(by=a_confirmed_user(), key=key)


def test_who_joined_in_another_way_meanwhile_is_told(firm, owner):
    _made, key = invite(owner, firm)
    mei = factories.a_member(firm, a_confirmed_user())
    with pytest.raises(StateForbids, match="already_member"):
        accept_invitation(by=mei, key=key)


def test_a_mail_that_can_not_be_sent_leaves_no_open_invitation(firm, owner, monkeypatch):
    def no_server(*args, **kwargs):
        raise SMTPException

    with monkeypatch.context() as broken:
        broken.setattr(invitations, "send_mail", no_server)
        with pytest.raises(StateForbids, match="mail_not_sent"):
            invite(owner, firm)
    assert not Invitation.objects.filter(revoked_at=None).exists()
    invite(owner, firm)


# Pages ----------------------------------------------------------------------------------------------------------------
def sign_up(client: Client, email: str, after: str):
    typed = {"name": "Mei", "email": email, "password1": "nine Plums and a boat", "password2": "nine Plums and a boat"}
    return client.post(reverse("account_signup"), typed | {"next": after}, follow=True)


def test_an_invitation_survives_signing_up_and_confirming(client, firm, owner):
    desk = Client()
    desk.force_login(owner)
    answer = desk.post(reverse("members", args=[firm.public_id]), {"email": EMAIL, "role": "viewer"}, follow=True)
    page = answer.content.decode()
    assert f"A mail to {EMAIL} is on its way." in page
    assert EMAIL in page[page.index("Open invitations") :]
    here = reverse("invitation", args=[key_in_mail()])
    page = client.get(here).content.decode()
    assert f"Act for {firm.name_en}?" in page
    assert f"{reverse('account_signup')}?next={here.replace('/', '%2F')}" in page
    sign_up(client, EMAIL, here)
    confirm = re.search(r"https?://[^/\s]+(/\S+)", mail.outbox[-1].body)
    assert confirm
    assert client.get(confirm[1], follow=True).redirect_chain[-1][0] == here
    page = client.post(here, follow=True).content.decode()
    assert f"You act for {firm.name_en} now, as viewer." in page
    assert client.get(here).url == reverse("organisation", args=[firm.public_id])


def test_an_invitation_survives_signing_in(client, firm, owner):
    _made, key = invite(owner, firm)
    a_confirmed_user()
    here = reverse("invitation", args=[key])
    sent = {"login": EMAIL, "password": factories.PASSWORD, "next": here}
    assert client.post(reverse("account_login"), sent).url == here
    assert "Accept" in client.get(here).content.decode()


def test_its_page_says_why_it_does_not_open_and_tells_no_other_address(client, firm, owner, outsider):
    made, key = invite(owner, firm)
    here = reverse("invitation", args=[key])
    client.force_login(outsider)
    for answer in (client.get(here), client.post(here)):
        assert answer.status_code == 403
        page = answer.content.decode()
        assert "sent to another address" in page
        assert EMAIL not in page
    # Whoever is signed in as somebody else signs out, and in again, and is back here.
    back = f"{reverse('account_login')}?next={here.replace('/', '%2F')}"
    assert f'name="next" value="{back}"' in page
    assert client.post(reverse("account_logout"), {"next": back}).url == back
    client.force_login(outsider)
    assert client.post(here + "x/").status_code == 404
    assert client.get(reverse("invitation", args=["nonsense"])).status_code == 404
    revoke_invitation(by=owner, invitation=made)
    answer = Client().get(here)
    assert (answer.status_code, "was taken back" in answer.content.decode()) == (409, True)
    assert Client().post(here).status_code == 409
    assert not Membership.objects.filter(organisation=firm).exclude(user=owner).exists()


def test_its_page_leads_on_whoever_joined_and_tells_whoever_was_removed_since(client, firm, owner):
    _made, key = invite(owner, firm)
    mei = a_confirmed_user()
    member = accept_invitation(by=mei, key=key)
    client.force_login(mei)
    here = reverse("invitation", args=[key])
    assert client.post(here).url == reverse("organisation", args=[firm.public_id])
    remove_member(by=owner, member=member)
    for answer in (client.get(here), client.post(here)):
        assert (answer.status_code, "was used already" in answer.content.decode()) == (409, True)
    assert not firm.memberships.filter(user=mei).exists()


def test_what_is_wrong_on_the_form_is_told_beside_its_field_and_stays_typed(client, firm, owner):
    client.force_login(owner)
    answer = client.post(reverse("members", args=[firm.public_id]), {"email": "mei", "role": "boss"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "This is not an email address." in page[page.index('id="id_email_error"') :][:300]
    assert 'id="id_role_error"' in page
    assert 'value="mei"' in page


def test_an_owner_takes_an_invitation_back_on_the_page_and_nobody_else_does(client, firm, owner, editor, outsider):
    made, _key = invite(owner, firm)
    address = reverse("invitation-revoke", args=[firm.public_id, made.public_id])
    for user in (editor, outsider):
        client.force_login(user)
        assert client.post(address).status_code == 403
    other = factories.a_firm(outsider)
    client.force_login(outsider)
    assert client.post(reverse("invitation-revoke", args=[other.public_id, made.public_id])).status_code == 404
    client.force_login(owner)
    page = client.post(address, follow=True).content.decode()
    assert f"The invitation of {EMAIL} opens nothing any more." in page
    assert AuditRow.objects.get(action="revoke_invitation").actor == owner


# Over the API ---------------------------------------------------------------------------------------------------------
def test_over_the_api_one_is_invited_listed_taken_back_and_joins(api, firm, owner, editor, outsider):
    every = f"/api/v1/organisations/{firm.public_id}/invitations/"
    made = api(owner).post(every, {"email": EMAIL, "role": "viewer"}, format="json")
    assert made.status_code == 201
    assert set(made.json()) == {"id", "email", "role", "created_at", "expires_at"}
    key = key_in_mail()
    assert key not in made.content.decode()
    assert [row["email"] for row in api(editor).get(every).json()["results"]] == [EMAIL]
    assert api(outsider).get(every).status_code == 403
    assert api(editor).post(every, {"email": "x@b.example", "role": "owner"}, format="json").status_code == 403
    assert api(editor).delete(f"{every}{made.json()['id']}/").status_code == 403
    mei = a_confirmed_user()
    refused = api(outsider).post("/api/v1/memberships/", {"key": key}, format="json")
    assert (refused.status_code, refused.data["code"]) == (403, "another_address")
    joined = api(mei).post("/api/v1/memberships/", {"key": key}, format="json")
    assert (joined.status_code, joined.json()["role"]) == (201, "viewer")
    again = api(mei).post("/api/v1/memberships/", {"key": key}, format="json")
    assert (again.status_code, again.data["code"]) == (409, "invitation_used")
    assert [row["organisation"]["id"] for row in api(mei).get("/api/v1/memberships/").json()["results"]] == [
        str(firm.public_id)
    ]
    assert api(owner).delete(f"{every}{made.json()['id']}/").status_code == 404
    second = api(owner).post(every, {"email": "lan@crossing.example", "role": "viewer"}, format="json").json()
    assert api(owner).delete(f"{every}{second['id']}/").status_code == 204
    assert api(mei).post("/api/v1/memberships/", {"key": "\x00"}, format="json").status_code == 422
    assert api(mei).post("/api/v1/memberships/", {"key": "nonsense"}, format="json").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_two_who_use_one_key_at_once_one_is_told_that_it_was_used():
    if connection.vendor != "postgresql":
        pytest.skip("two real connections: run on PostgreSQL")
    owner = factories.a_user()
    firm = factories.a_firm(owner)
    _made, key = invite(owner, firm)
    mei = a_confirmed_user()
    barrier, outcomes = threading.Barrier(2), []

    def join() -> None:
        barrier.wait()
        try:
            outcomes.append(accept_invitation(by=mei, key=key).role)
        except StateForbids as refused:
            outcomes.append(refused.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=join) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["editor", "invitation_used"]
