"""What forms of pages share: words and numbered rows as they were sent, choices, and one row a language."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from .errors import FieldError
from .models import City
from .prose import Level, ProseLanguage, SpokenLanguage

UNREADABLE = "\ufffd"  # what stands where bytes were no text

Pairs = list[tuple[str, str | Promise]]


# What was sent --------------------------------------------------------------------------------------------------------
def word_sent(post: QueryDict, name: str) -> str:
    """The last value sent under a name; nothing where there is none."""
    return str(post.get(name, ""))


def numbers_sent(post: Mapping[str, Any], name: str) -> list[int]:
    """The numbers of the rows that were sent, in order."""
    found = (re.fullmatch(rf"{name}-(\d{{1,6}})", key, re.ASCII) for key in post)
    return sorted({int(match[1]) for match in found if match and match[1] == str(int(match[1]))})


def amount_meant(typed: str) -> str | None:
    """An amount without the commas between its thousands, or None where nothing was typed."""
    amount = typed.strip()
    return (amount.replace(",", "") if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", amount, re.ASCII) else amount) or None


def unreadable(path: tuple[str | int, ...]) -> FieldError:
    """The fault of a text in which something cannot be read."""
    return FieldError(path, "unreadable", _("There are characters in it that cannot be read; please type them again."))


# Choices --------------------------------------------------------------------------------------------------------------
def with_typed(options: Pairs, typed: str, called: str | Promise = "") -> Pairs:
    """The options, and what was typed where it is none of them, so that it is shown and not lost."""
    return options if any(value == typed for value, _word in options) else [*options, (typed, called or typed or "–")]


def cities() -> Pairs:
    """The cities of the region."""
    return [(city.code, str(city)) for city in City.objects.all()]


def city_options(typed: str, unsaid: str = "") -> Pairs:
    """The cities of the region to choose from, or none, and what was typed."""
    return with_typed([("", unsaid or _("not stated")), *cities()], typed)


def readers_language() -> ProseLanguage:
    """The language that a new text is probably written in: the page's."""
    return ProseLanguage.CHINESE if (get_language() or "en").startswith("zh") else ProseLanguage.ENGLISH


# Languages ------------------------------------------------------------------------------------------------------------
@dataclass
class SpokenRow:
    """One language, as it stands on the form; without a language it says nothing."""

    number: int
    code: str = ""
    level: str = ""
    focus: bool | None = None  # the cursor stands here; None leaves the attribute out
    errors: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"spoken-{self.number}"

    @property
    def level_name(self) -> str:
        return f"spoken_level-{self.number}"

    @property
    def languages(self) -> Pairs:
        return with_typed([("", _("none")), *SpokenLanguage.choices], self.code)

    @property
    def levels(self) -> Pairs:
        steps: Pairs = [(str(level.value), f"{level.value} · {level.label}") for level in Level]
        return with_typed([("", _("level")), *steps], self.level)


S = TypeVar("S", bound=SpokenRow)


def spoken_sent(post: QueryDict, row: Callable[..., S]) -> list[S]:
    """The languages that were sent, one row at least."""
    return [
        row(place, word_sent(post, f"spoken-{number}"), word_sent(post, f"spoken_level-{number}"))
        for place, number in enumerate(numbers_sent(post, "spoken"))
    ] or [row(0)]


def spoken_twice(rows: Iterable[SpokenRow]) -> list[FieldError]:
    """A fault for each language that stands twice; the form alone can see it."""
    codes = [row.code for row in rows if row.code]
    message = _("This language is there already; each stands once.")
    return [
        FieldError(("languages", code), "twice", message)
        for code in dict.fromkeys(code for code in codes if codes.count(code) > 1)
    ]


def spoken_field(rows: Sequence[SpokenRow], code: str) -> str:
    """The field of a language's fault: the last of its code, for where it stands twice that is the one too many."""
    return next((row.name for row in reversed(rows) if row.code[:20] == code[:20]), "spoken-0")
