"""Pages of courses and their runs: found and read by everybody, written, published and closed by whoever teaches."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import FieldError, InvalidInput, StateForbids
from accounts.inputs import Input, Prose, checked
from accounts.models import AuditRow, Organisation, User
from accounts.permissions import WHO_MAY, Act, demand, role_of
from skills.models import Skill
from skills.search import search_skills

from .course_forms import CourseForm, RunForm, body_options, city_options
from .courses import (
    add_run,
    cancel_run,
    change_course,
    change_run,
    close_course,
    copy_course,
    courses_found,
    create_course,
    publish_course,
    run_state,
)
from .models import Claim, Course, CourseRun, EntryLevel, TrainingBase
from .models.course import CourseQuerySet

MENDING = 422  # a form that comes back with something to mend
COURSES_ON_A_PAGE = 20
SKILLS_FOUND = 5  # skills whose name is like what somebody looks for
STEPS_SHOWN = 20
STEPS: dict[str, Any] = {
    "create_course": later("Written"),
    "copy_course": later("Copied from another"),
    "change_course": later("Changed"),
    "publish_course": later("Published"),
    "close_course": later("Closed"),
    "add_run": later("Run added"),
    "change_run": later("Run changed"),
    "cancel_run": later("Run cancelled"),
}
# How a run stands: tone, icon and word of its mark.
RUN_STATES: dict[str, tuple[str, str, Any]] = {
    "open": ("good", "circle-check", pgettext_lazy("course run", "open")),
    "full": ("wait", "users", pgettext_lazy("course run", "full")),
    "begun": ("river", "clock", pgettext_lazy("course run", "has begun")),
    "over": ("", "lock", pgettext_lazy("course run", "over")),
    "cancelled": ("bad", "circle-x", pgettext_lazy("course run", "cancelled")),
}


class Closing(Input):
    """What is said when a course is closed, a run cancelled, or a base closed."""

    why = Prose(max_length=1000, allow_blank=True, default="")


@dataclass(frozen=True)
class Ladder:
    """What a course does for one skill: from the level on entry up to the level reached."""

    skill: Skill
    entry: int
    reached: int
    evidence: str = ""

    @property
    def rungs(self) -> list[dict[str, Any]]:
        """Five rungs, as `components/ladder.html` draws them."""
        return [
            {
                "kind": "held" if rung <= self.entry else "gain" if rung <= self.reached else "idle",
                "level": rung,
                "x": 25 * rung - 25,
                "plus": 25 * rung - 17,
                "middle": 25 * rung - 14,
            }
            for rung in range(1, 6)
        ]

    @property
    def gate(self) -> int:
        return 25 * max(self.reached, self.entry) - 5

    @property
    def label(self) -> str:
        words = {"skill": self.skill.label, "entry": self.entry, "reached": self.reached}
        if not self.reached:
            return _("%(skill)s: level %(entry)s is asked for on entry") % words
        return _("%(skill)s: from level %(entry)s to level %(reached)s") % words

    @property
    def short(self) -> str:
        """The two levels in a few words."""
        if not self.reached:
            return _("%(entry)s on entry") % {"entry": self.entry}
        if not self.entry:
            return _("to %(reached)s") % {"reached": self.reached}
        return _("%(entry)s to %(reached)s") % {"entry": self.entry, "reached": self.reached}


@dataclass(frozen=True)
class Shown:
    """A run as a row of a table."""

    run: CourseRun

    @property
    def stands(self) -> str:
        return run_state(self.run)

    @property
    def mark(self) -> tuple[str, str, Any]:
        return RUN_STATES[self.stands]

    @property
    def left(self) -> int:
        return self.run.seats - self.run.taken

    @property
    def place(self) -> str:
        """Where it takes place, in a few words."""
        there = [str(place) for place in (self.run.base, self.run.city) if place]
        if self.run.online:
            there.append(_("online"))
        return pgettext("between words", ", ").join(there)

    @property
    def price(self) -> str:
        """What a seat costs, in a few words."""
        if not self.run.price:
            return pgettext("price", "free")
        whole = self.run.price == self.run.price.to_integral_value()
        amount = number_format(self.run.price, 0 if whole else 2, use_l10n=True, force_grouping=True)
        currency = pgettext("currency", "CNY") if self.run.currency == "CNY" else self.run.currency
        return _("%(amount)s %(currency)s") % {"amount": amount, "currency": currency}

    @property
    def alive(self) -> bool:
        """Whether it can still be changed or cancelled."""
        return self.stands not in {"cancelled", "over"}


def bodies_to_post_for(user: User) -> list[Organisation]:
    """The teaching bodies for which this person may write courses and bases."""
    roles = WHO_MAY[Act.WRITE_SUPPLY]
    bodies = Organisation.objects.filter(memberships__user=user, memberships__role__in=roles)
    return list(bodies.filter(kind__in=Organisation.TEACHING).exclude(state=Organisation.State.SUSPENDED))


def sheet(request: HttpRequest) -> uuid.UUID:
    """The id that a form for something new was opened with, and under which it is saved."""
    try:
        return uuid.UUID(request.POST.get("sheet", ""))
    except ValueError:
        return uuid.uuid4()


def body_chosen(typed: str, bodies: list[Organisation], faults: list[FieldError]) -> Organisation:
    """The organisation that the form names; where there are several and none is named, that is a fault."""
    chosen = [body for body in bodies if str(body.public_id) == typed] or bodies
    if len(chosen) > 1:
        faults.append(FieldError(("organisation",), "required", _("Say for which organisation.")))
    return chosen[0]


def no_body_yet(request: HttpRequest) -> HttpResponse:
    """The way on for somebody who writes for no teaching body; a viewer of one, or a suspended one, is refused."""
    own = Organisation.objects.of_member(person(request)).filter(kind__in=Organisation.TEACHING)
    if standing := own.first():
        demand(person(request), Act.WRITE_SUPPLY, standing)
    messages.info(request, _("Courses and bases are posted by schools and training bases. Register yours first."))
    return redirect("organisations")


def person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # `login_required` lets nobody else in
    return request.user


# Courses --------------------------------------------------------------------------------------------------------------
@require_safe
def courses(request: HttpRequest) -> HttpResponse:
    """Courses that everybody may take, and those of one's own organisations in any state; newest first."""
    typed = {name: request.GET.get(name, "").replace("\x00", "") for name in ("q", "skill", "city", "starts_after")}
    asked = {name: words.strip()[:100] for name, words in typed.items()}
    asked |= {name: "1" if request.GET.get(name) else "" for name in ("online", "mine")}
    skill = Skill.objects.current().filter(code=asked["skill"]).first() if asked["skill"] else None
    found = courses_found(
        Course.objects.visible_to(request.user),
        skill=asked["skill"] if skill else None,
        city=asked["city"],
        online=True if asked["online"] else None,
        starts_after=_day(asked["starts_after"]),
    )
    writes = Organisation.objects.of_member(request.user).filter(kind__in=Organisation.TEACHING)
    bodies = list(writes) if request.user.is_authenticated else []
    if asked["mine"]:
        found = found.filter(organisation__in=bodies)
    elif bodies:
        found = found.filter(status=Course.Status.PUBLISHED, organisation__state=Organisation.State.VERIFIED)
    if asked["q"]:
        found = _named_like(found, asked["q"])
    page = Paginator(_with_rows(found), COURSES_ON_A_PAGE).get_page(request.GET.get("page"))
    kept = {name: value for name, value in asked.items() if value}
    context = {
        "page": page,
        "rows": [(course, _ladders(course), [Shown(run) for run in course.coming]) for course in page],
        "asked": asked,
        "skill": skill,
        "without_skill": urlencode({name: value for name, value in kept.items() if name != "skill"}),
        "query": urlencode(kept),
        "cities": city_options(asked["city"], _("any city")),
        "bodies": bodies,
        "may_post": request.user.is_authenticated and bool(bodies_to_post_for(person(request))),
    }
    return render(request, "talent/courses.html", context)


