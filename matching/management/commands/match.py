"""The batch match on files: no database, the same engine."""

import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from matching import batch
from skills.framework import FrameworkFault
from skills.importers import read_source

BAD_LINES = 3  # the exit code where any line was left out
A_TENTH = 10


class Command(BaseCommand):
    help = (
        "Match talents and needs from files (JSON Lines) and write the lists of both sides to a folder. Uses no "
        "database. A bad line is told on stderr with its number, the others go on, and the exit code is "
        f"{BAD_LINES}."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--skills", required=True, help="a CSV of skills, the word digital-trade, an ESCO folder or an O*NET folder"
        )
        parser.add_argument("--talents", required=True, type=Path, help="a file with a talent on each line")
        parser.add_argument("--needs", required=True, type=Path, help="a file with a need on each line")
        parser.add_argument("--out", required=True, type=Path, help="the folder for needs.jsonl and talents.jsonl")
        parser.add_argument("--top", type=int, default=20, help="how long a list may be (20)")
        parser.add_argument("--fit-only", action="store_true", help="rank by fit alone: no focus, no text bonus")
        parser.add_argument("--no-near", action="store_true", help="only a skill itself shows it")
        parser.add_argument("--no-text", action="store_true", help="leave the text bonus out")
        parser.add_argument("--focus", type=float, help="how much unused strengths may take off, in both directions")
        parser.add_argument("--explain", action="store_true", help="add to each match the parts that make its score")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.perf_counter()
        how = _how(options)
        try:
            framework = read_source(options["skills"])
            for sentence in framework.left_out:
                self.stderr.write(sentence)
            self._say(f"{framework.name_en} {framework.version}: {len(framework.rows):,} skills")
            reader = batch.reader(framework, how, report=self._bad_line)
            talents, needs = reader.talents(options["talents"]), reader.needs(options["needs"])
            for name, place in reader.unknown_fields.items():
                self._say(f"the field {name!r} is not known here and was not read ({place})")
            self._say(f"{len(talents):,} talents, {len(needs):,} needs; {reader.linked:,} with skills from their text")
            self._say("preparing near skills and texts")
            field = batch.prepare(framework, talents, needs, how)
            lists = batch.rank(field, how, self._progress)
            self._say("writing")
            pairs = batch.write(field, lists, how, options["out"])
        except FrameworkFault as fault:
            raise CommandError(str(fault)) from fault
        except OSError as wrong:
            raise CommandError(f"{wrong.filename or options['out']}: {wrong.strerror or wrong}") from wrong
        left_out = reader.left_out + len(framework.left_out)
        self._say(
            f"done: {len(talents):,} talents, {len(needs):,} needs, {left_out:,} lines left out, "
            f"{pairs:,} matches written, {time.perf_counter() - began:.1f} seconds"
        )
        if left_out:
            raise SystemExit(BAD_LINES)

    def _say(self, sentence: str) -> None:
        self.stderr.write(sentence, lambda text: text)  # progress, not an error: without its colour

    def _bad_line(self, path: Path, number: int, reason: str) -> None:
        self.stderr.write(f"{path}, line {number}: {reason}")

    def _progress(self, done: int, total: int) -> None:
        if done * A_TENTH // total > (done - 1) * A_TENTH // total:
            self._say(f"ranking: {done * 100 // total} %")


def _how(options: dict[str, Any]) -> batch.How:
    how = batch.How(
        top=options["top"],
        fit_only=options["fit_only"],
        near=not options["no_near"],
        text=not options["no_text"],
        focus=options["focus"],
        explain=options["explain"],
    )
    if how.top < 1:
        raise CommandError("--top must be at least 1")
    if how.focus is not None and not 0.0 <= how.focus <= 1.0 - how.bonus:
        most = f"{1.0 - how.bonus:g}"
        raise CommandError(
            f"--focus must lie in 0..{most}: above that a better fit could lose to a text (see --no-text)"
        )
    return how
