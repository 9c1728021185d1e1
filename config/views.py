"""The door, the first page, and what is shown when something is wrong."""

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from accounts.models import Organisation
from matching.example import worked_example
from talent.models import Expert

from .problems import problem, wants_problem


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The public first page; who is signed in goes to their desk, who is new chooses a door."""
    user = request.user
    if not user.is_authenticated:
        return render(request, "landing.html", {"example": worked_example()})
    kinds = set(Organisation.objects.of_member(user).values_list("kind", flat=True))
    if Organisation.Kind.ENTERPRISE in kinds:
        return redirect("needs")
    if kinds & set(Organisation.TEACHING):
        return redirect("teaching")
    if kinds:
        return redirect("organisations")
    if hasattr(user, "profile"):
        return redirect("matches")
    if hasattr(user, "expert"):
        return _desk_of(user.expert)
    if user.is_staff:
        return HttpResponseRedirect(reverse("runs"))
    return render(request, "welcome.html")


def _desk_of(expert: Expert) -> HttpResponse:
    """The needs that suit who advises; the profile itself where it is not published."""
    published = expert.status == Expert.Status.PUBLISHED
    return redirect("expert-needs" if published else "expert", expert.public_id)


def error_page(request: HttpRequest, status: int, detail: str, title: str = "") -> HttpResponse:
    """One page for everything that goes wrong, with what to do about it."""
    return render(request, "error.html", {"status": status, "detail": detail, "title": title}, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent):
        status, code, detail = 413, "too_large", _("This is larger than what is taken here.")
    else:
        status, code, detail = 400, "malformed", _("The request can't be read.")
    return problem(status, code, detail) if wants_problem(request) else error_page(request, status, detail)


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    detail = str(getattr(exception, "detail", "")) or _("Your role does not allow this.")
    return problem(403, "not_allowed", detail) if wants_problem(request) else error_page(request, 403, detail)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    detail = _("There is nothing here, or it is not yours to see.")
    return problem(404, "not_found", detail) if wants_problem(request) else error_page(request, 404, detail)


def crashed(request: HttpRequest) -> HttpResponse:
    detail = _("Something broke on our side. Nothing you sent was half written; please try again.")
    return problem(500, "server_error", detail) if wants_problem(request) else error_page(request, 500, detail)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose key is missing or old: nothing was changed."""
    detail = _("This form has expired or was opened elsewhere. Go back, reload the page, and send it again.")
    return error_page(request, 403, detail, pgettext("form", "Send it again"))
