"""Needs and enterprises as the staff read them; they change through their own functions only."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later

from accounts.admin import ReadOnly, ReadOnlyRows

from .industries import Industry
from .markets import Market
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


class IndustryFilter(admin.SimpleListFilter):
    title = later("industry")
    parameter_name = "industry"

    def lookups(self, request: HttpRequest, model_admin: "admin.ModelAdmin[Any]") -> list[tuple[str, Any]]:
        return Industry.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Enterprise]) -> QuerySet[Enterprise]:
        return queryset.filter(industry=self.value()) if self.value() else queryset


@admin.register(Enterprise)
class EnterpriseAdmin(ReadOnly):
    list_display = ("organisation", "works_in", "size", "pilot_zone", "sells_to")
    list_filter = (IndustryFilter, "size", "pilot_zone")
    list_select_related = ("organisation",)
    fields = ("organisation", "works_in", "size", "pilot_zone", "sells_to")

    @admin.display(description=later("industry"), ordering="industry")
    def works_in(self, facts: Enterprise) -> str:
        return str(dict(Industry.choices).get(facts.industry, facts.industry))

    @admin.display(description=later("target markets"))
    def sells_to(self, facts: Enterprise) -> str:
        markets = dict(Market.choices)
        return _(", ").join(str(markets.get(code, code)) for code in facts.target_markets)


@admin.register(Assessment)
class AssessmentAdmin(ReadOnly):
    list_display = ("organisation", "at", "by", "version")
    list_select_related = ("organisation", "by")


@admin.register(Area)
class AreaAdmin(ReadOnly):
    list_display = ("code", "name_en", "name_zh")
