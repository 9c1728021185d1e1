"""Letters to people of whom nobody knows yet which language they read."""

from collections.abc import Callable

from django.conf import settings
from django.utils import translation

RULE = "\n\n" + "-" * 40 + "\n\n"


def in_every_language(said: Callable[[], tuple[str, str]]) -> tuple[str, str]:
    """Subject and text of a letter in all languages, the writer's first; `said` gives both in the active one."""
    codes = [code for code, _name in settings.LANGUAGES]
    here = translation.get_language() or settings.LANGUAGE_CODE
    codes.sort(key=lambda code: code != here)
    letters = []
    for code in codes:
        with translation.override(code):
            letters.append(said())
    subjects, texts = zip(*letters, strict=True)
    return " · ".join(" ".join(subject.split()) for subject in subjects), RULE.join(texts) + "\n"
