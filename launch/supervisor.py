"""Keeps the parts of a running project alive, and ends them together."""

import os
import shutil
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from launch.folder import Folder
from launch.processes import Process, finish, forget, signal_group, spawn
from launch.screen import say as say_on_screen

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 10.0
HEALTHY_AFTER = 60.0
SHOW_WORDS_AT = 3
LOG_LIMIT = 20_000_000
LOG_LOOK_EVERY = 60.0


@dataclass
class Part:
    """One program that must run, and how it is doing."""

    name: str
    command: Sequence[str]
    last_wish: int = signal.SIGKILL
    stops_last: bool = False
    process: Process | None = None
    failures: int = 0
    started_at: float = 0.0
    due_at: float = field(default=0.0)

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None


class Supervisor:
    """Starts parts, starts again what died, with a growing pause, and ends them all."""

    def __init__(
        self,
        folder: Folder,
        env: Mapping[str, str],
        *,
        say: Callable[[str], None] = say_on_screen,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.folder = folder
        self.env = env
        self.say = say
        self.clock = clock
        self.parts: list[Part] = []
        self.logs_seen_at = clock()

    def add(self, part: Part) -> None:
        """Start a part, with a fresh log; the log of the start before is kept beside it."""
        log = self.log_of(part)
        if log.exists():
            log.replace(log.with_suffix(".log.1"))
        self.parts.append(part)
        self._start(part)

    def drop(self, part: Part) -> None:
        """End a part and forget it."""
        self.parts.remove(part)
        self._finish([part], 1.0, lambda: False)

    def log_of(self, part: Part) -> Path:
        return self.folder.log / f"{part.name}.log"

    def last_words(self, part: Part, lines: int = 15) -> str:
        """The end of a part's log."""
        try:
            words = self.log_of(part).read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            words = []
        shown = [line for line in words if line.strip()][-lines:]
        return "\n".join(f"    {line}" for line in [*shown, f"(from {self.folder.shown(self.log_of(part))})"])

    def look(self) -> None:
        """Notice what has died, and start what is due."""
        for part in self.parts:
            if part.process is not None and part.process.poll() is not None:
                self._bury(part, part.process)
            if part.process is None and self.clock() >= part.due_at:
                self._start(part)
        if self.clock() - self.logs_seen_at >= LOG_LOOK_EVERY:
            self.logs_seen_at = self.clock()
            for part in self.parts:
                shorten(self.log_of(part))

    def _start(self, part: Part) -> None:
        part.started_at = self.clock()
        with open(self.log_of(part), "ab") as log:
            part.process = spawn(
                part.command,
                folder=self.folder,
                name=part.name,
                env=self.env,
                output=log.fileno(),
                last_wish=part.last_wish,
            )

    def _bury(self, part: Part, process: Process) -> None:
        """Clear up after a part that died, and settle when it starts again."""
        # What a dead server's own workers still hold, a port for instance, would be in the way of its successor.
        signal_group(process.pid, signal.SIGKILL)
        forget(self.folder, part.name)
        part.process = None
        if self.clock() - part.started_at >= HEALTHY_AFTER:
            part.failures = 0
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2**part.failures)
        part.failures += 1
        part.due_at = self.clock() + pause
        when = "" if pause < 1 else f" in {pause:g} s"
        self.say(f"{part.name} stopped ({how_it_ended(process.returncode)}); starting it again{when}")
        # One that was killed from outside has nothing to say about it.
        if part.failures == SHOW_WORDS_AT and process.returncode not in (-signal.SIGKILL, -signal.SIGTERM):
            self.say(f"  Its last words:\n{self.last_words(part)}")

    def end(self, *, patience: float = 4.0, hurry: Callable[[], bool] = lambda: False) -> None:
        """End every part: a friendly request first, force after `patience` or when in a hurry; the broker last."""
        parts, self.parts = self.parts, []
        self._finish([part for part in parts if not part.stops_last], patience, hurry)
        self._finish([part for part in parts if part.stops_last], 2.0, hurry)

    def _finish(self, parts: Sequence[Part], patience: float, hurry: Callable[[], bool]) -> None:
        finish([part.process for part in parts if part.process is not None], patience, hurry=hurry)
        for part in parts:
            forget(self.folder, part.name)
            part.process = None


def shorten(log: Path, limit: int = LOG_LIMIT) -> None:
    """Move a log that has grown long aside; its writer goes on at the start of the emptied file."""
    try:
        if log.stat().st_size > limit:
            shutil.copyfile(log, log.with_suffix(".log.1"))
            os.truncate(log, 0)
    except OSError:
        return


def how_it_ended(code: int) -> str:
    """What a process's exit code means, in words."""
    return f"killed by signal {-code}" if code < 0 else f"exit code {code}"
