"""What suits a person, and one match taken apart: as the person reads it, and as nobody else does."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.organisations import settle_standing
from enterprises.models import NeedSkill
from enterprises.publishing import change_need, close_need
from matching.heartbeat import beat
from matching.models import Job, Match, MatchList, Pair, WorkerBeat
from matching.rounding import out_of_100
from skills.models import Skill
from talent.profiles import switch_matching
from tests import factories

pytestmark = pytest.mark.django_db
PAGE = reverse("matches")


@pytest.fixture(autouse=True)
def _workers() -> None:
    """A worker of each queue was heard of just now."""
    for queue in Job.Queue.values:
        beat(f"worker/{queue}", queue)


@pytest.fixture
def skills() -> list[Skill]:
    names = [("SQL querying", "SQL 数据查询"), ("Trade law", "贸易法规"), ("Copy", "文案"), ("Customs", "报关")]
    return [factories.a_skill(f"T0{number}", en, zh) for number, (en, zh) in enumerate(names)]


@pytest.fixture
def person(skills):
    return factories.a_profile(dict.fromkeys(skills[:3], 3), user=factories.a_user("student@crossing.example"))


@pytest.fixture
def desk(client, person):
    client.force_login(person.user)
    return client


def pair_of(person, need) -> str:
    return reverse("match", args=[Pair.objects.get(profile=person, need=need).public_id])


def test_the_page_says_what_is_the_case_and_ranks_with_what_is_missing(desk, work, firm, skills):
    factories.a_published_need(firm, {skills[0]: 3, skills[1]: 3, skills[2]: 3}, title="Data analyst, Europe")
    factories.a_published_need(firm, {skills[0]: 5, skills[3]: 2}, title="Customs clerk")
    work()
    page = desk.get(PAGE).content.decode()
    best = Match.objects.order_by("-score").first()
    assert f"2 needs suit you; the best scores {out_of_100(best.score)}" in page
    assert page.index("Data analyst, Europe") < page.index("Customs clerk")
    assert "everything asked for is met" in page
    assert "Customs not on the profile" in page
    assert "made just now" in page
    assert "hx-trigger" not in page


def test_in_chinese_the_names_are_chinese(desk, work, firm, skills):
    factories.a_published_need(firm, {skills[3]: 3, skills[0]: 3})
    work()
    page = desk.get(PAGE, headers={"accept-language": "zh-CN"}).content.decode()
    assert firm.name_zh in page
    assert "报关" in page


def test_a_match_reads_as_a_sum_with_its_place_and_its_gap(desk, person, work, firm, skills):
    need = factories.a_published_need(firm, {skills[0]: 4, skills[3]: 2}, text="The need's own words.")
    factories.a_published_need(firm, {skills[0]: 3, skills[1]: 3, skills[2]: 3})
    work()
    page = desk.get(pair_of(person, need)).content.decode()
    # Two essentials of equal weight: 3 of 4 levels and nothing, so 37.5 of 100.
    assert "You cover 38 of 100 of what is asked." in page
    assert "place 2 of your 2 matches" in page
    assert "The need in 2 parts; filled is covered" in page
    assert "Less: your strengths that this need does not call for" in page
    assert "The need&#x27;s own words." in page
    assert "Can you do Customs already?" in page
    assert f"{reverse('profile')}?add={skills[3].code}#skills" in page


def test_the_pseudonym_for_this_firm_is_told_to_its_person(desk, person, work, firm, skills):
    need = factories.a_published_need(firm, {skills[0]: 3})
    work()
    name = person.pseudonyms.get(organisation=firm)
    assert f"<b>{name}</b> to {firm.name_en}" in desk.get(pair_of(person, need)).content.decode()


def test_another_persons_match_is_not_found(client, person, work, firm, skills, owner):
    need = factories.a_published_need(firm, {skills[0]: 3})
    work()
    address = pair_of(person, need)
    other = factories.a_profile(dict.fromkeys(skills[:3], 3))
    client.force_login(other.user)
    assert client.get(address).status_code == 404
    client.force_login(owner)  # the firm itself reads a person through its own page only
    assert client.get(address).status_code == 302


def test_no_page_of_a_student_names_another_student(desk, work, firm, skills):
    factories.a_profile(dict.fromkeys(skills[:3], 5), user=factories.a_user(name="Somebody Else"))
    factories.a_published_need(firm, {skills[0]: 3})
    work()
    assert "Somebody Else" not in desk.get(PAGE).content.decode()


def test_a_person_who_switches_matching_off_is_in_no_list_at_once(desk, client, person, work, firm, owner, skills):
    need = factories.a_published_need(firm, {skills[0]: 3})
    work()
    name = str(person.pseudonyms.get(organisation=firm))
    firm_page = reverse("need", args=[need.public_id])
    client.force_login(owner)
    assert name in client.get(firm_page).content.decode()

    client.force_login(person.user)
    page = client.post(reverse("matching-switch"), {"back": "matches"}, follow=True).content.decode()
    assert "Matching is off" in page
    assert need.title not in page

    client.force_login(owner)  # no job was done since
    assert name not in client.get(firm_page).content.decode()


def test_a_need_that_was_closed_leaves_the_list_at_once(desk, person, work, firm, owner, skills):
    need = factories.a_published_need(firm, {skills[0]: 3}, title="Closed soon")
    work()
    address = pair_of(person, need)
    close_need(by=owner, need=need)
    assert "Closed soon" not in desk.get(PAGE).content.decode()
    assert desk.get(address).status_code == 404


def test_the_needs_of_a_suspended_firm_leave_the_list_at_once(desk, work, firm, skills):
    factories.a_published_need(firm, {skills[0]: 3}, title="Of a suspended firm")
    work()
    settle_standing(organisation=firm, state="suspended", by=factories.staff(), reason="A complaint.")
    assert "Of a suspended firm" not in desk.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("changed", "said", "way"),
    [
        ({"matching": False}, "Matching is off", 'name="on" value="1"'),
        ({"adult": None}, "Say first that you are 18 or older", "#id_adult"),
        ({"adult": False}, "Say first that you are 18 or older", "#id_adult"),
    ],
)
def test_who_cannot_be_listed_reads_why_and_what_to_do(desk, person, changed, said, way):
    for name, value in changed.items():
        setattr(person, name, value)
    person.save()
    page = desk.get(PAGE).content.decode()
    assert said in page
    assert way in page
    assert "hx-trigger" not in page


def test_with_fewer_than_three_skills_there_is_no_list_but_the_way_to_add_some(desk, person):
    person.claims.first().delete()
    page = desk.get(PAGE).content.decode()
    assert "With fewer than 3 skills there is no list" in page
    assert f"{reverse('profile')}#skills" in page


def test_a_list_that_is_being_made_says_so_and_the_page_follows_by_itself(desk, person):
    switch_matching(by=person.user, profile=person, on=False)
    switch_matching(by=person.user, profile=person, on=True)
    page = desk.get(PAGE).content.decode()
    assert "Your list is being made" in page
    assert 'hx-trigger="every 2s"' in page
    assert '<meta http-equiv="refresh"' in page


def test_an_older_list_stays_while_it_is_renewed(desk, person, work, firm, skills):
    factories.a_published_need(firm, {skills[0]: 3}, title="Still here")
    work()
    switch_matching(by=person.user, profile=person, on=False)
    switch_matching(by=person.user, profile=person, on=True)
    page = desk.get(PAGE).content.decode()
    assert "your list is being renewed" in page
    assert "Still here" in page


def test_when_no_worker_was_heard_of_the_page_says_so_and_keeps_the_list(desk, person, work, firm, skills):
    factories.a_published_need(firm, {skills[0]: 3}, title="Still here")
    work()
    switch_matching(by=person.user, profile=person, on=False)
    switch_matching(by=person.user, profile=person, on=True)
    WorkerBeat.objects.update(seen_at=timezone.now() - datetime.timedelta(minutes=1))
    page = desk.get(PAGE).content.decode()
    assert "The matcher is not running." in page
    assert "Still here" in page


def test_without_a_list_and_without_a_worker_the_page_promises_no_seconds(desk, person):
    switch_matching(by=person.user, profile=person, on=False)
    switch_matching(by=person.user, profile=person, on=True)
    WorkerBeat.objects.all().delete()
    page = desk.get(PAGE).content.decode()
    assert "Your list waits for the matcher" in page
    assert "It takes a few seconds" not in page


def test_an_empty_list_says_which_condition_removes_most(desk, person, work, firm, skills):
    person.kinds = ["internship"]
    person.save()
    for _ in range(2):
        factories.a_published_need(firm, {skills[0]: 3}, kind="job")
    work()
    switch_matching(by=person.user, profile=person, on=False)
    switch_matching(by=person.user, profile=person, on=True)
    work()
    page = desk.get(PAGE).content.decode()
    assert "No need suits you now" in page
    assert "What removes most is the kind of work: 2." in page


def test_a_condition_that_is_not_met_any_more_is_told_on_the_match(desk, person, work, firm, skills):
    need = factories.a_published_need(firm, {skills[0]: 3}, kind="job")
    work()
    address = pair_of(person, need)
    person.kinds = ["internship"]
    person.save()
    page = desk.get(address).content.decode()
    assert "This no longer goes with the need" in page
    assert "all met" not in page


def test_a_need_that_was_changed_is_explained_as_it_is_now(desk, person, work, firm, owner, skills):
    need = factories.a_published_need(firm, {skills[0]: 3})
    work()
    rows = [{"skill": skills[3].code, "min_level": 3, "weight": 1.0, "essential": True}]
    change_need(by=owner, need=need, data={"skills": rows}, partial=True)
    page = desk.get(pair_of(person, need)).content.decode()
    assert "You cover 0 of 100 of what is asked." in page


def many_needs(firm, skills, count):
    for number in range(count):
        need = factories.a_published_need(firm, {skills[0]: 3, skills[3]: 2}, title=f"Need number {number}.")
        NeedSkill.objects.filter(need=need, skill=skills[3]).update(weight=0.1 + number / 10)


def test_the_page_costs_the_same_with_two_needs_and_with_twenty(desk, work, firm, skills, django_assert_num_queries):
    many_needs(firm, skills, 2)
    work()
    desk.get(PAGE)
    with CaptureQueriesContext(connection) as two:
        assert desk.get(PAGE).content.decode().count("Need number") == 2
    many_needs(firm, skills, 18)
    work()
    with django_assert_num_queries(len(two)):
        assert desk.get(PAGE).content.decode().count("Need number") == 20


def test_more_than_a_page_is_led_on_and_ranks_go_on(desk, work, firm, skills):
    many_needs(firm, skills, 22)
    work()
    page = desk.get(PAGE).content.decode()
    assert "1 to 20 of 22" in page
    page = desk.get(PAGE, {"page": "2"}).content.decode()
    assert "21 to 22 of 22" in page
    assert '<ol class="people" start="21">' in page


def test_who_has_no_profile_is_led_to_the_doors(client, owner, firm):
    client.force_login(owner)
    assert client.get(PAGE).url == reverse("home")


def test_who_is_not_signed_in_signs_in_first(client):
    assert client.get(PAGE).url.startswith(reverse("account_login"))


def test_a_failed_renewal_is_told(desk, person, work, firm, skills):
    factories.a_published_need(firm, {skills[0]: 3}, title="Still here")
    work()
    ranking = MatchList.objects.get(ranking__profile=person).ranking
    Job.objects.create(kind="refresh", ranking=ranking, state="failed", error="KeyError: 7")
    page = desk.get(PAGE).content.decode()
    assert "Renewing your list failed" in page
    assert "KeyError" not in page


def test_platform_staff_have_no_way_into_a_persons_matches(client, person, work, firm, skills):
    need = factories.a_published_need(firm, {skills[0]: 3})
    work()
    staff: User = factories.staff()
    client.force_login(staff)
    assert client.get(pair_of(person, need)).status_code == 302
