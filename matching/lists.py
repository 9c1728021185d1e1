"""Reading a list of matches: how it stands, and who is in it now."""

from dataclasses import dataclass

from django.db.models import Max, Q, QuerySet

from accounts.models import Organisation
from enterprises.models import Need
from talent.levels import levels_of_profiles
from talent.models import Profile
from talent.models.student import FEWEST_SKILLS

from .heartbeat import queues_alive
from .models import Job, Match, MatchList, Ranking

READY, REFRESHING, NONE_YET, STALLED = "ready", "refreshing", "none_yet", "stalled"
OPEN = (Job.State.WAITING, Job.State.RUNNING)


@dataclass(frozen=True)
class OpenedList:
    """A list as a reader meets it: its state, why, and the matches that still stand (best first)."""

    state: str
    reason: str | None
    current: MatchList | None
    matches: QuerySet[Match]
    progress: float | None = None

    @property
    def eligible(self) -> int | None:
        return self.current.eligible if self.current else None

    @property
    def excluded(self) -> list[tuple[str, int]]:
        """How many each condition removes, the one that removes most first."""
        removed = self.current.excluded if self.current else {}
        return sorted(((name, count) for name, count in removed.items() if count), key=lambda row: -row[1])


def open_list(owner: Need | Profile) -> OpenedList:
    """The owner's list of matches and its state: the first of the rules of the house that holds."""
    found = Ranking.objects.filter(need=owner) if isinstance(owner, Need) else Ranking.objects.filter(profile=owner)
    ranking = found.select_related("current").first()
    current = ranking.current if ranking else None
    matches = Match.objects.filter(list=current).standing() if current else Match.objects.none()
    matches = matches.select_related("pair__need__organisation", "pair__need__city", "pair__profile__city")
    if reason := why_no_list(owner):
        return OpenedList(NONE_YET, reason, None, matches.none())
    jobs = newest_jobs([ranking.pk]).get(ranking.pk, []) if ranking else []
    state, reason = work_state(jobs, made=current is not None, alive=queues_alive())
    progress = max((job.progress for job in jobs if job.state in OPEN), default=None)
    return OpenedList(state, reason, current, matches, progress)


def why_no_list(owner: Need | Profile) -> str | None:
    """Why no list is possible for this owner, if so."""
    if isinstance(owner, Need):
        if owner.status != Need.Status.PUBLISHED:
            return str(owner.status)
        return None if owner.organisation.state == Organisation.State.VERIFIED else "not_verified"
    if not owner.matching:
        return "matching_off"
    if not owner.adult:
        return "not_adult"
    return "few_skills" if len(levels_of_profiles([owner.pk])[owner.pk]) < FEWEST_SKILLS else None


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
