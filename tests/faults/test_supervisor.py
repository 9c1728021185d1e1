"""The supervisor, with stand-ins for the server and the workers: what dies is started again, what must end ends."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from launch import processes
from launch.folder import Folder
from launch.processes import end_leftovers, identity, note, run_step
from launch.stopping import Stop
from launch.supervisor import Part, Supervisor, shorten
from launch.trouble import StoppedError

pytestmark = pytest.mark.faults

ROOT = Path(__file__).resolve().parent.parent.parent
FOREVER = ["sleep", "1000"]


class Clock:
    """A clock that the test moves."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def folder(tmp_path):
    folder = Folder.of(tmp_path, {})
    folder.make()
    return folder


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def lines():
    return []


@pytest.fixture
def supervisor(folder, clock, lines):
    supervisor = Supervisor(folder, os.environ, say=lines.append, clock=clock)
    yield supervisor
    supervisor.end(patience=0.0)


def kill(part):
    part.process.kill()
    part.process.wait()


def words_of(supervisor, part, number):
    """The first words that a part wrote, once it has written that many."""
    while len(words := supervisor.log_of(part).read_text().split()) < number:
        assert part.alive()
    return words


def is_gone(pid):
    """Wait until the system has taken a killed process away."""
    while identity(pid) is not None:
        os.sched_yield()
    return True


def test_a_part_that_was_killed_is_started_again_after_a_short_pause(supervisor, clock, lines):
    part = Part("worker", FOREVER)
    supervisor.add(part)
    kill(part)
    supervisor.look()
    assert lines == ["worker stopped (killed by signal 9); starting it again"]
    assert not part.alive()
    clock.now += 0.5
    supervisor.look()
    assert part.alive()


def test_the_pause_grows_up_to_ten_seconds_and_is_short_again_after_a_minute_of_life(supervisor, clock):
    part = Part("worker", FOREVER)
    supervisor.add(part)
    pauses = []
    for lived in [0, 0, 0, 0, 0, 0, 59, 61]:
        clock.now += lived
        kill(part)
        supervisor.look()
        pauses.append(part.due_at - clock.now)
        clock.now = part.due_at
        supervisor.look()
    assert pauses == [0.5, 1, 2, 4, 8, 10, 10, 0.5]


def test_one_that_fails_again_and_again_shows_its_last_words_once(supervisor, clock, lines):
    part = Part("web", ["sh", "-c", "echo 'no module named config'; exit 3"])
    supervisor.add(part)
    for _ in range(5):
        part.process.wait()
        supervisor.look()
        clock.now = part.due_at
        supervisor.look()
    assert lines[0] == "web stopped (exit code 3); starting it again"
    assert [number for number, line in enumerate(lines) if "no module named config" in line] == [3]


def test_what_a_killed_part_had_started_itself_is_ended_before_its_successor_starts(supervisor):
    part = Part("web", ["sh", "-c", "sleep 1000 & echo $!; wait"])
    supervisor.add(part)
    own_worker = int(words_of(supervisor, part, 1)[0])
    kill(part)
    supervisor.look()
    assert is_gone(own_worker)


def test_the_end_leaves_no_process_and_no_note_and_the_broker_goes_last(supervisor, folder):
    broker, worker = Part("valkey", FOREVER, stops_last=True), Part("worker", FOREVER)
    supervisor.add(broker)
    supervisor.add(worker)
    ended = [broker.process, worker.process]
    order = []
    for process, name in zip(ended, ["broker", "worker"], strict=True):
        terminate = process.terminate
        process.terminate = lambda name=name, terminate=terminate: (order.append(name), terminate())
    supervisor.end()
    assert [process.returncode for process in ended] == [-signal.SIGTERM, -signal.SIGTERM]
    assert order == ["worker", "broker"]
    assert not list(folder.run.glob("*.pid"))


def test_a_part_that_does_not_listen_is_ended_by_force(supervisor):
    part = Part("worker", ["sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 1000; done"])
    supervisor.add(part)
    words_of(supervisor, part, 1)
    process = part.process
    supervisor.end(patience=0.1)
    assert process.returncode == -signal.SIGKILL


