"""Registering a body of any kind: its kind, its name, its credit code and its city, as they are written."""

import uuid
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from .errors import InvalidInput
from .inputs import Input, NameInput, OneOf, Prose, checked, city_by_code
from .models import Organisation, User
from .organisations import change_organisation, check_credit_code, register_organisation
from .permissions import Act, demand


class OrganisationInput(Input):
    """A body as it is written, on the form and over the API. Its kind is chosen once."""

    readable = frozenset({"id", "state", "created_at", "reason", "role"})

    kind = OneOf(choices=Organisation.Kind.choices)
    name = NameInput(error_messages={"required": _("Give the name in Chinese or in English.")})
    credit_code = Prose(max_length=40)
    city = city_by_code(default=None)

    def __init__(self, *, data: Any = serializers.empty, standing: Organisation | None = None) -> None:
        self.standing = standing
        super().__init__(data=data)

    def validate_kind(self, kind: str) -> str:
        if self.standing is not None and kind != self.standing.kind:
            raise serializers.ValidationError(
                _("The kind was registered and stays. Register the body again under its right kind."), code="stays"
            )
        return kind

    def validate_credit_code(self, code: str) -> str:
        try:
            return check_credit_code(code)
        except InvalidInput as wrong:
            raise serializers.ValidationError(
                [ErrorDetail(str(error.detail), error.code) for error in wrong.errors]
            ) from wrong


def register_body(*, by: User, data: Any, public_id: uuid.UUID | None = None) -> Organisation:
    """Register a body as pending, from a body as it is written; who registers it becomes its owner."""
    return register_organisation(by=by, public_id=public_id, **_registered(checked(OrganisationInput(data=data))))


def change_body(*, by: User, organisation: Organisation, data: Any, partial: bool = False) -> Organisation:
    """Rewrite a body (`partial`: the fields given); the same again changes nothing, except where it was sent back."""
    demand(by, Act.CHANGE_ORGANISATION, organisation)
    with transaction.atomic():
        rows = Organisation.objects.select_for_update(of=("self",)).select_related("city")
        organisation = rows.get(pk=organisation.pk)
        before = body_as_written(organisation)
        given = before | data if partial and isinstance(data, dict) else data
        values = checked(OrganisationInput(data=given, standing=organisation))
        after = values | {"city": values["city"].code if values["city"] else None}
        if after == before and organisation.state != Organisation.State.RETURNED:
            return organisation
        registered = _registered(values)
        registered.pop("kind")
        return change_organisation(organisation=organisation, by=by, **registered)


def body_as_written(organisation: Organisation) -> dict[str, Any]:
    """A body in the shape in which it is written; a PATCH is laid over this."""
    return {
        "kind": organisation.kind,
        "name": {"en": organisation.name_en, "zh-Hans": organisation.name_zh},
        "credit_code": organisation.credit_code,
        "city": organisation.city.code if organisation.city else None,
    }


def _registered(values: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": values["kind"],
        "name_en": values["name"]["en"],
        "name_zh": values["name"]["zh-Hans"],
        "credit_code": values["credit_code"],
        "city": values["city"],
    }
