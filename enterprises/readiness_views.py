"""Pages of readiness: the newest assessment as a picture and as figures, earlier ones, and the form for a new one."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import InvalidInput
from accounts.forms import errors_by_field
from accounts.models import Organisation, User
from accounts.pages import MENDING, reader, sheet_of
from accounts.permissions import Act, demand, may

from .models import Assessment
from .questionnaire import DIMENSIONS, SCALE, scores
from .radar import draw_radar, out_of_100
from .readiness import assess_readiness, assessments_for, may_see_readiness

EARLIER_SHOWN = 20


@login_required
@require_safe
def readiness(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """How ready an enterprise finds itself, against the time before; for its members and the staff."""
    organisation = _assessed(reader(request), public_id)
    kept = assessments_for(reader(request)).filter(organisation=organisation).select_related("by")
    shown = list(kept[: EARLIER_SHOWN + 1])
    newest, others = next(iter(shown), None), shown[1:]
    context: dict[str, Any] = {
        "organisation": organisation,
        "may_assess": may(reader(request), Act.ASSESS_READINESS, organisation),
        "newest": newest,
        "earlier": [{"of": one, "figures": _figures(one)} for one in others],
        "dimensions": DIMENSIONS,
    }
    if newest:
        context |= _compared(newest, others[0] if others else None)
    return render(request, "enterprises/readiness.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def readiness_new(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Answer every statement; the answers are kept beside the earlier ones."""
    organisation = _assessed(reader(request), public_id)
    demand(reader(request), Act.ASSESS_READINESS, organisation)
    kept, sheet = assessments_for(reader(request)).filter(organisation=organisation), sheet_of(request)
    typed: dict[str, str] = {}
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        codes = [question.code for dimension in DIMENSIONS for question in dimension.questions]
        typed = {code: request.POST[code] for code in codes if request.POST.get(code)}
        try:
            assess_readiness(by=reader(request), organisation=organisation, data={"answers": typed}, public_id=sheet)
        except InvalidInput as wrong:
            errors = errors_by_field(wrong, lambda path: str(path[-1]))
        if not errors or kept.filter(public_id=sheet).exists():  # it may be there already: the button pressed twice
            messages.success(request, _("Kept. Assess again when something has changed."))
            return redirect("readiness", organisation.public_id)
    before = kept.first()
    context = {
        "organisation": organisation,
        "sheet": sheet,
        "errors": errors,
        "scale": SCALE.items(),
        "dimensions": [
            {
                "of": dimension,
                "questions": [
                    {
                        "of": question,
                        "value": typed.get(question.code, ""),
                        "before": before.answers.get(question.code) if before else None,
                        "errors": errors.get(question.code),
                    }
                    for question in dimension.questions
                ],
            }
            for dimension in DIMENSIONS
        ],
    }
    return render(request, "enterprises/readiness_form.html", context, status=MENDING if errors else 200)


def _assessed(person: User, public_id: uuid.UUID) -> Organisation:
    """The enterprise, if this person may see how ready it is; for everybody else there is no such page."""
    organisation = get_object_or_404(Organisation.objects.visible_to(person), public_id=public_id)
    if not may_see_readiness(person, organisation):
        raise Http404
    return organisation


def _figures(assessment: Assessment) -> list[int]:
    """Each dimension of 100, in order."""
    return [out_of_100(score) for score in scores(assessment.answers).values()]


def _compared(newest: Assessment, before: Assessment | None) -> dict[str, Any]:
    """The newest assessment beside the one before: the picture, its table, and the answer in a sentence."""
    now, then = scores(newest.answers), scores(before.answers) if before else None
    table: list[dict[str, Any]] = []
    for dimension in DIMENSIONS:
        figure = out_of_100(now[dimension.code])
        earlier = out_of_100(then[dimension.code]) if then else None
        row = {"of": dimension, "now": figure, "before": earlier, "change": _change(figure, earlier)}
        questions = [
            {"of": one, "now": newest.answers[one.code], "before": before.answers[one.code] if before else None}
            for one in dimension.questions
        ]
        table.append(row | {"questions": questions})
    ranked = sorted(table, key=lambda row: row["now"])
    return {
        "table": table,
        "before": before,
        "weakest": ranked[0],
        "strongest": ranked[-1],
        "radar": draw_radar(
            [str(dimension.label) for dimension in DIMENSIONS],
            list(now.values()),
            list(then.values()) if then else None,
        ),
    }


def _change(now: int, before: int | None) -> str:
    """By how much a figure moved, with its sign; nothing where there is no earlier one."""
    if before is None:
        return ""
    return f"+{now - before}" if now > before else f"−{before - now}" if now < before else "0"
