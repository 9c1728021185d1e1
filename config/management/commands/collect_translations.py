from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config.translations import CATALOG, collect, compile_catalog, entries


class Command(BaseCommand):
    help = "Bring new sentences into the Chinese catalogue and compile it. Needs gettext."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        (settings.BASE_DIR / CATALOG).mkdir(parents=True, exist_ok=True)
        collect(settings.BASE_DIR)
        written = settings.BASE_DIR / CATALOG / "django.po"
        compile_catalog(written, written.with_suffix(".mo"))
        found = entries(written)
        self.stdout.write(f"{len(found)} sentences, {sum(not said for said in found.values())} without Chinese")
