"""Need areas: data of the region, loaded from its file."""

import csv
from pathlib import Path

from .models import Area

AREAS = Path(__file__).parent / "data" / "areas.csv"


def load_areas() -> None:
    """Bring the areas into their table; again changes nothing."""
    with AREAS.open(encoding="utf-8", newline="") as file:
        Area.objects.bulk_create(
            [Area(**row) for row in csv.DictReader(file)],
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=["name_en", "name_zh", "description_en", "description_zh"],
        )
