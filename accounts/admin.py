"""The staff's desk: who is registered, the verification of organisations, and what was decided."""

from functools import cache
from typing import Any

import allauth.account.admin  # noqa: F401  registers what is replaced below
import django.contrib.auth.admin  # noqa: F401  the same
from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.contrib.admin.utils import label_for_field
from django.contrib.auth.models import Group
from django.db.models import Model, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.utils.translation import ngettext, pgettext
from stdnum.cn import uscc

from .deeds import DEEDS
from .errors import InvalidInput, StateForbids
from .identity import PublicId
from .models import AuditRow, City, Consent, Invitation, Letter, Membership, Organisation, Token, User, Verification
from .organisations import as_verified, settle_standing

# Staff sign in where everybody does: with the same limits on guessing, and in the same words.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


class ReadOnly(admin.ModelAdmin):
    """Staff read here; what is decided is decided by the functions of the domain."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_staff)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(request.user.is_active and request.user.is_staff)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All that is kept, also what no form may change: how it stands, its dates, its public id."""
        kept = [*self.opts.concrete_fields, *self.opts.many_to_many]
        hidden = {self.opts.pk.name, *(self.exclude or ())}
        return self.fields or [field.name for field in kept if field.name not in hidden]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What was done with it is in the audit trail; Django's own history knows only what the desk itself edits."""
        found = self.get_object(request, object_id)
        if isinstance(found, PublicId) and self.has_view_permission(request, found):
            trail = reverse(f"{self.admin_site.name}:accounts_auditrow_changelist")
            return HttpResponseRedirect(f"{trail}?subject_id={found.public_id}")
        return super().history_view(request, object_id, extra_context)


class ReadOnlyRows(admin.TabularInline):
    """Rows that belong to what is read."""

    template = "accounts/admin/rows.html"
    extra = 0
    can_delete = False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields  # named, so that what no form may change is shown too

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        named = {field.name for field in self.opts.concrete_fields if field.is_relation}.intersection(self.fields or ())
        rows = super().get_queryset(request)
        return rows.select_related(*named) if named else rows

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(request.user.is_active and request.user.is_staff)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class StandingForm(forms.Form):
    """What the staff decide on one or more organisations, and why."""

    state = forms.ChoiceField(
        label=later("Decision"),
        choices=[
            (Organisation.State.VERIFIED, later("Verify: it may publish and is matched")),
            (Organisation.State.RETURNED, later("Send back: something is to be mended")),
            (Organisation.State.SUSPENDED, later("Suspend: all that it posted leaves every list")),
        ],
        initial=Organisation.State.VERIFIED,
    )
    reason = forms.CharField(
        label=later("Reason"),
        widget=forms.Textarea(attrs={"rows": 3, "cols": 80}),
        max_length=2000,
        help_text=later("Kept with the decision and shown to the organisation."),
        error_messages={"required": later("Say why: the organisation reads it.")},
    )


class MembershipRows(ReadOnlyRows):
    model = Membership
    fields = ("user", "role", "joined_at")


class VerificationRows(ReadOnlyRows):
    model = Verification
    fields = ("state", "by", "at", "reason")


