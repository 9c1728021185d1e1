"""Draws one explained match: the ladders, the strips, the sum and the table that holds them all as text.

For page authors; `explanation` is a `matching.explanation.Explanation`, `viewer` is "firm", "student",
or "owner" (of the program, the course, the expert):

    {% load score_picture %}
    {% explained explanation viewer %}            all of it, from the sentence to the conditions, straight in a card
                                                  (`note=` stands at its end, `height=44` on a page of its own)
    {% score_picture explanation viewer %}        the sum beside the strip and the bar of 100, with their headings
    {% equation explanation viewer %}             82 = 84 − 5 + 3
    {% strip explanation 44 %}                    one cell a skill; 44 on a page, 30 in a panel, 10 in a row (no labels)
    {% sumline explanation %}                     one bar of 100: earned, shared words, deduction, open
    {% ladder_table explanation viewer %}         the table with its foot, the waterfall
    {% ladder part %}                             five rungs of one skill (`after=3`: with a course to level 3)
    {% strengths_strip explanation viewer %}      what the need calls for of the person's strengths
    {% conditions explanation %}                  the list of conditions, met or to be asked
    {% picture_key %}                             what held, striped, dashed and the gate mean
    {{ share|out_of_100 }}                        any share as a whole number, half up

Drawings are SVG whose x and width are percentages: they need no inline style, and print sharp. Each has role="img" and
a label that says the same in words; the table says every number again as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from matching import rounding

if TYPE_CHECKING:
    from matching.explanation import Explanation, PartView, StrengthView

register = template.Library()

VIEWERS = ("firm", "student", "owner")
TAUGHT = ("programs", "courses")  # whose levels are reached, not held
MINI = 20  # a strip lower than this is one of a list: no figures under it, thinner cuts
SHARED_WORDS_SHOWN = 3
NAMES_SHOWN = 6
# Pixels, to tell whether figures fit: a strip on a phone, a strip in a panel, "10.0" with air beside it.
ON_PHONE, ON_WIDE, FIGURE = 320, 440, 30
# Above this score the figures over the bar would leave its end, under the other its start.
BAR_END, BAR_START = 94, 8

out_of_100 = register.filter("out_of_100", rounding.out_of_100)


# Words ----------------------------------------------------------------------------------------------------------------


def listed(items: Iterable[str]) -> str:
    return pgettext("between words", ", ").join(items)


def several(sentences: Iterable[str]) -> str:
    return pgettext("between items", "; ").join(sentences)


def names(labels: Sequence[str], most: int = NAMES_SHOWN) -> str:
    """Names in a row, the first few of them where there are many."""
    if len(labels) <= most:
        return listed(labels)
    rest = len(labels) - most
    more = ngettext("%(count)s more", "%(count)s more", rest) % {"count": rest}
    return listed([*labels[:most], more])


def level_held(part: PartView) -> int:
    """The level that counts as the skill's own; its twin in another framework is the skill itself."""
    twin = part.via.level if part.via and part.via.near >= 1 else 0
    return max(part.held or 0, twin)


def shared_words(explanation: Explanation) -> SafeString:
    """The strongest shared words as people wrote them, each marked with its language."""
    words = explanation.shared_words[:SHARED_WORDS_SHOWN]
    return format_html_join(
        pgettext("between words", ", "),
        '<span lang="{}">{}</span>',
        (("zh-Hans" if re.search(r"[\u3400-\u9fff]", word) else "en", word) for word in words),
    )


# Ladder ---------------------------------------------------------------------------------------------------------------


def rungs(*, wanted: int, held: int, stand_in: int = 0, after: int = 0) -> list[str]:
    """What each of the five rungs shows: the first rule that holds.

    `held` is the level of the skill itself, `stand_in` that of a near skill that earned more, `after` the level that a
    course leads to; 0 where there is none.
    """
    kinds = []
    for rung in range(1, 6):
        if rung <= held:
            kinds.append("held" if rung <= wanted else "surplus")
        elif rung <= wanted and rung <= after:
            kinds.append("gain")
        elif rung <= wanted and rung <= stand_in:
            kinds.append("near")
        else:
            kinds.append("gap" if rung <= wanted else "idle")
    return kinds


@register.inclusion_tag("components/ladder.html")
def ladder(part: PartView, after: int = 0) -> dict[str, Any]:
    """Five rungs of one skill and the gate behind the wanted level."""
    stand_in = part.via.level if part.via and part.via.near < 1 else 0
    kinds = rungs(wanted=part.wanted, held=level_held(part), stand_in=stand_in, after=after)
    drawn = [
        {"kind": kind, "level": rung, "x": 25 * rung - 25, "plus": 25 * rung - 17, "middle": 25 * rung - 14}
        for rung, kind in enumerate(kinds, start=1)
    ]
    return {"rungs": drawn, "gate": 25 * part.wanted - 5, "label": part.sentence}


