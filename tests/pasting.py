"""A reader of texts for tests of pages: it finds the words that a test names, so that the page alone is on trial."""

from dataclasses import dataclass
from typing import Any

import pytest

from engine.cues import Standing
from engine.link import Found
from skills import linking
from skills.linking import LinkedSkill
from skills.models import Skill


@dataclass(frozen=True)
class Says:
    """A skill, the words that show it, and what is said of it."""

    skill: Skill
    words: str
    level: int = 3
    cue: str | None = None
    standing: Standing = "asked"
    standing_cue: str | None = None
    found_by: Found = "name"
    score: float = 0.9


def read_by(monkeypatch: pytest.MonkeyPatch, *known: Says) -> list[str]:
    """Let texts be read by somebody who knows these words only; gives the texts that were read."""
    texts: list[str] = []

    def link_text(text: str, **_options: Any) -> list[LinkedSkill]:
        texts.append(text)
        there = [says for says in known if says.words in text]
        places = [(text.index(says.words), says) for says in there]
        return [
            LinkedSkill(
                says.skill,
                says.level,
                says.score,
                start,
                start + len(says.words),
                says.found_by,
                says.standing,
                says.words,
                says.cue,
                says.standing_cue,
            )
            for start, says in sorted(places, key=lambda place: -place[1].score)
        ]

    monkeypatch.setattr(linking, "link_text", link_text)
    return texts
