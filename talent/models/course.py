"""A unit that can be taken by itself, what it asks on entry, and the runs of it that really take place."""

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.identity import PublicId
from accounts.models import City, Organisation, User
from accounts.posting import Posting, status_fits_its_dates
from accounts.prose import Level, SpokenLanguage
from skills.models import Skill

from .training_base import TrainingBase

OPEN_TO_ALL = Q(status="published", organisation__state="verified")


class CourseQuerySet(models.QuerySet["Course"]):
    def published(self) -> "CourseQuerySet":
        """Those that are matched and that the public reads."""
        return self.filter(OPEN_TO_ALL)

    def visible_to(self, user: User | AnonymousUser) -> "CourseQuerySet":
        """Published ones for everybody; those of one's own organisations in any state."""
        if not user.is_authenticated:
            return self.published()
        return self.filter(OPEN_TO_ALL | Q(organisation_id__in=Organisation.objects.of_member(user).values("id")))


class Course(Posting):
    """At a school or a training base; its claims say which level of each skill it leads to."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="courses", verbose_name=_("organisation")
    )
    title = models.CharField(_("title"), max_length=200)
    weeks = models.PositiveSmallIntegerField(_("weeks"), null=True, blank=True)
    hours = models.PositiveSmallIntegerField(_("hours"), null=True, blank=True)
    taught_in = models.CharField(_("taught in"), max_length=3, choices=SpokenLanguage, default=SpokenLanguage.CHINESE)

    objects = CourseQuerySet.as_manager()

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "external_id"], name="course_external_id_once_a_body"),
            status_fits_its_dates("course_status_fits_its_dates"),
        ]
        indexes = [models.Index(fields=["status", "organisation"], name="course_for_published")]

    def __str__(self) -> str:
        return self.title


class EntryLevel(models.Model):
    """A skill that a course asks for on entry, and at which level."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="entry_levels", verbose_name=_("course"))
    skill = models.ForeignKey(Skill, models.PROTECT, related_name="+", verbose_name=_("skill"))
    level = models.PositiveSmallIntegerField(_("level"), choices=Level)

    class Meta:
        verbose_name = _("entry level")
        verbose_name_plural = _("entry levels")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["course", "skill"], name="entrylevel_once_a_course"),
            models.CheckConstraint(condition=Q(level__gte=1) & Q(level__lte=5), name="entrylevel_1_to_5"),
        ]


class CourseRunQuerySet(models.QuerySet["CourseRun"]):
    def open_on(self, day: object) -> "CourseRunQuerySet":
        """Runs that one can still join: of a published course, not begun, not cancelled, with a seat left."""
        public = Exists(Course.objects.published().filter(id=OuterRef("course")))  # looked up for runs already narrowed
        return self.filter(public, starts_on__gt=day, cancelled_at=None, taken__lt=F("seats"))


class CourseRun(PublicId):
    """One time that a course takes place: dates, seats, price, place or online."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="runs", verbose_name=_("course"))
    external_id = models.CharField(_("external id"), max_length=100, null=True, blank=True)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("end"))
    seats = models.PositiveIntegerField(_("seats"))
    taken = models.PositiveIntegerField(_("seats taken"), default=0)
    price = models.DecimalField(_("price"), max_digits=12, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    online = models.BooleanField(_("online"), default=False)
    city = models.ForeignKey(City, models.PROTECT, null=True, blank=True, verbose_name=_("city"))
    base = models.ForeignKey(
        TrainingBase, models.PROTECT, null=True, blank=True, related_name="runs", verbose_name=_("training base")
    )
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, editable=False)

    objects = CourseRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("course run")
        verbose_name_plural = _("course runs")
        ordering = ["starts_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["course", "external_id"], name="courserun_external_id_once_a_course"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="courserun_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(seats__gte=1), name="courserun_has_seats"),
            models.CheckConstraint(condition=Q(taken__lte=F("seats")), name="courserun_taken_within_seats"),
            models.CheckConstraint(condition=Q(price__gte=0), name="courserun_price_not_negative"),
        ]
        indexes = [models.Index(fields=["course", "starts_on"], name="courserun_for_open")]
