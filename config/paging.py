"""Lists over the API: cursor paging, `page_size` up to 100, no count."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


class Cursor(CursorPagination):
    """`{"results": […], "next": url or null, "previous": url or null}`, in the order that the rows come in.

    Order rows by what may be seen outside: the first field of the order stands in the cursor.
    """

    page_size = 20
    max_page_size = 100
    page_size_query_param = "page_size"
    page_size_query_description = "how many a page, up to 100"
    cursor_query_description = "from `next` or `previous`"
    offset_cutoff = 20_000  # rows that share the first field of the order, e.g. skills equally close to a search

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: APIView) -> tuple[str, ...]:
        return tuple(str(name) for name in queryset.query.order_by)

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any] | None:
        try:
            return super().paginate_queryset(queryset, request, view)
        except Exception as error:
            # A cursor is opaque but not sealed: a made-up one can hold a place that no row of this type can have.
            if self.cursor_query_param not in request.query_params:
                raise
            detail = ErrorDetail(_("This cursor is not from a list of ours."), "invalid_cursor")
            raise ValidationError({self.cursor_query_param: [detail]}) from error

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "next": self.get_next_link(), "previous": self.get_previous_link()})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["results", "next", "previous"],
            "properties": {"results": schema, "next": link, "previous": link},
        }
