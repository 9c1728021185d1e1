"""A full run: every list made anew, in blocks."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from enterprises.models import Need

from .jobs import announce_after_commit
from .models import Job, Ranking, Run
from .pairs import PAIR_KINDS, PairKind

BLOCK = 200  # rankings a block: a few seconds of work, so that progress moves and a lost worker costs little


def rankings_of_needs(keys: Iterable[int]) -> list[int]:
    """The rankings of these needs; missing ones of every kind that is offered now are made.

    Those that a need's kind no longer allows are among them, so that they are taken away.
    """
    kind_of_need = dict(Need.objects.filter(id__in=set(keys)).order_by("id").values_list("id", "kind"))
    for kind in PAIR_KINDS:
        if kind.is_offered():
            make_rankings(kind, [key for key, need_kind in kind_of_need.items() if need_kind in kind.needs])
    return list(Ranking.objects.filter(need_id__in=kind_of_need).order_by("id").values_list("id", flat=True))


def make_rankings(kind: PairKind, needs: Iterable[int]) -> None:
    """Give these needs a ranking of this kind, where they have none."""
    Ranking.objects.bulk_create(
        [Ranking(need_id=key, candidates=kind.candidates) for key in needs], ignore_conflicts=True
    )


def rankings_of(kind: PairKind, keys: Iterable[int]) -> list[int]:
    """The rankings of these candidates; missing ones are made."""
    wanted, needs = sorted(set(keys)), Ranking.Candidates.NEEDS
    Ranking.objects.bulk_create([Ranking(**{kind.key: key}, candidates=needs) for key in wanted], ignore_conflicts=True)
    return list(Ranking.objects.filter(**{f"{kind.key}__in": wanted}).order_by("id").values_list("id", flat=True))


def make_missing_rankings() -> bool:
    """Give each need that is published, and each candidate that can be matched, its rankings; whether one was missing.

    One is missing where a need and the first candidate of a kind were published in the same moment.
    """
    before = Ranking.objects.count()
    for kind in PAIR_KINDS:
        if kind.is_offered():
            alone = Need.objects.published().filter(kind__in=kind.needs)
            alone = alone.exclude(rankings__candidates=kind.candidates)
            make_rankings(kind, alone.order_by("id").values_list("id", flat=True))
            rankings_of(kind, kind.standing().exclude(rankings__isnull=False).values_list("id", flat=True))
    return Ranking.objects.count() > before


@transaction.atomic
def start_full_run(*, by: User | None) -> Run:
    """Queue every list of everything that is published or listed now, in blocks."""
    make_missing_rankings()
    keys = list(Ranking.objects.order_by("id").values_list("id", flat=True))
    slices = [keys[start : start + BLOCK] for start in range(0, len(keys), BLOCK)]
    run = Run.objects.create(started_by=by, blocks=len(slices), finished_at=None if slices else timezone.now())
    made = Job.objects.bulk_create(
        Job(kind=Job.Kind.BLOCK, run=run, first=part[0], last=part[-1], queue=Job.Queue.BULK) for part in slices
    )
    announce_after_commit([job.pk for job in made])
    return run
