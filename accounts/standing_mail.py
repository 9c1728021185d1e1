"""What the owners of an organisation are written when the platform's staff have decided on it."""

from functools import partial

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .letters import in_every_language
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


def tell_owners(organisation: Organisation, reason: str) -> None:
    """Write to each owner, once the decision is kept."""
    owners = User.objects.filter(
        memberships__organisation=organisation, memberships__role__in=WHO_MAY[Act.CHANGE_ORGANISATION], is_active=True
    )
    subject, text = in_every_language(partial(_said, organisation, reason))
    for email in owners.values_list("email", flat=True):
        post_letter(to=email, subject=subject, text=text)


def _said(organisation: Organisation, reason: str) -> tuple[str, str]:
    stands = str(STANDS[organisation.state]) % {"name": " ".join(str(organisation).split())}
    page = settings.SITE_URL + reverse("organisation", args=[organisation.public_id])
    said = {"stands": stands, "state": str(organisation.state), "reason": reason.strip(), "page": page}
    return stands, render_to_string("accounts/standing_mail.txt", said).strip()
