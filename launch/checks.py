"""The word `check`: everything that can be said about the code without running its tests."""

import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field

from launch.folder import Folder
from launch.processes import run_step
from launch.screen import say
from launch.stopping import Stop

# What a real deployment sets; nothing is connected to, so the addresses need not exist.
DEPLOYED = {
    "DEBUG": "0",
    "SECRET_KEY": secrets.token_urlsafe(60),
    "SITE_URL": "https://crossing.example",
    "ALLOWED_HOSTS": "crossing.example",
    "LOOPBACK": "0",
    "DATABASE_URL": "postgres://crossing@127.0.0.1:5432/crossing",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "EMAIL_URL": "smtp+tls://crossing:crossing@mail.crossing.example:587",
}


@dataclass(frozen=True)
class Check:
    """One question, asked by a program that answers with its exit code."""

    name: str
    words: list[str]
    env: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, str] | None = None  # a program of the system, and the package that it comes in


CHECKS = [
    Check("ruff check", ["-m", "ruff", "check", "."]),
    Check("ruff format", ["-m", "ruff", "format", "--check", "."]),
    Check("mypy", ["-m", "mypy"]),
    Check("import rules", ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]),
    Check("no missing migration", ["manage.py", "makemigrations", "--check", "--dry-run"]),
    Check("translations", ["manage.py", "check_translations"], needs=("msgfmt", "gettext")),
    Check("deployment", ["manage.py", "check", "--deploy", "--fail-level", "WARNING"], env=DEPLOYED),
]


def check(folder: Folder, env: Mapping[str, str], stop: Stop) -> int:
    """Ask every question, also after one has failed, and say the answers a line each."""
    failed = [each.name for each in CHECKS if not ask(each, folder, env, stop)]
    say(f"check: {', '.join(failed)} failed" if failed else f"check: all {len(CHECKS)} held")
    return 1 if failed else 0


def ask(question: Check, folder: Folder, env: Mapping[str, str], stop: Stop) -> bool:
    """Ask one question; show what its program said only if the answer is no."""
    if question.needs and shutil.which(question.needs[0]) is None:
        in_ci = os.environ.get("CI") == "true"
        say(f"{'FAIL ' if in_ci else 'left out '} {question.name}: {question.needs[1]} is not installed here")
        return not in_ci
    with open(folder.log / "check.log", "wb+") as said:
        code = run_step(
            [folder.python, *question.words],
            folder=folder,
            name="check",
            env={**env, **question.env},
            stop=stop,
            output=said,
        )
        said.seek(0)
        words = said.read().decode(errors="replace").rstrip()
    say(f"{'FAIL' if code else 'ok  '}  {question.name}")
    if code:
        say("\n".join("      " + line for line in words.splitlines()))
    return code == 0
