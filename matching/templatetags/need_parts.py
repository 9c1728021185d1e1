"""What pages of a need take from matching, without their room knowing of it: {% load need_parts %}

{% need_parts need "programs" %}      the parts of a need as links; "students" is the first, "about" the need itself
{% with_shares rows as weighed %}     rows with a `counts` each, as (row, share of 100)
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import template
from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext_lazy as later

from accounts.models import Organisation
from enterprises.models import Need
from matching.models import Ranking
from matching.pairs import BY_CANDIDATES
from matching.rounding import weights_of_100

register = template.Library()

ADDRESSES = {"students": "need", "programs": "need-programs", "courses": "need-courses", "experts": "need-experts"}
LABELS = {
    "students": later("People"),
    "programs": later("Programs"),
    "courses": later("Courses"),
    "experts": later("Experts"),
}


@register.inclusion_tag("matching/need_parts.html")
def need_parts(need: Need, here: str) -> dict[str, Any]:
    """Whom the need is matched with, by kind and how many, and the need itself, each with its own address.

    Where conditions count, who meets them is counted; else who is listed.
    """
    counts: dict[str, int | None] = {}
    if need.status == Need.Status.PUBLISHED and need.organisation.state == Organisation.State.VERIFIED:
        rankings = Ranking.objects.filter(need=need).annotate(listed=Count("current__matches"))
        for name, eligible, listed in rankings.values_list("candidates", "current__eligible", "listed"):
            counts[name] = eligible if eligible is None or BY_CANDIDATES[name].conditions else listed
    parts = [
        {
            "url": reverse(ADDRESSES[name], args=[need.public_id]),
            "label": LABELS[name],
            "count": counts.get(name),
            "here": name == here,
        }
        for name, kind in BY_CANDIDATES.items()
        if need.kind in kind.needs or name == here
    ]
    return {"need": need, "here": here, "parts": parts}


@register.simple_tag
def with_shares(rows: Sequence[Any]) -> list[tuple[Any, Decimal | None]]:
    """Each row with its share of 100, rounded together so that they add up; None where it counts for nothing yet."""
    weights = [row["counts"] if isinstance(row, dict) else row.counts for row in rows]
    total = sum(weights)
    if not total:
        return [(row, None) for row in rows]
    shares = weights_of_100([weight / total for weight in weights])
    return [(row, share if weight else None) for row, weight, share in zip(rows, weights, shares, strict=True)]
