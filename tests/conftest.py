"""What every test stands on: no collected files, quick password hashing, no broker, jobs done when a test says so."""

import gc
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings
from hypothesis import settings as hypothesis_settings
from rest_framework.test import APIClient
from xdist.scheduler import LoadFileScheduling

from accounts.models import Organisation, User
from accounts.tasks import send_letter
from accounts.tokens import give_token
from matching import jobs, tasks
from matching.models import Job
from talent.models import Profile
from tests import factories
from tests.site import Site

hypothesis_settings.register_profile("project", deadline=None, derandomize=True, print_blob=True)
hypothesis_settings.load_profile("project")


FROM_OUTSIDE = ("tests/faults/", "tests/browser/")
"""Where the tests are that start programs and wait for them."""


class FilesButOneSite(LoadFileScheduling):
    """A file at a time to each runner, but all that drives the site to one of them, so that it is started once."""

    def _split_scope(self, nodeid: str) -> str:
        return "from outside" if nodeid.startswith(FROM_OUTSIDE) else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    return FilesButOneSite(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits for processes and browsers begins first, so that nothing has to be waited for at the end."""
    items.sort(key=lambda item: not item.nodeid.startswith(FROM_OUTSIDE))


def pytest_collection_finish() -> None:
    """What is loaded by now stays, and the collector need not walk through it again and again: a tenth of the time."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture(scope="session", autouse=True)
def _plain() -> Iterator[None]:
    """Static files need no collecting in tests, and passwords no slow hash."""
    static = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    with override_settings(
        STORAGES=settings.STORAGES | static,
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
        EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend",
    ):
        yield


@pytest.fixture(autouse=True)
def announced(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, str]]:
    """Messages that would go to the broker, as (job, queue)."""
    sent: list[tuple[int, str]] = []
    monkeypatch.setattr(jobs, "announcer", lambda job_id, queue: sent.append((job_id, queue)))
    return sent


@pytest.fixture(autouse=True)
def _letters_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a worker would send is sent when the transaction ends."""
    monkeypatch.setattr(send_letter, "apply_async", lambda given, **how: send_letter(*given))


@pytest.fixture
def work(db: None) -> Callable[[], int]:
    """Do every waiting job, what is wanted now before the rest, until none waits; gives how many were done."""

    def until_done() -> int:
        done = 0
        while (waiting := Job.objects.filter(state=Job.State.WAITING).order_by("-queue", "id").first()) is not None:
            tasks.run_job(waiting.pk)
            waiting.refresh_from_db()
            assert waiting.state == Job.State.DONE, waiting.error
            done += 1
            assert done < 1000
        return done

    return until_done


@pytest.fixture
def owner(db: None) -> User:
    return factories.a_user("owner@crossing.example")


@pytest.fixture
def firm(owner: User) -> Organisation:
    """A verified enterprise with an owner."""
    return factories.a_firm(owner)


@pytest.fixture
def editor(firm: Organisation) -> User:
    return factories.a_member(firm, role="editor")


@pytest.fixture
def viewer(firm: Organisation) -> User:
    return factories.a_member(firm, role="viewer")


@pytest.fixture
def outsider(db: None) -> User:
    """The owner of another verified firm."""
    user = factories.a_user("outsider@crossing.example")
    factories.a_firm(user)
    return user


@pytest.fixture
def student(db: None) -> Profile:
    """A listed person with three skills."""
    return factories.a_profile(
        dict.fromkeys(factories.some_skills(3), 3),
        user=factories.a_user("student@crossing.example", name="Yitong Example"),
    )


@pytest.fixture
def api(db: None) -> Callable[..., APIClient]:
    """An API client for a user (with a token), or for nobody."""

    def client(user: User | None = None, language: str = "en") -> APIClient:
        made = APIClient(headers={"accept-language": language})
        if user is not None:
            _token, secret = give_token(user=user, name="test")
            made.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
        return made

    return client


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The whole site, started once for all tests that drive it from outside; Linux only, since /proc is read."""
    if not sys.platform.startswith("linux"):
        pytest.skip("the site is watched through /proc, which only Linux has")
    started = Site(tmp_path_factory.mktemp("site"))
    yield started
    started.stop()
