"""The staff's desk in the admin: verify with a reason, read everything else."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from accounts.audit import record
from accounts.deeds import DEEDS
from accounts.models import AuditRow, Organisation, Verification
from accounts.organisations import settle_standing
from enterprises.facts import change_facts
from enterprises.models import Enterprise
from matching.models import Ranking, WorkerBeat
from matching.runs import start_full_run
from skills.models import NearSkill
from talent.links import ask_link
from talent.programs import close_program
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client):
    client.force_login(factories.a_user("staff@crossing.example", is_staff=True))
    return client


def standing_of(*firms: Organisation) -> str:
    return reverse("admin:accounts_organisation_standing") + "?ids=" + ",".join(str(firm.pk) for firm in firms)


def test_staff_verify_a_firm_with_a_reason(desk):
    firm = factories.a_firm(factories.a_user(), state="pending")
    page = desk.get(standing_of(firm)).content.decode()
    assert "The check character is right." in page
    desk.post(standing_of(firm), {"state": "verified", "reason": "Licence and code agree."})
    firm.refresh_from_db()
    assert firm.state == "verified"
    assert Verification.objects.get().reason == "Licence and code agree."
    assert AuditRow.objects.get().action == "settle_standing"


def test_without_a_reason_nothing_is_decided(desk):
    firm = factories.a_firm(factories.a_user(), state="pending")
    page = desk.post(standing_of(firm), {"state": "verified", "reason": "  "}).content.decode()
    assert "Say why: the organisation reads it." in page
    firm.refresh_from_db()
    assert firm.state == "pending"


def test_several_are_settled_together_by_the_action_of_the_list(desk):
    firms = [factories.a_firm(factories.a_user(), state="pending") for _ in range(2)]
    sent = {"action": "settle", "_selected_action": [firm.pk for firm in firms]}
    answer = desk.post(reverse("admin:accounts_organisation_changelist"), sent)
    assert answer.url == standing_of(*sorted(firms, key=lambda firm: firm.pk))
    desk.post(answer.url, {"state": "verified", "reason": "All checked."})
    assert set(Organisation.objects.values_list("state", flat=True)) == {"verified"}


def test_a_code_that_a_verified_firm_holds_is_told_and_not_given_twice(desk):
    holder = factories.a_firm(factories.a_user())
    firm = factories.a_firm(factories.a_user(), state="pending", credit_code=holder.credit_code)
    assert "has the same code (verified)" in desk.get(standing_of(firm)).content.decode()
    answer = desk.post(standing_of(firm), {"state": "verified", "reason": "Fine."}, follow=True)
    assert "Another verified organisation holds this credit code." in answer.content.decode()
    firm.refresh_from_db()
    assert firm.state == "pending"


def test_what_is_refused_stays_on_the_form_with_its_reason_and_the_rest_is_settled(desk):
    verified, pending = factories.a_firm(factories.a_user()), factories.a_firm(factories.a_user(), state="pending")
    answer = desk.post(standing_of(verified, pending), {"state": "suspended", "reason": "A <b>complaint</b>."})
    page = answer.content.decode()
    assert "1 organisation settled." in page
    assert "Only a verified organisation is suspended; send this one back." in page
    assert "A &lt;b&gt;complaint&lt;/b&gt;.</textarea>" in page
    [action] = re.findall(r'<form method="post" action="([^"]*)"', page)
    assert action == f"?ids={pending.pk}"
    left = desk.post(standing_of(pending), {"state": "returned", "reason": "A complaint."})
    assert left.status_code == 302
    assert [row.state for row in Organisation.objects.order_by("id")] == ["suspended", "returned"]


def test_who_settles_reads_what_was_said_before(desk):
    firm = factories.a_firm(factories.a_user(), state="pending")
    desk.post(standing_of(firm), {"state": "returned", "reason": "The licence shows another name."})
    page = desk.get(standing_of(firm)).content.decode()
    assert "sent back · Person" in page
    assert "The licence shows another name." in page


def test_state_is_never_edited_directly(desk):
    firm = factories.a_firm(factories.a_user(), state="pending")
    address = reverse("admin:accounts_organisation_change", args=[firm.pk])
    page = desk.get(address).content.decode()
    assert 'name="state"' not in page
    assert reverse("admin:accounts_organisation_standing") in page
    assert desk.post(address, {"state": "verified"}).status_code == 403


MODELS = list(admin.site._registry)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_list_of_the_desk_opens_and_only_near_skills_are_added_there(desk, model):
    factories.a_published_need(factories.a_firm(factories.a_user()))
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    for _who in ("staff", "superuser"):
        page = desk.get(reverse(f"{name}_changelist"))
        assert page.status_code == 200
        assert 'value="delete_selected"' not in page.content.decode()
        assert desk.get(reverse(f"{name}_add")).status_code == (200 if model is NearSkill else 403)
        desk.force_login(factories.staff())


def test_not_even_a_superuser_confirms_or_changes_an_address_at_the_desk(client):
    person = factories.a_user()
    address = EmailAddress.objects.create(user=person, email=person.email)
    client.force_login(factories.staff())
    every, one = reverse("admin:account_emailaddress_changelist"), "admin:account_emailaddress_change"
    assert person.email in client.get(every).content.decode()
    client.post(every, {"action": "make_verified", "_selected_action": [address.pk]})
    assert client.post(reverse(one, args=[address.pk]), {"email": "x@crossing.example"}).status_code == 403
    address.refresh_from_db()
    assert (address.email, address.verified) == (person.email, False)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_what_the_desk_shows_is_called_by_a_name_of_its_own(desk, student, work, language):
    held = [claim.skill for claim in student.claims.all()]
    need = factories.a_published_need(factories.a_firm(factories.a_user()), dict.fromkeys(held, 2))
    factories.a_published_course(factories.a_school())
    work()
    start_full_run(by=factories.staff())
    WorkerBeat.objects.create(worker="one:1", queue="now", seen_at=timezone.now())
    for model in admin.site._registry:
        related = {field.related_model for field in model._meta.concrete_fields if field.is_relation}
        assert all(of.__str__ is not Model.__str__ for of in {model, *related}), model
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        rows = model._default_manager.all()[:3]
        for page in (reverse(f"{name}_changelist"), *(reverse(f"{name}_change", args=[row.pk]) for row in rows)):
            assert " object (" not in desk.get(page, headers={"accept-language": language}).content.decode(), page
    [of_need] = Ranking.objects.filter(need=need, candidates="students")
    with translation.override(language):
        assert str(of_need) == f"{need.title} → {'people' if language == 'en' else '人才'}"
        assert re.fullmatch(rf"{of_need} · \d{{4}}-\d\d-\d\d \d\d:\d\d", str(of_need.current))


def test_the_list_of_match_lists_costs_as_many_queries_for_many(desk, student, work):
    held, firm = [claim.skill for claim in student.claims.all()], factories.a_firm(factories.a_user())

    def queries():
        work()
        with CaptureQueriesContext(connection) as asked:
            desk.get(reverse("admin:matching_matchlist_changelist"))
        return len(asked)

    factories.a_published_need(firm, {held[0]: 2})
    few = queries()
    for _ in range(4):
        factories.a_published_need(firm, {held[0]: 2})
    assert queries() == few


def test_staff_read_a_profile_with_its_name(desk, student):
    page = desk.get(reverse("admin:talent_profile_change", args=[student.pk])).content.decode()
    assert "Yitong Example" in page
    assert 'name="name"' not in page


def test_the_desk_is_closed_to_everybody_else(client, owner, firm):
    client.force_login(owner)
    assert client.get(reverse("admin:index")).status_code != 200
    assert client.get(standing_of(firm)).status_code != 200


def test_staff_sign_in_where_everybody_does(client):
    answer = client.get(reverse("admin:login"))
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))


# The trail ------------------------------------------------------------------------------------------------------------
@pytest.fixture
def posted(owner):
    """One of each thing that is posted, and what hangs on it."""
    school, firm, skill = factories.a_school(owner), factories.a_firm(owner), factories.a_skill()
    program, profile = factories.a_published_program(school), factories.a_profile()
    course = factories.a_published_course(school, {skill: 3}, {skill: 1})
    factories.a_run(course, base=factories.a_training_base(school), city=factories.a_city())
    program.intakes.create(starts_on="2027-09-01", ends_on="2031-06-30", places=20)
    program.places.create(course=course)
    change_facts(by=owner, organisation=firm, data={"industry": "toys", "target_markets": ["035", "mo"]})
    close_program(by=owner, program=program, why="Merged.")
    link = ask_link(by=profile.user, organisation=school)
    expert, need = factories.a_published_expert(organisation=school), factories.a_published_need(firm)
    return {"program": program, "course": course, "expert": expert, "need": need, "studentlink": link}


def page_of(row, kind="change"):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{kind}", args=[row.pk])


def test_every_page_of_the_desk_opens_and_calls_what_it_shows_by_a_name(desk, posted):
    opened = 0
    for model in MODELS:
        for row in model._default_manager.all()[:3]:
            page = desk.get(page_of(row))
            assert page.status_code == 200, row
            if model._meta.app_label != "matching":  # a run, a job and a list are called by their number
                assert " object (" not in page.content.decode(), row
            opened += 1
    assert opened > 15


@pytest.mark.parametrize("kind", ["program", "course", "expert", "need", "studentlink"])
def test_the_history_of_what_is_posted_is_its_rows_of_the_trail(desk, posted, kind):
    row = posted[kind]
    trail = desk.get(page_of(row, "history"), follow=True)
    assert trail.status_code == 200
    shown = set(trail.context["cl"].queryset)
    assert shown == set(AuditRow.objects.filter(subject_id=row.public_id))
    assert shown
    one = desk.get(page_of(shown.pop())).content.decode()
    assert f'<a href="{page_of(row)}">' in one


def test_how_a_posting_stands_is_on_its_page_and_so_are_industry_and_markets_in_words(desk, posted):
    program = desk.get(page_of(posted["program"])).content.decode()
    assert "closed" in program
    assert str(posted["program"].public_id) in program
    facts = desk.get(page_of(Enterprise.objects.get())).content.decode()
    assert "toys and gifts" in facts
    assert "Southeast Asia, Macao" in facts
    assert (
        desk.get(reverse("admin:enterprises_enterprise_changelist") + "?industry=lighting").context["cl"].result_count
        == 0
    )


def test_the_trail_says_in_words_what_was_done_and_finds_it_by_them(desk, posted, owner):
    school = posted["program"].organisation
    settle_standing(organisation=school, state="suspended", by=factories.staff(), reason="Looked into.")
    trail = reverse("admin:accounts_auditrow_changelist")
    page = desk.get(trail).content.decode()
    assert not re.search(r"publish_program|settle_standing|studentlink<", re.sub(r'"[^"]*"', "", page))
    published = desk.get(trail + "?done=publish_need").context["cl"].queryset
    assert {row.action for row in published} == {f"publish_{kind}" for kind in ("need", "course", "program", "expert")}
    found = desk.get(trail + "?done=publish_need&subject_kind=program").context["cl"].queryset
    assert [row.action for row in found] == ["publish_program"]
    decided = desk.get(trail + "?done=settle_standing").content.decode()
    assert re.search(r'field-settled">suspended<', decided)
    assert "Looked into." in decided
    assert desk.get(trail + f"?q={school.name_en.split()[1]}").context["cl"].result_count > 3


def test_an_action_without_words_is_not_recorded(owner, firm):
    with pytest.raises(ValueError, match="no words"):
        record(actor=owner, action="eat_cake", subject=firm)
    with translation.override("en"):
        assert all(words and str(words)[0].isupper() and "_" not in str(words) for words in DEEDS.values())