@require_safe
def course(request: HttpRequest, public_id: Any) -> HttpResponse:
    """One course: what it asks for and leads to, and its runs; to its organisation also what was done with it."""
    found = _seen_course(request, public_id)
    role = role_of(request.user, found.organisation)
    may = what_one_may(role, found)
    steps = []
    if role:
        rows = AuditRow.objects.filter(subject_kind="course", subject_id=found.public_id).select_related("actor")
        steps = [(step, STEPS.get(step.action, step.action)) for step in rows[:STEPS_SHOWN]]
    runs = [Shown(run) for run in found.coming]
    context = {
        "course": found,
        "may": may,
        "ladders": _ladders(found),
        "runs": [run for run in runs if run.stands != "over"],
        "past": [run for run in runs if run.stands == "over"],
        "steps": steps,
        "within": bool(role),
    }
    return render(request, "talent/course.html", context)


def what_one_may(role: str | None, course: Course) -> dict[str, bool]:
    """What the page offers: the acts that the person's role allows and the course's status still knows."""
    acts = course.organisation.state != Organisation.State.SUSPENDED
    alive = acts and course.status != Course.Status.CLOSED
    return {
        "write": alive and role in WHO_MAY[Act.WRITE_SUPPLY],
        "copy": acts and role in WHO_MAY[Act.WRITE_SUPPLY],
        "publish": alive and course.status == Course.Status.DRAFT and role in WHO_MAY[Act.PUBLISH_SUPPLY],
        "close": alive and role in WHO_MAY[Act.CLOSE_SUPPLY],
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def course_new(request: HttpRequest) -> HttpResponse:
    """Write a course; it becomes a draft, or is published at once."""
    bodies = bodies_to_post_for(person(request))
    if not bodies:
        return no_body_yet(request)
    if request.method != "POST":
        return _form_page(request, CourseForm.new(), bodies=bodies)
    if there := _made_before(request):
        return redirect("course", there.public_id)
    form = CourseForm.typed(request.POST)
    if form.rearranged(request.POST):
        return _form_page(request, form, bodies=bodies)
    faults = form.faults()
    body = body_chosen(form.values["organisation"], bodies, faults)

    def create() -> Course:
        return create_course(by=person(request), organisation=body, data=form.as_written(), public_id=sheet(request))

    try:
        made = _saved(request, create, faults)
    except InvalidInput:
        if there := _made_before(request):
            return redirect("course", there.public_id)
        form.blame(faults)
        return _form_page(request, form, bodies=bodies, status=MENDING)
    published = made.status == Course.Status.PUBLISHED
    messages.success(request, _("Published.") if published else _("The draft is saved."))
    return redirect("course", made.public_id)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def course_change(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Rewrite a course; what is published is matched anew."""
    was = _seen_course(request, public_id)
    demand(person(request), Act.WRITE_SUPPLY, was.organisation)
    if was.status == Course.Status.CLOSED:
        return _refused(request, _("This course is closed and no longer changes."), was)
    if request.method != "POST":
        return _form_page(request, CourseForm.of(was), course=was)
    form = CourseForm.typed(request.POST)
    if form.rearranged(request.POST):
        return _form_page(request, form, course=was)
    faults = form.faults()

    def change() -> Course:
        return change_course(by=person(request), course=was, data=form.as_written() | {"external_id": was.external_id})

    try:
        now = _saved(request, change, faults)
    except StateForbids as refused:
        return _refused(request, refused.detail, was)
    except InvalidInput:
        form.blame(faults)
        return _form_page(request, form, course=was, status=MENDING)
    if now.status != was.status:
        messages.success(request, _("Published."))
    elif now.revision != was.revision:
        messages.success(request, _("Saved."))
    else:
        messages.info(request, _("Nothing was changed."))
    return redirect("course", now.public_id)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def course_publish(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Publish a draft; a page asks first."""
    found = _seen_course(request, public_id)
    demand(person(request), Act.PUBLISH_SUPPLY, found.organisation)
    if request.method != "POST":
        if found.status != Course.Status.DRAFT:
            return redirect("course", found.public_id)
        return render(request, "talent/course_publish.html", {"course": found})
    try:
        publish_course(by=person(request), course=found)
    except StateForbids as refused:
        return _refused(request, refused.detail, found)
    except InvalidInput as wrong:
        form = CourseForm.of(found)
        form.blame(wrong.errors)
        return _form_page(request, form, course=found, status=MENDING)
    messages.success(request, _("Published."))
    return redirect("course", found.public_id)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def course_close(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Close a course for good; a page asks first, and why."""
    found = _seen_course(request, public_id)
    demand(person(request), Act.CLOSE_SUPPLY, found.organisation)
    context: dict[str, Any] = {"course": found, "why": request.POST.get("why", "")}
    if request.method != "POST":
        if found.status == Course.Status.CLOSED:
            return redirect("course", found.public_id)
        return render(request, "talent/course_close.html", context)
    try:
        why = checked(Closing(data={"why": context["why"]}))["why"]
        close_course(by=person(request), course=found, why=why)
    except StateForbids as refused:
        return _refused(request, refused.detail, found)
    except InvalidInput as wrong:
        context["errors"] = {"why": [fault.detail for fault in wrong.errors]}
        return render(request, "talent/course_close.html", context, status=MENDING)
    messages.success(request, _("Closed. It is in no list any more."))
    return redirect("course", found.public_id)


@login_required
@require_POST
def course_copy(request: HttpRequest, public_id: Any) -> HttpResponse:
    """A new draft that says the same; it is opened to be changed."""
    found = _seen_course(request, public_id)
    try:
        copy = copy_course(by=person(request), course=found)
    except InvalidInput:
        return _refused(request, _("Nothing of it can be copied: its skills are no longer in the framework."), found)
    messages.success(request, _("Copied. This is the new draft; it has no runs yet."))
    return redirect("course-change", copy.public_id)


# Runs -----------------------------------------------------------------------------------------------------------------
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def course_run_new(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Add a run to a course."""
    of = _seen_course(request, public_id)
    demand(person(request), Act.WRITE_SUPPLY, of.organisation)
    key = sheet(request)

    def add(form: RunForm) -> None:
        if not CourseRun.objects.filter(course=of, public_id=key).exists():  # the button was pressed twice
            add_run(by=person(request), course=of, data=form.as_written(), public_id=key)
            messages.success(request, _("The run is added."))

    return _run_page(request, of, RunForm.new(_bases(of)), add, key=key)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def course_run_change(request: HttpRequest, public_id: Any, run_id: Any) -> HttpResponse:
    """Change a run: its dates, seats, price or place."""
    of = _seen_course(request, public_id)
    demand(person(request), Act.WRITE_SUPPLY, of.organisation)
    run = _seen_run(of, run_id)

    def change(form: RunForm) -> None:
        # What the form does not show stays as it is.
        change_run(by=person(request), run=run, data=form.as_written() | {"external_id": run.external_id})
        messages.success(request, _("Saved."))

    return _run_page(request, of, RunForm.of(run, _bases(of, run)), change, run=run)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def course_run_cancel(request: HttpRequest, public_id: Any, run_id: Any) -> HttpResponse:
    """Cancel a run for good; a page asks first, and why."""
    of = _seen_course(request, public_id)
    demand(person(request), Act.CLOSE_SUPPLY, of.organisation)
    run = _seen_run(of, run_id)
    context: dict[str, Any] = {"course": of, "run": run, "why": request.POST.get("why", "")}
    if request.method != "POST":
        return render(request, "talent/course_run_cancel.html", context)
    try:
        cancel_run(by=person(request), run=run, why=checked(Closing(data={"why": context["why"]}))["why"])
    except StateForbids as refused:
        return _refused(request, refused.detail, of)
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
        except StateForbids as refused:
            return _refused(request, refused.detail, of)
        except InvalidInput as wrong:
            form.blame(wrong.errors)
            status = MENDING
    return render(
        request, "talent/course_run_form.html", {"course": of, "form": form, "run": run, "sheet": key}, status=status
    )


# What they share ------------------------------------------------------------------------------------------------------
def _seen_course(request: HttpRequest, public_id: Any) -> Any:
    """The course with its rows, if this person may see it; anything else is not found."""
    return get_object_or_404(_with_rows(Course.objects.visible_to(request.user), all_runs=True), public_id=public_id)


def _seen_run(of: Course, run_id: Any) -> CourseRun:
    rows = CourseRun.objects.filter(course=of).select_related("course__organisation", "city", "base")
    return get_object_or_404(rows, public_id=run_id)


def _bases(of: Course, run: CourseRun | None = None) -> list[TrainingBase]:
    """The bases that a run of this course may take place at."""
    open_now = Q(closed_at=None) | Q(pk=run.base_id if run else None)
    return list(TrainingBase.objects.filter(open_now, organisation=of.organisation).select_related("city"))


def _with_rows(courses: CourseQuerySet, *, all_runs: bool = False) -> Any:
    """The courses with their skills and runs (`coming`: those ahead), newest first, in as many queries as for one."""
    stated = Claim.objects.filter(source__in=Claim.SELF_DECLARED, withdrawn_at=None).select_related("skill")
    runs = CourseRun.objects.select_related("city", "base").order_by("starts_on", "id")
    if not all_runs:
        runs = runs.filter(cancelled_at=None, starts_on__gt=timezone.localdate())
    return (
        courses.select_related("organisation", "organisation__city")
        .prefetch_related(
            Prefetch("claims", stated.order_by("id")),
            Prefetch("entry_levels", EntryLevel.objects.select_related("skill").order_by("id")),
            Prefetch("runs", runs, to_attr="coming"),
        )
        .order_by("-id")
    )


def _ladders(course: Course) -> list[Ladder]:
    """What the course does for each skill, the largest step first; then what it only asks for."""
    entry = {row.skill_id: row for row in course.entry_levels.all()}
    ladders = []
    for claim in course.claims.all():
        asked = entry.pop(claim.skill_id, None)
        ladders.append(Ladder(claim.skill, asked.level if asked else 0, claim.level, claim.evidence))
    ladders.sort(key=lambda ladder: (ladder.entry - ladder.reached, ladder.skill.label))
    return ladders + [Ladder(row.skill, row.level, 0) for row in entry.values()]


def _named_like(courses: CourseQuerySet, query: str) -> CourseQuerySet:
    """Those whose title holds the words, or that lead to a skill of that name."""
    skills = [skill.pk for skill in search_skills(query)[:SKILLS_FOUND]]
    leading = Claim.objects.filter(course__isnull=False, withdrawn_at=None, skill__in=skills)
    return courses.filter(Q(title__icontains=query) | Q(id__in=leading.values("course_id")))


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def _saved(request: HttpRequest, write: Callable[[], Course], faults: list[FieldError]) -> Course:
    """Write a course and perhaps publish it, all or nothing; faults found on the way are added to those of the form.

    Where only the state forbids publishing, the draft is kept and the page says why.
    """
    try:
        with transaction.atomic():
            course = write()
            if faults:
                raise InvalidInput(())
            if "publish" in request.POST.getlist("do") and course.status == Course.Status.DRAFT:
                try:
                    course = publish_course(by=person(request), course=course)
                except StateForbids as refused:
                    messages.warning(request, str(refused.detail))
    except InvalidInput as wrong:
        faults.extend(wrong.errors)
        raise
    return course


def _form_page(
    request: HttpRequest,
    form: CourseForm,
    *,
    course: Course | None = None,
    bodies: list[Organisation] | None = None,
    status: int = 200,
) -> HttpResponse:
    form.name_skills()
    context = {
        "form": form,
        "course": course,
        "body": course.organisation if course else bodies[0] if bodies else None,
        "bodies": body_options(bodies) if bodies and len(bodies) > 1 else None,
        "published": course is not None and course.status == Course.Status.PUBLISHED,
        "sheet": sheet(request),
    }
    return render(request, "talent/course_form.html", context, status=status)


def _made_before(request: HttpRequest) -> Course | None:
    """The course that this very form has made already: the button was pressed twice."""
    return Course.objects.visible_to(request.user).filter(public_id=sheet(request)).first()


def _refused(request: HttpRequest, why: Any, course: Course) -> HttpResponse:
    messages.warning(request, str(why))
    return redirect("course", course.public_id)
