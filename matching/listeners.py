"""Turns an announcement into job rows, in the transaction that announced it; the only listener there is."""

from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.dispatch import receiver

from accounts.events import organisation_standing_changed
from accounts.models import Organisation, User
from enterprises.events import need_changed, need_closed, need_published
from enterprises.models import Need
from skills.events import near_fit_wanted, near_skills_changed
from talent.events import profile_changed
from talent.models import Profile

from .jobs import queue_refresh
from .models import Job
from .near_fit import rank_anew
from .runs import rankings_of_needs, rankings_of_profiles
from .tasks import fit_near_skills


@receiver([need_published, need_changed, need_closed])
def need_moved(sender: type[Model], need: Need, **kwargs: Any) -> None:
    """A need came, changed or went: its own list now, and from there those of the people it concerns."""
    queue_refresh(rankings_of_needs([need.pk]), Job.Queue.NOW)


@receiver(profile_changed)
def profile_moved(sender: type[Model], profile: Profile, **kwargs: Any) -> None:
    """A profile changed: its own list now, and from there those of the needs it is in or would enter."""
    queue_refresh(rankings_of_profiles([profile.pk]), Job.Queue.NOW)


@receiver(organisation_standing_changed)
def standing_moved(sender: type[Model], organisation: Organisation, **kwargs: Any) -> None:
    """A firm was verified or suspended: its published needs came or went with it."""
    published = Need.objects.filter(organisation=organisation, status=Need.Status.PUBLISHED)
    queue_refresh(rankings_of_needs(published.values_list("id", flat=True)), Job.Queue.NOW)


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
