"""Where supply and demand meet: pairs, lists of matches, and the jobs that make them."""

import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.identity import PublicId
from accounts.models import User
from enterprises.models import PUBLISHED, Need
from talent.models import HOLDERS, Course, Expert, Profile, Program, course, expert, program
from talent.models.student import LISTED

Candidate = Profile | Program | Course | Expert
Owner = Need | Candidate
CandidateQuerySet = models.QuerySet[Any]

STANDING: dict[str, Q] = {
    "profile": LISTED,
    "program": program.OPEN_TO_ALL,
    "course": course.OPEN_TO_ALL,
    "expert": expert.EXPERT_PUBLISHED,
}
"""Which candidates can be matched now, by the field that names one."""


def _through(path: str, condition: Q) -> Q:
    """The condition, asked of what `path` leads to."""
    parts: list[Any] = list(condition.children)
    asked = [_through(path, part) if isinstance(part, Q) else (f"{path}__{part[0]}", part[1]) for part in parts]
    return Q(*asked, _connector=condition.connector, _negated=condition.negated)


def _moment(at: datetime.datetime) -> str:
    """An instant as staff read it, in the platform's zone."""
    return date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT")


def _exactly_one(names: tuple[str, ...]) -> Q:
    condition = Q()
    for name in names:
        condition |= Q(**{f"{other}__isnull": other != name for other in names})
    return condition


class Pair(PublicId):
    """One need with one candidate. It outlives every computation; interest and placement will hang on it."""

    need = models.ForeignKey(Need, models.CASCADE, related_name="pairs")
    profile = models.ForeignKey(Profile, models.CASCADE, null=True, related_name="pairs")
    program = models.ForeignKey(Program, models.CASCADE, null=True, related_name="pairs")
    course = models.ForeignKey(Course, models.CASCADE, null=True, related_name="pairs")
    expert = models.ForeignKey(Expert, models.CASCADE, null=True, related_name="pairs")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["need", "profile"], name="pair_once"),
            models.UniqueConstraint(fields=["need", "program"], name="pair_once_a_program"),
            models.UniqueConstraint(fields=["need", "course"], name="pair_once_a_course"),
            models.UniqueConstraint(fields=["need", "expert"], name="pair_once_an_expert"),
            models.CheckConstraint(condition=_exactly_one(HOLDERS), name="pair_has_one_candidate"),
        ]

    @property
    def candidate(self) -> Candidate:
        found = self.profile or self.program or self.course or self.expert
        assert found is not None  # the check constraint above
        return found


class Ranking(models.Model):
    """What one owner is matched with: a need with people, programs, courses or experts, or one of them with needs.

    It names the current list.
    """

    class Candidates(models.TextChoices):
        STUDENTS = "students", _("people")
        PROGRAMS = "programs", _("programs")
        COURSES = "courses", _("courses")
        EXPERTS = "experts", _("experts")
        NEEDS = "needs", _("needs")

    need = models.ForeignKey(Need, models.CASCADE, null=True, related_name="rankings")
    profile = models.ForeignKey(Profile, models.CASCADE, null=True, related_name="rankings")
    program = models.ForeignKey(Program, models.CASCADE, null=True, related_name="rankings")
    course = models.ForeignKey(Course, models.CASCADE, null=True, related_name="rankings")
    expert = models.ForeignKey(Expert, models.CASCADE, null=True, related_name="rankings")
    candidates = models.CharField(max_length=10, choices=Candidates)
    current = models.OneToOneField("MatchList", models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("ranking")
        verbose_name_plural = _("rankings")
        constraints = [
            models.UniqueConstraint(fields=["need", "candidates"], name="ranking_once_a_need"),
            models.UniqueConstraint(fields=["profile", "candidates"], name="ranking_once_a_profile"),
            models.UniqueConstraint(fields=["program", "candidates"], name="ranking_once_a_program"),
            models.UniqueConstraint(fields=["course", "candidates"], name="ranking_once_a_course"),
            models.UniqueConstraint(fields=["expert", "candidates"], name="ranking_once_an_expert"),
            models.CheckConstraint(condition=_exactly_one(("need", *HOLDERS)), name="ranking_has_one_owner"),
            models.CheckConstraint(
                condition=Q(need__isnull=False) & ~Q(candidates="needs") | Q(need=None, candidates="needs"),
                name="ranking_joins_supply_and_demand",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.owner} → {self.get_candidates_display()}"

    @property
    def owner(self) -> Owner:
        owner = self.need or self.profile or self.program or self.course or self.expert
        assert owner is not None  # the check constraint above
        return owner


class MatchList(PublicId):
    """One computed list. It becomes visible when its ranking's pointer moves to it."""

    ranking = models.ForeignKey(Ranking, models.CASCADE, related_name="lists", verbose_name=_("ranking"))
    revision = models.PositiveIntegerField(_("revision"), help_text=_("revision of the owner that it was made for"))
    engine = models.CharField(_("engine"), max_length=40)
    framework = models.CharField(_("framework"), max_length=60)
    near = models.CharField(_("near skills"), max_length=60, blank=True)
    text = models.CharField(_("text model"), max_length=60, blank=True)
    read_at = models.DateTimeField(_("read at"), help_text=_("when the data that it was made from was read"))
    finished_at = models.DateTimeField(_("finished at"), default=timezone.now)
    eligible = models.PositiveIntegerField(_("eligible"))
    excluded = models.JSONField(_("excluded"), help_text=_("how many each condition removes"))
    bar = models.FloatField(_("bar"), default=0, help_text=_("the score that a newcomer must reach to enter"))

    class Meta:
        verbose_name = _("match list")
        verbose_name_plural = _("match lists")

    def __str__(self) -> str:
        return f"{self.ranking} · {_moment(self.finished_at)}"


class MatchQuerySet(models.QuerySet["Match"]):
    def standing(self, *holders: str) -> "MatchQuerySet":
        """Those whose both sides can still be matched now; whoever left is gone at once, before any computation.

        Who reads lists of one kind names it, to spare the tables of the others.
        """
        candidates = Q()
        for holder in holders or HOLDERS:
            candidates |= _through(f"pair__{holder}", STANDING[holder])
        return self.filter(_through("pair__need", PUBLISHED), candidates)


class TextFit(models.Model):
    """One fit of the words that texts are compared by; lists of matches name its version."""

    version = models.CharField(_("version"), max_length=60, unique=True)
    fitted_at = models.DateTimeField(_("fitted at"), default=timezone.now)
    texts = models.PositiveIntegerField(_("texts"), help_text=_("how many texts it was fitted on"))
    content = models.JSONField(_("words"), help_text=_("the words, their weights, and which may be shown"))

    class Meta:
        verbose_name = _("text model")
        verbose_name_plural = _("text models")
        ordering = ["-fitted_at", "-id"]

    def __str__(self) -> str:
        return self.version


class Match(models.Model):
    """A pair in a list, with its figures (0..1, unrounded)."""

    list = models.ForeignKey(MatchList, models.CASCADE, related_name="matches")
    pair = models.ForeignKey(Pair, models.CASCADE, related_name="matches")
    position = models.PositiveSmallIntegerField()
    score = models.FloatField()
    fit = models.FloatField()
    use = models.FloatField()
    bonus = models.FloatField()
    surplus = models.FloatField()

    objects = MatchQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["list", "pair"], name="match_once_a_list"),
            models.UniqueConstraint(fields=["list", "position"], name="match_position_once_a_list"),
            models.CheckConstraint(condition=Q(score__gt=0) & Q(score__lte=1), name="match_score_in_0_1"),
        ]


