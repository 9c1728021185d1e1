"""Pages of a program: found by anybody, written, published, closed and copied by its school."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import FieldError, InvalidInput, StateForbids
from accounts.form_rows import Pairs
from accounts.models import AuditRow, City, Organisation, User
from accounts.pages import MENDING, reader, sheet_of
from accounts.permissions import Act, acting_for, demand, role_of
from accounts.posting_pages import acts_of, close_page, copied, made_before, publish_page, refused, saved

from .models import Course, Program
from .program_forms import ProgramForm
from .programs import LIFE, change_program, create_program

ON_A_PAGE = 20
STEPS_SHOWN = 20


# Found and read by anybody --------------------------------------------------------------------------------------------
@require_safe
def programs(request: HttpRequest) -> HttpResponse:
    """What schools have published, or (`mine`) what one's own schools posted in any state; newest first."""
    own = schools_of(request.user)
    mine = bool(own) and request.GET.get("mine") == "true"
    found = Program.objects.filter(organisation__in=own) if mine else Program.objects.published()
    asked = {name: request.GET.get(name, "") for name in ("organisation", "study", "city", "status")}
    rows, following = _page(_filtered(found, asked, mine=mine), request.GET.get("after", ""))
    kept = {name: value for name, value in asked.items() if value} | ({"mine": "true"} if mine else {})
    context = {
        "rows": rows,
        "following": urlencode(kept | {"after": following}) if following else "",
        "beginning": urlencode(kept) if "after" in request.GET else None,
        "asked": asked,
        "filtered": any(asked.values()),
        "mine": mine,
        "schools": own,
        "may_post": any(school.may_post for school in own),
        "unverified": [school for school in own if school.state != Organisation.State.VERIFIED],
        "studies": _options(_("any level of study"), ((one.value, capfirst(one.label)) for one in Program.Study)),
        "cities": _options(_("any city"), ((city.code, str(city)) for city in City.objects.all())),
        "posting": _options(_("any school"), _schools(asked["organisation"])),
        "statuses": _options(_("any state"), ((one.value, capfirst(one.label)) for one in Program.Status)),
    }
    return render(request, "talent/programs.html", context)


def schools_of(user: User | AnonymousUser) -> list[Any]:
    """The schools that the person acts for, each with `may_post`."""
    if not user.is_authenticated:
        return []
    writes = set(acting_for(user, Act.WRITE_SUPPLY).values_list("pk", flat=True))
    own: list[Any] = list(Organisation.objects.of_member(user).filter(kind__in=Organisation.SCHOOLS))
    for school in own:
        school.may_post = school.pk in writes
    return own


def _filtered(found: QuerySet[Program], asked: dict[str, str], *, mine: bool) -> QuerySet[Program]:
    """The programs that the address asks for; what it asks for in vain finds nothing."""
    if asked["organisation"]:
        found = found.filter(organisation__public_id=_uuid(asked["organisation"]))
    if asked["study"]:
        found = found.filter(study=_clean(asked["study"]))
    if asked["city"]:
        found = found.filter(city__code=_clean(asked["city"]))
    if asked["status"] and mine:
        found = found.filter(status=_clean(asked["status"]))
    return found


def _page(found: QuerySet[Program], after: str) -> tuple[list[Program], str]:
    """The programs that follow the one with this id, and the id after which the next page begins.

    A cursor and not a number of a page, so that nothing is shown twice or skipped while others post.
    """
    if after:
        edge = Program.objects.filter(public_id=_uuid(after)).values_list("pk", flat=True).first()
        found = found.filter(pk__lt=edge) if edge else found
    keys = list(found.order_by("-pk").values_list("pk", flat=True)[: ON_A_PAGE + 1])
    rows: QuerySet[Any] = Program.objects.select_related("organisation", "city").annotate(
        reached=Count("claims", distinct=True), starts=Count("intakes", distinct=True)
    )  # counted for those of the page only, not for all that are found
    page = list(rows.filter(pk__in=keys[:ON_A_PAGE]).defer("text").order_by("-pk"))
    return page, str(page[-1].public_id) if len(keys) > ON_A_PAGE else ""


def _schools(chosen: str) -> Pairs:
    """The school that is chosen already: it is chosen by a link at its name, for the list may be long."""
    found = Organisation.objects.filter(public_id=_uuid(chosen), programs__isnull=False).first() if chosen else None
    return [(chosen, str(found) if found else "–")] if chosen else []


def _options(everything: str, known: Any) -> Pairs:
    return [("", everything), *known]


@require_safe
def program(request: HttpRequest, public_id: Any) -> HttpResponse:
    """A program as everybody reads it; its members see what they may do, and what was done."""
    found = seen_program(request.user, public_id)
    may = what_one_may(request.user, found)
    courses = Course.objects.visible_to(request.user).filter(places__program=found).order_by("places__position")
    stated = found.claims.filter(withdrawn_at=None).select_related("skill", "confirmer").order_by("-level", "id")
    steps = AuditRow.objects.none()
    if may["member"]:
        steps = AuditRow.objects.filter(subject_kind="program", subject_id=found.public_id).select_related("actor")
    context = {
        "program": found,
        "may": may,
        "claims": list(stated),
        "intakes": found.intakes.select_related("city"),
        "courses": courses,
        "steps": steps.order_by("-id")[:STEPS_SHOWN],
        "sheet": uuid.uuid4(),
    }
    return render(request, "talent/program.html", context)


def seen_program(user: User | AnonymousUser, public_id: Any) -> Program:
    """The program, if this person may see it; anything else is not found."""
    found = Program.objects.visible_to(user).select_related("organisation", "city")
    return get_object_or_404(found, public_id=public_id)


