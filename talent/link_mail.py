"""Letters about links of students, sent once what they tell of is written, each in its reader's language."""

from collections.abc import Callable, Iterable

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language, override

from accounts.models import Membership, Organisation
from accounts.permissions import WHO_MAY, Act
from accounts.tasks import post_letter

from .models import Profile

Words = Callable[[], str]


def to_student(profile: Profile, subject: Words, body: Words) -> None:
    """A letter to the person, in the language of their profile."""
    _later([profile.user.email], profile.language, subject, body, reverse("profile") + "#schools")


def to_school(organisation: Organisation, subject: Words, body: Words) -> None:
    """A letter to each member who may answer, in the language in which it was brought about."""
    members = Membership.objects.filter(organisation=organisation, role__in=WHO_MAY[Act.LINK_STUDENTS])
    readers = list(members.filter(user__is_active=True).values_list("user__email", flat=True))
    page = f"{reverse('students')}?school={organisation.public_id}"
    _later(readers, get_language() or settings.LANGUAGE_CODE, subject, body, page)


def _later(readers: Iterable[str], language: str, subject: Words, body: Words, page: str) -> None:
    with override(language.lower()):
        title = " ".join(subject().split())  # one line, whatever a name holds
        text = f"{title}\n\n{body()}\n\n{settings.SITE_URL}{page}\n"
    for reader in readers:
        post_letter(to=reader, subject=title, text=text)
