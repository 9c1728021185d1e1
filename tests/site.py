"""The whole site as `python3 run.py` starts it, on the demo, for tests that drive it from outside."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import textwrap
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent

# What `python3 run.py` does once the packages are there; here they are those that pytest itself runs with.
START = textwrap.dedent("""\
    import os, sys
    from pathlib import Path
    from launch.folder import Folder
    from launch.start import alone, environment, serve
    from launch.stopping import Stop

    folder = Folder(Path.cwd(), Path(sys.prefix), Path(sys.argv[1]))
    stop = Stop()
    stop.listen()
    folder.make()
    folder.keep_secret_key()
    with alone(folder):
        serve(folder, environment(os.environ, folder), stop)
    """)
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
"""Which of the test runners at a time this is: each has a database and a broker of its own."""
DATABASE = f"crossing_site_test_{WORKER}"
PATIENCE = 90.0  # seconds for anything that must happen at all; a test never asserts a time


class Site:
    """A running site of its own: database, broker, web, workers, scheduler."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.log = var / "start.log"
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        env = {name: value for name, value in os.environ.items() if name not in {"SITE_URL", "HOST", "VAR_DIR"}}
        if env.get("DATABASE_URL"):
            env["DATABASE_URL"] = _fresh_database(env["DATABASE_URL"])
        if env.get("REDIS_URL"):
            env["REDIS_URL"] = _own_broker(env["REDIS_URL"])
        self.env = env | {"PORT": str(port), "DEMO": "1"}
        self.start()
        logins = json.loads((var / "demo_logins.json").read_text())
        self.logins = {one["role"]: (one["email"], one["password"]) for one in logins}

    def start(self) -> None:
        """Start it, on what an earlier start left, and wait for its first page."""
        with self.log.open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-c", START, str(self.var)],
                cwd=ROOT,
                env=self.env,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        self.until(lambda: "Ready:" in self.printed() or self.process.poll() is not None, "the first page")
        found = re.search(r"Ready: (http://\S+)", self.printed())
        assert found is not None, self.printed()
        self.url = found.group(1)

    def printed(self) -> str:
        return self.log.read_text(errors="replace")

    def until(self, seen: Callable[[], Any], what: str) -> Any:
        """Wait until `seen` gives something true, and give it; looking must not keep the site from its work."""
        end, pause = time.monotonic() + PATIENCE, 0.05
        while not (found := seen()):
            assert time.monotonic() < end, f"{what} did not come: {self.printed()[-2000:]}"
            time.sleep(pause)
            pause = min(0.5, 1.5 * pause)
        return found

    def call(self, method: str, path: str, body: Any = None, token: str = "", language: str = "en") -> tuple[int, Any]:
        """One API call: status and body."""
        headers = {"Content-Type": "application/json", "Accept-Language": language}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/api/v1{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null")

    def token(self, role: str) -> str:
        email, password = self.logins[role]
        status, got = self.call("POST", "/tokens/", {"email": email, "password": password, "name": "test"})
        assert status == 201, got
        return str(got["token"])

    def processes(self, *words: str) -> list[int]:
        """Process ids of this site whose command line holds all the words."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                mine = str(self.var).encode() in (folder / "environ").read_bytes()
            except OSError:
                continue
            if mine and all(word in line for word in words):
                found.append(int(folder.name))
        return found

    def noted(self) -> dict[str, int]:
        """The processes that it has written down, by name."""
        found = {}
        for note in (self.var / "run").glob("*.pid"):
            with contextlib.suppress(FileNotFoundError):
                found[note.stem] = int(note.read_text().split()[0])
        return found

    def stop(self) -> int:
        """End it as Ctrl-C would; gives its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


def _fresh_database(url: str) -> str:
    with psycopg.connect(urlunsplit(urlsplit(url)._replace(path="/postgres")), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {DATABASE}")
    return urlunsplit(urlsplit(url)._replace(path=f"/{DATABASE}"))


def _own_broker(url: str) -> str:
    """The same server, its databases counted on from the one that is named."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{int(parts.path.strip('/') or 0) + WORKER}"))
