"""What every importer gives: a whole framework as it stands in its files, not yet in any table."""

from dataclasses import dataclass

from skills.framework import SkillRow


@dataclass(frozen=True)
class FrameworkFile:
    """One version of one framework, read and checked.

    Groups are (code, English name, Chinese name). `left_out` says, a sentence each, what could not be read: the rest
    stands, but whoever runs a command should be told.
    """

    code: str
    version: str
    name_en: str
    name_zh: str
    attribution: str
    rows: list[SkillRow]
    groups: list[tuple[str, str, str]]
    left_out: tuple[str, ...] = ()
