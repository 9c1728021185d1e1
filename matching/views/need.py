"""A firm's needs, and who is ranked for one of them: people under pseudonyms, programs, courses and experts."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_safe

from accounts.models import Organisation, in_active_language
from accounts.permissions import Act, demand
from enterprises.models import Need
from enterprises.views import firms_to_post_for, seen_need, what_one_may
from matching.explaining import FIRM
from matching.gap_courses import courses_for_gap
from matching.lists import OpenedList, open_list
from matching.models import Match
from matching.pairs import BY_CANDIDATES, COURSES, EXPERTS, PROGRAMS, STUDENTS, PairKind
from matching.templatetags.components import initials
from talent.models import Course, Expert, Profile, Program, Pseudonym

from .ranked import Face, Row, age_words, chosen_match, ranked
from .standing import standings

NEEDS_ON_A_PAGE = 25

REMOVES_MOST: dict[str, Promise] = {
    "kind": later("No one is eligible: the condition that removes most is the kind of work (%(count)d)."),
    "place": later("No one is eligible: the condition that removes most is the place (%(count)d)."),
    "language": later("No one is eligible: the condition that removes most is the languages (%(count)d)."),
    "start": later("No one is eligible: the condition that removes most is the start (%(count)d)."),
}


@login_required
@require_safe
def needs(request: HttpRequest) -> HttpResponse:
    """The needs of one's own firms, each with how its list stands."""
    user: Any = request.user
    mine = Organisation.objects.of_member(user).filter(kind=Organisation.Kind.ENTERPRISE)
    own = Need.objects.visible_to(user).filter(organisation__in=mine.values("id"))
    counted = dict(own.order_by().values_list("status").annotate(Count("id")))
    status = request.GET.get("status", "")
    status = status if status in Need.Status.values else ""
    found = own.filter(status=status) if status else own
    rows = found.select_related("organisation", "city").defer("text")
    page = Paginator(rows, NEEDS_ON_A_PAGE).get_page(request.GET.get("page"))
    lists = standings(list(page))
    firms = list(mine)
    context = {
        "page": page,
        "rows": [{"need": need, "list": lists[need.pk], "age": age_words(lists[need.pk].made_at)} for need in page],
        "status": status,
        "filters": [("", _("All"), sum(counted.values()))]
        + [(value, STATUS_CHIPS[value], counted[value]) for value in Need.Status.values if value in counted],
        "firms": firms,
        "may_post": bool(firms) and bool(firms_to_post_for(user)),
        "unverified": [firm for firm in firms if firm.state != Organisation.State.VERIFIED],
    }
    return render(request, "matching/needs.html", context)


STATUS_CHIPS = {"draft": later("Drafts"), "published": later("Published"), "closed": later("Closed")}


@login_required
@require_safe
def need(request: HttpRequest, public_id: Any, candidates: str = STUDENTS.candidates) -> HttpResponse:
    """Who is ranked for one need, of one kind, best first, and one of them opened with the whole reason."""
    user: Any = request.user
    need = seen_need(user, public_id)
    demand(user, Act.SEE_MATCHES, need.organisation)
    kind = BY_CANDIDATES[candidates]
    opened = open_list(need, kind)
    context = ranked(
        request,
        opened,
        viewer=FIRM,
        faces=lambda matches: _faces(need, matches),
        head=lambda count: _head(kind, count),
        nobody=_nobody(kind, opened),
    )
    if context is None:
        return HttpResponse(status=204)
    context |= {
        "need": need,
        "may": what_one_may(user, need),
        "candidates": candidates,
        "gap_url": _gap_url(need, context["opened"]),
    }
    return render(request, "matching/need.html", context)


def _gap_url(need: Need, row: Row | None) -> str:
    """Where the courses stand that a person's gap leads to; nothing where nobody is opened, or without a gap."""
    if row is None or row.person is None or row.explanation.fit >= 1.0:
        return ""
    candidate = {"candidate": str(row.match.pair.public_id)}
    return reverse("need-gap-courses", args=[need.public_id], query=candidate)


@login_required
@require_safe
def need_gap_courses(request: HttpRequest, public_id: Any) -> HttpResponse:
    """The courses from the gap of one person in a need's list; without one, the list, where one is opened."""
    user: Any = request.user
    need = seen_need(user, public_id)
    demand(user, Act.SEE_MATCHES, need.organisation)
    wanted = request.GET.get("candidate", "")
    if not wanted:
        return redirect("need", need.public_id)
    match = chosen_match(open_list(need), wanted)
    if match is None or match.pair.profile is None:
        raise Http404
    [face] = _faces(need, [match])
    context = {
        "reader": FIRM,
        "rows": courses_for_gap(need=need, profile=match.pair.profile),
        "title": face.name,
        "up": need.title,
        "up_url": reverse("need", args=[need.public_id], query={"candidate": wanted}),
    }
    return render(request, "matching/gap_page.html", context)


