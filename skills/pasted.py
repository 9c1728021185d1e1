"""A pasted text read for skills: what was found, where, what the text says of it, and what its person decided so far.

Linking proposes and a person confirms, so nothing of this is stored: the form carries the decisions, and the same text
always gives the same reading.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Final, Literal

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.inputs import MANY_CHARACTERS
from engine.link import PROBABLE

from . import linking
from .linking import LinkedSkill
from .models import Skill

LIKENESSES_SHOWN: Final = 6
"""Most proposals that no name in the text points to: the best few help, more of them are wrong than right."""

MOST_SHOWN: Final = 80
"""Most proposals of one text; nobody checks more of them with care, and a need takes 100 skills at most."""

QUOTED: Final = 120
"""Characters of a quote that a row shows; what is kept as evidence is longer."""

EVIDENCE: Final = 500
"""Characters of a quote that are kept as evidence, the most that a claim takes."""

SENTENCE_ENDS: Final = re.compile(r"[。！？；!?;\n]|\.(?=\s|$)")

State = Literal["in", "ask", "off"]


@dataclass(frozen=True)
class Found:
    """One skill found in a text, with the number under which it stands there."""

    number: int
    linked: LinkedSkill
    start: int  # of what is marked: its words, and the word right beside them that says how well, or not at all
    end: int
    words: str
    sentence: str

    @property
    def skill(self) -> Skill:
        return self.linked.skill

    @property
    def level(self) -> int:
        return self.linked.level

    @property
    def denied(self) -> bool:
        return self.linked.standing == "denied"

    @property
    def wished(self) -> bool:
        return self.linked.standing == "wish"

    @property
    def quote(self) -> str:
        """The words that show it, in one line and short enough for a row."""
        return _shortened(_one_line(self.words), QUOTED)

    @property
    def evidence(self) -> str:
        """The sentence that shows it, as a claim keeps it: what the person did, not only what it is called."""
        return _shortened(_one_line(self.sentence), EVIDENCE)

    @property
    def language(self) -> str:
        return language_of(self.quote)

    @property
    def remarks(self) -> list[str]:
        """What the text says of it, for somebody who decides about it."""
        said = [] if self.linked.found_by == "name" else [_("not by this name; our best guess")]
        if self.linked.level_cue:
            said.append(self._reads_as)
        else:
            said.append(_("the text gives no level; %(level)s is our guess") % {"level": self.level})
        if self.wished and self.linked.standing_cue:
            said.append(_("“%(words)s” makes it a wish") % {"words": _one_line(self.linked.standing_cue)})
        elif self.wished:
            said.append(_("the text lists it as a wish"))
        return said

    def remarks_beside(self, level: str, denied: str | Promise) -> list[str]:
        """The same where the skill stands on the form already, at a level of its own."""
        if self.denied:
            return [str(denied)]
        if not self.linked.level_cue:
            return []
        if level in ("", str(self.level)):
            return [self._reads_as]
        both = {"words": _one_line(self.linked.level_cue), "said": self.level, "here": level}
        return [_("“%(words)s” reads as level %(said)s; here it is %(here)s") % both]

    @property
    def _reads_as(self) -> str:
        words = {"words": _one_line(self.linked.level_cue or ""), "level": self.level}
        return _("“%(words)s” reads as level %(level)s") % words


@dataclass(frozen=True)
class Piece:
    """A stretch of the text: plain, or marked, with the numbers of what ends there."""

    text: str
    state: State | None = None
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True)
class Proposal:
    """A skill that waits for a decision, or was left out, with what was typed for it."""

    found: Found
    state: State
    remarks: list[str]
    level: str
    weight: str
    next: bool  # the cursor stands here: the one before was just decided

    @property
    def code_name(self) -> str:
        return f"ask-{self.found.number}"

    @property
    def level_name(self) -> str:
        return f"ask_level-{self.found.number}"

    @property
    def weight_name(self) -> str:
        return f"ask_weight-{self.found.number}"


@dataclass(frozen=True)
class Accepted:
    """A skill that the person took over from the text."""

    code: str
    level: str
    weight: str
    found: Found | None  # None where the text was changed in the meantime and no longer shows it


@dataclass
class Pasted:
    """The text of a form after somebody asked for its skills, and the decisions that came with the form."""

    text: str
    denied: str | Promise  # what is said of a skill that the text denies
    rejected: list[str] = field(default_factory=list)
    typed: dict[str, tuple[str, str]] = field(default_factory=dict)  # code: level and weight as they were typed
    numbered: dict[str, str] = field(default_factory=dict)  # number of a proposal as it was sent: code
    held: Collection[str] = ()  # codes that stand on the form
    decided: int | None = None  # number of the proposal that was just decided

    @classmethod
    def sent(cls, post: QueryDict, text: str, denied: str | Promise) -> Pasted | None:
        """What a form brought along; None where nobody asked for the skills of its text.

        What was rejected stays so until the text changes.
        """
        read = str(post.get("read", ""))
        if post.get("do") != "link" and not read:
            return None
        pasted = cls(text, denied)
        if read == pasted.fingerprint:
            pasted.rejected = list(dict.fromkeys(str(code) for code in post.getlist("rejected")))
        for name in post:
            if match := re.fullmatch(r"ask-(\d{1,6})", name, re.ASCII):
                number, code = match[1], str(post.get(name, ""))
                typed = str(post.get(f"ask_level-{number}", "")), str(post.get(f"ask_weight-{number}", ""))
                pasted.numbered[number], pasted.typed[code] = code, typed
        return pasted

    @property
    def fingerprint(self) -> str:
        """Tells one text from another, so that the form knows whether it was read as it stands."""
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()[:32]

    @property
    def language(self) -> str:
        return language_of(self.text)

    @cached_property
    def found(self) -> list[Found]:
        """What is in the text, in the order of its places: all that is named, the best of what is only like it."""
        if not self.text.strip() or self.too_long:
            return []
        kept: list[LinkedSkill] = []
        likenesses = 0
        for linked in linking.link_text(self.text):  # best first
            if linked.found_by != "name":
                likenesses += 1
                if likenesses > LIKENESSES_SHOWN or linked.score < PROBABLE:
                    continue
            kept.append(linked)
        kept = sorted(kept[:MOST_SHOWN], key=lambda linked: (linked.start, linked.end, linked.skill.pk))
        found = []
        for number, linked in enumerate(kept, 1):
            start, end = _place(self.text, linked)
            found.append(Found(number, linked, start, end, self.text[start:end], _sentence(self.text, start, end)))
        return found

    @property
    def too_long(self) -> bool:
        return len(self.text) > MANY_CHARACTERS

    @property
    def note(self) -> str:
        """Why there is nothing to show, where that is so."""
        if not self.text.strip():
            return _("There is no text yet. Paste or write it above, then look again.")
        if self.too_long:
            return _("This text is too long to be read; keep the part that speaks of the work.")
        return "" if self.found else _("No skill was found in this text. Add them by name below.")

    def of(self, code: str) -> Found | None:
        return next((found for found in self.found if found.skill.code == code), None)

    def state(self, found: Found) -> State:
        """Whether a skill is on the form, waits for a decision, or is left out."""
        code = found.skill.code
        if code in self.held:
            return "in"
        return "off" if found.denied or code in self.rejected else "ask"

    @property
    def proposals(self) -> list[Proposal]:
        """What waits for a decision, then what is left out; what stands on the form already is not among them."""
        waiting = [found for found in self.found if self.state(found) == "ask"]
        following = [found for found in waiting if self.decided is not None and found.number > self.decided]
        following = following or (waiting if self.decided is not None else [])
        cursor = following[0] if following else None
        shown = [self._proposal(found, found is cursor) for found in self.found if found.skill.code not in self.held]
        return sorted(shown, key=lambda proposal: proposal.state == "off")

    @property
    def tally(self) -> dict[str, int]:
        """How many stand on the form, wait for a decision, and are left out."""
        states = [self.state(found) for found in self.found]
        return {state: states.count(state) for state in ("in", "ask", "off")}

    @property
    def open(self) -> int:
        """How many wait for a decision."""
        return self.tally["ask"]

    def _proposal(self, found: Found, following: bool) -> Proposal:
        state, code = self.state(found), found.skill.code
        remarks = found.remarks
        if code in self.rejected:
            remarks = [_("you left it out")]
        elif found.denied:
            remarks = [str(self.denied)]
        level, weight = self.typed.get(code, ("", ""))
        return Proposal(found, state, remarks, level or str(found.level), weight, following)

    def accepted(self, number: str) -> list[Accepted]:
        """The proposal that was sent under a number; nothing where there was none."""
        code = self.numbered.get(number, "")[:100]
        if not code:
            return []
        found = self._decided(code)
        level, weight = self.typed[code]
        if code in self.rejected:
            self.rejected.remove(code)
        return [Accepted(code, level or (str(found.level) if found else ""), weight, found)]

    def accepted_all(self, held: Collection[str]) -> list[Accepted]:
        """Every proposal that waits for a decision, as it was typed."""
        self.held = held
        return [
            Accepted(proposal.found.skill.code, proposal.level, proposal.weight, proposal.found)
            for proposal in self.proposals
            if proposal.state == "ask"
        ]

    def reject(self, number: str) -> None:
        """Leave out the proposal that was sent under a number, until the text changes."""
        code = self.numbered.get(number, "")
        self._decided(code)
        self.leave_out(code)

    def leave_out(self, code: str) -> None:
        """Leave out a skill, if the text shows it, until the text changes."""
        if self.of(code) is not None and code not in self.rejected:
            self.rejected.append(code)

    def _decided(self, code: str) -> Found | None:
        found = self.of(code)
        self.decided = found.number if found else None
        return found

    @property
    def pieces(self) -> list[Piece]:
        """The text cut where something begins or ends; where places overlap, the innermost gives a stretch its look."""
        return list(_cut(self.text, self.found, self.state))


def language_of(text: str) -> str:
    """The language to read a text out in, for a text of either or both."""
    return "zh-Hans" if re.search("[\u3400-\u9fff]", text) else "en"


def _cut(text: str, found: Iterable[Found], state: Callable[[Found], State]) -> Iterator[Piece]:
    """Every character of the text once, in order."""
    places = [(one.start, one.end, one) for one in found if one.start < one.end]
    borders = sorted({0, len(text)} | {border for start, end, _one in places for border in (start, end)})
    for begin, until in pairwise(borders):
        over = [(end - start, one) for start, end, one in places if start <= begin and until <= end]
        if not over:
            yield Piece(text[begin:until])
            continue
        _length, innermost = min(over, key=lambda covering: (covering[0], covering[1].number))
        numbers = tuple(one.number for _start, end, one in places if end == until)
        yield Piece(text[begin:until], state(innermost), numbers)


def _place(text: str, linked: LinkedSkill) -> tuple[int, int]:
    """Where the words are that show a skill, with a cue that touches them."""
    start, end = max(0, linked.start), min(len(text), linked.end)
    for cue in (linked.level_cue, linked.standing_cue):
        if not cue:
            continue
        before = text[max(0, start - len(cue) - 1) : start].rstrip(" ")
        after = text[end : end + len(cue) + 1]
        if before.endswith(cue):
            start = text.rindex(cue, 0, start)
        elif after.lstrip(" ").startswith(cue):
            end = text.index(cue, end) + len(cue)
    return start, end


def _sentence(text: str, start: int, end: int) -> str:
    """The sentence around a place; where that is longer than evidence may be, what stands from the place on."""
    before, after = text[max(0, start - EVIDENCE) : start], text[end : end + EVIDENCE]
    begins = [match.end() for match in SENTENCE_ENDS.finditer(before)]
    ends = SENTENCE_ENDS.search(after)
    head = before[begins[-1] :] if begins else before
    tail = after[: ends.end()] if ends else after
    whole = (head + text[start:end] + tail).strip()
    return whole if len(whole) <= EVIDENCE else text[start:end] + tail


def _one_line(words: str) -> str:
    return " ".join(words.split())


def _shortened(words: str, most: int) -> str:
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"
