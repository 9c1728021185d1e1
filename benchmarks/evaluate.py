"""How good are the matches and the linking, each beside its rivals in the same run?

    python -m benchmarks.evaluate [panel linking linking_zh same_need cvs occupations] [--data ../shared/data]

Every part is a program of its own, too (`python -m benchmarks.panel`). What needs published data says so in a line
where the folder is absent. Nothing is drawn at random, so two runs on the same data print the same figures.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from pathlib import Path

from benchmarks.sources import data_folder

PARTS = {
    "panel": "Statements that any career adviser would sign: how many hold",
    "linking": "Text to skills in English: sentences of job advertisements, ESCO's skills",
    "linking_zh": "Text to skills in Chinese: our sentences in the style of job advertisements, our skills",
    "same_need": "The same need in English and in Chinese: the same people",
    "cvs": "CVs against advertisements, both as texts: the people whom a reader would invite",
    "occupations": "Occupations against each other by rated skills",
}
ON_PUBLISHED_DATA = ("linking", "occupations")


def main(words: list[str]) -> int:
    """Print every part asked for, all of them if none is."""
    reads = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reads.add_argument("parts", nargs="*", metavar="part", help=", ".join(PARTS))
    reads.add_argument("--data", type=Path, help="the folder with esco, onet and linking in it")
    asked = reads.parse_args(words)
    if unknown := [part for part in asked.parts if part not in PARTS]:
        reads.error(f"unknown: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    parts = asked.parts or list(PARTS)
    began = time.perf_counter()
    for part in parts:
        print(f"== {PARTS[part]} ({part})", flush=True)
        at = time.perf_counter()
        told = ["--data", str(data_folder(asked.data))] if part in ON_PUBLISHED_DATA else []
        importlib.import_module(f"benchmarks.{part}").main(told)
        print(f"({time.perf_counter() - at:.0f} s)\n", flush=True)
    print(f"evaluate: {len(parts)} of {len(PARTS)} parts in {time.perf_counter() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
