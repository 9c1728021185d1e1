"""The effective level: the one place that says which of several claims on a skill counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from .models import Claim


@dataclass(frozen=True)
class EffectiveLevel:
    """The level that counts, and whether somebody beside the person stands for it."""

    level: int
    confirmed: bool


def effective_levels(claims: Iterable[tuple[int, int, datetime | None]]) -> dict[int, EffectiveLevel]:
    """Skill key -> level that counts, from standing claims as (skill, level, confirmed at).

    The highest claim counts; at equal level a confirmed one.
    """
    best: dict[int, tuple[int, bool]] = {}
    for skill, level, confirmed_at in claims:
        rank = (level, confirmed_at is not None)
        if rank > best.get(skill, (0, False)):
            best[skill] = rank
    return {skill: EffectiveLevel(level, confirmed) for skill, (level, confirmed) in best.items()}


def levels_of(holder: str, keys: Iterable[int]) -> dict[int, dict[int, EffectiveLevel]]:
    """Key -> its effective levels, of holders of one kind (one of `HOLDERS`), in one query."""
    claims: dict[int, list[tuple[int, int, datetime | None]]] = {key: [] for key in keys}
    standing = Claim.objects.filter(**{f"{holder}_id__in": claims}, withdrawn_at=None).order_by()
    for key, skill, level, at in standing.values_list(f"{holder}_id", "skill_id", "level", "confirmed_at"):
        claims[key].append((skill, level, at))
    return {key: effective_levels(rows) for key, rows in claims.items()}


def levels_of_profiles(profile_ids: Iterable[int]) -> dict[int, dict[int, EffectiveLevel]]:
    """Profile key -> its effective levels, in one query."""
    return levels_of("profile", profile_ids)
