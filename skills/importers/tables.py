"""Reading the tables of a framework, row by row, with a clear word where a file or a column is missing."""

import csv
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from skills.framework import FrameworkFault

# A cell may hold hundreds of names; beyond this a file is not one of ours but something gone wrong.
LONGEST_CELL = 10_000_000


def read_table(path: Path, columns: Iterable[str], *, delimiter: str = ",") -> Iterator[tuple[int, dict[str, str]]]:
    """Each row of a text table as line number (of the row's last line) and cells, stripped; a short row has "" where
    it ends. Other columns than the ones asked for may be there."""
    if not path.is_file():
        raise FrameworkFault(f"{path.parent}: the file {path.name} is missing")
    limit = csv.field_size_limit(LONGEST_CELL)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            if delimiter == "\t":  # with tabs, a quotation mark is one
                reader = csv.DictReader(file, delimiter=delimiter, quoting=csv.QUOTE_NONE, restval="")
            else:
                reader = csv.DictReader(file, delimiter=delimiter, restval="")
            check_columns(path, reader.fieldnames or (), columns)
            for row in reader:
                yield reader.line_num, {name: value.strip() for name, value in row.items() if isinstance(value, str)}
    except UnicodeDecodeError as wrong:
        raise FrameworkFault(f"{path.name}: not in UTF-8 ({wrong.reason})") from wrong
    except csv.Error as wrong:
        raise FrameworkFault(f"{path.name}: cannot be read as a table ({wrong})") from wrong
    finally:
        csv.field_size_limit(limit)


def check_columns(path: Path, found: Iterable[str], asked: Iterable[str]) -> None:
    """Raise `FrameworkFault` naming the columns that are not there."""
    there = set(found)
    if missing := [name for name in asked if name not in there]:
        raise FrameworkFault(f"{path.name}: columns missing: {', '.join(missing)}")


def fingerprint(paths: Iterable[Path]) -> str:
    """Twelve characters that change when any of the files does: the version of what states none itself."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