class Run(PublicId):
    """A full run: everything against everything, in blocks that are jobs of their own."""

    started_by = models.ForeignKey(User, models.PROTECT, null=True, verbose_name=_("started by"))
    started_at = models.DateTimeField(_("started at"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    blocks = models.PositiveIntegerField(_("blocks"), default=0)

    class Meta:
        verbose_name = _("full run")
        verbose_name_plural = _("full runs")
        ordering = ["-id"]

    def __str__(self) -> str:
        return _moment(self.started_at)


class Job(PublicId):
    """One piece of work; this row is its truth, a message only says "look at row N"."""

    class Kind(models.TextChoices):
        REFRESH = "refresh", _("one list")
        BLOCK = "block", _("a block of a full run")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    class Queue(models.TextChoices):
        NOW = "now", _("now")  # the owner itself changed; others' lists may have to follow
        BULK = "bulk", _("bulk")  # a consequence of another's change, or a block of a full run

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    ranking = models.ForeignKey(Ranking, models.CASCADE, null=True, related_name="jobs", verbose_name=_("ranking"))
    run = models.ForeignKey(Run, models.CASCADE, null=True, related_name="jobs", verbose_name=_("full run"))
    first = models.PositiveBigIntegerField(_("first"), null=True, help_text=_("first ranking of a block"))
    last = models.PositiveBigIntegerField(_("last"), null=True, help_text=_("last ranking of a block"))
    queue = models.CharField(_("queue"), max_length=10, choices=Queue, default=Queue.NOW)
    revision = models.PositiveIntegerField(_("revision"), default=0)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=1)
    worker = models.CharField(_("worker"), max_length=120, blank=True)
    lease_until = models.DateTimeField(_("lease until"), null=True)
    announced_at = models.DateTimeField(_("announced at"), null=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    started_at = models.DateTimeField(_("started at"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    progress = models.FloatField(_("progress"), default=0)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("job of matching")
        verbose_name_plural = _("jobs of matching")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["ranking"], condition=Q(state="waiting", kind="refresh"), name="job_one_waiting_a_ranking"
            ),
            models.UniqueConstraint(
                fields=["run", "first"], condition=Q(state="waiting", kind="block"), name="job_one_waiting_a_block"
            ),
            models.CheckConstraint(
                condition=Q(kind="refresh", ranking__isnull=False)
                | Q(kind="block", run__isnull=False, first__isnull=False, last__isnull=False),
                name="job_has_its_subject",
            ),
            models.CheckConstraint(
                condition=Q(state="running", lease_until__isnull=False) | ~Q(state="running"),
                name="job_running_has_lease",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "lease_until"], name="job_for_sweeper"),
            models.Index(fields=["ranking", "state"], name="job_for_list_state"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.get_state_display()} · {_moment(self.created_at)}"


class WorkerBeat(models.Model):
    """A worker's last sign of life."""

    worker = models.CharField(_("worker"), max_length=120, unique=True)
    queue = models.CharField(_("queue"), max_length=10)
    seen_at = models.DateTimeField(_("seen at"))

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return self.worker
