"""Reading a list of matches: how it stands, and who is in it now."""

from dataclasses import dataclass

from django.db.models import QuerySet

from enterprises.models import Need
from talent.levels import levels_of_profiles
from talent.models import Profile
from talent.models.student import FEWEST_SKILLS

from .heartbeat import queues_alive
from .models import Job, Match, MatchList, Ranking

READY, REFRESHING, NONE_YET, STALLED = "ready", "refreshing", "none_yet", "stalled"


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
    reason = _impossible_for_need(owner) if isinstance(owner, Need) else _impossible_for_person(owner)
    if reason:
        return OpenedList(NONE_YET, reason, None, matches.none())
    jobs = Job.objects.filter(ranking=ranking).order_by("-id").values("state", "queue", "progress")
    latest = list(jobs[:2])  # a running one and a waiting one beside it, or the last that ended
    open_jobs = [job for job in latest if job["state"] in {Job.State.WAITING, Job.State.RUNNING}]
    failed = not open_jobs and bool(latest) and latest[0]["state"] == Job.State.FAILED
    if (open_jobs or failed) and not {job["queue"] for job in open_jobs or latest[:1]} <= queues_alive():
        return OpenedList(STALLED, "no_worker", current, matches)
    if open_jobs:
        state, reason = (REFRESHING, None) if current else (NONE_YET, "waiting")
        return OpenedList(state, reason, current, matches, max(job["progress"] for job in open_jobs))
    if failed:
        return OpenedList(STALLED, "failed", current, matches)
    if current is None:
        return OpenedList(NONE_YET, "waiting", None, matches)
    return OpenedList(READY, None, current, matches)


def _impossible_for_need(need: Need) -> str | None:
    if need.status != Need.Status.PUBLISHED:
        return str(need.status)
    return None if need.organisation.state == "verified" else "not_verified"


def _impossible_for_person(profile: Profile) -> str | None:
    if not profile.matching:
        return "matching_off"
    if not profile.adult:
        return "not_adult"
    return "few_skills" if len(levels_of_profiles([profile.pk])[profile.pk]) < FEWEST_SKILLS else None


def first_rank(opened: OpenedList, page: list[Match]) -> int:
    """The rank of a page's first match, counted among those that still stand."""
    return 1 + (opened.matches.filter(position__lt=page[0].position).count() if page else 0)
