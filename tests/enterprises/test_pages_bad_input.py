"""Bad input on the form of a need: a clear message beside the field, what was typed kept, nothing half written."""

import html
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditRow, Organisation, User
from enterprises.forms import NeedForm
from enterprises.models import Need, NeedSkill
from skills.models import Skill
from tests import factories

from .test_pages import filled

pytestmark = pytest.mark.django_db

LEVEL = "A level is a whole number from 1 (aware) to 5 (leading)."
WEIGHT = "A weight is a number above 0, at most 10."


@pytest.fixture
def skill() -> Skill:
    return factories.a_skill(label_en="SQL querying")


@pytest.fixture
def desk(client: Client, editor: User) -> Client:
    client.force_login(editor)
    return client


def refused(desk: Client, sent: dict[str, Any]) -> tuple[str, NeedForm]:
    """The page that comes back, and the form in it; nothing was written."""
    answer = desk.post(reverse("need-new"), {"do": "save"} | sent)
    assert answer.status_code == 422
    assert not Need.objects.exists()
    assert not NeedSkill.objects.exists()
    assert not AuditRow.objects.exists()
    return html.unescape(answer.content.decode()), answer.context["form"]


def beside(form: NeedForm, name: str) -> list[str]:
    """What stands beside one field, the only one that is wrong."""
    assert list(form.errors) == [name]
    return [str(said) for said in form.errors[name]]


def test_an_unknown_skill_is_named_and_kept(desk: Client, skill: Skill) -> None:
    page, form = refused(desk, filled(skill) | {"skill-0": "DT9999"})
    assert beside(form, "skill-0") == ["“DT9999” is not a skill of the framework."]
    assert 'name="skill-0" value="DT9999"' in page
    assert "“DT9999” is not a skill of the framework." in page


@pytest.mark.parametrize("level", ["0", "6", "-1", "2.5", "many", ""])
def test_a_level_outside_of_the_five_is_told_at_its_stepper(desk: Client, skill: Skill, level: str) -> None:
    page, form = refused(desk, filled(skill) | {"level-0": level})
    assert beside(form, "level-0") == [LEVEL]
    assert 'id="id_level-0_error"' in page


@pytest.mark.parametrize("weight", ["0", "-1", "NaN", "inf", "11", "0 essential", "NaN essential", "heavy", ""])
def test_a_weight_that_is_none_is_told_at_its_select_and_kept(desk: Client, skill: Skill, weight: str) -> None:
    page, form = refused(desk, filled(skill) | {"weight-0": weight})
    assert beside(form, "weight-0") == [WEIGHT]
    assert f'<option value="{weight}" selected>' in page


def test_the_same_skill_twice_is_told_at_the_second(desk: Client, skill: Skill) -> None:
    page, form = refused(desk, filled(skill, skill))
    assert beside(form, "skill-1") == ["This skill is there already; each stands once."]
    assert page.count(f'value="{skill.code}"') == 2


def test_the_same_language_twice_is_told_at_the_second(desk: Client) -> None:
    twice = {"spoken-0": "en", "spoken_level-0": "3", "spoken-1": "en", "spoken_level-1": "4"}
    _page, form = refused(desk, filled(**twice))
    assert beside(form, "spoken-1") == ["This language is there already; each stands once."]


def test_an_unknown_language_and_a_wrong_level_are_told_at_their_row(desk: Client) -> None:
    page, form = refused(desk, filled(**{"spoken-0": "xx", "spoken-1": "en", "spoken_level-1": "9"}))
    assert list(form.errors) == ["spoken-0", "spoken-1"]
    assert '<option value="xx" selected>' in page
    assert LEVEL in page


def test_a_start_that_has_passed_is_told(desk: Client) -> None:
    page, form = refused(desk, filled(starts_on="2020-02-03"))
    assert beside(form, "starts_on") == ["This day has passed."]
    assert 'value="2020-02-03"' in page


def test_a_day_that_is_none_is_told_and_kept(desk: Client) -> None:
    page, form = refused(desk, filled(starts_on="2027-02-30"))
    assert beside(form, "starts_on") == ["This is not a day. Write it as 2027-03-01."]
    assert 'value="2027-02-30"' in page


def test_pay_out_of_order_is_told_at_the_upper_bound(desk: Client) -> None:
    page, form = refused(desk, filled(pay_min="13,000", pay_max="9,000"))
    assert beside(form, "pay_max") == ["This is below the lower bound."]
    assert 'value="13,000"' in page
    assert 'value="9,000"' in page


@pytest.mark.parametrize("amount", ["-1", "much", "1.234", "9,5", "NaN", "1e99", "1e3", "1_000", "99999999999.99"])
def test_an_amount_that_is_none_is_told(desk: Client, amount: str) -> None:
    page, form = refused(desk, filled(pay_min=amount))
    assert list(form.errors) == ["pay_min"]
    assert f'value="{amount}"' in page


def test_a_title_of_10000_characters_is_told_and_kept(desk: Client) -> None:
    title = "长" * 10_000
    page, form = refused(desk, filled(title=title))
    assert beside(form, "title") == ["At most 200 characters; please shorten it."]
    assert title in page


def test_a_text_that_is_too_long_is_told_and_kept(desk: Client) -> None:
    page, form = refused(desk, filled(text="x" * 100_001))
    assert beside(form, "text") == ["At most 100000 characters; please shorten it."]
    assert "x" * 100_001 in page


