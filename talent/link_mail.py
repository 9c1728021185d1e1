"""Letters about links of students, sent once what they tell of is written, each in its reader's language."""

from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.urls import reverse

from accounts.letters import in_language_of
from accounts.models import Organisation, User
from accounts.permissions import WHO_MAY, Act
from accounts.tasks import post_letter

from .models import Profile

Words = Callable[[], str]


def to_student(profile: Profile, subject: Words, body: Words) -> None:
    """A letter to the person; where they never chose a language, in that of their profile."""
    _post(profile.user, subject, body, reverse("profile") + "#schools", otherwise=profile.language.lower())


def to_school(organisation: Organisation, subject: Words, body: Words) -> None:
    """A letter to each member who may answer."""
    acts = {"memberships__organisation": organisation, "memberships__role__in": WHO_MAY[Act.LINK_STUDENTS]}
    for reader in User.objects.filter(is_active=True, **acts):
        _post(reader, subject, body, f"{reverse('students')}?school={organisation.public_id}")


def _post(reader: User, subject: Words, body: Words, page: str, otherwise: str = "") -> None:
    title, text = in_language_of(reader, partial(_said, subject, body, page), otherwise)
    post_letter(to=reader.email, subject=title, text=text)


def _said(subject: Words, body: Words, page: str) -> tuple[str, str]:
    title = " ".join(subject().split())  # one line, whatever a name holds
    return title, f"{title}\n\n{body()}\n\n{settings.SITE_URL}{page}"
