"""The job mechanism: a row is the truth, claimed once, leased, taken back, and done exactly once."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import Organisation, User
from accounts.organisations import settle_standing
from enterprises.publishing import change_need, close_need, publish_need
from matching import jobs, tasks
from matching import refresh as refreshing
from matching.lists import open_list
from matching.models import Job, Match, MatchList, Ranking
from talent.models import Profile
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def need(firm: Organisation, student: Profile) -> Any:
    skills = {claim.skill: 3 for claim in student.claims.all()}
    need = factories.a_published_need(firm, skills)
    Job.objects.exclude(ranking__need=need).delete()
    return need


def the_job() -> Job:
    return Job.objects.get(kind=Job.Kind.REFRESH, ranking__need__isnull=False)


def let_lease_pass(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - datetime.timedelta(seconds=1))


def test_publishing_queues_one_job_and_announces_it_after_the_commit(
    firm: Organisation, announced: list[tuple[int, str]], django_capture_on_commit_callbacks: Any
) -> None:
    need = factories.a_need(firm)
    owner = firm.memberships.get(role="owner").user
    with django_capture_on_commit_callbacks(execute=True):
        publish_need(by=owner, need=need)
        assert announced == []
    assert announced == [(the_job().pk, "now")]
    assert the_job().announced_at is not None


def test_a_publishing_that_rolls_back_leaves_no_job(firm: Organisation) -> None:
    need = factories.a_need(firm)

    def publish_and_break() -> None:
        with transaction.atomic():
            publish_need(by=firm.memberships.get(role="owner").user, need=need)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        publish_and_break()
    assert not Job.objects.exists()


def test_a_broker_that_is_down_stops_nobody_and_the_sweeper_announces_later(
    firm: Organisation, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    def down(job_id: int, queue: str) -> None:
        raise ConnectionError("no broker")

    need = factories.a_need(firm)
    monkeypatch.setattr(jobs, "announcer", down)
    with django_capture_on_commit_callbacks(execute=True):
        publish_need(by=firm.memberships.get(role="owner").user, need=need)
    assert the_job().announced_at is None

    heard: list[int] = []
    monkeypatch.setattr(jobs, "announcer", lambda job_id, queue: heard.append(job_id))
    jobs.sweep()
    assert heard == [], "it may still be on its way"
    Job.objects.update(created_at=timezone.now() - jobs.ANNOUNCE_AGAIN - datetime.timedelta(seconds=1))
    jobs.sweep()
    assert heard == [the_job().pk]


def test_a_message_that_was_lost_is_sent_again(need: Any, announced: list[tuple[int, str]]) -> None:
    Job.objects.update(announced_at=timezone.now() - jobs.ANNOUNCE_AGAIN - datetime.timedelta(seconds=1))
    announced.clear()
    jobs.sweep()
    assert (the_job().pk, "now") in announced
    announced.clear()
    jobs.sweep()
    assert announced == [], "it was announced a moment ago"


def test_a_row_is_claimed_by_one_worker_only(need: Any) -> None:
    job = the_job()
    assert [one.pk for one in jobs.claim(job.pk, "first")] == [job.pk]
    assert jobs.claim(job.pk, "second") == []
    assert the_job().worker == "first"


def test_two_changes_before_a_worker_comes_make_one_job(need: Any, owner: User) -> None:
    change_need(by=owner, need=need, data={"title": "Another title"}, partial=True)
    change_need(by=owner, need=need, data={"title": "A third title"}, partial=True)
    assert Job.objects.filter(ranking__need=need).count() == 1


def test_a_change_while_the_job_runs_queues_it_again_beside_the_running_one(
    need: Any, owner: User, work: Callable[[], int]
) -> None:
    claimed = jobs.claim(the_job().pk, "first")
    change_need(by=owner, need=need, data={"title": "Changed meanwhile"}, partial=True)
    states = sorted(Job.objects.filter(ranking__need=need).values_list("state", flat=True))
    assert states == [Job.State.RUNNING, Job.State.WAITING]

    tasks.refresh(claimed)
    work()
    need.refresh_from_db()
    ranking = Ranking.objects.select_related("current").get(need=need)
    assert ranking.current is not None
    assert ranking.current.revision == need.revision


def test_a_dead_workers_job_waits_again_with_the_next_attempt(need: Any, announced: list[tuple[int, str]]) -> None:
    jobs.claim(the_job().pk, "dead")
    announced.clear()
    jobs.sweep()
    assert the_job().state == Job.State.RUNNING, "its lease still holds"
    let_lease_pass(the_job())
    jobs.sweep()
    job = the_job()
    assert (job.state, job.attempt, job.worker) == (Job.State.WAITING, 2, "")
    assert (job.pk, "now") in announced


def test_a_worker_whose_job_was_taken_over_writes_nothing(need: Any) -> None:
    """It wakes from a long pause, finishes its work, and finds that it is no longer its own."""
    late = jobs.claim(the_job().pk, "late")
    let_lease_pass(late[0])
    jobs.sweep()
    in_time = jobs.claim(the_job().pk, "in time")
    tasks.refresh(in_time)
    made = MatchList.objects.get(ranking=in_time[0].ranking)

    with pytest.raises(jobs.LostLease):
        tasks.refresh(late)
    assert MatchList.objects.get(ranking=in_time[0].ranking) == made
    assert Match.objects.filter(list=made).count() == 1


def test_a_renewed_lease_is_not_swept(need: Any) -> None:
    claimed = jobs.claim(the_job().pk, "busy")
    let_lease_pass(claimed[0])
    jobs.renew(claimed, progress=0.5)
    jobs.sweep()
    job = the_job()
    assert (job.state, job.worker, job.progress) == (Job.State.RUNNING, "busy", 0.5)


def test_after_the_fifth_attempt_a_job_fails_and_says_why(need: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(claimed: list[Job]) -> None:
        raise ValueError("the sky fell")

    monkeypatch.setattr(tasks, "refresh", broken)
    for attempt in range(1, jobs.LAST_ATTEMPT + 1):
        assert the_job().attempt == attempt
        tasks.run_job(the_job().pk)
    job = the_job()
    assert job.state == Job.State.FAILED
    assert job.error == "ValueError: the sky fell"


def test_a_job_that_broke_is_tried_again_after_a_pause(
    need: Any, monkeypatch: pytest.MonkeyPatch, announced: list[tuple[int, str]]
) -> None:
    monkeypatch.setattr(tasks, "refresh", lambda claimed: 1 / 0)
    tasks.run_job(the_job().pk)
    announced.clear()
    jobs.sweep()
    assert (the_job().state, announced) == (Job.State.WAITING, [])


def test_a_taken_back_job_gives_way_to_one_that_waits_already(need: Any, owner: User) -> None:
    jobs.claim(the_job().pk, "dead")
    first = the_job()
    change_need(by=owner, need=need, data={"title": "Changed meanwhile"}, partial=True)
    let_lease_pass(first)
    jobs.sweep()
    assert sorted(Job.objects.filter(ranking__need=need).values_list("state", flat=True)) == ["done", "waiting"]


def test_one_claim_takes_waiting_lists_along_but_not_those_that_went_wrong(firm: Organisation) -> None:
    needs = [factories.a_published_need(firm) for _ in range(3)]
    rows = list(Job.objects.filter(ranking__need__in=needs).order_by("id"))
    Job.objects.filter(pk=rows[1].pk).update(attempt=2)
    assert [job.pk for job in jobs.claim(rows[0].pk, "one")] == [rows[0].pk, rows[2].pk]
    assert [job.pk for job in jobs.claim(rows[1].pk, "two")] == [rows[1].pk]


def test_a_need_closed_while_its_job_runs_leaves_no_list(need: Any, owner: User, work: Callable[[], int]) -> None:
    claimed = jobs.claim(the_job().pk, "first")
    close_need(by=owner, need=need)
    tasks.refresh(claimed)
    work()
    assert not MatchList.objects.filter(ranking__need=need).exists()
    assert Ranking.objects.get(need=need).current is None


def test_verification_withdrawn_while_a_job_runs_leaves_no_list(
    need: Any, firm: Organisation, student: Profile, monkeypatch: pytest.MonkeyPatch, work: Callable[[], int]
) -> None:
    claimed = jobs.claim(the_job().pk, "first")
    swap_in = refreshing.swap_in

    def withdrawn_meanwhile(*args: Any, **how: Any) -> None:
        settle_standing(organisation=firm, state="suspended", by=factories.staff(), reason="Complaints.")
        swap_in(*args, **how)

    monkeypatch.setattr(refreshing, "swap_in", withdrawn_meanwhile)
    tasks.refresh(claimed)
    monkeypatch.undo()
    assert not open_list(need).matches.exists()  # written from data of before, and seen by nobody
    work()
    assert not MatchList.objects.filter(ranking__need=need).exists()
    assert not open_list(student).matches.exists()
