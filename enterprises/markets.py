"""The markets that an enterprise sells to: one closed list of countries and regions."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.inputs import OneOf


class Market(models.TextChoices):
    """Where a firm sells or means to sell: a country by ISO 3166-1 in lower case, a region by UN M49 (decision 10)."""

    SOUTHEAST_ASIA = "035", _("Southeast Asia")
    EUROPEAN_UNION = "eu", _("European Union")
    UNITED_KINGDOM = "gb", _("United Kingdom")
    UNITED_STATES = "us", _("United States")
    CANADA = "ca", _("Canada")
    LATIN_AMERICA = "419", _("Latin America")
    JAPAN = "jp", _("Japan")
    KOREA = "kr", _("South Korea")
    SOUTH_ASIA = "034", _("South Asia")
    WESTERN_ASIA = "145", _("Middle East (Western Asia)")
    AFRICA = "002", _("Africa")
    AUSTRALIA = "053", _("Australia and New Zealand")
    RUSSIA = "ru", _("Russia")
    CENTRAL_ASIA = "143", _("Central Asia")
    HONG_KONG = "hk", _("Hong Kong")
    MACAO = "mo", _("Macao")


class Markets(serializers.ListField):
    """Target markets, each once."""

    default_error_messages = {"not_a_list": _("This must be a list.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=OneOf(choices=Market.choices), **kwargs)

    def to_internal_value(self, data: Any) -> list[str]:
        return list(dict.fromkeys(super().to_internal_value(data)))
