"""Pages of who acts for an organisation: its members and open invitations, and the page behind an invitation's link."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from .errors import InvalidInput, NotAllowed, StateForbids
from .forms import errors_by_field
from .invitations import (
    accept_invitation,
    check_address,
    check_open,
    invitation_of,
    invite_member,
    revoke_invitation,
)
from .members import change_role, hand_over, leave, remove_member
from .models import Invitation, Membership, Organisation, User
from .pages import MENDING, reader
from .permissions import Act, demand, may

page = require_http_methods(["GET", "HEAD", "POST"])


@page
@login_required
def members(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Who acts for the organisation and who is invited to; an owner invites here."""
    organisation = _seen(request, public_id)
    typed: dict[str, Any] = {"role": Membership.Role.EDITOR.value}
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        typed = {name: request.POST.get(name, "") for name in ("email", "role")}
        try:
            made = invite_member(by=reader(request), organisation=organisation, data=typed)
        except InvalidInput as wrong:
            errors = errors_by_field(wrong, lambda path: str(path[0]) if path else "")
        except StateForbids as refused:
            messages.warning(request, str(refused.detail))
            return redirect("members", public_id)
        else:
            messages.success(request, _("A mail to %(email)s is on its way.") % {"email": made.email})
            return redirect("members", public_id)
    rows = organisation.memberships.select_related("user").order_by("joined_at", "id")
    sentence = ngettext("%(count)s person acts for %(name)s", "%(count)s people act for %(name)s", len(rows))
    context = {
        "organisation": organisation,
        "title": sentence % {"count": len(rows), "name": organisation},
        "members": rows,
        "invitations": organisation.invitations.filter(accepted_at=None, revoked_at=None),
        "now": timezone.now(),
        "may_manage": may(request.user, Act.MANAGE_MEMBERS, organisation),
        "may_remove": may(request.user, Act.REMOVE_MEMBERS, organisation),
        "within": any(row.user_id == request.user.pk for row in rows),
        "roles": Membership.Role.choices,
        "typed": typed,
        "errors": errors,
    }
    return render(request, "accounts/members.html", context, status=MENDING if errors else 200)


@page
@login_required
def member(request: HttpRequest, public_id: uuid.UUID, member_id: uuid.UUID) -> HttpResponse:
    """One member, for owners: another role, the whole organisation handed over, or out."""
    organisation = _seen(request, public_id)
    demand(request.user, Act.REMOVE_MEMBERS, organisation)
    rows = organisation.memberships.select_related("user")
    found: Membership = get_object_or_404(rows, public_id=member_id)
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            done = _changed(reader(request), found, request.POST.get("do", ""), request.POST.get("role", ""))
        except InvalidInput as wrong:
            errors = errors_by_field(wrong, lambda path: str(path[0]) if path else "")
        except StateForbids as refused:
            messages.warning(request, str(refused.detail))
            return redirect("member", public_id, member_id)
        else:
            messages.success(request, done)
            return redirect("members", public_id)
    context = {
        "organisation": organisation,
        "member": found,
        "own": found.user_id == request.user.pk,
        "may_manage": may(request.user, Act.MANAGE_MEMBERS, organisation),
        "roles": Membership.Role.choices,
        "errors": errors,
    }
    return render(request, "accounts/member.html", context, status=MENDING if errors else 200)


def _changed(by: User, member: Membership, do: str, role: str) -> str:
    """Do what the pressed button says; gives the sentence that tells it."""
    names = {"name": member.user, "organisation": member.organisation}
    if do == "remove":
        remove_member(by=by, member=member)
        return _("%(name)s no longer acts for %(organisation)s.") % names
    if do == "hand-over":
        hand_over(by=by, member=member)
        return _("%(name)s is owner now; you are an editor.") % names
    changed = change_role(by=by, member=member, data={"role": role})
    return _("%(name)s is %(role)s now.") % (names | {"role": changed.get_role_display()})


@page
@login_required
def organisation_leave(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Stop acting for an organisation; a page asks first."""
    mine = Organisation.objects.of_member(request.user)
    organisation = get_object_or_404(mine, public_id=public_id)
    if request.method != "POST":
        return render(request, "accounts/leave.html", {"organisation": organisation})
    try:
        leave(by=reader(request), organisation=organisation)
    except StateForbids as refused:
        messages.warning(request, str(refused.detail))
        return redirect("members", public_id)
    messages.success(request, _("You no longer act for %(name)s.") % {"name": organisation})
    return redirect("organisations")


@require_POST
@login_required
def invitation_revoke(request: HttpRequest, public_id: uuid.UUID, invitation_id: uuid.UUID) -> HttpResponse:
    """Take an invitation back."""
    organisation = _seen(request, public_id)
    found = get_object_or_404(organisation.invitations, public_id=invitation_id)
    try:
        revoke_invitation(by=reader(request), invitation=found)
    except StateForbids as refused:
        messages.warning(request, str(refused.detail))
    else:
        messages.success(request, _("The invitation of %(email)s opens nothing any more.") % {"email": found.email})
    return redirect("members", public_id)


@never_cache
@page
def invitation(request: HttpRequest, key: str) -> HttpResponse:
    """What the link of a mail opens: the offer; whoever is not signed in comes back to it afterwards."""
    found = invitation_of(key)
    used_by_oneself = found.accepted_by_id and found.accepted_by_id == request.user.pk
    if used_by_oneself and Organisation.objects.of_member(request.user).filter(pk=found.organisation_id).exists():
        return redirect("organisation", found.organisation.public_id)
    refused: StateForbids | NotAllowed | None = None
    try:
        if request.method == "POST" and request.user.is_authenticated:
            return _joined(request, found, key)
        check_open(found)
        if request.user.is_authenticated:
            check_address(found, reader(request))
    except (StateForbids, NotAllowed) as why:
        refused = why
    here = urlencode({"next": request.path})
    context = {
        "invitation": found,
        "organisation": found.organisation,
        "refused": refused,
        "elsewhere": refused is not None and refused.code == "another_address",
        "login_url": f"{reverse('account_login')}?{here}",
        "signup_url": f"{reverse('account_signup')}?{here}",
        "here": request.path,
    }
    return render(request, "accounts/invitation.html", context, status=refused.status if refused else 200)


def _joined(request: HttpRequest, invitation: Invitation, key: str) -> HttpResponse:
    member = accept_invitation(by=reader(request), key=key)
    said = {"name": invitation.organisation, "role": member.get_role_display()}
    messages.success(request, _("You act for %(name)s now, as %(role)s.") % said)
    return redirect("organisation", invitation.organisation.public_id)


def _seen(request: HttpRequest, public_id: uuid.UUID) -> Organisation:
    """The organisation, if this person may see it and who acts for it; platform staff may."""
    found: Organisation = get_object_or_404(Organisation.objects.visible_to(request.user), public_id=public_id)
    if not reader(request).is_staff:
        demand(request.user, Act.SEE_MEMBERS, found)
    return found
