"""What a school posts: a program, and the intakes of it that really start."""

from django.contrib.auth.models import AnonymousUser
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.identity import PublicId
from accounts.models import City, Organisation, User
from accounts.posting import Posting, status_fits_its_dates
from accounts.prose import SpokenLanguage

from .course import Course

OPEN_TO_ALL = Q(status="published", organisation__state="verified")
"""What the public reads: published, by a body that is verified now."""


class ProgramQuerySet(models.QuerySet["Program"]):
    def published(self) -> "ProgramQuerySet":
        """Those that are matched and that the public reads."""
        return self.filter(OPEN_TO_ALL)

    def visible_to(self, user: User | AnonymousUser) -> "ProgramQuerySet":
        """Published ones for everybody; those of one's own organisations in any state."""
        if not user.is_authenticated:
            return self.published()
        return self.filter(OPEN_TO_ALL | Q(organisation_id__in=Organisation.objects.of_member(user).values("id")))


class Program(Posting):
    """A major or a short program; its claims say what a graduate reaches."""

    class Study(models.TextChoices):
        SECONDARY = "secondary", _("secondary vocational")
        COLLEGE = "college", _("vocational college")
        VOCATIONAL_BACHELOR = "vocational_bachelor", _("vocational bachelor")
        BACHELOR = "bachelor", _("bachelor")
        MASTER = "master", _("master")
        SHORT = "short", _("short program")

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="programs", verbose_name=_("organisation")
    )
    title = models.CharField(_("title"), max_length=200)
    major_code = models.CharField(
        _("major code"), max_length=8, blank=True, validators=[RegexValidator(r"^\d{6}[TK]{0,2}$")]
    )
    study = models.CharField(_("level of study"), max_length=20, choices=Study)
    taught_in = models.CharField(_("taught in"), max_length=3, choices=SpokenLanguage, default=SpokenLanguage.CHINESE)
    city = models.ForeignKey(City, models.PROTECT, null=True, blank=True, verbose_name=_("city"))
    courses = models.ManyToManyField(
        Course, through="ProgramCourse", related_name="programs", verbose_name=_("courses")
    )

    objects = ProgramQuerySet.as_manager()

    class Meta:
        verbose_name = _("program")
        verbose_name_plural = _("programs")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "external_id"], name="program_external_id_once_a_school"),
            status_fits_its_dates("program_status_fits_its_dates"),
        ]
        indexes = [models.Index(fields=["status", "organisation"], name="program_for_published")]

    def __str__(self) -> str:
        return self.title


class ProgramCourse(models.Model):
    """A course of a program, at its place."""

    program = models.ForeignKey(Program, models.CASCADE, related_name="places", verbose_name=_("program"))
    course = models.ForeignKey(Course, models.PROTECT, related_name="places", verbose_name=_("course"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("course of a program")
        verbose_name_plural = _("courses of a program")
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["program", "course"], name="programcourse_once_a_program")]


class Intake(PublicId):
    """One start of a program: when one can enrol, when it starts and ends, how many it takes and lets go."""

    program = models.ForeignKey(Program, models.CASCADE, related_name="intakes", verbose_name=_("program"))
    external_id = models.CharField(_("external id"), max_length=100, null=True, blank=True)
    enrols_from = models.DateField(_("enrolment from"), null=True, blank=True)
    enrols_until = models.DateField(_("enrolment until"), null=True, blank=True)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("end"))
    city = models.ForeignKey(City, models.PROTECT, null=True, blank=True, verbose_name=_("city"))
    places = models.PositiveIntegerField(_("places"))
    graduates = models.PositiveIntegerField(_("graduates expected"), null=True, blank=True)

    class Meta:
        verbose_name = _("intake")
        verbose_name_plural = _("intakes")
        ordering = ["starts_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["program", "external_id"], name="intake_external_id_once_a_program"),
            models.UniqueConstraint(fields=["program", "city", "starts_on"], name="intake_once_a_start_and_city"),
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="intake_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(enrols_from=None) | Q(enrols_until=None) | Q(enrols_until__gte=F("enrols_from")),
                name="intake_enrolment_in_order",
            ),
            models.CheckConstraint(condition=Q(places__gte=1), name="intake_has_places"),
            models.CheckConstraint(
                condition=Q(graduates=None) | Q(graduates__lte=F("places")), name="intake_graduates_within_places"
            ),
        ]
