"""The page on which an owner states what the enterprise is: industry, size, pilot zone, target markets."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.errors import InvalidInput
from accounts.form_rows import with_typed
from accounts.forms import errors_by_field
from accounts.models import Organisation
from accounts.pages import MENDING, reader
from accounts.permissions import Act, demand

from .facts import change_facts, facts_as_written
from .industries import Industry
from .markets import Market
from .models import Enterprise


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def enterprise(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Change what an enterprise says of itself; only owners may."""
    own = Organisation.objects.of_member(reader(request)).filter(kind=Organisation.Kind.ENTERPRISE)
    organisation = get_object_or_404(own, public_id=public_id)
    demand(reader(request), Act.CHANGE_ORGANISATION, organisation)
    typed, errors = facts_as_written(organisation), {}
    if request.method == "POST":
        typed = _typed(request)
        try:
            change_facts(by=reader(request), organisation=organisation, data=typed)
        except InvalidInput as wrong:
            errors = errors_by_field(wrong, lambda path: str(path[0]))
        else:
            messages.success(request, _("Saved."))
            return redirect("organisation", organisation.public_id)
    unstated = ("", _("not stated"))
    context = {
        "organisation": organisation,
        "typed": typed,
        "errors": errors,
        "industries": with_typed([unstated, *Industry.choices], typed["industry"]),
        "sizes": with_typed([unstated, *Enterprise.Size.choices], typed["size"]),
        "markets": Market.choices,
    }
    return render(request, "enterprises/enterprise.html", context, status=MENDING if errors else 200)


def _typed(request: HttpRequest) -> dict[str, Any]:
    """What was sent, in the shape in which the facts are written."""
    return {name: request.POST.get(name, "") for name in ("industry", "size")} | {
        "pilot_zone": "pilot_zone" in request.POST,
        "target_markets": request.POST.getlist("target_markets"),
    }
