"""The shared vocabulary: frameworks of skills, their names in both languages, and how near they are to each other."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Named, in_active_language


class Framework(Named):
    """One version of one vocabulary, e.g. "digital trade" 1."""

    code = models.SlugField()
    version = models.CharField(max_length=20)
    attribution = models.TextField(blank=True)
    current = models.BooleanField(default=True)

    class Meta:
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

    framework = models.ForeignKey(Framework, models.CASCADE, related_name="groups")
    code = models.SlugField()
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["framework", "code"], name="skillgroup_once_a_framework")]


class SkillQuerySet(models.QuerySet["Skill"]):
    def current(self) -> "SkillQuerySet":
        """Those of the framework that this platform speaks, in its newest version, not replaced."""
        return self.filter(framework__code=settings.FRAMEWORK, framework__current=True, successor=None)


class Skill(models.Model):
    """Something a person can hold at a level and a firm can ask for."""

    framework = models.ForeignKey(Framework, models.PROTECT, related_name="skills")
    group = models.ForeignKey(SkillGroup, models.PROTECT, related_name="skills")
    code = models.CharField(max_length=100)
    label_en = models.CharField(max_length=200)
    label_zh = models.CharField(max_length=200)
    definition_en = models.TextField()
    definition_zh = models.TextField()
    successor = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="predecessors")

    objects = SkillQuerySet.as_manager()

    class Meta:
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

    skill = models.ForeignKey(Skill, models.CASCADE, related_name="aliases")
    language = models.CharField(max_length=10, choices=[("en", _("English")), ("zh-hans", _("Chinese"))])
    text = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["skill", "language", "text"], name="alias_once_a_skill")]
        indexes = [models.Index(fields=["text"], name="alias_text_for_search")]


class SkillRelation(models.Model):
    """A relation of the framework itself: `skill` has `other` as its broader, or as a related one."""

    class Kind(models.TextChoices):
        BROADER = "broader", _("broader")
        RELATED = "related", _("related")

    skill = models.ForeignKey(Skill, models.CASCADE, related_name="relations")
    other = models.ForeignKey(Skill, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["skill", "other", "kind"], name="skillrelation_once"),
            models.CheckConstraint(condition=~Q(skill=F("other")), name="skillrelation_not_to_itself"),
        ]


class NearFit(models.Model):
    """One computation of all near skills; lists of matches name its version."""

    version = models.CharField(max_length=40, unique=True)
    fitted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        get_latest_by = "id"


class NearSkill(models.Model):
    """How far holding one skill shows another; directed and sparse."""

    class Source(models.TextChoices):
        STAFF = "staff", _("edited by staff")
        FRAMEWORK = "framework", _("the framework's own relations")

    class Reason(models.TextChoices):
        NARROWER = "narrower", _("a special case of it")
        RELATED = "related", _("related in the framework")
        BROADER = "broader", _("the wider field it belongs to")

    wanted = models.ForeignKey(Skill, models.CASCADE, related_name="near_skills")
    held = models.ForeignKey(Skill, models.CASCADE, related_name="+")
    value = models.FloatField()
    source = models.CharField(max_length=20, choices=Source)
    reason = models.CharField(max_length=40, choices=Reason, help_text=_("what the held skill is to the wanted one"))
    fit = models.ForeignKey(NearFit, models.CASCADE, related_name="near_skills")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["wanted", "held"], name="nearskill_once_a_pair"),
            models.CheckConstraint(condition=Q(value__gt=0) & Q(value__lte=1), name="nearskill_value_in_0_1"),
            models.CheckConstraint(condition=~Q(wanted=F("held")), name="nearskill_not_itself"),
        ]
