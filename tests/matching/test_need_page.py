"""What a firm sees of its needs and of the people ranked for one: names never, reasons always, states in words."""

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organisation, User
from enterprises.models import Need
from enterprises.publishing import change_need
from matching.explaining import explain_pairs
from matching.heartbeat import beat
from matching.lists import NONE_YET, READY, REFRESHING, STALLED, open_list
from matching.models import Job, Match, MatchList
from matching.rounding import out_of_100
from matching.views.standing import standings
from skills.models import Skill
from talent.models import Profile, Pseudonym
from tests import factories

pytestmark = pytest.mark.django_db

Work = Callable[[], int]


@pytest.fixture
def skill() -> Skill:
    return factories.a_skill(label_en="SQL querying", label_zh="SQL 数据查询")


@pytest.fixture
def desk(client: Client, viewer: User) -> Client:
    """The browser of a viewer: whoever is a member sees who is ranked."""
    client.force_login(viewer)
    return client


@pytest.fixture
def workers() -> None:
    for queue in Job.Queue.values:
        beat(f"worker/{queue}", queue)


def people(skill: Skill, levels: list[int], **fields: Any) -> list[Profile]:
    return [factories.a_profile({skill: level}, **fields) for level in levels]


def address(need: Need, **words: Any) -> str:
    query = "&".join(f"{name}={word}" for name, word in words.items())
    return reverse("need", args=[need.public_id]) + (f"?{query}" if query else "")


def page_of(desk: Client, need: Need, **words: Any) -> str:
    answer = desk.get(address(need, **words))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def ranked(page: str) -> list[int]:
    """The scores in the rows, in their order."""
    return [int(score) for score in re.findall(r"score </span>(\d+)</span>", page)]


def test_people_are_ranked_best_first_and_the_best_is_opened(
    desk: Client, firm: Organisation, skill: Skill, work: Work
) -> None:
    need = factories.a_published_need(firm, {skill: 4})
    people(skill, [2, 4, 3])
    work()
    page = page_of(desk, need)
    assert ranked(page) == [100, 75, 50]
    assert "3 people meet the conditions" in page
    assert "Best first, made just now." in page
    assert "Covers 100 of 100 of what you ask." in page


def test_the_opened_reason_is_the_pairs_own_and_adds_up(
    desk: Client, firm: Organisation, skill: Skill, work: Work
) -> None:
    other = factories.a_skill(label_en="Live-stream selling")
    need = factories.a_published_need(firm, {skill: 3})
    profile = factories.a_profile({skill: 3, other: 5})
    work()
    [reason] = explain_pairs([(need, profile)], viewer="firm")
    page = page_of(
        desk, need, candidate=Match.objects.get(pair__profile=profile, list__ranking__need=need).pair.public_id
    )
    assert ranked(page) == [out_of_100(reason.score)]
    for said in ("SQL querying", "Fit: the parts added up", "Live-stream selling", "Score"):
        assert said in page
    assert "Conditions, checked before any score" in page


def test_a_firm_sees_no_name_no_contact_and_no_profile(
    desk: Client, firm: Organisation, skill: Skill, work: Work
) -> None:
    need = factories.a_published_need(firm, {skill: 3})
    person = factories.a_user("hidden@person.example", name="Zhang Secret")
    profile = factories.a_profile(
        {skill: 3}, user=person, contact="wechat-secret", text="I was at Secret College.", headline="Secret headline"
    )
    work()
    name = Pseudonym.objects.get(profile=profile, organisation=firm)
    for language in ("en", "zh-CN"):
        page = desk.get(address(need), headers={"accept-language": language}).content.decode()
        assert (name.name_zh if language == "zh-CN" else name.name_en) in page
        for hidden in ("Secret", "secret", "hidden@", str(profile.public_id), str(person.public_id)):
            assert hidden not in page


