"""What every resource of the API shares: shapes, answers as the schema tells them, and the base of a resource."""

import datetime
import json
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Annotated, Any, NotRequired, TypedDict, TypeVar, cast

from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from rest_framework import exceptions
from rest_framework.metadata import BaseMetadata
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from .errors import NotFound
from .models import City, Named, Organisation, User

PROBLEM = "application/problem+json"

# Shapes: what the API answers with. Each is written by one function, and the schema is read from its type. -----------
Names = TypedDict("Names", {"en": str, "zh-Hans": str})
Moment = Annotated[str, datetime.datetime]  # ISO 8601 with offset
Day = Annotated[str, datetime.date]
OR_EMPTY = "empty when not stated"  # beside a set of choices
T = TypeVar("T")


def example(value: dict[str, Any]) -> Callable[[type[T]], type[T]]:
    """Give a shape the example that the schema shows."""

    def with_example(shape: type[T]) -> type[T]:
        shape.example = value  # type: ignore[attr-defined]
        return shape

    return with_example


class Fault(TypedDict):
    """One wrong value: `pointer` leads to it in the body; in the address it is named by `parameter`."""

    pointer: NotRequired[Annotated[str, "e.g. `#/skills/2/min_level`"]]
    parameter: NotRequired[str]
    code: Annotated[str, "a stable word for programs"]
    detail: Annotated[str, "a sentence in the reader's language"]


@example(
    {
        "type": "about:blank",
        "title": "Some fields need mending",
        "status": 422,
        "detail": "Some fields need mending.",
        "code": "invalid_input",
        "errors": [
            {
                "pointer": "#/skills/0/min_level",
                "code": "max_value",
                "detail": "A level is a whole number from 1 (aware) to 5 (leading).",
            }
        ],
    }
)
class Problem(TypedDict):
    """What went wrong (RFC 9457). `errors` is there when input is wrong, with every fault at once."""

    type: str
    title: str
    status: int
    detail: str
    code: Annotated[str, "a stable word for programs"]
    errors: NotRequired[list[Fault]]


class CitySmall(TypedDict):
    """A city as other objects show it."""

    code: str
    name: Names


class OrganisationSmall(TypedDict):
    """An organisation as other objects show it."""

    id: str
    name: Names


def names(en: str, zh: str) -> Names:
    """A name in both languages."""
    return {"en": en, "zh-Hans": zh}


def names_of(named: Named) -> Names:
    """The name of a row that has one in both languages."""
    return names(named.name_en, named.name_zh)


def moment(at: datetime.datetime | None) -> str | None:
    """An instant in the platform's zone."""
    return timezone.localtime(at).isoformat() if at else None


def city_small(city: City | None) -> CitySmall | None:
    return {"code": city.code, "name": names_of(city)} if city else None


def organisation_small(organisation: Organisation) -> OrganisationSmall:
    return {"id": str(organisation.public_id), "name": names_of(organisation)}


# The refusals, as the schema shows them: the stable code, and what is said.
REFUSALS = {
    401: ("not_signed_in", "Authentication credentials were not provided."),
    403: ("not_allowed", "Your role does not allow this."),
    404: ("not_found", "Not found, or not yours to see."),
    409: ("already_published", "This need is published already."),
    429: ("too_many_requests", "Too many attempts. Wait some minutes, then try again."),
}


# What every resource does ---------------------------------------------------------------------------------------------
def answers(shape: Any, *refusals: int, status: int = 200) -> dict[Any, Any]:
    """The answers of one operation, for the schema: the good one, the refusals to expect, and any other problem."""
    good = OpenApiResponse(shape, HTTPStatus(status).phrase)
    refused = {
        (code, PROBLEM): OpenApiResponse(Problem, HTTPStatus(code).phrase, examples=_example_of(code))
        for code in refusals
    }
    return {status: good} | refused | {("default", PROBLEM): OpenApiResponse(Problem, "Any other problem")}


def _example_of(status: int) -> list[OpenApiExample]:
    if status not in REFUSALS:
        return []  # the shape's own example is one of wrong input
    code, detail = REFUSALS[status]
    title = HTTPStatus(status).phrase
    problem: Problem = {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": code}
    return [OpenApiExample(code, value=problem, response_only=True, media_type=PROBLEM, status_codes=[str(status)])]


class JsonBody(JSONParser):
    """Reads a body as JSON in UTF-8; NaN passes, so that it is told beside its field like any other wrong number."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            value = json.loads(stream.read().decode("utf-8"))
            # Half of a surrogate pair is no character: it could be neither stored nor sent back.
            json.dumps(value, ensure_ascii=False).encode("utf-8")
        except UnicodeError:
            raise exceptions.ParseError(_("The body is not text in UTF-8.")) from None
        except json.JSONDecodeError as wrong:
            place = {"line": wrong.lineno, "column": wrong.colno}
            raise exceptions.ParseError(
                _("The body is not JSON: see line %(line)d, column %(column)d.") % place
            ) from None
        except (ValueError, RecursionError):
            raise exceptions.ParseError(_("The body is not JSON that can be read here.")) from None
        return value


class Methods(BaseMetadata):
    """The answer to OPTIONS: which methods apply; the rest is in the schema."""

    def determine_metadata(self, request: Request, view: APIView) -> dict[str, Any]:
        return {"methods": sorted(view.allowed_methods), "schema": request.build_absolute_uri("/api/v1/schema/")}


class Resource(GenericViewSet[Any]):
    """The base of every resource: a view checks nothing itself, makes one call, and writes down one shape."""

    parser_classes = [JsonBody]
    metadata_class = Methods
    filter_backends: Any = []

    @property
    def person(self) -> User:
        """Who asks; the permission classes have made sure that it is somebody."""
        return cast(User, self.request.user)

    def one(self, rows: QuerySet[Any], **key: Any) -> Any:
        """The row with this key among those that the person may see, or "not found"."""
        if any("\x00" in str(part) for part in key.values()):  # PostgreSQL can't be asked for it
            raise NotFound
        try:
            return rows.get(**key)
        except rows.model.DoesNotExist:
            raise NotFound from None

    def paged(self, rows: QuerySet[Any], shape: Callable[[Any], Any]) -> Response:
        """A page of the rows, in their order."""
        page: Iterable[Model] = self.paginate_queryset(rows) or []
        return self.get_paginated_response([shape(row) for row in page])
