"""A person's profile on its page: what is shown, what is saved, what is told, and the switch."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditRow, Consent
from talent.models import Claim, Profile
from talent.naming import give_pseudonyms
from tests import factories

pytestmark = pytest.mark.django_db
PAGE = reverse("profile")


def a_form(profile: Profile, claims: list[tuple[str, str]] | None = None, **typed: Any) -> dict[str, Any]:
    """The form as a browser sends it: the profile as it stands, with what is typed over it."""
    rows = claims
    if rows is None:
        rows = [(claim.skill.code, str(claim.level)) for claim in profile.claims.filter(source="self")]
    sent: dict[str, Any] = {
        "name": profile.name,
        "contact": profile.contact,
        "headline": profile.headline,
        "text": profile.text,
        "language": profile.language,
        "city": "",
        "available_from": "",
        "adult": "yes",
        "moves": "",
        "remote": "",
        "kinds": [],
        "spoken-0": "",
        "spoken_level-0": "",
        "q": "",
        "do": "save",
    }
    for number, (code, level) in enumerate(rows):
        sent |= {f"skill-{number}": code, f"level-{number}": level, f"evidence-{number}": ""}
    return sent | typed


@pytest.fixture
def desk(client, student):
    client.force_login(student.user)
    return client


def test_the_title_says_how_many_skills_count(desk):
    assert "3 skills count" in desk.get(PAGE).content.decode()


def test_with_too_few_skills_the_title_says_how_many_are_missing(client):
    profile = factories.a_profile({factories.a_skill(): 3})
    client.force_login(profile.user)
    assert "2 more skills, and you can be matched" in client.get(PAGE).content.decode()


def test_everything_that_is_typed_is_kept(desk, student):
    factories.a_city()
    extra = factories.a_skill()
    rows = [(claim.skill.code, "4") for claim in student.claims.all()] + [(extra.code, "2")]
    sent = a_form(
        student,
        rows,
        name="岑亦桐 𠮷 🚢",
        contact="mail@crossing.example",
        headline="Ads and listings",
        text="First line.\r\nSecond line.",
        language="zh-Hans",
        city="foshan",
        available_from="2027-01-15",
        moves="yes",
        remote="no",
        kinds=["job", "project"],
        **{"spoken-0": "en", "spoken_level-0": "4", "spoken-1": "zh", "spoken_level-1": "5"},
        **{"evidence-0": "two stores"},
    )
    answer = desk.post(PAGE, sent, follow=True)
    assert answer.redirect_chain == [(PAGE, 302)]
    student.refresh_from_db()
    assert (student.name, student.text, student.language) == ("岑亦桐 𠮷 🚢", "First line.\nSecond line.", "zh-Hans")
    assert (student.city.code, student.moves, student.remote, student.adult) == ("foshan", True, False, True)
    assert student.kinds == ["job", "project"]
    assert student.languages == {"en": 4, "zh": 5}
    assert str(student.available_from) == "2027-01-15"
    assert sorted(student.claims.values_list("level", flat=True)) == [2, 4, 4, 4]
    assert student.claims.get(evidence="two stores").skill.code == rows[0][0]
    page = answer.content.decode()
    assert 'value="岑亦桐 𠮷 🚢"' in page
    assert "4 skills count" in page


def test_saving_does_not_turn_the_switch(desk, student):
    Profile.objects.filter(pk=student.pk).update(matching=False)
    desk.post(PAGE, a_form(student, headline="Another line"))
    student.refresh_from_db()
    assert student.headline == "Another line"
    assert not student.matching


def test_saving_the_same_again_changes_nothing(desk, student):
    desk.post(PAGE, a_form(student, headline="A line"))
    student.refresh_from_db()
    rows = AuditRow.objects.count()
    answer = desk.post(PAGE, a_form(student, headline="A line"), follow=True)
    assert "Nothing was changed." in answer.content.decode()
    assert AuditRow.objects.count() == rows


BAD = [
    ({"name": ""}, "name", "This is needed."),
    ({"name": "x" * 10_000}, "name", "At most 100 characters"),
    ({"text": "a\x00b"}, "text", "unreadable (NUL)"),
    ({"headline": "x" * 201}, "headline", "At most 200 characters"),
    ({"language": "fr"}, "language", "is not one of the choices"),
    ({"city": "atlantis"}, "city", "is not known here"),
    ({"available_from": "15.1.2027"}, "available_from", "This is not a day."),
    ({"adult": "perhaps"}, "adult", "This must be yes or no."),
    ({"kinds": ["job", "piracy"]}, "kinds", "is not one of the choices"),
    ({"spoken-0": "tlh", "spoken_level-0": "3"}, "spoken-0", "is not one of the languages"),
    ({"spoken-0": "en", "spoken_level-0": ""}, "spoken-0", "A level is a whole number from 1"),
    ({"spoken-0": "en", "spoken_level-0": "9"}, "spoken-0", "A level is a whole number from 1"),
    ({"level-0": "0"}, "level-0", "A level is a whole number from 1"),
    ({"level-0": "6"}, "level-0", "A level is a whole number from 1"),
    ({"level-0": ""}, "level-0", "A level is a whole number from 1"),
    ({"level-0": "NaN"}, "level-0", "A level is a whole number from 1"),
    ({"evidence-0": "x" * 501}, "evidence-0", "At most 500 characters"),
]


@pytest.mark.parametrize(("typed", "field", "said"), BAD, ids=lambda value: str(value)[:30])
def test_what_is_wrong_is_told_beside_its_field_and_nothing_is_half_written(desk, student, typed, field, said):
    before = Profile.objects.values().get()
    answer = desk.post(PAGE, a_form(student, **({"headline": "Typed before"} | typed)))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page[page.index(f'id="id_{field}_error"') :][:400]
    if field != "headline":
        assert 'value="Typed before"' in page
    assert Profile.objects.values().get() == before


def test_an_unknown_skill_and_the_same_skill_twice_are_told_in_their_row(desk, student):
    code = student.claims.first().skill.code
    page = desk.post(PAGE, a_form(student, [("XX9999", "3")])).content.decode()
    assert "is not a skill of the framework" in page
    page = desk.post(PAGE, a_form(student, [(code, "3"), (code, "4")])).content.decode()
    assert "This skill is there already; each stands once." in page
    assert student.claims.count() == 3


def test_two_hundred_and_one_skills_are_too_many(desk, student):
    page = desk.post(PAGE, a_form(student, [(f"T{number}", "3") for number in range(201)])).content.decode()
    assert "At most 200 skills." in page
    assert student.claims.count() == 3


def test_bytes_that_are_no_text_are_told_and_not_kept(desk, student):
    fields = "&".join(f"{name}={value}" for name, value in a_form(student).items() if value != [])
    body = fields.replace("headline=", "headline=%FF%FE")
    answer = desk.post(PAGE, body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 422
    assert "characters in it that cannot be read" in answer.content.decode()


def test_the_same_language_twice_is_told(desk, student):
    typed = {"spoken-0": "en", "spoken_level-0": "4", "spoken-1": "en", "spoken_level-1": "5"}
    page = desk.post(PAGE, a_form(student, **typed)).content.decode()
    assert "This language is there already; each stands once." in page
    student.refresh_from_db()
    assert student.languages == {}


def test_a_skill_is_found_without_scripts_and_added_but_not_saved_yet(desk, student):
    factories.a_skill("T0SQL", "SQL querying", "SQL 数据查询")
    page = desk.post(PAGE, a_form(student, q="sql", find="1", headline="Typed before")).content.decode()
    assert 'name="add" value="T0SQL"' in page
    assert 'value="Typed before"' in page
    sent = a_form(student, add="T0SQL", headline="Typed before")
    page = desk.post(PAGE, sent).content.decode()
    assert 'name="skill-3" value="T0SQL"' in page
    assert "Not saved yet" in page
    assert 'value="Typed before"' in page
    assert student.claims.count() == 3


def test_return_in_the_search_field_searches_and_saves_nothing(desk, student):
    factories.a_skill("T0SQL", "SQL querying", "SQL 数据查询")
    page = desk.post(PAGE, a_form(student, q="sql", do="", headline="Typed before")).content.decode()
    assert 'name="add" value="T0SQL"' in page
    student.refresh_from_db()
    assert student.headline == ""


def test_a_link_from_a_match_opens_the_form_with_that_skill_waiting(desk, student):
    skill = factories.a_skill("T0SQL", "SQL querying", "SQL 数据查询")
    page = desk.get(PAGE, {"add": skill.code}).content.decode()
    assert 'name="skill-3" value="T0SQL"' in page
    assert student.claims.count() == 3


def test_a_skill_is_taken_off_when_the_form_is_saved_without_it(desk, student):
    codes = [claim.skill.code for claim in student.claims.all()]
    page = desk.post(PAGE, a_form(student, remove="1")).content.decode()
    assert f'value="{codes[1]}"' not in page
    assert student.claims.count() == 3
    desk.post(PAGE, a_form(student, [(codes[0], "3"), (codes[2], "3")]))
    assert set(student.claims.values_list("skill__code", flat=True)) == {codes[0], codes[2]}


def test_a_confirmed_skill_is_shown_and_only_others_can_change_it(desk, student):
    skill = factories.a_skill("T0CONF", "Confirmed skill", "已证实技能")
    claim = factories.confirm(student, skill, 4)
    page = desk.get(PAGE).content.decode()
    assert "Confirmed skill" in page
    assert "to level 4: university" in page
    assert 'value="T0CONF"' not in page
    desk.post(PAGE, a_form(student, []))
    assert list(student.claims.all()) == [claim]


def test_claims_that_were_found_in_a_text_are_edited_like_declared_ones(desk, student):
    skill = factories.a_skill("T0TEXT", "From the text", "文中技能")
    Claim.objects.create(profile=student, skill=skill, level=2, source="text")
    assert 'value="T0TEXT"' in desk.get(PAGE).content.decode()


def test_the_switch_takes_a_person_out_of_matching_and_keeps_everything(desk, student):
    answer = desk.post(reverse("matching-switch"), {"back": "matches"}, follow=True)
    assert answer.redirect_chain == [(reverse("matches"), 302)]
    student.refresh_from_db()
    assert not student.matching
    assert student.claims.count() == 3
    assert "Matching is off" in answer.content.decode()
    desk.post(reverse("matching-switch"), {"on": "1"})
    student.refresh_from_db()
    assert student.matching
    assert Consent.objects.filter(user=student.user, purpose="matching", withdrawn_at=None).count() == 1


def test_the_switch_leads_nowhere_else(desk):
    answer = desk.post(reverse("matching-switch"), {"back": "https://elsewhere.example/"})
    assert answer.url == PAGE


def test_a_second_profile_is_not_made(desk, student):
    answer = desk.post(reverse("profile-new"), follow=True)
    assert "You have a profile already." in answer.content.decode()
    assert Profile.objects.count() == 1


def test_who_has_no_profile_chooses_a_door_first(client):
    client.force_login(factories.a_user())
    assert client.get(PAGE).url == reverse("home")


def test_a_profile_is_never_made_by_opening_an_address(client):
    client.force_login(factories.a_user())
    assert client.get(reverse("profile-new")).status_code == 405
    assert not Profile.objects.exists()


def test_the_table_of_who_sees_what_says_that_no_firm_sees_the_name(desk):
    page = desk.get(PAGE).content.decode()
    row = page[page.index("Name and contact</th>") :][:400]
    assert row.index("not seen") < row.index("seen", row.index("not seen") + 8)


def test_the_names_under_which_firms_know_a_person_are_listed(desk, student, firm):
    give_pseudonyms(firm, [student.pk])
    name = str(student.pseudonyms.get())
    assert f"<b>{name}</b> to {firm.name_en}" in desk.get(PAGE).content.decode()


def test_the_page_costs_the_same_with_three_skills_and_with_thirty(desk, student, django_assert_max_num_queries):
    with CaptureQueriesContext(connection) as few:
        desk.get(PAGE)
    for skill in factories.some_skills(27):
        Claim.objects.create(profile=student, skill=skill, level=3)
    with django_assert_max_num_queries(len(few)):
        desk.get(PAGE)
