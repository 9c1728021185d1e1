"""Starts processes that cannot outlive us unnoticed, and ends those that did."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from launch.folder import Folder
from launch.stopping import Stop

Process = subprocess.Popen[bytes]

LINUX = sys.platform.startswith("linux")
PR_SET_PDEATHSIG = 1


def _libc() -> Any:
    try:
        return ctypes.CDLL(None)
    except (OSError, TypeError):
        return None


LIBC = _libc() if LINUX else None


def _die_with(parent: int, last_wish: int) -> Callable[[], None] | None:
    """What a child does before it becomes its program: ask Linux for a signal when its parent is gone."""
    if LIBC is None:
        return None

    def ask() -> None:
        LIBC.prctl(PR_SET_PDEATHSIG, last_wish)
        if os.getppid() != parent:
            os._exit(1)

    return ask


def spawn(
    command: Sequence[str],
    *,
    folder: Folder,
    name: str,
    env: Mapping[str, str],
    output: IO[bytes] | int | None,
    last_wish: int = signal.SIGKILL,
) -> Process:
    """Start a program in a process group of its own and note it in `var/run`, so that the next start can find it.

    The group keeps a terminal's Ctrl-C away from it. `last_wish` is the signal it gets when this process is killed.
    """
    process = subprocess.Popen(
        list(command),
        cwd=folder.root,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        process_group=0,
        preexec_fn=_die_with(os.getpid(), last_wish),
    )
    note(folder, name, process.pid)
    return process


def note(folder: Folder, name: str, pid: int) -> None:
    """Write a process down, with what tells it from a later one that got the same number."""
    draft = folder.run / f"{name}.new"
    draft.write_text(f"{pid}\n{identity(pid)}\n", encoding="utf-8")
    draft.replace(folder.run / f"{name}.pid")


def forget(folder: Folder, name: str) -> None:
    (folder.run / f"{name}.pid").unlink(missing_ok=True)


def identity(pid: int) -> str | None:
    """What only this very process has: its number's moment of birth. None when nothing lives there."""
    if not LINUX:
        seen = subprocess.run(["ps", "-o", "lstart=,command=", "-p", str(pid)], capture_output=True, text=True)
        return " ".join(seen.stdout.split()) or None
    fields = _stat(pid)
    if fields is None or fields[0] in ("Z", "X"):
        return None
    return f"{fields[19]} {Path('/proc/sys/kernel/random/boot_id').read_text().strip()}"


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat from the state on; the name before it may hold any character."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rsplit(")", 1)[1].split()
    except OSError:
        return None


def members(group: int) -> list[int]:
    """The living processes of a process group."""
    if LINUX:
        numbers = [int(name) for name in os.listdir("/proc") if name.isdigit()]
        stats = ((pid, _stat(pid)) for pid in numbers)
        return [pid for pid, fields in stats if fields and fields[2] == str(group) and fields[0] not in ("Z", "X")]
    rows = subprocess.run(["ps", "-A", "-o", "pid=,pgid=,stat="], capture_output=True, text=True).stdout.splitlines()
    return [int(row.split()[0]) for row in rows if row.split()[1] == str(group) and "Z" not in row.split()[2]]


def works_in(pid: int, root: Path) -> bool:
    """Whether a process belongs to this folder: it works in there, or was started from its packages."""
    if LINUX:
        try:
            if Path(os.readlink(f"/proc/{pid}/cwd")) == root:
                return True
            words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return False
    else:
        words = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True).stdout
    return f"{root}/" in words


def signal_group(group: int, number: int) -> None:
    """Send a signal to a whole process group; one that is gone already is as good."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def finish(processes: Sequence[Process], patience: float, *, hurry: Callable[[], bool] = lambda: False) -> None:
    """Ask processes to end, all at once; after `patience`, or when in a hurry, end their groups by force."""
    for process in processes:
        if process.poll() is None:
            process.terminate()
    until = time.monotonic() + patience
    while any(process.poll() is None for process in processes) and time.monotonic() < until and not hurry():
        time.sleep(0.02)
    for process in processes:
        signal_group(process.pid, signal.SIGKILL)
        process.wait()


def run_step(
    command: Sequence[str],
    *,
    folder: Folder,
    name: str,
    env: Mapping[str, str],
    stop: Stop,
    output: IO[bytes] | int | None = None,
    meanwhile: Callable[[float], None] = lambda seconds: None,
) -> int:
    """Run one step of the set-up to its end and return its exit code; a request to end ends it too."""
    stop.check()
    process = spawn(command, folder=folder, name=name, env=env, output=output)
    began = time.monotonic()
    try:
        while process.poll() is None:
            stop.check()
            meanwhile(time.monotonic() - began)
            time.sleep(0.05)
    finally:
        finish([process], 3.0)
        forget(folder, name)
    return process.returncode


def end_leftovers(folder: Folder) -> list[str]:
    """End what a start that was itself killed left behind, and only that; return the names of what was found."""
    found = []
    for note_file in sorted(folder.run.glob("*.pid")):
        for pid in _leftover(note_file, folder.root):
            _kill_and_wait(pid)
            if note_file.stem not in found:
                found.append(note_file.stem)
        note_file.unlink(missing_ok=True)
    return found


def _leftover(note_file: Path, root: Path) -> list[int]:
    """The processes that a note stands for: the one noted, and what is left of its group."""
    try:
        pid_text, born = note_file.read_text(encoding="utf-8").splitlines()[:2]
        pid = int(pid_text)
    except (OSError, ValueError):
        return []
    if pid <= 1:
        return []
    now = identity(pid)
    if now is not None and now != born:
        # The number has gone to a stranger, so whoever is in a group of that number is a stranger too.
        return []
    group = members(pid)
    return group if now == born else [each for each in group if works_in(each, root)]


def _kill_and_wait(pid: int) -> None:
    """Kill a process that is not our child, and see it gone."""
    try:
        os.kill(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
    until = time.monotonic() + 5.0
    while identity(pid) is not None and time.monotonic() < until:
        time.sleep(0.02)
