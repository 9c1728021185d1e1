"""The first page, the doors behind it, and what is shown when something is wrong."""

import json
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from matching.example import worked_example
from tests import factories

pytestmark = pytest.mark.django_db


def test_the_first_page_shows_a_match_that_adds_up(client):
    page = client.get(reverse("home")).content.decode()
    example = worked_example().explanation
    assert example.score == pytest.approx(
        sum(part.points for part in example.parts) - example.focus_deduction + example.text_bonus
    )
    assert "Longan 27" in page
    assert "Supply chain management" in page
    assert page.count('<svg class="ladder"') == len(example.parts)


def test_the_first_page_is_the_same_match_in_chinese(client):
    page = client.get(reverse("home"), headers={"accept-language": "zh-CN"}).content.decode()
    assert "龙眼 27" in page
    assert "供应链管理" in page
    assert 'lang="zh-Hans"' in page


def test_the_sample_of_the_api_says_what_the_picture_says():
    for language in ("en", "zh-hans"):
        with translation.override(language):
            example = worked_example()
        read = json.loads(example.answer.replace(", …]", "]"))
        assert read["score"] == round(example.explanation.score, 3)
        assert read["parts"][0]["verdict"] == "partly"


def test_the_first_page_reads_no_table(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get(reverse("home"))


def test_a_new_person_chooses_a_door(client):
    client.force_login(factories.a_user())
    page = client.get(reverse("home")).content.decode()
    assert reverse("organisation-new") in page
    assert f'action="{reverse("profile-new")}"' in page


@pytest.mark.parametrize(("who", "where"), [("firm", "needs"), ("student", "matches"), ("staff", "runs")])
def test_everybody_else_goes_to_their_desk(client, who, where):
    if who == "firm":
        user = factories.a_user()
        factories.a_firm(user)
    elif who == "student":
        user = factories.a_profile().user
    else:
        user = factories.staff()
    client.force_login(user)
    assert client.get(reverse("home")).url == reverse(where)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_page_that_is_not_there_says_so_in_our_house_style(client, language):
    answer = client.get("/nothing/", headers={"accept-language": language})
    page = answer.content.decode()
    assert answer.status_code == 404
    assert 'class="deskbar"' in page
    assert reverse("home") in page


def test_a_crash_shows_a_page_and_no_traceback(client, monkeypatch):
    client.raise_request_exception = False
    client.force_login(factories.a_profile().user)
    monkeypatch.setattr("talent.views.levels_of_profiles", lambda keys: 1 / 0)
    answer = client.get(reverse("profile"))
    page = answer.content.decode()
    assert answer.status_code == 500
    assert "Something broke on our side." in page
    assert "ZeroDivisionError" not in page


def test_a_form_that_is_too_large_is_refused_with_a_page(client):
    client.force_login(factories.a_profile().user)
    answer = client.post(reverse("profile"), {"text": "x" * (3 * 1024 * 1024)})
    assert answer.status_code == 413
    assert "Too large" in answer.content.decode()
    assert "Go back, shorten it and send it again." in answer.content.decode()


def test_a_form_without_its_token_says_what_to_do():
    client = Client(enforce_csrf_checks=True)
    answer = client.post(reverse("account_login"), {})
    assert answer.status_code == 403
    assert "Send it again" in answer.content.decode()


def test_the_language_switch_is_kept_for_letters(client, owner):
    def switch(code):
        client.post(reverse("set_language"), {"language": code, "next": "/"})
        owner.refresh_from_db()
        return owner.language

    assert switch("zh-hans") == ""  # nobody is signed in
    client.force_login(owner)
    assert switch("zh-hans") == "zh-hans"
    assert switch("tlh") == "zh-hans"
    assert client.get(reverse("set_language")).status_code == 302
    assert switch("en") == "en"


def test_the_language_switch_leads_back_to_the_same_page(client):
    page = client.get(reverse("account_signup")).content.decode()
    found = re.search(r'name="language" value="([^"]+)"', page)
    assert found
    assert found[1] == "zh-hans"
    client.post(reverse("set_language"), {"language": found[1], "next": reverse("account_signup")})
    assert 'lang="zh-Hans"' in client.get(reverse("account_signup")).content.decode()
