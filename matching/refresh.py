"""Making lists anew: for the owners of some jobs, or for a block of a full run."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from django.db import transaction

from engine.model import FOCUS_PERSON, Ranked
from engine.topk import rank_for_needs, rank_for_people
from talent.models.student import FEWEST_SKILLS

from . import jobs as job_rows
from .models import Job, Ranking, Run
from .pairs import focus_of_needs
from .snapshot import Snapshot, read_snapshot
from .store import Made, drop, made_lists, swap_in

WRITTEN_TOGETHER = 20  # lists of up to 100 rows in one transaction: well under a second on SQLite
ROUNDING = 1e-9  # scores are compared as rounded


@dataclass
class Work:
    """Lists worked out from one snapshot, and owners for whom no list is possible."""

    snapshot: Snapshot
    lists: list[Made] = field(default_factory=list)
    impossible: list[Ranking] = field(default_factory=list)
    followers: set[int] = field(default_factory=set)  # rankings of the other side whose lists must follow


def refresh(jobs: list[Job]) -> None:
    """Make the list of each job's owner; each is written and finished in a transaction of its own."""

    job_of = {job.ranking_id: job for job in jobs}
    unfinished = {job.pk: job for job in jobs}

    def beat(done: int, total: int) -> None:
        job_rows.renew(unfinished.values(), progress=done / total)

    for owners in _by_side([job.ranking for job in jobs if job.ranking]):
        changed = {owner.pk for owner in owners if job_of[owner.pk].queue == Job.Queue.NOW}
        for work in _work_for(owners, changed, beat):

            def guard(ranking: Ranking, followers: set[int]) -> Callable[[], None]:
                def finish_and_follow() -> None:
                    job = job_of[ranking.pk]
                    job_rows.finish(job)
                    del unfinished[job.pk]
                    job_rows.queue_refresh(followers, Job.Queue.BULK)

                return finish_and_follow

            for position, made in enumerate(work.lists):
                _write(work, [made], guard(made.ranking, work.followers if position == 0 else set()))
            for position, ranking in enumerate(work.impossible):
                follow = work.followers if position == 0 and not work.lists else set()
                drop(ranking, guard=guard(ranking, follow))


def refresh_block(job: Job, snapshot: Snapshot) -> None:
    """Make every list of a block of a full run, written some at a time, and finish the block with the last."""

    def beat(done: int, total: int) -> None:
        job_rows.renew([job], progress=0.5 * done / total)

    rankings = Ranking.objects.filter(pk__gte=job.first, pk__lte=job.last).select_related("need", "profile")
    for owners in _by_side(rankings):
        work = _rank(owners, snapshot, beat)
        for start in range(0, len(work.lists), WRITTEN_TOGETHER):
            part = work.lists[start : start + WRITTEN_TOGETHER]
            _write(work, part, partial(job_rows.renew, [job], progress=0.5 + 0.5 * start / len(work.lists)))
        for ranking in work.impossible:
            drop(ranking, guard=lambda: job_rows.renew([job]))
    with transaction.atomic():
        job_rows.finish(job)


def _by_side(rankings: Iterable[Ranking]) -> list[list[Ranking]]:
    needs: list[Ranking] = []
    people: list[Ranking] = []
    for ranking in rankings:
        (needs if ranking.need_id else people).append(ranking)
    return [side for side in (needs, people) if side]


def _work_for(owners: list[Ranking], changed: set[int], beat: Callable[[int, int], None]) -> Iterable[Work]:
    """The owners that changed one at a time, since others may have to follow each; the rest together."""
    for owner in (owner for owner in owners if owner.pk in changed):
        work = _rank([owner], _snapshot_for([owner]), beat)
        work.followers = _followers(owner, work.snapshot)
        yield work
    rest = [owner for owner in owners if owner.pk not in changed]
    if rest:
        yield _rank(rest, _snapshot_for(rest), beat)


