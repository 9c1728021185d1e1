"""Pages of a need: written step by step, read, published and closed, by the role that one has."""

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditRow, Organisation, User
from enterprises.inputs import need_as_written
from enterprises.models import Need
from skills.models import Skill
from talent.models import Profile
from tests import factories

pytestmark = pytest.mark.django_db


def filled(*skills: Skill, **fields: Any) -> dict[str, Any]:
    """The form of a need as a browser sends it, with these skills at level 3."""
    rows = {}
    for number, skill in enumerate(skills):
        rows |= {f"skill-{number}": skill.code, f"level-{number}": "3", f"weight-{number}": "1 essential"}
    start = {"title": "Data analyst", "text": "Reads traffic.", "language": "en", "kind": "job", "headcount": "2"}
    return start | {"pay_currency": "CNY", "spoken-0": "", "spoken_level-0": "3"} | rows | fields


@pytest.fixture
def skill() -> Skill:
    return factories.a_skill(label_en="SQL querying", label_zh="SQL 数据查询")


@pytest.fixture
def desk(client: Client, editor: User) -> Client:
    """The browser of an editor."""
    client.force_login(editor)
    return client


def test_who_is_not_signed_in_is_asked_to(client: Client) -> None:
    assert client.get(reverse("need-new")).headers["Location"].startswith(reverse("account_login"))


def test_a_new_form_stands_in_the_readers_language(desk: Client) -> None:
    assert b'<option value="en" selected>' in desk.get(reverse("need-new"), headers={"accept-language": "en"}).content
    chinese = desk.get(reverse("need-new"), headers={"accept-language": "zh-CN"}).content
    assert b'<option value="zh-Hans" selected>' in chinese


def test_saving_writes_a_draft_and_stays_at_the_form(desk: Client, skill: Skill, firm: Organisation) -> None:
    city = factories.a_city()
    fields = {"city": city.code, "remote": "on", "starts_on": "2099-03-01", "spoken-0": "en", "spoken_level-0": "4"}
    pay = {"pay_min": "9,000", "pay_max": "13,000.50"}
    answer = desk.post(reverse("need-new"), filled(skill, **fields, **pay, do="save"))
    need = Need.objects.get()
    assert answer.headers["Location"] == reverse("need-change", args=[need.public_id])
    assert (need.organisation, need.status) == (firm, Need.Status.DRAFT)
    assert need_as_written(need) == {
        "external_id": None,
        "title": "Data analyst",
        "text": "Reads traffic.",
        "language": "en",
        "kind": "job",
        "area": None,
        "city": city.code,
        "remote": True,
        "languages": {"en": 4},
        "headcount": 2,
        "starts_on": "2099-03-01",
        "pay": {"min": "9000.00", "max": "13000.50", "currency": "CNY", "per": "month"},
        "skills": [{"skill": skill.code, "min_level": 3, "weight": 1.0, "essential": True}],
    }


def test_publishing_from_the_form_leads_to_the_ranked_people(desk: Client, skill: Skill) -> None:
    answer = desk.post(reverse("need-new"), filled(skill, do="publish"))
    need = Need.objects.get()
    assert need.status == Need.Status.PUBLISHED
    assert answer.headers["Location"] == reverse("need", args=[need.public_id])


def test_a_form_that_is_sent_twice_makes_one_need(desk: Client, skill: Skill) -> None:
    sheet = desk.get("/needs/new/").context["sheet"]
    first = desk.post("/needs/new/", filled(skill, sheet=str(sheet), do="publish"))
    again = desk.post("/needs/new/", filled(skill, sheet=str(sheet), do="publish"))
    assert Need.objects.get().public_id == sheet
    assert first["Location"] == again["Location"] == f"/needs/{sheet}/"
    assert Need.objects.get().revision == 2
    desk.post("/needs/new/", filled(skill, sheet=str(sheet), title="Mended after going back", do="publish"))
    assert Need.objects.get().title == "Mended after going back"


def test_publishing_without_a_skill_writes_nothing_and_says_so(desk: Client) -> None:
    answer = desk.post(reverse("need-new"), filled(do="publish"))
    assert answer.status_code == 422
    assert "Name at least one skill before publishing." in answer.content.decode()
    assert not Need.objects.exists()
    assert not AuditRow.objects.exists()


