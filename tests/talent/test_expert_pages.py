"""Pages of the think tank: found, read, written from a pasted CV, published and closed by whose they are."""

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Organisation, User
from skills.models import Skill
from talent.expert_inputs import expert_as_written
from talent.models import Expert
from tests import factories
from tests.pasting import Says, read_by

pytestmark = pytest.mark.django_db
LIST, NEW = reverse("experts"), reverse("expert-new")


def at(name: str, expert: Expert) -> str:
    return reverse(name, args=[expert.public_id])


def filled(*skills: Skill, **fields: Any) -> dict[str, Any]:
    """The form as a browser sends it, with these skills at level 4."""
    rows: dict[str, Any] = {}
    for number, skill in enumerate(skills):
        rows |= {f"skill-{number}": skill.code, f"level-{number}": "4", f"evidence-{number}": "Eleven firms."}
    start = {"name_en": "Luo Jingwen", "name_zh": "", "headline": "", "text": "", "language": "en", "city": ""}
    more = {"days_a_month": "", "available_from": "", "travels": "", "remote": "", "advice": ["diagnosis"]}
    return start | more | {"spoken-0": "", "spoken_level-0": "", "q": ""} | rows | fields


@pytest.fixture
def skill() -> Skill:
    return factories.a_skill(label_en="Customs declaration", label_zh="报关")


@pytest.fixture
def person(db: None) -> User:
    return factories.a_user(name="罗静雯")


@pytest.fixture
def desk(client: Client, person: User) -> Client:
    """The browser of somebody who acts for nobody."""
    client.force_login(person)
    return client


@pytest.fixture
def school(db: None) -> Organisation:
    return factories.a_school(factories.a_user())


@pytest.mark.parametrize("address", [LIST, NEW])
def test_who_is_not_signed_in_is_asked_to(client: Client, address: str) -> None:
    assert client.get(address).headers["Location"].startswith(reverse("account_login"))


def test_a_persons_own_form_begins_with_their_name_and_keeps_all_that_is_typed(
    desk: Client, person: User, skill: Skill
) -> None:
    assert 'value="罗静雯"' in desk.get(NEW).content.decode()
    factories.a_city()
    sent = filled(
        skill,
        name_zh="罗静雯 𠮷",
        headline="Small makers abroad",
        text="First.\r\nSecond.",
        advice=["market_entry", "compliance"],
        fields=["data-ai"],
        city="foshan",
        days_a_month=" 4 ",
        available_from="2099-03-01",
        travels="yes",
        remote="no",
        do="save",
        **{"spoken-0": "zh", "spoken_level-0": "5"},
    )
    answer = desk.post(NEW, sent)
    expert = Expert.objects.get()
    assert answer.headers["Location"] == at("expert-change", expert)
    assert (expert.user, expert.status) == (person, Expert.Status.DRAFT)
    assert expert_as_written(expert) == {
        "external_id": None,
        "name": {"en": "Luo Jingwen", "zh-Hans": "罗静雯 𠮷"},
        "headline": "Small makers abroad",
        "text": "First.\nSecond.",
        "language": "en",
        "advice": ["market_entry", "compliance"],
        "fields": ["data-ai"],
        "city": "foshan",
        "travels": True,
        "remote": False,
        "languages": {"zh": 5},
        "days_a_month": 4,
        "available_from": "2099-03-01",
        "skills": [{"skill": skill.code, "level": 4, "evidence": "Eleven firms."}],
    }
    again = desk.post(at("expert-change", expert), sent | {"do": "publish"}, follow=True).content.decode()
    for said in (
        "Published.",
        "Entering a market",
        "Customs declaration",
        "level 4, advanced",
        "Eleven firms.",
        "4 days",
    ):
        assert said in again
    same = desk.post(at("expert-change", expert), sent, follow=True).content.decode()
    assert "Nothing was changed." in same


def test_a_form_that_is_sent_twice_makes_one_profile(desk: Client, skill: Skill) -> None:
    sheet = str(uuid.uuid4())
    first, again = (desk.post(NEW, filled(skill, sheet=sheet, do="publish")) for _time in range(2))
    assert str(Expert.objects.get().public_id) == sheet
    assert first["Location"] == again["Location"] == f"/experts/{sheet}/"
    desk.post(NEW, filled(skill, sheet=sheet, text="Mended after going back", do="publish"))
    assert Expert.objects.get().text == "Mended after going back"


def test_who_has_a_profile_is_led_to_it(desk: Client, person: User) -> None:
    expert = factories.an_expert(person)
    assert desk.get(NEW).headers["Location"] == at("expert", expert)


def test_publishing_what_is_not_complete_writes_nothing_and_names_each_field(desk: Client) -> None:
    answer = desk.post(NEW, filled(name_en="", advice=[], days_a_month="40", do="publish"))
    assert answer.status_code == 422
    assert "At most 31." in answer.content.decode()
    answer = desk.post(NEW, filled(name_en="", advice=[], do="publish"))
    page = answer.content.decode()
    for said in ("Give a name", "Choose at least one kind of advice", "Name at least one skill", "3 fields to mend"):
        assert said in page
    assert not Expert.objects.exists()


def test_an_editor_says_who_posts_it(client: Client, school: Organisation, skill: Skill) -> None:
    editor = factories.a_member(school)
    client.force_login(editor)
    unsaid = client.post(NEW, filled(skill, do="save"))
    assert unsaid.status_code == 422
    assert "Say who posts it." in unsaid.content.decode()
    client.post(NEW, filled(skill, organisation=str(school.public_id), do="publish"))
    assert Expert.objects.get().organisation == school
    client.post(NEW, filled(skill, organisation="self", do="publish"))
    assert Expert.objects.filter(user=editor, organisation=None).exists()


