"""Pages of a need: written, read, published, closed. Who is ranked for it is shown by the floor above."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import FieldError, InvalidInput, StateForbids
from accounts.inputs import checked
from accounts.models import AuditRow, Organisation, User
from accounts.permissions import WHO_MAY, Act, demand, role_of

from .forms import Closing, NeedForm, counted, firm_options, words_of
from .models import Need
from .publishing import change_need, close_need, copy_need, create_need, publish_need

MENDING = 422  # a form that comes back with something to mend
STEPS_SHOWN = 20


def seen_need(user: User, public_id: Any) -> Need:
    """The need, if this person may see it; anything else is not found."""
    needs = Need.objects.visible_to(user).select_related("organisation", "city", "area")
    return get_object_or_404(needs, public_id=public_id)


def what_one_may(user: User, need: Need) -> dict[str, bool]:
    """What the page offers: the acts that the person's role allows and the need's status still knows."""
    role = role_of(user, need.organisation)
    acts = need.organisation.state != Organisation.State.SUSPENDED
    alive = acts and need.status != Need.Status.CLOSED
    return {
        "see_matches": role in WHO_MAY[Act.SEE_MATCHES],
        "write": alive and role in WHO_MAY[Act.WRITE_NEED],
        "publish": alive and need.status == Need.Status.DRAFT and role in WHO_MAY[Act.PUBLISH_NEED],
        "close": alive and role in WHO_MAY[Act.CLOSE_NEED],
        "copy": acts and role in WHO_MAY[Act.WRITE_NEED],
    }


def firms_to_post_for(user: User) -> list[Organisation]:
    """The enterprises for which this person may write needs."""
    kind, roles = Organisation.Kind.ENTERPRISE, WHO_MAY[Act.WRITE_NEED]
    firms = Organisation.objects.filter(kind=kind, memberships__user=user, memberships__role__in=roles)
    return list(firms.exclude(state=Organisation.State.SUSPENDED))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def need_new(request: HttpRequest) -> HttpResponse:
    """Write a need; it becomes a draft, or is published at once."""
    firms = firms_to_post_for(reader(request))
    if not firms:
        own = Organisation.objects.of_member(reader(request)).filter(kind=Organisation.Kind.ENTERPRISE)
        if standing := own.first():
            demand(reader(request), Act.WRITE_NEED, standing)
        messages.info(request, _("Needs are posted by an enterprise. Register yours first."))
        return redirect("organisations")
    if request.method != "POST":
        return _form_page(request, NeedForm.new(), firms=firms)
    if there := _made_before(request):
        return redirect("need" if there.status == Need.Status.PUBLISHED else "need-change", there.public_id)
    form = NeedForm.typed(request.POST)
    if form.rearranged(request.POST):
        return _form_page(request, form, firms=firms)
    chosen = [firm for firm in firms if str(firm.public_id) == form.values["organisation"]] or firms
    faults = form.faults()
    if len(chosen) > 1:
        faults.append(FieldError(("organisation",), "required", _("Say for which enterprise.")))

    def create() -> Need:
        return create_need(
            by=reader(request), organisation=chosen[0], data=form.as_written(), public_id=sheet_of(request)
        )

    try:
        need = _saved(request, create, faults, publish="publish" in request.POST.getlist("do"))
    except InvalidInput:
        if there := _made_before(request):
            return redirect("need" if there.status == Need.Status.PUBLISHED else "need-change", there.public_id)
        form.blame(faults)
        return _form_page(request, form, firms=firms, status=MENDING)
    if need.status == Need.Status.PUBLISHED:
        messages.success(request, _("Published."))
        return redirect("need", need.public_id)
    messages.success(request, _("The draft is saved."))
    return redirect("need-change", need.public_id)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def need_change(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Rewrite a need; what is published is matched anew."""
    need = seen_need(reader(request), public_id)
    demand(reader(request), Act.WRITE_NEED, need.organisation)
    if need.status == Need.Status.CLOSED:
        return _refused(request, _("This need is closed and no longer changes."), "need-about", need)
    if request.method != "POST":
        return _form_page(request, NeedForm.of(need), need=need)
    form = NeedForm.typed(request.POST)
    if form.rearranged(request.POST):
        return _form_page(request, form, need=need)
    faults, was = form.faults(), need

    def change() -> Need:
        return change_need(by=reader(request), need=was, data=form.as_written() | {"external_id": was.external_id})

    try:
        need = _saved(request, change, faults, publish="publish" in request.POST.getlist("do"))
    except StateForbids as refused:
        return _refused(request, refused.detail, "need-about", need)
    except InvalidInput:
        form.blame(faults)
        return _form_page(request, form, need=was, status=MENDING)
    if need.status == Need.Status.PUBLISHED:
        if was.status != need.status:
            messages.success(request, _("Published."))
        elif was.revision != need.revision:
            messages.success(request, _("Saved. The list is being made anew."))
        else:
            messages.info(request, _("Nothing was changed."))
        return redirect("need", need.public_id)
    messages.success(request, _("The draft is saved."))
    return redirect("need-change", need.public_id)


