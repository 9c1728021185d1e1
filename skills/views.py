"""Finding skills: a page for people, and the answers to what is typed into a form."""

import unicodedata

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.prose import Level

from .models import Alias, Skill
from .search import search_skills

ON_A_PAGE = 100
OFFERED = 8


@require_safe
def skills(request: HttpRequest) -> HttpResponse:
    """The framework's skills, all of them or those whose name holds what is looked for."""
    query = request.GET.get("q", "").strip()
    found = search_skills(query)
    if not query:
        found = found.order_by("group__position", "id")
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    rows = list(page)
    aliases = _aliases_that_hold(query, rows) if query else {}
    context = {
        "query": query,
        "page": page,
        "rows": [{"skill": skill, "aliases": aliases.get(skill.pk, [])} for skill in rows],
        "levels": Level,
    }
    return render(request, "skills/skills.html", context)


def _aliases_that_hold(query: str, skills: list[Skill]) -> dict[int, list[Alias]]:
    """Skill key -> the other names in which the query was found, so that a reader sees why a skill is there."""
    words = unicodedata.normalize("NFKC", query).casefold()
    found: dict[int, list[Alias]] = {}
    for alias in Alias.objects.filter(skill__in=skills).order_by("id"):
        standing = found.setdefault(alias.skill_id, [])
        if words in alias.text.casefold() and alias.text not in (one.text for one in standing):
            standing.append(alias)
    return found


@require_safe
def skill_options(request: HttpRequest) -> HttpResponse:
    """What a form offers while a name is typed: buttons that send `add` with the skill's code."""
    query = request.GET.get("q", "").strip()
    offered = search_skills(query)[:OFFERED] if query else []
    return render(request, "skills/options.html", {"query": query, "skills": offered})
