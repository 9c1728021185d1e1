"""The errors of the domain: raised by the functions that decide, turned into a message by pages and the API."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


@dataclass(frozen=True)
class FieldError:
    """One wrong value: where it stands in the input, a stable code, and a sentence in the reader's language."""

    path: tuple[str | int, ...]
    code: str
    detail: Text

    @property
    def pointer(self) -> str:
        """The place as a JSON pointer fragment, e.g. `#/skills/2/min_level` (RFC 6901)."""
        return "#" + "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in self.path)


class DomainError(Exception):
    """Something the domain refuses; `code` is stable, `detail` is for the person."""

    status = 400

    def __init__(self, code: str, detail: Text) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


class InvalidInput(DomainError):
    """The input is wrong in one or more places; all of them are told at once."""

    status = 422

    def __init__(self, errors: Iterable[FieldError]) -> None:
        super().__init__("invalid_input", _("Some fields need mending."))
        self.errors = tuple(errors)


# What no page translates is Django's own refusal too: the site's page for 403 or 404 answers, never a crash.
class NotAllowed(DomainError, PermissionDenied):
    """The person may see the object but not do this to it."""

    status = 403

    def __init__(self, code: str = "not_allowed", detail: Text = _("Your role does not allow this.")) -> None:
        super().__init__(code, detail)


class StateForbids(DomainError):
    """What is asked for does not go with the state the object is in."""

    status = 409


class OrganisationSuspended(StateForbids, PermissionDenied):
    """A suspended organisation reads what is its own and changes nothing."""

    def __init__(self) -> None:
        detail = _("The organisation is suspended: what is its own can be read, and nothing changed or published.")
        super().__init__("organisation_suspended", detail)


class NotFound(DomainError, Http404):
    """There is no such object for this person."""

    status = 404

    def __init__(self, detail: Text = _("Not found, or not yours to see.")) -> None:
        super().__init__("not_found", detail)
