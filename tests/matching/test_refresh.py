"""Which lists are made anew when something changes, and what is in them."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Organisation, User
from accounts.organisations import settle_standing
from enterprises.publishing import change_need, close_need
from matching import runs, tasks
from matching.explaining import FIRM, explain_pairs
from matching.lists import open_list
from matching.models import Job, Match, MatchList, Pair, Ranking, Run
from matching.runs import start_full_run
from talent.models import Profile, Pseudonym
from talent.profiles import change_profile, switch_matching
from tests import factories

pytestmark = pytest.mark.django_db


def people_of(need: Any) -> list[int]:
    return list(open_list(need).matches.values_list("pair__profile_id", flat=True))


def needs_of(profile: Profile) -> list[int]:
    return list(open_list(profile).matches.values_list("pair__need_id", flat=True))


@pytest.fixture
def skills(student: Profile) -> dict[Any, int]:
    return {claim.skill: 3 for claim in student.claims.order_by("id")}


def test_a_published_need_enters_the_lists_of_people_it_suits(
    firm: Organisation, student: Profile, skills: dict[Any, int], work: Callable[[], int]
) -> None:
    need = factories.a_published_need(firm, skills)
    work()
    assert people_of(need) == [student.pk]
    assert needs_of(student) == [need.pk]


def test_a_changed_profile_moves_in_the_lists_of_needs(
    firm: Organisation, student: Profile, skills: dict[Any, int], work: Callable[[], int]
) -> None:
    need = factories.a_published_need(firm, skills)
    other = factories.a_profile(dict.fromkeys(list(skills)[:1], 3) | {factories.a_skill(): 2, factories.a_skill(): 2})
    start_full_run(by=None)
    work()
    assert people_of(need) == [student.pk, other.pk]
    claims = [{"skill": skill.code, "level": 1} for skill in skills]
    change_profile(by=student.user, profile=student, data={"claims": claims}, partial=True)
    work()
    assert Match.objects.filter(list__ranking__need=need, pair__profile=student).get().fit == pytest.approx(1 / 3)


@pytest.mark.parametrize(("kind", "less"), [("advice", 0.0), ("training", 0.0), ("job", 0.1)])
def test_who_advises_or_teaches_may_know_any_amount_besides(
    firm: Organisation, work: Callable[[], int], kind: str, less: float
) -> None:
    wanted, besides, more = (factories.a_skill() for _ in range(3))
    profile = factories.a_profile({wanted: 3, besides: 2, more: 1}, kinds=[kind])
    need = factories.a_published_need(firm, {wanted: 3}, kind=kind)
    work()
    of_need, of_person = (
        Match.objects.get(list__ranking=owner) for owner in (need.rankings.get(), profile.rankings.get())
    )
    assert of_need.score == pytest.approx(1 - less)
    assert of_person.score == pytest.approx(0.7)
    why = explain_pairs([(need, profile)], viewer=FIRM)[0]
    assert why.score == of_need.score
    assert why.focus_deduction == pytest.approx(less)


def test_a_newcomer_enters_the_list_of_a_need_that_never_heard_of_them(
    firm: Organisation, skills: dict[Any, int], work: Callable[[], int]
) -> None:
    need = factories.a_published_need(firm, skills)
    work()
    newcomer = factories.a_profile(matching=False)
    claims = [{"skill": skill.code, "level": 4} for skill in skills]
    change_profile(by=newcomer.user, profile=newcomer, data={"claims": claims, "matching": True}, partial=True)
    work()
    assert newcomer.pk in people_of(need)


def test_a_newcomer_below_the_bar_of_a_full_list_leaves_it_alone(
    firm: Organisation, student: Profile, skills: dict[Any, int], work: Callable[[], int]
) -> None:
    need = factories.a_published_need(firm, skills)
    work()
    MatchList.objects.filter(ranking__need=need).update(bar=0.9)
    made = MatchList.objects.get(ranking__need=need)
    weak = factories.a_profile(matching=False)
    rows = [{"skill": skill.code, "level": 1} for skill in skills]
    weak = change_profile(by=weak.user, profile=weak, data={"claims": rows, "matching": True}, partial=True)
    work()
    assert MatchList.objects.get(ranking__need=need) == made
    assert needs_of(weak) == [need.pk]


def test_who_switches_matching_off_is_in_no_list_at_once_and_back_after_switching_on(
    firm: Organisation, student: Profile, skills: dict[Any, int], work: Callable[[], int]
) -> None:
    need = factories.a_published_need(firm, skills)
    work()
    switch_matching(by=student.user, profile=student, on=False)
    assert people_of(need) == [], "before any worker did anything"
    student.refresh_from_db()
    assert (open_list(student).state, open_list(student).reason) == ("none_yet", "matching_off")
    work()
    assert people_of(need) == []
    switch_matching(by=student.user, profile=student, on=True)
    work()
    assert people_of(need) == [student.pk]


def test_a_closed_need_is_in_nobodys_list_at_once(
    firm: Organisation, owner: User, student: Profile, skills: dict[Any, int], work: Callable[[], int]
) -> None:
    need = factories.a_published_need(firm, skills)
    work()
    close_need(by=owner, need=need)
    assert needs_of(student) == []
    work()
    assert not Match.objects.filter(list__ranking__profile=student).exists()
    assert Pair.objects.filter(need=need, profile=student).exists(), "a pair outlives every list"


def test_a_suspended_firms_needs_leave_every_list_at_once_and_come_back_with_its_standing(
    firm: Organisation, student: Profile, skills: dict[Any, int], work: Callable[[], int]
) -> None:
    need = factories.a_published_need(firm, skills)
    work()
    staff = factories.staff()
    settle_standing(organisation=firm, state="suspended", by=staff, reason="Complaints.")
    assert needs_of(student) == []
    work()
    settle_standing(organisation=firm, state="verified", by=staff, reason="Cleared.")
    work()
    assert needs_of(student) == [need.pk]


def test_the_public_id_of_a_pair_outlives_every_computation(
    firm: Organisation, owner: User, student: Profile, skills: dict[Any, int], work: Callable[[], int]
) -> None:
    need = factories.a_published_need(firm, skills)
    work()
    before = Pair.objects.get(need=need, profile=student).public_id
    change_need(by=owner, need=need, data={"title": "Another title"}, partial=True)
    work()
    assert list(open_list(need).matches.values_list("pair__public_id", flat=True)) == [before]


def test_everyone_in_a_needs_list_has_a_name_for_its_firm(
    firm: Organisation, student: Profile, skills: dict[Any, int], work: Callable[[], int]
) -> None:
    factories.a_published_need(firm, skills)
    work()
    assert Pseudonym.objects.filter(organisation=firm, profile=student).count() == 1


def test_minors_and_people_who_did_not_say_their_age_are_never_listed(
    firm: Organisation, skills: dict[Any, int], work: Callable[[], int]
) -> None:
    for adult in (False, None):
        factories.a_profile(skills, adult=adult)
    need = factories.a_published_need(firm, skills)
    work()
    assert people_of(need) == [profile.pk for profile in Profile.objects.filter(user__email="student@crossing.example")]


def test_a_person_with_two_skills_has_no_list_but_stands_in_those_of_needs(
    firm: Organisation, work: Callable[[], int]
) -> None:
    skills = dict.fromkeys(factories.some_skills(2), 3)
    thin = factories.a_profile(skills)
    need = factories.a_published_need(firm, skills)
    work()
    assert people_of(need) == [thin.pk]
    assert (open_list(thin).state, open_list(thin).reason) == ("none_yet", "few_skills")


def test_a_full_run_makes_every_list_and_says_how_far_it_is(
    firm: Organisation, skills: dict[Any, int], student: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "BLOCK", 2)
    needs = [factories.a_published_need(firm, skills) for _ in range(3)]
    Job.objects.all().delete()
    run = start_full_run(by=None)
    blocks = list(run.jobs.order_by("id"))
    assert run.blocks == len(blocks) == 2
    tasks.run_job(blocks[0].pk)
    assert Run.objects.get().finished_at is None
    tasks.run_job(blocks[1].pk)
    assert Run.objects.get().finished_at is not None
    assert [people_of(need) for need in needs] == [[student.pk]] * 3
    assert set(needs_of(student)) == {need.pk for need in needs}


def test_a_block_never_replaces_a_list_made_from_newer_data(
    firm: Organisation, skills: dict[Any, int], student: Profile, work: Callable[[], int]
) -> None:
    need = factories.a_published_need(firm, skills)
    work()
    run = start_full_run(by=None)
    stale = tasks._snapshot_of(run)
    assert stale.offered["students"].ids.tolist() == [student.pk]
    newcomer = factories.a_profile(matching=False)
    claims = [{"skill": skill.code, "level": 3} for skill in skills]
    change_profile(by=newcomer.user, profile=newcomer, data={"claims": claims, "matching": True}, partial=True)
    for job in Job.objects.filter(kind=Job.Kind.REFRESH, state=Job.State.WAITING).order_by("-queue"):
        tasks.run_job(job.pk)
    for job in Job.objects.filter(kind=Job.Kind.REFRESH, state=Job.State.WAITING):
        tasks.run_job(job.pk)
    assert newcomer.pk in people_of(need)
    tasks.run_job(run.jobs.get().pk)
    assert newcomer.pk in people_of(need)
    assert Ranking.objects.get(need=need).lists.count() == 1


def test_a_list_says_how_many_each_condition_removes(
    firm: Organisation, skills: dict[Any, int], student: Profile, work: Callable[[], int]
) -> None:
    elsewhere = factories.a_city("shenzhen", "Shenzhen", "深圳")
    for _ in range(2):
        factories.a_profile(skills, city=elsewhere, moves=False, remote=False)
    factories.a_profile(skills, kinds=["internship"])
    need = factories.a_published_need(firm, skills, remote=False, city=factories.a_city())
    work()
    opened = open_list(need)
    assert opened.state == "ready"
    assert opened.eligible == 1, "who said nothing of place and kind is to be asked"
    assert opened.excluded == [("place", 2), ("kind", 1)]