# Strip and bar --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """One part of an explanation as it is shown: its figures are rounded together with those of the others."""

    part: PartView
    weight: Decimal
    points: str
    held: int

    @property
    def nothing(self) -> bool:
        return self.points == "0"


def rows(explanation: Explanation) -> list[Row]:
    """The parts in the order of the page: by weight, then by name."""
    parts = sorted(explanation.parts, key=lambda part: (-part.share, part.skill.label))
    weights = rounding.weights_of_100([part.share for part in parts])
    points = rounding.parts_of([part.points for part in parts], explanation.fit)
    return [
        Row(
            part=part,
            weight=weight,
            points=str(figure) if part.points > 0 else "0",
            held=level_held(part),
        )
        for part, weight, figure in zip(parts, weights, points, strict=True)
    ]


def cells(widths: Sequence[float], fills: Sequence[float], kinds: Sequence[str], height: int) -> list[dict[str, str]]:
    """Side by side cells of a strip, as SVG attributes; a fill grows from the ground line."""
    drawn, left = [], 0.0
    for width, fill, kind in zip(widths, fills, kinds, strict=True):
        filled = height * min(1.0, max(0.0, fill))
        drawn.append(
            {
                "kind": kind,
                "x": _percent(left),
                "width": _percent(width),
                "y": f"{height - filled:.1f}",
                "filled": f"{filled:.1f}",
                "middle": _percent(left + width / 2),
            }
        )
        left += width
    return drawn


def cuts(drawn: Sequence[dict[str, str]], height: int) -> list[dict[str, Any]]:
    """The gaps between cells; thinner where cells are many or small."""
    width = 1 if height < MINI or len(drawn) > 24 else 2
    if height < MINI and len(drawn) > 24:
        return []
    return [{"x": cell["x"], "width": width, "back": -width / 2} for cell in drawn[1:]]


def figure_fits(share: float) -> str:
    """Where a figure has room under its cell: everywhere (""), on a wide screen ("onwide") or nowhere ("none")."""
    if share * ON_PHONE >= FIGURE:
        return ""
    return "onwide" if share * ON_WIDE >= FIGURE else "none"


@register.inclusion_tag("components/strip.html")
def strip(explanation: Explanation, height: int = 30) -> dict[str, Any]:
    """Fit as a picture: one cell a skill, as wide as its weight, filled as far as it is covered."""
    shown = rows(explanation)
    kinds = ["void" if row.part.credit <= 0 else "stand" if row.part.verdict == "near" else "held" for row in shown]
    drawn = cells([row.part.share for row in shown], [row.part.credit for row in shown], kinds, height)
    mini = height < MINI
    if not mini:
        for row, cell in zip(shown, drawn, strict=True):
            cell |= {"figure": row.points, "fits": figure_fits(row.part.share)}
    label = _("Fit %(fit)s of 100, by weight: %(parts)s") % {
        "fit": rounding.out_of_100(explanation.fit),
        "parts": several(
            _("%(skill)s %(points)s of %(weight)s")
            % {"skill": row.part.skill.label, "points": row.points, "weight": row.weight}
            for row in shown
        ),
    }
    return {
        "cells": drawn,
        "cuts": cuts(drawn, height),
        "height": height,
        "whole": height if mini else height + 20,
        "inside": height - 1,
        "over": height + 2,
        "base": height + 16,
        "mini": mini,
        "label": label,
    }


@register.inclusion_tag("components/sumline.html")
def sumline(explanation: Explanation) -> dict[str, Any]:
    """One bar of 100: what skills earn and shared words add, up to the score; then the deduction, then what is open."""
    shown = _figures(explanation)
    earned = explanation.score - explanation.text_bonus
    said = [_("Score %(score)s") % {"score": shown.score}]
    if shown.more:
        said[0] = _("Score %(score)s, of it %(more)s by shared words") % {"score": shown.score, "more": shown.more}
    if shown.less:
        said.append(_("%(less)s less for unused strengths") % {"less": shown.less})
    said.append(_("%(open)s open") % {"open": shown.open})
    over = " ".join(text for text in (f"+{shown.more}" * bool(shown.more), f"−{shown.less}" * bool(shown.less)) if text)
    place = "end" if shown.score > BAR_END else "start" if shown.score < BAR_START else ""
    return {
        "shown": shown,
        "score": _percent(explanation.score),
        "earned": _percent(earned),
        "bonus": _percent(explanation.text_bonus),
        "deduction": _percent(explanation.focus_deduction),
        "over": over if place else "",
        "place": place,
        "lead": "0" if shown.score < 20 else _percent(earned / 2),
        "lead_at_start": shown.score < 20,
        "label": several(said),
    }