def test_city_moving_and_first_free_day_are_said(desk: Client, firm: Organisation, skill: Skill, work: Work) -> None:
    foshan, guangzhou = factories.a_city(), factories.a_city("guangzhou", "Guangzhou", "广州")
    need = factories.a_published_need(firm, {skill: 3}, city=foshan, remote=False)
    people(skill, [3], city=guangzhou, moves=True, available_from=timezone.localdate())
    people(skill, [2], city=foshan, moves=True)
    people(skill, [1])
    work()
    page = page_of(desk, need)
    assert "Guangzhou, would move to Foshan. Free from" in page
    assert "<span>Guangzhou, would move</span>" in page
    assert "<span>Foshan</span>" in page
    assert "<span>city not stated</span>" in page


def test_the_condition_that_keeps_out_most_is_named(desk: Client, firm: Organisation, skill: Skill, work: Work) -> None:
    need = factories.a_published_need(firm, {skill: 3}, languages={"en": 3})
    people(skill, [3, 3], languages={"zh": 5})
    people(skill, [3])
    work()
    assert "1 person meets the conditions" in (page := page_of(desk, need))
    assert "The languages keep out most: 2." in page


def test_nobody_eligible_names_the_condition_that_removes_most(
    desk: Client, firm: Organisation, skill: Skill, work: Work
) -> None:
    foshan, guangzhou = factories.a_city(), factories.a_city("guangzhou", "Guangzhou", "广州")
    need = factories.a_published_need(firm, {skill: 3}, city=foshan, remote=False)
    people(skill, [3, 3], city=guangzhou, moves=False)
    work()
    assert open_list(need).state == READY
    page = page_of(desk, need)
    assert "No one is eligible: the condition that removes most is the place (2)." in page
    assert "hx-trigger" not in page


def test_nobody_with_the_skills_is_said_apart_from_nobody_eligible(
    desk: Client, firm: Organisation, skill: Skill, work: Work
) -> None:
    need = factories.a_published_need(firm, {skill: 3})
    people(factories.a_skill(), [3])
    work()
    assert "Nobody who meets the conditions holds one of these skills" in page_of(desk, need)


def test_an_empty_platform_is_said(desk: Client, firm: Organisation, work: Work) -> None:
    need = factories.a_published_need(firm)
    work()
    assert "nobody is listed on the platform yet" in page_of(desk, need)


def test_who_meets_the_conditions_without_a_score_is_counted_apart(
    desk: Client, firm: Organisation, skill: Skill, work: Work
) -> None:
    need = factories.a_published_need(firm, {skill: 3})
    people(skill, [3])
    people(factories.a_skill(), [3, 3])
    work()
    page = page_of(desk, need)
    assert "3 people meet the conditions" in page
    assert "1 of them score above 0 and are listed." in page
    assert "1 of 1 shown" in page


def test_show_more_adds_ten_and_keeps_who_is_opened(desk: Client, firm: Organisation, skill: Skill, work: Work) -> None:
    need = factories.a_published_need(firm, {skill: 5})
    people(skill, [1 + number % 5 for number in range(23)])
    work()
    first = page_of(desk, need)
    assert (len(ranked(first)), "10 of 23 shown" in first) == (10, True)
    assert 'href="?shown=20#rank-11"' in first
    last = Match.objects.filter(list__ranking__need=need).order_by("-position").first()
    assert last
    second = page_of(desk, need, shown=20, candidate=last.pair.public_id)
    assert len(ranked(second)) == 20
    assert f"?candidate={last.pair.public_id}&amp;shown=30#rank-21" in second
    third = page_of(desk, need, shown=30)
    assert (len(ranked(third)), "Show more" in third) == (23, False)
    assert ranked(third) == sorted(ranked(third), reverse=True)


@pytest.mark.parametrize("shown", ["x", "-5", "0", "1e9", "²", "99999999999999", ""])
def test_an_odd_number_of_rows_is_the_first_ten_or_at_most_a_hundred(
    desk: Client, firm: Organisation, skill: Skill, work: Work, shown: str
) -> None:
    need = factories.a_published_need(firm, {skill: 3})
    people(skill, [3] * 12)
    work()
    assert len(ranked(page_of(desk, need, shown=shown))) == 10