def test_101_skills_are_too_many_and_all_of_them_are_kept(desk: Client) -> None:
    page, form = refused(desk, filled(*factories.some_skills(101)))
    assert beside(form, "skills") == ["At most 100 skills; keep those that decide."]
    assert page.count('name="skill-') == 101
    assert 'id="id_skills"' in page


def test_100_skills_are_taken(desk: Client) -> None:
    assert desk.post(reverse("need-new"), filled(*factories.some_skills(100), do="save")).status_code == 302
    assert NeedSkill.objects.count() == 100


def test_emoji_and_rare_characters_are_words_like_others(desk: Client, skill: Skill) -> None:
    words = {"title": "𠮷田 analyst 🚀 Ångström", "text": "龘 👩‍🔬 العربية"}
    desk.post(reverse("need-new"), filled(skill, **words, do="save"))
    need = Need.objects.get()
    assert {"title": need.title, "text": need.text} == words
    page = html.unescape(desk.get(reverse("need-change", args=[need.public_id])).content.decode())
    assert words["title"] in page


@pytest.mark.parametrize("name", ["title", "text", "language", "kind", "area", "city", "starts_on", "headcount"])
def test_a_nul_character_is_told_wherever_it_stands(desk: Client, name: str) -> None:
    _page, form = refused(desk, filled() | {name: "a\x00b"})
    assert list(form.errors) == [name]


def test_a_nul_character_in_a_skill_or_language_is_told_at_its_row(desk: Client, skill: Skill) -> None:
    _page, form = refused(desk, filled(skill) | {"skill-0": "a\x00b", "spoken-0": "e\x00"})
    assert list(form.errors) == ["skill-0", "spoken-0"]


def test_a_nul_character_in_the_reason_for_closing_is_told(desk: Client, firm: Organisation) -> None:
    need = factories.a_need(firm)
    answer = desk.post(reverse("need-close", args=[need.public_id]), {"why": "a\x00b"})
    assert answer.status_code == 422
    assert "There is an unreadable (NUL) character in it." in answer.content.decode()
    need.refresh_from_db()
    assert need.status == Need.Status.DRAFT


def test_bytes_that_are_no_utf8_are_told_beside_the_field(desk: Client) -> None:
    body = urlencode(filled(do="save")).replace("Data+analyst", "Data+%ff%feanalyst")
    answer = desk.post(reverse("need-new"), body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["title"]
    assert "There are characters in it that cannot be read" in answer.content.decode()
    assert not Need.objects.exists()


@pytest.mark.parametrize("name", ["language", "kind", "area", "city"])
def test_a_choice_that_is_none_is_told_and_kept(desk: Client, name: str) -> None:
    page, form = refused(desk, filled() | {name: "elsewhere"})
    assert list(form.errors) == [name]
    assert '<option value="elsewhere" selected>' in page


@pytest.mark.parametrize("count", ["0", "-3", "10001", "many", ""])
def test_a_number_of_people_that_is_none_is_told(desk: Client, count: str) -> None:
    page, form = refused(desk, filled(headcount=count))
    assert list(form.errors) == ["headcount"]
    assert f'value="{count}"' in page or not count


def test_an_empty_form_names_what_is_missing(desk: Client) -> None:
    answer = desk.post(reverse("need-new"), {"do": "save"})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["title", "language", "kind", "headcount"]


def test_all_faults_are_told_at_once_in_the_order_of_the_page(desk: Client, skill: Skill) -> None:
    sent = filled(skill, title="", starts_on="2020-01-01", pay_min="x") | {"weight-0": "NaN", "level-0": "6"}
    page, form = refused(desk, sent)
    assert list(form.errors) == ["title", "level-0", "weight-0", "starts_on", "pay_min"]
    assert '<a href="#id_title">5 fields to mend</a>' in page
    assert page.count('aria-invalid="true"') >= 5


def test_a_fault_that_only_the_form_sees_stops_what_the_domain_would_take(desk: Client, skill: Skill) -> None:
    sent = filled(skill, **{"spoken-0": "en", "spoken-1": "en", "spoken_level-1": "3"}, do="publish")
    refused(desk, sent)


def test_a_change_that_is_refused_leaves_the_need_as_it_was(desk: Client, firm: Organisation, skill: Skill) -> None:
    need = factories.a_published_need(firm, {skill: 3})
    answer = desk.post(
        reverse("need-change", args=[need.public_id]), filled(skill, title="New", do="save") | {"level-0": "6"}
    )
    assert answer.status_code == 422
    assert 'value="New"' in answer.content.decode()
    need.refresh_from_db()
    assert (need.title, need.skills.get().min_level) == ("Data analyst", 3)


def test_a_published_need_is_not_left_without_skills(desk: Client, firm: Organisation) -> None:
    need = factories.a_published_need(firm)
    answer = desk.post(reverse("need-change", args=[need.public_id]), filled(do="save"))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["skills"]


@pytest.mark.parametrize("rows", [{"skill-x": "A"}, {"skill-00": "A"}, {"skill-9999999": "A"}, {"remove": "x"}])
def test_rows_with_odd_numbers_are_not_rows(desk: Client, rows: dict[str, str]) -> None:
    answer = desk.post(reverse("need-new"), filled(do="look") | rows)
    assert answer.status_code == 200
    assert answer.context["form"].skills == []
