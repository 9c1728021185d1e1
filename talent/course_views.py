"""Pages of courses: found and read by everybody, written, published and closed by whoever teaches."""

import uuid
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import InvalidInput, StateForbids
from accounts.form_rows import city_options
from accounts.models import AuditRow, Organisation
from accounts.pages import MENDING, reader, sheet_of
from accounts.permissions import Act, demand, role_of
from accounts.posting_pages import acts_of, close_page, copied, made_before, publish_page, refused, saved
from skills.models import Skill
from skills.search import search_skills

from .course_forms import CourseForm, body_options
from .course_shown import ShownRun, ladders_of
from .courses import LIFE, change_course, courses_found, create_course
from .models import Claim, Course, CourseRun, EntryLevel
from .models.course import CourseQuerySet
from .teaching_bodies import bodies_to_post_for, body_chosen, no_body_yet

COURSES_ON_A_PAGE = 20
SKILLS_FOUND = 5  # skills whose name is like what somebody looks for
STEPS_SHOWN = 20


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
    page = Paginator(_with_rows(found).defer("text"), COURSES_ON_A_PAGE).get_page(request.GET.get("page"))
    kept = {name: value for name, value in asked.items() if value}
    context = {
        "page": page,
        "rows": [(course, ladders_of(course), [ShownRun(run) for run in course.coming]) for course in page],
        "asked": asked,
        "skill": skill,
        "without_skill": urlencode({name: value for name, value in kept.items() if name != "skill"}),
        "query": urlencode(kept),
        "cities": city_options(asked["city"], _("any city")),
        "bodies": bodies,
        "may_post": request.user.is_authenticated and bool(bodies_to_post_for(reader(request))),
    }
    return render(request, "talent/courses.html", context)


@require_safe
def course(request: HttpRequest, public_id: Any) -> HttpResponse:
    """One course: what it asks for and leads to, and its runs; to its organisation also what was done with it."""
    found = seen_course(request, public_id)
    role = role_of(request.user, found.organisation)
    may = what_one_may(role, found)
    steps = []
    if role:
        rows = AuditRow.objects.filter(subject_kind="course", subject_id=found.public_id).select_related("actor")
        steps = list(rows[:STEPS_SHOWN])
    runs = [ShownRun(run) for run in found.coming]
    context = {
        "course": found,
        "may": may,
        "ladders": ladders_of(found),
        "runs": [run for run in runs if run.stands != "over"],
        "past": [run for run in runs if run.stands == "over"],
        "steps": steps,
        "within": bool(role),
        "sheet": uuid.uuid4(),
    }
    return render(request, "talent/course.html", context)


def what_one_may(role: str | None, course: Course) -> dict[str, bool]:
    """What the page offers: the acts that the person's role allows and the course's status still knows."""
    acts = {"write": Act.WRITE_SUPPLY, "publish": Act.PUBLISH_SUPPLY, "close": Act.CLOSE_SUPPLY}
    return acts_of(role, course, course.organisation, **acts)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def course_new(request: HttpRequest) -> HttpResponse:
    """Write a course; it becomes a draft, or is published at once."""
    bodies = bodies_to_post_for(reader(request))
    if not bodies:
        return no_body_yet(request)
    if request.method != "POST":
        return _form_page(request, CourseForm.new(), bodies=bodies)
    mine = Course.objects.visible_to(reader(request))
    if there := made_before(request, mine):
        return course_change(request, there.public_id)
    form = CourseForm.typed(request.POST)
    if form.rearranged(request.POST):
        return _form_page(request, form, bodies=bodies)
    faults = form.faults()
    body = body_chosen(form.values["organisation"], bodies, faults)

    def create() -> Course:
        return create_course(by=reader(request), organisation=body, data=form.as_written(), public_id=sheet_of(request))

    try:
        made = saved(request, LIFE, create, faults)
    except InvalidInput:
        if there := made_before(request, mine):
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
    was = seen_course(request, public_id)
    demand(reader(request), Act.WRITE_SUPPLY, was.organisation)
    if was.status == Course.Status.CLOSED:
        return refused(request, _("This course is closed and no longer changes."), "course", was)
    if request.method != "POST":
        return _form_page(request, CourseForm.of(was), course=was)
    form = CourseForm.typed(request.POST)
    if form.rearranged(request.POST):
        return _form_page(request, form, course=was)
    faults = form.faults()

    def change() -> Course:
        return change_course(by=reader(request), course=was, data=form.as_written() | {"external_id": was.external_id})

    try:
        now = saved(request, LIFE, change, faults)
    except StateForbids as forbidden:
        return refused(request, forbidden.detail, "course", was)
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
    found = seen_course(request, public_id)
    demand(reader(request), Act.PUBLISH_SUPPLY, found.organisation)
    return publish_page(request, LIFE, found, CourseForm.of, _form_page)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def course_close(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Close a course for good; a page asks first, and why."""
    found = seen_course(request, public_id)
    demand(reader(request), Act.CLOSE_SUPPLY, found.organisation)
    return close_page(request, LIFE, found)


@login_required
@require_POST
def course_copy(request: HttpRequest, public_id: Any) -> HttpResponse:
    """A new draft that says the same, opened to be changed; a button that is pressed twice makes one."""
    found = seen_course(request, public_id)
    demand(reader(request), Act.WRITE_SUPPLY, found.organisation)
    try:
        copy = copied(request, LIFE, found, Course.objects.visible_to(reader(request)))
    except StateForbids as forbidden:
        return refused(request, forbidden.detail, "course", found)
    except InvalidInput:
        return refused(
            request, _("Nothing of it can be copied: its skills are no longer in the framework."), "course", found
        )
    messages.success(request, _("Copied. This is the new draft; it has no runs yet."))
    return redirect("course-change", copy.public_id)


# What they share ------------------------------------------------------------------------------------------------------
def seen_course(request: HttpRequest, public_id: Any) -> Any:
    """The course with its rows, if this person may see it; anything else is not found."""
    return get_object_or_404(_with_rows(Course.objects.visible_to(request.user), all_runs=True), public_id=public_id)


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


def _form_page(
    request: HttpRequest,
    form: CourseForm,
    *,
    course: Course | None = None,
    bodies: list[Organisation] | None = None,
    status: int = 200,
) -> HttpResponse:
    form.name_skills()
    several = bodies is not None and len(bodies) > 1
    body = course.organisation if course else bodies[0] if bodies else None
    context = {
        "form": form,
        "course": course,
        "bodies": body_options(bodies) if bodies and several else None,
        "may_publish": several or (body is not None and body.state == Organisation.State.VERIFIED),
        "published": course is not None and course.status == Course.Status.PUBLISHED,
        "sheet": sheet_of(request),
    }
    return render(request, "talent/course_form.html", context, status=status)
