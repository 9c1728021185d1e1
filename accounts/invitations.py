"""Inviting people by mail to act for an organisation: one address, one key, one use, 14 days."""

import datetime
import secrets
from smtplib import SMTPException
from typing import Any

from allauth.account.utils import has_verified_email
from django.conf import settings
from django.core.mail import send_mail
from django.core.validators import EmailValidator
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from . import audit
from .errors import FieldError, InvalidInput, NotAllowed, NotFound, OrganisationSuspended, StateForbids
from .inputs import Input, OneOf, Prose, checked
from .letters import in_every_language
from .models import Invitation, Membership, Organisation, User, in_active_language
from .permissions import Act, demand
from .tokens import digest_of

VALID_FOR = datetime.timedelta(days=14)
MOST_OPEN = 50  # an organisation sends mail to people who did not ask for it: not without end


class Address(Prose):
    """An email address, in lower case."""

    def __init__(self, **kwargs: Any) -> None:
        valid = EmailValidator(_("This is not an email address."))
        super().__init__(max_length=254, validators=[valid], **kwargs)

    def to_internal_value(self, data: Any) -> str:
        return str(super().to_internal_value(data)).lower()


class InvitationInput(Input):
    """An invitation as it is written."""

    email = Address()
    role = OneOf(choices=Membership.Role.choices)


def invite_member(*, by: User, organisation: Organisation, data: Any) -> Invitation:
    """Offer a role to whom an address belongs. The key goes out in the mail alone; only its hash is kept."""
    key = secrets.token_urlsafe(32)
    with transaction.atomic():
        organisation = _held(organisation)
        demand(by, Act.MANAGE_MEMBERS, organisation)
        if organisation.state == Organisation.State.RETURNED:
            raise StateForbids(
                "organisation_returned", _("The organisation was sent back. Mend it before you invite others.")
            )
        given = checked(InvitationInput(data=data))
        _make_room(organisation, given["email"])
        invitation = _written(by=by, organisation=organisation, key=key, **given)
        audit.record(
            actor=by,
            action="invite_member",
            subject=invitation,
            organisation=organisation,
            after={"role": invitation.role},
        )
    try:
        _send(invitation, key)
    except (OSError, SMTPException):
        # Nobody knows the key now; what can't be accepted must not block the next try.
        _withdraw(invitation, by=None, why="The mail could not be sent.")
        raise StateForbids("mail_not_sent", _("The mail could not be sent. Nobody was invited; try later.")) from None
    return invitation


@transaction.atomic
def revoke_invitation(*, by: User, invitation: Invitation) -> None:
    """Take an offer back: its link opens nothing from now on."""
    invitation.organisation = _held(invitation.organisation)
    demand(by, Act.REMOVE_MEMBERS, invitation.organisation)
    invitation.refresh_from_db(fields=["accepted_at", "revoked_at"])
    if invitation.accepted_at:
        raise _used()
    if invitation.revoked_at:
        raise StateForbids("invitation_revoked", _("This invitation was taken back already."))
    _withdraw(invitation, by=by)


@transaction.atomic
def accept_invitation(*, by: User, key: str) -> Membership:
    """Join by the key of a mail, once, as the person to whose confirmed address it went."""
    invitation = invitation_of(key)
    invitation.organisation = _held(invitation.organisation)
    invitation.refresh_from_db(fields=["accepted_at", "revoked_at"])
    check_open(invitation)
    check_address(invitation, by)
    if by.memberships.filter(organisation=invitation.organisation).exists():
        raise StateForbids("already_member", _("You act for this organisation already."))
    member = Membership.objects.create(user=by, organisation=invitation.organisation, role=invitation.role)
    invitation.accepted_by, invitation.accepted_at = by, timezone.now()
    invitation.save(update_fields=["accepted_by", "accepted_at"])
    audit.record(
        actor=by,
        action="accept_invitation",
        subject=invitation,
        organisation=invitation.organisation,
        after={"role": member.role, "membership": str(member.public_id)},
    )
    return member


