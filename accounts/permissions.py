"""Who may do what: the one table, and the one question asked of it."""

from enum import StrEnum

from django.contrib.auth.models import AnonymousUser

from .errors import NotAllowed, OrganisationSuspended
from .models import Membership, Organisation, OrganisationQuerySet, User

OWNER, EDITOR, VIEWER = Membership.Role.OWNER, Membership.Role.EDITOR, Membership.Role.VIEWER


class Act(StrEnum):
    """What can be done for an organisation, in the words of the domain."""

    CHANGE_ORGANISATION = "change_organisation"
    SEE_MEMBERS = "see_members"
    WRITE_NEED = "write_need"
    PUBLISH_NEED = "publish_need"
    CLOSE_NEED = "close_need"
    SEE_MATCHES = "see_matches"
    MANAGE_MEMBERS = "manage_members"  # invite, change roles, hand over
    REMOVE_MEMBERS = "remove_members"  # take a way in away: a member's, or an open invitation
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
    Act.REMOVE_MEMBERS: frozenset({OWNER}),
    Act.WRITE_SUPPLY: frozenset({OWNER, EDITOR}),
    Act.PUBLISH_SUPPLY: frozenset({OWNER, EDITOR}),
    Act.CLOSE_SUPPLY: frozenset({OWNER, EDITOR}),
    Act.ASSESS_READINESS: frozenset({OWNER, EDITOR}),
    Act.SEE_READINESS: frozenset({OWNER, EDITOR, VIEWER}),
    Act.SEE_STUDENTS: frozenset({OWNER, EDITOR}),
    Act.LINK_STUDENTS: frozenset({OWNER, EDITOR}),
    Act.CONFIRM_CLAIMS: frozenset({OWNER, EDITOR}),
}


class Audience(StrEnum):
    """Whom an address serves where no role decides; what is private stays not found for whoever may not see it."""

    EVERYBODY = "everybody"  # signed in or not
    SIGNED_IN = "signed_in"
    THE_PERSON = "the_person"  # whose own it is: a profile, a token, an expert profile
    INVITED = "invited"  # the address that a key was sent to; who is not signed in reads how to be
    STAFF = "staff"  # of the platform


Rule = Act | Audience

EVERYBODY, SIGNED_IN, THE_PERSON, INVITED, STAFF = Audience


def _of_supply(kind: str, *, list_for: Audience, posting: bool = True) -> dict[str, dict[str, Rule]]:
    """The addresses that every kind of supply has; bases are no postings: not published, copied or matched."""
    change: dict[str, Rule] = {"GET": Act.WRITE_SUPPLY, "POST": Act.WRITE_SUPPLY}
    found: dict[str, dict[str, Rule]] = {
        f"{kind}s": {"GET": list_for},
        f"{kind}-new": {"GET": SIGNED_IN, "POST": SIGNED_IN},
        kind: {"GET": EVERYBODY},
        f"{kind}-change": change,
        f"{kind}-close": {"GET": Act.CLOSE_SUPPLY, "POST": Act.CLOSE_SUPPLY},
        f"api-{kind}s": {"GET": list_for, "POST": SIGNED_IN},
        f"api-{kind}": {"GET": EVERYBODY, "PUT": Act.WRITE_SUPPLY, "PATCH": Act.WRITE_SUPPLY},
        f"api-{kind}-close": {"POST": Act.CLOSE_SUPPLY},
        f"api-{kind}-by-key": {"PUT": Act.WRITE_SUPPLY},
    }
    if posting:
        found |= {
            f"{kind}-publish": {"GET": Act.PUBLISH_SUPPLY, "POST": Act.PUBLISH_SUPPLY},
            f"{kind}-copy": {"POST": Act.WRITE_SUPPLY},
            f"{kind}-needs": {"GET": Act.SEE_MATCHES},
            f"api-{kind}-publish": {"POST": Act.PUBLISH_SUPPLY},
            f"api-{kind}-copy": {"POST": Act.WRITE_SUPPLY},
            f"api-{kind}-matches": {"GET": Act.SEE_MATCHES},
        }
    return found


