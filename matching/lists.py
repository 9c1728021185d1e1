"""Reading a list of matches: how it stands, and who is in it now."""

from dataclasses import dataclass

from django.db.models import Max, Q, QuerySet

from accounts.models import Organisation, User
from accounts.permissions import Act, demand
from accounts.posting import Posting
from enterprises.models import Need
from talent import experts
from talent.levels import levels_of
from talent.models import Course, Expert, Profile, Program

from .heartbeat import queues_alive
from .models import Job, Match, MatchList, Owner, Ranking
from .pairs import STUDENTS, PairKind, kind_of

READY, REFRESHING, NONE_YET, STALLED = "ready", "refreshing", "none_yet", "stalled"
OPEN = (Job.State.WAITING, Job.State.RUNNING)


def demand_matches(user: User, posted: Need | Program | Course | Expert) -> None:
    """Raise `NotAllowed` unless the person may read what this is matched with: those whose posting it is."""
    if isinstance(posted, Expert):
        experts.demand(user, Act.SEE_MATCHES, posted)
    else:
        demand(user, Act.SEE_MATCHES, posted.organisation)


@dataclass(frozen=True)
class OpenedList:
    """A list as a reader meets it: its state, why, and the matches that still stand (best first)."""

    state: str
    reason: str | None
    current: MatchList | None
    matches: QuerySet[Match]
    progress: float | None = None
    conditions: bool = True  # whether any counts for this kind of pair

    @property
    def eligible(self) -> int | None:
        return self.current.eligible if self.current else None

    @property
    def excluded(self) -> list[tuple[str, int]]:
        """How many each condition removes, the one that removes most first."""
        removed = self.current.excluded if self.current else {}
        return sorted(((name, count) for name, count in removed.items() if count), key=lambda row: -row[1])


def open_list(owner: Owner, kind: PairKind | None = None) -> OpenedList:
    """The owner's list of matches and its state: the first of the rules of the house that holds.

    A need has a list of each kind, of people where none is named; a candidate has one, of needs.
    """
    if isinstance(owner, Need):
        kind = kind or STUDENTS
        found = Ranking.objects.filter(need=owner, candidates=kind.candidates)
    else:
        kind = kind_of(owner)
        found = Ranking.objects.filter(**{kind.holder: owner})
    ranking = found.select_related("current").first()
    current = ranking.current if ranking else None
    matches = Match.objects.filter(list=current).standing(kind.holder) if current else Match.objects.none()
    shown_with = (f"pair__{kind.holder}__{name}" for name in kind.shown_with)
    matches = matches.select_related("pair__need__organisation", "pair__need__city", *shown_with)
    if reason := why_no_list(owner, kind):
        return OpenedList(NONE_YET, reason, None, matches.none(), conditions=bool(kind.conditions))
    jobs = newest_jobs([ranking.pk]).get(ranking.pk, []) if ranking else []
    state, reason = work_state(jobs, made=current is not None, alive=queues_alive())
    progress = max((job.progress for job in jobs if job.state in OPEN), default=None)
    return OpenedList(state, reason, current, matches, progress, bool(kind.conditions))


def why_no_list(owner: Owner, kind: PairKind) -> str | None:
    """Why no list of this kind is possible for this owner, if so."""
    if isinstance(owner, Profile):
        if not owner.matching:
            return "matching_off"
        if not owner.adult:
            return "not_adult"
    else:
        if owner.status != Posting.Status.PUBLISHED:
            return str(owner.status)
        if owner.organisation and owner.organisation.state != Organisation.State.VERIFIED:
            return "not_verified"
        if isinstance(owner, Need):
            if owner.kind not in kind.needs:
                return "other_kind"
            return None if kind.is_offered() else "none_offered"
    return "few_skills" if len(levels_of(kind.holder, [owner.pk])[owner.pk]) < kind.fewest else None


def newest_jobs(rankings: list[int]) -> dict[int, list[Job]]:
    """Ranking key -> its open jobs and its newest one, newest first."""
    of_these = Job.objects.filter(ranking__in=rankings).order_by()
    newest = of_these.values("ranking").annotate(newest=Max("id")).values("newest")
    found: dict[int, list[Job]] = {}
    for job in of_these.filter(Q(state__in=OPEN) | Q(id__in=newest)).order_by("-id"):
        found.setdefault(job.ranking_id or 0, []).append(job)
    return found


def work_state(jobs: list[Job], *, made: bool, alive: set[str]) -> tuple[str, str | None]:
    """State and reason of a list that is possible: from its `newest_jobs`, and the queues whose workers are alive."""
    open_jobs = [job for job in jobs if job.state in OPEN]
    failed = not open_jobs and bool(jobs) and jobs[0].state == Job.State.FAILED
    if (open_jobs or failed) and not {str(job.queue) for job in open_jobs or jobs[:1]} <= alive:
        return STALLED, "no_worker"
    if open_jobs:
        return (REFRESHING, None) if made else (NONE_YET, "waiting")
    if failed:
        return STALLED, "failed"
    return (READY, None) if made else (NONE_YET, "waiting")


def first_rank(opened: OpenedList, page: list[Match]) -> int:
    """The rank of a page's first match, counted among those that still stand."""
    return 1 + (opened.matches.filter(position__lt=page[0].position).count() if page else 0)
