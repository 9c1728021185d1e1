"""Who says that a person (or program, course, expert) has a skill, at which level, and on what ground."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from accounts.prose import Level
from skills.models import Skill

from .course import Course
from .expert import Expert
from .program import Program
from .student import Profile

HOLDERS = ("profile", "program", "course", "expert")
"""Who a claim can be about, by the field that names it; exactly one."""


def _one_holder() -> Q:
    condition = Q()
    for holder in HOLDERS:
        condition |= Q(**{f"{other}__isnull": other != holder for other in HOLDERS})
    return condition


class Claim(models.Model):
    """One skill at one level, said by one source; a person edits only what they declared themselves.

    For a program or a course it is the level that whoever completes it reaches.
    """

    class Source(models.TextChoices):
        SELF = "self", _("declared by the person")
        TEXT = "text", _("found in the person's text and accepted")
        UNIVERSITY = "university", _("university")
        TRAINING_BASE = "training_base", _("training base")
        EMPLOYER = "employer", _("employer")
        CERTIFICATE = "certificate", _("certificate")

    SELF_DECLARED = (Source.SELF, Source.TEXT)

    profile = models.ForeignKey(
        Profile, models.CASCADE, null=True, blank=True, related_name="claims", verbose_name=_("profile")
    )
    program = models.ForeignKey(
        Program, models.CASCADE, null=True, blank=True, related_name="claims", verbose_name=_("program")
    )
    course = models.ForeignKey(
        Course, models.CASCADE, null=True, blank=True, related_name="claims", verbose_name=_("course")
    )
    expert = models.ForeignKey(
        Expert, models.CASCADE, null=True, blank=True, related_name="claims", verbose_name=_("expert")
    )
    skill = models.ForeignKey(Skill, models.PROTECT, related_name="claims", verbose_name=_("skill"))
    level = models.PositiveSmallIntegerField(_("level"), choices=Level)
    source = models.CharField(_("source"), max_length=20, choices=Source, default=Source.SELF)
    evidence = models.TextField(_("evidence"), blank=True)
    confirmer = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("confirmer")
    )
    confirmed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("confirmed by")
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        ordering = ["id"]
        constraints = [
            *(
                constraint
                for holder in HOLDERS
                for constraint in (
                    models.UniqueConstraint(
                        fields=[holder, "skill", "source", "confirmer"],
                        name="claim_once_a_source_and_confirmer"
                        if holder == "profile"
                        else f"claim_once_a_source_and_confirmer_{holder}",
                    ),
                    # Null differs from null in the constraint above.
                    models.UniqueConstraint(
                        fields=[holder, "skill", "source"],
                        condition=Q(confirmer=None),
                        name="claim_once_a_source_unconfirmed"
                        if holder == "profile"
                        else f"claim_once_a_source_unconfirmed_{holder}",
                    ),
                )
            ),
            models.CheckConstraint(condition=_one_holder(), name="claim_has_one_holder"),
            models.CheckConstraint(condition=Q(level__gte=1) & Q(level__lte=5), name="claim_level_1_to_5"),
        ]
        indexes = [
            models.Index(
                fields=["skill", "course", "level"],
                condition=Q(course__isnull=False, withdrawn_at=None),
                name="claim_of_courses_by_skill",
            )
        ]