def test_a_firm_that_is_not_verified_keeps_the_draft(client: Client, skill: Skill) -> None:
    owner = factories.a_user()
    factories.a_firm(owner, state="pending")
    client.force_login(owner)
    assert b'value="publish"' not in client.get(reverse("need-new")).content
    answer = client.post(reverse("need-new"), filled(skill, do="publish"), follow=True)
    assert Need.objects.get().status == Need.Status.DRAFT
    assert "have not verified your organisation yet" in answer.content.decode()


def test_who_has_no_enterprise_is_sent_to_register_one(client: Client) -> None:
    client.force_login(factories.a_user())
    assert client.get(reverse("need-new")).headers["Location"] == reverse("organisations")


def test_who_writes_for_two_firms_says_for_which(desk: Client, editor: User, firm: Organisation, skill: Skill) -> None:
    other = factories.a_firm()
    factories.a_member(other, editor)
    unsaid = desk.post(reverse("need-new"), filled(skill, do="save"))
    assert unsaid.status_code == 422
    assert "Say for which enterprise." in unsaid.content.decode()
    assert not Need.objects.exists()
    desk.post(reverse("need-new"), filled(skill, do="save", organisation=str(other.public_id)))
    assert Need.objects.get().organisation == other


def test_a_skill_is_found_and_added_without_a_script(desk: Client, skill: Skill) -> None:
    found = desk.post(reverse("need-new"), filled(q="数据查询", find="1", title="Kept"))
    assert f'name="add" value="{skill.code}"' in found.content.decode()
    added = desk.post(reverse("need-new"), filled(q="数据查询", add=skill.code, title="Kept"))
    page = added.content.decode()
    assert f'name="skill-0" value="{skill.code}"' in page
    assert 'value="Kept"' in page
    assert not Need.objects.exists()


def test_return_in_the_search_field_searches_and_saves_nothing(desk: Client, skill: Skill) -> None:
    found = desk.post(reverse("need-new"), filled(q="sql", do=""))
    assert f'name="add" value="{skill.code}"' in found.content.decode()
    assert not Need.objects.exists()


def test_a_skill_that_is_there_is_not_added_again(desk: Client, skill: Skill) -> None:
    page = desk.post(reverse("need-new"), filled(skill, add=skill.code)).content.decode()
    assert "This skill is there already" in page
    assert "skill-1" not in page


def test_removing_a_skill_keeps_the_others_as_they_were(desk: Client) -> None:
    first, second, third = factories.some_skills(3)
    sent = filled(first, second, third) | {"level-2": "5", "weight-2": "0.5", "remove": "1"}
    page = desk.post(reverse("need-new"), sent).content.decode()
    assert second.code not in page
    assert f'name="skill-1" value="{third.code}"' in page
    assert 'id="id_level-1-5" value="5" checked' in page
    assert '<option value="0.5" selected>nice to have</option>' in page


def test_one_more_language_has_a_row_of_its_own(desk: Client) -> None:
    page = desk.post(reverse("need-new"), filled(**{"spoken-0": "en"}, more_languages="1")).content.decode()
    assert 'name="spoken-1"' in page
    assert '<option value="en" selected>' in page


def test_shares_of_100_follow_the_weights_and_add_up(desk: Client) -> None:
    sent = filled(*factories.some_skills(3)) | {
        "weight-0": "1.5 essential",
        "weight-1": "1",
        "weight-2": "1",
        "do": "look",
    }
    page = desk.post(reverse("need-new"), sent).content.decode()
    assert [page.count(f"{share} of 100") for share in (60, 20)] == [1, 2]


def test_a_weight_that_was_set_elsewhere_is_kept_and_shown_as_it_is(desk: Client, firm: Organisation) -> None:
    need = factories.a_need(firm)
    need.skills.update(weight=2.25, essential=True)
    page = desk.get(reverse("need-change", args=[need.public_id])).content.decode()
    assert '<option value="2.25 essential" selected>weight 2.25, essential</option>' in page
    row = need.skills.get()
    sent = {"skill-0": row.skill.code, "level-0": "4", "weight-0": "2.25 essential"}
    desk.post(reverse("need-change", args=[need.public_id]), filled() | sent | {"do": "save"})
    row = need.skills.get()
    assert (row.min_level, row.weight, row.essential) == (4, 2.25, True)


