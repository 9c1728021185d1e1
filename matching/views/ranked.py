"""One ranked list as a page shows it: rows best first, and one of them opened with the whole reason.

A need's people, programs, courses and experts, and the needs of a program, a course or an expert, all look like this.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.utils.translation import pgettext

from engine.model import KEEP
from matching.explaining import explain_pairs
from matching.explanation import Explanation
from matching.lists import READY, REFRESHING, OpenedList
from matching.models import Match
from talent.models import Profile

SHOWN_AT_FIRST = SHOWN_MORE = 10
# Where nothing is under way, so that there is nothing to wait for.
AT_REST = {"draft", "closed", "not_verified", "few_skills", "other_kind", "none_offered"}

KEEPS_OUT_MOST: dict[str, Promise] = {
    "kind": later("The kind of work keeps out most: %(count)d."),
    "place": later("The place keeps out most: %(count)d."),
    "language": later("The languages keep out most: %(count)d."),
    "start": later("The start keeps out most: %(count)d."),
}


@dataclass(frozen=True)
class Face:
    """What a row shows of the other side: its name, a line under it, and where one reads more of it."""

    name: Any
    tile: str
    about: str
    line: str
    link: str = ""
    language: str = ""  # of the name, where it is in one
    org: bool = False


@dataclass(frozen=True)
class Row:
    """One match as its reader meets it."""

    match: Match
    face: Face
    explanation: Explanation
    url: str

    @property
    def person(self) -> Profile | None:
        return self.match.pair.profile


Faces = Callable[[list[Match]], list[Face]]


def ranked(
    request: HttpRequest, opened: OpenedList, *, viewer: str, faces: Faces, head: Callable[[int], str], nobody: str
) -> dict[str, Any] | None:
    """What the page shows of a list; None where it was asked for again and what is shown still holds.

    `head` says how many there are, `nobody` why none of those who meet the conditions is listed.
    """
    seen = _token(opened)
    if request.GET.get("seen") == seen:
        return None
    shown, wanted = _shown(request), request.GET.get("candidate", "")
    listed = opened.matches.count()
    matches = list(opened.matches[:shown])
    chosen = chosen_match(opened, wanted) if wanted else None
    gone = bool(wanted) and chosen is None
    if gone and "seen" not in request.GET:
        raise Http404
    rows = _rows([*matches, *([chosen] if chosen else [])], viewer, faces, shown)
    waits = opened.state != READY and opened.reason not in AT_REST
    return {
        "list": opened,
        "viewer": viewer,
        "rows": rows[: len(matches)],
        "opened": rows[-1] if chosen else next(iter(rows), None),
        "chosen": chosen is not None,
        "gone": gone,
        "listed": listed,
        # Where conditions count, who meets them is told; else how many are listed.
        "head": head((opened.eligible or 0) if opened.conditions else listed),
        "sentence": _sentence(opened, listed),
        "nobody": "" if listed or not opened.current else nobody,
        "all_url": _address(shown=shown) or "?",
        "more_url": _address(shown=shown + SHOWN_MORE, candidate=wanted) if listed > len(matches) else "",
        "next_rank": len(matches) + 1,
        "poll_url": _address(shown=shown, candidate=wanted, seen=seen) if waits else "",
    }


def _shown(request: HttpRequest) -> int:
    """How many rows are asked for; anything odd is the first ten."""
    asked = request.GET.get("shown", "")
    return min(KEEP, max(SHOWN_AT_FIRST, int(asked))) if asked.isascii() and asked.isdigit() and len(asked) < 5 else 10


def chosen_match(opened: OpenedList, wanted: str) -> Match | None:
    """The match that is to be opened, if it stands in this list."""
    try:
        return opened.matches.filter(pair__public_id=UUID(wanted)).first()
    except ValueError:
        return None


def _rows(matches: list[Match], viewer: str, faces: Faces, shown: int) -> list[Row]:
    """Each match with its face and its reason."""
    reasons = explain_pairs([(match.pair.need, match.pair.candidate) for match in matches], viewer=viewer)
    return [
        Row(match, face, reason, _address(shown=shown, candidate=str(match.pair.public_id)) + "#opened")
        for match, face, reason in zip(matches, faces(matches), reasons, strict=True)
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


def age_words(moment: Any) -> str:
    """How old a list is, in words; "" while it is fresh."""
    if moment is None or (timezone.now() - moment).total_seconds() < 60:
        return ""
    return timesince(moment, depth=1)


def _sentence(opened: OpenedList, listed: int) -> str:
    """Under the head of a list: its order, its age, what keeps out most, and who of the eligible is not listed."""
    if opened.current is None:
        return ""
    age = age_words(opened.current.finished_at)
    if opened.state == REFRESHING:
        said = [_("Being made anew; this is the list of %(age)s ago.") % {"age": age} if age else _("Being made anew.")]
    else:
        said = [_("Best first, %(age)s old.") % {"age": age} if age else _("Best first, made just now.")]
    if opened.excluded:
        condition, count = opened.excluded[0]
        said.append(str(KEEPS_OUT_MOST[condition]) % {"count": count})
    if listed >= KEEP and opened.current.eligible > listed:
        said.append(_("The best %(count)d are listed.") % {"count": listed})
    elif 0 < listed < opened.current.eligible and opened.conditions:
        said.append(_("%(count)d of them score above 0 and are listed.") % {"count": listed})
    return pgettext("between sentences", " ").join(said)
