"""The shared vocabulary: frameworks of skills, their names in both languages, and how near they are to each other."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.identity import PublicId
from accounts.models import Named, in_active_language
from engine.model import NEAR_CAP


class Framework(Named):
    """One version of one vocabulary, e.g. "digital trade" 1."""

    code = models.SlugField(_("code"))
    version = models.CharField(_("version"), max_length=20)
    attribution = models.TextField(_("attribution"), blank=True)
    current = models.BooleanField(_("current"), default=True)
    loaded_from = models.CharField(
        _("loaded from"), max_length=64, blank=True, help_text=_("fingerprint of the files it was read from")
    )

    class Meta:
        verbose_name = _("framework")
        verbose_name_plural = _("frameworks")
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="framework_once_a_version"),
            models.UniqueConstraint(fields=["code"], condition=Q(current=True), name="framework_one_current_version"),
        ]

    @property
    def label(self) -> str:
        """Code and version, as lists of matches carry them."""
        return f"{self.code} {self.version}"


class SkillGroup(Named):
    """A part of a framework, e.g. "cross-border e-commerce"."""

    framework = models.ForeignKey(Framework, models.CASCADE, related_name="groups", verbose_name=_("framework"))
    code = models.SlugField(_("code"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("skill group")
        verbose_name_plural = _("skill groups")
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["framework", "code"], name="skillgroup_once_a_framework")]


class SkillQuerySet(models.QuerySet["Skill"]):
    def current(self) -> "SkillQuerySet":
        """Those of the framework that this platform speaks, in its newest version, not replaced."""
        return self.filter(framework__code=settings.FRAMEWORK, framework__current=True, successor=None)


class Skill(models.Model):
    """Something a person can hold at a level and a firm can ask for."""

    framework = models.ForeignKey(Framework, models.PROTECT, related_name="skills", verbose_name=_("framework"))
    group = models.ForeignKey(SkillGroup, models.PROTECT, related_name="skills", verbose_name=_("group"))
    code = models.CharField(_("code"), max_length=100)
    label_en = models.CharField(_("name in English"), max_length=200)
    label_zh = models.CharField(_("name in Chinese"), max_length=200)
    definition_en = models.TextField(_("definition in English"))
    definition_zh = models.TextField(_("definition in Chinese"))
    successor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="predecessors", verbose_name=_("successor")
    )

    objects = SkillQuerySet.as_manager()

    class Meta:
        verbose_name = _("skill")
        verbose_name_plural = _("skills")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["framework", "code"], name="skill_code_once_a_framework")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return in_active_language(self.label_en, self.label_zh)

    @property
    def definition(self) -> str:
        return in_active_language(self.definition_en, self.definition_zh)


class Alias(models.Model):
    """Another way in which people write a skill."""

    LANGUAGES = [("en", _("English")), ("zh-hans", _("Chinese"))]

    skill = models.ForeignKey(Skill, models.CASCADE, related_name="aliases", verbose_name=_("skill"))
    language = models.CharField(_("language"), max_length=10, choices=LANGUAGES)
    text = models.CharField(_("text"), max_length=200)

    class Meta:
        verbose_name = _("alias")
        verbose_name_plural = _("aliases")
        constraints = [models.UniqueConstraint(fields=["skill", "language", "text"], name="alias_once_a_skill")]
        indexes = [models.Index(fields=["text"], name="alias_text_for_search")]


class Hint(models.Model):
    """A word of the work itself, by which a text shows a skill without naming it. It is no name of the skill."""

    skill = models.ForeignKey(Skill, models.CASCADE, related_name="hints", verbose_name=_("skill"))
    language = models.CharField(_("language"), max_length=10, choices=Alias.LANGUAGES)
    text = models.CharField(_("text"), max_length=200)

    class Meta:
        verbose_name = _("hint")
        verbose_name_plural = _("hints")
        constraints = [models.UniqueConstraint(fields=["skill", "language", "text"], name="hint_once_a_skill")]

    def __str__(self) -> str:
        return self.text


class SkillRelation(models.Model):
    """A relation of the framework itself: `skill` has `other` as its broader, or as a related one."""

    class Kind(models.TextChoices):
        BROADER = "broader", _("broader")
        RELATED = "related", _("related")

    skill = models.ForeignKey(Skill, models.CASCADE, related_name="relations", verbose_name=_("skill"))
    other = models.ForeignKey(Skill, models.CASCADE, related_name="+", verbose_name=_("other skill"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)

    class Meta:
        verbose_name = _("relation")
        verbose_name_plural = _("relations")
        constraints = [
            models.UniqueConstraint(fields=["skill", "other", "kind"], name="skillrelation_once"),
            models.CheckConstraint(condition=~Q(skill=F("other")), name="skillrelation_not_to_itself"),
        ]


class SameAs(models.Model):
    """Two skills of different frameworks that are the same one; the older row stands first."""

    class Reason(models.TextChoices):
        LABEL = "label", _("their labels agree")
        ALIASES = "aliases", _("each is another name of the other")

    skill = models.ForeignKey(Skill, models.CASCADE, related_name="+")
    other = models.ForeignKey(Skill, models.CASCADE, related_name="+")
    reason = models.CharField(max_length=10, choices=Reason)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["skill", "other"], name="sameas_once_a_pair"),
            models.CheckConstraint(condition=Q(skill__lt=F("other")), name="sameas_older_first"),
        ]


class NearFit(PublicId):
    """One computation of a framework's near skills. What staff edit afterwards is counted on the newest."""

    framework = models.ForeignKey(
        Framework, models.CASCADE, null=True, related_name="near_fits", verbose_name=_("framework")
    )
    version = models.CharField(_("version"), max_length=40, unique=True)
    fitted_at = models.DateTimeField(_("fitted at"), auto_now_add=True)
    digest = models.CharField(_("fingerprint"), max_length=64, blank=True, help_text=_("of all that it was made from"))
    edits = models.PositiveIntegerField(_("edits"), default=0, help_text=_("edits by staff since"))
    pairs = models.JSONField(_("pairs"), default=dict, help_text=_("how many pairs each source gave"))

    class Meta:
        verbose_name = _("set of near skills")
        verbose_name_plural = _("sets of near skills")
        get_latest_by = "id"

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The version that lists name: another one after every fit and every edit."""
        return f"{self.version}+e{self.edits}" if self.edits else self.version


class NearSkill(models.Model):
    """How far holding one skill shows another; directed and sparse. Only staff say 0: the pair is not near."""

    class Source(models.TextChoices):
        STAFF = "staff", _("edited by staff")
        SAME = "same", _("the same skill")
        FRAMEWORK = "framework", _("the framework's own relations")
        LIKENESS = "likeness", _("names and descriptions")
        TOGETHER = "together", _("asked for together")

    class Reason(models.TextChoices):
        NARROWER = "narrower", _("a special case of it")
        RELATED = "related", _("related in the framework")
        BROADER = "broader", _("the wider field it belongs to")
        SAME = "same", _("the same skill in another framework")
        SUCCESSOR = "successor", _("the skill that replaced it")
        PREDECESSOR = "predecessor", _("the skill that it replaced")
        ALIKE = "alike", _("their names and descriptions are alike")
        TOGETHER = "together", _("asked for together")
        JUDGED = "judged", _("the platform's staff judged so")

    wanted = models.ForeignKey(Skill, models.CASCADE, related_name="near_skills", verbose_name=_("skill asked for"))
    held = models.ForeignKey(Skill, models.CASCADE, related_name="+", verbose_name=_("skill held"))
    value = models.FloatField(_("how far it shows"))
    source = models.CharField(_("source"), max_length=20, choices=Source)
    reason = models.CharField(
        _("reason"), max_length=40, choices=Reason, help_text=_("what the held skill is to the wanted one")
    )
    details = models.JSONField(default=dict, blank=True, help_text=_("what the reason rests on"))
    fit = models.ForeignKey(NearFit, models.CASCADE, related_name="near_skills", verbose_name=_("set"))

    class Meta:
        verbose_name = _("near skill")
        verbose_name_plural = _("near skills")
        constraints = [
            models.UniqueConstraint(fields=["wanted", "held"], name="nearskill_once_a_pair"),
            models.CheckConstraint(
                condition=Q(value__gt=0, value__lte=NEAR_CAP) | Q(value=1) | Q(value=0, source="staff"),
                name="nearskill_value_near_or_same",
            ),
            models.CheckConstraint(condition=~Q(wanted=F("held")), name="nearskill_not_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.wanted} ← {self.held}"

    @property
    def because(self) -> str:
        """The reason in a few words of the reader's language."""
        return near_reason(self.reason, self.details)


def near_reason(reason: str, details: Mapping[str, Any]) -> str:
    """Why a pair of skills is near, in the reader's language.

    `details` may hold shared words, `{"en": [...], "zh": [...]}`, or how many `needs` ask for both.
    """
    if reason == NearSkill.Reason.TOGETHER and "needs" in details:
        count = details["needs"]
        return ngettext("asked for together in %(n)d need", "asked for together in %(n)d needs", count) % {"n": count}
    if reason == NearSkill.Reason.ALIKE:
        chinese = (get_language() or "en").startswith("zh")
        words = (details.get("zh") or details.get("en")) if chinese else (details.get("en") or details.get("zh"))
        if words:
            return _now("their names and descriptions share: %(words)s") % {
                "words": pgettext("between words", ", ").join(words)
            }
    return str(NearSkill.Reason(reason).label)
