"""Runs, jobs and lists as the staff read them."""

from django.contrib import admin

from accounts.admin import ReadOnly
from talent.models import HOLDERS

from .models import Job, MatchList, Run, TextFit, WorkerBeat


@admin.register(Run)
class RunAdmin(ReadOnly):
    list_display = ("id", "started_at", "started_by", "finished_at", "blocks")
    list_select_related = ("started_by",)


@admin.register(Job)
class JobAdmin(ReadOnly):
    list_display = ("id", "kind", "queue", "state", "attempt", "created_at", "finished_at", "error")
    list_filter = ("state", "kind", "queue")


@admin.register(MatchList)
class MatchListAdmin(ReadOnly):
    list_display = (
        "public_id",
        "ranking",
        "revision",
        "eligible",
        "engine",
        "framework",
        "near",
        "text",
        "finished_at",
    )
    list_select_related = tuple(f"ranking__{name}" for name in ("need", *HOLDERS))


@admin.register(TextFit)
class TextFitAdmin(ReadOnly):
    list_display = ("version", "fitted_at", "texts")
    exclude = ("content",)  # the words of many people: for computing, not for reading


@admin.register(WorkerBeat)
class WorkerBeatAdmin(ReadOnly):
    list_display = ("worker", "queue", "seen_at")
