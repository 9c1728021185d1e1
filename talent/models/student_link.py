"""That a person studies, or studied, at a school: asked by either, true once both said so."""

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.identity import PublicId
from accounts.models import Organisation, User

from .program import Program
from .student import Profile


class StudentLinkQuerySet(models.QuerySet["StudentLink"]):
    def visible_to(self, user: User | AnonymousUser) -> "StudentLinkQuerySet":
        """One's own, and those of one's organisations."""
        if not user.is_authenticated:
            return self.none()
        own_bodies = Organisation.objects.of_member(user).values("id")
        return self.filter(Q(profile__user=user) | Q(organisation_id__in=own_bodies))


class StudentLink(PublicId):
    """A school may confirm claims only of people with a standing link."""

    class AskedBy(models.TextChoices):
        STUDENT = "student", _("the student")
        SCHOOL = "school", _("the school")

    class State(models.TextChoices):
        ASKED = "asked", _("asked")
        CONFIRMED = "confirmed", _("confirmed by both")
        DECLINED = "declined", _("declined")
        ENDED = "ended", _("ended")

    profile = models.ForeignKey(Profile, models.CASCADE, related_name="links", verbose_name=_("profile"))
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="student_links", verbose_name=_("organisation")
    )
    program = models.ForeignKey(
        Program, models.SET_NULL, null=True, blank=True, related_name="student_links", verbose_name=_("program")
    )
    asked_by = models.CharField(_("asked by"), max_length=10, choices=AskedBy)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ASKED)
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    answered_at = models.DateTimeField(_("answered at"), null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)

    objects = StudentLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link of a student")
        verbose_name_plural = _("links of students")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["profile", "organisation"],
                condition=Q(state__in=["asked", "confirmed"]),
                name="studentlink_one_open_a_school",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.profile} · {self.organisation}"
