"""What a worker is told to do; thin: each claims its row and calls one function."""

import logging
import os
import socket
import uuid

from celery import shared_task

from accounts.models import User

from . import jobs
from .models import Job, Run
from .near_fit import fit_all, rank_anew
from .refresh import refresh, refresh_block
from .runs import make_missing_rankings
from .snapshot import Snapshot, read_snapshot
from .text_fit import refit_text_model

log = logging.getLogger(__name__)

WORKER = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


@shared_task(name="matching.tasks.run_job")
def run_job(job_id: int) -> None:
    """Claim row N, do it, and finish it; whoever comes second finds it taken and leaves."""
    claimed = jobs.claim(job_id, worker=f"{WORKER}:{uuid.uuid4().hex[:8]}")
    if not claimed:
        return
    try:
        if claimed[0].kind == Job.Kind.BLOCK:
            refresh_block(claimed[0], _snapshot_of(claimed[0].run))
        else:
            refresh(claimed)
    except jobs.LostLease as lost:
        log.warning("job %s was taken over by another worker; nothing of it was written here", lost)
        jobs.give_back(claimed, "a job claimed together with this one was taken over")
    except Exception as error:
        log.exception("job %s failed", job_id)
        jobs.give_back(claimed, f"{type(error).__name__}: {error}")


@shared_task(name="matching.tasks.sweep", ignore_result=True)
def sweep() -> None:
    """Every two seconds, by the scheduler."""
    jobs.sweep()


@shared_task(name="matching.tasks.fit_near_skills", ignore_result=True)
def fit_near_skills(by: int | None = None) -> None:
    """Every night, by the scheduler, and when staff ask for it; what comes out other than before starts a full run."""
    for made in fit_all(by=User.objects.filter(pk=by).first() if by else None):
        log.info("near skills of %s: %s", made.framework, made.label)
    others, missing = refit_text_model(), make_missing_rankings()
    if others or missing:
        rank_anew(by=None)


def _announce(job_id: int, queue: str) -> None:
    run_job.apply_async((job_id,), queue=queue, expires=jobs.ANNOUNCE_AGAIN.total_seconds() * 6, retry=False)


jobs.announcer = _announce

_snapshots: dict[uuid.UUID, Snapshot] = {}  # of the newest run only: its blocks read the same data once a process


def _snapshot_of(run: Run | None) -> Snapshot:
    assert run is not None  # the check constraint on jobs
    if run.public_id not in _snapshots:
        _snapshots.clear()
        _snapshots[run.public_id] = read_snapshot()
    return _snapshots[run.public_id]