def test_a_partners_key_and_currency_survive_the_form(desk: Client, firm: Organisation) -> None:
    need = factories.a_need(firm, external_id="HY-0127", pay_min=5, pay_currency="USD")
    page = desk.get(reverse("need-change", args=[need.public_id])).content.decode()
    assert "In USD" in page
    sent = {"pay_min": "6", "pay_currency": "USD", "do": "save"}
    desk.post(reverse("need-change", args=[need.public_id]), filled() | sent)
    need.refresh_from_db()
    assert (need.external_id, need.pay_min, need.pay_currency) == ("HY-0127", 6, "USD")


def test_saving_the_same_again_changes_nothing(desk: Client, firm: Organisation) -> None:
    need = factories.a_published_need(firm, text="One line.\nAnother.", headcount=2)
    Need.objects.update(starts_on=datetime.date(2020, 1, 1))  # a day that passed meanwhile is no new fault
    row = need.skills.get()
    same = {"text": "One line.\r\nAnother.", "remote": "on", "starts_on": "2020-01-01", "do": "save"}
    answer = desk.post(
        reverse("need-change", args=[need.public_id]), filled(row.skill) | same | {"level-0": "3"}, follow=True
    )
    assert "Nothing was changed." in answer.content.decode()
    assert Need.objects.get().revision == need.revision


