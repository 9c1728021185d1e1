"""Profiles as the staff read them, names included; only their persons change them."""

from django.contrib import admin

from accounts.admin import ReadOnly, ReadOnlyRows

from .models import Claim, Plant, Profile, Pseudonym


class ClaimRows(ReadOnlyRows):
    model = Claim
    fields = ("skill", "level", "source", "evidence", "confirmer", "confirmed_at", "withdrawn_at")


class PseudonymRows(ReadOnlyRows):
    model = Pseudonym
    fields = ("organisation", "plant", "number")


@admin.register(Profile)
class ProfileAdmin(ReadOnly):
    list_display = ("name", "user", "city", "matching", "adult", "changed_at")
    list_filter = ("matching", "adult", "city")
    search_fields = ("name", "user__email", "headline")
    list_select_related = ("user", "city")
    inlines = (ClaimRows, PseudonymRows)


@admin.register(Plant)
class PlantAdmin(ReadOnly):
    list_display = ("code", "name_en", "name_zh")
