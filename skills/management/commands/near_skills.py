import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from accounts.models import in_active_language
from skills.framework import FrameworkFault
from skills.importers import read_source
from skills.nearness import near_of

UNKNOWN_CODE = 3


class Command(BaseCommand):
    help = (
        "Show which skills, when held, show the one that is asked for: a JSON line each, the nearest first. "
        "No database is read."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--skills", required=True, help="digital-trade, a CSV, an ESCO or an O*NET folder")
        parser.add_argument("--code", required=True, help="the code of the skill that is asked for")
        parser.add_argument("--top", type=int, default=10, help="at most so many lines (10)")
        parser.add_argument("--lang", choices=["en", "zh"], default="en", help="language of labels and reasons (en)")

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
        rows = framework.rows
        place = next((place for place, row in enumerate(rows) if row.code == options["code"]), None)
        if place is None:
            raise CommandError(
                f"{framework.code} {framework.version} has no skill with the code {options['code']}",
                returncode=UNKNOWN_CODE,
            )
        found = [row for row in near_of(rows) if row.wanted == place]
        with translation.override("zh-hans" if options["lang"] == "zh" else "en"):
            for near in found[: options["top"]]:
                held = rows[near.held]
                line = {
                    "code": held.code,
                    "label": in_active_language(held.label_en, held.label_zh),
                    "near": near.value,
                    "source": str(near.source),
                    "reason": near.because,
                }
                self.stdout.write(json.dumps(line, ensure_ascii=False))
        self.stderr.write(
            f"{len(rows)} skills read, {min(len(found), options['top'])} of {len(found)} near skills written, "
            f"{time.perf_counter() - began:.1f} seconds"
        )
