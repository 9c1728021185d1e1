"""Pages of the think tank: who gives which advice, and how one's own profile is written, published and closed."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import FieldError, InvalidInput, StateForbids
from accounts.form_rows import Pairs, cities
from accounts.models import AuditRow, Organisation, User
from accounts.pages import MENDING, reader, sheet_of
from accounts.permissions import Act, acting_for
from accounts.posting_pages import close_page, copied, made_before, publish_page, refused, saved
from accounts.prose import SpokenLanguage

from .expert_forms import MYSELF, ExpertForm, advice_options, field_options
from .experts import (
    LIFE,
    POSTING_KINDS,
    change_expert,
    create_expert,
    demand,
    experts_of,
    experts_that,
    may,
)
from .models import Claim, Expert

EXPERTS_A_PAGE = 20
STEPS_SHOWN = 20
FILTERS = ("advice", "field", "language", "city")


@dataclass(frozen=True)
class Shown:
    """An expert with what the reader is told in words."""

    expert: Expert
    advice: list[str]
    fields: list[str]
    spoken: list[str]
    travels: str
    remote: str


def seen_expert(user: User, public_id: Any) -> Expert:
    """The expert, if this person may see it; anything else is not found."""
    experts = Expert.objects.visible_to(user).select_related("organisation", "city")
    return get_object_or_404(experts, public_id=public_id)


def what_one_may(user: User, expert: Expert) -> dict[str, bool]:
    """What the page offers: the acts that are this person's and that the profile's status still knows."""
    status, write = expert.status, may(user, Act.WRITE_SUPPLY, expert)
    return {
        "see_matches": may(user, Act.SEE_MATCHES, expert),
        "write": write and status != Expert.Status.CLOSED,
        "publish": status == Expert.Status.DRAFT and may(user, Act.PUBLISH_SUPPLY, expert),
        "close": status != Expert.Status.CLOSED and may(user, Act.CLOSE_SUPPLY, expert),
        "copy": write and (expert.organisation is not None or status == Expert.Status.CLOSED),
    }


def organisations_to_post_for(user: User) -> list[Organisation]:
    """The organisations whose experts this person may write."""
    return list(acting_for(user, Act.WRITE_SUPPLY).filter(kind__in=POSTING_KINDS))


@login_required
@require_safe
def experts(request: HttpRequest) -> HttpResponse:
    """Everybody who gives advice, by what is asked for; `mine` shows one's own in any state."""
    user = reader(request)
    mine, only_mine = experts_of(user), "mine" in request.GET
    options = _filter_options()
    asked = {name: request.GET.get(name, "") for name in FILTERS}
    rows: QuerySet[Expert] = mine if only_mine else Expert.objects.published()
    if all(not word or any(word == value for value, _label in options[name]) for name, word in asked.items()):
        rows = experts_that(rows, **asked)
    else:
        rows = rows.none()  # a word that is not one of the choices names nobody
    rows = rows.select_related("organisation", "city").defer("text").order_by("-id")
    page = Paginator(rows, EXPERTS_A_PAGE).get_page(request.GET.get("page"))
    words = dict(options["field"])
    filters = request.GET.copy()
    filters.pop("page", None)
    context = {
        "page": page,
        "rows": [_shown(expert, words) for expert in page],
        "filters": [(name, word, [("", word), *options[name]], asked[name]) for name, word in _filter_words()],
        "asked": any(asked.values()),
        "kept": filters.urlencode(),
        "only_mine": only_mine,
        "mine": mine.count(),
        "may_post": bool(organisations_to_post_for(user)) or not _has_own(user),
    }
    return render(request, "talent/experts.html", context)


