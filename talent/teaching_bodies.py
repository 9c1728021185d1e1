"""For which teaching bodies somebody writes courses and bases."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.errors import FieldError
from accounts.models import Organisation, User
from accounts.pages import reader
from accounts.permissions import Act, acting_for, demand


def bodies_to_post_for(user: User) -> list[Organisation]:
    """The teaching bodies for which this person may write courses and bases."""
    return list(acting_for(user, Act.WRITE_SUPPLY).filter(kind__in=Organisation.TEACHING))


def body_chosen(typed: str, bodies: list[Organisation], faults: list[FieldError]) -> Organisation:
    """The organisation that the form names; where there are several and none is named, that is a fault."""
    chosen = [body for body in bodies if str(body.public_id) == typed] or bodies
    if len(chosen) > 1:
        faults.append(FieldError(("organisation",), "required", _("Say for which organisation.")))
    return chosen[0]


def no_body_yet(request: HttpRequest) -> HttpResponse:
    """The way on for somebody who writes for no teaching body; whoever acts for one is told why not."""
    if own := Organisation.objects.of_member(reader(request)).filter(kind__in=Organisation.TEACHING).first():
        demand(reader(request), Act.WRITE_SUPPLY, own)
    messages.info(request, _("Courses and bases are posted by schools and training bases. Register yours first."))
    return redirect("organisations")
