import io
import json
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from engine.link import Linked
from engine.wording import has_han
from skills.framework import FrameworkFault, SkillRow
from skills.importers import read_source
from skills.linking import linker_of

BAD_LINES = 3  # the exit code where any line was left out
LEAST = 0.01  # `--top` bounds the list; below this a likeness is chance
LONGEST_TEXT = 2_000_000  # characters
LONGEST_ID = 200
TELL_EVERY = 1_000  # lines


class BadLine(ValueError):
    """A line cannot be taken; the message says why."""


class Command(BaseCommand):
    help = (
        "Find the skills of texts: a JSON line with id and text each on standard input, a line with the skills found "
        "on standard output. A bad line is told on stderr with its number, the others go on, and the exit code is "
        f"{BAD_LINES}. No database is read."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--skills", required=True, help="digital-trade, a CSV, an ESCO or an O*NET folder")
        parser.add_argument("--lang", choices=["en", "zh"], help="language of the texts (each text's own)")
        parser.add_argument("--top", type=int, default=10, help="at most so many skills a text (10)")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.perf_counter()
        if options["top"] < 1:
            raise CommandError("--top must be at least 1")
        try:
            framework = read_source(options["skills"])
        except FrameworkFault as fault:
            raise CommandError(str(fault)) from fault
        for sentence in framework.left_out:
            self.stderr.write(sentence)
        if isinstance(sys.stdout, io.TextIOWrapper):  # JSON Lines are UTF-8, whatever the terminal speaks
            sys.stdout.reconfigure(encoding="utf-8")
        rows = framework.rows
        linker = linker_of(rows)
        self._say(f"{framework.name_en} {framework.version}: {len(rows):,} skills, {time.perf_counter() - began:.1f} s")
        waiting: deque[tuple[str, str]] = deque()
        self.left_out = 0
        linked = skills = 0
        texts = self._texts(sys.stdin, waiting)
        # Twice as many as asked for, since what a text denies is left out afterwards.
        for found in linker.link_many(texts, lang=options["lang"], top=2 * options["top"], least=LEAST):
            id, text = waiting.popleft()
            kept = [one for one in found if one.standing != "denied"][: options["top"]]
            chinese = options["lang"] == "zh" or (options["lang"] is None and has_han(text))
            line = {"id": id, "skills": [_shown(one, rows[one.skill], chinese) for one in kept]}
            self.stdout.write(json.dumps(line, ensure_ascii=False))
            linked, skills = linked + 1, skills + len(kept)
            if linked % TELL_EVERY == 0:
                self._say(f"{linked:,} texts")
        self._say(
            f"{linked:,} texts linked, {skills:,} skills found, {self.left_out:,} lines left out, "
            f"{time.perf_counter() - began:.1f} seconds"
        )
        if self.left_out or framework.left_out:
            raise SystemExit(BAD_LINES)

    def _say(self, sentence: str) -> None:
        self.stderr.write(sentence, lambda text: text)  # progress, not an error: without its colour

    def _texts(self, stream: Any, waiting: deque[tuple[str, str]]) -> Iterator[str]:
        """The texts of good lines, each noted in `waiting` with its id; bad lines are told."""
        lines: Iterable[bytes | str] = getattr(stream, "buffer", stream)
        seen: set[str] = set()
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                id, text = read_line(line)
                if id in seen:
                    raise BadLine(f"the id {id!r} came before")
            except BadLine as bad:
                self.left_out += 1
                self.stderr.write(f"line {number}: {bad}")
                continue
            seen.add(id)
            waiting.append((id, text))
            yield text


def read_line(line: bytes | str) -> tuple[str, str]:
    """Id and text of one line. Raises `BadLine` with the reason where it has not both."""
    try:
        held = json.loads(line.decode("utf-8-sig") if isinstance(line, bytes) else line)
    except UnicodeDecodeError as wrong:
        raise BadLine("this is not UTF-8") from wrong
    except (ValueError, RecursionError) as wrong:
        raise BadLine("this is not JSON") from wrong
    if not isinstance(held, dict):
        raise BadLine("this is not an object with id and text")
    for name in ("id", "text"):
        if name not in held:
            raise BadLine(f"{name} is missing")
        if not isinstance(held[name], str):
            raise BadLine(f"{name} must be a string")
    id, text = held["id"], held["text"]
    if not id or len(id) > LONGEST_ID:
        raise BadLine(f"id must have 1 to {LONGEST_ID} characters")
    if any("\ud800" <= sign <= "\udfff" for sign in id):
        raise BadLine("id holds half a character")
    if len(text) > LONGEST_TEXT:
        raise BadLine(f"text has {len(text):,} characters, more than {LONGEST_TEXT:,}")
    return id, text


def _shown(one: Linked, row: SkillRow, chinese: bool) -> dict[str, Any]:
    first, second = (row.label_zh, row.label_en) if chinese else (row.label_en, row.label_zh)
    return {
        "code": row.code,
        "label": first or second,
        "level": one.level,
        "score": one.score,
        "start": one.start,
        "end": one.end,
    }