def what_one_may(user: User | AnonymousUser, program: Program) -> dict[str, bool]:
    """What the page offers: the acts that the person's role allows and the program's status still knows."""
    role = role_of(user, program.organisation)
    acts = {"write": Act.WRITE_SUPPLY, "publish": Act.PUBLISH_SUPPLY, "close": Act.CLOSE_SUPPLY}
    return {"member": role is not None} | acts_of(role, program, program.organisation, **acts)


# Written by its school ------------------------------------------------------------------------------------------------
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def program_new(request: HttpRequest) -> HttpResponse:
    """Write a program; it becomes a draft, or is published at once."""
    own = schools_of(reader(request))
    schools = [school for school in own if school.may_post]
    if not schools:
        if own:
            demand(reader(request), Act.WRITE_SUPPLY, own[0])  # says why not
        messages.info(request, _("Programs are posted by a university, a college or a school. Register yours first."))
        return redirect("organisations")
    if request.method != "POST":
        return _form_page(request, ProgramForm.new(schools[0]), schools=schools)
    mine = Program.objects.visible_to(reader(request))
    if there := made_before(request, mine):
        return program_change(request, there.public_id)
    chosen = [school for school in schools if str(school.public_id) == request.POST.get("organisation")] or schools
    form = ProgramForm.typed(chosen[0], request.POST)
    if form.rearranged(request.POST):
        return _form_page(request, form, schools=schools)
    faults = form.faults()
    if len(chosen) > 1:
        faults.append(FieldError(("organisation",), "required", _("Say for which school.")))

    def create() -> Program:
        return create_program(
            by=reader(request), organisation=chosen[0], data=form.as_written(), public_id=sheet_of(request)
        )

    try:
        made = saved(request, LIFE, create, faults)
    except InvalidInput:
        if there := made_before(request, mine):
            return redirect("program", there.public_id)
        form.blame(faults)
        return _form_page(request, form, schools=schools, status=MENDING)
    return _after_saving(request, made, published=made.status == Program.Status.PUBLISHED)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def program_change(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Rewrite a program; what is published is matched anew."""
    was = seen_program(reader(request), public_id)
    demand(reader(request), Act.WRITE_SUPPLY, was.organisation)
    if was.status == Program.Status.CLOSED:
        return refused(request, _("This program is closed and no longer changes."), "program", was)
    if request.method != "POST":
        return _form_page(request, ProgramForm.of(was), program=was)
    form = ProgramForm.typed(was.organisation, request.POST)
    if form.rearranged(request.POST):
        return _form_page(request, form, program=was)
    faults = form.faults()

    def change() -> Program:
        data = form.as_written() | {"external_id": was.external_id}
        return change_program(by=reader(request), program=was, data=data)

    try:
        now = saved(request, LIFE, change, faults)
    except StateForbids as forbidden:
        return refused(request, forbidden.detail, "program", was)
    except InvalidInput:
        form.blame(faults)
        return _form_page(request, form, program=was, status=MENDING)
    if now.status == was.status == Program.Status.PUBLISHED:
        changed = now.revision != was.revision
        messages.success(request, _("Saved.")) if changed else messages.info(request, _("Nothing was changed."))
        return redirect("program", now.public_id)
    return _after_saving(request, now, published=now.status == Program.Status.PUBLISHED)


def _after_saving(request: HttpRequest, program: Program, *, published: bool) -> HttpResponse:
    messages.success(request, _("Published.") if published else _("The draft is saved."))
    return redirect("program" if published else "program-change", program.public_id)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def program_publish(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Publish a draft; a page asks first."""
    found = seen_program(reader(request), public_id)
    demand(reader(request), Act.PUBLISH_SUPPLY, found.organisation)
    return publish_page(request, LIFE, found, ProgramForm.of, _form_page)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def program_close(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Close a program for good; a page asks first, and why."""
    found = seen_program(reader(request), public_id)
    demand(reader(request), Act.CLOSE_SUPPLY, found.organisation)
    return close_page(request, LIFE, found)


@login_required
@require_POST
def program_copy(request: HttpRequest, public_id: Any) -> HttpResponse:
    """A new draft that says the same; a button that is pressed twice makes one."""
    found = seen_program(reader(request), public_id)
    demand(reader(request), Act.WRITE_SUPPLY, found.organisation)
    try:
        copy = copied(request, LIFE, found, Program.objects.visible_to(reader(request)))
    except StateForbids as forbidden:
        return refused(request, forbidden.detail, "program", found)
    messages.success(request, _("This is a copy, a draft. Its intakes are still to be written."))
    return redirect("program-change", copy.public_id)


def _form_page(
    request: HttpRequest,
    form: ProgramForm,
    *,
    program: Program | None = None,
    schools: list[Organisation] | None = None,
    status: int = 200,
) -> HttpResponse:
    form.name_skills()
    several = schools is not None and len(schools) > 1
    context = {
        "form": form,
        "program": program,
        "may_publish": several or form.school.state == Organisation.State.VERIFIED,
        "schools": [(str(school.public_id), str(school)) for school in schools or ()] if several else None,
        "published": program is not None and program.status == Program.Status.PUBLISHED,
        "sheet": sheet_of(request),
    }
    return render(request, "talent/program_form.html", context, status=status)


def _uuid(word: str) -> uuid.UUID:
    """The id in an address; one that nothing has where there is none."""
    try:
        return uuid.UUID(word)
    except ValueError:
        return uuid.UUID(int=0)


def _clean(word: str) -> str:
    """What the database can be asked for."""
    return word.replace("\x00", "")[:100]
