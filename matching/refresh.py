"""Making lists anew: for the owners of some jobs, or for a block of a full run."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from django.db import transaction

from engine.model import Ranked
from engine.topk import rank_for_needs, rank_for_people

from . import jobs as job_rows
from .models import Job, Ranking, Run
from .pairs import PairKind, kind_of_ranking
from .runs import make_rankings
from .snapshot import Snapshot, read_snapshot
from .store import Made, drop, made_lists, swap_in

WRITTEN_TOGETHER = 20  # lists of up to 100 rows in one transaction: well under a second on SQLite
ROUNDING = 1e-9  # scores are compared as rounded


@dataclass
class Work:
    """Lists of one kind worked out from one snapshot, and owners for whom no list is possible."""

    snapshot: Snapshot
    kind: PairKind
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

    rankings = Ranking.objects.filter(pk__gte=job.first, pk__lte=job.last)
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
    """Those that compare the same kinds, and from the same side, together."""
    sides: dict[tuple[str, bool], list[Ranking]] = {}
    for ranking in rankings:
        sides.setdefault((kind_of_ranking(ranking).holder, ranking.need_id is not None), []).append(ranking)
    return list(sides.values())


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
    kind, keys = kind_of_ranking(owners[0]), [_owner_key(owner) for owner in owners]
    return read_snapshot([kind], needs=keys) if owners[0].need_id else read_snapshot([kind], candidates=keys)


def _owner_key(ranking: Ranking) -> int:
    return int(ranking.need_id or getattr(ranking, kind_of_ranking(ranking).key))


def _rank(owners: list[Ranking], snapshot: Snapshot, beat: Callable[[int, int], None]) -> Work:
    """Rank the other side for each owner that may have a list; all of one kind, and of one side."""
    kind, near = kind_of_ranking(owners[0]), snapshot.vocabulary.near
    offered, demand = snapshot.offered[kind.candidates], snapshot.demand.matched_with(kind)
    work = Work(snapshot, kind)
    if owners[0].need_id:
        row_of = {int(key): row for row, key in enumerate(demand.ids)}
    else:
        enough = np.diff(offered.supply.levels.indptr) >= kind.fewest
        row_of = {int(key): row for row, key in enumerate(offered.ids) if enough[row]}
    possible = [owner for owner in owners if _owner_key(owner) in row_of]
    work.impossible = [owner for owner in owners if _owner_key(owner) not in row_of]
    if not possible:
        return work
    rows = np.array([row_of[_owner_key(owner)] for owner in possible])
    ranked: Ranked
    if owners[0].need_id:
        needs = demand.needs.take(rows)
        ranked = rank_for_needs(needs, offered.supply, near, focus=kind.focus_of_needs(needs.kind), on_block=beat)
        work.lists = made_lists(ranked, possible, demand.revisions[rows].tolist(), offered.ids)
    else:
        ranked = rank_for_people(offered.supply.take(rows), demand.needs, near, focus=kind.focus, on_block=beat)
        work.lists = made_lists(ranked, possible, offered.revisions[rows].tolist(), demand.ids)
    return work


def _followers(owner: Ranking, snapshot: Snapshot) -> set[int]:
    """Rankings of the other side that the owner is in, or would enter as it is now."""
    kind, near = kind_of_ranking(owner), snapshot.vocabulary.near
    offered, demand = snapshot.offered[kind.candidates], snapshot.demand.matched_with(kind)
    firsts: set[int] = set()  # needs that have no list of this kind yet: they came before its first candidate
    if owner.need_id:
        others = Ranking.objects.filter(**{f"{kind.holder}__isnull": False})
        within = others.filter(current__matches__pair__need_id=owner.need_id)
        ranked = rank_for_people(offered.supply, demand.needs, near, focus=kind.focus, keep=1)
        ids, key = offered.ids, kind.key
    else:
        others = Ranking.objects.filter(need__isnull=False, candidates=kind.candidates)
        firsts = set(demand.ids.tolist()) - set(others.exclude(current=None).values_list("need_id", flat=True))
        make_rankings(kind, sorted(firsts))
        within = others.filter(**{f"current__matches__pair__{kind.key}": _owner_key(owner)})
        focus = kind.focus_of_needs(demand.needs.kind)
        ranked = rank_for_needs(demand.needs, offered.supply, near, focus=focus, keep=1)
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
        enters = other in score and (no_bar or score[other] >= bar - ROUNDING)
        if enters or other in firsts:
            followers.add(ranking)
    return followers - {owner.pk}


def _write(work: Work, lists: list[Made], guard: Callable[[], None]) -> None:
    demand = work.snapshot.demand
    swap_in(
        lists,
        kind=work.kind,
        versions=work.snapshot.vocabulary.versions,
        read_at=work.snapshot.read_at,
        organisation_of_need=dict(zip(demand.ids.tolist(), demand.organisations.tolist(), strict=True)),
        guard=guard,
    )
