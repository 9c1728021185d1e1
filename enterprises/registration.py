"""Registering an enterprise: the legal body and what it says of itself, written together."""

from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from accounts import audit
from accounts.errors import InvalidInput
from accounts.inputs import Input, OneOf, Prose, YesNo, checked, city_by_code
from accounts.models import Organisation, User
from accounts.organisations import change_organisation, check_credit_code, register_organisation
from accounts.permissions import Act, demand

from .models import Enterprise


class Industry(models.TextChoices):
    """What a firm makes or does, coarse enough to be chosen at once."""

    ELECTRONICS = "electronics", _("electronics")
    HOME_APPLIANCES = "home-appliances", _("home appliances")
    LIGHTING = "lighting", _("lighting")
    FURNITURE = "furniture", _("furniture")
    TEXTILES = "textiles", _("textiles and clothing")
    FOOD = "food", _("food and drink")
    TOYS = "toys", _("toys and gifts")
    BUILDING = "building", _("ceramics, hardware and building materials")
    MACHINERY = "machinery", _("machinery and equipment")
    VEHICLES = "vehicles", _("vehicles and parts")
    CHEMICALS = "chemicals", _("chemicals and plastics")
    HEALTH = "health", _("medicine and health")
    AGRICULTURE = "agriculture", _("agriculture")
    TRADE = "trade", _("trade and retail")
    LOGISTICS = "logistics", _("logistics and warehousing")
    SOFTWARE = "software", _("software and data services")
    MEDIA = "media", _("design, media and marketing")
    FINANCE = "finance", _("finance and payment")
    EDUCATION = "education", _("education and training")
    OTHER = "other", _("another industry")


class Market(models.TextChoices):
    """Where a firm sells or means to sell."""

    SOUTHEAST_ASIA = "sea", _("Southeast Asia")
    EUROPEAN_UNION = "eu", _("European Union")
    UNITED_KINGDOM = "uk", _("United Kingdom")
    UNITED_STATES = "us", _("United States")
    CANADA = "ca", _("Canada")
    LATIN_AMERICA = "la", _("Latin America")
    JAPAN = "jp", _("Japan")
    KOREA = "kr", _("South Korea")
    SOUTH_ASIA = "sa", _("South Asia")
    MIDDLE_EAST = "me", _("Middle East")
    AFRICA = "af", _("Africa")
    AUSTRALIA = "au", _("Australia and New Zealand")
    CENTRAL_ASIA = "cis", _("Russia and Central Asia")
    HONG_KONG_MACAO = "hk", _("Hong Kong and Macao")


class NameInput(Input):
    """A name in Chinese, in English, or both."""

    default_error_messages = {"one_name": _("Give the name in Chinese or in English.")}

    def get_fields(self) -> dict[str, serializers.Field]:
        return {code: Prose(max_length=200, allow_blank=True, default="") for code in ("en", "zh-Hans")}

    def validate(self, attrs: dict[str, str]) -> dict[str, str]:
        if not any(attrs.values()):
            self.fail("one_name")
        return attrs


class Markets(serializers.ListField):
    """Target markets, each once."""

    default_error_messages = {"not_a_list": _("This must be a list.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=OneOf(choices=Market.choices), **kwargs)

    def to_internal_value(self, data: Any) -> list[str]:
        return list(dict.fromkeys(super().to_internal_value(data)))


class EnterpriseInput(Input):
    """An enterprise as it is written, on the form and over the API."""

    readable = frozenset({"id", "state", "created_at", "reason", "role"})

    kind = OneOf(
        choices=[(Organisation.Kind.ENTERPRISE.value, Organisation.Kind.ENTERPRISE.label)],
        default=Organisation.Kind.ENTERPRISE.value,
        error_messages={"invalid_choice": _("Only enterprises register so far; other kinds of body come later.")},
    )
    name = NameInput(error_messages={"required": _("Give the name in Chinese or in English.")})
    credit_code = Prose(max_length=40)
    city = city_by_code(default=None)
    industry = OneOf(choices=Industry.choices, allow_blank=True, default="")
    size = OneOf(choices=Enterprise.Size.choices, allow_blank=True, default="")
    pilot_zone = YesNo(default=False)
    target_markets = Markets(default=list)

    def validate_credit_code(self, code: str) -> str:
        try:
            return check_credit_code(code)
        except InvalidInput as wrong:
            raise serializers.ValidationError(
                [ErrorDetail(str(error.detail), error.code) for error in wrong.errors]
            ) from wrong


FACTS = ("industry", "size", "pilot_zone", "target_markets")


def register_enterprise(*, by: User, data: Any) -> Organisation:
    """Register an enterprise as pending, from an enterprise as it is written; who registers it becomes its owner."""
    values = checked(EnterpriseInput(data=data))
    with transaction.atomic():
        organisation = register_organisation(by=by, **_registered(values))
        Enterprise.objects.create(organisation=organisation, **{name: values[name] for name in FACTS})
    return organisation


def change_enterprise(*, by: User, organisation: Organisation, data: Any, partial: bool = False) -> Organisation:
    """Rewrite an enterprise (or, `partial`, the fields given). One that was sent back is put before the staff again."""
    demand(by, Act.CHANGE_ORGANISATION, organisation)
    with transaction.atomic():
        standing = Organisation.objects.select_for_update(of=("self",)).select_related("city")
        organisation = standing.get(pk=organisation.pk)
        before = enterprise_as_written(organisation)
        given = before | data if partial and isinstance(data, dict) else data
        values = checked(EnterpriseInput(data=given))
        after = values | {"city": values["city"].code if values["city"] else None}
        returned = organisation.state == Organisation.State.RETURNED
        if after == before and not returned:
            return organisation
        body = ("name", "credit_code", "city")
        if returned or any(after[name] != before[name] for name in body):
            registered = _registered(values)
            registered.pop("kind")
            organisation = change_organisation(organisation=organisation, by=by, **registered)
        changed = [name for name in FACTS if after[name] != before[name]]
        if changed:
            Enterprise.objects.update_or_create(
                organisation=organisation, defaults={name: values[name] for name in FACTS}
            )
            audit.record(
                actor=by,
                action="change_enterprise",
                subject=organisation,
                organisation=organisation,
                before={name: before[name] for name in changed},
                after={name: after[name] for name in changed},
            )
    return organisation


def enterprise_as_written(organisation: Organisation) -> dict[str, Any]:
    """An enterprise in the shape in which it is written; a PATCH is laid over this."""
    facts = Enterprise.objects.filter(organisation=organisation).first() or Enterprise()
    return {
        "kind": organisation.kind,
        "name": {"en": organisation.name_en, "zh-Hans": organisation.name_zh},
        "credit_code": organisation.credit_code,
        "city": organisation.city.code if organisation.city else None,
    } | {name: getattr(facts, name) for name in FACTS}


def _registered(values: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": values["kind"],
        "name_en": values["name"]["en"],
        "name_zh": values["name"]["zh-Hans"],
        "credit_code": values["credit_code"],
        "city": values["city"],
    }
