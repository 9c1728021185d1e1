"""The life of a training base: written, changed, closed. It is seen once its organisation is verified."""

import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit, posting
from accounts.errors import FieldError, InvalidInput, StateForbids
from accounts.inputs import checked
from accounts.models import Organisation, User
from accounts.permissions import Act, demand

from .base_inputs import TrainingBaseInput, base_as_written, checked_base_as_written
from .courses import demand_teaching
from .models import TrainingBase


def create_base(*, by: User, organisation: Organisation, data: Any, public_id: uuid.UUID | None = None) -> TrainingBase:
    """A new base of the organisation, from a base as it is written; a form gives the id that it was opened with."""
    demand(by, Act.WRITE_SUPPLY, organisation)
    demand_teaching(organisation)
    values = checked(TrainingBaseInput(data=data))
    base = TrainingBase(organisation=organisation, created_by=by, public_id=public_id or uuid.uuid4())
    with transaction.atomic():
        _write(base, values)
        _record(by, "create_base", base, after={"name": values["name"]})
    return base


def change_base(*, by: User, base: TrainingBase, data: Any, partial: bool = False) -> TrainingBase:
    """Rewrite a base (`partial`: the fields given); the same again does nothing."""
    demand(by, Act.WRITE_SUPPLY, base.organisation)
    with transaction.atomic():
        base = _locked(base)
        if base.closed_at:
            raise StateForbids("closed", _("This base is closed and no longer changes."))
        before = base_as_written(base)
        given = before | data if partial and isinstance(data, dict) else data
        values = checked(TrainingBaseInput(data=given))
        after = checked_base_as_written(values)
        if after == before:
            return base
        if base.city and values["city"] != base.city and _runs_ahead(base):
            message = _("Runs still take place here; a base moves when none does.")
            raise InvalidInput([FieldError(("city",), "runs_ahead", message)])
        base.revision += 1
        _write(base, values)
        _record(by, "change_base", base, **audit.changes(before, after))
    return base


def put_base(*, by: User, organisation: Organisation, external_id: str, data: Any) -> tuple[TrainingBase, bool]:
    """The base with a partner's own key, made or rewritten; the same call again changes nothing. True if it is new."""
    demand(by, Act.WRITE_SUPPLY, organisation)
    return posting.put(
        TrainingBase,
        organisation=organisation,
        external_id=external_id,
        data=data,
        create=lambda given: create_base(by=by, organisation=organisation, data=given),
        change=lambda standing, given: change_base(by=by, base=standing, data=given),
    )


@transaction.atomic
def close_base(*, by: User, base: TrainingBase, why: str = "") -> TrainingBase:
    """Nothing takes place here any more; runs that lie ahead are moved or cancelled first."""
    demand(by, Act.CLOSE_SUPPLY, base.organisation)
    base = _locked(base)
    if base.closed_at:
        raise StateForbids("already_closed", _("This is closed already."))
    if _runs_ahead(base):
        raise StateForbids("runs_ahead", _("Runs still take place here. Move or cancel them first."))
    base.closed_at = timezone.now()
    base.revision += 1
    base.save(update_fields=["closed_at", "revision", "changed_at"])
    _record(by, "close_base", base, after={"closed_at": base.closed_at.isoformat()}, why=why)
    return base


def _locked(base: TrainingBase) -> TrainingBase:
    """The base as it is now, held until the transaction ends; whoever lets a run take place here holds it too."""
    rows = TrainingBase.objects.select_for_update(of=("self",)).select_related("organisation", "city")
    return rows.get(pk=base.pk)


def _runs_ahead(base: TrainingBase) -> bool:
    """Whether a run that can still be attended takes place here; those of closed courses do not count."""
    ahead = base.runs.filter(cancelled_at=None, ends_on__gte=timezone.localdate())
    return ahead.exclude(course__status="closed").exists()


def _write(base: TrainingBase, values: dict[str, Any]) -> None:
    for name in ("external_id", "city", "address", "equipment", "capacity"):
        setattr(base, name, values[name])
    base.name_en, base.name_zh = values["name"]["en"], values["name"]["zh-Hans"]
    try:
        with transaction.atomic():
            base.save()
    except IntegrityError:
        message = _("Another base of yours has this key.")
        raise InvalidInput([FieldError(("external_id",), "taken", message)]) from None
    base.specialities.set(values["specialities"])


def _record(by: User, action: str, base: TrainingBase, **said: Any) -> None:
    audit.record(actor=by, action=action, subject=base, organisation=base.organisation, **said)
