"""What pages share: who reads them, and how a form says what it is."""

import uuid

from django.http import HttpRequest

from .models import User

MENDING = 422  # a form that comes back with something to mend


def reader(request: HttpRequest) -> User:
    """Who is signed in; the page lets nobody else in."""
    assert isinstance(request.user, User)
    return request.user


def sheet_of(request: HttpRequest) -> uuid.UUID:
    """The id that a form for something new was opened with, and under which it is saved."""
    try:
        return uuid.UUID(request.POST.get("sheet", ""))
    except ValueError:
        return uuid.uuid4()
