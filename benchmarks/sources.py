"""Where published data lie that are measured on and are no part of the project."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
OWN_DATA = ROOT / "tests" / "data"


def data_folder(given: Path | None) -> Path:
    """The folder given, the one that SHARED_DATA names, or the one beside the project."""
    return given or Path(os.environ.get("SHARED_DATA") or ROOT.parent / "shared" / "data")


def json_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a JSON Lines file, empty ones left out."""
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, filter(str.strip, file))
