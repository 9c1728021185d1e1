"""Supply as the staff read it: people, names included, and what is posted; only its own functions change it."""

from django.contrib import admin

from accounts.admin import ReadOnly, ReadOnlyRows

from .models import (
    Claim,
    Course,
    CourseRun,
    EntryLevel,
    Expert,
    Intake,
    Plant,
    Profile,
    Program,
    ProgramCourse,
    Pseudonym,
    StudentLink,
    TrainingBase,
)


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


class StatedRows(ReadOnlyRows):
    """What whoever completes it, or the expert, is said to have."""

    model = Claim
    fields = ("skill", "level", "evidence")


class CourseRows(ReadOnlyRows):
    model = ProgramCourse
    fields = ("course", "position")


class IntakeRows(ReadOnlyRows):
    model = Intake
    fields = ("enrols_from", "enrols_until", "starts_on", "ends_on", "city", "places", "graduates")


class EntryRows(ReadOnlyRows):
    model = EntryLevel
    fields = ("skill", "level")


class RunRows(ReadOnlyRows):
    model = CourseRun
    fields = ("starts_on", "ends_on", "seats", "taken", "price", "currency", "online", "city", "base", "cancelled_at")


@admin.register(Program)
class ProgramAdmin(ReadOnly):
    list_display = ("title", "organisation", "study", "status", "published_at", "changed_at")
    list_filter = ("status", "study", "city")
    search_fields = ("title", "organisation__name_en", "organisation__name_zh")
    list_select_related = ("organisation",)
    inlines = (StatedRows, CourseRows, IntakeRows)
    exclude = ("courses",)


@admin.register(Course)
class CourseAdmin(ReadOnly):
    list_display = ("title", "organisation", "status", "published_at", "changed_at")
    list_filter = ("status",)
    search_fields = ("title", "organisation__name_en", "organisation__name_zh")
    list_select_related = ("organisation",)
    inlines = (StatedRows, EntryRows, RunRows)


@admin.register(Expert)
class ExpertAdmin(ReadOnly):
    list_display = ("name_en", "name_zh", "organisation", "user", "status", "published_at", "changed_at")
    list_filter = ("status", "city")
    search_fields = ("name_en", "name_zh", "user__email", "organisation__name_en", "organisation__name_zh")
    list_select_related = ("organisation", "user")
    inlines = (StatedRows,)


@admin.register(TrainingBase)
class TrainingBaseAdmin(ReadOnly):
    list_display = ("name_en", "name_zh", "organisation", "city", "capacity", "closed_at")
    list_filter = ("city",)
    search_fields = ("name_en", "name_zh", "organisation__name_en", "organisation__name_zh")
    list_select_related = ("organisation", "city")


@admin.register(StudentLink)
class StudentLinkAdmin(ReadOnly):
    list_display = ("profile", "organisation", "program", "asked_by", "state", "asked_at", "answered_at", "ended_at")
    list_filter = ("state", "asked_by")
    search_fields = ("profile__name", "profile__user__email", "organisation__name_en", "organisation__name_zh")
    list_select_related = ("profile", "organisation", "program")