@login_required
@require_safe
def expert(request: HttpRequest, public_id: Any) -> HttpResponse:
    """One expert: what they advise on, what they can do, and on what ground; to who posts it also what was done."""
    user = reader(request)
    claims = Claim.objects.filter(withdrawn_at=None).select_related("skill", "confirmer").order_by("-level", "id")
    experts = Expert.objects.visible_to(user).select_related("organisation", "city")
    found = get_object_or_404(experts.prefetch_related(Prefetch("claims", claims)), public_id=public_id)
    can = what_one_may(user, found)
    steps = AuditRow.objects.none()
    if can["see_matches"]:
        steps = AuditRow.objects.filter(subject_kind="expert", subject_id=found.public_id).select_related("actor")
    context = {
        "expert": found,
        "shown": _shown(found, dict(field_options())),
        "claims": found.claims.all(),
        "may": can,
        "sheet": uuid.uuid4(),
        "steps": steps[:STEPS_SHOWN],
    }
    return render(request, "talent/expert.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def expert_new(request: HttpRequest) -> HttpResponse:
    """Write a profile, one's own or that of an expert of an organisation; a draft, or published at once."""
    user = reader(request)
    mine = experts_of(user)
    if request.method == "POST" and (there := made_before(request, mine)):
        return expert_change(request, there.public_id)
    bodies, own = organisations_to_post_for(user), _has_own(user)
    if own and not bodies:
        messages.info(request, _("You have a profile as an expert already."))
        return redirect("expert", user.expert.public_id)
    if request.method != "POST":
        form = ExpertForm.new(name="" if bodies else user.name, organisation=request.GET.get("organisation", ""))
        return _form_page(request, form, bodies=bodies, own=own)
    form = ExpertForm.typed(request.POST)
    if form.rearranged(request.POST):
        return _form_page(request, form, bodies=bodies, own=own)
    faults = form.faults()
    poster = _poster(form.values["organisation"], bodies, own, faults)

    def create() -> Expert:
        return create_expert(by=user, organisation=poster, data=form.as_written(), public_id=sheet_of(request))

    try:
        made = saved(request, LIFE, create, faults)
    except StateForbids as forbidden:
        back = made_before(request, mine) or Expert.objects.filter(user=user).first()
        messages.warning(request, str(forbidden.detail))
        return redirect("expert", back.public_id) if back else redirect("experts")
    except InvalidInput:
        if there := made_before(request, mine):
            return redirect("expert", there.public_id)
        form.blame(faults)
        return _form_page(request, form, bodies=bodies, own=own, status=MENDING)
    return _after(request, made)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def expert_change(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Rewrite a profile; what is published is matched anew."""
    was = _to_do(request, public_id, Act.WRITE_SUPPLY)
    if was.status == Expert.Status.CLOSED:
        return refused(request, _("This profile is closed and no longer changes."), "expert", was)
    if request.method != "POST":
        return _form_page(request, ExpertForm.of(was), expert=was)
    form = ExpertForm.typed(request.POST)
    if form.rearranged(request.POST):
        return _form_page(request, form, expert=was)
    faults = form.faults()

    def change() -> Expert:
        return change_expert(by=reader(request), expert=was, data=form.as_written(), partial=True)

    try:
        changed = saved(request, LIFE, change, faults)
    except StateForbids as forbidden:
        return refused(request, forbidden.detail, "expert", was)
    except InvalidInput:
        form.blame(faults)
        return _form_page(request, form, expert=was, status=MENDING)
    return _after(request, changed, was)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def expert_publish(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Publish a draft; a page asks first."""
    found = _to_do(request, public_id, Act.PUBLISH_SUPPLY)
    return publish_page(request, LIFE, found, ExpertForm.of, _form_page)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def expert_close(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Close a profile; a page asks first, and why."""
    return close_page(request, LIFE, _to_do(request, public_id, Act.CLOSE_SUPPLY))


@login_required
@require_POST
def expert_copy(request: HttpRequest, public_id: Any) -> HttpResponse:
    """A draft that says the same; a button that is pressed twice makes one."""
    found = _to_do(request, public_id, Act.WRITE_SUPPLY)
    try:
        draft = copied(request, LIFE, found, experts_of(reader(request)))
    except StateForbids as forbidden:
        return refused(request, forbidden.detail, "expert", found)
    if draft.pk == found.pk:
        messages.success(request, _("It is a draft again; publish it when it is ready."))
    else:
        messages.success(request, _("This is a copy, a draft."))
    return redirect("expert-change", draft.public_id)


def _after(request: HttpRequest, now: Expert, was: Expert | None = None) -> HttpResponse:
    """Say what became of the profile, and where it goes on: a draft stays at its form."""
    if now.status != Expert.Status.PUBLISHED:
        messages.success(request, _("The draft is saved."))
        return redirect("expert-change", now.public_id)
    if was is None or was.status != now.status:
        messages.success(request, _("Published."))
    elif was.revision != now.revision:
        messages.success(request, _("Saved. The list is being made anew."))
    else:
        messages.info(request, _("Nothing was changed."))
    return redirect("expert", now.public_id)


def _poster(typed: str, bodies: list[Organisation], own: bool, faults: list[FieldError]) -> Organisation | None:
    """Who posts it, as the form says: an organisation, or None for the person; what is not a choice is a fault."""
    choices: dict[str, Organisation | None] = {} if own else {MYSELF: None}
    choices |= {str(body.public_id): body for body in bodies}
    if typed in choices:
        return choices[typed]
    if len(choices) > 1 or typed:
        faults.append(FieldError(("organisation",), "required", _("Say who posts it.")))
    return next(iter(choices.values()))


def _form_page(
    request: HttpRequest,
    form: ExpertForm,
    *,
    expert: Expert | None = None,
    bodies: list[Organisation] | None = None,
    own: bool = True,
    status: int = 200,
) -> HttpResponse:
    form.name_skills()
    posters: Pairs = [] if own else [(MYSELF, _("Myself"))]
    posters += [(str(body.public_id), str(body)) for body in bodies or ()]
    body = expert.organisation if expert else bodies[0] if bodies and len(posters) == 1 else None
    context = {
        "form": form,
        "expert": expert,
        "posters": [("", _("choose")), *posters] if len(posters) > 1 else None,
        "may_publish": body is None or body.state == Organisation.State.VERIFIED,
        "published": expert is not None and expert.status == Expert.Status.PUBLISHED,
        "sheet": sheet_of(request),
    }
    return render(request, "talent/expert_form.html", context, status=status)


def _shown(expert: Expert, fields: dict[Any, Any]) -> Shown:
    advice, spoken = dict(Expert.Advice.choices), dict(SpokenLanguage.choices)
    return Shown(
        expert,
        [str(advice[kind]) for kind in expert.advice if kind in advice],
        [str(fields[code]) for code in expert.fields if code in fields],
        [
            _("%(language)s %(level)s") % {"language": spoken[code], "level": level}
            for code, level in expert.languages.items()
            if code in spoken
        ],
        _yes_or_no(expert.travels),
        _yes_or_no(expert.remote),
    )


def _yes_or_no(answer: bool | None) -> str:
    return _("not stated") if answer is None else _("yes") if answer else _("no")


def _filter_options() -> dict[str, Pairs]:
    return {
        "advice": advice_options(),
        "field": field_options(),
        "language": list(SpokenLanguage.choices),
        "city": cities(),
    }


def _filter_words() -> list[tuple[str, str]]:
    """What each filter asks, as it stands where nothing is chosen."""
    return [
        ("advice", _("Any advice")),
        ("field", _("Any field")),
        ("language", _("Any language")),
        ("city", _("Any city")),
    ]


def _to_do(request: HttpRequest, public_id: Any, act: Act) -> Expert:
    """The profile, for somebody who may do this to it."""
    found = seen_expert(reader(request), public_id)
    demand(reader(request), act, found)
    return found


def _has_own(user: User) -> bool:
    return Expert.objects.filter(user=user).exists()
