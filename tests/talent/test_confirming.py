"""What a school or base confirms of its students: one row each, changed and withdrawn with its trail."""

import pytest

from accounts.errors import InvalidInput, NotAllowed, NotFound, StateForbids
from accounts.models import AuditRow, Organisation, User
from accounts.organisations import settle_standing
from matching.models import Job
from skills.models import Skill
from talent.confirming import confirm_claim, withdraw_confirmation
from talent.levels import levels_of_profiles
from talent.links import answer_link, ask_link, end_link
from talent.models import Claim, Profile, StudentLink
from talent.profiles import change_profile
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def teacher() -> User:
    return factories.a_user("teacher@school.example")


@pytest.fixture
def school(teacher: User) -> Organisation:
    return factories.a_school(teacher)


@pytest.fixture
def link(school: Organisation, teacher: User, student: Profile) -> StudentLink:
    return answer_link(by=teacher, link=ask_link(by=student.user, organisation=school), accept=True)


@pytest.fixture
def skill(student: Profile) -> Skill:
    claim = student.claims.first()
    assert claim is not None
    return claim.skill


def test_a_confirmation_is_one_row_and_its_change_is_on_the_trail(
    school: Organisation, teacher: User, student: Profile, link: StudentLink, skill: Skill
) -> None:
    for level in (3, 4, 4):
        confirm_claim(by=teacher, organisation=school, profile=student, skill=skill, level=level, evidence="Exam")
    claim = Claim.objects.get(confirmer=school)
    assert (claim.source, claim.level, claim.confirmed_by) == (Claim.Source.UNIVERSITY, 4, teacher)
    rows = AuditRow.objects.filter(action="confirm_claim", organisation=school).order_by("id")
    assert [(row.before.get("level"), row.after["level"]) for row in rows] == [(None, 3), (3, 4)]
    effective = levels_of_profiles([student.pk])[student.pk][skill.pk]
    assert (effective.level, effective.confirmed) == (4, True)


def test_it_raises_the_profiles_revision_and_is_matched_anew(
    school: Organisation, teacher: User, student: Profile, link: StudentLink, skill: Skill
) -> None:
    Job.objects.all().delete()
    confirm_claim(by=teacher, organisation=school, profile=student, skill=skill, level=4)
    assert Profile.objects.get(pk=student.pk).revision == student.revision + 1
    assert Job.objects.filter(ranking__profile=student).exists()


def test_a_training_base_stands_for_it_as_what_it_is(student: Profile, skill: Skill, teacher: User) -> None:
    base = factories.a_school(teacher, kind=Organisation.Kind.TRAINING_BASE)
    answer_link(by=teacher, link=ask_link(by=student.user, organisation=base), accept=True)
    claim = confirm_claim(by=teacher, organisation=base, profile=student, skill=skill, level=2)
    assert claim.source == Claim.Source.TRAINING_BASE


def test_a_withdrawn_confirmation_counts_no_more_and_can_come_back(
    school: Organisation, teacher: User, student: Profile, link: StudentLink, skill: Skill
) -> None:
    whole = {"by": teacher, "organisation": school, "profile": student, "skill": skill}
    confirm_claim(**whole, level=5)
    end_link(by=student.user, link=link)
    withdraw_confirmation(**whole)  # also of somebody who has left
    assert levels_of_profiles([student.pk])[student.pk][skill.pk].level == 3
    with pytest.raises(NotFound):
        withdraw_confirmation(**whole)
    answer_link(by=teacher, link=ask_link(by=student.user, organisation=school), accept=True)
    confirm_claim(**whole, level=4)
    assert Claim.objects.get(confirmer=school).withdrawn_at is None


def test_only_linked_students_of_a_verified_school_by_whom_its_table_names(
    school: Organisation, teacher: User, student: Profile, skill: Skill, owner: User, firm: Organisation
) -> None:
    whole = {"profile": student, "skill": skill, "level": 4}
    link = ask_link(by=student.user, organisation=school)
    with pytest.raises(StateForbids, match="not_linked"):
        confirm_claim(by=teacher, organisation=school, **whole)
    answer_link(by=teacher, link=link, accept=True)
    for other in (owner, student.user, factories.a_member(school, role="viewer")):
        with pytest.raises(NotAllowed):
            confirm_claim(by=other, organisation=school, **whole)
    with pytest.raises(StateForbids, match="not_a_school"):
        confirm_claim(by=owner, organisation=firm, **whole)
    factories.a_member(school, student.user, "editor")
    with pytest.raises(NotAllowed, match="own_claim"):
        confirm_claim(by=student.user, organisation=school, **whole)
    assert not Claim.objects.filter(confirmer__isnull=False).exists()


def test_what_a_suspended_school_confirmed_stays_and_it_confirms_nothing_more(
    school: Organisation, teacher: User, student: Profile, link: StudentLink, skill: Skill
) -> None:
    confirm_claim(by=teacher, organisation=school, profile=student, skill=skill, level=4)
    settle_standing(organisation=school, state="suspended", by=factories.staff(), reason="A reason.")
    with pytest.raises(StateForbids):
        confirm_claim(by=teacher, organisation=school, profile=student, skill=skill, level=5)
    assert levels_of_profiles([student.pk])[student.pk][skill.pk].level == 4


@pytest.mark.parametrize(
    ("said", "at"),
    [
        *(({"source": source}, ["source"]) for source in ("university", "training_base", "employer", "certificate")),
        ({"confirmed_by": {"id": "0f4f1c1e-3c55-4b8e-8f6a-2d9b5f5a7c10"}}, ["confirmed_by"]),
        ({"source": "text", "confirmed_by": "x", "confirmed_at": "2027-01-12"}, ["confirmed_at", "confirmed_by"]),
    ],
)
def test_a_student_never_claims_to_be_confirmed(
    student: Profile, skill: Skill, said: dict[str, object], at: list[str]
) -> None:
    claims = [{"skill": skill.code, "level": 5} | said]
    with pytest.raises(InvalidInput) as wrong:
        change_profile(by=student.user, profile=student, data={"claims": claims}, partial=True)
    assert [(error.path[-1], error.code) for error in wrong.value.errors] == [(name, "confirmed") for name in at]
