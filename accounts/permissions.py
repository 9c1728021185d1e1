"""Who may do what: the one table, and the one question asked of it."""

from enum import StrEnum

from django.contrib.auth.models import AnonymousUser

from .errors import NotAllowed
from .models import Membership, Organisation, User

OWNER, EDITOR, VIEWER = Membership.Role.OWNER, Membership.Role.EDITOR, Membership.Role.VIEWER


class Act(StrEnum):
    """What can be done for an organisation, in the words of the domain."""

    CHANGE_ORGANISATION = "change_organisation"
    SEE_MEMBERS = "see_members"
    WRITE_NEED = "write_need"
    PUBLISH_NEED = "publish_need"
    CLOSE_NEED = "close_need"
    SEE_MATCHES = "see_matches"
    MANAGE_MEMBERS = "manage_members"  # invite, change roles, remove, hand over
    WRITE_SUPPLY = "write_supply"  # programs, courses and their runs, training bases, experts
    PUBLISH_SUPPLY = "publish_supply"
    CLOSE_SUPPLY = "close_supply"
    ASSESS_READINESS = "assess_readiness"
    SEE_READINESS = "see_readiness"
    SEE_STUDENTS = "see_students"
    LINK_STUDENTS = "link_students"  # ask, answer and end links
    CONFIRM_CLAIMS = "confirm_claims"


WHO_MAY: dict[Act, frozenset[str]] = {
    Act.CHANGE_ORGANISATION: frozenset({OWNER}),
    Act.SEE_MEMBERS: frozenset({OWNER, EDITOR, VIEWER}),
    Act.WRITE_NEED: frozenset({OWNER, EDITOR}),
    Act.PUBLISH_NEED: frozenset({OWNER, EDITOR}),
    Act.CLOSE_NEED: frozenset({OWNER, EDITOR}),
    Act.SEE_MATCHES: frozenset({OWNER, EDITOR, VIEWER}),
    Act.MANAGE_MEMBERS: frozenset({OWNER}),
    Act.WRITE_SUPPLY: frozenset({OWNER, EDITOR}),
    Act.PUBLISH_SUPPLY: frozenset({OWNER, EDITOR}),
    Act.CLOSE_SUPPLY: frozenset({OWNER, EDITOR}),
    Act.ASSESS_READINESS: frozenset({OWNER, EDITOR}),
    Act.SEE_READINESS: frozenset({OWNER, EDITOR, VIEWER}),
    Act.SEE_STUDENTS: frozenset({OWNER, EDITOR}),
    Act.LINK_STUDENTS: frozenset({OWNER, EDITOR}),
    Act.CONFIRM_CLAIMS: frozenset({OWNER, EDITOR}),
}


def role_of(user: User | AnonymousUser, organisation: Organisation) -> str | None:
    """The person's role in the organisation, or None."""
    if not user.is_authenticated:
        return None
    return Membership.objects.filter(user=user, organisation=organisation).values_list("role", flat=True).first()


def may(user: User | AnonymousUser, act: Act, organisation: Organisation) -> bool:
    """Whether the person may do this for the organisation."""
    return role_of(user, organisation) in WHO_MAY[act]


def demand(user: User | AnonymousUser, act: Act, organisation: Organisation) -> None:
    """Raise `NotAllowed` unless the person may do this for the organisation."""
    if not may(user, act, organisation):
        raise NotAllowed
