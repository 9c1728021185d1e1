"""Signing in over the API: a token for email and password."""

import pytest
from allauth.account.models import EmailAddress
from rest_framework.test import APIClient

from accounts.models import AuditRow, Token, User
from tests import factories

from .conftest import faults

TOKENS = "/api/v1/tokens/"


@pytest.fixture
def person(db):
    user = factories.a_user("li@crossing.example")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def ask(email="li@crossing.example", password=factories.PASSWORD, client=None, **more):
    body = {"email": email, "password": password, "name": "walk"} | more
    return (client or APIClient()).post(TOKENS, body, format="json")


def test_email_and_password_give_a_token_that_opens_what_its_person_may_see(person):
    answer = ask()
    assert answer.status_code == 201
    assert set(answer.data) == {"id", "token", "name", "created_at"}
    assert answer.data["name"] == "walk"
    assert answer["Cache-Control"] == "no-store"
    client = APIClient(headers={"authorization": f"Bearer {answer.data['token']}"})
    assert client.get(TOKENS).status_code == 200


def test_the_secret_is_shown_once_and_kept_only_as_a_hash(person):
    answer = ask()
    secret = answer.data["token"]
    assert secret not in str(list(Token.objects.values()))
    assert secret not in str(list(AuditRow.objects.values()))
    client = APIClient(headers={"authorization": f"Bearer {secret}"})
    listed = client.get(TOKENS).json()["results"]
    assert [row["id"] for row in listed] == [answer.data["id"]]
    assert set(listed[0]) == {"id", "name", "created_at", "last_used_at"}
    assert listed[0]["created_at"].endswith("+08:00")


def test_capital_letters_in_the_email_do_not_matter(person):
    assert ask(email="Li@Crossing.Example").status_code == 201


@pytest.mark.parametrize(("email", "password"), [("li@crossing.example", "wrong"), ("nobody@crossing.example", "x")])
def test_a_wrong_password_and_an_unknown_email_are_told_alike(person, email, password):
    answer = ask(email, password)
    assert answer.status_code == 401
    assert answer.data["code"] == "wrong_credentials"
    assert answer["WWW-Authenticate"] == "Bearer"
    assert not Token.objects.exists()


def test_an_email_that_was_not_confirmed_gets_no_token(person):
    EmailAddress.objects.update(verified=False)
    answer = ask()
    assert (answer.status_code, answer.data["code"]) == (403, "email_not_verified")
    assert not Token.objects.exists()


def test_an_account_that_is_switched_off_gets_no_token(person):
    User.objects.filter(pk=person.pk).update(is_active=False)
    answer = ask()
    assert (answer.status_code, answer.data["code"]) == (403, "account_inactive")
    assert not Token.objects.exists()


def test_an_account_that_is_switched_off_later_loses_its_tokens_at_once(person, api):
    client = api(person)
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert client.get(TOKENS).status_code == 401


def test_after_five_wrong_passwords_the_email_has_to_wait_even_with_the_right_one(person):
    for place in range(5):
        assert ask(password="wrong", client=APIClient(REMOTE_ADDR=f"10.0.0.{place}")).status_code == 401
    answer = ask(client=APIClient(REMOTE_ADDR="10.0.0.9"))
    assert (answer.status_code, answer.data["code"]) == (429, "too_many_requests")
    assert int(answer["Retry-After"]) > 0
    assert answer["Content-Type"] == "application/problem+json"


def test_one_place_cannot_try_many_emails(person):
    for number in range(10):
        assert ask(email=f"person{number}@crossing.example", password="wrong").status_code == 401
    assert ask(email="another@crossing.example", password="wrong").status_code == 429


def test_a_made_up_forwarding_header_does_not_help(person):
    for number in range(5):
        assert ask(password="wrong", client=APIClient(HTTP_X_FORWARDED_FOR=f"1.2.3.{number}")).status_code == 401
    assert ask(client=APIClient(HTTP_X_FORWARDED_FOR="5.6.7.8")).status_code == 429


def test_many_right_passwords_are_limited_too(person):
    answers = [ask().status_code for _ in range(31)]
    assert answers == [201] * 30 + [429]


def test_signing_in_on_a_page_counts_together_with_the_api(person, client):
    for _ in range(5):
        client.post("/accounts/login/", {"login": person.email, "password": "wrong"})
    assert ask().status_code == 429


def test_a_revoked_token_opens_nothing_and_is_listed_no_more(person, api):
    kept, gone = api(person), api(person)
    token = Token.objects.order_by("-id").first()
    assert kept.delete(f"{TOKENS}{token.public_id}/").status_code == 204
    refused = gone.get(TOKENS)
    assert (refused.status_code, refused.data["code"]) == (401, "not_signed_in")
    assert str(token.public_id) not in str(kept.get(TOKENS).data)
    assert kept.delete(f"{TOKENS}{token.public_id}/").status_code == 404


def test_nobody_lists_or_revokes_anothers_tokens(person, outsider, api):
    api(person)
    token = Token.objects.get(user=person)
    client = api(outsider)
    assert str(token.public_id) not in str(client.get(TOKENS).data)
    assert client.delete(f"{TOKENS}{token.public_id}/").status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None


def test_what_is_missing_is_told_with_pointers(db):
    answer = APIClient().post(TOKENS, {"email": "x\x00"}, format="json")
    assert faults(answer) == {"#/email": "null_characters", "#/password": "required", "#/name": "required"}


def test_a_broken_token_beside_the_request_does_not_stop_asking_for_a_new_one(person):
    assert ask(client=APIClient(headers={"authorization": "Bearer nonsense"})).status_code == 201


@pytest.mark.parametrize("header", ["Bearer", "Bearer a b", "Bearer caf\xe9\xff", "bearer nonsense"])
def test_a_token_that_is_none_is_refused(db, header):
    answer = APIClient().get(TOKENS, HTTP_AUTHORIZATION=header)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
