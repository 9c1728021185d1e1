"""The real thing: what a killed start leaves is cleared up by the next one, and the end leaves nothing."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from launch.processes import identity
from tests.site import ROOT, START

pytestmark = [pytest.mark.faults, pytest.mark.queue]


@pytest.fixture
def port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@pytest.fixture
def start(tmp_path, port):
    """Start everything in a folder of its own, on SQLite, and read what is printed up to the address."""
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "SITE_URL", "HOST")}
    with contextlib.ExitStack() as running:

        def once():
            process = subprocess.Popen(
                [sys.executable, "-c", START, str(tmp_path)],
                cwd=ROOT,
                env=kept | {"PORT": str(port), "DEMO": "0"},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            running.enter_context(process)
            running.callback(process.terminate)
            printed = []
            for line in process.stdout:
                printed.append(line)
                if line.startswith("Ready: "):
                    return process, printed
            raise AssertionError("".join(printed))

        yield once


def noted(folder):
    """The processes that are written down, by name."""
    found = {}
    for note in (folder / "run").glob("*.pid"):
        with contextlib.suppress(FileNotFoundError):
            found[note.stem] = int(note.read_text().split()[0])
    return found


def test_a_start_clears_up_after_a_killed_one_and_its_end_leaves_nothing(start, tmp_path, port):
    killed, _ = start()
    first = noted(tmp_path)
    assert {"web", "worker-now", "worker-bulk", "scheduler"} <= set(first)
    killed.send_signal(signal.SIGKILL)
    killed.wait()

    process, printed = start()
    assert printed[-1] == f"Ready: http://127.0.0.1:{port}\n"
    assert all(identity(pid) is None for pid in first.values())
    with urllib.request.urlopen(f"http://127.0.0.1:{port}") as page:
        assert page.status == 200
    second = noted(tmp_path)
    assert set(second) == set(first)

    process.terminate()
    assert "Stopping ...\n" in process.stdout
    assert process.wait() == 0
    assert all(identity(pid) is None for pid in second.values())
    assert noted(tmp_path) == {}
    with socket.create_server(("127.0.0.1", port)):
        pass
