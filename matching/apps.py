from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MatchingConfig(AppConfig):
    name = "matching"
    verbose_name = _("Matching")

    def ready(self) -> None:
        for name in ("heartbeat", "listeners", "tasks"):  # they connect themselves
            import_module(f"{self.name}.{name}")
