"""How the lists of many needs stand, in a constant number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from enterprises.models import Need
from matching.heartbeat import queues_alive
from matching.lists import NONE_YET, newest_jobs, why_no_list, work_state
from matching.models import Match, Ranking
from matching.pairs import STUDENTS


@dataclass(frozen=True)
class Standing:
    """One need's list of people at a glance: its state, how many are eligible, the best score that stands."""

    state: str
    reason: str | None
    eligible: int | None = None
    best: float | None = None
    made_at: datetime | None = None


def standings(needs: Sequence[Need]) -> dict[int, Standing]:
    """Need key -> how its list stands; the same rules as `lists.open_list`, for many at once."""
    rankings = {
        ranking.need_id: ranking
        for ranking in Ranking.objects.filter(need__in=needs, candidates=STUDENTS.candidates).select_related("current")
    }
    jobs = newest_jobs([ranking.pk for ranking in rankings.values()])
    alive = queues_alive()
    lists = [ranking.current_id for ranking in rankings.values() if ranking.current_id]
    best = dict(
        Match.objects.filter(list__in=lists)
        .standing(STUDENTS.holder)
        .order_by()
        .values_list("list")
        .annotate(best=Max("score"))
    )
    found = {}
    for need in needs:
        if reason := why_no_list(need, STUDENTS):
            found[need.pk] = Standing(NONE_YET, reason)
            continue
        ranking = rankings.get(need.pk)
        current = ranking.current if ranking else None
        of_this = jobs.get(ranking.pk, []) if ranking else []
        state, why = work_state(of_this, made=current is not None, alive=alive)
        found[need.pk] = (
            Standing(state, why, current.eligible, best.get(current.pk), current.finished_at)
            if current
            else Standing(state, why)
        )
    return found
