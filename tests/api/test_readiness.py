"""Readiness and the facts of an enterprise over the API."""

import pytest

from accounts.models import AuditRow
from enterprises.models import Assessment
from enterprises.questionnaire import DIMENSIONS
from tests import factories

from .conftest import faults

CODES = [question.code for dimension in DIMENSIONS for question in dimension.questions]


def at(firm, *words):
    return "/".join(["/api/v1/organisations", str(firm.public_id), *words, ""])


def test_it_is_assessed_listed_newest_first_and_read_by_its_viewer_and_the_staff(api, firm, editor, viewer):
    for value in (1, 3):
        made = api(editor).post(at(firm, "readiness"), {"answers": dict.fromkeys(CODES, value)}, format="json")
        assert made.status_code == 201
    assert made.data["scores"] == dict.fromkeys((one.code for one in DIMENSIONS), 0.75)
    assert made.data["version"] == "1"
    for reader in (viewer, factories.staff()):
        rows = api(reader).get(at(firm, "readiness")).json()["results"]
        assert [row["answers"]["ai"] for row in rows] == [3, 1]
    refused = api(viewer).post(at(firm, "readiness"), {"answers": dict.fromkeys(CODES, 1)}, format="json")
    assert (refused.status_code, refused.data["code"]) == (403, "not_allowed")


def test_others_and_other_kinds_of_body_find_nothing(api, firm, outsider, student, owner):
    school = factories.a_firm(owner, kind="university")
    for user, body in ((outsider, firm), (student.user, firm), (owner, school)):
        for answer in (
            api(user).get(at(body, "readiness")),
            api(user).post(at(body, "readiness"), {}, format="json"),
            api(user).put(at(body, "readiness", "k"), {}, format="json"),
        ):
            assert (answer.status_code, answer.data["code"]) == (404, "not_found")
    assert api().get(at(firm, "readiness")).status_code == 401


def test_a_key_makes_it_once_and_the_same_call_again_changes_nothing(api, firm, owner):
    sent = {"answers": dict.fromkeys(CODES, 2)}
    first = api(owner).put(at(firm, "readiness", "2027-Q1"), sent, format="json")
    again = api(owner).put(at(firm, "readiness", "2027-Q1"), sent, format="json")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.data == again.data
    assert AuditRow.objects.exclude(subject_kind="token").count() == 1
    taken = api(owner).post(at(firm, "readiness"), sent | {"external_id": "2027-Q1"}, format="json")
    assert faults(taken) == {"#/external_id": "taken"}
    assert Assessment.objects.count() == 1


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ({}, {"#/answers": "required"}),
        ({"answers": 3}, {"#/answers": "invalid"}),
        ({"answers": dict.fromkeys(CODES, 1) | {"ai": None}}, {"#/answers/ai": "null"}),
        ({"answers": dict.fromkeys(CODES, 1) | {"ai": 1.5}}, {"#/answers/ai": "invalid"}),
        ([], {"#": "invalid"}),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_kept(api, firm, owner, sent, found):
    assert faults(api(owner).post(at(firm, "readiness"), sent, format="json")) == found
    assert faults(api(owner).put(at(firm, "readiness", "k"), sent, format="json")) == found
    assert not Assessment.objects.exists()


# What an enterprise says of itself ------------------------------------------------------------------------------------
def test_an_owner_rewrites_and_changes_the_facts_and_everybody_reads_them(api, firm, owner, editor, outsider):
    empty = {"industry": "", "size": "", "pilot_zone": False, "target_markets": []}
    read = api(outsider).get(at(firm, "enterprise")).json()
    assert read == empty | {"organisation": {"id": str(firm.public_id), "name": read["organisation"]["name"]}}
    sent = {"industry": "lighting", "size": "50-199", "pilot_zone": True, "target_markets": ["eu"]}
    for _ in range(2):
        answer = api(owner).put(at(firm, "enterprise"), sent, format="json")
        assert answer.json() == read | sent
    assert AuditRow.objects.exclude(subject_kind="token").count() == 1
    changed = api(owner).patch(at(firm, "enterprise"), {"target_markets": ["jp"]}, format="json")
    assert changed.json() == read | sent | {"target_markets": ["jp"]}
    refused = api(editor).patch(at(firm, "enterprise"), {"size": "1-9"}, format="json")
    assert (refused.status_code, refused.data["code"]) == (403, "not_allowed")


def test_unknown_industries_and_markets_are_refused_together(api, firm, owner):
    sent = {"industry": "alchemy", "target_markets": ["eu", "moon"], "size": 7, "pilot_zone": "perhaps", "city": "x"}
    assert faults(api(owner).put(at(firm, "enterprise"), sent, format="json")) == {
        "#/industry": "invalid_choice",
        "#/target_markets/1": "invalid_choice",
        "#/size": "invalid_choice",
        "#/pilot_zone": "invalid",
        "#/city": "unknown_field",
    }


def test_a_university_has_no_such_part(api, owner):
    school = factories.a_firm(owner, kind="university")
    for answer in (api(owner).get(at(school, "enterprise")), api(owner).put(at(school, "enterprise"), {}, "json")):
        assert (answer.status_code, answer.data["code"]) == (404, "not_found")
