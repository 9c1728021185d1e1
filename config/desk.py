"""What every page knows: the product's name, the theme, and the places of the reader's desk."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Organisation

THEMES = {"light", "dark"}


@dataclass(frozen=True)
class Place:
    """One place of a desk: a link with icon and word."""

    url: str
    label: str
    icon: str
    current: bool
    count: int | None = None


def site(request: HttpRequest) -> dict[str, Any]:
    """The context of every page."""
    main, other = ("zh-hans", "en") if (get_language() or "en").startswith("zh") else ("en", "zh-hans")
    theme = request.COOKIES.get("theme", "")
    return {
        "site_name": settings.SITE_NAME[main],
        "site_name_other": settings.SITE_NAME[other],
        "site_name_other_lang": "zh-Hans" if other == "zh-hans" else "en",
        "theme": theme if theme in THEMES else "",
        "mail_page": settings.MAIL_PAGE,
        "desk": places(request),
    }


def places(request: HttpRequest) -> list[Place]:
    """Where this reader works: by what they are, a firm's member, a person with a profile, platform staff."""
    user = getattr(request, "user", None)
    found: list[tuple[str, str, str]] = []
    if user is None or not user.is_authenticated:
        return [Place(reverse("skills"), _("Skills"), "list-search", request.path.startswith(reverse("skills")))]
    enterprise = Organisation.Kind.ENTERPRISE
    if Organisation.objects.of_member(user).filter(kind=enterprise).exists():
        found.append((reverse("needs"), _("Needs"), "briefcase"))
    if hasattr(user, "profile"):
        found.append((reverse("matches"), _("Matches"), "list-check"))
        found.append((reverse("profile"), _("Profile"), "user"))
    if not user.is_staff or found:
        found.append((reverse("organisations"), _("Organisations"), "building"))
    found.append((reverse("skills"), _("Skills"), "list-search"))
    if user.is_staff:
        found.append((reverse("runs"), _("Matching runs"), "activity"))
        found.append((reverse("admin:index"), _("Administration"), "settings"))
    return [Place(url, label, icon, request.path.startswith(url)) for url, label, icon in found]
