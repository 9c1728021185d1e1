"""The vocabulary as the staff read it: it is changed in its file and loaded again. Near skills are edited here."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later

from accounts.admin import ReadOnly, ReadOnlyRows
from accounts.models import User

from .events import near_fit_wanted
from .models import Alias, Framework, Hint, NearFit, NearSkill, Skill, SkillGroup, SkillRelation
from .near import current_version, edit_near_skill, faults_of_edit, is_edited

if TYPE_CHECKING:
    _ModelForm = forms.ModelForm[NearSkill]
else:
    _ModelForm = forms.ModelForm


class AliasRows(ReadOnlyRows):
    model = Alias
    fields = ("language", "text")


class HintRows(ReadOnlyRows):
    model = Hint
    fields = ("language", "text")


class RelationRows(ReadOnlyRows):
    model = SkillRelation
    fk_name = "skill"
    fields = ("kind", "other")


class NearRows(ReadOnlyRows):
    model = NearSkill
    fk_name = "wanted"
    fields = ("held", "value", "because", "source")

    @admin.display(description=later("reason"))
    def because(self, near: NearSkill) -> str:
        return near.because


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
    inlines = (AliasRows, HintRows, RelationRows, NearRows)


class Chosen(admin.SimpleListFilter):
    """Narrows the list to one skill, by a click on it; offers only the way back, for a framework may have thousands."""

    def lookups(self, request: HttpRequest, model_admin: "admin.ModelAdmin[Any]") -> list[tuple[str, str]]:
        chosen = request.GET.get(self.parameter_name or "", "")
        skill = Skill.objects.filter(pk=int(chosen)).first() if chosen.isdecimal() else None
        return [(chosen, str(skill))] if skill else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[NearSkill]) -> QuerySet[NearSkill]:
        chosen = self.value() or ""
        return queryset.filter(**{f"{self.parameter_name}_id": int(chosen)}) if chosen.isdecimal() else queryset


class ChosenWanted(Chosen):
    title = later("skill asked for")
    parameter_name = "wanted"


class ChosenHeld(Chosen):
    title = later("skill held")
    parameter_name = "held"


class NearSkillForm(_ModelForm):
    """How far holding one skill shows another, as staff decide it, and why."""

    value = forms.FloatField(
        label=later("How far it shows"),
        required=False,
        widget=forms.NumberInput(attrs={"step": "any"}),
        help_text=later(
            "0.05 to 0.6; 1 where both are the same skill; 0 where they are not near. "
            "Empty takes the edit back: the next fit decides again."
        ),
    )
    why = forms.CharField(
        label=later("Reason"), required=False, widget=forms.Textarea(attrs={"rows": 3, "cols": 80}), strip=True
    )

    class Meta:
        model = NearSkill
        fields = ("wanted", "held", "value")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        wanted, held = given.get("wanted") or self._standing("wanted"), given.get("held") or self._standing("held")
        if self.errors or wanted is None or held is None:
            return given
        faults = faults_of_edit(wanted=wanted, held=held, value=given.get("value"), why=given.get("why", ""))
        for fault in faults:
            name = str(fault.path[0])
            self.add_error(name if name in self.fields else None, str(fault.detail))
        # A pair that is there already is edited, not refused.
        self.instance = NearSkill.objects.filter(wanted=wanted, held=held).first() or self.instance
        if faults:
            return given
        if given.get("value") is None and not is_edited(wanted, held):
            self.add_error(
                "value", _("Say how far; nobody has edited this pair yet, so there is nothing to take back.")
            )
        self.instance.source = NearSkill.Source.STAFF
        return given

    def _standing(self, name: str) -> Skill | None:
        return getattr(self.instance, name) if self.instance.pk else None


@admin.register(NearSkill)
class NearSkillAdmin(ReadOnly):
    """Near skills, whatever they rest on; what staff decide here outlives every fit."""

    form = NearSkillForm
    list_display = ("asked_for", "is_held", "value", "because", "source", "fit")
    list_filter = (
        "source",
        "reason",
        ("wanted__framework", admin.RelatedOnlyFieldListFilter),
        ChosenWanted,
        ChosenHeld,
    )
    list_display_links = ("value",)
    list_select_related = ("wanted", "held", "fit")
    ordering = ("wanted__code", "-value", "held__code")
    search_fields = (
        "wanted__code",
        "wanted__label_en",
        "wanted__label_zh",
        "held__code",
        "held__label_en",
        "held__label_zh",
    )
    autocomplete_fields = ("wanted", "held")
    fields = ("wanted", "held", "value", "why", "because", "source", "fit")

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_view_permission(request)

    def get_readonly_fields(self, request: HttpRequest, obj: NearSkill | None = None) -> tuple[str, ...]:
        return ("wanted", "held", "because", "source", "fit") if obj else ("because", "source", "fit")

    def get_fields(self, request: HttpRequest, obj: NearSkill | None = None) -> tuple[str, ...]:
        return self.fields if obj else self.fields[:4]

    @admin.display(description=later("skill asked for"), ordering="wanted__code")
    def asked_for(self, near: NearSkill) -> SafeString:
        return format_html('<a href="?wanted={}">{} {}</a>', near.wanted_id, near.wanted.code, near.wanted)

    @admin.display(description=later("skill held"), ordering="held__code")
    def is_held(self, near: NearSkill) -> SafeString:
        return format_html('<a href="?held={}">{} {}</a>', near.held_id, near.held.code, near.held)

    @admin.display(description=later("reason"))
    def because(self, near: NearSkill) -> str:
        said = near.details.get("why", "")
        return f"{near.because}: {said}" if said else near.because

    def save_model(self, request: HttpRequest, obj: NearSkill, form: NearSkillForm, change: bool) -> None:
        assert isinstance(request.user, User)
        given = form.cleaned_data
        made = edit_near_skill(
            by=request.user, wanted=obj.wanted, held=obj.held, value=given["value"], why=given["why"]
        )
        if made is not None:
            obj.pk = made.pk

    def response_add(self, request: HttpRequest, obj: NearSkill, post_url_continue: str | None = None) -> HttpResponse:
        return self._saved(request, obj)

    def response_change(self, request: HttpRequest, obj: NearSkill) -> HttpResponse:
        return self._saved(request, obj)

    def _saved(self, request: HttpRequest, obj: NearSkill) -> HttpResponse:
        messages.success(
            request, _("Kept as version %(version)s. Every list is made anew with it.") % {"version": current_version()}
        )
        return HttpResponseRedirect(f"{reverse('admin:skills_nearskill_changelist')}?wanted={obj.wanted_id}")


@admin.register(NearFit)
class NearFitAdmin(ReadOnly):
    list_display = ("named", "framework", "fitted_at", "edits", "pairs")
    list_select_related = ("framework",)
    ordering = ("-id",)
    change_list_template = "skills/admin/near_fits.html"

    @admin.display(description=later("version"))
    def named(self, fit: NearFit) -> str:
        return fit.label

    def get_urls(self) -> list[URLPattern]:
        again = path("again/", self.admin_site.admin_view(self.fit_again), name="skills_nearfit_again")
        return [again, *super().get_urls()]

    def fit_again(self, request: HttpRequest) -> HttpResponse:
        """Ask a worker for a new fit."""
        if request.method == "POST":
            near_fit_wanted.send(sender=NearFit, by=request.user)
            messages.success(
                request, _("A worker fits the near skills again. Where nothing has changed, the last fit stands.")
            )
        return HttpResponseRedirect(reverse("admin:skills_nearfit_changelist"))
