"""In which language a letter is written: in the reader's, as far as anybody knows it."""

from collections.abc import Callable, Iterable

from django.conf import settings
from django.utils import translation

from .models import User

RULE = "\n\n" + "-" * 40 + "\n\n"
Said = Callable[[], tuple[str, str]]
"""Gives subject and text of a letter in the active language."""


def keep_language(person: User, code: str) -> None:
    """Remember the language that a person reads, for letters to them; an unknown one changes nothing."""
    if code in dict(settings.LANGUAGES):
        person.language = code
        person.save(update_fields=["language"])


def in_language_of(reader: User, said: Said, otherwise: str = "") -> tuple[str, str]:
    """Subject and text in the language that the reader chose, or `otherwise`, or in all of them."""
    code = reader.language or otherwise
    return _written([code], said) if code else in_every_language(said)


def in_every_language(said: Said) -> tuple[str, str]:
    """Subject and text in all languages, the writer's first: for who has chosen none, or is not here yet."""
    here = translation.get_language() or settings.LANGUAGE_CODE
    return _written(sorted((code for code, _name in settings.LANGUAGES), key=lambda code: code != here), said)


def _written(codes: Iterable[str], said: Said) -> tuple[str, str]:
    letters = []
    for code in codes:
        with translation.override(code):
            letters.append(said())
    subjects, texts = zip(*letters, strict=True)
    return " · ".join(" ".join(subject.split()) for subject in subjects), RULE.join(texts) + "\n"