ADDRESSES: dict[str, dict[str, Rule]] = {
    # The door
    "home": {"GET": EVERYBODY},
    "mail": {"GET": EVERYBODY},
    "skills": {"GET": EVERYBODY},
    "skill-options": {"GET": EVERYBODY},
    "set_language": {"POST": EVERYBODY},
    "invitation": {"GET": INVITED, "POST": INVITED},
    # Organisations and their members
    "organisations": {"GET": SIGNED_IN},
    "organisation-new": {"GET": SIGNED_IN, "POST": SIGNED_IN},
    "organisation": {"GET": SIGNED_IN},
    "organisation-change": {"GET": Act.CHANGE_ORGANISATION, "POST": Act.CHANGE_ORGANISATION},
    "organisation-leave": {"GET": Act.SEE_MEMBERS, "POST": Act.SEE_MEMBERS},
    "members": {"GET": Act.SEE_MEMBERS, "POST": Act.MANAGE_MEMBERS},
    "member": {"GET": Act.REMOVE_MEMBERS, "POST": Act.REMOVE_MEMBERS},
    "invitation-revoke": {"POST": Act.REMOVE_MEMBERS},
    "enterprise": {"GET": Act.CHANGE_ORGANISATION, "POST": Act.CHANGE_ORGANISATION},
    "readiness": {"GET": Act.SEE_READINESS},
    "readiness-new": {"GET": Act.ASSESS_READINESS, "POST": Act.ASSESS_READINESS},
    "api-organisations": {"GET": SIGNED_IN, "POST": SIGNED_IN},
    "api-organisation": {"GET": SIGNED_IN, "PUT": Act.CHANGE_ORGANISATION, "PATCH": Act.CHANGE_ORGANISATION},
    "api-members": {"GET": Act.SEE_MEMBERS},
    "api-member": {"PATCH": Act.MANAGE_MEMBERS, "DELETE": Act.REMOVE_MEMBERS},
    "api-member-hand-over": {"POST": Act.MANAGE_MEMBERS},
    "api-organisation-invitations": {"GET": Act.SEE_MEMBERS, "POST": Act.MANAGE_MEMBERS},
    "api-organisation-invitation": {"DELETE": Act.REMOVE_MEMBERS},
    "api-memberships": {"GET": SIGNED_IN, "POST": SIGNED_IN},
    "api-enterprise": {
        "GET": SIGNED_IN,
        "PUT": Act.CHANGE_ORGANISATION,
        "PATCH": Act.CHANGE_ORGANISATION,
    },
    "api-readiness": {"GET": Act.SEE_READINESS, "POST": Act.ASSESS_READINESS},
    "api-readiness-by-key": {"PUT": Act.ASSESS_READINESS},
    # Needs
    "needs": {"GET": SIGNED_IN},
    "need-new": {"GET": SIGNED_IN, "POST": SIGNED_IN},
    "need": {"GET": Act.SEE_MATCHES},
    "need-programs": {"GET": Act.SEE_MATCHES},
    "need-courses": {"GET": Act.SEE_MATCHES},
    "need-experts": {"GET": Act.SEE_MATCHES},
    "need-gap-courses": {"GET": Act.SEE_MATCHES},
    "need-about": {"GET": Act.SEE_MATCHES},
    "need-change": {"GET": Act.WRITE_NEED, "POST": Act.WRITE_NEED},
    "need-publish": {"GET": Act.PUBLISH_NEED, "POST": Act.PUBLISH_NEED},
    "need-close": {"GET": Act.CLOSE_NEED, "POST": Act.CLOSE_NEED},
    "need-copy": {"GET": Act.WRITE_NEED, "POST": Act.WRITE_NEED},
    "api-needs": {"GET": SIGNED_IN, "POST": SIGNED_IN},
    "api-need": {"GET": Act.SEE_MATCHES, "PUT": Act.WRITE_NEED, "PATCH": Act.WRITE_NEED},
    "api-need-publish": {"POST": Act.PUBLISH_NEED},
    "api-need-close": {"POST": Act.CLOSE_NEED},
    "api-need-copy": {"POST": Act.WRITE_NEED},
    "api-need-by-key": {"PUT": Act.WRITE_NEED},
    "api-need-matches": {"GET": Act.SEE_MATCHES},
    "api-courses-for-me": {"GET": THE_PERSON},
    # What schools, bases and experts post
    **_of_supply("program", list_for=EVERYBODY),
    **_of_supply("course", list_for=EVERYBODY),
    **_of_supply("expert", list_for=SIGNED_IN),
    **_of_supply("base", list_for=EVERYBODY, posting=False),
    "teaching": {"GET": SIGNED_IN},
    "course-run-new": {"GET": Act.WRITE_SUPPLY, "POST": Act.WRITE_SUPPLY},
    "course-run-change": {"GET": Act.WRITE_SUPPLY, "POST": Act.WRITE_SUPPLY},
    "course-run-cancel": {"GET": Act.WRITE_SUPPLY, "POST": Act.WRITE_SUPPLY},
    "api-experts-mine": {"GET": SIGNED_IN},
    "api-intakes": {"GET": EVERYBODY, "POST": Act.WRITE_SUPPLY},
    "api-intake": {"GET": EVERYBODY, "PUT": Act.WRITE_SUPPLY, "PATCH": Act.WRITE_SUPPLY, "DELETE": Act.WRITE_SUPPLY},
    "api-course-runs": {"GET": EVERYBODY, "POST": Act.WRITE_SUPPLY},
    "api-course-run": {"GET": EVERYBODY, "PATCH": Act.WRITE_SUPPLY},
    "api-course-run-cancel": {"POST": Act.WRITE_SUPPLY},
    "api-course-run-by-key": {"PUT": Act.WRITE_SUPPLY},
    # Students and the schools that they are linked to
    "students": {"GET": SIGNED_IN},
    "students-ask": {"POST": SIGNED_IN},
    "student": {"GET": Act.SEE_STUDENTS, "POST": Act.CONFIRM_CLAIMS},
    "student-answer": {"POST": Act.LINK_STUDENTS},
    "student-end": {"POST": Act.LINK_STUDENTS},
    "api-students": {"GET": Act.SEE_STUDENTS, "POST": Act.LINK_STUDENTS},
    "api-students-take-back": {"POST": Act.LINK_STUDENTS},
    "api-student": {"GET": Act.SEE_STUDENTS},
    "api-student-answer": {"POST": Act.LINK_STUDENTS},
    "api-student-end": {"POST": Act.LINK_STUDENTS},
    "api-student-claims": {"GET": Act.SEE_STUDENTS, "POST": Act.CONFIRM_CLAIMS},
    "api-student-claim": {"DELETE": Act.CONFIRM_CLAIMS},
    # One's own
    "profile": {"GET": THE_PERSON, "POST": THE_PERSON},
    "profile-new": {"POST": SIGNED_IN},
    "matching-switch": {"POST": THE_PERSON},
    "schools": {"GET": THE_PERSON, "POST": THE_PERSON},
    "school-answer": {"POST": THE_PERSON},
    "school-end": {"POST": THE_PERSON},
    "matches": {"GET": THE_PERSON},
    "match": {"GET": THE_PERSON},
    "match-gap-courses": {"GET": THE_PERSON},
    "tokens": {"GET": SIGNED_IN, "POST": SIGNED_IN},
    "token-revoke": {"POST": THE_PERSON},
    "api-tokens": {"GET": SIGNED_IN, "POST": EVERYBODY},
    "api-token": {"DELETE": THE_PERSON},
    "api-profile": {"GET": THE_PERSON, "POST": SIGNED_IN, "PUT": THE_PERSON, "PATCH": THE_PERSON},
    "api-my-matches": {"GET": THE_PERSON},
    "api-my-links": {"GET": THE_PERSON, "POST": THE_PERSON},
    "api-my-link": {"GET": THE_PERSON},
    "api-my-link-answer": {"POST": THE_PERSON},
    "api-my-link-end": {"POST": THE_PERSON},
    # The platform
    "runs": {"GET": STAFF},
    "run-start": {"POST": STAFF},
    **{
        name: {"GET": EVERYBODY}
        for name in (
            *("api-root", "api-schema", "api-docs", "api-cities", "api-city", "api-areas", "api-area"),
            *("api-skills", "api-skill", "api-frameworks", "api-framework"),
        )
    },
}
"""Every address by name, and who is served by which method; `tests/accounts/test_every_address.py` walks them all.

Beside them stand the pages of sign-in (`account_…`), which serve whoever knows the password, and the desk of staff
(`admin:…`), which Django keeps for staff.
"""

