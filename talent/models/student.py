"""A student's or job-seeker's profile."""

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.identity import PublicId
from accounts.models import City, User
from accounts.prose import ProseLanguage


class ProfileQuerySet(models.QuerySet["Profile"]):
    def visible_to(self, user: User | AnonymousUser) -> "ProfileQuerySet":
        """One's own. A firm reads a person only through a match, under a pseudonym."""
        return self.filter(user_id=user.pk) if user.is_authenticated else self.none()

    def listed(self) -> "ProfileQuerySet":
        """Those whom firms may find: matching switched on, of age, the account in use."""
        return self.filter(LISTED)


class Profile(PublicId):
    """What a person brings, wishes and allows. Unknown is null, never a default."""

    user = models.OneToOneField(User, models.CASCADE, related_name="profile", verbose_name=_("user"))
    external_id = models.CharField(_("external id"), max_length=100, null=True, blank=True)
    name = models.CharField(_("name"), max_length=100)
    contact = models.CharField(_("contact after your yes"), max_length=200, blank=True)
    adult = models.BooleanField(_("18 or older"), null=True)
    headline = models.CharField(_("headline"), max_length=200, blank=True)
    text = models.TextField(_("text"), blank=True)
    language = models.CharField(_("language of the text"), max_length=10, choices=ProseLanguage)
    city = models.ForeignKey(City, models.PROTECT, null=True, blank=True, verbose_name=_("city"))
    moves = models.BooleanField(_("would move"), null=True)
    remote = models.BooleanField(_("works remotely"), null=True)
    kinds = models.JSONField(_("kinds of work"), default=list, blank=True)
    languages = models.JSONField(_("languages"), default=dict, blank=True)
    available_from = models.DateField(_("free from"), null=True, blank=True)
    matching = models.BooleanField(_("matching"), default=True)
    revision = models.PositiveIntegerField(_("revision"), default=1, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)

    objects = ProfileQuerySet.as_manager()

    class Meta:
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(language__in=["en", "zh-Hans"]), name="profile_language_known"),
        ]

    def __str__(self) -> str:
        return self.name


LISTED = Q(matching=True, adult=True, user__is_active=True)
FEWEST_SKILLS = 3  # with fewer, a person is shown the way to add skills in place of a list of needs
