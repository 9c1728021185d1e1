"""O*NET, the American database of occupations, from its files as published: Excel, or text with tabs.

Its skills are the rated elements (every occupation has a rating of importance and level in each) and the classes of
technology, whose examples (products, languages) become further names.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from skills.framework import FrameworkFault, SkillRow

from .framework_file import FrameworkFile
from .tables import check_columns, fingerprint, read_table

CODE = "onet"
NAMES = ("O*NET", "O*NET 职业信息网络")
ATTRIBUTION = (
    "This site includes information from the O*NET {version} Database by the U.S. Department of Labor, Employment and "
    "Training Administration (USDOL/ETA). Used under the CC BY 4.0 license. O*NET® is a trademark of USDOL/ETA."
)

RATED = ("Skills", ("O*NET-SOC Code", "Element ID", "Element Name", "Scale ID", "Data Value"))
TECHNOLOGY = ("Technology Skills", ("O*NET-SOC Code", "Example", "Commodity Code", "Commodity Title"))
OCCUPATIONS = ("Occupation Data", ("O*NET-SOC Code", "Title", "Description"))

# The model's own branches, by the beginning of the element's number.
GROUPS = (
    ("2.A", "basic", "Basic skills", "基本技能"),
    ("2.B", "cross-functional", "Cross-functional skills", "跨职能技能"),
    ("", "elements", "Other rated elements", "其他评定要素"),
)
TECHNOLOGY_GROUP = ("technology", "Technology", "技术与工具")

Table = tuple[str, tuple[str, ...]]


@dataclass(frozen=True)
class Rating:
    """How an occupation rates in one element, both on our scale of 1 to 5, not rounded.

    `level` is None where the raters found the element of no relevance.
    """

    importance: float
    level: float | None


@dataclass(frozen=True)
class Occupation:
    """An occupation with its ratings by element and the classes of technology it uses."""

    code: str
    title: str
    description: str
    ratings: dict[str, Rating]
    technology: tuple[str, ...]


def is_one(folder: Path) -> bool:
    """Whether the folder holds at least one of the files by which O*NET is known."""
    return any(path.is_file() for name, _ in (RATED, TECHNOLOGY, OCCUPATIONS) for path in _paths(folder, name))


def read(folder: Path) -> FrameworkFile:
    """The skills of an O*NET folder: rated elements and classes of technology. Chinese names stay empty."""
    elements = {cells["Element ID"]: cells["Element Name"] for cells in _rows(folder, RATED)}
    titles: dict[str, str] = {}
    examples: dict[str, dict[str, None]] = defaultdict(dict)
    for cells in _rows(folder, TECHNOLOGY):
        titles[cells["Commodity Code"]] = cells["Commodity Title"]
        examples[cells["Commodity Code"]][cells["Example"]] = None
    names = elements | titles
    names.pop("", None)
    if not names:
        raise FrameworkFault(f"{folder}: there is no skill in {RATED[0]} or {TECHNOLOGY[0]}")
    rows = [
        SkillRow(
            code=code,
            label_en=name,
            label_zh="",
            aliases_en=tuple(example for example in examples[code] if example and example != name),
            aliases_zh=(),
            definition_en="",
            definition_zh="",
            group=TECHNOLOGY_GROUP[0] if code in titles else _group(code)[0],
            broader=(),
            related=(),
        )
        for code, name in sorted(names.items())
    ]
    version = _version(folder)
    used = {row.group for row in rows}
    return FrameworkFile(
        code=CODE,
        version=version,
        name_en=NAMES[0],
        name_zh=NAMES[1],
        attribution=ATTRIBUTION.format(version=version),
        rows=rows,
        groups=[
            group for group in (*((code, en, zh) for _, code, en, zh in GROUPS), TECHNOLOGY_GROUP) if group[0] in used
        ],
    )


def read_occupations(folder: Path) -> list[Occupation]:
    """The occupations of an O*NET folder that are rated in any element, by code."""
    importance: dict[str, dict[str, float]] = defaultdict(dict)
    level: dict[str, dict[str, float | None]] = defaultdict(dict)
    for cells in _rows(folder, RATED):
        occupation, element = cells["O*NET-SOC Code"], cells["Element ID"]
        try:
            value = float(cells["Data Value"])
        except ValueError as wrong:
            raise FrameworkFault(f"{RATED[0]}: {cells['Data Value']!r} of {occupation} is no number") from wrong
        if cells["Scale ID"] == "IM":  # from 1 to 5, as ours
            importance[occupation][element] = value
        elif cells["Scale ID"] == "LV":  # from 0 to 7
            level[occupation][element] = None if cells.get("Not Relevant") == "Y" else 1 + value * 4 / 7
    technology: dict[str, dict[str, None]] = defaultdict(dict)
    for cells in _rows(folder, TECHNOLOGY):
        technology[cells["O*NET-SOC Code"]][cells["Commodity Code"]] = None
    return [
        Occupation(
            code=code,
            title=cells["Title"],
            description=cells["Description"],
            ratings={
                element: Rating(value, level[code].get(element)) for element, value in sorted(importance[code].items())
            },
            technology=tuple(sorted(technology[code])),
        )
        for cells in sorted(_rows(folder, OCCUPATIONS), key=lambda cells: cells["O*NET-SOC Code"])
        if (code := cells["O*NET-SOC Code"]) in importance
    ]


def _paths(folder: Path, name: str) -> tuple[Path, Path]:
    return folder / f"{name}.xlsx", folder / f"{name}.txt"


def _rows(folder: Path, table: Table) -> Iterator[dict[str, str]]:
    """The rows of one of the tables, from Excel or text."""
    name, columns = table
    excel, text = _paths(folder, name)
    if excel.is_file():
        yield from _rows_of_excel(excel, columns)
    elif text.is_file():
        for _line, cells in read_table(text, columns, delimiter="\t"):
            yield cells
    else:
        raise FrameworkFault(f"{folder}: the O*NET file {excel.name} (or {text.name}) is missing")


def _rows_of_excel(path: Path, columns: tuple[str, ...]) -> Iterator[dict[str, str]]:
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, BadZipFile, KeyError, OSError, ValueError) as wrong:
        raise FrameworkFault(f"{path.name}: cannot be read as an Excel file ({wrong})") from wrong
    try:
        rows = book.worksheets[0].iter_rows(values_only=True)
        heading = [_text(cell) for cell in next(rows, ())]
        check_columns(path, heading, columns)
        for row in rows:
            cells = dict(zip(heading, map(_text, row), strict=False))
            if any(cells.values()):
                yield dict.fromkeys(columns, "") | cells
    finally:
        book.close()


def _text(cell: object) -> str:
    return "" if cell is None else str(cell).strip()


def _group(element: str) -> tuple[str, str, str]:
    return next((code, en, zh) for beginning, code, en, zh in GROUPS if element.startswith(beginning))


def _version(folder: Path) -> str:
    """What the read-me file says, or else a fingerprint of the tables."""
    for read_me in sorted(folder.glob("[Rr]ead*[Mm]e*.txt")):
        if said := re.search(r"O\*NET\D{0,3} (\d+(?:\.\d+)*)", read_me.read_text(encoding="utf-8", errors="replace")):
            return said[1][:20]
    return fingerprint(path for name, _ in (RATED, TECHNOLOGY) for path in _paths(folder, name) if path.is_file())