def invitation_of(key: str) -> Invitation:
    """The invitation that a key belongs to, or "not found"."""
    rows = Invitation.objects.select_related("organisation", "invited_by")
    found = rows.filter(digest=digest_of(key)).first()
    if found is None:
        raise NotFound(_("No invitation has this key. Open the link of the mail as it is."))
    return found


def check_open(invitation: Invitation) -> None:
    """Raise what stands against an invitation, whoever opens it: used, expired, revoked, its organisation suspended."""
    if invitation.accepted_at:
        raise _used()
    end = invitation.revoked_at or timezone.now()
    if invitation.expires_at <= end:  # also where it expired first and was replaced or cleared away later
        raise StateForbids("invitation_expired", _("This invitation has expired. Ask to be invited again."))
    if invitation.revoked_at:
        raise StateForbids("invitation_revoked", _("This invitation was taken back."))
    if invitation.organisation.state == Organisation.State.SUSPENDED:
        raise OrganisationSuspended


def check_address(invitation: Invitation, person: User) -> None:
    """Raise unless the address belongs to the person and is confirmed. Whose it is else, is not told."""
    if has_verified_email(person, invitation.email):
        return
    if person.email.lower() == invitation.email:
        raise NotAllowed("email_not_verified", _("Confirm your email first: the link is in the mail we sent you."))
    raise NotAllowed(
        "another_address",
        _("This invitation was sent to another address. Sign in with the address that its mail came to."),
    )


def _held(organisation: Organisation) -> Organisation:
    """The organisation as it is now, held until the transaction ends: its invitations change one after another."""
    return Organisation.objects.select_for_update().get(pk=organisation.pk)


def _make_room(organisation: Organisation, email: str) -> None:
    """Refuse where the address is a member's, or invited already, or too many wait; clear away what has expired."""
    if organisation.memberships.filter(user__email=email).exists():
        raise InvalidInput([FieldError(("email",), "member", _("This person acts for the organisation already."))])
    waiting = organisation.invitations.filter(accepted_at=None, revoked_at=None)
    for old in waiting.filter(email=email, expires_at__lte=timezone.now()):
        _withdraw(old, by=None, why="Expired, and invited again.")
    if waiting.filter(email=email).exists():
        raise _open_already()
    if waiting.filter(expires_at__gt=timezone.now()).count() >= MOST_OPEN:
        raise StateForbids(
            "too_many_invitations",
            _("%(count)d invitations wait for an answer. Take some back before you send more.") % {"count": MOST_OPEN},
        )


def _written(*, by: User, organisation: Organisation, key: str, email: str, role: str) -> Invitation:
    try:
        with transaction.atomic():
            return Invitation.objects.create(
                organisation=organisation,
                email=email,
                role=role,
                digest=digest_of(key),
                invited_by=by,
                expires_at=timezone.now() + VALID_FOR,
            )
    except IntegrityError:
        raise _open_already() from None


def _withdraw(invitation: Invitation, *, by: User | None, why: str = "") -> None:
    Invitation.objects.filter(pk=invitation.pk).update(revoked_at=timezone.now())
    audit.record(
        actor=by,
        action="revoke_invitation",
        subject=invitation,
        organisation=invitation.organisation,
        before={"role": invitation.role},
        why=why,
    )


def _used() -> StateForbids:
    return StateForbids("invitation_used", _("This invitation was used already."))


def _open_already() -> InvalidInput:
    detail = _("An invitation to this address waits for its answer already.")
    return InvalidInput([FieldError(("email",), "invited", detail)])


def _send(invitation: Invitation, key: str) -> None:
    """The mail, in both languages, since nobody knows yet which one is read at the other end; the writer's first."""
    link = settings.SITE_URL + reverse("invitation", args=[key])

    def said() -> tuple[str, str]:
        name = " ".join(str(invitation.organisation).split())
        site_name = in_active_language(settings.SITE_NAME["en"], settings.SITE_NAME["zh-hans"])
        words = {"invitation": invitation, "name": name, "link": link, "site_name": site_name}
        text = render_to_string("accounts/invitation_mail.txt", words).strip()
        return gettext("You are invited to act for %(name)s") % {"name": name}, text

    subject, text = in_every_language(said)
    send_mail(subject, text, None, [invitation.email])
