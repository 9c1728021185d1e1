"""Workers are killed in the middle of their work: nothing is lost, nothing is done twice, and the page says so."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.factories import a_credit_code
from tests.site import Site

pytestmark = [pytest.mark.faults, pytest.mark.queue]


def a_need(site: Site, firm: str, token: str, title: str) -> str:
    status, got = site.call("GET", "/skills/?page_size=6", token=token)
    skills = [{"skill": row["code"], "min_level": 2} for row in got["results"]]
    need = {"organisation": firm, "title": title, "language": "en", "kind": "job", "remote": True, "skills": skills}
    status, got = site.call("POST", "/needs/", need, token)
    assert status == 201, got
    return str(got["id"])


def kill_workers(site: Site) -> int:
    pids = site.processes("celery", "worker")
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    return len(pids)


def test_scikit_learn_is_in_no_process_that_was_not_asked_to_fit(site: Site) -> None:
    """It takes a second of each start, and 70 MB."""
    started = site.processes("celery")
    assert len(started) == 3
    assert [pid for pid in started if "sklearn" in Path(f"/proc/{pid}/maps").read_text()] == []


def test_needs_published_while_workers_die_all_get_their_list_once(site: Site) -> None:
    token = site.token("firm")
    firm = site.call("GET", "/organisations/?mine=true", token=token)[1]["results"][0]["id"]
    needs = [a_need(site, firm, token, f"Need {number}") for number in range(6)]
    states: set[str] = set()

    def ready(need: str) -> Any:
        got = site.call("GET", f"/needs/{need}/matches/", token=token)[1]
        states.add(got["state"])
        return got if got["state"] == "ready" else None

    for need in needs[:3]:
        assert site.call("POST", f"/needs/{need}/publish/", {}, token)[0] == 200
    assert kill_workers(site) >= 2
    for need in needs[3:]:
        assert site.call("POST", f"/needs/{need}/publish/", {}, token)[0] == 200
    for need in needs:
        got = site.until(lambda need=need: ready(need), f"the list of {need}")
        ids = [row["id"] for row in got["results"]]
        assert ids
        assert len(ids) == len(set(ids))
    assert states <= {"ready", "none_yet", "refreshing", "stalled"}
    assert "worker-now stopped" in site.printed()


def test_letters_that_are_written_while_workers_die_come_all_the_same(site: Site) -> None:
    token = site.token("student")
    names = [f"Waiting Lamps {number}" for number in range(3)]
    for name in names:
        body = {"name": {"en": name}, "credit_code": a_credit_code()}
        assert site.call("POST", "/organisations/", body, token)[0] == 201
        kill_workers(site)

    def told(name: str) -> bool:
        mails = (site.var / "mail").glob("*.log")
        return any(name in mail.read_text(errors="replace") for mail in mails)

    for name in names:
        site.until(lambda name=name: told(name), f"the letter about {name}")


def test_a_broker_that_dies_stops_no_publishing(site: Site) -> None:
    brokers = site.processes("valkey-server")
    if not brokers:
        pytest.skip("the broker is not the bundled one, and not ours to kill")
    token = site.token("firm")
    firm = site.call("GET", "/organisations/?mine=true", token=token)[1]["results"][0]["id"]
    need = a_need(site, firm, token, "Published without a broker")
    for pid in brokers:
        os.kill(pid, signal.SIGKILL)
    assert site.call("POST", f"/needs/{need}/publish/", {}, token)[0] == 200
    site.until(
        lambda: site.call("GET", f"/needs/{need}/matches/", token=token)[1]["state"] == "ready", "the list after all"
    )