def test_only_a_pair_of_this_list_is_opened(desk: Client, firm: Organisation, skill: Skill, work: Work) -> None:
    need, other = factories.a_published_need(firm, {skill: 3}), factories.a_published_need(firm, {skill: 4})
    [stays, leaves] = people(skill, [3, 3])
    work()
    of_other = Match.objects.get(list__ranking__need=other, pair__profile=stays).pair.public_id
    gone = Match.objects.get(list__ranking__need=need, pair__profile=leaves).pair.public_id
    Profile.objects.filter(pk=leaves.pk).update(matching=False)
    for wanted in (of_other, gone, uuid.uuid4(), stays.public_id, "nobody", "%00", "%ff"):
        assert desk.get(address(need, candidate=wanted)).status_code == 404
    assert len(ranked(page_of(desk, need))) == 1


def test_who_is_opened_and_leaves_while_the_page_waits_is_told(
    desk: Client, firm: Organisation, skill: Skill, work: Work
) -> None:
    need = factories.a_published_need(firm, {skill: 3})
    [leaves, _stays] = people(skill, [3, 2])
    work()
    gone = Match.objects.get(list__ranking__need=need, pair__profile=leaves).pair.public_id
    Profile.objects.filter(pk=leaves.pk).update(matching=False)
    page = page_of(desk, need, candidate=gone, seen="refreshing.ok.x")
    assert "The person you had open is not in this list any more. The best of those who are is open now." in page


def test_on_a_phone_the_list_and_the_opened_person_are_two_views(
    desk: Client, firm: Organisation, skill: Skill, work: Work
) -> None:
    need = factories.a_published_need(firm, {skill: 3})
    people(skill, [3])
    work()
    pair = Match.objects.get(list__ranking__need=need).pair
    listed, opened = page_of(desk, need), page_of(desk, need, candidate=pair.public_id)
    assert '<div class="stack"><section class="card" id="list"' in listed
    assert 'tight onwide" id="opened"' in listed
    assert '<div class="stack onwide"><section class="card" id="list"' in opened
    assert 'tight" id="opened"' in opened
    assert "All people of this list" in opened


def test_a_first_list_under_way_is_asked_for_again_each_second(
    desk: Client, firm: Organisation, skill: Skill, work: Work, workers: None
) -> None:
    need = factories.a_published_need(firm, {skill: 3})
    people(skill, [3])
    assert open_list(need).state == NONE_YET
    page = page_of(desk, need)
    assert "The first list is being made" in page
    assert 'hx-trigger="every 1s"' in page
    assert '<noscript><meta http-equiv="refresh"' in page
    found = re.search(r'hx-get="([^"]+)"', page)
    assert found
    again = reverse("need", args=[need.public_id]) + found[1].replace("&amp;", "&")
    assert desk.get(again).status_code == 204
    work()
    ready = desk.get(again)
    assert ready.status_code == 200
    assert "hx-trigger" not in ready.content.decode()
    assert len(ranked(ready.content.decode())) == 1


def test_a_list_being_made_anew_stays_and_says_so(
    desk: Client, firm: Organisation, owner: User, skill: Skill, work: Work, workers: None
) -> None:
    need = factories.a_published_need(firm, {skill: 3})
    people(skill, [3])
    work()
    change_need(by=owner, need=need, data={"headcount": 5}, partial=True)
    assert open_list(need).state == REFRESHING
    page = page_of(desk, need)
    assert "Being made anew." in page
    assert 'aria-busy="true"' in page
    assert 'hx-trigger="every 1s"' in page
    assert len(ranked(page)) == 1


def test_a_matcher_that_does_not_run_is_told_with_the_old_list_or_none(
    desk: Client, firm: Organisation, owner: User, skill: Skill, work: Work
) -> None:
    need = factories.a_published_need(firm, {skill: 3})
    people(skill, [3])
    page = page_of(desk, need)
    assert "The matcher is not running" in page
    assert "Nothing is lost" in page
    work()
    change_need(by=owner, need=need, data={"headcount": 5}, partial=True)
    assert open_list(need).state == STALLED
    page = page_of(desk, need)
    assert "The matcher is not running" in page
    assert len(ranked(page)) == 1


