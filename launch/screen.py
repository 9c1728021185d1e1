"""Lines for the person at the keyboard."""

import contextlib
import os
import sys


def complain(sentence: str) -> None:
    """Say what went wrong where errors are looked for."""
    with contextlib.suppress(OSError):
        print(sentence, file=sys.stderr, flush=True)


def say(line: str = "") -> None:
    """Print a line at once; a terminal that has gone away must not end what is running."""
    try:
        print(line, flush=True)
    except OSError:
        # Also keeps Python's own flush at exit from failing again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
