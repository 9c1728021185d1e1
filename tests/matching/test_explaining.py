"""What firm and student read of one pair: parts that add up, who stands for a skill, and what to ask."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from accounts.models import Organisation
from enterprises.models import Need, NeedSkill
from matching.explaining import FIRM, STUDENT, conditions_of, explain_pairs
from matching.explanation import Explanation, PartView
from matching.models import Match
from skills.models import NearFit, NearSkill, Skill
from talent.models import Profile
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def sql() -> Skill:
    return factories.a_skill("DT1", "SQL querying", "SQL 数据查询")


@pytest.fixture
def tableau() -> Skill:
    return factories.a_skill("DT2", "Tableau dashboards", "Tableau 看板")


@pytest.fixture
def power_bi(tableau: Skill) -> Skill:
    skill = factories.a_skill("DT3", "Power BI dashboards", "Power BI 看板")
    fit = NearFit.objects.create(version="test")
    NearSkill.objects.create(wanted=skill, held=tableau, value=0.45, source="framework", reason="related", fit=fit)
    return skill


def explained(need: Need, profile: Profile, viewer: str = FIRM) -> Explanation:
    return explain_pairs([(need, profile)], viewer=viewer)[0]


def part_of(explanation: Explanation, skill: Skill) -> PartView:
    return next(part for part in explanation.parts if part.skill.code == skill.code)


def test_a_near_skill_is_named_with_its_reason_and_never_called_met(
    firm: Organisation, power_bi: Skill, tableau: Skill
) -> None:
    explanation = explained(factories.a_need(firm, {power_bi: 3}), factories.a_profile({tableau: 4}))
    part = part_of(explanation, power_bi)
    assert (part.verdict, part.held, part.credit) == ("near", None, 0.45)
    assert part.via is not None
    assert (part.via.skill.code, part.via.level, part.via.near) == (tableau.code, 4, 0.45)
    assert part.via.reason == "related in the framework"
    assert part.words == "partly, by Tableau dashboards 4 (× 0.45)"
    assert "met" not in part.sentence


def test_the_evidence_is_that_of_the_skill_that_earned_the_credit(
    firm: Organisation, power_bi: Skill, tableau: Skill, sql: Skill
) -> None:
    profile = factories.a_profile({sql: 3})
    factories.confirm(profile, tableau, 4)
    explanation = explained(factories.a_need(firm, {power_bi: 3, sql: 3, factories.a_skill("DT9"): 1}), profile)
    assert [part.evidence for part in explanation.parts] == ["confirmed", "self", None]


@pytest.mark.parametrize(
    ("held", "wanted", "words"),
    [
        (3, 3, "met"),
        (5, 3, "met, 2 above"),
        (2, 3, "1 level short"),
        (1, 3, "2 levels short"),
        (0, 3, "not on the profile"),
    ],
)
def test_each_part_says_how_it_stands(firm: Organisation, sql: Skill, held: int, wanted: int, words: str) -> None:
    profile = factories.a_profile({sql: held} if held else {})
    part = part_of(explained(factories.a_need(firm, {sql: wanted}), profile), sql)
    assert part.words == words
    assert part.sentence.endswith(words)
    assert (part.held is None) is (held == 0)


def test_one_pair_has_one_fit_and_two_scores(firm: Organisation, sql: Skill, power_bi: Skill) -> None:
    need, profile = factories.a_need(firm, {sql: 4}), factories.a_profile({sql: 3, power_bi: 3})
    for_firm, for_student = explained(need, profile, FIRM), explained(need, profile, STUDENT)
    assert for_firm.fit == for_student.fit == 0.75
    assert for_firm.score > for_student.score
    for explanation in (for_firm, for_student):
        points = sum(part.points for part in explanation.parts)
        total = points - explanation.focus_deduction + explanation.text_bonus
        assert total == pytest.approx(explanation.score, abs=1e-12)


def test_the_answer_comes_first_in_the_words_of_its_reader(firm: Organisation, sql: Skill, power_bi: Skill) -> None:
    need, profile = factories.a_need(firm, {sql: 3, power_bi: 2}), factories.a_profile({sql: 4})
    assert explained(need, profile, FIRM).sentence == (
        "Covers 50 of 100 of what you ask. 1 of 2 essential skills are met. "
        "The widest gap: Power BI dashboards, not on the profile."
    )
    assert explained(need, profile, STUDENT).sentence.startswith("You cover 50 of 100 of what is asked.")
    assert explained(need, profile).gap_sentence == "Power BI dashboards not on the profile"
    with translation.override("zh-hans"):
        assert part_of(explained(need, profile), sql).skill.label == "SQL 数据查询"


def test_an_essential_skill_weighs_double_and_shares_add_up(firm: Organisation, sql: Skill, power_bi: Skill) -> None:
    need = factories.a_need(firm, {sql: 3})
    NeedSkill.objects.create(need=need, skill=power_bi, min_level=1, weight=1.0, essential=False)
    shares = [part.share for part in explained(need, factories.a_profile()).parts]
    assert shares == pytest.approx([2 / 3, 1 / 3])


def test_what_is_shown_is_what_was_ranked(
    firm: Organisation, sql: Skill, power_bi: Skill, tableau: Skill, work: Callable[[], int]
) -> None:
    factories.a_profile({sql: 2, tableau: 4})
    factories.a_profile({power_bi: 1, tableau: 4, sql: 5})
    factories.a_published_need(firm, {sql: 3, power_bi: 3})
    work()
    rows = list(Match.objects.filter(list__ranking__need__isnull=False).select_related("pair__need", "pair__profile"))
    assert len(rows) == 2
    shown = explain_pairs([(row.pair.need, row.pair.profile) for row in rows], viewer=FIRM)
    for row, explanation in zip(rows, shown, strict=True):
        figures = (explanation.score, explanation.fit, explanation.use)
        assert figures == pytest.approx((row.score, row.fit, row.use), abs=1e-9)


def test_twenty_explanations_take_as_many_queries_as_one(firm: Organisation, sql: Skill) -> None:
    need = factories.a_need(firm, {sql: 3})
    people = [factories.a_profile({sql: 1 + number % 5}) for number in range(20)]

    def queries(count: int) -> int:
        with CaptureQueriesContext(connection) as seen:
            explain_pairs([(need, profile) for profile in people[:count]], viewer=FIRM)
        return len(seen)

    assert queries(20) == queries(1)


DAY = datetime.date(2099, 3, 1)


@pytest.mark.parametrize(
    ("need_fields", "profile_fields", "expected"),
    [
        (
            {"remote": False, "city": "foshan", "languages": {"en": 3}, "starts_on": DAY},
            {"city": "foshan", "kinds": ["job"], "languages": {"en": 4}, "available_from": DAY},
            {"kind": "met", "place": "met", "language": "met", "start": "met"},
        ),
        (
            {"remote": False, "city": "foshan", "languages": {"en": 3}, "starts_on": DAY},
            {},
            {"kind": "ask", "place": "ask", "language": "ask", "start": "ask"},
        ),
        (
            {"remote": True},
            {"kinds": ["job"], "remote": True},
            {"kind": "met", "place": "met", "start": "ask"},
        ),
        (
            {"remote": False, "city": "shenzhen"},
            {"city": "foshan", "moves": True},
            {"kind": "ask", "place": "met", "start": "ask"},
        ),
    ],
)
def test_a_condition_is_met_or_to_be_asked(
    firm: Organisation, need_fields: dict[str, Any], profile_fields: dict[str, Any], expected: dict[str, str]
) -> None:
    cities = {"foshan": factories.a_city(), "shenzhen": factories.a_city("shenzhen", "Shenzhen", "深圳")}
    for fields in (need_fields, profile_fields):
        if "city" in fields:
            fields["city"] = cities[fields["city"]]
    need, profile = factories.a_need(firm, **need_fields), factories.a_profile(**profile_fields)
    views = conditions_of(need, profile, viewer=FIRM)
    assert {view.condition: view.state for view in views} == expected
    assert all(view.sentence.endswith(": ask") is (view.state == "ask") for view in views)
    for view in conditions_of(need, profile, viewer=STUDENT):
        assert "Lives" not in view.sentence
        assert "Looks" not in view.sentence
