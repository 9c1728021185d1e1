"""What is written about an organisation's standing: to staff that it waits, to its owners what staff decided."""

from collections.abc import Iterable
from functools import partial

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .letters import Said, in_language_of
from .models import Organisation, User
from .permissions import WHO_MAY, Act
from .tasks import post_letter

State = Organisation.State
STANDS: dict[str, str | Promise] = {
    State.PENDING: _("%(name)s waits for verification"),
    State.VERIFIED: _("%(name)s is verified"),
    State.RETURNED: _("%(name)s was sent back: mend it"),
    State.SUSPENDED: _("%(name)s is suspended"),
}
"""How it stands, in one sentence, for the letter and the pages."""


def told_first(organisations: Iterable[Organisation]) -> str:
    """How the one stands that most waits for somebody, in one sentence; nothing where all are verified."""
    standing = list(organisations)
    for state in (State.RETURNED, State.SUSPENDED, State.PENDING):
        for organisation in standing:
            if organisation.state == state:
                return str(STANDS[state]) % {"name": organisation}
    return ""


def tell_owners(organisation: Organisation, reason: str) -> None:
    """Write to each owner, once the decision is kept."""
    owners = User.objects.filter(
        memberships__organisation=organisation, memberships__role__in=WHO_MAY[Act.CHANGE_ORGANISATION], is_active=True
    )
    _post(owners, partial(_said, organisation, reason))


def tell_staff(organisation: Organisation, but: User) -> None:
    """Write to each of the staff that somebody begins to wait for them: name and kind, and the way to the queue.

    Who brought it about knows.
    """
    staff = User.objects.filter(is_staff=True, is_active=True).exclude(pk=but.pk)
    _post(staff, partial(_waits, organisation))


def _post(readers: Iterable[User], said: Said) -> None:
    for reader in readers:
        subject, text = in_language_of(reader, said)
        post_letter(to=reader.email, subject=subject, text=text)


def _waits(organisation: Organisation) -> tuple[str, str]:
    waits = str(STANDS[Organisation.State.PENDING]) % {"name": " ".join(str(organisation).split())}
    queue = f"{settings.SITE_URL}{reverse('admin:accounts_organisation_changelist')}?state__exact={organisation.state}"
    return waits, f"{waits}\n\n{organisation.get_kind_display()}\n\n{queue}"


def _said(organisation: Organisation, reason: str) -> tuple[str, str]:
    stands = str(STANDS[organisation.state]) % {"name": " ".join(str(organisation).split())}
    page = settings.SITE_URL + reverse("organisation", args=[organisation.public_id])
    said = {"stands": stands, "state": str(organisation.state), "reason": reason.strip(), "page": page}
    return stands, render_to_string("accounts/standing_mail.txt", said).strip()
