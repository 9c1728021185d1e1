"""Who says that a person has a skill, at which level, and on what ground."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from accounts.prose import Level
from skills.models import Skill

from .student import Profile


class Claim(models.Model):
    """One skill at one level, said by one source; a person edits only what they declared themselves."""

    class Source(models.TextChoices):
        SELF = "self", _("declared by the person")
        TEXT = "text", _("found in the person's text and accepted")
        UNIVERSITY = "university", _("university")
        TRAINING_BASE = "training_base", _("training base")
        EMPLOYER = "employer", _("employer")
        CERTIFICATE = "certificate", _("certificate")

    SELF_DECLARED = (Source.SELF, Source.TEXT)

    profile = models.ForeignKey(Profile, models.CASCADE, related_name="claims", verbose_name=_("profile"))
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
            models.UniqueConstraint(
                fields=["profile", "skill", "source", "confirmer"], name="claim_once_a_source_and_confirmer"
            ),
            # Null differs from null in the constraint above.
            models.UniqueConstraint(
                fields=["profile", "skill", "source"],
                condition=Q(confirmer=None),
                name="claim_once_a_source_unconfirmed",
            ),
            models.CheckConstraint(condition=Q(level__gte=1) & Q(level__lte=5), name="claim_level_1_to_5"),
        ]
