"""Bodies that are too large are refused before anything reads them into memory."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from .problems import problem, wants_problem

DRAINED = 64 * 1024 * 1024  # read and forgotten, so that the sender hears the answer instead of a broken pipe
CHUNK = 64 * 1024


class BodyLimitMiddleware:
    """Answers 413 to a request whose body is longer than any form or object here can be."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            length = 0
        if length <= limit:
            return self.get_response(request)
        _drain(request, min(length, DRAINED))
        detail = _("This is larger than %(limit)d megabytes, the most that is taken here.") % {"limit": limit // 2**20}
        if wants_problem(request):
            return problem(413, "too_large", detail)
        from .views import error_page

        way_back = _("Go back, shorten it and send it again.")
        return error_page(request, 413, f"{detail} {way_back}")


def _drain(request: HttpRequest, length: int) -> None:
    while length > 0:
        try:
            got = request.read(min(CHUNK, length))
        except OSError:
            return
        if not got:
            return
        length -= len(got)
