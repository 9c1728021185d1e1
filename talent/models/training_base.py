"""A place to train at: whose it is, where it stands, what it is equipped for."""

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.identity import PublicId
from accounts.models import City, Named, Organisation, User
from skills.models import Skill


class TrainingBaseQuerySet(models.QuerySet["TrainingBase"]):
    def visible_to(self, user: User | AnonymousUser) -> "TrainingBaseQuerySet":
        """Those of verified bodies for everybody; one's own organisations' in any state."""
        of_verified = Q(organisation__state="verified", closed_at=None)
        if not user.is_authenticated:
            return self.filter(of_verified)
        return self.filter(of_verified | Q(organisation_id__in=Organisation.objects.of_member(user).values("id")))


class TrainingBase(PublicId, Named):
    """Run by a school or a training base; courses take place there."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="bases", verbose_name=_("owner"))
    external_id = models.CharField(_("external id"), max_length=100, null=True, blank=True)
    city = models.ForeignKey(City, models.PROTECT, null=True, blank=True, verbose_name=_("city"))
    address = models.CharField(_("address"), max_length=200, blank=True)
    equipment = models.TextField(_("equipment"), blank=True)
    capacity = models.PositiveIntegerField(_("capacity"), null=True, blank=True)
    specialities = models.ManyToManyField(Skill, related_name="+", blank=True, verbose_name=_("specialities"))
    revision = models.PositiveIntegerField(_("revision"), default=1, editable=False)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("created by"))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, editable=False)

    objects = TrainingBaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("training base")
        verbose_name_plural = _("training bases")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "external_id"], name="trainingbase_external_id_once"),
            models.CheckConstraint(
                condition=Q(capacity=None) | Q(capacity__gte=1), name="trainingbase_capacity_positive"
            ),
        ]
