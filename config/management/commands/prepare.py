"""Everything between an installed folder and a running site, in one process."""

import os
import sys
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import OperationalError, connection, transaction

from accounts.cities import load_cities
from enterprises.areas import load_areas
from skills.framework import load_framework
from talent.naming import load_plants

NO_DATABASE = 4


class Command(BaseCommand):
    help = (
        "Migrate, load the framework and the region's data, load the demo into an empty database, collect static files."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            connection.ensure_connection()
        except (OperationalError, ValueError) as error:
            said = str(error).strip().splitlines()
            self.stderr.write(f"The database of DATABASE_URL does not answer: {said[0] if said else error}")
            sys.exit(NO_DATABASE)
        call_command("migrate", interactive=False, verbosity=0)
        with transaction.atomic():
            load_cities()
            load_areas()
            load_plants()
            load_framework()
        embedded = not os.environ.get("DATABASE_URL")
        if os.environ.get("DEMO", "1" if embedded else "0") != "0":
            call_command("load_demo")
        if options["static"]:
            call_command("collectstatic", interactive=False, verbosity=0)

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--no-static", action="store_false", dest="static", help="leave static files as they are")
