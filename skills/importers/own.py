"""Our own format: a CSV with the columns of `skills.framework.COLUMNS`, and the embedded framework in it."""

from collections.abc import Container
from dataclasses import replace
from itertools import chain
from pathlib import Path

from django.utils.text import slugify

from skills.framework import (
    COLUMNS,
    DATA,
    EMBEDDED,
    EMBEDDED_NAMES,
    EMBEDDED_VERSION,
    FrameworkFault,
    SkillRow,
    faults,
    read_groups,
    read_skills,
)

from .framework_file import FrameworkFile
from .tables import fingerprint, read_table


def read_embedded() -> FrameworkFile:
    """The framework that comes with the platform; unlike a file from elsewhere it may hold no fault at all."""
    rows = read_skills(DATA / "digital_trade.csv")
    groups = read_groups(DATA / "digital_trade_groups.csv")
    if wrong := list(faults(rows, (code for code, _, _ in groups))):
        raise FrameworkFault("; ".join(wrong))
    return FrameworkFile(EMBEDDED, EMBEDDED_VERSION, *EMBEDDED_NAMES, attribution="", rows=rows, groups=groups)


def read_csv(path: Path) -> FrameworkFile:
    """A framework of somebody's own. A line that cannot stand is left out and named, the others go on."""
    left_out: list[str] = []
    rows: dict[str, SkillRow] = {}
    lines: dict[str, int] = {}
    for line, cells in read_table(path, COLUMNS):
        if not any(cells.values()):
            continue
        row = _row(cells)
        if not row.code:
            left_out.append(f"{path.name}, line {line}: no code")
        elif row.code in rows:
            left_out.append(f"{path.name}, line {line}: the code {row.code} stands twice")
        elif not (row.label_en or row.label_zh):
            left_out.append(f"{path.name}, line {line}: {row.code} has no label in either language")
        else:
            rows[row.code], lines[row.code] = row, line
    for row in rows.values():
        for other in chain(row.broader, row.related):
            if other == row.code or other not in rows:
                what = "itself" if other == row.code else f"{other}, which is no skill here"
                left_out.append(f"{path.name}, line {lines[row.code]}: {row.code} is related to {what}")
    if not rows:
        raise FrameworkFault(f"{path.name}: there is no skill in it")
    kept = [_without_others(row, rows) for row in rows.values()]
    groups = dict.fromkeys(row.group for row in kept if row.group)
    return FrameworkFile(
        code=slugify(path.stem)[:50] or "skills",
        version=fingerprint([path]),
        name_en=path.stem,
        name_zh=path.stem,
        attribution="",
        rows=kept,
        groups=[(name, name, name) for name in groups],
        left_out=tuple(left_out),
    )


def _row(cells: dict[str, str]) -> SkillRow:
    def parts(name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(part.strip() for part in cells.get(name, "").split("|") if part.strip()))

    return SkillRow(
        code=cells["code"],
        label_en=cells["label_en"],
        label_zh=cells["label_zh"],
        aliases_en=parts("aliases_en"),
        aliases_zh=parts("aliases_zh"),
        definition_en=cells["definition_en"],
        definition_zh=cells["definition_zh"],
        group=cells["group"],
        broader=parts("broader"),
        related=parts("related"),
        hints_en=parts("hints_en"),
        hints_zh=parts("hints_zh"),
    )


def _without_others(row: SkillRow, known: Container[str]) -> SkillRow:
    """The row with relations to other skills of the file only."""

    def kept(codes: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(code for code in codes if code in known and code != row.code)

    return replace(row, broader=kept(row.broader), related=kept(row.related))
