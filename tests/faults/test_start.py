"""The real thing: what a killed start leaves is cleared up by the next one, and the end leaves nothing."""

import socket
import urllib.request
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from launch.processes import identity
from tests.site import Site

pytestmark = [pytest.mark.faults, pytest.mark.queue]


@pytest.fixture
def lent(site: Site) -> Iterator[Site]:
    """The site, which runs again after the test."""
    yield site
    if site.process.poll() is not None:
        site.start()


def test_a_start_clears_up_after_a_killed_one_and_its_end_leaves_nothing(lent: Site) -> None:
    url, first = lent.url, lent.noted()
    assert {"web", "worker-now", "worker-bulk", "scheduler"} <= set(first)
    lent.process.kill()
    lent.process.wait()

    lent.start()
    assert lent.url == url
    assert all(identity(pid) is None for pid in first.values())
    with urllib.request.urlopen(url) as page:
        assert page.status == 200
    second = lent.noted()
    assert set(second) == set(first)

    assert lent.stop() == 0
    assert "Stopping ...\n" in lent.printed()
    assert all(identity(pid) is None for pid in second.values())
    assert lent.noted() == {}
    with socket.create_server(("127.0.0.1", urlsplit(url).port or 0)):
        pass
