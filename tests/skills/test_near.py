"""The platform's near skills: fitted from every source in its order, edited by staff, and named by a version."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.dispatch import Signal
from django.utils import translation

from accounts.errors import InvalidInput, NotAllowed, StateForbids
from accounts.models import AuditRow, User
from skills.events import near_fit_wanted, near_skills_changed
from skills.framework import SkillRow, load_framework
from skills.models import Framework, NearFit, NearSkill, SameAs, Skill, SkillGroup, SkillRelation
from skills.near import current_version, edit_near_skill, fit
from skills.nearness import as_array, near_of
from tests import factories

pytestmark = pytest.mark.django_db

NEEDS = 6


@pytest.fixture
def staff() -> User:
    return factories.staff()


@pytest.fixture
def charts() -> Skill:
    skill = factories.a_skill("N1", "Data visualisation", "数据可视化")
    return described(skill, "Puts figures into charts.", "把数字变成图表。")


@pytest.fixture
def power_bi(charts: Skill) -> Skill:
    skill = factories.a_skill("N2", "Power BI dashboards", "Power BI 看板")
    SkillRelation.objects.create(skill=skill, other=charts, kind=SkillRelation.Kind.BROADER)
    return described(
        skill, "Builds and publishes dashboards for managers in Power BI.", "用 Power BI 搭建并发布管理看板。"
    )


@pytest.fixture
def tableau(charts: Skill) -> Skill:
    skill = factories.a_skill("N3", "Tableau dashboards", "Tableau 看板")
    return described(
        skill, "Builds and publishes dashboards for managers in Tableau.", "用 Tableau 搭建并发布管理看板。"
    )


@pytest.fixture
def customs() -> Skill:
    return described(factories.a_skill("N4", "Customs declaration", "报关实务"), "Declares goods.", "申报货物。")


@pytest.fixture
def framework(charts: Skill, power_bi: Skill, tableau: Skill, customs: Skill) -> Framework:
    return charts.framework


def described(skill: Skill, english: str, chinese: str) -> Skill:
    skill.definition_en, skill.definition_zh = english, chinese
    skill.save()
    return skill


def between(wanted: Skill, held: Skill) -> NearSkill | None:
    return NearSkill.objects.filter(wanted=wanted, held=held).first()


def the(wanted: Skill, held: Skill) -> NearSkill:
    return NearSkill.objects.get(wanted=wanted, held=held)


@contextmanager
def heard(signal: Signal) -> Iterator[list[Any]]:
    said: list[Any] = []

    def listen(by: User | None, **kwargs: Any) -> None:
        said.append(by)

    signal.connect(listen)
    try:
        yield said
    finally:
        signal.disconnect(listen)


def test_a_fit_takes_from_each_source_what_it_has_to_say(
    framework: Framework, charts: Skill, power_bi: Skill, tableau: Skill, customs: Skill
) -> None:
    made = fit(framework, asked=[{customs.pk, tableau.pk}] * NEEDS + [{charts.pk}] * NEEDS)
    narrower, broader = the(charts, power_bi), the(power_bi, charts)
    assert (narrower.value, narrower.source, narrower.because) == (0.6, "framework", "a special case of it")
    assert (broader.value, broader.because) == (0.3, "the wider field it belongs to")
    alike = the(power_bi, tableau)
    assert alike.source == "likeness"
    assert 0 < alike.value <= 0.4
    assert alike.because.startswith("their names and descriptions share: dashboards, ")
    with translation.override("zh-hans"):
        assert "看板" in alike.because
    together = the(customs, tableau)
    assert (together.source, together.because) == ("together", "asked for together in 6 needs")
    assert 0 < together.value <= 0.4
    assert between(customs, charts) is None
    assert set(NearSkill.objects.values_list("fit_id", flat=True)) == {made.pk}
    assert made.pairs == {"framework": 2, "likeness": 2, "together": 2}


def test_the_same_again_makes_no_new_fit_and_says_nothing(framework: Framework) -> None:
    first = fit(framework)
    rows = set(NearSkill.objects.values_list("id", flat=True))
    with heard(near_skills_changed) as said:
        assert fit(framework) == first
    assert set(NearSkill.objects.values_list("id", flat=True)) == rows
    assert said == []
    assert current_version() == first.version


def test_other_words_or_another_relation_make_another_version(
    framework: Framework, customs: Skill, tableau: Skill
) -> None:
    first = fit(framework)
    described(customs, "Declares goods to the customs of both sides.", "向两地海关申报货物。")
    second = fit(framework)
    SkillRelation.objects.create(skill=customs, other=tableau, kind=SkillRelation.Kind.RELATED)
    with heard(near_skills_changed) as said:
        third = fit(framework)
    assert len({first.version, second.version, third.version}) == 3
    assert current_version() == third.version
    assert said == [None]
    assert the(customs, tableau).value == 0.45


def test_what_was_learnt_from_needs_stays_until_needs_are_read_again(
    framework: Framework, customs: Skill, tableau: Skill, charts: Skill
) -> None:
    fit(framework, asked=[{customs.pk, tableau.pk}] * NEEDS + [{charts.pk}] * NEEDS)
    fit(framework)
    assert the(customs, tableau).details == {"needs": NEEDS}
    fit(framework, asked=[])
    assert between(customs, tableau) is None


def test_an_edit_decides_at_once_outlives_a_fit_and_names_its_version(
    framework: Framework, power_bi: Skill, tableau: Skill, staff: User
) -> None:
    first = fit(framework)
    with heard(near_skills_changed) as said:
        edit_near_skill(by=staff, wanted=power_bi, held=tableau, value=0.55, why="Whoever can one learns the other.")
    assert said == [staff]
    assert current_version() == f"{first.version}+e1"
    again = fit(framework)
    assert again != first
    assert current_version() == again.version
    edited = the(power_bi, tableau)
    assert (edited.value, edited.source, edited.because) == (0.55, "staff", "the platform's staff judged so")
    assert the(tableau, power_bi).source == "likeness", "the other direction is another matter"
    row = AuditRow.objects.get(action="edit_near_skill")
    assert (row.actor, row.subject_id, row.why) == (staff, first.public_id, "Whoever can one learns the other.")
    assert row.before["source"] == "likeness"
    assert row.after == {"wanted": "N2", "held": "N3", "value": 0.55, "source": "staff"}


def test_a_zero_of_the_staff_silences_the_framework_and_what_is_learnt(
    framework: Framework, charts: Skill, power_bi: Skill, tableau: Skill, staff: User
) -> None:
    fit(framework)
    edit_near_skill(by=staff, wanted=power_bi, held=tableau, value=0, why="Another tool altogether.")
    edit_near_skill(by=staff, wanted=power_bi, held=charts, value=0, why="Charts can be drawn by hand.")
    fit(framework)
    assert {row.value for row in NearSkill.objects.filter(wanted=power_bi)} == {0}
    assert the(charts, power_bi).value == 0.6


def test_an_edit_taken_back_lets_the_next_fit_decide_again(
    framework: Framework, power_bi: Skill, tableau: Skill, staff: User
) -> None:
    fit(framework)
    learnt = the(power_bi, tableau).value
    edit_near_skill(by=staff, wanted=power_bi, held=tableau, value=0.55, why="Much the same.")
    with heard(near_fit_wanted) as asked:
        assert edit_near_skill(by=staff, wanted=power_bi, held=tableau, value=None, why="It is not.") is None
    assert asked == [staff]
    assert between(power_bi, tableau) is None
    assert current_version().endswith("+e2")
    fit(framework)
    assert (the(power_bi, tableau).value, the(power_bi, tableau).source) == (learnt, "likeness")
    with pytest.raises(StateForbids):
        edit_near_skill(by=staff, wanted=power_bi, held=tableau, value=None, why="Once more.")


def test_the_same_edit_again_changes_nothing(
    framework: Framework, power_bi: Skill, tableau: Skill, staff: User
) -> None:
    fit(framework)
    for _time in range(2):
        edit_near_skill(by=staff, wanted=power_bi, held=tableau, value=0.55, why="Much the same.")
    assert current_version().endswith("+e1")
    assert AuditRow.objects.filter(action="edit_near_skill").count() == 1


def test_staff_may_say_that_two_are_the_same_and_may_edit_before_any_fit(
    power_bi: Skill, tableau: Skill, staff: User
) -> None:
    made = edit_near_skill(by=staff, wanted=power_bi, held=tableau, value=1, why="One product under two names.")
    assert made is not None
    assert made.value == 1
    assert current_version() == "0-edited+e1"


@pytest.mark.parametrize(
    ("value", "why", "place"),
    [
        (0.61, "x", "value"),
        (-0.1, "x", "value"),
        (float("nan"), "x", "value"),
        (0.5, "  ", "why"),
        (0.5, "x" * 2001, "why"),
    ],
)
def test_an_edit_that_cannot_stand_is_refused_with_its_place(
    power_bi: Skill, tableau: Skill, staff: User, value: float, why: str, place: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        edit_near_skill(by=staff, wanted=power_bi, held=tableau, value=value, why=why)
    assert [error.path for error in refused.value.errors] == [(place,)]
    assert not NearSkill.objects.exists()


def test_a_skill_is_not_near_to_itself(power_bi: Skill, staff: User) -> None:
    with pytest.raises(InvalidInput):
        edit_near_skill(by=staff, wanted=power_bi, held=power_bi, value=0.5, why="x")


def test_only_staff_edit(power_bi: Skill, tableau: Skill) -> None:
    with pytest.raises(NotAllowed):
        edit_near_skill(by=factories.a_user(), wanted=power_bi, held=tableau, value=0.5, why="x")


def test_the_table_itself_takes_a_zero_from_staff_only_and_nothing_between_near_and_same(
    framework: Framework, power_bi: Skill, tableau: Skill
) -> None:
    made = fit(framework)
    NearSkill.objects.all().delete()
    for value, source in [(0.0, "likeness"), (0.7, "staff"), (1.1, "same"), (-0.2, "staff")]:
        with pytest.raises(IntegrityError), transaction.atomic():
            NearSkill.objects.create(
                wanted=power_bi, held=tableau, value=value, source=source, reason="judged", fit=made
            )


@pytest.fixture
def elsewhere(power_bi: Skill) -> Skill:
    """The same skill in another framework."""
    other = Framework.objects.create(code="elsewhere", version="1", name_en="Elsewhere", name_zh="别处")
    group = SkillGroup.objects.create(framework=other, code="all", name_en="All", name_zh="全部")
    skill = Skill.objects.create(framework=other, group=group, code="X1", label_en="Power BI", label_zh="Power BI")
    SameAs.objects.create(skill=power_bi, other=skill, reason=SameAs.Reason.LABEL)
    return skill


def test_the_same_skill_of_another_framework_shows_it_wholly_both_ways(
    framework: Framework, power_bi: Skill, elsewhere: Skill
) -> None:
    fit(framework)
    for wanted, held in ((power_bi, elsewhere), (elsewhere, power_bi)):
        row = the(wanted, held)
        assert (row.value, row.source, row.because) == (1, "same", "the same skill in another framework")
    fit(elsewhere.framework)
    assert NearSkill.objects.filter(source="same").count() == 2
    assert between(framework.skills.get(code="N1"), power_bi) is not None, "the other framework's rows stay"
    SameAs.objects.all().delete()
    fit(framework)
    assert not NearSkill.objects.filter(source="same").exists()


def test_staff_decide_even_whether_two_frameworks_mean_the_same(
    framework: Framework, power_bi: Skill, elsewhere: Skill, staff: User
) -> None:
    fit(framework)
    edit_near_skill(by=staff, wanted=elsewhere, held=power_bi, value=0, why="Theirs is the company.")
    fit(framework)
    fit(elsewhere.framework)
    assert (the(elsewhere, power_bi).value, the(power_bi, elsewhere).value) == (0, 1)


def test_a_skill_and_its_successor_show_each_other_wholly(framework: Framework, customs: Skill) -> None:
    newer = factories.a_skill("N9", "Customs clearance", "清关")
    customs.successor = newer
    customs.save()
    fit(framework)
    assert (the(newer, customs).value, the(newer, customs).because) == (1, "the skill that it replaced")
    assert (the(customs, newer).value, the(customs, newer).because) == (1, "the skill that replaced it")


def test_an_empty_framework_a_lone_skill_and_a_missing_language_can_be_fitted() -> None:
    empty = Framework.objects.create(code="empty", version="1", name_en="Empty", name_zh="空")
    assert fit(empty).pairs == {}
    lone = factories.a_skill("L1")
    assert fit(lone.framework, asked=[{lone.pk}] * 5).pairs == {}
    for number in range(3):
        skill = factories.a_skill(f"L{number + 2}", "Same label", "-")
        skill.label_zh = skill.definition_zh = ""
        skill.save()
    fit(lone.framework)
    assert set(NearSkill.objects.values_list("source", flat=True)) == {"likeness"}
    with translation.override("zh-hans"):
        row = NearSkill.objects.exclude(details={}).first()
        assert row is not None
        assert "Same" in row.because or "label" in row.because


def test_the_embedded_framework_keeps_what_staff_edited_when_it_is_loaded_again(staff: User) -> None:
    framework = load_framework()
    row = NearSkill.objects.filter(wanted__framework=framework, reason="narrower").order_by("wanted__code").first()
    assert row is not None
    edit_near_skill(by=staff, wanted=row.wanted, held=row.held, value=0.2, why="Hardly.")
    Framework.objects.update(loaded_from="another file")
    load_framework()
    assert the(row.wanted, row.held).value == 0.2
    assert NearFit.objects.count() == 2
    assert current_version() == NearFit.objects.latest().version


def test_the_rows_of_a_file_give_the_same_as_the_tables() -> None:
    framework = load_framework()
    rows = [
        SkillRow(
            code=skill.code,
            label_en=skill.label_en,
            label_zh=skill.label_zh,
            aliases_en=tuple(skill.aliases.filter(language="en").order_by("text").values_list("text", flat=True)),
            aliases_zh=tuple(skill.aliases.filter(language="zh-hans").order_by("text").values_list("text", flat=True)),
            definition_en=skill.definition_en,
            definition_zh=skill.definition_zh,
            group=skill.group.code,
            broader=tuple(row.other.code for row in skill.relations.filter(kind="broader")),
            related=tuple(row.other.code for row in skill.relations.filter(kind="related")),
        )
        for skill in framework.skills.select_related("group").order_by("code")
    ]
    found = near_of(rows)
    stored = NearSkill.objects.values_list("wanted__code", "held__code", "value", "source", "reason")
    assert {(rows[row.wanted].code, rows[row.held].code, row.value, row.source, row.reason) for row in found} == set(
        stored
    )
    assert as_array(found, len(rows)).nnz == len(found)
    assert current_version() == NearFit.objects.latest().version
