"""A full run: every list made anew, in blocks."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from enterprises.models import Need
from talent.models import Profile

from .jobs import announce_after_commit
from .models import Job, Ranking, Run

BLOCK = 200  # rankings a block: a few seconds of work, so that progress moves and a lost worker costs little


def rankings_of_needs(keys: Iterable[int]) -> list[int]:
    """The rankings of these needs; missing ones are made."""
    wanted = set(keys)
    students = Ranking.Candidates.STUDENTS
    Ranking.objects.bulk_create([Ranking(need_id=key, candidates=students) for key in wanted], ignore_conflicts=True)
    return list(Ranking.objects.filter(need_id__in=wanted, candidates=students).values_list("id", flat=True))


def rankings_of_profiles(keys: Iterable[int]) -> list[int]:
    """The rankings of these people; missing ones are made."""
    wanted = set(keys)
    needs = Ranking.Candidates.NEEDS
    Ranking.objects.bulk_create([Ranking(profile_id=key, candidates=needs) for key in wanted], ignore_conflicts=True)
    return list(Ranking.objects.filter(profile_id__in=wanted, candidates=needs).values_list("id", flat=True))


@transaction.atomic
def start_full_run(*, by: User | None) -> Run:
    """Queue every list of everything that is published or listed now, in blocks."""
    missing_needs = Need.objects.published().exclude(rankings__isnull=False)
    missing_people = Profile.objects.listed().exclude(rankings__isnull=False)
    rankings_of_needs(missing_needs.values_list("id", flat=True))
    rankings_of_profiles(missing_people.values_list("id", flat=True))
    keys = list(Ranking.objects.order_by("id").values_list("id", flat=True))
    slices = [keys[start : start + BLOCK] for start in range(0, len(keys), BLOCK)]
    run = Run.objects.create(started_by=by, blocks=len(slices), finished_at=None if slices else timezone.now())
    made = Job.objects.bulk_create(
        Job(kind=Job.Kind.BLOCK, run=run, first=part[0], last=part[-1], queue=Job.Queue.BULK) for part in slices
    )
    announce_after_commit([job.pk for job in made])
    return run
