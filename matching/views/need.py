"""A firm's needs, and the people who are ranked for one of them, under pseudonyms and each with the reason."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from accounts.models import Organisation, in_active_language
from accounts.permissions import Act, demand
from engine.model import KEEP
from enterprises.models import Need
from enterprises.views import desk_page, firms_to_post_for, seen_need, what_one_may
from matching.explaining import explain_pairs
from matching.explanation import Explanation
from matching.lists import READY, REFRESHING, OpenedList, open_list
from matching.models import Match
from talent.models import Profile, Pseudonym

from .standing import standings

NEEDS_ON_A_PAGE = 25
SHOWN_AT_FIRST = SHOWN_MORE = 10
# Where nothing is under way, so that there is nothing to wait for.
AT_REST = {"draft", "closed", "not_verified"}

KEEPS_OUT_MOST: dict[str, Promise] = {
    "kind": later("The kind of work keeps out most: %(count)d."),
    "place": later("The place keeps out most: %(count)d."),
    "language": later("The languages keep out most: %(count)d."),
    "start": later("The start keeps out most: %(count)d."),
}
REMOVES_MOST: dict[str, Promise] = {
    "kind": later("No one is eligible: the condition that removes most is the kind of work (%(count)d)."),
    "place": later("No one is eligible: the condition that removes most is the place (%(count)d)."),
    "language": later("No one is eligible: the condition that removes most is the languages (%(count)d)."),
    "start": later("No one is eligible: the condition that removes most is the start (%(count)d)."),
}


@dataclass(frozen=True)
class Candidate:
    """One ranked person as their firm meets them."""

    match: Match
    name: Pseudonym
    explanation: Explanation
    url: str

    @property
    def profile(self) -> Profile:
        return self.match.pair.profile

    @property
    def tile(self) -> str:
        plant = self.name.plant
        return in_active_language(plant.short_en, plant.name_zh[:1])

    @property
    def would_move(self) -> bool:
        """Whether moving is what makes the place fit."""
        need = self.match.pair.need
        return bool(self.profile.moves) and self.profile.city_id != need.city_id

    @property
    def about(self) -> str:
        """City, and whether they would move, in a few words."""
        city = str(self.profile.city) if self.profile.city else _("city not stated")
        return _("%(city)s, would move") % {"city": city} if self.would_move else city

    @property
    def line(self) -> str:
        """City, moving and first free day, as a sentence or two."""
        city, to = self.profile.city, self.match.pair.need.city
        place = {"city": city or _("City not stated"), "to": to}
        if self.would_move and to:
            said = [_("%(city)s, would move to %(to)s.") % place]
        else:
            said = [_("%(city)s, would move.") % place if self.would_move else _("%(city)s.") % place]
        if day := self.profile.available_from:
            said.append(_("Free from %(day)s.") % {"day": date_format(day, "MONTH_DAY_FORMAT")})
        return pgettext("between sentences", " ").join(said)


@desk_page
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
    page = Paginator(found.select_related("organisation", "city"), NEEDS_ON_A_PAGE).get_page(request.GET.get("page"))
    lists = standings(list(page))
    firms = list(mine)
    context = {
        "page": page,
        "rows": [{"need": need, "list": lists[need.pk], "age": _age(lists[need.pk].made_at)} for need in page],
        "status": status,
        "filters": [("", _("All"), sum(counted.values()))]
        + [(value, STATUS_CHIPS[value], counted[value]) for value in Need.Status.values if value in counted],
        "firms": firms,
        "may_post": bool(firms) and bool(firms_to_post_for(user)),
        "unverified": [firm for firm in firms if firm.state != Organisation.State.VERIFIED],
    }
    return render(request, "matching/needs.html", context)


STATUS_CHIPS = {"draft": later("Drafts"), "published": later("Published"), "closed": later("Closed")}


@desk_page
@require_safe
def need(request: HttpRequest, public_id: Any) -> HttpResponse:
    """The people ranked for one need, best first, and one of them opened with the whole reason."""
    user: Any = request.user
    need = seen_need(user, public_id)
    demand(user, Act.SEE_MATCHES, need.organisation)
    opened = open_list(need)
    seen = _token(opened)
    if request.GET.get("seen") == seen:
        return HttpResponse(status=204)  # asked again each second: what is shown still holds
    shown, wanted = _shown(request), request.GET.get("candidate", "")
    listed = opened.matches.count()
    matches = list(opened.matches[:shown])
    chosen = _chosen(opened, wanted) if wanted else None
    gone = bool(wanted) and chosen is None
    if gone and "seen" not in request.GET:
        raise Http404
    candidates = _candidates(need, matches, chosen, shown)
    people = candidates[: len(matches)]
    current = candidates[-1] if chosen else next(iter(people), None)
    waits = opened.state != READY and opened.reason not in AT_REST
    context = {
        "need": need,
        "may": what_one_may(user, need),
        "list": opened,
        "people": people,
        "opened": current,
        "chosen": chosen is not None,
        "gone": gone,
        "listed": listed,
        "sentence": _sentence(opened, listed),
        "nobody": _nobody(opened),
        "all_url": _address(shown=shown) or "?",
        "more_url": _address(shown=shown + SHOWN_MORE, candidate=wanted) if listed > len(people) else "",
        "next_rank": len(people) + 1,
        "poll_url": _address(shown=shown, candidate=wanted, seen=seen) if waits else "",
    }
    return render(request, "matching/need.html", context)


def _shown(request: HttpRequest) -> int:
    """How many rows are asked for; anything odd is the first ten."""
    asked = request.GET.get("shown", "")
    return min(KEEP, max(SHOWN_AT_FIRST, int(asked))) if asked.isascii() and asked.isdigit() and len(asked) < 5 else 10


def _chosen(opened: OpenedList, wanted: str) -> Match | None:
    """The match that is to be opened, if it stands in this list."""
    try:
        return opened.matches.filter(pair__public_id=UUID(wanted)).first()
    except ValueError:
        return None


def _candidates(need: Need, matches: list[Match], chosen: Match | None, shown: int) -> list[Candidate]:
    """Each match with its pseudonym and its reason; the chosen one, where there is one, comes again as the last."""
    all_matches = [*matches, *([chosen] if chosen else [])]
    people = {match.pair.profile_id for match in all_matches}
    names = {
        name.profile_id: name
        for name in Pseudonym.objects.filter(organisation=need.organisation, profile__in=people).select_related("plant")
    }
    reasons = explain_pairs([(need, match.pair.profile) for match in all_matches], viewer="firm")
    return [
        Candidate(
            match=match,
            name=names[match.pair.profile_id],
            explanation=reason,
            url=_address(shown=shown, candidate=str(match.pair.public_id)) + "#opened",
        )
        for match, reason in zip(all_matches, reasons, strict=True)
    ]


def _address(*, shown: int = SHOWN_AT_FIRST, **words: str) -> str:
    """The address of this page in another state; what is as at first is left out."""
    said = {name: word for name, word in words.items() if word}
    if shown > SHOWN_AT_FIRST:
        said["shown"] = str(shown)
    return "?" + urlencode(said) if said else ""


def _token(opened: OpenedList) -> str:
    """What a waiting page compares: state, reason and list; before the first list also how far the work is."""
    made = opened.current.public_id.hex if opened.current else "none"
    done = f".{int(100 * (opened.progress or 0))}" if opened.current is None else ""
    return f"{opened.state}.{opened.reason or 'ok'}.{made}{done}"


def _age(moment: Any) -> str:
    """How old a list is, in words; "" while it is fresh."""
    if moment is None or (timezone.now() - moment).total_seconds() < 60:
        return ""
    return timesince(moment, depth=1)


def _sentence(opened: OpenedList, listed: int) -> str:
    """Under the head of a list: its order, its age, what keeps out most, and who of the eligible is not listed."""
    if opened.current is None:
        return ""
    age = _age(opened.current.finished_at)
    if opened.state == REFRESHING:
        said = [_("Being made anew; this is the list of %(age)s ago.") % {"age": age} if age else _("Being made anew.")]
    else:
        said = [_("Best first, %(age)s old.") % {"age": age} if age else _("Best first, made just now.")]
    if opened.excluded:
        condition, count = opened.excluded[0]
        said.append(str(KEEPS_OUT_MOST[condition]) % {"count": count})
    if listed >= KEEP and opened.current.eligible > listed:
        said.append(_("The best %(count)d are listed.") % {"count": listed})
    elif 0 < listed < opened.current.eligible:
        said.append(_("%(count)d of them score above 0 and are listed.") % {"count": listed})
    return pgettext("between sentences", " ").join(said)


def _nobody(opened: OpenedList) -> str:
    """Why a list that is made holds no one."""
    if opened.current is None or opened.matches.exists():
        return ""
    if opened.current.eligible:
        return _("Nobody who meets the conditions holds one of these skills, or one near to it.")
    if opened.excluded:
        condition, count = opened.excluded[0]
        return str(REMOVES_MOST[condition]) % {"count": count}
    return _("No one is eligible: nobody is listed on the platform yet.")