def test_a_list_that_could_not_be_made_is_told(desk: Client, firm: Organisation, skill: Skill, workers: None) -> None:
    need = factories.a_published_need(firm, {skill: 3})
    Job.objects.update(state=Job.State.FAILED)
    assert "The list could not be made" in page_of(desk, need)


def test_a_draft_and_a_closed_need_say_why_nobody_is_ranked(
    desk: Client, client: Client, firm: Organisation, editor: User
) -> None:
    draft, closed = factories.a_need(firm), factories.a_need(firm)
    Need.objects.filter(pk=closed.pk).update(status="closed", closed_at=timezone.now())
    page = page_of(desk, draft)
    assert "this need is a draft" in page
    assert reverse("need-publish", args=[draft.public_id]) not in page
    client.force_login(editor)
    page = page_of(client, draft)
    assert reverse("need-publish", args=[draft.public_id]) in page
    page = page_of(desk, closed)
    assert "This need is closed" in page
    assert "hx-trigger" not in page


def test_a_suspended_firm_is_told_that_nothing_is_matched(
    desk: Client, firm: Organisation, skill: Skill, work: Work
) -> None:
    need = factories.a_published_need(firm, {skill: 3})
    people(skill, [3])
    work()
    Organisation.objects.filter(pk=firm.pk).update(state="suspended")
    page = page_of(desk, need)
    assert "Your enterprise is not verified at present" in page
    assert ranked(page) == []


def test_ranked_people_are_shown_to_the_firms_members_only(
    client: Client, firm: Organisation, outsider: User, student: Profile, skill: Skill, work: Work
) -> None:
    need = factories.a_published_need(firm, {skill: 3})
    work()
    assert client.get(address(need)).status_code == 302
    client.force_login(outsider)
    assert client.get(address(need)).status_code == 404
    for user in (student.user, factories.staff()):
        client.force_login(user)
        assert client.get(address(need)).status_code == 403


def test_acts_are_offered_to_those_who_may(
    desk: Client, client: Client, firm: Organisation, editor: User, skill: Skill
) -> None:
    need = factories.a_published_need(firm, {skill: 3})
    acts = [reverse(name, args=[need.public_id]) for name in ("need-change", "need-close")]
    page = page_of(desk, need)
    assert not any(act in page for act in acts)
    client.force_login(editor)
    page = page_of(client, need)
    assert all(act in page for act in acts)


def test_the_page_takes_as_many_queries_for_twenty_people_as_for_two(
    desk: Client, firm: Organisation, skill: Skill, work: Work
) -> None:
    def queries() -> int:
        need = factories.a_published_need(firm, {skill: 3})
        work()
        desk.get(address(need, shown=20))
        with CaptureQueriesContext(connection) as caught:
            page = desk.get(address(need, shown=20)).content.decode()
        seen.append(len(ranked(page)))
        return len(caught)

    seen: list[int] = []
    people(skill, [3, 2], city=factories.a_city())
    with_two = queries()
    people(skill, [1 + number % 5 for number in range(18)], city=factories.a_city())
    assert queries() == with_two
    assert seen == [2, 20]


# The list of needs ----------------------------------------------------------------------------------------------------


def test_needs_are_listed_with_how_many_are_eligible_and_the_best_score(
    desk: Client, firm: Organisation, skill: Skill, work: Work
) -> None:
    factories.a_published_need(firm, {skill: 4}, title="Analyst wanted")
    factories.a_need(firm, title="A draft of ours")
    people(skill, [3, 2])
    work()
    answer = desk.get(reverse("needs"))
    page = answer.content.decode()
    for said in ("Analyst wanted", "Published", "A draft of ours", "Draft", "Up to date"):
        assert said in page
    by_title = {row["need"].title: row["list"] for row in answer.context["rows"]}
    assert (by_title["Analyst wanted"].eligible, out_of_100(by_title["Analyst wanted"].best)) == (2, 75)


def test_who_left_no_longer_gives_the_best_score(desk: Client, firm: Organisation, skill: Skill, work: Work) -> None:
    need = factories.a_published_need(firm, {skill: 4})
    [best, _second] = people(skill, [4, 2])
    work()
    Profile.objects.filter(pk=best.pk).update(matching=False)
    assert standings([need])[need.pk].best == pytest.approx(0.5)


