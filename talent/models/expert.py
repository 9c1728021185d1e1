"""A profile of the think tank: who gives which advice, in which languages, on how many days."""

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import City, Named, Organisation, User
from accounts.posting import Posting, status_fits_its_dates

EXPERT_PUBLISHED = Q(status="published") & (Q(organisation=None) | Q(organisation__state="verified"))


class ExpertQuerySet(models.QuerySet["Expert"]):
    def published(self) -> "ExpertQuerySet":
        """Those that are matched; one whose organisation is not verified now is not."""
        return self.filter(EXPERT_PUBLISHED)

    def visible_to(self, user: User | AnonymousUser) -> "ExpertQuerySet":
        """Published ones for everybody signed in; one's own, and those of one's organisations, in any state."""
        if not user.is_authenticated:
            return self.none()
        own = Q(user=user) | Q(organisation_id__in=Organisation.objects.of_member(user).values("id"))
        return self.filter(EXPERT_PUBLISHED | own)


class Expert(Posting, Named):
    """Posted by the person, or by the organisation that the person works for; known by name: it is public work."""

    class Advice(models.TextChoices):
        DIAGNOSIS = "diagnosis", _("diagnosis of how digital a firm is")
        ROADMAP = "roadmap", _("roadmap and selection of systems")
        IMPLEMENTATION = "implementation", _("guiding an implementation")
        MARKET_ENTRY = "market_entry", _("entering a market")
        COMPLIANCE = "compliance", _("rules and compliance")
        TRAINING = "training", _("training of staff")
        INVESTMENT = "investment", _("investment and financing")

    user = models.OneToOneField(
        User, models.PROTECT, null=True, blank=True, related_name="expert", verbose_name=_("user")
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="experts", verbose_name=_("organisation")
    )
    headline = models.CharField(_("headline"), max_length=200, blank=True)
    advice = models.JSONField(_("kinds of advice"), default=list, blank=True)
    fields = models.JSONField(_("fields"), default=list, blank=True, help_text=_("codes of skill groups"))
    city = models.ForeignKey(City, models.PROTECT, null=True, blank=True, verbose_name=_("city"))
    travels = models.BooleanField(_("travels to the firm"), null=True)
    remote = models.BooleanField(_("advises remotely"), null=True)
    languages = models.JSONField(_("languages"), default=dict, blank=True)
    days_a_month = models.PositiveSmallIntegerField(_("days available a month"), null=True, blank=True)
    available_from = models.DateField(_("free from"), null=True, blank=True)

    objects = ExpertQuerySet.as_manager()

    class Meta:
        verbose_name = _("expert")
        verbose_name_plural = _("experts")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "external_id"], name="expert_external_id_once_a_body"),
            models.CheckConstraint(
                condition=Q(user__isnull=False) | Q(organisation__isnull=False), name="expert_belongs_to_somebody"
            ),
            models.CheckConstraint(
                condition=Q(days_a_month=None) | Q(days_a_month__gte=1) & Q(days_a_month__lte=31),
                name="expert_days_of_a_month",
            ),
            status_fits_its_dates("expert_status_fits_its_dates"),
        ]