def test_a_pasted_cv_is_read_and_what_is_accepted_keeps_its_sentence(
    desk: Client, skill: Skill, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_by(monkeypatch, Says(skill, "报关", level=5, cue="精通"))
    text = "在港口工作十二年。精通报关，带过三家企业。"
    found = desk.post(NEW, filled(text=text, do="link")).content.decode()
    assert "Skills found: 0 in, 1 to check, 0 left out" in found
    asked = {"ask-1": skill.code, "ask_level-1": "5"}
    pasted = {"read": found.split('name="read" value="')[1].split('"')[0]}
    page = desk.post(NEW, filled(text=text, accept="1", **asked, **pasted)).content.decode()
    assert f'name="skill-0" value="{skill.code}"' in page
    assert 'value="精通报关，带过三家企业。"' in page
    assert not Expert.objects.exists()


def test_skills_are_found_added_and_removed_without_a_script(desk: Client, skill: Skill) -> None:
    assert f'name="add" value="{skill.code}"' in desk.post(NEW, filled(q="报关", do="")).content.decode()
    assert f'name="skill-0" value="{skill.code}"' in desk.post(NEW, filled(add=skill.code)).content.decode()
    assert "This skill is there already" in desk.post(NEW, filled(skill, add=skill.code)).content.decode()
    assert 'name="skill-0"' not in desk.post(NEW, filled(skill, remove="0")).content.decode()


def test_everybody_signed_in_reads_a_published_expert_and_only_whose_it_is_changes_it(
    desk: Client, school: Organisation
) -> None:
    draft, expert = (factories.an_expert(organisation=school) for _number in range(2))
    expert = factories.a_published_expert(organisation=school, headline="Known by name")
    page = desk.get(at("expert", expert)).content.decode()
    assert "Known by name" in page
    assert "What was done" not in page
    for name in ("expert-change", "expert-publish", "expert-close", "expert-copy"):
        assert at(name, expert) not in page
        assert desk.post(at(name, expert), filled(do="save")).status_code == 403
        assert desk.post(at(name, draft), filled(do="save")).status_code == 404
    assert desk.get(at("expert", draft)).status_code == 404
    expert.refresh_from_db()
    assert (expert.status, expert.headline) == (Expert.Status.PUBLISHED, "Known by name")


def test_it_is_closed_with_its_reason_and_begun_anew(desk: Client, person: User) -> None:
    expert = factories.a_published_expert(person)
    assert "Close this profile?" in desk.get(at("expert-close", expert)).content.decode()
    page = desk.post(at("expert-close", expert), {"why": "On leave."}, follow=True).content.decode()
    assert "On leave." in page
    assert "Begin anew" in page
    answer = desk.get(at("expert-change", expert), follow=True)
    assert "This profile is closed and no longer changes." in answer.content.decode()
    desk.post(at("expert-copy", expert))
    expert.refresh_from_db()
    assert expert.status == Expert.Status.DRAFT
    assert "Publish this profile?" in desk.get(at("expert-publish", expert)).content.decode()
    desk.post(at("expert-publish", expert))
    expert.refresh_from_db()
    assert expert.status == Expert.Status.PUBLISHED


def test_a_copy_button_that_is_pressed_twice_makes_one_copy(client: Client, school: Organisation) -> None:
    expert = factories.a_published_expert(organisation=school)
    client.force_login(school.memberships.get().user)
    sheet = client.get(at("expert", expert)).context["sheet"]
    for _time in range(2):
        client.post(at("expert-copy", expert), {"sheet": str(sheet)})
    assert Expert.objects.filter(organisation=school).count() == 2


def test_a_school_that_is_not_verified_keeps_the_draft(client: Client, skill: Skill) -> None:
    dean = factories.a_user()
    body = factories.a_school(dean, state="pending")
    client.force_login(dean)
    sent = filled(skill, organisation=str(body.public_id), do="publish")
    assert "have not verified your organisation yet" in client.post(NEW, sent, follow=True).content.decode()
    assert Expert.objects.get().status == Expert.Status.DRAFT


def test_the_list_shows_who_is_published_by_what_is_asked_and_ones_own_apart(desk: Client, person: User) -> None:
    city = factories.a_city()
    factories.a_published_expert(name_en="Asked For", advice=["roadmap"], languages={"ja": 4}, city=city)
    factories.a_published_expert(name_en="Somebody Else")
    factories.an_expert(person, name_en="My Draft")
    every = desk.get(LIST).content.decode()
    assert ["Asked For" in every, "Somebody Else" in every, "My Draft" in every] == [True, True, False]
    asked = desk.get(LIST, {"advice": "roadmap", "language": "ja", "city": "foshan"}).content.decode()
    assert ["Asked For" in asked, "Somebody Else" in asked] == [True, False]
    for nobody in ({"language": "ko"}, {"field": "atlantis"}, {"city": "a\x00b"}):
        assert "No expert is like that" in desk.get(LIST, nobody).content.decode()
    mine = desk.get(LIST, {"mine": "1"}).content.decode()
    assert ["Asked For" in mine, "My Draft" in mine] == [False, True]


def test_pages_take_as_many_queries_for_many_as_for_few(desk: Client, person: User, school: Organisation) -> None:
    def queries(address: str) -> int:
        desk.get(address)
        with CaptureQueriesContext(connection) as caught:
            assert desk.get(address).status_code == 200
        return len(caught)

    few, many = (
        factories.a_published_expert(organisation=school, skills=dict.fromkeys(factories.some_skills(count), 3))
        for count in (2, 20)
    )
    assert queries(at("expert", few)) == queries(at("expert", many))
    before = queries(LIST)
    for _number in range(8):
        factories.a_published_expert(organisation=factories.a_school(), city=factories.a_city())
    assert queries(LIST) == before
