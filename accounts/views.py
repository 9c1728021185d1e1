"""Pages of a person's account: their organisations, their keys for programs, and the mail of a laptop."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import i18n
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from .forms import TokenForm
from .letters import keep_language
from .mail import may_read_mail, newest_mails
from .models import Membership, Organisation, Token
from .standing_mail import STANDS, told_first
from .tokens import give_token, revoke_token


@require_GET
@login_required
def organisations(request: HttpRequest) -> HttpResponse:
    """The organisations that this person acts for, each with its state and the newest reason."""
    assert request.user.is_authenticated
    mine = (
        Membership.objects.filter(user=request.user)
        .select_related("organisation__city")
        .prefetch_related("organisation__verifications")
    )
    rows = [
        {"organisation": membership.organisation, "membership": membership, "newest": steps[0] if steps else None}
        for membership in mine
        for steps in [list(membership.organisation.verifications.all())]
    ]
    return render(request, "accounts/organisations.html", {"rows": rows, "title": _title(list(mine))})


def _title(memberships: list[Membership]) -> str:
    """What is the case with one's organisations; what waits for somebody comes first."""
    standing = [membership.organisation for membership in memberships]
    if not standing:
        return _("You act for no organisation yet")
    if waiting := told_first(standing):
        return waiting
    if len(standing) == 1:
        return str(STANDS[Organisation.State.VERIFIED]) % {"name": standing[0]}
    return ngettext("%(count)s organisation, verified", "%(count)s organisations, all verified", len(standing)) % {
        "count": len(standing)
    }


def set_language(request: HttpRequest) -> HttpResponse:
    """Show the pages in another language from now on; whoever is signed in is written to in it, too."""
    answer = i18n.set_language(request)
    if request.method == "POST" and request.user.is_authenticated:
        keep_language(request.user, request.POST.get("language", ""))
    return answer


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def tokens(request: HttpRequest) -> HttpResponse:
    """Keys for programs: made (the secret is shown this once), listed, revoked."""
    assert request.user.is_authenticated
    form = TokenForm(request.POST or None)
    made = secret = None
    if request.method == "POST" and form.is_valid():
        made, secret = give_token(user=request.user, name=form.cleaned_data["name"])
        form = TokenForm()
    standing = Token.objects.filter(user=request.user, revoked_at=None)
    return render(request, "accounts/tokens.html", {"form": form, "made": made, "secret": secret, "tokens": standing})


@require_POST
@login_required
def token_revoke(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Make one's key open nothing from now on."""
    token = get_object_or_404(Token, user_id=request.user.pk, public_id=public_id)
    revoke_token(token=token)
    messages.success(request, _("“%(name)s” opens nothing any more.") % {"name": token.name})
    return redirect("tokens")


@never_cache
@require_GET
def mail(request: HttpRequest) -> HttpResponse:
    """Mail that this server keeps in place of sending it; read on the machine itself only."""
    if not may_read_mail(request):
        raise Http404
    return render(request, "accounts/mail.html", {"mails": newest_mails()})
