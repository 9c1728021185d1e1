"""What drf-spectacular must be told to describe the API: its shapes, its own fields, and how one signs in."""

import datetime
import inspect
from collections.abc import Sequence
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

from django.utils.translation import get_language
from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerExtension,
    OpenApiSerializerFieldExtension,
)
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent

from accounts.api import OR_EMPTY
from accounts.models import Membership, Organisation
from accounts.prose import Level, ProseLanguage, SpokenLanguage, WorkKind
from enterprises.models import Enterprise
from enterprises.registration import Industry, Market

Schema = dict[str, Any]
CHOICES: tuple[type[Enum], ...] = (
    WorkKind,
    ProseLanguage,
    Industry,
    Market,
    Enterprise.Size,
    Organisation.Kind,
    Membership.Role,
)
PLAIN: dict[Any, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    datetime.date: {"type": "string", "format": "date"},
    datetime.datetime: {"type": "string", "format": "date-time"},
    Any: {},
}
LEVELS: Schema = {
    "type": "object",
    "propertyNames": {"enum": list(SpokenLanguage.values)},
    "additionalProperties": {"type": "integer", "minimum": min(Level.values), "maximum": max(Level.values)},
}


class KeptGenerator(SchemaGenerator):
    """Describes the API once a language and process: it takes half a second, and anybody may ask."""

    kept: dict[str, Schema] = {}

    def get_schema(self, request: Any = None, public: bool = False) -> Schema:
        if not public or self.api_version:
            return dict(super().get_schema(request, public))
        language = get_language() or ""
        if language not in self.kept:
            self.kept[language] = super().get_schema(request, public)
        return self.kept[language]


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.tokens.BearerAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> Schema:
        return {"type": "http", "scheme": "bearer", "description": "From `POST /api/v1/tokens/`."}


class Shapes(OpenApiSerializerExtension):
    """A shape (a TypedDict that a view answers with) becomes a schema under its own name."""

    @classmethod
    def _matches(cls, target: Any) -> bool:
        return is_typeddict(target)

    def get_name(self, auto_schema: AutoSchema, direction: Any) -> str:
        return str(self.target.__name__).removesuffix("Read")

    def map_serializer(self, auto_schema: AutoSchema, direction: Any) -> Schema:
        hints = get_type_hints(self.target, include_extras=True)
        schema: Schema = {
            "type": "object",
            "properties": {name: _schema_of(hint, auto_schema) for name, hint in hints.items()},
            "required": sorted(self.target.__required_keys__),
        }
        if self.target.__doc__ != dict.__doc__:
            schema["description"] = inspect.getdoc(self.target)
        if "example" in vars(self.target):
            schema["examples"] = [self.target.example]
        return schema


class Inputs(OpenApiSerializerExtension):
    """What is sent is described as DRF describes it, under a short name."""

    target_class = "accounts.inputs.Input"
    match_subclasses = True

    def get_name(self, auto_schema: AutoSchema, direction: Any) -> str:
        return type(self.target).__name__.removesuffix("Input")

    def map_serializer(self, auto_schema: AutoSchema, direction: Any) -> Schema:
        return dict(auto_schema._map_serializer(self.target, direction, bypass_extensions=True))


def _schema_of(hint: Any, auto_schema: AutoSchema) -> Schema:
    """The schema of one type hint; what is Annotated adds a format, a set of choices or a description."""
    origin, args = get_origin(hint), get_args(hint)
    if hint in PLAIN:
        return dict(PLAIN[hint])
    if is_typeddict(hint):
        return dict(auto_schema.resolve_serializer(hint, "response").ref)
    if origin is Annotated:
        schema = _schema_of(args[0], auto_schema)
        for note in args[1:]:
            schema = _noted(schema, note, auto_schema)
        return schema
    if origin is NotRequired:
        return _schema_of(args[0], auto_schema)
    if origin is Literal:
        return {"type": "string", "enum": list(args)}
    if origin is list:
        return {"type": "array", "items": _schema_of(args[0], auto_schema)}
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema_of(args[1], auto_schema)}
    if origin in (Union, UnionType):
        kinds = [_schema_of(arg, auto_schema) for arg in args if arg is not NoneType]
        return _or_null(kinds) if NoneType in args else {"oneOf": kinds}
    raise TypeError(f"no schema for {hint}")


def _noted(schema: Schema, note: Any, auto_schema: AutoSchema) -> Schema:
    if note == OR_EMPTY:
        return {"anyOf": [schema, {"const": ""}], "description": note}
    if isinstance(note, str):
        return schema | {"description": note}
    if isinstance(note, type) and issubclass(note, Enum):
        choices = _choices(list(note), note, auto_schema)
        return _or_null([choices]) if _takes_null(schema) else choices
    return schema | PLAIN[note]


def _takes_null(schema: Schema) -> bool:
    return "null" in schema.get("type", ()) or {"type": "null"} in schema.get("anyOf", ())


def _or_null(kinds: list[Schema]) -> Schema:
    if len(kinds) == 1 and "$ref" not in kinds[0] and "enum" not in kinds[0]:
        return kinds[0] | {"type": [kinds[0]["type"], "null"]}
    return {"anyOf": [*kinds, {"type": "null"}]}


def _choices(values: Sequence[Any], named: type[Enum], auto_schema: AutoSchema) -> Schema:
    """A set of choices, each with what it means, under the name of its class in whatever shape or field it stands."""
    meanings = [f"* `{value}`: {label}" for value, label in getattr(named, "choices", ())]
    schema = {"type": "string", "enum": [getattr(value, "value", value) for value in values]}
    schema |= {"description": "\n".join(meanings)} if meanings else {}
    name = named.__qualname__.replace(".", "")
    component = ResolvedComponent(name=name, type=ResolvedComponent.SCHEMA, schema=schema, object=named)
    auto_schema.registry.register_on_missing(component)
    return dict(component.ref)


class ChoiceOfSet(OpenApiSerializerFieldExtension):
    """One of the sets of choices that also stand in answers."""

    target_class = "accounts.inputs.OneOf"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> Schema:
        given = [str(value) for value in self.target.choices]
        for choices in CHOICES:
            if given == [choice.value for choice in choices]:
                named = _choices(given, choices, auto_schema)
                return {"anyOf": [named, {"const": ""}]} if self.target.allow_blank else named
        return {"type": "string", "enum": given}


class CodeOfRow(OpenApiSerializerFieldExtension):
    """The code of a row of a table."""

    target_class = "accounts.inputs.ByCode"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> Schema:
        table = self.target.queryset.model._meta.verbose_name_plural
        return {"type": "string", "description": f"the `code` of one of the {table}"}


class CodeOfSkill(OpenApiSerializerFieldExtension):
    """The code of a skill."""

    target_class = "skills.inputs.SkillCode"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> Schema:
        return {"type": "string", "description": "the `code` of one of the skills"}


class LanguagesWithLevels(OpenApiSerializerFieldExtension):
    """Languages with their levels."""

    target_class = "accounts.inputs.Languages"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> Schema:
        return dict(LEVELS)


class Weight(OpenApiSerializerFieldExtension):
    """How much a skill weighs."""

    target_class = "accounts.inputs.WeightField"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> Schema:
        return {"type": "number", "exclusiveMinimum": 0, "maximum": 10}
