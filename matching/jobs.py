"""The one job mechanism: a row is the truth, a message only says "look at row N"."""

import datetime
import logging
from collections.abc import Callable, Iterable

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from .models import Job, Run

log = logging.getLogger(__name__)

LEASE = datetime.timedelta(seconds=15)
ANNOUNCE_AGAIN = datetime.timedelta(seconds=10)
LAST_ATTEMPT = 5
TOGETHER = {Job.Queue.NOW: 8, Job.Queue.BULK: 64}  # lists that one claim takes along, to read the other side once


def _nobody(job_id: int, queue: str) -> None:
    raise RuntimeError("no task announces jobs yet")


announcer: Callable[[int, str], None] = _nobody  # sends "look at row N" to a queue; set by `tasks`


class LostLease(Exception):
    """Another worker took the job over: whatever was worked out must not be written."""


def queue_refresh(ranking_ids: Iterable[int], queue: Job.Queue = Job.Queue.NOW) -> None:
    """Have these lists made anew: a waiting row each, unless one waits already; the message goes after the commit."""
    wanted = set(ranking_ids)
    if not wanted:
        return
    Job.objects.bulk_create(
        [Job(kind=Job.Kind.REFRESH, ranking_id=key, queue=queue) for key in sorted(wanted)], ignore_conflicts=True
    )
    waiting = Job.objects.filter(kind=Job.Kind.REFRESH, ranking_id__in=wanted, state=Job.State.WAITING)
    if queue == Job.Queue.NOW:
        waiting.filter(queue=Job.Queue.BULK).update(queue=Job.Queue.NOW, announced_at=None)
    announce_after_commit(list(waiting.filter(announced_at=None).values_list("id", flat=True)))


def announce_after_commit(job_ids: list[int]) -> None:
    """Send the messages once the rows are there; a broker that is down stops nobody, the sweeper comes back to it."""
    transaction.on_commit(lambda: announce(job_ids), robust=True)


def announce(job_ids: Iterable[int]) -> None:
    """Tell the workers about waiting rows; stops at the first message that the broker does not take."""
    rows = Job.objects.filter(id__in=list(job_ids), state=Job.State.WAITING).order_by("id")
    sent = []
    try:
        for key, queue in rows.values_list("id", "queue"):
            announcer(key, queue)
            sent.append(key)
    finally:
        Job.objects.filter(id__in=sent).update(announced_at=timezone.now())


def claim(job_id: int, worker: str) -> list[Job]:
    """Take a waiting row, and with it others of its kind and queue that wait too. Empty when it is taken already.

    One that went wrong before is done alone, so that it cannot pull others down with it.
    """
    first = Job.objects.filter(id=job_id, state=Job.State.WAITING).only("kind", "queue", "attempt").first()
    if first is None or not _take([job_id], worker):
        return []
    claimed = [job_id]
    if first.kind == Job.Kind.REFRESH and first.attempt == 1:
        others = Job.objects.filter(kind=first.kind, queue=first.queue, state=Job.State.WAITING, attempt=1).order_by(
            "id"
        )
        for key in others.values_list("id", flat=True)[: TOGETHER[Job.Queue(first.queue)] - 1]:
            if _take([key], worker):
                claimed.append(key)
    jobs = Job.objects.filter(id__in=claimed, worker=worker, state=Job.State.RUNNING).order_by("id")
    return list(jobs.select_related("ranking", "run"))


def _take(keys: list[int], worker: str) -> bool:
    now = timezone.now()
    waiting = Job.objects.filter(id__in=keys, state=Job.State.WAITING)
    return bool(
        waiting.update(state=Job.State.RUNNING, worker=worker, lease_until=now + LEASE, started_at=now, progress=0)
    )


def _held(job: Job) -> Q:
    return Q(id=job.pk, state=Job.State.RUNNING, worker=job.worker, attempt=job.attempt)


def renew(jobs: Iterable[Job], progress: float | None = None) -> None:
    """Prolong the leases; `LostLease` when one is no longer ours."""
    fields: dict[str, object] = {"lease_until": timezone.now() + LEASE}
    if progress is not None:
        fields["progress"] = progress
    for job in jobs:
        if not Job.objects.filter(_held(job)).update(**fields):
            raise LostLease(job.pk)


def finish(job: Job) -> None:
    """Mark a job done, in the transaction that writes its result; `LostLease` (which rolls that back) if not ours."""
    done = Job.objects.filter(_held(job)).update(
        state=Job.State.DONE, finished_at=timezone.now(), lease_until=None, progress=1, error=""
    )
    if not done:
        raise LostLease(job.pk)
    _close_run(job)


def _close_run(job: Job) -> None:
    """A full run is over when none of its blocks is open."""
    open_blocks = Job.objects.filter(run=job.run_id, state__in=[Job.State.WAITING, Job.State.RUNNING])
    if job.run_id and not open_blocks.exists():
        Run.objects.filter(id=job.run_id, finished_at=None).update(finished_at=timezone.now())


def give_back(jobs: Iterable[Job], error: str) -> None:
    """After an error: let each be tried again, later, or fail for good."""
    for job in jobs:
        _retry(job, error)


def _retry(job: Job, error: str) -> None:
    """Back to waiting with the next attempt; failed after the last; gone if another row waits for the same list."""
    mine = Job.objects.filter(_held(job))
    now = timezone.now()
    with transaction.atomic():
        superseded = (
            job.kind == Job.Kind.REFRESH
            and Job.objects.filter(kind=job.kind, ranking=job.ranking, state=Job.State.WAITING).exists()
        )
        if superseded:
            mine.update(state=Job.State.DONE, finished_at=now, lease_until=None, error=error)
        elif job.attempt >= LAST_ATTEMPT:
            mine.update(state=Job.State.FAILED, finished_at=now, lease_until=None, error=error)
            _close_run(job)
        else:
            # Counted as announced now: the sweeper announces it when the pause is over.
            mine.update(
                state=Job.State.WAITING,
                attempt=F("attempt") + 1,
                worker="",
                lease_until=None,
                announced_at=now,
                error=error,
            )


def sweep() -> None:
    """What the scheduler does every two seconds: take back what a dead worker held, announce what was not heard."""
    now = timezone.now()
    for job in Job.objects.filter(state=Job.State.RUNNING, lease_until__lt=now):
        log.warning("job %s: its worker %s was not heard of in time; attempt %s", job.pk, job.worker, job.attempt)
        _retry(job, "the worker was not heard of in time")
        Job.objects.filter(id=job.pk, state=Job.State.WAITING).update(announced_at=None)
    unheard = Job.objects.filter(state=Job.State.WAITING).filter(
        Q(announced_at=None, created_at__lt=now - ANNOUNCE_AGAIN)
        | Q(announced_at=None, attempt__gt=1)
        | Q(announced_at__lt=now - ANNOUNCE_AGAIN)
    )
    announce(unheard.order_by("id").values_list("id", flat=True)[:500])
    Job.objects.filter(
        state=Job.State.DONE, kind=Job.Kind.REFRESH, finished_at__lt=now - datetime.timedelta(days=7)
    ).delete()
