"""Pages of the runs of a course: added, changed and cancelled by whoever teaches it."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.errors import InvalidInput, StateForbids
from accounts.inputs import WhyInput, checked
from accounts.pages import MENDING, reader, sheet_of
from accounts.permissions import Act, demand
from accounts.posting_pages import refused

from .course_forms import RunForm
from .course_views import seen_course
from .courses import add_run, cancel_run, change_run
from .models import Course, CourseRun, TrainingBase


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def run_new(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Add a run to a course."""
    of = seen_course(request, public_id)
    demand(reader(request), Act.WRITE_SUPPLY, of.organisation)
    key = sheet_of(request)

    def add(form: RunForm) -> None:
        if not CourseRun.objects.filter(course=of, public_id=key).exists():  # the button was pressed twice
            add_run(by=reader(request), course=of, data=form.as_written(), public_id=key)
            messages.success(request, _("The run is added."))

    return _run_page(request, of, RunForm.new(_bases(of)), add, key=key)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def run_change(request: HttpRequest, public_id: Any, run_id: Any) -> HttpResponse:
    """Change a run: its dates, seats, price or place."""
    of = seen_course(request, public_id)
    demand(reader(request), Act.WRITE_SUPPLY, of.organisation)
    run = _seen_run(of, run_id)

    def change(form: RunForm) -> None:
        # What the form does not show stays as it is.
        change_run(by=reader(request), run=run, data=form.as_written() | {"external_id": run.external_id})
        messages.success(request, _("Saved."))

    return _run_page(request, of, RunForm.of(run, _bases(of, run)), change, run=run)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def run_cancel(request: HttpRequest, public_id: Any, run_id: Any) -> HttpResponse:
    """Cancel a run for good; a page asks first, and why."""
    of = seen_course(request, public_id)
    demand(reader(request), Act.CLOSE_SUPPLY, of.organisation)
    run = _seen_run(of, run_id)
    context: dict[str, Any] = {"course": of, "run": run, "why": request.POST.get("why", "")}
    if request.method != "POST":
        return render(request, "talent/course_run_cancel.html", context)
    try:
        cancel_run(by=reader(request), run=run, why=checked(WhyInput(data={"why": context["why"]}))["why"])
    except StateForbids as forbidden:
        return refused(request, forbidden.detail, "course", of)
    except InvalidInput as wrong:
        context["errors"] = {"why": [fault.detail for fault in wrong.errors]}
        return render(request, "talent/course_run_cancel.html", context, status=MENDING)
    messages.success(request, _("The run is cancelled."))
    return redirect("course", of.public_id)


def _run_page(
    request: HttpRequest,
    of: Course,
    form: RunForm,
    write: Callable[[RunForm], None],
    *,
    run: CourseRun | None = None,
    key: uuid.UUID | None = None,
) -> HttpResponse:
    status = 200
    if request.method == "POST":
        form = RunForm.typed(request.POST, form.bases)
        try:
            write(form)
            return redirect("course", of.public_id)
        except StateForbids as forbidden:
            return refused(request, forbidden.detail, "course", of)
        except InvalidInput as wrong:
            form.blame(wrong.errors)
            status = MENDING
    return render(
        request, "talent/course_run_form.html", {"course": of, "form": form, "run": run, "sheet": key}, status=status
    )


def _seen_run(of: Course, run_id: Any) -> CourseRun:
    rows = CourseRun.objects.filter(course=of).select_related("course__organisation", "city", "base")
    return get_object_or_404(rows, public_id=run_id)


def _bases(of: Course, run: CourseRun | None = None) -> list[TrainingBase]:
    """The bases that a run of this course may take place at."""
    open_now = Q(closed_at=None) | Q(pk=run.base_id if run else None)
    return list(TrainingBase.objects.filter(open_now, organisation=of.organisation).select_related("city"))
