"""The skills of a form are handled alike on the forms of a need, a program, a course, an expert and a profile."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from skills.models import Skill
from tests import factories
from tests.pasting import Says, read_by

pytestmark = pytest.mark.django_db
DENIED = {
    "need": "the text says it is not asked for",
    "program": "the text says that it is not taught",
    "course": "the text says it is not taught",
    "expert": "the text says it was not done",
    "profile": "the text says you have not done it",
}


@pytest.fixture
def skill(monkeypatch: pytest.MonkeyPatch) -> Skill:
    """A skill that the word SQL denies."""
    skill = factories.a_skill(label_en="SQL querying")
    read_by(monkeypatch, Says(skill, "SQL", standing="denied", standing_cue="no"))
    return skill


@pytest.fixture
def desk(client: Client) -> Client:
    """The browser of somebody who has a form of every kind: owner of a firm and of a school, and with a profile."""
    user: User = factories.a_profile().user
    factories.a_firm(user)
    factories.a_school(user)
    client.force_login(user)
    return client


def sent(desk: Client, kind: str, *skills: Skill, **fields: Any) -> Any:
    """The answer to a form with these skills, with no button pressed unless it is said."""
    rows = {}
    for number, skill in enumerate(skills):
        rows |= {f"skill-{number}": skill.code, f"level-{number}": "3", f"weight-{number}": "1"}
    start = {"title": "", "text": "no SQL", "language": "en", "spoken-0": ""}
    return desk.post(reverse("profile" if kind == "profile" else f"{kind}-new"), start | rows | fields)


def in_search(page: str) -> bool:
    """Whether the cursor stands in the search for skills."""
    return " autofocus" in re.search(r'<input[^>]* name="q"[^>]*>', page)[0]  # type: ignore[index]


@pytest.mark.parametrize("kind", DENIED)
def test_what_the_text_denies_is_told_in_the_words_of_the_form(desk: Client, skill: Skill, kind: str) -> None:
    page = sent(desk, kind, skill, do="link").content.decode()
    assert DENIED[kind] in page
    assert not [words for words in DENIED.values() if words != DENIED[kind] and words in page]


@pytest.mark.parametrize("kind", DENIED)
def test_a_form_that_comes_back_with_faults_leaves_the_cursor_to_the_faults(
    desk: Client, skill: Skill, kind: str
) -> None:
    wrong = {"spoken-0": "en", "spoken_level-0": "9", "level-0": "9"}
    answer = sent(desk, kind, skill, **wrong)  # Return in a field presses no named button
    assert answer.status_code == 422
    assert not in_search(answer.content.decode())


@pytest.mark.parametrize("kind", DENIED)
def test_skills_are_looked_for_added_once_and_removed(desk: Client, skill: Skill, kind: str) -> None:
    page = sent(desk, kind, q="sql").content.decode()
    assert in_search(page)
    assert f'name="add" value="{skill.code}"' in page
    page = sent(desk, kind, add=skill.code).content.decode()
    assert f'name="skill-0" value="{skill.code}"' in page
    page = sent(desk, kind, skill, add=skill.code).content.decode()
    assert "This skill is there already; each stands once." in page
    assert in_search(page)
    page = sent(desk, kind, skill, factories.a_skill(), remove="0").content.decode()
    assert f'value="{skill.code}"' not in page
    assert 'name="skill-0"' in page
    assert 'name="skill-1"' not in page
