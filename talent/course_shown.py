"""How pages show a course: its skills as ladders from the level on entry to the level reached, its runs as rows."""

from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from skills.models import Skill

from .courses import run_state
from .models import Course, CourseRun


@dataclass(frozen=True)
class Ladder:
    """What a course does for one skill: from the level on entry up to the level reached."""

    skill: Skill
    entry: int
    reached: int
    evidence: str = ""

    @property
    def rungs(self) -> list[dict[str, Any]]:
        """Five rungs, as `components/ladder.html` draws them."""
        return [
            {
                "kind": "held" if rung <= self.entry else "gain" if rung <= self.reached else "idle",
                "level": rung,
                "x": 25 * rung - 25,
                "plus": 25 * rung - 17,
                "middle": 25 * rung - 14,
            }
            for rung in range(1, 6)
        ]

    @property
    def gate(self) -> int:
        return 25 * max(self.reached, self.entry) - 5

    @property
    def label(self) -> str:
        words = {"skill": self.skill.label, "entry": self.entry, "reached": self.reached}
        if not self.reached:
            return _("%(skill)s: level %(entry)s is asked for on entry") % words
        return _("%(skill)s: from level %(entry)s to level %(reached)s") % words

    @property
    def short(self) -> str:
        """The two levels in a few words."""
        if not self.reached:
            return _("%(entry)s on entry") % {"entry": self.entry}
        if not self.entry:
            return _("to %(reached)s") % {"reached": self.reached}
        return _("%(entry)s to %(reached)s") % {"entry": self.entry, "reached": self.reached}


def ladders_of(course: Course) -> list[Ladder]:
    """What the course does for each skill, the largest step first; then what it only asks for."""
    entry = {row.skill_id: row for row in course.entry_levels.all()}
    ladders = []
    for claim in course.claims.all():
        asked = entry.pop(claim.skill_id, None)
        ladders.append(Ladder(claim.skill, asked.level if asked else 0, claim.level, claim.evidence))
    ladders.sort(key=lambda ladder: (ladder.entry - ladder.reached, ladder.skill.label))
    return ladders + [Ladder(row.skill, row.level, 0) for row in entry.values()]


# How a run stands: tone, icon and word of its mark.
RUN_STATES: dict[str, tuple[str, str, Any]] = {
    "open": ("good", "circle-check", pgettext_lazy("course run", "open")),
    "closed": ("", "lock", pgettext_lazy("course run", "course closed")),
    "full": ("wait", "users", pgettext_lazy("course run", "full")),
    "begun": ("river", "clock", pgettext_lazy("course run", "has begun")),
    "over": ("", "lock", pgettext_lazy("course run", "over")),
    "cancelled": ("bad", "circle-x", pgettext_lazy("course run", "cancelled")),
}


@dataclass(frozen=True)
class ShownRun:
    """A run as a row of a table."""

    run: CourseRun

    @property
    def stands(self) -> str:
        return run_state(self.run)

    @property
    def mark(self) -> tuple[str, str, Any]:
        return RUN_STATES[self.stands]

    @property
    def left(self) -> int:
        return self.run.seats - self.run.taken

    @property
    def place(self) -> str:
        """Where it takes place, in a few words."""
        there = [str(place) for place in (self.run.base, self.run.city) if place]
        if self.run.online:
            there.append(_("online"))
        return pgettext("between words", ", ").join(there)

    @property
    def price(self) -> str:
        """What a seat costs, in a few words."""
        if not self.run.price:
            return pgettext("price", "free")
        whole = self.run.price == self.run.price.to_integral_value()
        amount = number_format(self.run.price, 0 if whole else 2, use_l10n=True, force_grouping=True)
        currency = pgettext("currency", "CNY") if self.run.currency == "CNY" else self.run.currency
        return _("%(amount)s %(currency)s") % {"amount": amount, "currency": currency}

    @property
    def alive(self) -> bool:
        """Whether it can still be changed or cancelled."""
        return self.stands not in {"cancelled", "over"}
