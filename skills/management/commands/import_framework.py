import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from skills.events import near_fit_wanted
from skills.framework import EMBEDDED, FrameworkFault, load_framework
from skills.importers import read_source
from skills.importers.store import store
from skills.models import Framework, SameAs


class Command(BaseCommand):
    help = (
        "Bring a framework into the database beside ours: a CSV of skills, an ESCO folder or an O*NET folder. "
        "The same again doubles nothing. The framework that this platform speaks stays as it is. A worker then fits "
        "the near skills."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", help="a CSV of skills, an ESCO folder or an O*NET folder")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.perf_counter()
        try:
            if options["source"] == EMBEDDED:
                framework = load_framework()
            else:
                file = read_source(options["source"])
                for sentence in file.left_out:
                    self.stderr.write(sentence)
                framework = store(file)
                near_fit_wanted.send(sender=Framework, by=None)
        except FrameworkFault as fault:
            raise CommandError(str(fault)) from fault
        same = SameAs.objects.filter(skill__framework=framework) | SameAs.objects.filter(other__framework=framework)
        self.stderr.write(
            f"framework {framework.label}: {framework.skills.count()} skills, {same.count()} the same as one of "
            f"another framework, {time.perf_counter() - began:.1f} seconds"
        )
