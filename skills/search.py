"""Finding a skill by a name, an alias, or a part of one, in both languages."""

import unicodedata

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, Value, When

from .models import Alias, Skill, SkillQuerySet


def search_skills(query: str) -> SkillQuerySet:
    """Skills of the current framework whose label or alias holds the query; the closest names first."""
    # Full-width letters and digits, as Chinese keyboards write them, mean the same.
    words = unicodedata.normalize("NFKC", query).replace("\x00", "").strip()[:100]
    skills = Skill.objects.current().select_related("group")
    if not words:
        return skills.order_by("label_en", "id")
    alias = Alias.objects.filter(skill=OuterRef("pk"))
    exact = Q(label_en__iexact=words) | Q(label_zh__iexact=words) | Exists(alias.filter(text__iexact=words))
    start = Q(label_en__istartswith=words) | Q(label_zh__istartswith=words)
    within = Q(label_en__icontains=words) | Q(label_zh__icontains=words)
    by_alias = Exists(alias.filter(text__icontains=words))
    closeness = Case(
        When(exact, then=Value(0)),
        When(start, then=Value(1)),
        When(within, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    return (
        skills.filter(exact | within | by_alias).annotate(closeness=closeness).order_by("closeness", "label_en", "id")
    )
