"""The desk of who acts for a school or a training base: what starts soon, how full it is, and what waits to be done."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.models import Organisation, User, Verification
from accounts.pages import reader
from accounts.permissions import Act, acting_for
from accounts.posting import Posting
from accounts.standing_mail import told_first

from .course_shown import ShownRun
from .links import questions_to
from .models import Course, CourseRun, Intake, Program

ROWS_SHOWN = 8  # runs, and programs
DRAFTS_SHOWN = 6
SOON = timedelta(days=30)
Status = Posting.Status
SEEN_BY_ALL = Q(course__organisation__state=Organisation.State.VERIFIED)


@dataclass(frozen=True)
class Posted:
    """How many courses, or programs, are published and how many wait as drafts."""

    published: int
    drafts: int

    @classmethod
    def of(cls, rows: QuerySet[Any]) -> "Posted":
        published, drafts = (Count("pk", filter=Q(status=status)) for status in (Status.PUBLISHED, Status.DRAFT))
        return cls(**rows.aggregate(published=published, drafts=drafts))


@login_required
@require_safe
def teaching(request: HttpRequest) -> HttpResponse:
    """What starts soon and how full it is, what is published, and what waits; who teaches nowhere goes home."""
    user, today = reader(request), timezone.localdate()
    bodies = _bodies_of(user)
    if not bodies:
        return redirect("home")
    schools = [body for body in bodies if body.kind in Organisation.SCHOOLS]
    own_courses = Course.objects.filter(organisation__in=bodies)
    own_programs = Program.objects.filter(organisation__in=schools)
    courses, programs = Posted.of(own_courses), Posted.of(own_programs)
    ahead = CourseRun.objects.filter(
        course__in=own_courses.filter(status=Status.PUBLISHED), cancelled_at=None, starts_on__gt=today
    )
    figures = ahead.aggregate(
        open=Count("pk", filter=SEEN_BY_ALL & Q(taken__lt=F("seats"))),
        soon=Count("course", filter=SEEN_BY_ALL & Q(starts_on__lte=today + SOON), distinct=True),
        taken=Sum("taken", default=0),
        seats=Sum("seats", default=0),
    )
    runs = ahead.select_related("course__organisation", "city", "base").defer("course__text")
    context = {
        "title": _title(bodies, courses, programs, figures["soon"]),
        "bodies": bodies,
        "several": len(bodies) > 1,
        "waiting": [body for body in bodies if body.state != Organisation.State.VERIFIED],
        "schools": schools,
        "figures": figures,
        "runs": [ShownRun(run) for run in runs.order_by("starts_on", "id")[:ROWS_SHOWN]],
        "courses": courses,
        "programs": programs,
        "rows": _with_next_intake(own_programs.filter(status=Status.PUBLISHED), today)[:ROWS_SHOWN],
        "drafts": _drafts(own_courses, own_programs),
        "drafts_in_all": courses.drafts + programs.drafts,
        "asking": _asking(user, bodies),
        "may_course": any(body.may_write for body in bodies),
        "may_program": any(school.may_write for school in schools),
    }
    return render(request, "talent/teaching.html", context)


def _bodies_of(user: User) -> list[Any]:
    """The schools and bases that the person acts for, each with `may_write`, `may_change` and the newest `reason`."""
    newest = Verification.objects.filter(organisation=OuterRef("pk")).order_by("-id").values("reason")[:1]
    own = Organisation.objects.of_member(user).filter(kind__in=Organisation.TEACHING).select_related("city")
    bodies: list[Any] = list(own.annotate(reason=Subquery(newest)))
    writes, changes = (
        set(acting_for(user, act).values_list("pk", flat=True)) for act in (Act.WRITE_SUPPLY, Act.CHANGE_ORGANISATION)
    )
    for body in bodies:
        body.may_write, body.may_change = body.pk in writes, body.pk in changes
    return bodies


def _title(bodies: list[Any], courses: Posted, programs: Posted, soon: int) -> str:
    """What is the case: how it stands where nobody sees anything of it, else what starts soon, else what is there."""
    if all(body.state != Organisation.State.VERIFIED for body in bodies):
        return told_first(bodies)
    if courses.published:
        said = ngettext("%(count)s course starts within a month", "%(count)s courses start within a month", soon)
        return said % {"count": soon} if soon else _("No course starts within a month")
    if programs.published:
        return ngettext("%(count)s program is published", "%(count)s programs are published", programs.published) % {
            "count": programs.published
        }
    return _("Nothing is published at present")


def _with_next_intake(programs: QuerySet[Program], today: date) -> QuerySet[Any]:
    """The programs with their intakes that lie `ahead`; the one that starts next comes first."""
    coming = Intake.objects.filter(starts_on__gt=today).order_by("starts_on", "id")
    next_start = Subquery(coming.filter(program=OuterRef("pk")).values("starts_on")[:1])
    return (
        programs.select_related("organisation")
        .prefetch_related(Prefetch("intakes", coming, to_attr="ahead"))
        .annotate(next_start=next_start)
        .order_by(F("next_start").asc(nulls_last=True), "-id")
        .defer("text")
    )


def _drafts(courses: QuerySet[Course], programs: QuerySet[Program]) -> list[dict[str, Any]]:
    """What was written and not published, the newest change first: `kind`, which is the name of its page, and `row`."""
    found: list[tuple[str, Any]] = []
    for kind, rows in (("course", courses), ("program", programs)):
        newest: QuerySet[Any] = rows.filter(status=Status.DRAFT).order_by("-changed_at", "-id")
        found += [(kind, row) for row in newest.defer("text")[:DRAFTS_SHOWN]]
    found.sort(key=lambda one: one[1].changed_at, reverse=True)
    return [{"kind": kind, "row": row} for kind, row in found[:DRAFTS_SHOWN]]


def _asking(user: User, bodies: list[Any]) -> list[tuple[Any, int]]:
    """The bodies whose students the person may see, each with how many students wait for its answer, if any does."""
    seen = acting_for(user, Act.SEE_STUDENTS).filter(kind__in=Organisation.TEACHING)
    waiting = dict(questions_to(seen).values_list("organisation").annotate(count=Count("pk")))
    return [(body, waiting[body.pk]) for body in bodies if body.pk in waiting]
