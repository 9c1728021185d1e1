"""Turns an announcement into job rows, in the transaction that announced it; the only listener there is."""

from typing import Any

from django.db.models import Model
from django.dispatch import receiver

from accounts.events import organisation_standing_changed
from accounts.models import Organisation
from enterprises.events import need_changed, need_closed, need_published
from enterprises.models import Need
from talent.events import profile_changed
from talent.models import Profile

from .jobs import queue_refresh
from .models import Job
from .runs import rankings_of_needs, rankings_of_profiles


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
