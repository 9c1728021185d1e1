"""What the tests of the API share: attempts counted anew each time, and a need as it is written."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from rest_framework.response import Response
from rest_framework.test import APIClient

from accounts.models import Organisation, User
from skills.models import Skill
from tests import factories

NEEDS, ME = "/api/v1/needs/", "/api/v1/profiles/me/"


@pytest.fixture(autouse=True)
def _no_attempts_yet() -> Iterator[None]:
    """Attempts to sign in are counted in the cache."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def skill(db: None) -> Skill:
    return factories.a_skill("T1", "SQL queries", "SQL 查询")


@pytest.fixture
def written(firm: Organisation, skill: Skill) -> Callable[..., dict[str, Any]]:
    """A need as it is written, valid but for what the test changes."""

    def need(**changes: Any) -> dict[str, Any]:
        row = {"skill": skill.code, "min_level": 3, "weight": 1.0, "essential": True}
        whole = {
            "organisation": str(firm.public_id),
            "title": "Data analyst",
            "text": "Reads traffic.",
            "language": "en",
            "kind": "job",
            "remote": True,
            "skills": [row],
        }
        return whole | changes

    return need


@pytest.fixture
def write(
    api: Callable[..., APIClient], owner: User, written: Callable[..., dict[str, Any]]
) -> Callable[..., Response]:
    """Send a need with these changes as its firm's owner; a NaN goes out as programs write it."""

    def send(**changes: Any) -> Response:
        return api(owner).post(NEEDS, json.dumps(written(**changes)), content_type="application/json")

    return send


def faults(response: Response) -> dict[str, str]:
    """Pointer to code of everything that an answer finds wrong."""
    assert response.status_code == 422, response.content
    assert response["Content-Type"] == "application/problem+json"
    assert response.data["code"] == "invalid_input"
    return {fault["pointer"]: fault["code"] for fault in response.data["errors"]}
