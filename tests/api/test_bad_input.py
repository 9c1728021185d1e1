"""Bad input over the API: every fault told at once with its place, what is good kept exactly, nothing half written."""

import datetime
import json

import pytest

from accounts.models import AuditRow
from enterprises.models import Need, NeedSkill
from tests import factories

from .conftest import NEEDS, faults


def row(skill, **changes):
    return {"skill": skill.code, "min_level": 3, "weight": 1.0} | changes


@pytest.fixture(autouse=True)
def _nothing_half_written(db):
    """After each test: a need has all its skills, or is not there."""
    yield
    for need in Need.objects.all():
        assert need.skills.exists() or need.text


def test_an_unknown_skill(write):
    assert faults(write(skills=[{"skill": "NOPE", "min_level": 3}])) == {"#/skills/0/skill": "unknown"}
    assert not Need.objects.exists()
    assert not AuditRow.objects.filter(action="create_need").exists()


@pytest.mark.parametrize(
    ("level", "code"),
    [
        (0, "min_value"),
        (6, "max_value"),
        (-1, "min_value"),
        (2.5, "invalid"),
        ("three", "invalid"),
        (None, "null"),
        (True, "invalid"),
        ([3], "invalid"),
        ({}, "invalid"),
        (float("nan"), "invalid"),
        (float("inf"), "invalid"),
    ],
)
def test_a_level_that_is_none(write, skill, level, code):
    assert faults(write(skills=[row(skill, min_level=level)])) == {"#/skills/0/min_level": code}


@pytest.mark.parametrize(
    ("weight", "code"),
    [
        (0, "invalid"),
        (-1, "invalid"),
        (10.5, "invalid"),
        (float("nan"), "invalid"),
        (float("inf"), "invalid"),
        (float("-inf"), "invalid"),
        ("much", "invalid"),
        (None, "null"),
        (True, "invalid"),
        ([], "invalid"),
    ],
)
def test_a_weight_that_is_none(write, skill, weight, code):
    assert faults(write(skills=[row(skill, weight=weight)])) == {"#/skills/0/weight": code}


def test_the_same_skill_twice_is_told_where_it_stands_again(write, skill):
    other = factories.a_skill()
    assert faults(write(skills=[row(skill), row(other), row(skill)])) == {"#/skills/2/skill": "twice"}


def test_a_hundred_skills_are_taken_and_one_more_is_not(write):
    rows = [row(skill) for skill in factories.some_skills(101)]
    assert faults(write(skills=rows)) == {"#/skills": "max_length"}
    answer = write(skills=rows[:100])
    assert answer.status_code == 201
    assert len(answer.data["skills"]) == 100


@pytest.mark.parametrize(
    ("pay", "pointer", "code"),
    [
        ({"min": 9000, "max": 8000}, "#/pay/max", "order"),
        ({"min": -1}, "#/pay/min", "min_value"),
        ({"min": "1.234"}, "#/pay/min", "max_decimal_places"),
        ({"max": 10**12}, "#/pay/max", "max_digits"),
        ({"max": float("nan")}, "#/pay/max", "invalid"),
        ({"max": "1e3"}, "#/pay/max", "invalid"),
        ({"max": "1_000"}, "#/pay/max", "invalid"),
        ({"max": "1,200"}, "#/pay/max", "invalid"),
        ({"min": 1, "currency": ""}, "#/pay/currency", "blank"),
        ({"min": 1, "currency": "yuan"}, "#/pay/currency", "invalid"),
        ({"min": 1, "per": "hour"}, "#/pay/per", "invalid_choice"),
        ({"min": 1, "per": "total"}, "#/pay/per", "by_kind"),
        ({"min": 1, "bonus": 2}, "#/pay/bonus", "unknown_field"),
        (5, "#/pay", "invalid"),
        ([], "#/pay", "invalid"),
    ],
)
def test_pay_that_is_none(write, pay, pointer, code):
    assert faults(write(pay=pay)) == {pointer: code}


@pytest.mark.parametrize(
    ("typed", "kept"), [("１２００.５", "1200.50"), ("١٢", "12.00"), (" 7 ", "7.00"), (1e3, "1000.00")]
)
def test_digits_of_any_script_are_digits(write, typed, kept):
    assert write(pay={"min": typed}).data["pay"]["min"] == kept


