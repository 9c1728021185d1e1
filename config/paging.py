"""Lists over the API: cursor paging, `page_size` up to 100, no count."""

import base64
import binascii
import datetime
import json
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError as FormError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

CURSOR, PAGE_SIZE = "cursor", "page_size"
USUAL, MOST = 20, 100
PARAMETERS = [
    {"name": CURSOR, "in": "query", "description": "from `next` or `previous`", "schema": {"type": "string"}},
    {
        "name": PAGE_SIZE,
        "in": "query",
        "description": "how many a page",
        "schema": {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL},
    },
]


class Cursor(BasePagination):
    """`{"results": […], "next": url or null, "previous": url or null}`, in the order that the rows come in.

    A cursor names the row at the edge of a page by the values of its order, so that a page neither repeats nor skips a
    row when others come or go. Hence the order ends with something unique, holds no null, and nothing that stays
    inside, such as the key of a table.
    """

    _next: str | None = None
    _previous: str | None = None

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        order = [str(name) for name in queryset.query.order_by]
        back, place = _read(request.query_params.get(CURSOR), len(order))
        size = _size(request.query_params.get(PAGE_SIZE))
        rows: QuerySet[Any] = queryset
        if place is not None:
            try:
                rows = rows.filter(_beyond(order, place, back))
            except (TypeError, ValueError, FormError):
                raise _not_ours() from None
        found = list(rows.reverse()[: size + 1] if back else rows[: size + 1])
        page, more = found[:size], len(found) > size
        if back:
            page.reverse()
        if page:
            url = request.build_absolute_uri()
            if more or back:
                self._next = replace_query_param(url, CURSOR, _write(page[-1], order, back=False))
            if more if back else place is not None:
                self._previous = replace_query_param(url, CURSOR, _write(page[0], order, back=True))
        return page

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "next": self._next, "previous": self._previous})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["results", "next", "previous"],
            "properties": {"results": schema, "next": link, "previous": link},
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        return [dict(parameter) for parameter in PARAMETERS]


def _beyond(order: Sequence[str], place: Sequence[Any], back: bool) -> Q:
    """Rows after the place in this order (before it, `back`): the first value that differs decides."""
    beyond, equal = Q(), Q()
    for name, value in zip(order, place, strict=True):
        field, down = name.removeprefix("-"), name.startswith("-")
        beyond |= equal & Q(**{f"{field}__{'lt' if down != back else 'gt'}": value})
        equal &= Q(**{field: value})
    return beyond


def _size(asked: str | None) -> int:
    """How many rows a page holds; what is no number above 0 counts as not asked."""
    return min(int(asked), MOST) if asked and asked.isdecimal() and len(asked) < 10 and int(asked) else USUAL


def _write(row: Any, order: Sequence[str], *, back: bool) -> str:
    values = [getattr(row, name.removeprefix("-")) for name in order]
    place = [value if isinstance(value, int | float) else _text(value) for value in values]
    return base64.urlsafe_b64encode(json.dumps([back, place]).encode()).decode().rstrip("=")


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime.datetime | datetime.date) else str(value)


def _read(cursor: str | None, length: int) -> tuple[bool, list[Any] | None]:
    """Which way to go and from which place; the beginning where there is no cursor."""
    if cursor is None:
        return False, None
    try:
        back, place = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError, RecursionError, binascii.Error):
        raise _not_ours() from None
    known = isinstance(back, bool) and isinstance(place, list) and len(place) == length
    if not known or any(not isinstance(value, str | int | float) or "\x00" in str(value) for value in place):
        raise _not_ours()
    return back, place


def _not_ours() -> ValidationError:
    return ValidationError({CURSOR: [ErrorDetail(_("This cursor is not from a list of ours."), "invalid_cursor")]})
