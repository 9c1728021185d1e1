"""Pages of a need: written, read, published, closed. Who is ranked for it is shown by the floor above."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import FieldError, InvalidInput, StateForbids
from accounts.models import AuditRow, Organisation, User
from accounts.pages import MENDING, reader, sheet_of
from accounts.permissions import WHO_MAY, Act, acting_for, demand, role_of
from accounts.posting_pages import acts_of, close_page, copied, made_before, publish_page, refused, saved

from .forms import NeedForm, counted, firm_options, words_of
from .models import Need
from .publishing import LIFE, change_need, create_need

STEPS_SHOWN = 20


def seen_need(user: User, public_id: Any) -> Need:
    """The need, if this person may see it; anything else is not found."""
    needs = Need.objects.visible_to(user).select_related("organisation", "city", "area")
    return get_object_or_404(needs, public_id=public_id)


def what_one_may(user: User, need: Need) -> dict[str, bool]:
    """What the page offers: the acts that the person's role allows and the need's status still knows."""
    role = role_of(user, need.organisation)
    acts = {"write": Act.WRITE_NEED, "publish": Act.PUBLISH_NEED, "close": Act.CLOSE_NEED}
    return {"see_matches": role in WHO_MAY[Act.SEE_MATCHES]} | acts_of(role, need, need.organisation, **acts)


def firms_to_post_for(user: User) -> list[Organisation]:
    """The enterprises for which this person may write needs."""
    return list(acting_for(user, Act.WRITE_NEED).filter(kind=Organisation.Kind.ENTERPRISE))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def need_new(request: HttpRequest) -> HttpResponse:
    """Write a need; it becomes a draft, or is published at once."""
    firms = firms_to_post_for(reader(request))
    if not firms:
        own = Organisation.objects.of_member(reader(request)).filter(kind=Organisation.Kind.ENTERPRISE).first()
        if own:
            demand(reader(request), Act.WRITE_NEED, own)  # says why not
        messages.info(request, _("Needs are posted by an enterprise. Register yours first."))
        return redirect("organisations")
    if request.method != "POST":
        return _form_page(request, NeedForm.new(), firms=firms)
    mine = Need.objects.visible_to(reader(request))
    if there := made_before(request, mine):
        return need_change(request, there.public_id)
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
        need = saved(request, LIFE, create, faults)
    except InvalidInput:
        if there := made_before(request, mine):
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
        return refused(request, _("This need is closed and no longer changes."), "need-about", need)
    if request.method != "POST":
        return _form_page(request, NeedForm.of(need), need=need)
    form = NeedForm.typed(request.POST)
    if form.rearranged(request.POST):
        return _form_page(request, form, need=need)
    faults, was = form.faults(), need

    def change() -> Need:
        return change_need(by=reader(request), need=was, data=form.as_written() | {"external_id": was.external_id})

    try:
        need = saved(request, LIFE, change, faults)
    except StateForbids as forbidden:
        return refused(request, forbidden.detail, "need-about", need)
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
    return publish_page(request, LIFE, need, NeedForm.of, _form_page)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def need_close(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Close a need for good; a page asks first, and why."""
    need = seen_need(reader(request), public_id)
    demand(reader(request), Act.CLOSE_NEED, need.organisation)
    return close_page(request, LIFE, need, back="need-about")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def need_copy(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Begin a new draft from a need, a closed one too; a page says first what is taken over."""
    need = seen_need(reader(request), public_id)
    demand(reader(request), Act.WRITE_NEED, need.organisation)
    if request.method != "POST":
        return render(request, "enterprises/need_copy.html", {"need": need, "sheet": sheet_of(request)})
    try:
        copy = copied(request, LIFE, need, Need.objects.visible_to(reader(request)))
    except StateForbids as forbidden:
        return refused(request, forbidden.detail, "need-about", need)
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
    several = firms is not None and len(firms) > 1
    firm = need.organisation if need else firms[0] if firms else None
    context = {
        "form": form,
        "need": need,
        "firms": firm_options(firms) if firms and several else None,
        "may_publish": several or (firm is not None and firm.state == Organisation.State.VERIFIED),
        "published": need is not None and need.status == Need.Status.PUBLISHED,
        "sheet": sheet_of(request),
    }
    return render(request, "enterprises/need_form.html", context, status=status)
