"""Who acts for an organisation: roles changed, members removed or leaving, ownership handed over.

What a member made stays the organisation's; only their way in goes. There is always an owner: whoever takes one away
holds the organisation's row first, so that two at once come one after the other.
"""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from . import audit
from .errors import NotAllowed, NotFound, StateForbids
from .inputs import Input, OneOf, checked
from .models import Membership, Organisation, User
from .permissions import Act, demand

Role = Membership.Role


class RoleInput(Input):
    """A member as they are written: of a membership only the role changes."""

    readable = frozenset({"id", "name", "email", "joined_at"})

    role = OneOf(choices=Role.choices)


@transaction.atomic
def change_role(*, by: User, member: Membership, data: Any) -> Membership:
    """Give a member another role; the same again changes nothing."""
    member = _held(member)
    demand(by, Act.MANAGE_MEMBERS, member.organisation)
    role = checked(RoleInput(data=data))["role"]
    if role != member.role:
        _another_owner_stays(member)
        _give(member, role, by=by, action="change_role")
    return member


@transaction.atomic
def remove_member(*, by: User, member: Membership) -> None:
    """Take a member out; what they made for the organisation stays. Owners of a suspended one stay."""
    member = _held(member)
    demand(by, Act.MANAGE_MEMBERS if member.role == Role.OWNER else Act.REMOVE_MEMBERS, member.organisation)
    _take_out(member, by=by, action="remove_member")


@transaction.atomic
def leave(*, by: User, organisation: Organisation) -> None:
    """Stop acting for an organisation, whatever its state; its last owner hands it over first."""
    member = Membership.objects.filter(user=by, organisation=organisation).first()
    if member is None:
        raise NotAllowed("not_a_member", _("You do not act for this organisation."))
    _take_out(_held(member), by=by, action="leave_organisation")


@transaction.atomic
def hand_over(*, by: User, member: Membership) -> Membership:
    """Make another member the owner in one's own place; who hands over stays as an editor."""
    member = _held(member)
    demand(by, Act.MANAGE_MEMBERS, member.organisation)
    if member.user_id == by.pk:
        raise StateForbids("own_membership", _("Hand it over to somebody else than yourself."))
    own = Membership.objects.get(user=by, organisation=member.organisation)
    if member.role != Role.OWNER:
        _give(member, Role.OWNER, by=by, action="hand_over")
    _give(own, Role.EDITOR, by=by, action="hand_over")
    return member


def _held(member: Membership) -> Membership:
    """The membership as it is now, its organisation held until the transaction ends."""
    organisation = Organisation.objects.select_for_update().get(pk=member.organisation_id)
    now = Membership.objects.select_related("user").filter(pk=member.pk).first()
    if now is None:
        raise NotFound
    now.organisation = organisation
    return now


def _another_owner_stays(member: Membership) -> None:
    others = Membership.objects.filter(organisation=member.organisation, role=Role.OWNER).exclude(pk=member.pk)
    if member.role == Role.OWNER and not others.exists():
        raise StateForbids("last_owner", _("An organisation keeps an owner. Hand it over to another member first."))


def _give(member: Membership, role: str, *, by: User, action: str) -> None:
    before, member.role = member.role, role
    member.save(update_fields=["role"])
    audit.record(
        actor=by,
        action=action,
        subject=member,
        organisation=member.organisation,
        before=_of(member, before),
        after=_of(member, role),
    )


def _take_out(member: Membership, *, by: User, action: str) -> None:
    _another_owner_stays(member)
    audit.record(
        actor=by, action=action, subject=member, organisation=member.organisation, before=_of(member, member.role)
    )
    member.delete()


def _of(member: Membership, role: str) -> dict[str, str]:
    """A membership in the audit trail, which outlives it."""
    return {"person": str(member.user.public_id), "role": str(role)}
