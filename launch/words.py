"""The words that may follow `python3 run.py`."""

import os
from pathlib import Path

from launch.checks import check
from launch.folder import Folder
from launch.packages import check_python
from launch.screen import complain, say
from launch.start import environment, set_up, start
from launch.stopping import Stop
from launch.trouble import PlainError, StoppedError

USAGE = """\
python3 run.py           set up, start everything, print the address and the demo logins; Ctrl-C stops it
python3 run.py test ...  set up and run the tests; what follows goes to pytest (after --, also -h)
python3 run.py check     set up and ask the linters, the type checker, the import rules, Django's own checks
python3 run.py bench ... set up and measure the speed
python3 run.py evaluate  set up and measure how good matching and linking are, beside simpler ways

Read from the environment: HOST (127.0.0.1), PORT (8000), DATABASE_URL (a file in var), REDIS_URL (the bundled
Valkey), DEMO (1 on the embedded database, else 0), SECRET_KEY, ALLOWED_HOSTS, SITE_URL, EMAIL_URL,
VAR_DIR (var)."""

# Words that hand over to a program, together with what follows them.
MODULES = {
    # Two files at a time, in the order of tests/conftest.py; -n 0 behind it for one, as for --pdb.
    "test": ["pytest", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"],
    "bench": ["benchmarks"],
    "evaluate": ["benchmarks.evaluate"],
}


def main(words: list[str]) -> int:
    """Do what the words ask; return the exit code."""
    word, rest = (words[0], words[1:]) if words else ("", [])
    if word in ("-h", "--help") or rest[:1] in (["-h"], ["--help"]):
        say(USAGE)
        return 0
    if word not in ("", "check", *MODULES) or (rest and word not in MODULES):
        say(USAGE)
        return 2
    folder = Folder.of(Path(__file__).resolve().parent.parent, os.environ)
    stop = Stop()
    stop.listen()
    try:
        return obey(word, rest, folder, stop)
    except PlainError as trouble:
        if str(trouble):
            complain(str(trouble))
        return 1
    except StoppedError:
        say("Stopped.")
        return stop.exit_code
    except PermissionError as error:
        say(f"{error.filename} cannot be used ({error.strerror}): start this as the user who started it first.")
        return 1


def obey(word: str, rest: list[str], folder: Folder, stop: Stop) -> int:
    """Set up what every word needs, then do what this one means."""
    check_python()
    folder.make()
    if word == "":
        return start(folder, stop)
    env = environment(os.environ, folder)
    set_up(folder, env, stop, developing=word == "check")
    if word == "check":
        return check(folder, env, stop)
    stop.check()
    stop.let_go()
    # In the place of this process, so that the terminal, Ctrl-C and the exit code are its own.
    os.chdir(folder.root)
    os.execve(folder.python, [folder.python, "-m", *MODULES[word], *rest], env)