@register.inclusion_tag("components/equation.html")
def equation(explanation: Explanation, viewer: str = "firm") -> dict[str, Any]:
    """The headline: score = fit − unused strengths + shared words, in whole numbers that add up."""
    return {"shown": _figures(explanation), "viewer": _known(viewer)}


# Table and the rest ---------------------------------------------------------------------------------------------------


@register.inclusion_tag("components/ladder_table.html")
def ladder_table(explanation: Explanation, viewer: str = "firm") -> dict[str, Any]:
    """Every part as text with its ladder; the foot is the waterfall from the parts to the score."""
    return {
        "rows": rows(explanation),
        "foot": _figures(explanation, places=1),
        "words": shared_words(explanation),
        "viewer": _known(viewer),
        "reached": explanation.of in TAUGHT,
    }


@register.inclusion_tag("components/strengths.html")
def strengths_strip(explanation: Explanation, viewer: str = "firm") -> dict[str, Any]:
    """The person's strengths by level, filled where the need calls for them; it explains the deduction."""
    strengths = sorted(explanation.strengths, key=lambda strength: (-strength.share, strength.skill.label))
    asked = {part.skill.code for part in explanation.parts}
    kinds = ["held" if strength.skill.code in asked else "stand" for strength in strengths]
    drawn = cells([strength.share for strength in strengths], [strength.used for strength in strengths], kinds, 12)
    use = rounding.out_of_100(explanation.use)
    return {
        "strengths": strengths,
        "cells": drawn,
        "cuts": [cut | {"width": 2, "back": -1} for cut in cuts(drawn, 12)],
        "use": use,
        "less": _figures(explanation).less,
        "most": rounding.out_of_100(explanation.focus),
        "told": _told(strengths),
        "viewer": _known(viewer),
        "label": _("%(use)s of 100 of these strengths are called for: %(parts)s")
        % {
            "use": use,
            "parts": several(
                _("%(skill)s %(points)s of %(weight)s")
                % {
                    "skill": strength.skill.label,
                    "points": rounding.tenths_of_100(strength.share * strength.used),
                    "weight": rounding.tenths_of_100(strength.share),
                }
                for strength in strengths
            ),
        },
    }


@register.inclusion_tag("components/conditions.html")
def conditions(explanation: Explanation) -> dict[str, Any]:
    """What was checked before any score: met, or unknown and to be asked."""
    return {"conditions": explanation.conditions}


@register.inclusion_tag("components/picture_key.html")
def picture_key(explanation: Explanation | None = None) -> dict[str, Any]:
    """What the marks of ladders and strips mean."""
    return {"reached": explanation is not None and explanation.of in TAUGHT}


@register.inclusion_tag("components/score_picture.html")
def score_picture(explanation: Explanation, viewer: str = "firm", height: int = 30) -> dict[str, Any]:
    """The sum beside the strip and the bar of 100."""
    return {"explanation": explanation, "viewer": _known(viewer), "height": height}


@register.inclusion_tag("components/explained.html")
def explained(explanation: Explanation, viewer: str = "firm", height: int = 30, note: str = "") -> dict[str, Any]:
    """The whole body of a panel that explains one match, with a quiet note at its end."""
    return {"explanation": explanation, "viewer": _known(viewer), "height": height, "note": note}


def _told(strengths: Iterable[StrengthView]) -> str:
    """Which strengths are called for, which in part, which not at all, by name."""
    called: dict[str, list[str]] = {"wholly": [], "partly": [], "not": []}
    for strength in strengths:
        how = "wholly" if strength.used > 0.995 else "partly" if strength.used > 0 else "not"
        called[how].append(strength.skill.label)
    said = [
        (called["wholly"], _("Called for: %(skills)s.")),
        (called["partly"], _("In part: %(skills)s.")),
        (called["not"], _("Unused: %(skills)s.")),
    ]
    between = pgettext("between sentences", " ")
    return between.join(sentence % {"skills": names(labels)} for labels, sentence in said if labels)


def _figures(explanation: Explanation, places: int = 0) -> rounding.Figures:
    return rounding.figures(
        score=explanation.score,
        fit=explanation.fit,
        less=explanation.focus_deduction,
        more=explanation.text_bonus,
        places=places,
    )


def _percent(share: float) -> str:
    """A share as an SVG length; a comma for the decimal point would break the picture."""
    return f"{100 * share:.2f}%"


def _known(viewer: str) -> str:
    if viewer not in VIEWERS:
        raise template.TemplateSyntaxError(f"a score is shown to one of {VIEWERS}, not to {viewer!r}")
    return viewer
