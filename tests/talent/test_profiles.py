"""A person's profile: what each change does, and the one switch that always works."""

import pytest

from accounts.models import AuditRow, Consent
from skills.models import Skill
from talent.models import Claim, Profile
from talent.profiles import change_profile, create_profile, switch_matching
from tests import factories

pytestmark = pytest.mark.django_db


def declared(profile: Profile) -> dict[str, int]:
    return dict(profile.claims.filter(source=Claim.Source.SELF).values_list("skill__code", "level"))


def test_a_new_profile_is_in_no_list_until_its_person_switches_matching_on() -> None:
    profile = create_profile(by=factories.a_user(name=""))
    assert (profile.matching, Profile.objects.listed().count()) == (False, 0)
    assert "@" not in profile.name


def test_claims_replace_the_self_declared_ones_and_leave_what_others_confirmed(student: Profile) -> None:
    kept, lifted, gone = (claim.skill for claim in student.claims.order_by("id"))
    confirmed = factories.confirm(student, kept, 4)
    new = factories.a_skill()
    rows = [{"skill": kept.code, "level": 3}, {"skill": lifted.code, "level": 5}, {"skill": new.code, "level": 1}]
    change_profile(by=student.user, profile=student, data={"claims": rows}, partial=True)
    assert declared(student) == {kept.code: 3, lifted.code: 5, new.code: 1}
    assert Claim.objects.get(pk=confirmed.pk).level == 4
    assert not student.claims.filter(skill=gone).exists()


def test_the_audit_row_names_the_fields_and_keeps_none_of_a_persons_words(student: Profile) -> None:
    change_profile(by=student.user, profile=student, data={"text": "My secret past."}, partial=True)
    row = AuditRow.objects.get(action="change_profile")
    assert row.after == {"changed": ["text"]}
    assert "secret" not in str(row.before) + str(row.after) + row.why


def test_the_same_again_changes_nothing(student: Profile) -> None:
    again = change_profile(by=student.user, profile=student, data={"headline": ""}, partial=True)
    assert again.revision == student.revision
    assert not AuditRow.objects.exists()


def test_consent_is_given_and_withdrawn_with_the_switch_and_its_history_stays(student: Profile) -> None:
    for on in (False, True, True, False):
        switch_matching(by=student.user, profile=student, on=on)
    rows = Consent.objects.filter(user=student.user, purpose=Consent.Purpose.MATCHING)
    assert [row.withdrawn_at is not None for row in rows] == [True]


def test_switching_off_works_even_when_a_claimed_skill_has_been_replaced(student: Profile) -> None:
    old = student.claims.first()
    assert old is not None
    Skill.objects.filter(pk=old.skill_id).update(successor=factories.a_skill())
    assert not switch_matching(by=student.user, profile=student, on=False).matching
    assert not Profile.objects.listed().exists()
