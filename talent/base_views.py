"""Pages of training bases: found and read by everybody, written and closed by whoever runs them."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import FieldError, InvalidInput, StateForbids
from accounts.form_rows import city_options
from accounts.forms import errors_by_field
from accounts.inputs import WhyInput, checked
from accounts.models import Organisation
from accounts.pages import MENDING, reader, sheet_of
from accounts.permissions import WHO_MAY, Act, demand, role_of
from skills.inputs import skills_by_code
from skills.models import Skill
from skills.on_forms import FOUND_AT_ONCE
from skills.search import search_skills

from .base_inputs import base_as_written
from .bases import change_base, close_base, create_base
from .course_forms import body_options
from .course_shown import ShownRun
from .models import CourseRun, TrainingBase
from .teaching_bodies import bodies_to_post_for, body_chosen, no_body_yet

BASES_ON_A_PAGE = 20
RUNS_SHOWN = 20
FIELDS = ("organisation", "name_zh", "name_en", "city", "address", "capacity", "equipment")


@require_safe
def bases(request: HttpRequest) -> HttpResponse:
    """Training bases of verified bodies, and one's own organisations'; by city and name."""
    city = request.GET.get("city", "")[:100].replace("\x00", "")
    mine = bool(request.GET.get("mine"))
    own = Organisation.objects.of_member(request.user).filter(kind__in=Organisation.TEACHING)
    bodies = list(own) if request.user.is_authenticated else []
    found = TrainingBase.objects.visible_to(request.user)
    if mine:
        found = found.filter(organisation__in=bodies)
    elif bodies:
        found = found.filter(organisation__state=Organisation.State.VERIFIED, closed_at=None)
    if city:
        found = found.filter(city__code=city)
    rows = found.select_related("organisation", "city").prefetch_related(
        Prefetch("specialities", Skill.objects.order_by("id"))
    )
    page = Paginator(rows.order_by("-id"), BASES_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "city": city,
        "mine": mine,
        "bodies": bodies,
        "cities": city_options(city, _("any city")),
        "may_post": request.user.is_authenticated and bool(bodies_to_post_for(reader(request))),
    }
    return render(request, "talent/bases.html", context)


@require_safe
def base(request: HttpRequest, public_id: Any) -> HttpResponse:
    """One base: where it stands, what it is equipped for, and which runs take place there."""
    found = _seen_base(request, public_id)
    role = role_of(request.user, found.organisation)
    ahead = CourseRun.objects.filter(base=found, cancelled_at=None, starts_on__gt=timezone.localdate())
    if not role:
        ahead = ahead.filter(course__status="published")
    runs = ahead.select_related("course", "city").order_by("starts_on", "id")[:RUNS_SHOWN]
    alive = not found.closed_at and found.organisation.state != Organisation.State.SUSPENDED
    context = {
        "base": found,
        "specialities": found.specialities.order_by("id"),
        "runs": [ShownRun(run) for run in runs],
        "may_write": alive and role in WHO_MAY[Act.WRITE_SUPPLY],
        "may_close": alive and role in WHO_MAY[Act.CLOSE_SUPPLY],
    }
    return render(request, "talent/base.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def base_new(request: HttpRequest) -> HttpResponse:
    """Write down a base."""
    bodies = bodies_to_post_for(reader(request))
    if not bodies:
        return no_body_yet(request)
    if request.method != "POST":
        return _form_page(request, dict.fromkeys(FIELDS, ""), [], bodies=bodies)
    key = sheet_of(request)
    if TrainingBase.objects.visible_to(request.user).filter(public_id=key).exists():  # the button was pressed twice
        return redirect("base", key)
    typed, codes = _typed(request.POST)
    if _rearranged(request.POST, codes):
        return _form_page(request, typed, codes, bodies=bodies)
    faults: list[FieldError] = []
    body = body_chosen(typed["organisation"], bodies, faults)
    try:
        if faults:
            raise InvalidInput(faults)
        made = create_base(by=reader(request), organisation=body, data=_as_written(typed, codes), public_id=key)
    except InvalidInput as wrong:
        return _form_page(request, typed, codes, bodies=bodies, wrong=wrong)
    messages.success(request, _("Saved."))
    return redirect("base", made.public_id)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def base_change(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Rewrite a base."""
    was = _seen_base(request, public_id)
    demand(reader(request), Act.WRITE_SUPPLY, was.organisation)
    if request.method != "POST":
        written = base_as_written(was)
        typed = {name: str(written.get(name) or "") for name in FIELDS}
        typed |= {"name_en": was.name_en, "name_zh": was.name_zh}
        return _form_page(request, typed, written["specialities"], base=was)
    typed, codes = _typed(request.POST)
    if _rearranged(request.POST, codes):
        return _form_page(request, typed, codes, base=was)
    data = _as_written(typed, codes) | {"external_id": was.external_id}
    try:
        now = change_base(by=reader(request), base=was, data=data)
    except StateForbids as refused:
        return _refused(request, refused.detail, was)
    except InvalidInput as wrong:
        return _form_page(request, typed, codes, base=was, wrong=wrong)
    if now.revision != was.revision:
        messages.success(request, _("Saved."))
    else:
        messages.info(request, _("Nothing was changed."))
    return redirect("base", now.public_id)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def base_close(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Close a base for good; a page asks first, and why."""
    found = _seen_base(request, public_id)
    demand(reader(request), Act.CLOSE_SUPPLY, found.organisation)
    context: dict[str, Any] = {"base": found, "why": request.POST.get("why", "")}
    if request.method != "POST":
        if found.closed_at:
            return redirect("base", found.public_id)
        return render(request, "talent/base_close.html", context)
    try:
        close_base(by=reader(request), base=found, why=checked(WhyInput(data={"why": context["why"]}))["why"])
    except StateForbids as refused:
        return _refused(request, refused.detail, found)
    except InvalidInput as wrong:
        context["errors"] = {"why": [fault.detail for fault in wrong.errors]}
        return render(request, "talent/base_close.html", context, status=MENDING)
    messages.success(request, _("Closed."))
    return redirect("base", found.public_id)


def _seen_base(request: HttpRequest, public_id: Any) -> TrainingBase:
    """The base, if this person may see it; anything else is not found."""
    rows = TrainingBase.objects.visible_to(request.user).select_related("organisation", "city")
    return get_object_or_404(rows, public_id=public_id)


def _typed(post: QueryDict) -> tuple[dict[str, str], list[str]]:
    """What was sent, whatever it is: the fields, and the codes of the specialities."""
    codes = list(dict.fromkeys(code[:100] for code in post.getlist("speciality")))
    return {name: str(post.get(name, "")).replace("\r\n", "\n") for name in FIELDS}, codes


def _rearranged(post: QueryDict, codes: list[str]) -> bool:
    """Whether the button that was pressed only changes the list of specialities; then it is changed."""
    if code := post.get("add", "")[:100]:
        if code not in codes:
            codes.append(code)
    elif "remove" in post:
        codes[:] = [code for code in codes if code != post["remove"]]
    else:
        return "find" in post or (bool(post.get("q", "").strip()) and not post.get("do"))
    return True


def _as_written(typed: dict[str, str], codes: list[str]) -> dict[str, Any]:
    """In the shape in which a base is written; values stay as typed."""
    return {name: typed[name] for name in ("city", "address", "equipment")} | {
        "name": {"en": typed["name_en"], "zh-Hans": typed["name_zh"]},
        "capacity": typed["capacity"].strip() or None,
        "specialities": codes,
    }


def _field_of(path: tuple[str | int, ...]) -> str:
    """The name of the field for a place in the input; "" is the form as a whole."""
    if path[:1] == ("name",):
        return "name_en" if path[1:] == ("en",) else "name_zh"
    name = str(path[0]) if path else ""
    return name if name in (*FIELDS, "specialities") else ""


def _form_page(
    request: HttpRequest,
    typed: dict[str, str],
    codes: list[str],
    *,
    base: TrainingBase | None = None,
    bodies: list[Organisation] | None = None,
    wrong: InvalidInput | None = None,
) -> HttpResponse:
    query = request.POST.get("q", "").strip()[:100] if "add" not in request.POST else ""
    known = skills_by_code([{"skill": code} for code in codes])
    context = {
        "typed": typed,
        "errors": errors_by_field(wrong, _field_of) if wrong else {},
        "specialities": [(code, known[code].label if code in known else code) for code in codes],
        "query": query,
        "found": list(search_skills(query)[:FOUND_AT_ONCE]) if query else None,
        "cities": city_options(typed["city"]),
        "base": base,
        "bodies": body_options(bodies) if bodies and len(bodies) > 1 else None,
        "sheet": sheet_of(request),
    }
    return render(request, "talent/base_form.html", context, status=MENDING if wrong else 200)


def _refused(request: HttpRequest, why: Any, base: TrainingBase) -> HttpResponse:
    messages.warning(request, str(why))
    return redirect("base", base.public_id)
