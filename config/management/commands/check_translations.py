import shutil
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config.translations import faults


class Command(BaseCommand):
    help = "Tell every sentence without Chinese, and whether the compiled catalogue is stale. Needs gettext."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        if shutil.which("msgfmt") is None or shutil.which("xgettext") is None:
            self.stderr.write("gettext (msgfmt, xgettext) is not installed")
            sys.exit(3)
        found = list(faults(settings.BASE_DIR))
        for fault in found:
            self.stderr.write(fault)
        self.stdout.write(f"translations: {len(found)} faults")
        sys.exit(1 if found else 0)
