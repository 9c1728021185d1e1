"""The audit trail: one append-only row a decision."""

from typing import Any

from .deeds import DEEDS
from .identity import PublicId
from .models import AuditRow, Organisation, User


def record(
    *,
    actor: User | None,
    action: str,
    subject: PublicId,
    organisation: Organisation | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    why: str = "",
) -> AuditRow:
    """Write down who did what on what; call it inside the transaction that does it. `actor` None is the platform.

    Raises `ValueError` for an action that has no words in `deeds`.
    """
    if action not in DEEDS:
        raise ValueError(f"no words for what is done: {action}")
    return AuditRow.objects.create(
        actor=actor,
        action=action,
        subject_kind=subject._meta.model_name or "",
        subject_id=subject.public_id,
        organisation=organisation,
        before=before or {},
        after=after or {},
        why=why,
    )


def changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """`before` and `after` of a row, for something that was rewritten: the fields that differ, by name."""
    names = sorted(name for name in after if after[name] != before[name])
    return {"before": {name: before[name] for name in names}, "after": {name: after[name] for name in names}}
