"""The state of a list: the first rule that holds, said with its reason."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Organisation, User
from enterprises.publishing import change_need, close_need
from matching import heartbeat, jobs, lists
from matching.lists import first_rank, open_list
from matching.models import Job, WorkerBeat
from talent.models import Profile
from talent.profiles import switch_matching
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def need(firm: Organisation, student: Profile) -> Any:
    return factories.a_published_need(firm, {claim.skill: 3 for claim in student.claims.all()})


@pytest.fixture
def _workers() -> None:
    for queue in Job.Queue.values:
        heartbeat.beat(f"{queue}@here", queue)


def state_of(owner: Any) -> tuple[str, str | None]:
    opened = open_list(owner)
    return opened.state, opened.reason


def test_a_draft_has_no_list_and_says_so(firm: Organisation) -> None:
    assert state_of(factories.a_need(firm)) == (lists.NONE_YET, "draft")


@pytest.mark.usefixtures("_workers")
def test_a_closed_need_has_no_list(need: Any, owner: User, work: Callable[[], int]) -> None:
    work()
    assert state_of(close_need(by=owner, need=need)) == (lists.NONE_YET, "closed")


@pytest.mark.usefixtures("_workers")
def test_a_need_of_a_suspended_firm_says_why_it_has_no_list(need: Any) -> None:
    need.organisation.state = Organisation.State.SUSPENDED
    assert state_of(need) == (lists.NONE_YET, "not_verified")


@pytest.mark.parametrize(
    ("fields", "reason"), [({"matching": False}, "matching_off"), ({"adult": None}, "not_adult"), ({}, "few_skills")]
)
def test_a_person_who_has_no_list_reads_why(fields: dict[str, Any], reason: str) -> None:
    assert state_of(factories.a_profile(**fields)) == (lists.NONE_YET, reason)


@pytest.mark.usefixtures("_workers")
def test_a_first_list_in_the_making_is_none_yet(need: Any) -> None:
    assert state_of(need) == (lists.NONE_YET, "waiting")


def test_open_work_with_no_worker_in_sight_is_stalled(need: Any) -> None:
    assert state_of(need) == (lists.STALLED, "no_worker")


def test_a_worker_that_has_been_silent_for_long_does_not_count(need: Any) -> None:
    heartbeat.beat("now@here", "now")
    assert state_of(need) == (lists.NONE_YET, "waiting")
    WorkerBeat.objects.update(seen_at=timezone.now() - heartbeat.SILENT - datetime.timedelta(seconds=1))
    assert state_of(need) == (lists.STALLED, "no_worker")


@pytest.mark.usefixtures("_workers")
def test_a_list_is_ready_when_its_work_is_done_and_refreshing_while_new_work_is_open(
    need: Any, owner: User, work: Callable[[], int]
) -> None:
    work()
    assert state_of(need) == (lists.READY, None)
    need = change_need(by=owner, need=need, data={"title": "Another title"}, partial=True)
    opened = open_list(need)
    assert (opened.state, opened.matches.count()) == (lists.REFRESHING, 1), "the older list stays visible"
    job = Job.objects.get(ranking__need=need, state=Job.State.WAITING)
    claimed = [one for one in jobs.claim(job.pk, "one") if one.pk == job.pk]
    jobs.renew(claimed, progress=0.25)
    assert open_list(need).progress == 0.25


@pytest.mark.usefixtures("_workers")
def test_a_failed_job_leaves_the_older_list_and_says_so(need: Any, owner: User, work: Callable[[], int]) -> None:
    work()
    need = change_need(by=owner, need=need, data={"title": "Another title"}, partial=True)
    Job.objects.filter(ranking__need=need, state=Job.State.WAITING).update(state=Job.State.FAILED)
    opened = open_list(need)
    assert (opened.state, opened.reason, opened.matches.count()) == (lists.STALLED, "failed", 1)


@pytest.mark.usefixtures("_workers")
def test_ranks_are_counted_among_those_who_are_still_there(
    need: Any, student: Profile, work: Callable[[], int]
) -> None:
    skills = {claim.skill: 3 for claim in student.claims.all()}
    second = factories.a_profile(dict.fromkeys(list(skills)[:2], 3))
    work()
    rows = list(open_list(need).matches)
    assert [row.pair.profile_id for row in rows] == [student.pk, second.pk]
    assert first_rank(open_list(need), rows[1:]) == 2
    switch_matching(by=student.user, profile=student, on=False)
    opened = open_list(need)
    assert first_rank(opened, list(opened.matches)) == 1