def test_asking_twice_ends_at_once_what_does_not_listen(supervisor):
    part = Part("worker", ["sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 1000; done"])
    supervisor.add(part)
    words_of(supervisor, part, 1)
    process = part.process
    supervisor.end(patience=600.0, hurry=lambda: True)
    assert process.returncode == -signal.SIGKILL


def test_a_long_log_is_moved_aside_and_its_writer_goes_on(folder):
    log = folder.log / "web.log"
    with open(log, "ab") as writer:
        writer.write(b"x" * 100)
        writer.flush()
        shorten(log, limit=50)
        writer.write(b"next")
    assert log.read_bytes() == b"next"
    assert (folder.log / "web.log.1").read_bytes() == b"x" * 100


def test_asking_to_end_during_the_set_up_ends_the_step_and_what_it_started(folder):
    stop = Stop()
    said = folder.log / "step.log"
    with open(said, "wb") as output, pytest.raises(StoppedError):
        run_step(
            ["sh", "-c", "sleep 1000 & echo $$ $!; wait"],
            folder=folder,
            name="pip",
            env=os.environ,
            stop=stop,
            output=output,
            meanwhile=lambda seconds: setattr(stop, "signal", signal.SIGTERM if said.stat().st_size else None),
        )
    assert all(is_gone(int(pid)) for pid in said.read_text().split())
    assert not list(folder.run.glob("*.pid"))


SUPERVISOR_TO_KILL = textwrap.dedent("""\
    import os, sys
    from pathlib import Path
    from launch import processes
    from launch.folder import Folder
    from launch.supervisor import Part, Supervisor

    if sys.argv[2] == "alone":
        processes.LIBC = None
    folder = Folder.of(Path(sys.argv[1]), {})
    supervisor = Supervisor(folder, os.environ)
    supervisor.add(Part("worker", ["sleep", "1000"]))
    supervisor.add(Part("web", ["sh", "-c", "sleep 1000 & echo $!; wait"]))
    while not supervisor.log_of(supervisor.parts[1]).read_text().endswith("\\n"):
        pass
    print(*(part.process.pid for part in supervisor.parts), supervisor.log_of(supervisor.parts[1]).read_text().strip())
    sys.stdout.flush()
    input()
    """)


@pytest.mark.parametrize("system", ["with the system's help", "alone"])
def test_nothing_of_a_killed_supervisor_is_left_after_the_next_start(folder, system):
    killed = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR_TO_KILL, str(folder.root), system],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    with killed:
        pids = [int(word) for word in killed.stdout.readline().split()]
        killed.kill()
    assert len(pids) == 3
    found = end_leftovers(folder)
    assert all(is_gone(pid) for pid in pids)
    assert not list(folder.run.glob("*.pid"))
    if system == "alone":
        assert found == ["web", "worker"]


@pytest.fixture
def stranger():
    """A process that has nothing to do with us, in a group of its own."""
    with subprocess.Popen(FOREVER, process_group=0, cwd="/") as process:
        yield process
        process.kill()


def test_a_number_that_a_stranger_has_now_is_not_killed(folder, stranger):
    (folder.run / "web.pid").write_text(f"{stranger.pid}\nborn at another time\n")
    assert end_leftovers(folder) == []
    assert stranger.poll() is None
    assert not list(folder.run.glob("*.pid"))


@pytest.mark.parametrize("text", ["", "not a number\nx\n", "1\nx\n", "0\nNone\n", "-1\nNone\n"])
def test_a_spoilt_note_harms_nobody(folder, text):
    (folder.run / "web.pid").write_text(text)
    assert end_leftovers(folder) == []


def test_a_process_is_known_by_its_birth_and_not_when_it_is_gone(folder, stranger):
    note(folder, "web", stranger.pid)
    assert (folder.run / "web.pid").read_text() == f"{stranger.pid}\n{identity(stranger.pid)}\n"
    assert identity(stranger.pid) != identity(os.getpid())
    assert stranger.pid in processes.members(stranger.pid)
    stranger.kill()
    stranger.wait()
    assert identity(stranger.pid) is None
