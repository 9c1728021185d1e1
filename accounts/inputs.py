"""Checking what people and programs send: pages and the API hand the same shape to the same serializer."""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.settings import api_settings

from .errors import FieldError, InvalidInput
from .models import City
from .prose import Level, ProseLanguage, SpokenLanguage, WorkKind

MANY_CHARACTERS = 100_000  # of prose: a long CV or tender, pasted whole
PLAIN_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)")  # digits of any script, full-width ones too
_REQUIRED = {"required": _("This is needed."), "null": _("This is needed."), "blank": _("This is needed.")}


class Input(serializers.Serializer[Any]):
    """The base of every input: unknown names are told, so that a mistyped one is not silently lost."""

    readable: frozenset[str] = frozenset()  # names of the answer's shape that are ignored when they come back
    default_error_messages = {
        **_REQUIRED,
        "invalid": _("This must be an object with named fields."),
        "unknown_field": _("There is no such field."),
        "not_writable": _("The status is changed by publishing or closing, not here."),
    }

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            raise serializers.ValidationError(
                {api_settings.NON_FIELD_ERRORS_KEY: [self.error_messages["invalid"]]}, code="invalid"
            )
        errors: dict[str, Any] = {}
        for name in data:
            if name not in self.fields and name not in self.readable:
                code = "not_writable" if name == "status" else "unknown_field"
                errors[str(name)[:100]] = [ErrorDetail(str(self.error_messages[code]), code)]
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as wrong:
            raise serializers.ValidationError(errors | dict(wrong.detail)) from wrong  # type: ignore[arg-type]
        if errors:
            raise serializers.ValidationError(errors)
        return value


def checked(serializer: serializers.BaseSerializer[Any]) -> dict[str, Any]:
    """What the input means, or `InvalidInput` with every fault and its place."""
    if not serializer.is_valid():
        raise InvalidInput(_faults(serializer.errors))
    return dict(serializer.validated_data)


def _faults(errors: Any, path: tuple[str | int, ...] = ()) -> Iterator[FieldError]:
    if isinstance(errors, Mapping):
        for name, inner in errors.items():
            yield from _faults(inner, path if name == api_settings.NON_FIELD_ERRORS_KEY else (*path, name))
    elif isinstance(errors, ErrorDetail):
        yield FieldError(path, errors.code or "invalid", str(errors))
    else:
        for place, inner in enumerate(errors):
            # A list of messages belongs to this place; a list of mappings goes one step deeper.
            yield from _faults(inner, path if isinstance(inner, ErrorDetail) else (*path, place))


class Prose(serializers.CharField):
    """One text, trimmed, with a largest length that is told with what was given."""

    default_error_messages = {
        **_REQUIRED,
        "invalid": _("This must be a text."),
        "max_length": _("At most {max_length} characters; please shorten it."),
    }

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if isinstance(data, str) and "\x00" in data:
            raise serializers.ValidationError(
                _("There is an unreadable (NUL) character in it."), code="null_characters"
            )
        return super().run_validation(data)


class WhyInput(Input):
    """Why something comes to its end: a posting, a base, a run. The same on pages and over the API."""

    why = Prose(max_length=1000, allow_blank=True, default="", help_text="Kept in the audit trail.")


class OneOf(serializers.ChoiceField):
    """One value of a closed set; who gives another is told the set, who gives none that one is asked for."""

    default_error_messages = {**_REQUIRED, "invalid_choice": _("“{input}” is not one of the choices: {known}.")}

    def fail(self, key: str, **kwargs: Any) -> NoReturn:
        key = "required" if kwargs.get("input") == "" else key
        super().fail(key, known=", ".join(str(value) for value in self.choices), **kwargs)


class ByCode(serializers.Field[Any, Any, Any, Any]):
    """An object of a table that is named by its code."""

    default_error_messages = {**_REQUIRED, "unknown": _("“{code}” is not known here.")}

    def __init__(self, queryset: QuerySet[Any], **kwargs: Any) -> None:
        self.queryset = queryset
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Any:
        found = self.queryset.filter(code=data).first() if isinstance(data, str) and "\x00" not in data else None
        if found is None:
            self.fail("unknown", code=str(data)[:60])
        return found

    def run_validation(self, data: Any = serializers.empty) -> Any:
        # An empty choice of a form means "not stated".
        return super().run_validation(None if data == "" and self.allow_null else data)


