"""Needs and enterprises as the staff read them; they change through their own functions only."""

from django.contrib import admin

from accounts.admin import ReadOnly, ReadOnlyRows

from .models import Area, Assessment, Enterprise, Need, NeedSkill


class NeedSkillRows(ReadOnlyRows):
    model = NeedSkill
    fields = ("skill", "min_level", "weight", "essential")


@admin.register(Need)
class NeedAdmin(ReadOnly):
    list_display = ("title", "organisation", "kind", "city", "status", "published_at", "changed_at")
    list_filter = ("status", "kind", "area", "city")
    search_fields = ("title", "organisation__name_en", "organisation__name_zh")
    list_select_related = ("organisation", "city")
    inlines = (NeedSkillRows,)


@admin.register(Enterprise)
class EnterpriseAdmin(ReadOnly):
    list_display = ("organisation", "industry", "size", "pilot_zone")
    list_filter = ("industry", "size", "pilot_zone")
    list_select_related = ("organisation",)


@admin.register(Assessment)
class AssessmentAdmin(ReadOnly):
    list_display = ("organisation", "at", "by", "version")
    list_select_related = ("organisation", "by")


@admin.register(Area)
class AreaAdmin(ReadOnly):
    list_display = ("code", "name_en", "name_zh")
