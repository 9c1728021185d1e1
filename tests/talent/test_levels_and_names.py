"""The effective level, and the names under which firms see people."""

import pytest
from django.utils import timezone

from talent.levels import EffectiveLevel, effective_levels
from talent.models import Plant, Pseudonym
from talent.naming import give_pseudonyms
from tests import factories

NOW = timezone.now()


def test_the_highest_claim_counts_and_a_confirmed_one_at_equal_level() -> None:
    claims = [(1, 3, None), (1, 3, NOW), (2, 4, None), (2, 3, NOW), (3, 2, NOW)]
    assert effective_levels(claims) == {
        1: EffectiveLevel(3, confirmed=True),
        2: EffectiveLevel(4, confirmed=False),
        3: EffectiveLevel(2, confirmed=True),
    }
    assert effective_levels(reversed(claims)) == effective_levels(claims)


@pytest.mark.django_db
def test_a_person_keeps_a_name_with_a_firm_and_has_another_with_the_next() -> None:
    factories.plants()
    profile, firms = factories.a_profile(), [factories.a_firm() for _ in range(12)]
    for firm in firms:
        give_pseudonyms(firm, [profile.pk])
    names = dict(Pseudonym.objects.filter(profile=profile).values_list("organisation_id", "id"))
    assert len(names) == len(firms)
    assert len({(one.plant_id, one.number) for one in Pseudonym.objects.all()}) > 1
    give_pseudonyms(firms[0], [profile.pk])
    assert dict(Pseudonym.objects.filter(profile=profile).values_list("organisation_id", "id")) == names


@pytest.mark.django_db
def test_names_are_unique_within_a_firm_and_get_a_third_digit_when_two_do_not_suffice() -> None:
    factories.plants()
    Plant.objects.exclude(code="banyan").delete()
    firm = factories.a_firm()
    people = [factories.a_profile() for _ in range(75)]
    give_pseudonyms(firm, [person.pk for person in people[:60]])
    assert Pseudonym.objects.filter(number__gte=100).count() == 0
    give_pseudonyms(firm, [person.pk for person in people])
    assert Pseudonym.objects.filter(organisation=firm).count() == 75
    two_digits = Pseudonym(plant=Plant.objects.get(code="banyan"), number=7)
    assert (two_digits.name_en, two_digits.name_zh) == ("Banyan 07", "榕树 07")
