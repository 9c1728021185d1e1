"""What a body states of its programs, courses and experts: skills with the level that is reached or held."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.inputs import Input, LevelField, Prose
from skills.inputs import SkillCode
from skills.models import Skill

from .models import Claim, Course, Expert, Program

MOST_SKILLS = 200


class StatedSkillInput(Input):
    """One skill and the level of it."""

    skill = SkillCode()
    level = LevelField()
    evidence = Prose(max_length=500, allow_blank=True, default="")


class SkillLevelInput(Input):
    """One skill and a level, with no evidence: what a course asks for on entry."""

    skill = SkillCode()
    level = LevelField()


def skill_rows(child: type[Input] = StatedSkillInput) -> "serializers.ListSerializer[Any]":
    """The field for a list of skills with levels; give `skills_by_code(rows)` as the context's `skills`."""
    return serializers.ListSerializer(
        child=child(),
        default=list,
        max_length=MOST_SKILLS,
        error_messages={
            "max_length": _("At most {max_length} skills; keep those that matter."),
            "not_a_list": _("This must be a list."),
        },
    )


def state_claims(holder: Program | Course | Expert, rows: Sequence[dict[str, Any]]) -> None:
    """Replace what was stated of the holder; what others confirmed is not touched. Call it inside the transaction."""
    holder.claims.filter(source__in=Claim.SELF_DECLARED).delete()
    name = holder._meta.model_name or ""
    Claim.objects.bulk_create(Claim(**{name: holder}, **row) for row in rows)


def copy_claims(original: Program | Expert, copy: Program | Expert) -> None:
    """State of a copy what was stated of the original, but for skills that the framework has since replaced."""
    rows = original.claims.filter(source__in=Claim.SELF_DECLARED, withdrawn_at=None)
    standing = rows.filter(skill__in=Skill.objects.current()).order_by("id")
    state_claims(copy, [dict(row) for row in standing.values("skill_id", "level", "evidence")])


def stated_as_written(holder: Program | Course | Expert) -> list[dict[str, Any]]:
    """What is stated of the holder, as it is written: code, level, evidence, in order."""
    rows = holder.claims.filter(source__in=Claim.SELF_DECLARED, withdrawn_at=None).order_by("id")
    return [
        {"skill": code, "level": level, "evidence": evidence}
        for code, level, evidence in rows.values_list("skill__code", "level", "evidence")
    ]