@pytest.mark.parametrize("weight", [10**400, "9" * 2000, "1e0", "1_0"])
def test_a_number_beyond_reading_is_told_in_the_readers_language(api, owner, written, skill, weight):
    body = json.dumps(written(skills=[row(skill, weight=weight)]))
    answer = api(owner, "zh-hans").post(NEEDS, body, content_type="application/json")
    assert [fault["detail"] for fault in answer.data["errors"]] == ["权重须大于 0，且不超过 10。"]


@pytest.mark.parametrize("headcount", ["1_0", "1e1", "9" * 2000])
def test_a_whole_number_is_written_in_digits(write, headcount):
    assert set(faults(write(headcount=headcount))) == {"#/headcount"}


def test_a_start_in_the_past(write):
    yesterday = (datetime.date.today() - datetime.timedelta(days=2)).isoformat()
    assert faults(write(starts_on=yesterday)) == {"#/starts_on": "passed"}


@pytest.mark.parametrize("day", ["2027-13-01", "2027-02-30", "tomorrow", "2027-03-01T10:00:00", 20270301, [], {}])
def test_a_day_that_is_none(write, day):
    assert set(faults(write(starts_on=day))) == {"#/starts_on"}


def test_a_title_of_ten_thousand_characters(write):
    assert faults(write(title="a" * 10_000)) == {"#/title": "max_length"}


def test_a_text_may_be_long_and_then_is_too_long(write):
    assert write(text="字" * 100_000).status_code == 201
    assert faults(write(text="字" * 100_001)) == {"#/text": "max_length"}


@pytest.mark.parametrize("title", ["跨境电商 data analyst 🚢 𠮷", "👩🏽‍💻 é é", "‏עברית‏", "㐀𠀀𪛖"])
def test_emoji_and_rare_characters_are_kept_exactly(write, api, owner, title):
    answer = write(title=title, text=title)
    assert answer.status_code == 201
    read = json.loads(api(owner).get(f"{NEEDS}{answer.data['id']}/").content)
    assert (read["title"], read["text"]) == (title, title)
    assert title.encode() in api(owner).get(f"{NEEDS}{answer.data['id']}/").content


@pytest.mark.parametrize("field", ["title", "text", "external_id"])
def test_a_nul(write, field):
    assert faults(write(**{field: "a\x00b"})) == {f"#/{field}": "null_characters"}


@pytest.mark.parametrize(
    ("field", "pointer"),
    [
        ("kind", "#/kind"),
        ("language", "#/language"),
        ("area", "#/area"),
        ("city", "#/city"),
        ("organisation", "#/organisation"),
        ("starts_on", "#/starts_on"),
    ],
)
def test_a_nul_where_a_choice_is_asked_for(write, field, pointer):
    assert set(faults(write(**{field: "a\x00b"}))) == {pointer}


def test_a_nul_in_a_skill_and_in_a_language(write):
    answer = write(skills=[{"skill": "a\x00b", "min_level": 1}], languages={"e\x00n": 3})
    assert set(faults(answer)) == {"#/skills/0/skill", "#/languages/e\x00n"}


@pytest.mark.parametrize("body", [[], [1, 2], None, 5, "need", True])
def test_a_body_that_is_no_object(api, owner, body, firm):
    answer = api(owner).post(NEEDS, json.dumps(body), content_type="application/json")
    assert set(faults(answer)) <= {"#", "#/organisation"}
    assert "#" in faults(answer)


