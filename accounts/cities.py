"""Cities: data of the region, loaded from its file."""

import csv
from pathlib import Path

from .models import City

CITIES = Path(__file__).parent / "data" / "cities.csv"


def load_cities() -> None:
    """Bring the cities into their table; again changes nothing."""
    with CITIES.open(encoding="utf-8", newline="") as file:
        rows = [row | {"pilot_zone": row["pilot_zone"] == "1"} for row in csv.DictReader(file)]
    City.objects.bulk_create(
        [City(**row) for row in rows],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name_en", "name_zh", "pilot_zone"],
    )
