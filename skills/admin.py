"""The vocabulary as the staff read it; it is changed in its file and loaded again."""

from django.contrib import admin

from accounts.admin import ReadOnly, ReadOnlyRows

from .models import Alias, Framework, NearFit, NearSkill, Skill, SkillGroup, SkillRelation


class AliasRows(ReadOnlyRows):
    model = Alias
    fields = ("language", "text")


class RelationRows(ReadOnlyRows):
    model = SkillRelation
    fk_name = "skill"
    fields = ("kind", "other")


class NearRows(ReadOnlyRows):
    model = NearSkill
    fk_name = "wanted"
    fields = ("held", "value", "reason", "source")


@admin.register(Framework)
class FrameworkAdmin(ReadOnly):
    list_display = ("code", "version", "name_en", "name_zh", "current")


@admin.register(SkillGroup)
class SkillGroupAdmin(ReadOnly):
    list_display = ("code", "name_en", "name_zh", "framework")
    list_select_related = ("framework",)


@admin.register(Skill)
class SkillAdmin(ReadOnly):
    list_display = ("code", "label_en", "label_zh", "group", "framework", "successor")
    list_filter = ("framework", "group")
    search_fields = ("code", "label_en", "label_zh", "aliases__text")
    list_select_related = ("group", "framework", "successor")
    inlines = (AliasRows, RelationRows, NearRows)


@admin.register(NearSkill)
class NearSkillAdmin(ReadOnly):
    list_display = ("wanted", "held", "value", "reason", "source")
    list_filter = ("source", "reason")
    search_fields = ("wanted__label_en", "wanted__label_zh", "held__label_en", "held__label_zh")
    list_select_related = ("wanted", "held")


@admin.register(NearFit)
class NearFitAdmin(ReadOnly):
    list_display = ("version", "fitted_at")
