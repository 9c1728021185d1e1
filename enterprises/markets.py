"""The markets that an enterprise sells to: one closed list of countries and regions."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.inputs import OneOf


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


class Markets(serializers.ListField):
    """Target markets, each once."""

    default_error_messages = {"not_a_list": _("This must be a list.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=OneOf(choices=Market.choices), **kwargs)

    def to_internal_value(self, data: Any) -> list[str]:
        return list(dict.fromkeys(super().to_internal_value(data)))