def test_changing_a_published_need_says_that_its_list_is_made_anew(desk: Client, firm: Organisation) -> None:
    need = factories.a_published_need(firm)
    sent = filled(need.skills.get().skill, title="Another title", do="save")
    answer = desk.post(reverse("need-change", args=[need.public_id]), sent, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("need", args=[need.public_id])
    assert "Saved. The list is being made anew." in answer.content.decode()


def test_a_draft_is_published_after_a_page_that_asks(desk: Client, firm: Organisation) -> None:
    need = factories.a_need(firm)
    assert "Publish this need?" in desk.get(reverse("need-publish", args=[need.public_id])).content.decode()
    need.refresh_from_db()
    assert need.status == Need.Status.DRAFT
    answer = desk.post(reverse("need-publish", args=[need.public_id]))
    need.refresh_from_db()
    assert need.status == Need.Status.PUBLISHED
    assert answer.headers["Location"] == reverse("need", args=[need.public_id])


def test_publishing_twice_says_so_and_changes_nothing(desk: Client, firm: Organisation) -> None:
    need = factories.a_published_need(firm)
    answer = desk.post(reverse("need-publish", args=[need.public_id]), follow=True)
    assert "This is published already." in answer.content.decode()
    assert Need.objects.get().revision == need.revision


def test_a_draft_that_cannot_be_published_opens_its_form_with_the_reason(desk: Client, firm: Organisation) -> None:
    need = factories.a_need(firm, starts_on=timezone.localdate() - datetime.timedelta(days=1))
    answer = desk.post(reverse("need-publish", args=[need.public_id]))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "This day has passed." in page
    assert f'action="{reverse("need-change", args=[need.public_id])}"' in page


def test_a_need_is_closed_with_its_reason_after_a_page_that_asks(desk: Client, firm: Organisation) -> None:
    need = factories.a_published_need(firm)
    assert "Close this need?" in desk.get(reverse("need-close", args=[need.public_id])).content.decode()
    answer = desk.post(reverse("need-close", args=[need.public_id]), {"why": "Taken."}, follow=True)
    need.refresh_from_db()
    assert need.status == Need.Status.CLOSED
    page = answer.content.decode()
    assert "Closed. It is in no list any more." in page
    assert "Taken." in page


def test_closing_twice_says_so(desk: Client, firm: Organisation) -> None:
    need = factories.a_published_need(firm)
    desk.post(reverse("need-close", args=[need.public_id]))
    again = desk.post(reverse("need-close", args=[need.public_id]), follow=True)
    assert "This is closed already." in again.content.decode()


def test_a_closed_need_opens_no_form(desk: Client, firm: Organisation) -> None:
    need = factories.a_published_need(firm)
    desk.post(reverse("need-close", args=[need.public_id]))
    for answer in (
        desk.get(reverse("need-change", args=[need.public_id]), follow=True),
        desk.post(reverse("need-change", args=[need.public_id]), filled(do="save"), follow=True),
    ):
        assert answer.redirect_chain[-1][0] == reverse("need-about", args=[need.public_id])
        assert "This need is closed and no longer changes." in answer.content.decode()


def test_a_viewer_reads_everything_and_changes_nothing(client: Client, viewer: User, firm: Organisation) -> None:
    need = factories.a_need(firm)
    client.force_login(viewer)
    about = client.get(reverse("need-about", args=[need.public_id]))
    assert about.status_code == 200
    for name in ("need-change", "need-publish", "need-close"):
        address = reverse(name, args=[need.public_id])
        assert address not in about.content.decode()
        assert client.get(address).status_code == 403
        assert client.post(address, filled(do="publish")).status_code == 403
    assert client.get(reverse("need-new")).status_code == 403
    need.refresh_from_db()
    assert need.status == Need.Status.DRAFT


@pytest.mark.parametrize("name", ["need-about", "need-change", "need-publish", "need-close"])
def test_another_firms_need_is_not_found(client: Client, outsider: User, firm: Organisation, name: str) -> None:
    need = factories.a_published_need(firm)
    client.force_login(outsider)
    address = reverse(name, args=[need.public_id])
    assert client.get(address).status_code == 404
    assert client.post(address, filled(do="save")).status_code in {404, 405}
    need.refresh_from_db()
    assert need.title == "Data analyst"


def test_the_need_is_read_with_its_levels_weights_and_what_was_done(desk: Client, firm: Organisation) -> None:
    sql, ads = factories.a_skill(label_en="SQL querying"), factories.a_skill(label_en="Advertising")
    need = factories.a_need(
        firm, {sql: 3, ads: 2}, city=factories.a_city(), remote=False, languages={"en": 3}, pay_min=9000, pay_max=13000
    )
    need.skills.filter(skill=ads).update(essential=False)
    desk.post(reverse("need-publish", args=[need.public_id]))
    page = " ".join(desk.get(reverse("need-about", args=[need.public_id])).content.decode().split())
    for said in ("SQL querying", "level 3, independent", "essential", ">67<", "wanted", ">33<", "Foshan", "English 3"):
        assert said in page
    assert "9,000 to 13,000 CNY per month" in page
    assert "Published, Person" in page


@pytest.mark.parametrize(
    ("kind", "bounds", "said"),
    [
        ("advice", {"pay_min": "9,000", "pay_max": "13,000"}, "9,000 to 13,000 CNY in all"),
        ("training", {"pay_min": "9,000"}, "from 9,000 CNY in all"),
        ("training", {"pay_max": "9,000"}, "up to 9,000 CNY in all"),
        ("project", {"pay_max": "9,000"}, "up to 9,000 CNY per month"),
    ],
)
def test_training_and_advice_are_paid_in_all_and_other_work_by_the_month(
    desk: Client, skill: Skill, kind: str, bounds: dict[str, str], said: str
) -> None:
    desk.post(reverse("need-new"), filled(skill, kind=kind, pay_min="", pay_max="", do="save") | bounds)
    page = desk.get(reverse("need-about", args=[Need.objects.get().public_id])).content.decode()
    assert said in page


def test_a_person_who_looks_for_work_reads_a_published_need_and_nothing_else(
    client: Client, student: Profile, firm: Organisation
) -> None:
    need, draft = factories.a_published_need(firm), factories.a_need(firm)
    client.force_login(student.user)
    page = client.get(reverse("need-about", args=[need.public_id])).content.decode()
    assert need.title in page
    assert "What was done" not in page
    assert f'href="{reverse("need", args=[need.public_id])}"' not in page
    assert client.get(reverse("need-about", args=[draft.public_id])).status_code == 404


def test_reading_a_need_takes_as_many_queries_with_twenty_skills_as_with_two(desk: Client, firm: Organisation) -> None:
    def queries(count: int, name: str) -> int:
        need = factories.a_need(firm, dict.fromkeys(factories.some_skills(count), 3))
        address = reverse(name, args=[need.public_id])
        desk.get(address)
        with CaptureQueriesContext(connection) as caught:
            assert desk.get(address).status_code == 200
        return len(caught)

    for name in ("need-about", "need-change"):
        assert queries(2, name) == queries(20, name)
