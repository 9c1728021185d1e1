"""Runs, jobs and lists as the staff read them."""

from django.contrib import admin

from accounts.admin import ReadOnly

from .models import Job, MatchList, Run, WorkerBeat


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
    list_display = ("public_id", "ranking", "revision", "eligible", "engine", "framework", "near", "finished_at")
    list_select_related = ("ranking",)


@admin.register(WorkerBeat)
class WorkerBeatAdmin(ReadOnly):
    list_display = ("worker", "queue", "seen_at")