def _saved(request: HttpRequest, write: Callable[[], Need], faults: list[FieldError], *, publish: bool) -> Need:
    """Write a need and perhaps publish it, all or nothing; faults found on the way are added to those of the form.

    Where only the state forbids publishing, the draft is kept and the page says why.
    """
    try:
        with transaction.atomic():
            need = write()
            if faults:
                raise InvalidInput(())
            if publish and need.status == Need.Status.DRAFT:
                try:
                    need = publish_need(by=reader(request), need=need)
                except StateForbids as refused:
                    messages.warning(request, str(refused.detail))
    except InvalidInput as wrong:
        faults.extend(wrong.errors)
        raise
    return need


@login_required
@require_safe
def need_about(request: HttpRequest, public_id: Any) -> HttpResponse:
    """The need itself, as everybody reads it who may see it; to its firm also what was done with it."""
    need = seen_need(reader(request), public_id)
    may = what_one_may(reader(request), need)
    steps = AuditRow.objects.none()
    if may["see_matches"]:
        steps = AuditRow.objects.filter(subject_kind="need", subject_id=need.public_id).select_related("actor")
    skills: list[dict[str, Any]] = [
        {"row": row, "counts": counted(row.weight, row.essential), "words": words_of(row.weight, row.essential)}
        for row in need.skills.select_related("skill")
    ]
    skills.sort(key=lambda shown: (-shown["counts"], shown["row"].skill.label))
    context = {"need": need, "may": may, "skills": skills, "steps": steps[:STEPS_SHOWN]}
    return render(request, "enterprises/need_about.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def need_publish(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Publish a draft; a page asks first."""
    need = seen_need(reader(request), public_id)
    demand(reader(request), Act.PUBLISH_NEED, need.organisation)
    if request.method != "POST":
        if need.status != Need.Status.DRAFT:
            return redirect("need", need.public_id)
        return render(request, "enterprises/need_publish.html", {"need": need})
    try:
        publish_need(by=reader(request), need=need)
    except StateForbids as refused:
        return _refused(request, refused.detail, "need", need)
    except InvalidInput as wrong:
        form = NeedForm.of(need)
        form.blame(wrong.errors)
        return _form_page(request, form, need=need, status=MENDING)
    messages.success(request, _("Published."))
    return redirect("need", need.public_id)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def need_close(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Close a need for good; a page asks first, and why."""
    need = seen_need(reader(request), public_id)
    demand(reader(request), Act.CLOSE_NEED, need.organisation)
    context: dict[str, Any] = {"need": need, "why": request.POST.get("why", "")}
    if request.method != "POST":
        if need.status == Need.Status.CLOSED:
            return redirect("need-about", need.public_id)
        return render(request, "enterprises/need_close.html", context)
    try:
        close_need(by=reader(request), need=need, why=checked(Closing(data={"why": context["why"]}))["why"])
    except StateForbids as refused:
        return _refused(request, refused.detail, "need-about", need)
    except InvalidInput as wrong:
        context["errors"] = {"why": [fault.detail for fault in wrong.errors]}
        return render(request, "enterprises/need_close.html", context, status=MENDING)
    messages.success(request, _("Closed. It is in no list any more."))
    return redirect("need-about", need.public_id)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def need_copy(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Begin a new draft from a need, a closed one too; a page says first what is taken over."""
    need = seen_need(reader(request), public_id)
    demand(reader(request), Act.WRITE_NEED, need.organisation)
    if request.method != "POST":
        return render(request, "enterprises/need_copy.html", {"need": need, "sheet": sheet_of(request)})
    try:
        copy = _made_before(request) or copy_need(by=reader(request), need=need, public_id=sheet_of(request))
    except StateForbids as refused:
        return _refused(request, refused.detail, "need-about", need)
    messages.success(request, _("The draft is saved."))
    return redirect("need-about" if copy.status == Need.Status.CLOSED else "need-change", copy.public_id)


def _form_page(
    request: HttpRequest,
    form: NeedForm,
    *,
    need: Need | None = None,
    firms: list[Organisation] | None = None,
    status: int = 200,
) -> HttpResponse:
    form.name_skills()
    firm = need.organisation if need else firms[0] if firms else None
    context = {
        "form": form,
        "need": need,
        "firm": firm,
        "firms": firm_options(firms) if firms and len(firms) > 1 else None,
        "published": need is not None and need.status == Need.Status.PUBLISHED,
        "sheet": sheet_of(request),
    }
    return render(request, "enterprises/need_form.html", context, status=status)


def sheet_of(request: HttpRequest) -> uuid.UUID:
    """The id that a form for something new was opened with, and under which it is saved."""
    try:
        return uuid.UUID(request.POST.get("sheet", ""))
    except ValueError:
        return uuid.uuid4()


def _made_before(request: HttpRequest) -> Need | None:
    """The need that this very form has made already: the button was pressed twice."""
    return Need.objects.visible_to(reader(request)).filter(public_id=sheet_of(request)).first()


def _refused(request: HttpRequest, why: Any, way_on: str, need: Need) -> HttpResponse:
    messages.warning(request, str(why))
    return redirect(way_on, need.public_id)


def reader(request: HttpRequest) -> User:
    """Who is signed in."""
    assert isinstance(request.user, User)  # `login_required` lets nobody else in
    return request.user