def _snapshot_for(owners: list[Ranking]) -> Snapshot:
    if owners[0].need_id:
        return read_snapshot(needs=[owner.need_id or 0 for owner in owners])
    return read_snapshot(profiles=[owner.profile_id or 0 for owner in owners])


def _rank(owners: list[Ranking], snapshot: Snapshot, beat: Callable[[int, int], None]) -> Work:
    """Rank the other side for each owner that may have a list."""
    people, demand, near = snapshot.people, snapshot.demand, snapshot.vocabulary.near
    work = Work(snapshot)
    if owners[0].need_id:
        row_of = {int(key): row for row, key in enumerate(demand.ids)}
        key_of = {owner.pk: owner.need_id for owner in owners}
    else:
        enough = np.diff(people.supply.levels.indptr) >= FEWEST_SKILLS
        row_of = {int(key): row for row, key in enumerate(people.ids) if enough[row]}
        key_of = {owner.pk: owner.profile_id for owner in owners}
    possible = [owner for owner in owners if key_of[owner.pk] in row_of]
    work.impossible = [owner for owner in owners if key_of[owner.pk] not in row_of]
    if not possible:
        return work
    rows = np.array([row_of[key_of[owner.pk] or 0] for owner in possible])
    ranked: Ranked
    if owners[0].need_id:
        needs = demand.needs.take(rows)
        ranked = rank_for_needs(needs, people.supply, near, focus=focus_of_needs(needs.kind), on_block=beat)
        work.lists = made_lists(ranked, possible, demand.revisions[rows].tolist(), people.ids)
    else:
        ranked = rank_for_people(people.supply.take(rows), demand.needs, near, focus=FOCUS_PERSON, on_block=beat)
        work.lists = made_lists(ranked, possible, people.revisions[rows].tolist(), demand.ids)
    return work


def _followers(owner: Ranking, snapshot: Snapshot) -> set[int]:
    """Rankings of the other side that the owner is in, or would enter as it is now."""
    people, demand, near = snapshot.people, snapshot.demand, snapshot.vocabulary.near
    if owner.need_id:
        others = Ranking.objects.filter(profile__isnull=False)
        within = others.filter(current__matches__pair__need_id=owner.need_id)
        ranked = rank_for_people(people.supply, demand.needs, near, focus=FOCUS_PERSON, keep=1)
        ids, key = people.ids, "profile_id"
    else:
        others = Ranking.objects.filter(need__isnull=False)
        within = others.filter(current__matches__pair__profile_id=owner.profile_id or 0)
        ranked = rank_for_needs(demand.needs, people.supply, near, focus=focus_of_needs(demand.needs.kind), keep=1)
        ids, key = demand.ids, "need_id"
    followers = set(within.values_list("id", flat=True))
    found_by = np.repeat(ids, np.diff(ranked.indptr))  # the other side, each with a list of one: the owner
    score = dict(zip(found_by.tolist(), ranked.score.tolist(), strict=True))
    # A list that is being made right now may have been read before this change, so its bar says nothing.
    in_the_making = set(
        Job.objects.filter(kind=Job.Kind.REFRESH, state=Job.State.RUNNING).values_list("ranking_id", flat=True)
    )
    all_in_the_making = Run.objects.filter(finished_at=None).exists()
    for ranking, other, bar in others.values_list("id", key, "current__bar"):
        no_bar = bar is None or all_in_the_making or ranking in in_the_making
        if other in score and (no_bar or score[other] >= bar - ROUNDING):
            followers.add(ranking)
    return followers - {owner.pk}


def _write(work: Work, lists: list[Made], guard: Callable[[], None]) -> None:
    demand = work.snapshot.demand
    swap_in(
        lists,
        versions=work.snapshot.vocabulary.versions,
        read_at=work.snapshot.read_at,
        organisation_of_need=dict(zip(demand.ids.tolist(), demand.organisations.tolist(), strict=True)),
        guard=guard,
    )