def test_needs_are_filtered_by_their_state(desk: Client, firm: Organisation) -> None:
    factories.a_published_need(firm, title="Published one")
    factories.a_need(firm, title="Draft one")
    page = desk.get(reverse("needs"), {"status": "draft"}).content.decode()
    assert "Draft one" in page
    assert "Published one" not in page
    assert "All 2" in page
    assert "No need in this state" in desk.get(reverse("needs"), {"status": "closed"}).content.decode()
    assert desk.get(reverse("needs"), {"status": "x\x00", "page": "y"}).status_code == 200


def test_needs_of_other_firms_are_not_listed(client: Client, firm: Organisation, outsider: User) -> None:
    factories.a_published_need(firm, title="Not theirs")
    client.force_login(outsider)
    page = client.get(reverse("needs")).content.decode()
    assert "Not theirs" not in page
    assert "No need yet" in page
    assert reverse("need-new") in page


def test_a_person_of_a_firm_who_also_looks_for_work_sees_the_firms_needs_only(
    client: Client, firm: Organisation, student: Profile
) -> None:
    factories.a_published_need(firm, title="Another firm's")
    factories.a_firm(student.user)
    client.force_login(student.user)
    assert "Another firm" not in client.get(reverse("needs")).content.decode()


def test_who_has_no_firm_is_shown_the_way_to_register_one(client: Client) -> None:
    client.force_login(factories.a_user())
    page = client.get(reverse("needs")).content.decode()
    assert reverse("organisation-new") in page


def test_a_firm_that_waits_for_verification_is_told(client: Client) -> None:
    owner = factories.a_user()
    factories.a_firm(owner, state="pending")
    client.force_login(owner)
    assert "have not verified" in client.get(reverse("needs")).content.decode()


def test_the_list_takes_as_many_queries_for_twenty_needs_as_for_two(
    desk: Client, firm: Organisation, skill: Skill, work: Work
) -> None:
    def queries() -> int:
        work()
        with CaptureQueriesContext(connection) as caught:
            assert desk.get(reverse("needs")).status_code == 200
        return len(caught)

    people(skill, [3, 2])
    for _ in range(2):
        factories.a_published_need(firm, {skill: 3}, city=factories.a_city())
    queries()
    with_two = queries()
    for _ in range(18):
        factories.a_published_need(firm, {skill: 3}, city=factories.a_city())
    assert queries() == with_two


def test_many_lists_at_a_glance_stand_as_each_does_when_opened(
    firm: Organisation, owner: User, skill: Skill, work: Work
) -> None:
    def agree() -> set[tuple[str, str | None]]:
        needs = list(Need.objects.select_related("organisation"))
        found = standings(needs)
        for need in needs:
            opened = open_list(need)
            assert (found[need.pk].state, found[need.pk].reason) == (opened.state, opened.reason)
            assert found[need.pk].eligible == opened.eligible
        return {(standing.state, standing.reason) for standing in found.values()}

    people(skill, [3, 2])
    factories.a_need(firm)
    _ready, failed, anew = (factories.a_published_need(firm, {skill: 3}) for _ in range(3))
    closed = factories.a_need(firm)
    Need.objects.filter(pk=closed.pk).update(status="closed", closed_at=timezone.now())
    seen = agree()  # no worker was ever heard of
    for queue in Job.Queue.values:
        beat(f"worker/{queue}", queue)
    seen |= agree()
    work()
    MatchList.objects.filter(ranking__need=failed).delete()
    Job.objects.filter(ranking__need=failed).update(state=Job.State.FAILED)
    change_need(by=owner, need=anew, data={"headcount": 5}, partial=True)
    seen |= agree()
    Organisation.objects.filter(pk=firm.pk).update(state="suspended")
    seen |= agree()
    assert seen == {
        (NONE_YET, "draft"),
        (NONE_YET, "closed"),
        (NONE_YET, "not_verified"),
        (NONE_YET, "waiting"),
        (STALLED, "no_worker"),
        (STALLED, "failed"),
        (REFRESHING, None),
        (READY, None),
    }
