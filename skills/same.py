"""Skills of different frameworks that are the same one: their labels agree.

Aliases alone do not decide. Many frameworks write tools and special cases among them (our "SQL querying" is also found
under "MySQL", O*NET's "Operating system software" under "Keras"), so that two skills sharing one are rarely the same.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from django.db import transaction

from .models import Alias, Framework, SameAs, Skill

Key = int | str


@dataclass(frozen=True)
class Names:
    """What one skill is called: by its labels, and by anything at all, each in the form in which it is compared."""

    labels: frozenset[str]
    names: frozenset[str]

    @classmethod
    def of(cls, labels: Iterable[str], aliases: Iterable[str] = ()) -> "Names":
        """Labels count with and without an explanation in brackets: "Python (computer programming)"."""
        plain = {compared(label) for label in labels}
        called = frozenset(chain(plain, (re.sub(r"\s*\([^()]*\)$", "", label) for label in plain))) - {""}
        return cls(called, called | {compared(alias) for alias in aliases})


def compared(name: str) -> str:
    """A name without regard to width, case and blanks."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def agreeing(ones: dict[Key, Names], others: dict[Key, Names]) -> list[tuple[Key, Key, SameAs.Reason]]:
    """The pairs that are the same: labels agree, or each label is an alias of the other.

    Who agrees with two is linked to neither: it is not said which. O(names).
    """
    called: dict[str, list[Key]] = defaultdict(list)
    for key, names in others.items():
        for name in names.names:
            called[name].append(key)
    found: dict[SameAs.Reason, list[tuple[Key, Key]]] = {SameAs.Reason.LABEL: [], SameAs.Reason.ALIASES: []}
    for key, names in ones.items():
        for other in sorted({other for label in names.labels for other in called[label]}, key=str):
            if names.labels & others[other].labels:
                found[SameAs.Reason.LABEL].append((key, other))
            elif names.names & others[other].labels:
                found[SameAs.Reason.ALIASES].append((key, other))
    taken: set[tuple[str, Key]] = set()
    pairs: list[tuple[Key, Key, SameAs.Reason]] = []
    for reason, candidates in found.items():
        sides = [("one", one) for one, _ in candidates] + [("other", other) for _, other in candidates]
        often = Counter(sides)
        for one, other in candidates:
            if often["one", one] == often["other", other] == 1 and not {("one", one), ("other", other)} & taken:
                pairs.append((one, other, reason))
        taken.update(sides)
    return pairs


@transaction.atomic
def link_frameworks(framework: Framework) -> int:
    """Link the skills of a framework with the same ones of every other current framework. Gives the number of links.

    Links of this framework are made anew: those of labels that have changed go.
    """
    SameAs.objects.filter(skill__framework=framework).delete()
    SameAs.objects.filter(other__framework=framework).delete()
    ours = _names(framework)
    links = [
        SameAs(skill_id=min(one, other), other_id=max(one, other), reason=reason)
        for against in Framework.objects.filter(current=True).exclude(code=framework.code).order_by("id")
        for one, other, reason in agreeing(ours, _names(against))
    ]
    SameAs.objects.bulk_create(links, batch_size=2_000)
    return len(links)


def _names(framework: Framework) -> dict[Key, Names]:
    aliases: dict[int, list[str]] = defaultdict(list)
    for key, text in Alias.objects.filter(skill__framework=framework).values_list("skill_id", "text"):
        aliases[key].append(text)
    labels = Skill.objects.filter(framework=framework, successor=None).values_list("id", "label_en", "label_zh")
    return {key: Names.of(filter(None, both), aliases[key]) for key, *both in labels}
