"""Pages of an organisation: register it, read how it stands, change it."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.errors import InvalidInput, StateForbids
from accounts.forms import Path, errors_by_field
from accounts.models import City, Organisation, User
from accounts.permissions import Act, demand, may, role_of
from accounts.registration import body_as_written
from accounts.standing_mail import STANDS

from .facts import FACTS
from .forms import Pairs, with_typed
from .industries import Industry
from .markets import Market
from .models import Enterprise
from .registration import change, enterprise_as_written, register
from .views import sheet_of


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def organisation_new(request: HttpRequest) -> HttpResponse:
    """Register a body of any kind; it waits as pending until platform staff verify it."""
    assert request.user.is_authenticated
    typed: dict[str, Any] = {"kind": request.GET.get("kind", "")}
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        typed = _typed(request)
        try:
            organisation = register(by=request.user, data=_as_written(typed), public_id=sheet_of(request))
        except InvalidInput as wrong:
            errors = errors_by_field(wrong, _field_of)
        except StateForbids:  # sent again: by a second press, or by going back and mending it
            return organisation_change(request, sheet_of(request))
        else:
            messages.success(
                request,
                _("%(name)s is registered. Prepare drafts now; they can be published once staff have verified it.")
                % {"name": organisation},
            )
            return redirect("organisation", public_id=organisation.public_id)
    return _form(request, typed, errors, organisation=None)


@require_GET
@login_required
def organisation(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """What an organisation is; for its members also how it stands, and who they are."""
    found = get_object_or_404(
        Organisation.objects.visible_to(request.user).select_related("city", "enterprise"), public_id=public_id
    )
    role = role_of(request.user, found)
    within = role is not None or request.user.is_staff
    facts = getattr(found, "enterprise", None) or Enterprise()
    industries = dict(Industry.choices)
    markets = dict(Market.choices)
    return render(
        request,
        "accounts/organisation.html",
        {
            "organisation": found,
            "role": role,
            "within": within,
            "facts": facts,
            "industry": industries.get(facts.industry, facts.industry),
            "markets": [markets.get(code, code) for code in facts.target_markets],
            "steps": found.verifications.select_related("by") if within else [],
            "members": found.memberships.select_related("user") if within else [],
            "may_change": may(request.user, Act.CHANGE_ORGANISATION, found),
            "may_need": _is_enterprise(found.kind) and may(request.user, Act.WRITE_NEED, found),
            "may_program": found.kind in Organisation.SCHOOLS and may(request.user, Act.WRITE_SUPPLY, found),
            "may_course": found.kind in Organisation.TEACHING and may(request.user, Act.WRITE_SUPPLY, found),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def organisation_change(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Change what was registered; only owners may."""
    assert request.user.is_authenticated
    found = get_object_or_404(Organisation.objects.of_member(request.user).select_related("city"), public_id=public_id)
    demand(request.user, Act.CHANGE_ORGANISATION, found)
    written = enterprise_as_written(found) if _is_enterprise(found.kind) else body_as_written(found)
    typed = written | {"name_zh": written["name"]["zh-Hans"], "name_en": written["name"]["en"]}
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        typed = _typed(request) | {"kind": found.kind}
        stood = found.state
        try:
            found = change(by=request.user, organisation=found, data=_as_written(typed))
        except InvalidInput as wrong:
            errors = errors_by_field(wrong, _field_of)
        else:
            messages.success(request, _("Saved."))
            if found.state != stood:
                messages.warning(request, str(STANDS[found.state]) % {"name": found})
            return redirect("organisation", public_id=found.public_id)
    return _form(request, typed, errors, organisation=found)


def _typed(request: HttpRequest) -> dict[str, Any]:
    """What was typed, by the names of the form's fields."""
    names = ("name_zh", "name_en", "credit_code", "city", "industry", "size")
    return {name: request.POST.get(name, "") for name in names} | {
        "kind": request.POST.get("kind", ""),
        "pilot_zone": "pilot_zone" in request.POST,
        "target_markets": request.POST.getlist("target_markets"),
    }


def _as_written(typed: dict[str, Any]) -> dict[str, Any]:
    """The body as it is written; what only an enterprise states is left out for others."""
    names = ("kind", "credit_code", "city") + (FACTS if _is_enterprise(typed["kind"]) else ())
    rest = {name: typed[name] for name in names}
    return rest | {"name": {"zh-Hans": typed["name_zh"], "en": typed["name_en"]}}


def _is_enterprise(kind: str) -> bool:
    return kind == Organisation.Kind.ENTERPRISE


def _kinds_for(person: User) -> Pairs:
    """The kinds that this person may register: authorities are the staff's."""
    return [
        ("", _("choose one")),
        *(kind for kind in Organisation.Kind.choices if person.is_staff or kind[0] != Organisation.Kind.AUTHORITY),
    ]


def _field_of(path: Path) -> str:
    if path[0] == "name":
        return "name_en" if path[1:] == ("en",) else "name_zh"
    return str(path[0])


def _form(
    request: HttpRequest, typed: dict[str, Any], errors: dict[str, list[str]], organisation: Organisation | None
) -> HttpResponse:
    unstated: Pairs = [("", _("not stated"))]
    cities: Pairs = [*unstated, *((city.code, str(city)) for city in City.objects.all())]
    kinds = _kinds_for(request.user) if isinstance(request.user, User) else []
    context = {
        "typed": typed,
        "errors": errors,
        "organisation": organisation,
        "sheet": sheet_of(request),
        "kinds": with_typed(kinds, typed["kind"]),
        "asks_facts": organisation is None or _is_enterprise(organisation.kind),
        "cities": with_typed(cities, typed.get("city") or ""),
        "industries": with_typed([*unstated, *Industry.choices], typed.get("industry", "")),
        "sizes": with_typed([*unstated, *Enterprise.Size.choices], typed.get("size", "")),
        "markets": Market.choices,
    }
    return render(request, "accounts/organisation_form.html", context, status=422 if errors else 200)
