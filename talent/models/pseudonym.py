"""The name under which one firm sees one person, until that person says otherwise."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Named, Organisation

from .student import Profile


class Plant(Named):
    """A plant of Lingnan: easy to say, free of sex, age and origin."""

    code = models.SlugField(_("code"), unique=True)
    short_en = models.CharField(_("letters of the tile"), max_length=2)

    class Meta:
        verbose_name = _("plant")
        verbose_name_plural = _("plants")
        ordering = ["id"]


class Pseudonym(models.Model):
    """Stable and unique within one organisation, drawn anew for each, so that firms cannot compare notes."""

    profile = models.ForeignKey(Profile, models.CASCADE, related_name="pseudonyms", verbose_name=_("profile"))
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="pseudonyms", verbose_name=_("organisation")
    )
    plant = models.ForeignKey(Plant, models.PROTECT, verbose_name=_("plant"))
    number = models.PositiveIntegerField(_("number"))

    class Meta:
        verbose_name = _("pseudonym")
        verbose_name_plural = _("pseudonyms")
        constraints = [
            models.UniqueConstraint(fields=["profile", "organisation"], name="pseudonym_once_a_person_and_firm"),
            models.UniqueConstraint(fields=["organisation", "plant", "number"], name="pseudonym_unique_in_a_firm"),
        ]

    def __str__(self) -> str:
        return f"{self.plant} {self.digits}"

    @property
    def digits(self) -> str:
        return f"{self.number:02d}"

    @property
    def name_en(self) -> str:
        return f"{self.plant.name_en} {self.digits}"

    @property
    def name_zh(self) -> str:
        return f"{self.plant.name_zh} {self.digits}"
