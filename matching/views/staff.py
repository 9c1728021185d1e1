"""How matching goes: full runs, workers, waiting and failed work; for the platform's staff."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, F, Max, Q, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from matching.heartbeat import SILENT
from matching.models import Job, MatchList, Run, WorkerBeat
from matching.runs import start_full_run

RUNS_SHOWN = 10
FAILURES_SHOWN = 10
OPEN = (Job.State.WAITING, Job.State.RUNNING)


def for_staff(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page of the platform's staff; for everybody else there is none."""

    @login_required
    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not (isinstance(request.user, User) and request.user.is_staff):
            raise Http404
        return view(request, *args, **kwargs)

    return shown


@dataclass(frozen=True)
class RunView:
    """One full run and how far it is."""

    run: Run
    done: int
    failed: int
    waiting: int
    given_back: int

    @property
    def state(self) -> str:
        if self.run.finished_at:
            return "done"
        return "running" if self.done + self.failed < self.run.blocks else "failed"

    @property
    def took(self) -> datetime.timedelta:
        return (self.run.finished_at or timezone.now()) - self.run.started_at

    @property
    def took_words(self) -> str:
        return seconds_words(self.took.total_seconds())

    @property
    def left_words(self) -> str:
        """About how long it will take yet, from what the done blocks took; nothing before the first is done."""
        if self.state != "running" or not self.done:
            return ""
        return seconds_words(self.took.total_seconds() / self.done * (self.run.blocks - self.done - self.failed))

    @property
    def label(self) -> str:
        return ngettext("%(done)s of %(all)s block", "%(done)s of %(all)s blocks", self.run.blocks) % {
            "done": self.done,
            "all": self.run.blocks,
        }


@for_staff
@require_safe
def runs(request: HttpRequest) -> HttpResponse:
    """Full runs with their progress, who works, what waits, what failed."""
    views = _runs()
    newest = views[0] if views else None
    now = timezone.now()
    beats = WorkerBeat.objects.filter(seen_at__gte=now - SILENT)
    workers = {
        row["queue"]: {"count": row["count"], "heard": seconds_words((now - row["seen"]).total_seconds())}
        for row in beats.order_by().values("queue").annotate(count=Count("id"), seen=Max("seen_at"))
    }
    open_jobs = dict(Job.objects.filter(state__in=OPEN).order_by().values_list("queue").annotate(count=Count("id")))
    queues = [
        {"queue": queue, "label": label, "worker": workers.get(queue), "open": open_jobs.get(queue, 0)}
        for queue, label in Job.Queue.choices
    ]
    stopped = [row for row in queues if not row["worker"]]
    context = {
        "title": _title(newest, bool(stopped)),
        "newest": newest,
        "runs": views,
        "queues": queues,
        "stopped": stopped,
        "lists": MatchList.objects.count(),
        "failures": Job.objects.filter(state=Job.State.FAILED)
        .select_related("ranking__need", "run")
        .order_by("-finished_at", "-id")[:FAILURES_SHOWN],
        "moves": bool(newest and newest.state == "running") or any(row["open"] for row in queues),
    }
    return render(request, "matching/runs.html", context)


@for_staff
@require_POST
def run_start(request: HttpRequest) -> HttpResponse:
    """Queue every list anew, unless a full run is under way."""
    assert isinstance(request.user, User)
    if any(view.state == "running" for view in _runs()[:1]):
        messages.info(request, _("A full run is under way already."))
    else:
        run = start_full_run(by=request.user)
        messages.success(
            request,
            ngettext("A full run has begun: %(count)s block.", "A full run has begun: %(count)s blocks.", run.blocks)
            % {"count": run.blocks},
        )
    return redirect("runs")


def seconds_words(seconds: float) -> str:
    """A length of time as one would say it."""
    whole = max(0, round(seconds))
    if whole < 120:
        return _("%(seconds)d s") % {"seconds": whole}
    if whole < 2 * 3600:
        return _("%(minutes)d min") % {"minutes": round(whole / 60)}
    return _("%(hours)d h") % {"hours": round(whole / 3600)}


def _runs() -> list[RunView]:
    """The newest runs, each with its blocks counted."""
    counted = Run.objects.select_related("started_by").annotate(
        done=Count("jobs", filter=Q(jobs__state=Job.State.DONE)),
        failed=Count("jobs", filter=Q(jobs__state=Job.State.FAILED)),
        waiting=Count("jobs", filter=Q(jobs__state=Job.State.WAITING)),
        given_back=Sum(F("jobs__attempt") - 1),
    )
    return [
        RunView(run, run.done, run.failed, run.waiting, run.given_back or 0)
        for run in counted.order_by("-id")[:RUNS_SHOWN]
    ]


def _title(newest: RunView | None, stopped: bool) -> str:
    """What is the case, in one line."""
    if stopped:
        return _("A queue has no worker")
    if newest is None:
        return _("No full run yet")
    if newest.state == "running":
        return _("A full run is under way: %(blocks)s") % {"blocks": newest.label}
    if newest.state == "failed":
        return ngettext(
            "The last full run lacks %(count)s block", "The last full run lacks %(count)s blocks", newest.failed
        ) % {"count": newest.failed}
    return _("Matching is healthy")