class InDigits(serializers.Field[Any, Any, Any, Any]):
    """A number that, where it comes as text, is written in digits: 1e3 and 1_000 are nobody's way to write a price."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, str) and not PLAIN_NUMBER.fullmatch(data.strip()):
            self.fail("invalid")
        return super().to_internal_value(data)


class Amount(InDigits, serializers.DecimalField):
    """An amount of money, from 0, with two decimals at most."""

    default_error_messages = {
        **_REQUIRED,
        **dict.fromkeys(
            ("invalid", "min_value", "max_digits", "max_decimal_places", "max_whole_digits", "max_string_length"),
            _("This must be an amount from 0 to 9999999999.99, with at most two decimals."),
        ),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=12, decimal_places=2, min_value=0, **kwargs)


def currency_code() -> serializers.RegexField:
    """The field for a currency by its ISO 4217 code."""
    wrong = _("A currency has three capital letters: CNY.")
    return serializers.RegexField(r"^[A-Z]{3}\Z", default="CNY", error_messages={**_REQUIRED, "invalid": wrong})


class NameInput(Input):
    """A name in Chinese, in English, or both; one that is given serves both."""

    default_error_messages = {"one_name": _("Give the name in Chinese or in English.")}

    def get_fields(self) -> dict[str, serializers.Field]:
        return {code: Prose(max_length=200, allow_blank=True, default="") for code in ("en", "zh-Hans")}

    def validate(self, attrs: dict[str, str]) -> dict[str, str]:
        if not any(attrs.values()):
            self.fail("one_name")
        return {"en": attrs["en"] or attrs["zh-Hans"], "zh-Hans": attrs["zh-Hans"] or attrs["en"]}


class Whole(InDigits, serializers.IntegerField):
    """A whole number within bounds."""

    default_error_messages = {
        **_REQUIRED,
        **dict.fromkeys(("invalid", "max_string_length"), _("This must be a whole number.")),
        "min_value": _("At least {min_value}."),
        "max_value": _("At most {max_value}."),
    }


class LevelField(Whole):
    """A level from 1 to 5."""

    default_error_messages = {
        name: _("A level is a whole number from 1 (aware) to 5 (leading).")
        for name in ("invalid", "min_value", "max_value", "max_string_length")
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=min(Level.values), max_value=max(Level.values), **kwargs)


class WeightField(InDigits, serializers.FloatField):
    """How much a skill weighs: more than 0, at most 10."""

    default_error_messages = {
        **_REQUIRED,
        **dict.fromkeys(("invalid", "overflow", "max_string_length"), _("A weight is a number above 0, at most 10.")),
    }

    def to_internal_value(self, data: Any) -> float:
        value = super().to_internal_value(data)
        if isinstance(data, bool) or not math.isfinite(value) or not 0 < value <= 10:
            self.fail("invalid")
        return float(value)


class YesNo(serializers.BooleanField):
    """Yes or no; where null is allowed, also "not stated"."""

    default_error_messages = {**_REQUIRED, "invalid": _("This must be yes or no.")}


class Day(serializers.DateField):
    """A day, YYYY-MM-DD."""

    default_error_messages = {
        **_REQUIRED,
        "invalid": _("This is not a day. Write it as 2027-03-01."),
        "datetime": _("This must be a day without a time."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        return super().run_validation(None if data == "" and self.allow_null else data)


class Kinds(serializers.ListField):
    """Kinds of work, each once."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=OneOf(choices=WorkKind.choices), **kwargs)

    default_error_messages = {"not_a_list": _("This must be a list.")}

    def to_internal_value(self, data: Any) -> list[str]:
        return list(dict.fromkeys(super().to_internal_value(data)))


class Languages(serializers.Field[Any, Any, Any, Any]):
    """Languages with their levels: `{"en": 3}`."""

    default_error_messages = {
        "not_a_dict": _("This must be an object of languages and levels."),
        "unknown": _("“{code}” is not one of the languages."),
    }

    def to_internal_value(self, data: Any) -> dict[str, int]:
        if not isinstance(data, Mapping):
            self.fail("not_a_dict")
        level, faults, value = LevelField(), {}, {}
        for code, given in data.items():
            try:
                if code not in SpokenLanguage.values:
                    raise serializers.ValidationError(
                        self.error_messages["unknown"].format(code=str(code)[:20]), code="unknown"
                    )
                value[code] = level.run_validation(given)
            except serializers.ValidationError as wrong:
                faults[str(code)[:20]] = wrong.detail
        if faults:
            raise serializers.ValidationError(faults)
        return value


def prose_language(**kwargs: Any) -> OneOf:
    """The field for the language that a text is written in."""
    return OneOf(choices=ProseLanguage.choices, **kwargs)


def city_by_code(**kwargs: Any) -> ByCode:
    """The field for a city of the region."""
    return ByCode(City.objects.all(), allow_null=True, **kwargs)