@admin.register(Organisation)
class OrganisationAdmin(ReadOnly):
    """The verification desk: those that wait come first."""

    list_display = ("name_en", "name_zh", "kind", "city", "standing", "credit_code", "created_at")
    list_filter = ("state", "kind", "city")
    search_fields = ("name_en", "name_zh", "credit_code")
    list_select_related = ("city",)
    ordering = ("state", "id")  # those that wait come first by the alphabet
    actions = ("settle",)
    fields = ("name_zh", "name_en", "kind", "city", "credit_code", "checks", "state", "created_at", "public_id")
    readonly_fields = ("checks",)
    inlines = (VerificationRows, MembershipRows)
    change_form_template = "accounts/admin/organisation.html"

    @admin.display(description=later("State"), ordering="state")
    def standing(self, organisation: Organisation) -> str:
        return str(organisation.get_state_display())

    @admin.display(description=later("Checks"))
    def checks(self, organisation: Organisation) -> SafeString:
        """What can be looked up here: the check character, whether others hold the code, what was verified before."""
        sound = uscc.is_valid(organisation.credit_code)
        others = Organisation.objects.filter(credit_code=organisation.credit_code).exclude(pk=organisation.pk)
        said = [_("The check character is right.") if sound else _("The check character is wrong.")]
        said += [
            _("%(name)s has the same code (%(state)s).") % {"name": other, "state": other.get_state_display()}
            for other in others
        ] or [_("No other body has this code.")]
        said += [
            _("When it was verified, %(field)s was “%(value)s”.")
            % {"field": label_for_field(name, Organisation), "value": value}
            for name, value in as_verified(organisation).items()
        ]
        return format_html("{}", pgettext("between sentences", " ").join(said))

    @admin.action(description=later("Settle the standing of the chosen ones…"), permissions=["settle"])
    def settle(self, request: HttpRequest, queryset: QuerySet[Organisation]) -> HttpResponse:
        keys = ",".join(str(key) for key in queryset.values_list("pk", flat=True))
        return HttpResponseRedirect(f"{reverse('admin:accounts_organisation_standing')}?ids={keys}")

    def has_settle_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_staff)

    def get_urls(self) -> list[URLPattern]:
        desk = path("standing/", self.admin_site.admin_view(self.standing_view), name="accounts_organisation_standing")
        return [desk, *super().get_urls()]

    def standing_view(self, request: HttpRequest) -> HttpResponse:
        """Ask for the decision and its reason, and let the domain's function settle it for each."""
        keys = [int(key) for key in request.GET.get("ids", "").split(",") if key.isdecimal()]
        rows = Organisation.objects.filter(pk__in=keys).select_related("city")
        chosen = list(rows.prefetch_related(Prefetch("verifications", Verification.objects.select_related("by"))))
        form = StandingForm(request.POST or None)
        if request.method == "POST" and chosen and form.is_valid():
            chosen = self._settle_each(request, chosen, form.cleaned_data["state"], form.cleaned_data["reason"])
            if not chosen:
                return HttpResponseRedirect(reverse("admin:accounts_organisation_changelist"))
        context = self.admin_site.each_context(request) | {
            "title": _("Settle the standing"),
            "opts": self.opts,
            "form": form,
            "rows": [(organisation, self.checks(organisation)) for organisation in chosen],
            "ids": ",".join(str(organisation.pk) for organisation in chosen),
        }
        return render(request, "accounts/admin/standing.html", context)

    def _settle_each(
        self, request: HttpRequest, chosen: list[Organisation], state: str, reason: str
    ) -> list[Organisation]:
        """Settle those that can be, and give the others back: the form stays open for them, reason and all."""
        assert isinstance(request.user, User)
        left = []
        for organisation in chosen:
            try:
                settle_standing(organisation=organisation, state=state, by=request.user, reason=reason)
            except (StateForbids, InvalidInput) as refused:
                messages.warning(request, _("%(name)s: %(why)s") % {"name": organisation, "why": refused.detail})
                left.append(organisation)
        if done := len(chosen) - len(left):
            text = ngettext("%(count)s organisation settled.", "%(count)s organisations settled.", done)
            messages.success(request, text % {"count": done})
        return left


@admin.register(User)
class UserAdmin(ReadOnly):
    list_display = ("email", "name", "is_staff", "is_active", "date_joined")
    list_filter = ("is_staff", "is_active")
    search_fields = ("email", "name")
    fields = (
        "email",
        "name",
        "language",
        "is_staff",
        "is_superuser",
        "is_active",
        "date_joined",
        "last_login",
        "public_id",
    )
    inlines = (MembershipRows,)


# What other packages put on the desk would change people's ways in with no row in the audit trail: addresses are read
# here as all else is, and confirmed by their people; groups decide nothing in this house.
admin.site.unregister([EmailAddress, Group])


@admin.register(EmailAddress)
class EmailAddressAdmin(ReadOnly):
    list_display = ("email", "user", "primary", "verified")
    list_filter = ("primary", "verified")
    search_fields = ("email", "user__email", "user__name")
    list_select_related = ("user",)


@cache
def _recorded(kind: str) -> type[Model] | None:
    """The table whose rows the audit trail calls by this kind."""
    return next((model for model in apps.get_models() if model._meta.model_name == kind), None)


def _kind_words(kind: str) -> str:
    model = _recorded(kind)
    return str(model._meta.verbose_name) if model else kind


