"""Turns an announcement into job rows, in the transaction that announced it; the only listener there is."""

from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.dispatch import receiver

from accounts.events import organisation_standing_changed
from accounts.models import Organisation, User
from accounts.posting import Posting
from enterprises.events import need_changed, need_closed, need_published
from enterprises.models import Need
from skills.events import near_fit_wanted, near_skills_changed
from talent.events import course_moved, expert_moved, profile_changed, program_moved

from .jobs import queue_refresh
from .models import Job
from .near_fit import rank_anew
from .pairs import COURSES, EXPERTS, PAIR_KINDS, PROGRAMS
from .runs import rankings_of, rankings_of_needs
from .tasks import fit_near_skills


@receiver([need_published, need_changed, need_closed])
def need_moved(sender: type[Model], need: Need, **kwargs: Any) -> None:
    """A need came, changed or went: its own lists now, and from there those of the candidates it concerns."""
    queue_refresh(rankings_of_needs([need.pk]), Job.Queue.NOW)


@receiver([profile_changed, program_moved, course_moved, expert_moved])
def supply_moved(sender: type[Model], **kwargs: Any) -> None:
    """A candidate came, changed or went: its list now, and from there those of the needs it is in or would enter."""
    kind = next(kind for kind in PAIR_KINDS if kind.holder in kwargs)
    queue_refresh(rankings_of(kind, [kwargs[kind.holder].pk]), Job.Queue.NOW)


@receiver(organisation_standing_changed)
def standing_moved(sender: type[Model], organisation: Organisation, **kwargs: Any) -> None:
    """A body was verified or suspended: what it has published came or went with it."""
    rankings = rankings_of_needs(_published(Need, organisation))
    for kind in (PROGRAMS, COURSES, EXPERTS):
        rankings += rankings_of(kind, _published(kind.model, organisation))
    queue_refresh(rankings, Job.Queue.NOW)


def _published(model: type[Any], organisation: Organisation) -> list[int]:
    posted = model.objects.filter(organisation=organisation, status=Posting.Status.PUBLISHED)
    return list(posted.values_list("id", flat=True))


@receiver(near_skills_changed)
def near_skills_moved(sender: type[Model], by: User | None, **kwargs: Any) -> None:
    """Every list was made with other near skills: after the commit, so that a run that waits is known to read these."""
    transaction.on_commit(partial(rank_anew, by=by))


@receiver(near_fit_wanted)
def near_fit_asked_for(sender: type[Model], by: User | None, **kwargs: Any) -> None:
    """A fit takes longer than a page may, so a worker does it; with no broker, the nightly one will."""

    def ask() -> None:
        fit_near_skills.apply_async(kwargs={"by": by and by.pk}, queue=Job.Queue.BULK, retry=False)

    transaction.on_commit(ask, robust=True)
