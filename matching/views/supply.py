"""Which needs a program's graduates fit, whose gaps a course closes, whom an expert suits; for those who posted it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from enterprises.templatetags.need_words import place_words
from matching.explaining import OWNER
from matching.lists import demand_matches, open_list
from matching.models import Match
from matching.templatetags.components import initials
from talent.models import Course, Expert, Program

from .need import facts
from .ranked import Face, ranked

Posted = Program | Course | Expert


@login_required
@require_safe
def program_needs(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Which needs a program's graduates fit."""
    return _page(
        request,
        _seen(Program.objects.visible_to(request.user).select_related("organisation"), public_id),
        title=lambda count: ngettext("Graduates fit %(count)s need", "Graduates fit %(count)s needs", count),
        nobody=_("No published need asks for a skill that graduates reach, or one near to it."),
    )


@login_required
@require_safe
def course_needs(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Whose gaps a course closes."""
    return _page(
        request,
        _seen(Course.objects.visible_to(request.user).select_related("organisation"), public_id),
        title=lambda count: ngettext(
            "The course leads towards %(count)s need", "The course leads towards %(count)s needs", count
        ),
        nobody=_("No published need asks for a skill that the course leads to, or one near to it."),
    )


@login_required
@require_safe
def expert_needs(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Which needs suit an expert."""
    return _page(
        request,
        _seen(Expert.objects.visible_to(request.user).select_related("organisation"), public_id),
        title=lambda count: ngettext(
            "%(count)s need goes with the conditions", "%(count)s needs go with the conditions", count
        ),
        nobody=_("No published need that goes with the conditions asks for one of these skills, or one near to it."),
    )


def _seen(rows: QuerySet[Any], public_id: UUID) -> Any:
    return get_object_or_404(rows, public_id=public_id)


def _page(request: HttpRequest, posted: Posted, *, title: Callable[[int], str], nobody: str) -> HttpResponse:
    """The needs ranked for what somebody posted, and one of them opened with the whole reason."""
    user: Any = request.user
    demand_matches(user, posted)
    opened = open_list(posted)
    context = ranked(
        request,
        opened,
        viewer=OWNER,
        faces=lambda matches: [_need(match) for match in matches],
        head=lambda count: title(count) % {"count": count},
        nobody=nobody,
    )
    if context is None:
        return HttpResponse(status=204)
    name = str(posted._meta.model_name)
    context |= {
        "posted": posted,
        "name": str(posted) if isinstance(posted, Expert) else posted.title,
        "posted_url": reverse(name, args=[posted.public_id]),
        "all_of_kind_url": reverse(f"{name}s"),
        "all_of_kind": {"program": _("Programs"), "course": _("Courses"), "expert": _("Experts")}[name],
    }
    return render(request, "matching/supply_needs.html", context)


def _need(match: Match) -> Face:
    """A need as whoever may answer it reads it: title, firm, place and kind."""
    need = match.pair.need
    about = [need.organisation, place_words(need), capfirst(need.get_kind_display())]
    return Face(
        name=need.title,
        tile=initials(need.organisation),
        about=facts(about),
        line=facts(about),
        link=reverse("need-about", args=[need.public_id]),
        language=need.language,
        org=True,
    )
