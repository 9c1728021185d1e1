"""Registering an enterprise: the legal body and what it says of itself, written together."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.inputs import OneOf, checked
from accounts.models import Organisation, User
from accounts.permissions import Act, demand
from accounts.registration import OrganisationInput, body_as_written, change_body, register_body

from .facts import FACTS, FactsInput, change_facts, facts_as_written
from .industries import Industry as Industry
from .markets import Market as Market
from .models import Enterprise

ENTERPRISE = Organisation.Kind.ENTERPRISE


class EnterpriseInput(OrganisationInput, FactsInput):
    """An enterprise as it is written, on the form and over the API."""

    readable = OrganisationInput.readable

    kind = OneOf(choices=[(ENTERPRISE.value, ENTERPRISE.label)], default=ENTERPRISE.value)


def register(*, by: User, data: Any, public_id: uuid.UUID | None = None) -> Organisation:
    """Register a body of the kind that is written; without one, an enterprise."""
    kind = data.get("kind") if isinstance(data, Mapping) else None
    others = [other.value for other in Organisation.Kind if other != ENTERPRISE]
    return (register_body if kind in others else register_enterprise)(by=by, data=data, public_id=public_id)


def change(*, by: User, organisation: Organisation, data: Any, partial: bool = False) -> Organisation:
    """Rewrite a body of any kind."""
    change_it = change_enterprise if organisation.kind == ENTERPRISE else change_body
    return change_it(by=by, organisation=organisation, data=data, partial=partial)


def register_enterprise(*, by: User, data: Any, public_id: uuid.UUID | None = None) -> Organisation:
    """Register an enterprise as pending, from an enterprise as it is written; who registers it becomes its owner."""
    values = checked(EnterpriseInput(data=data))
    with transaction.atomic():
        organisation = register_body(by=by, data=_body_in(data), public_id=public_id)
        Enterprise.objects.create(organisation=organisation, **{name: values[name] for name in FACTS})
    return organisation


def change_enterprise(*, by: User, organisation: Organisation, data: Any, partial: bool = False) -> Organisation:
    """Rewrite an enterprise (or, `partial`, the fields given). One that was sent back is put before the staff again."""
    demand(by, Act.CHANGE_ORGANISATION, organisation)
    with transaction.atomic():
        standing = Organisation.objects.select_for_update(of=("self",)).select_related("city")
        organisation = standing.get(pk=organisation.pk)
        given = enterprise_as_written(organisation) | data if partial and isinstance(data, dict) else data
        values = checked(EnterpriseInput(data=given, standing=organisation))
        changed = change_body(by=by, organisation=organisation, data=_body_in(given))
        change_facts(by=by, organisation=organisation, data={name: values[name] for name in FACTS})
    return changed


def enterprise_as_written(organisation: Organisation) -> dict[str, Any]:
    """An enterprise in the shape in which it is written; a PATCH is laid over this."""
    return body_as_written(organisation) | facts_as_written(organisation)


def _body_in(data: Mapping[str, Any]) -> dict[str, Any]:
    """What is written of the body alone; all of it has been checked."""
    return {"kind": ENTERPRISE.value} | {name: value for name, value in data.items() if name not in FACTS}