STAFF_SEES = frozenset({Act.SEE_MEMBERS, Act.SEE_READINESS})
"""What the platform's staff, who verify organisations, read of any of them without a role in it."""

READS = frozenset({Act.SEE_MEMBERS, Act.SEE_MATCHES, Act.SEE_READINESS, Act.SEE_STUDENTS})
"""Acts that change nothing."""

WHILE_SUSPENDED = READS | {Act.REMOVE_MEMBERS}
"""All that is left to the members and tokens of a suspended organisation.

It still holds what others entrusted to it, names and skills of students among them, and its members still read that.
So an owner can shut somebody out, as everybody can leave: it gives nobody anything. Whatever would change who stands
for the organisation while the platform looks into it waits: inviting, roles, handing over, and removing an owner.
"""


def role_of(user: User | AnonymousUser, organisation: Organisation) -> str | None:
    """The person's role in the organisation, or None."""
    if not user.is_authenticated:
        return None
    return Membership.objects.filter(user=user, organisation=organisation).values_list("role", flat=True).first()


def _standing(user: User | AnonymousUser, organisation: Organisation) -> tuple[str | None, str]:
    """The person's role and the organisation's state, as they are now, not as the object in hand was read."""
    if not user.is_authenticated:
        return None, organisation.state
    rows = Membership.objects.filter(user=user, organisation=organisation)
    return rows.values_list("role", "organisation__state").first() or (None, organisation.state)


def may(user: User | AnonymousUser, act: Act, organisation: Organisation) -> bool:
    """Whether the person may do this for the organisation, as it stands now."""
    role, state = _standing(user, organisation)
    return role in WHO_MAY[act] and (act in WHILE_SUSPENDED or state != Organisation.State.SUSPENDED)


def acting_for(user: User, act: Act) -> OrganisationQuerySet:
    """The organisations for which the person may do this, as they stand now."""
    theirs = Organisation.objects.filter(memberships__user=user, memberships__role__in=WHO_MAY[act])
    return theirs if act in WHILE_SUSPENDED else theirs.exclude(state=Organisation.State.SUSPENDED)


def demand(user: User | AnonymousUser, act: Act, organisation: Organisation) -> None:
    """Raise `NotAllowed` unless the person's role allows this, and `OrganisationSuspended` where the state forbids."""
    role, state = _standing(user, organisation)
    if role not in WHO_MAY[act]:
        raise NotAllowed
    if act not in WHILE_SUSPENDED and state == Organisation.State.SUSPENDED:
        raise OrganisationSuspended
