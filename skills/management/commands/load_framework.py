from typing import Any

from django.core.management.base import BaseCommand, CommandError

from skills.framework import FrameworkFault, load_framework


class Command(BaseCommand):
    help = "Bring the embedded skill framework into the database; the same file again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            framework = load_framework()
        except FrameworkFault as fault:
            raise CommandError(str(fault)) from fault
        self.stderr.write(f"framework {framework.label}: {framework.skills.count()} skills")
