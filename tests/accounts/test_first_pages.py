"""The first page, the doors behind it, and what is shown when something is wrong."""

import json
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import Organisation, User
from matching.example import worked_example
from talent.experts import close_expert, publish_expert
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


def test_the_first_page_has_a_door_for_who_needs_people_looks_for_work_and_teaches(client):
    page = client.get(reverse("home")).content.decode()
    doors = re.findall(r'<a class="card door" href="([^"]+)"><h2>([^<]+)</h2>', page)
    signup, register = reverse("account_signup"), reverse("organisation-new")
    assert doors == [
        (f"{signup}?next={register}%3Fkind%3Denterprise", "I need people"),
        (f"{signup}?next={reverse('home')}", "I look for work"),
        (f"{signup}?next={register}", "I teach"),
    ]


def test_a_new_person_chooses_a_door(client):
    client.force_login(factories.a_user())
    page = client.get(reverse("home")).content.decode()
    assert re.findall(r'<h2 id="\w+">([^<]+)</h2>', page) == ["I need people", "I look for work", "I teach", "I advise"]
    assert f'href="{reverse("organisation-new")}?kind=enterprise"' in page
    assert f'action="{reverse("profile-new")}"' in page
    assert f'href="{reverse("organisation-new")}"' in page
    assert f'href="{reverse("expert-new")}"' in page


HATS = {
    "firm": lambda user: factories.a_firm(user),
    "school": lambda user: factories.a_school(user),
    "base": lambda user: factories.a_training_body(user, "pending"),
    "authority": lambda user: factories.a_firm(user, kind=Organisation.Kind.AUTHORITY),
    "student": lambda user: factories.a_profile(user=user),
    "expert": lambda user: factories.an_expert(user),
    "staff": lambda user: User.objects.filter(pk=user.pk).update(is_staff=True),
}


@pytest.mark.parametrize(
    ("hats", "where"),
    [
        ("firm", "needs"),
        ("school", "teaching"),
        ("base", "teaching"),
        ("authority", "organisations"),
        ("student", "matches"),
        ("staff", "runs"),
        ("firm school student expert staff", "needs"),
        ("school student expert staff", "teaching"),
        ("student expert staff", "matches"),
    ],
)
def test_everybody_else_goes_to_their_desk_the_first_of_several(client, hats, where):
    user = factories.a_user()
    for hat in hats.split():
        HATS[hat](user)
    client.force_login(user)
    assert client.get(reverse("home")).url == reverse(where)


def test_an_expert_goes_to_the_needs_that_suit_or_to_the_profile_that_is_not_published(client):
    user = factories.a_user(is_staff=True)
    expert = factories.an_expert(user)
    client.force_login(user)
    assert client.get(reverse("home")).url == reverse("expert", args=[expert.public_id])
    publish_expert(by=user, expert=expert)
    assert client.get(reverse("home")).url == reverse("expert-needs", args=[expert.public_id])
    assert client.get(reverse("home"), follow=True).status_code == 200
    close_expert(by=user, expert=expert)
    assert client.get(reverse("home")).url == reverse("expert", args=[expert.public_id])


@pytest.mark.parametrize(
    ("hats", "places"),
    [
        ("school", ["Desk", "Programs", "Courses", "Students", "Organisations", "Skills"]),
        ("base", ["Desk", "Courses", "Students", "Organisations", "Skills"]),
        ("school student", ["Desk", "Programs", "Courses", "Students", "Matches", "Profile"]),
        ("base student", ["Desk", "Courses", "Students", "Matches", "Profile", "Organisations"]),
        ("firm base", ["Needs", "Experts", "Desk", "Courses", "Students", "Organisations"]),
        ("student", ["Matches", "Profile", "Courses", "Organisations", "Skills"]),
    ],
)
def test_the_top_bar_has_at_most_six_places_those_of_ones_own_first(client, hats, places):
    user = factories.a_user()
    for hat in hats.split():
        HATS[hat](user)
    client.force_login(user)
    answer = client.get(reverse("home"), follow=True)
    assert [place.label for place in answer.context["desk"]] == places
    assert answer.context["desk"][0].current


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