def _head(kind: PairKind, count: int) -> str:
    """How many there are, as the head of the list."""
    said = {
        STUDENTS: ngettext("%(count)s person meets the conditions", "%(count)s people meet the conditions", count),
        PROGRAMS: ngettext(
            "%(count)s program fits, wholly or in part", "%(count)s programs fit, wholly or in part", count
        ),
        COURSES: ngettext(
            "%(count)s course fits, wholly or in part", "%(count)s courses fit, wholly or in part", count
        ),
        EXPERTS: ngettext("%(count)s expert meets the conditions", "%(count)s experts meet the conditions", count),
    }
    return said[kind] % {"count": count}


def _nobody(kind: PairKind, opened: OpenedList) -> str:
    """Why a list that is made holds no one."""
    if not opened.eligible and opened.excluded:
        condition, count = opened.excluded[0]
        return str(REMOVES_MOST[condition]) % {"count": count}
    if not opened.eligible and kind is STUDENTS:
        return _("No one is eligible: nobody is listed on the platform yet.")
    said = {
        STUDENTS: _("Nobody who meets the conditions holds one of these skills, or one near to it."),
        PROGRAMS: _("No program leads to one of these skills, or one near to it."),
        COURSES: _("No course leads to one of these skills, or one near to it."),
        EXPERTS: _("No expert who meets the conditions holds one of these skills, or one near to it."),
    }
    return said[kind]


# How each kind of candidate is shown to a firm ------------------------------------------------------------------------
def _faces(need: Need, matches: list[Match]) -> list[Face]:
    """The candidates as this firm meets them; people under the pseudonyms that only it sees."""
    people = [match.pair.profile_id for match in matches if match.pair.profile_id]
    given = Pseudonym.objects.filter(organisation=need.organisation, profile__in=people).select_related("plant")
    names = {name.profile_id: name for name in given} if people else {}
    shown: dict[type, Callable[[Any], Face]] = {
        Profile: lambda profile: _person(need, profile, names[profile.pk]),
        Program: _program,
        Course: _course,
        Expert: _expert,
    }
    return [shown[type(match.pair.candidate)](match.pair.candidate) for match in matches]


def _person(need: Need, profile: Profile, name: Pseudonym) -> Face:
    """A person: a plant and a number, city, moving and first free day; nothing that leads to who they are."""
    would_move = bool(profile.moves) and profile.city_id != need.city_id  # that is what makes the place fit
    city = str(profile.city) if profile.city else _("city not stated")
    place = {"city": profile.city or _("City not stated"), "to": need.city}
    if would_move and need.city:
        said = [_("%(city)s, would move to %(to)s.") % place]
    else:
        said = [_("%(city)s, would move.") % place if would_move else _("%(city)s.") % place]
    if day := profile.available_from:
        said.append(_("Free from %(day)s.") % {"day": date_format(day, "MONTH_DAY_FORMAT")})
    return Face(
        name=name,
        tile=in_active_language(name.plant.short_en, name.plant.name_zh[:1]),
        about=_("%(city)s, would move") % {"city": city} if would_move else city,
        line=pgettext("between sentences", " ").join(said),
    )


def _program(program: Program) -> Face:
    about = [program.organisation, program.city, capfirst(program.get_study_display())]
    return _posted(program, program.organisation, about, reverse("program", args=[program.public_id]))


def _course(course: Course) -> Face:
    weeks = course.weeks or 0
    lasts = ngettext("%(count)d week", "%(count)d weeks", weeks) % {"count": weeks} if weeks else ""
    about = [course.organisation, lasts]
    return _posted(course, course.organisation, about, reverse("course", args=[course.public_id]))


def _posted(row: Program | Course, body: Organisation, about: list[Any], link: str) -> Face:
    return Face(row.title, initials(body), str(body), facts(about), link, row.language, org=True)


def _expert(expert: Expert) -> Face:
    days = expert.days_a_month or 0
    told = ngettext("%(count)d day a month", "%(count)d days a month", days) % {"count": days} if days else ""
    about = expert.headline or str(expert.city or expert.organisation or "")
    line = facts([expert.headline, expert.organisation, expert.city, told])
    return Face(expert, initials(expert), about, line, reverse("expert", args=[expert.public_id]))


def facts(parts: list[Any]) -> str:
    """A few facts in a row; what is not stated is left out."""
    return " · ".join(str(part) for part in parts if part)