@pytest.mark.parametrize("body", [[], None, 5, "need"])
@pytest.mark.parametrize("method", ["put", "patch"])
def test_a_change_that_is_no_object(api, owner, firm, skill, body, method):
    need = factories.a_need(firm, {skill: 3})
    answer = getattr(api(owner), method)(f"{NEEDS}{need.public_id}/", json.dumps(body), content_type="application/json")
    assert list(faults(answer)) == ["#"]


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"skills": {}}, "#/skills", "not_a_list"),
        ({"skills": None}, "#/skills", "null"),
        ({"skills": "T1"}, "#/skills", "not_a_list"),
        ({"skills": [None]}, "#/skills/0", "null"),
        ({"skills": [5]}, "#/skills/0", "invalid"),
        ({"skills": [["T1", 3]]}, "#/skills/0", "invalid"),
        ({"skills": [{"skill": {"code": "T1"}, "min_level": 3}]}, "#/skills/0/skill", "unknown"),
        ({"skills": [{"skill": 5, "min_level": 3}]}, "#/skills/0/skill", "unknown"),
        ({"skills": [{"skill": None, "min_level": 3}]}, "#/skills/0/skill", "null"),
        ({"title": []}, "#/title", "invalid"),
        ({"title": {"en": "x"}}, "#/title", "invalid"),
        ({"title": None}, "#/title", "null"),
        ({"title": "   "}, "#/title", "blank"),
        ({"title": True}, "#/title", "invalid"),
        ({"kind": ["job"]}, "#/kind", "invalid_choice"),
        ({"kind": None}, "#/kind", "null"),
        ({"remote": "perhaps"}, "#/remote", "invalid"),
        ({"remote": []}, "#/remote", "invalid"),
        ({"languages": ["en"]}, "#/languages", "not_a_dict"),
        ({"languages": {"xx": 3}}, "#/languages/xx", "unknown"),
        ({"languages": {"en": 9}}, "#/languages/en", "max_value"),
        ({"languages": {"en": {}}}, "#/languages/en", "invalid"),
        ({"headcount": 0}, "#/headcount", "min_value"),
        ({"headcount": 10**30}, "#/headcount", "max_value"),
        ({"headcount": float("nan")}, "#/headcount", "invalid"),
        ({"city": {"code": "foshan"}}, "#/city", "unknown"),
        ({"city": "atlantis"}, "#/city", "unknown"),
        ({"area": 7}, "#/area", "unknown"),
        ({"external_id": []}, "#/external_id", "invalid"),
        ({"external_id": "x" * 101}, "#/external_id", "max_length"),
        ({"pays": {}}, "#/pays", "unknown_field"),
        ({"a/b~c": 1}, "#/a~1b~0c", "unknown_field"),
        ({"status": "published"}, "#/status", "not_writable"),
    ],
)
def test_a_value_of_the_wrong_shape(write, changes, pointer, code):
    assert faults(write(**changes)) == {pointer: code}
    assert not Need.objects.exists()


def test_all_faults_are_told_at_once(write):
    answer = write(title="", kind="holiday", skills=[{"skill": "NOPE", "min_level": 9, "weight": -1}], start="soon")
    assert faults(answer) == {
        "#/title": "blank",
        "#/kind": "invalid_choice",
        "#/skills/0/skill": "unknown",
        "#/skills/0/min_level": "max_value",
        "#/skills/0/weight": "invalid",
        "#/start": "unknown_field",
    }
    assert all(fault["detail"] for fault in answer.data["errors"])


def test_a_missing_organisation_is_told_beside_the_other_faults(api, owner, written):
    body = written(title="")
    del body["organisation"]
    assert faults(api(owner).post(NEEDS, body, format="json")) == {"#/organisation": "required", "#/title": "blank"}


@pytest.mark.parametrize("name", ["7", "0f4f1c1e-3c55-4b8e-8f6a-2d9b5f5a7c10", 5, {"id": "x"}, []])
def test_an_organisation_that_is_none(write, name):
    assert faults(write(organisation=name)) == {"#/organisation": "unknown"}


def test_a_draft_without_text_and_skills(write):
    assert faults(write(text="", skills=[])) == {"#/text": "text_or_skills"}


def test_a_wrong_change_leaves_the_need_as_it_was(api, owner, firm, skill):
    need = factories.a_need(firm, {skill: 3})
    answer = api(owner).patch(
        f"{NEEDS}{need.public_id}/",
        {"title": "New", "skills": [{"skill": "NOPE", "min_level": 1}]},
        format="json",
    )
    assert faults(answer) == {"#/skills/0/skill": "unknown"}
    need.refresh_from_db()
    assert (need.title, need.revision) == ("Data analyst", 1)
    assert list(NeedSkill.objects.values_list("skill", "min_level")) == [(skill.pk, 3)]
