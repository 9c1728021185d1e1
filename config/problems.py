"""Errors under `/api/`: one voice, `application/problem+json` (RFC 9457), in the reader's language."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from accounts.errors import DomainError, InvalidInput

TITLES = {
    400: gettext_noop("The request can't be read"),
    401: gettext_noop("Not signed in"),
    403: gettext_noop("Not allowed"),
    404: gettext_noop("Not found"),
    405: gettext_noop("This method does not apply here"),
    406: gettext_noop("This format is not offered"),
    409: gettext_noop("The state does not allow this"),
    413: gettext_noop("Too large"),
    415: gettext_noop("This format is not read"),
    422: gettext_noop("Some fields need mending"),
    429: gettext_noop("Too many requests"),
    500: gettext_noop("Something broke here"),
}
CODES = {
    400: "malformed",
    401: "not_signed_in",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "too_large",
    415: "unsupported_media_type",
    429: "too_many_requests",
    500: "server_error",
}


def wants_problem(request: HttpRequest) -> bool:
    """Whether this request is one of a program."""
    return request.path.startswith("/api/")


def body_of(status: int, code: str, detail: str, errors: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """The fields of a problem; `type` stays "about:blank", the stable word is `code`."""
    title = TITLES.get(status) or HTTPStatus(status).phrase
    body: dict[str, Any] = {"type": "about:blank", "title": _(title), "status": status, "detail": detail, "code": code}
    return body | ({"errors": errors} if errors is not None else {})


def problem(status: int, code: str, detail: str) -> JsonResponse:
    """A problem as a plain Django response, for what goes wrong outside DRF."""
    return JsonResponse(
        body_of(status, code, detail),
        status=status,
        content_type="application/problem+json",
        json_dumps_params={"ensure_ascii": False},
    )


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: domain errors, DRF's own, and Django's, as problems. Others are crashes: handler500."""
    headers: dict[str, str] = {}
    if isinstance(error, InvalidInput):
        told = [{"pointer": one.pointer, "code": one.code, "detail": str(one.detail)} for one in error.errors]
        body = body_of(error.status, error.code, str(error.detail), told)
    elif isinstance(error, DomainError):
        body = body_of(error.status, error.code, str(error.detail))
    elif isinstance(error, Http404):
        body = body_of(404, "not_found", _("There is nothing here, or it is not yours to see."))
    elif isinstance(error, PermissionDenied):
        body = body_of(403, "not_allowed", _("Your role does not allow this."))
    elif isinstance(error, RequestDataTooBig):
        body = body_of(413, "too_large", _("The body is too large."))
    elif isinstance(error, exceptions.ValidationError):
        body = body_of(422, "invalid_input", _("Some fields need mending."), list(_wrong_parameters(error.detail)))
    elif isinstance(error, exceptions.APIException):
        detail = error.detail
        text = str(detail) if not isinstance(detail, list | dict) else _("The request can't be read.")
        status = error.status_code
        body = body_of(status, CODES.get(status, error.default_code), text)
        if wait := getattr(error, "wait", None):
            headers["Retry-After"] = str(int(wait))
    else:
        return None
    if body["status"] == 401:
        headers["WWW-Authenticate"] = "Bearer"
    set_rollback()
    return Response(body, status=body["status"], headers=headers, content_type="application/problem+json")


def _wrong_parameters(detail: Any) -> Iterator[dict[str, Any]]:
    """The faults of filters, order and paging; what stands in a body is told by `InvalidInput`."""
    by_name = detail if isinstance(detail, dict) else {"": detail}
    for name, faults in by_name.items():
        for fault in faults:
            yield {"parameter": name, "code": getattr(fault, "code", "invalid"), "detail": str(fault)}
