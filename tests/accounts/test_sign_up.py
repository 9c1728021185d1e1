"""From nobody to a matched person: sign up, confirm the address, choose a door, write a profile."""

import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import User
from talent.models import Profile
from tests import factories

pytestmark = pytest.mark.django_db
PASSWORD = "nine Plums and a boat"


@pytest.fixture(autouse=True)
def _no_tries_before() -> None:
    """Limits on tries are kept in the cache, which outlives a test."""
    cache.clear()


def link_in_newest_mail() -> str:
    found = re.search(r"https?://[^/\s]+(/\S+)", mail.outbox[-1].body)
    assert found
    return found[1]


def sign_up(client: Client, email: str = "mei@crossing.example", **more: str):
    typed = {"name": "Mei Example", "email": email, "password1": PASSWORD, "password2": PASSWORD} | more
    return client.post(reverse("account_signup"), typed, follow=True)


@pytest.mark.parametrize(("asked", "kept"), [("zh-CN,zh;q=0.9", "zh-hans"), ("en", "en"), ("tlh", "en")])
def test_who_signs_up_is_written_to_in_the_language_of_that_page(asked, kept):
    sign_up(Client(headers={"accept-language": asked}))
    assert User.objects.get().language == kept


def test_a_new_person_signs_up_confirms_chooses_a_door_and_fills_in_a_profile(client):
    skills = factories.some_skills(3)
    answer = sign_up(client)
    assert "Confirm your email" in answer.content.decode()
    assert "_auth_user_id" not in client.session

    answer = client.get(link_in_newest_mail(), follow=True)
    assert "Which door is yours?" in answer.content.decode()

    answer = client.post(reverse("profile-new"), follow=True)
    page = answer.content.decode()
    assert "Name 3 skills to be matched" in page
    assert 'value="Mei Example"' in page

    typed = {"name": "Mei Example", "language": "en", "adult": "yes", "kinds": ["job"], "do": "save"}
    for number, skill in enumerate(skills):
        typed |= {f"skill-{number}": skill.code, f"level-{number}": "3", f"evidence-{number}": ""}
    answer = client.post(reverse("profile"), typed, follow=True)
    assert "3 skills count" in answer.content.decode()

    profile = Profile.objects.get(user__email="mei@crossing.example")
    assert not profile.matching
    client.post(reverse("matching-switch"), {"on": "1"})
    assert Profile.objects.listed().get() == profile


@pytest.mark.parametrize(("door", "chosen"), [("I need people", "enterprise"), ("I teach", "")])
def test_a_person_who_came_to_register_an_organisation_gets_there_after_confirming(client, door, chosen):
    first = client.get(reverse("home")).content.decode()
    way_in = re.search(rf'<a class="card door" href="([^"]+)"><h2>{door}</h2>', first)
    assert way_in
    following = re.search(r'name="next" value="([^"]+)"', client.get(way_in[1]).content.decode())
    assert following
    sign_up(client, next=following[1])
    answer = client.get(link_in_newest_mail(), follow=True)
    assert answer.redirect_chain[-1][0].partition("?")[0] == reverse("organisation-new")
    assert answer.context["typed"] == {"kind": chosen}


def test_an_address_that_has_an_account_is_not_given_away(client):
    factories.a_user("mei@crossing.example")
    fresh = sign_up(Client(), "other@crossing.example").content.decode()
    taken = sign_up(client).content.decode()
    assert "Confirm your email" in fresh
    assert "Confirm your email" in taken
    assert mail.outbox[-1].subject == "You have an account already"
    assert User.objects.filter(email="mei@crossing.example").count() == 1


def test_what_was_typed_stays_when_the_passwords_differ(client):
    answer = sign_up(client, password2="another one altogether")
    page = answer.content.decode()
    assert 'value="mei@crossing.example"' in page
    assert 'aria-invalid="true"' in page
    assert not User.objects.exists()


def test_a_person_signs_in_with_their_password_and_out_again(client):
    sign_up(client)
    client.get(link_in_newest_mail())
    client.post(reverse("account_logout"))
    assert "_auth_user_id" not in client.session
    client.post(reverse("account_login"), {"login": "mei@crossing.example", "password": PASSWORD})
    assert "_auth_user_id" in client.session


def test_a_wrong_password_is_told_without_saying_which_half_is_wrong(client):
    factories.a_user("mei@crossing.example")
    for email in ("mei@crossing.example", "nobody@crossing.example"):
        answer = client.post(reverse("account_login"), {"login": email, "password": "wrong"})
        assert "The email address and/or password you specified are not correct." in answer.content.decode()


def test_a_new_password_is_set_by_the_link_in_a_mail_and_only_once(client):
    sign_up(client)
    client.get(link_in_newest_mail())
    client.post(reverse("account_logout"))
    answer = client.post(reverse("account_reset_password"), {"email": "mei@crossing.example"}, follow=True)
    assert "Look into your mail" in answer.content.decode()
    assert mail.outbox[-1].subject == "Set a new password"
    link = link_in_newest_mail()

    answer = client.get(link, follow=True)
    action = answer.redirect_chain[-1][0]
    new = "eleven Litchis under a roof"
    answer = client.post(action, {"password1": new, "password2": new}, follow=True)
    assert "Your new password is set" in answer.content.decode()

    assert "This link no longer works" in Client().get(link, follow=True).content.decode()
    client.post(reverse("account_login"), {"login": "mei@crossing.example", "password": new})
    assert "_auth_user_id" in client.session


def test_nobody_learns_from_the_reset_page_whether_an_address_has_an_account(client):
    answer = client.post(reverse("account_reset_password"), {"email": "nobody@crossing.example"}, follow=True)
    assert "Look into your mail" in answer.content.decode()
    assert mail.outbox[-1].subject == "No account with this address"


@pytest.mark.parametrize(
    "name",
    [
        "account_login",
        "account_signup",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key_done",
        "account_email_verification_sent",
        "account_inactive",
    ],
)
def test_a_page_of_the_door_is_in_our_house_style(client, name):
    page = client.get(reverse(name)).content.decode()
    assert 'class="deskbar"' in page
    assert 'class="card panel"' in page


@pytest.mark.parametrize(
    "name", ["account_logout", "account_email", "account_change_password", "account_reauthenticate"]
)
def test_a_page_of_the_account_is_in_our_house_style(client, name):
    client.force_login(factories.a_user())
    page = client.get(reverse(name)).content.decode()
    assert 'class="deskbar"' in page
    assert 'class="card panel"' in page


def test_a_confirmation_link_that_is_too_old_says_what_to_do(client):
    page = client.get(reverse("account_confirm_email", args=["nonsense"])).content.decode()
    assert "This link no longer works" in page


def test_too_many_tries_are_answered_in_our_house_style(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"reset_password": "1/m/ip"}
    client.post(reverse("account_reset_password"), {"email": "nobody@crossing.example"})
    answer = client.post(reverse("account_reset_password"), {"email": "nobody@crossing.example"})
    assert answer.status_code == 429
    assert "Too many tries" in answer.content.decode()
