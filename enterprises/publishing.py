"""The life of a need: written, published, changed, closed. Pages, API and tasks all come here."""

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
from skills.models import Skill

from . import events
from .inputs import NeedInput, as_written, need_as_written
from .models import Need, NeedSkill

COPIED = (
    *("title", "text", "language", "kind", "area", "city", "remote", "languages", "headcount"),
    *("pay_min", "pay_max", "pay_currency"),
)
"""What a copy takes over as it stands."""


def create_need(*, by: User, organisation: Organisation, data: Any, public_id: uuid.UUID | None = None) -> Need:
    """A new draft for the organisation, from a need as it is written.

    A form gives the id that it was opened with, so that sending it twice cannot make two.
    """
    demand(by, Act.WRITE_NEED, organisation)
    if organisation.kind != Organisation.Kind.ENTERPRISE:
        raise StateForbids("not_an_enterprise", _("Only an enterprise posts needs."))
    values = checked(NeedInput(data=data))
    need = Need(organisation=organisation, created_by=by, public_id=public_id or uuid.uuid4())
    with transaction.atomic():
        _write(need, values)
        audit.record(
            actor=by, action="create_need", subject=need, organisation=organisation, after={"title": need.title}
        )
    return need


def copy_need(*, by: User, need: Need, public_id: uuid.UUID | None = None) -> Need:
    """A new draft that asks for the same as a need in any state; a partner's key and a day that has passed stay there.

    Skills that the framework has since replaced are left out: a new need names what stands.
    """
    demand(by, Act.WRITE_NEED, need.organisation)
    copy = Need(organisation=need.organisation, created_by=by, public_id=public_id or uuid.uuid4())
    for name in COPIED:
        setattr(copy, name, getattr(need, name))
    if need.starts_on and need.starts_on >= timezone.localdate():
        copy.starts_on = need.starts_on
    standing = need.skills.filter(skill__in=Skill.objects.current())
    with transaction.atomic():
        try:
            with transaction.atomic():
                copy.save()
        except IntegrityError:
            raise posting.copied_already() from None
        NeedSkill.objects.bulk_create(
            NeedSkill(
                need=copy, skill_id=row.skill_id, min_level=row.min_level, weight=row.weight, essential=row.essential
            )
            for row in standing
        )
        audit.record(
            actor=by,
            action="copy_need",
            subject=copy,
            organisation=copy.organisation,
            after={"title": copy.title, "copied_from": str(need.public_id)},
        )
    return copy


def change_need(*, by: User, need: Need, data: Any, partial: bool = False) -> Need:
    """Rewrite a need (`partial`: the fields given); the same again does nothing. What is published is matched anew."""
    demand(by, Act.WRITE_NEED, need.organisation)
    with transaction.atomic():
        need = _locked(need)
        if need.status == Need.Status.CLOSED:
            raise StateForbids("closed", _("This need is closed and no longer changes."))
        before = need_as_written(need)
        given = before | data if partial and isinstance(data, dict) else data
        values = checked(NeedInput(data=given, need=need))
        if need.status == Need.Status.PUBLISHED and not values["skills"]:
            raise _no_skills()
        after = as_written(values)
        if after == before:
            return need
        need.revision += 1
        _write(need, values)
        changes = audit.changes(before, after)
        audit.record(
            actor=by,
            action="change_need",
            subject=need,
            organisation=need.organisation,
            before=changes["before"],
            after=changes["after"],
        )
        if need.status == Need.Status.PUBLISHED:
            events.need_changed.send(sender=Need, need=need)
    return need


def put_need(*, by: User, organisation: Organisation, external_id: str, data: Any) -> tuple[Need, bool]:
    """The need with a partner's own key, made or rewritten; the same call again changes nothing. True if it is new."""
    demand(by, Act.WRITE_NEED, organisation)
    return posting.put(
        Need,
        organisation=organisation,
        external_id=external_id,
        data=data,
        create=lambda given: create_need(by=by, organisation=organisation, data=given),
        change=lambda standing, given: change_need(by=by, need=standing, data=given),
    )


@transaction.atomic
def publish_need(*, by: User, need: Need) -> Need:
    """Let a draft be matched and seen. Its organisation must be verified, and it must name at least one skill."""
    demand(by, Act.PUBLISH_NEED, need.organisation)
    need = _locked(need)

    def ready() -> None:
        if not need.skills.exists():
            raise _no_skills()
        if need.starts_on and need.starts_on < timezone.localdate():
            raise InvalidInput([FieldError(("starts_on",), "passed", _("This day has passed."))])

    posting.publish(need, by=by, organisation=need.organisation, ready=ready)
    events.need_published.send(sender=Need, need=need)
    return need


@transaction.atomic
def close_need(*, by: User, need: Need, why: str = "") -> Need:
    """Take a need out of every list, for good; a draft can be closed too."""
    demand(by, Act.CLOSE_NEED, need.organisation)
    need = _locked(need)
    posting.close(need, by=by, organisation=need.organisation, why=why)
    events.need_closed.send(sender=Need, need=need)
    return need


def _locked(need: Need) -> Need:
    return posting.locked(need, "organisation", "city", "area")


def _write(need: Need, values: dict[str, Any]) -> None:
    rows, pay = values["skills"], values["pay"] or {}
    for name in values.keys() - {"skills", "pay"}:
        setattr(need, name, values[name])
    need.pay_min, need.pay_max = pay.get("min"), pay.get("max")
    need.pay_currency = pay.get("currency", "CNY")
    try:
        with transaction.atomic():
            need.save()
    except IntegrityError:
        message = _("Another need of yours has this key.")
        raise InvalidInput([FieldError(("external_id",), "taken", message)]) from None
    need.skills.all().delete()
    NeedSkill.objects.bulk_create(NeedSkill(need=need, **row) for row in rows)


def _no_skills() -> InvalidInput:
    return InvalidInput([FieldError(("skills",), "no_skills", _("Name at least one skill before publishing."))])


LIFE = posting.Life("need", create_need, change_need, publish_need, close_need, copy_need, put_need)
