"""What pages of a need take from matching, without their room knowing of it: {% load need_parts %}

{% need_parts need "people" count=opened.eligible %}   the parts of a need as links; "about" is the need itself
{% with_shares rows as weighed %}                      rows with a `counts` each, as (row, share of 100)
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import template

from enterprises.models import Need
from matching.models import Ranking
from matching.rounding import weights_of_100

register = template.Library()


@register.inclusion_tag("matching/need_parts.html")
def need_parts(need: Need, here: str, count: int | None = None) -> dict[str, Any]:
    """People and the need itself, each with its own address; the count is looked up where the page has none."""
    if count is None and here != "people" and need.status == Need.Status.PUBLISHED:
        rankings = Ranking.objects.filter(need=need, candidates=Ranking.Candidates.STUDENTS)
        count = rankings.values_list("current__eligible", flat=True).first()
    return {"need": need, "here": here, "count": count}


@register.simple_tag
def with_shares(rows: Sequence[Any]) -> list[tuple[Any, Decimal | None]]:
    """Each row with its share of 100, rounded together so that they add up; None where it counts for nothing yet."""
    weights = [row["counts"] if isinstance(row, dict) else row.counts for row in rows]
    total = sum(weights)
    if not total:
        return [(row, None) for row in rows]
    shares = weights_of_100([weight / total for weight in weights])
    return [(row, share if weight else None) for row, weight, share in zip(rows, weights, shares, strict=True)]
