"""Drawing pseudonyms: random, so that nothing about a person can be worked out from one."""

import csv
import secrets
from collections.abc import Iterable
from pathlib import Path

from django.db import transaction

from accounts.models import Organisation

from .models import Plant, Pseudonym

PLANTS = Path(__file__).parent / "data" / "plants.csv"
FIRST_NUMBERS = 100  # two digits
USED_SHARE = 0.7  # beyond this share of names in use, one more digit is allowed


def load_plants() -> None:
    """Bring the plants into their table; again changes nothing."""
    with PLANTS.open(encoding="utf-8", newline="") as file:
        Plant.objects.bulk_create(
            [Plant(**row) for row in csv.DictReader(file)],
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=["name_en", "name_zh", "short_en"],
        )


def give_pseudonyms(organisation: Organisation, profile_ids: Iterable[int]) -> None:
    """Make sure that each person has a name for this firm; who has one keeps it."""
    wanted = set(profile_ids)
    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=organisation.pk)  # one hand draws at a time
        standing = Pseudonym.objects.filter(organisation=organisation)
        missing = sorted(wanted - set(standing.filter(profile_id__in=wanted).values_list("profile_id", flat=True)))
        if not missing:
            return
        plants = list(Plant.objects.values_list("id", flat=True))
        taken = set(standing.values_list("plant_id", "number"))
        numbers = FIRST_NUMBERS
        while len(taken) + len(missing) > USED_SHARE * len(plants) * numbers:
            numbers *= 10
        made = []
        for profile_id in missing:
            while (name := (secrets.choice(plants), secrets.randbelow(numbers))) in taken:
                pass
            taken.add(name)
            made.append(Pseudonym(profile_id=profile_id, organisation=organisation, plant_id=name[0], number=name[1]))
        Pseudonym.objects.bulk_create(made)
