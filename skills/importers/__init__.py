"""Frameworks as published elsewhere, read into the rows of ours; the format is recognised."""

from pathlib import Path

from skills.framework import EMBEDDED, FrameworkFault

from . import esco, onet, own
from .framework_file import FrameworkFile

__all__ = ["FrameworkFile", "read_source"]


def read_source(source: str) -> FrameworkFile:
    """The framework that `source` names: the word `digital-trade`, a CSV of ours, an ESCO or an O*NET folder.

    Raises `FrameworkFault` with a sentence that says which file or column is missing, or what else is wrong.
    """
    if source == EMBEDDED:
        return own.read_embedded()
    path = Path(source)
    if path.is_file():
        return own.read_csv(path)
    if path.is_dir():
        if esco.is_one(path):
            return esco.read(path)
        if onet.is_one(path):
            return onet.read(path)
        raise FrameworkFault(
            f"{source}: this folder has neither the files of ESCO (skills_en.csv …) nor those of O*NET (Skills.xlsx …)"
        )
    raise FrameworkFault(f"{source}: there is no such file or folder")
