"""The one life of what is posted, on pages: written and perhaps published, published, closed, copied.

Whoever calls has made sure that the person sees the posting and may do this; a posting is shown by the page of its
kind's name, and asked about by the templates `KIND_publish.html` and `KIND_close.html` of its room.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from .errors import FieldError, InvalidInput, StateForbids
from .inputs import WhyInput, checked
from .models import Organisation
from .pages import MENDING, reader, sheet_of
from .permissions import WHO_MAY, Act
from .posting import Life, P, Posting


def acts_of(
    role: str | None, posting: Posting, organisation: Organisation, *, write: Act, publish: Act, close: Act
) -> dict[str, bool]:
    """What the page offers: the acts that the role allows, and that the organisation's state and the status know."""
    acts = organisation.state != Organisation.State.SUSPENDED
    alive = acts and posting.status != Posting.Status.CLOSED
    return {
        "write": alive and role in WHO_MAY[write],
        "publish": alive and posting.status == Posting.Status.DRAFT and role in WHO_MAY[publish],
        "close": alive and role in WHO_MAY[close],
        "copy": acts and role in WHO_MAY[write],
    }


def made_before(request: HttpRequest, mine: QuerySet[P]) -> P | None:
    """What this very form has made already: the button was pressed twice, or one went back to mend what was sent."""
    return mine.filter(public_id=sheet_of(request)).first()


def saved(request: HttpRequest, life: Life[P], write: Callable[[], P], faults: list[FieldError]) -> P:
    """Write a posting and perhaps publish it, all or nothing; faults found on the way are added to those of the form.

    Where only the state forbids publishing, the draft is kept and the page says why.
    """
    try:
        with transaction.atomic():
            posting = write()
            if faults:
                raise InvalidInput(())
            if "publish" in request.POST.getlist("do") and posting.status == Posting.Status.DRAFT:
                try:
                    posting = life.publish(by=reader(request), **life.named(posting))
                except StateForbids as forbidden:
                    messages.warning(request, str(forbidden.detail))
    except InvalidInput as wrong:
        faults.extend(wrong.errors)
        raise
    return posting


def publish_page(
    request: HttpRequest, life: Life[P], found: P, form_of: Callable[[P], Any], form_page: Callable[..., HttpResponse]
) -> HttpResponse:
    """Publish a draft; a page asks first. What is missing is told on its form."""
    if request.method != "POST":
        if found.status != Posting.Status.DRAFT:
            return redirect(life.name, found.public_id)
        return render(request, _template(life, found, "publish"), life.named(found))
    try:
        life.publish(by=reader(request), **life.named(found))
    except StateForbids as forbidden:
        return refused(request, forbidden.detail, life.name, found)
    except InvalidInput as wrong:
        form = form_of(found)
        form.blame(wrong.errors)
        return form_page(request, form, status=MENDING, **life.named(found))
    messages.success(request, _("Published."))
    return redirect(life.name, found.public_id)


def close_page(request: HttpRequest, life: Life[P], found: P, *, back: str = "") -> HttpResponse:
    """Close a posting for good; a page asks first, and why. `back` is the page to return to, where it is another."""
    back, template = back or life.name, _template(life, found, "close")
    context: dict[str, Any] = {"why": request.POST.get("why", "")} | life.named(found)
    if request.method != "POST":
        if found.status == Posting.Status.CLOSED:
            return redirect(back, found.public_id)
        return render(request, template, context)
    try:
        why = checked(WhyInput(data={"why": context["why"]}))["why"]
        life.close(by=reader(request), why=why, **life.named(found))
    except StateForbids as forbidden:
        return refused(request, forbidden.detail, back, found)
    except InvalidInput as wrong:
        context["errors"] = {"why": [fault.detail for fault in wrong.errors]}
        return render(request, template, context, status=MENDING)
    messages.success(request, _("Closed. It is in no list any more."))
    return redirect(back, found.public_id)


def copied(request: HttpRequest, life: Life[P], found: P, mine: QuerySet[P]) -> P:
    """The draft that says the same; a button that is pressed twice makes one."""
    there = made_before(request, mine)
    return there or life.copy(by=reader(request), public_id=sheet_of(request), **life.named(found))


def refused(request: HttpRequest, why: Any, way_on: str, posting: Posting) -> HttpResponse:
    """Back to a page of the posting, which says why not."""
    messages.warning(request, str(why))
    return redirect(way_on, posting.public_id)


def _template(life: Life[P], posting: P, act: str) -> str:
    return f"{posting._meta.app_label}/{life.name}_{act}.html"
