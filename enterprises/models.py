"""Demand: enterprises and the needs they post."""

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.identity import PublicId
from accounts.models import City, Named, Organisation, User, in_active_language
from accounts.posting import Posting, status_fits_its_dates
from accounts.prose import Level, WorkKind
from skills.models import Skill


class Area(Named):
    """What a need is about, in the terms of digital trade."""

    code = models.SlugField(_("code"), unique=True)
    description_en = models.TextField(_("description in English"), blank=True)
    description_zh = models.TextField(_("description in Chinese"), blank=True)

    class Meta:
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        ordering = ["id"]

    @property
    def description(self) -> str:
        return in_active_language(self.description_en, self.description_zh)


class Enterprise(models.Model):
    """What an enterprise says of itself beside its registration."""

    class Size(models.TextChoices):
        MICRO = "1-9", _("1 to 9 people")
        SMALL = "10-49", _("10 to 49 people")
        MEDIUM = "50-199", _("50 to 199 people")
        LARGE = "200-999", _("200 to 999 people")
        HUGE = "1000+", _("1,000 people or more")

    organisation = models.OneToOneField(
        Organisation, models.CASCADE, related_name="enterprise", verbose_name=_("organisation")
    )
    industry = models.CharField(_("industry"), max_length=100, blank=True)
    size = models.CharField(_("size"), max_length=10, choices=Size, blank=True)
    pilot_zone = models.BooleanField(_("in a cross-border e-commerce pilot zone"), default=False)
    target_markets = models.JSONField(_("target markets"), default=list, blank=True)

    class Meta:
        verbose_name = _("enterprise")
        verbose_name_plural = _("enterprises")

    def __str__(self) -> str:
        return str(self.organisation)


class NeedQuerySet(models.QuerySet["Need"]):
    def published(self) -> "NeedQuerySet":
        """Those that are matched: published, by an organisation that is verified now."""
        return self.filter(PUBLISHED)

    def visible_to(self, user: User | AnonymousUser) -> "NeedQuerySet":
        """Those of one's own organisations in any state; published ones for whom they can be matched with, and staff.

        That is people with a profile, members of verified teaching bodies, and published experts. A firm does not see
        another firm's needs.
        """
        if not user.is_authenticated:
            return self.none()
        own = Q(organisation_id__in=Organisation.objects.of_member(user).values("id"))
        if user.is_staff or hasattr(user, "profile"):
            return self.filter(own | PUBLISHED)
        return self.filter(own | PUBLISHED & Q(Exists(User.objects.filter(TEACHES | ADVISES, pk=user.pk))))


TEACHES = Q(
    memberships__organisation__kind__in=Organisation.TEACHING,
    memberships__organisation__state=Organisation.State.VERIFIED,
)
"""Who acts for a verified body that posts programs, courses or experts."""

ADVISES = Q(expert__status="published")
"""Whose own profile as an expert is published."""


class Period(models.TextChoices):
    """What an amount of pay is for."""

    MONTH = "month", _("month")
    TOTAL = "total", _("the whole of it")


def paid_per(kind: str) -> Period:
    """Work is paid by the month; training and advice come to an end, and what is stated is for all of it."""
    return Period.TOTAL if kind in (WorkKind.TRAINING, WorkKind.ADVICE) else Period.MONTH


class Need(Posting):
    """What an enterprise asks for; it changes state only through the functions of `publishing`."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="needs", verbose_name=_("organisation"))
    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(_("kind"), max_length=20, choices=WorkKind)
    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, verbose_name=_("area"))
    city = models.ForeignKey(City, models.PROTECT, null=True, blank=True, verbose_name=_("city"))
    remote = models.BooleanField(_("remote"), default=False)
    languages = models.JSONField(_("languages"), default=dict, blank=True)
    headcount = models.PositiveIntegerField(_("how many people"), default=1)
    starts_on = models.DateField(_("start"), null=True, blank=True)
    pay_min = models.DecimalField(_("pay from"), max_digits=12, decimal_places=2, null=True, blank=True)
    pay_max = models.DecimalField(_("pay up to"), max_digits=12, decimal_places=2, null=True, blank=True)
    pay_currency = models.CharField(_("currency"), max_length=3, default="CNY")

    objects = NeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("need")
        verbose_name_plural = _("needs")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "external_id"], name="need_external_id_once_a_firm"),
            status_fits_its_dates("need_status_fits_its_dates"),
            models.CheckConstraint(condition=Q(headcount__gte=1), name="need_headcount_positive"),
            models.CheckConstraint(
                condition=Q(pay_min=None) | Q(pay_max=None) | Q(pay_min__lte=F("pay_max")), name="need_pay_in_order"
            ),
        ]
        indexes = [models.Index(fields=["status", "organisation"], name="need_for_published")]

    def __str__(self) -> str:
        return self.title


PUBLISHED = Q(status="published", organisation__state="verified")


class NeedSkill(models.Model):
    """One skill a need asks for: the level at least, how much it weighs, and whether it is essential."""

    need = models.ForeignKey(Need, models.CASCADE, related_name="skills", verbose_name=_("need"))
    skill = models.ForeignKey(Skill, models.PROTECT, related_name="+", verbose_name=_("skill"))
    min_level = models.PositiveSmallIntegerField(_("level at least"), choices=Level)
    weight = models.FloatField(_("weight"))
    essential = models.BooleanField(_("essential"), default=False)

    class Meta:
        verbose_name = _("skill asked for")
        verbose_name_plural = _("skills asked for")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["need", "skill"], name="needskill_once_a_need"),
            models.CheckConstraint(condition=Q(min_level__gte=1) & Q(min_level__lte=5), name="needskill_level_1_to_5"),
            models.CheckConstraint(condition=Q(weight__gt=0) & Q(weight__lte=10), name="needskill_weight_0_to_10"),
        ]


class Assessment(PublicId):
    """An enterprise's own view, on one day, of how ready it is; earlier ones are kept, so that one sees what moved."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="assessments", verbose_name=_("organisation")
    )
    external_id = models.CharField(_("external id"), max_length=100, null=True, blank=True)
    answers = models.JSONField(_("answers"), help_text=_("0 to 4 by question"))
    version = models.CharField(_("version of the questions"), max_length=10)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("readiness assessment")
        verbose_name_plural = _("readiness assessments")
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "external_id"], name="assessment_external_id_once_a_firm")
        ]

    def __str__(self) -> str:
        return str(self.organisation)