class DeedFilter(admin.SimpleListFilter):
    """By what was done, in words; those of all kinds together, which the other filter tells apart."""

    title = later("action")
    parameter_name = "done"

    def lookups(self, request: HttpRequest, model_admin: "admin.ModelAdmin[Any]") -> list[tuple[str, str]]:
        first = {str(words): action for action, words in reversed(DEEDS.items())}
        return sorted(((action, words) for words, action in first.items()), key=lambda choice: choice[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditRow]) -> QuerySet[AuditRow]:
        words = DEEDS.get(self.value() or "")
        same = [action for action in DEEDS if str(DEEDS[action]) == str(words)]
        return queryset if words is None else queryset.filter(action__in=same)


class KindFilter(admin.SimpleListFilter):
    """By the kind of what it was done with."""

    title = later("kind of subject")
    parameter_name = "subject_kind"

    def lookups(self, request: HttpRequest, model_admin: "admin.ModelAdmin[Any]") -> list[tuple[str, str]]:
        kinds = AuditRow.objects.order_by("subject_kind").values_list("subject_kind", flat=True).distinct()
        return [(kind, _kind_words(kind)) for kind in kinds]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditRow]) -> QuerySet[AuditRow]:
        return queryset.filter(subject_kind=self.value()) if self.value() else queryset


@admin.register(AuditRow)
class AuditRowAdmin(ReadOnly):
    """What was decided; from the page of an object its "History" leads to its own rows."""

    list_display = ("at", "actor", "deed", "kind", "organisation", "settled", "why")
    list_filter = (DeedFilter, KindFilter)
    search_fields = ("subject_id", "why", "actor__email", "organisation__name_en", "organisation__name_zh")
    date_hierarchy = "at"
    list_select_related = ("actor", "organisation")
    fields = ("at", "actor", "deed", "kind", "subject", "organisation", "before", "after", "why")

    @admin.display(description=later("action"), ordering="action")
    def deed(self, row: AuditRow) -> str:
        return str(row.done)

    @admin.display(description=later("kind of subject"), ordering="subject_kind")
    def kind(self, row: AuditRow) -> str:
        return _kind_words(row.subject_kind)

    @admin.display(description=later("state"))
    def settled(self, row: AuditRow) -> str:
        """The state that something was brought into, where that is what was decided."""
        state, states = row.after.get("state"), getattr(_recorded(row.subject_kind), "State", None)
        return str(dict(states.choices).get(state, state)) if state and states else ""

    @admin.display(description=later("subject"))
    def subject(self, row: AuditRow) -> SafeString:
        """What it was done with, and the way to it, where it is still there."""
        model = _recorded(row.subject_kind)
        found = model and model._default_manager.filter(public_id=row.subject_id).first()
        if model is None or found is None:
            return format_html("{}", row.subject_id)
        if not self.admin_site.is_registered(model):
            return format_html("{} ({})", found, row.subject_id)
        name = f"{self.admin_site.name}:{model._meta.app_label}_{model._meta.model_name}_change"
        return format_html('<a href="{}">{}</a> ({})', reverse(name, args=[found.pk]), found, row.subject_id)


@admin.register(Invitation)
class InvitationAdmin(ReadOnly):
    list_display = ("organisation", "email", "role", "invited_by", "created_at", "accepted_at", "revoked_at")
    list_filter = ("role",)
    search_fields = ("email", "organisation__name_en", "organisation__name_zh")
    list_select_related = ("organisation", "invited_by")
    exclude = ("digest",)


@admin.register(Letter)
class LetterAdmin(ReadOnly):
    """What was not sent yet, and what could not be; what was sent is gone."""

    list_display = ("subject", "to", "created_at", "attempt", "due_at", "error")
    exclude = ("text",)  # what one is written is for them


@admin.register(City)
class CityAdmin(ReadOnly):
    list_display = ("code", "name_en", "name_zh", "pilot_zone")


@admin.register(Consent)
class ConsentAdmin(ReadOnly):
    list_display = ("user", "purpose", "version", "given_at", "withdrawn_at")
    list_filter = ("purpose",)
    search_fields = ("user__email",)
    list_select_related = ("user",)


@admin.register(Token)
class TokenAdmin(ReadOnly):
    list_display = ("user", "name", "created_at", "last_used_at", "revoked_at")
    search_fields = ("user__email", "name")
    list_select_related = ("user",)
    exclude = ("digest",)
