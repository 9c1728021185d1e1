"""What suits a person: the list of needs, and one match taken apart."""

import uuid
from dataclasses import replace
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from enterprises.models import Need
from enterprises.templatetags.need_words import place_words
from matching.explaining import STUDENT, explain_pairs
from matching.explanation import Explanation, PartView
from matching.gap_courses import courses_for_gap
from matching.lists import NONE_YET, READY, STALLED, OpenedList, first_rank, open_list
from matching.models import Match, Pair
from matching.rounding import out_of_100
from talent.models import Profile, Pseudonym
from talent.models.student import FEWEST_SKILLS
from talent.views import with_profile

ON_A_PAGE = 20
# What removed needs from a list, and what the person can do about it.
REMOVED: dict[str, tuple[str | Promise, str | Promise]] = {
    "kind": (later("the kind of work"), later("Allow more kinds of work.")),
    "place": (later("the place"), later("Say that you would move, or that remote work suits you.")),
    "language": (later("the languages"), later("Check the languages and levels you gave.")),
    "start": (later("the start"), later("Check the day from which you are free.")),
}


@with_profile
@require_safe
def matches(request: HttpRequest, mine: Profile) -> HttpResponse:
    """The needs that suit a person, best first, each with what is missing."""
    opened = open_list(mine)
    page = Paginator(opened.matches, ON_A_PAGE).get_page(request.GET.get("page"))
    shown: list[Match] = list(page.object_list)
    explanations = explain_pairs([(match.pair.need, mine) for match in shown], viewer=STUDENT)
    context = {
        "profile": mine,
        "opened": opened,
        "page": page,
        "rows": [_row(match, explanation) for match, explanation in zip(shown, explanations, strict=True)],
        "title": _title(opened, page.paginator.count),
        "age": _age(opened),
        "waits": opened.state != READY and (opened.state != NONE_YET or opened.reason == "waiting"),
        "removed": [(*REMOVED[condition], count) for condition, count in opened.excluded],
        "fewest": FEWEST_SKILLS,
    }
    return render(request, "matching/matches.html", context)


@with_profile
@require_safe
def match(request: HttpRequest, mine: Profile, public_id: uuid.UUID) -> HttpResponse:
    """One need with oneself, as a sum that one can read. Somebody else's pair is not found."""
    pair = _own_pair(mine, public_id)
    explanation = explain_pairs([(pair.need, mine)], viewer=STUDENT)[0]
    failing = [condition for condition in explanation.conditions if condition.state == "no"]
    kept = tuple(condition for condition in explanation.conditions if condition.state != "no")
    opened = open_list(mine)
    listed = opened.matches.filter(pair=pair).first()
    context = {
        "need": pair.need,
        "gap_url": reverse("match-gap-courses", args=[pair.public_id]) if explanation.fit < 1.0 else "",
        "explanation": replace(explanation, conditions=kept),
        "failing": failing,
        "asks": sum(condition.state == "ask" for condition in kept),
        "parts": _parts_words(len(explanation.parts)),
        "place": first_rank(opened, [listed]) if listed else None,
        "count": opened.matches.count() if listed else None,
        "unnamed": _unnamed(explanation),
        "pseudonym": Pseudonym.objects.filter(profile=mine, organisation=pair.need.organisation)
        .select_related("plant")
        .first(),
    }
    return render(request, "matching/match.html", context)


@with_profile
@require_safe
def match_gap_courses(request: HttpRequest, mine: Profile, public_id: uuid.UUID) -> HttpResponse:
    """The courses from one's own gap to one need."""
    pair = _own_pair(mine, public_id)
    context = {
        "reader": STUDENT,
        "rows": courses_for_gap(need=pair.need, profile=mine),
        "title": _("What a course could add"),
        "up": pair.need.title,
        "up_url": reverse("match", args=[pair.public_id]),
    }
    return render(request, "matching/gap_page.html", context)


def _own_pair(mine: Profile, public_id: uuid.UUID) -> Pair:
    """The person's own pair with a published need."""
    pairs = Pair.objects.filter(Exists(Need.objects.published().filter(id=OuterRef("need"))), profile=mine)
    return get_object_or_404(
        pairs.select_related("need__organisation", "need__city", "need__area"), public_id=public_id
    )


def _row(match: Match, explanation: Explanation) -> dict[str, Any]:
    need = match.pair.need
    about = [str(need.organisation), place_words(need), str(need.get_kind_display())]
    return {
        "match": match,
        "need": need,
        "about": " · ".join(word for word in about if word),
        "explanation": explanation,
    }


def _title(opened: OpenedList, count: int) -> str:
    """What is the case, in one line."""
    if opened.state == NONE_YET:
        return {
            "matching_off": _("Matching is off"),
            "not_adult": _("Say first that you are 18 or older"),
            "few_skills": _("Name a few more skills to be matched"),
        }.get(opened.reason or "", _("Your list is being made"))
    best = opened.matches.first()
    if best is None and opened.state == STALLED:
        return _("Your list waits for the matcher")
    if best is None:
        return _("No need suits you now") if opened.state == READY else _("Your list is being made")
    return ngettext(
        "%(count)s need suits you; it scores %(best)s", "%(count)s needs suit you; the best scores %(best)s", count
    ) % {"count": count, "best": out_of_100(best.score)}


def _age(opened: OpenedList) -> str:
    """How old a list that is up to date is."""
    if opened.current is None or opened.state != READY:
        return ""
    made = opened.current.finished_at
    if (timezone.now() - made).total_seconds() < 60:
        return _("made just now")
    return _("%(age)s old") % {"age": timesince(made, depth=1)}


def _parts_words(count: int) -> str:
    return ngettext(
        "The need in %(count)s part; filled is covered", "The need in %(count)s parts; filled is covered", count
    ) % {"count": count}


def _unnamed(explanation: Explanation) -> PartView | None:
    """The weightiest skill that is not on the profile: perhaps the person has it and did not say so."""
    unnamed = [part for part in explanation.parts if part.held is None and part.verdict != "met"]
    return max(unnamed, key=lambda part: part.share - part.points, default=None)
