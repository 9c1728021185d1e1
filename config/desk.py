"""What every page knows: the product's name, the theme, and the places of the reader's desk."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Membership, Organisation
from accounts.permissions import WHO_MAY, Act

THEMES = {"light", "dark"}
MOST_PLACES = 6  # for who wears several hats, what is not theirs alone gives way: the account's menu has organisations


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
    """Where this reader works: by what they are, a member of a body, a person with a profile, platform staff."""
    user = getattr(request, "user", None)
    found: list[tuple[str, str, str]] = []
    if user is None or not user.is_authenticated:
        found = [
            (reverse("programs"), _("Programs"), "school"),
            (reverse("courses"), _("Courses"), "file-text"),
            (reverse("skills"), _("Skills"), "list-search"),
        ]
        return _standing_at(request.path, found)
    roles = set(Membership.objects.filter(user=user).values_list("organisation__kind", "role"))
    kinds = {kind for kind, _role in roles}
    if Organisation.Kind.ENTERPRISE in kinds:
        found.append((reverse("needs"), _("Needs"), "briefcase"))
        found.append((reverse("experts"), _("Experts"), "message-2"))
    if kinds & set(Organisation.TEACHING):
        found.append((reverse("teaching"), _("Desk"), "layout-dashboard"))
    if kinds & set(Organisation.SCHOOLS):
        found.append((reverse("programs") + "?mine=true", _("Programs"), "school"))
    if kinds & set(Organisation.TEACHING):
        found.append((reverse("courses"), _("Courses"), "file-text"))
    if any(kind in Organisation.TEACHING and role in WHO_MAY[Act.SEE_STUDENTS] for kind, role in roles):
        found.append((reverse("students"), _("Students"), "users"))
    if hasattr(user, "profile"):
        found.append((reverse("matches"), _("Matches"), "list-check"))
        found.append((reverse("profile"), _("Profile"), "user"))
        if not kinds & set(Organisation.TEACHING):
            found.append((reverse("courses"), _("Courses"), "file-text"))
    if hasattr(user, "expert"):
        found.append((reverse("expert", args=[user.expert.public_id]), _("Expert profile"), "message-2"))
    common = [(reverse("skills"), _("Skills"), "list-search")]
    if not user.is_staff or found:
        common.insert(0, (reverse("organisations"), _("Organisations"), "building"))
    found += common[: max(0, MOST_PLACES - len(found))]
    if user.is_staff:
        found.append((reverse("runs"), _("Matching runs"), "activity"))
        found.append((reverse("admin:index"), _("Administration"), "settings"))
    return _standing_at(request.path, found)


def _standing_at(path: str, found: list[tuple[str, str, str]]) -> list[Place]:
    return [Place(url, label, icon, path.startswith(url.partition("?")[0])) for url, label, icon in found]
