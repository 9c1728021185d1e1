#!/usr/bin/env python3
"""Django's command line; finds the project's own virtual environment when started by another Python."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def use_own_environment() -> None:
    """Restart under `.venv` when this Python has no Django but the project's own does."""
    own = HERE / ".venv" / "bin" / "python"
    if own.exists() and Path(sys.prefix) != HERE / ".venv":
        try:
            __import__("django")
        except ImportError:
            os.execv(own, [str(own), *sys.argv])


def main() -> None:
    use_own_environment()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
