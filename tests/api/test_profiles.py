"""A person's profile over the API: theirs alone, and confirmed claims stay."""

import json

import pytest

from accounts.models import AuditRow, Consent
from talent.models import Claim, Profile
from tests import factories

from .conftest import ME, faults


def a_profile(**changes):
    return {"name": "Chen Yitong", "language": "zh-Hans", "claims": []} | changes


def test_it_is_read_by_its_person_as_the_design_says(api, student):
    skill = factories.a_skill("DT1", "SQL queries", "SQL 查询")
    Claim.objects.all().delete()
    factories.confirm(student, skill, 4)
    Profile.objects.update(
        city=factories.a_city(), moves=True, kinds=["job"], languages={"en": 4}, available_from="2099-02-01"
    )
    read = json.loads(api(student.user).get(ME).content)
    at = read["claims"][0].pop("confirmed_at")
    assert at.endswith("+08:00")
    assert read == {
        "id": str(student.public_id),
        "name": "Yitong Example",
        "contact": "student@crossing.example",
        "adult": True,
        "headline": "",
        "text": "",
        "language": "en",
        "city": "foshan",
        "moves": True,
        "remote": None,
        "kinds": ["job"],
        "languages": {"en": 4},
        "available_from": "2099-02-01",
        "matching": True,
        "claims": [
            {
                "skill": {"code": "DT1", "label": {"en": "SQL queries", "zh-Hans": "SQL 查询"}},
                "level": 4,
                "source": "university",
                "evidence": "",
                "confirmed_by": None,
            }
        ],
    }


def test_who_confirmed_a_claim_is_named(api, student, firm):
    Claim.objects.filter(profile=student).update(source="employer", confirmer=firm)
    read = api(student.user).get(ME).json()["claims"][0]["confirmed_by"]
    assert read == {"id": str(firm.public_id), "name": {"en": firm.name_en, "zh-Hans": firm.name_zh}}


@pytest.mark.parametrize("method", ["get", "put", "patch"])
def test_who_has_none_finds_none(api, owner, method):
    answer = getattr(api(owner), method)(ME, a_profile() if method != "get" else None, format="json")
    assert (answer.status_code, answer.data["code"]) == (404, "not_found")


def test_one_is_made_empty_with_matching_off(api, owner):
    answer = api(owner).post(ME)
    assert (answer.status_code, answer.json()["matching"]) == (201, False)
    assert answer["Location"].endswith(ME)
    assert not Consent.objects.exists()


def test_one_is_made_with_all_that_is_given(api, owner, skill):
    sent = a_profile(adult=True, matching=True, claims=[{"skill": skill.code, "level": 3, "evidence": "A course."}])
    answer = api(owner).post(ME, sent, format="json")
    assert answer.status_code == 201
    [claim] = answer.json()["claims"]
    assert (claim["level"], claim["source"], claim["evidence"]) == (3, "self", "A course.")
    assert Consent.objects.filter(user=owner, purpose="matching", withdrawn_at=None).count() == 1


def test_a_wrong_one_is_not_made_at_all(api, owner):
    assert faults(api(owner).post(ME, a_profile(name="", adult="perhaps"), format="json")) == {
        "#/name": "blank",
        "#/adult": "invalid",
    }
    assert not Profile.objects.exists()


def test_there_is_one_at_most(api, student):
    answer = api(student.user).post(ME, a_profile(), format="json")
    assert (answer.status_code, answer.data["code"]) == (409, "profile_exists")


def test_a_patch_of_claims_replaces_the_self_declared_and_keeps_the_confirmed(api, student):
    kept, added = factories.a_skill(), factories.a_skill()
    factories.confirm(student, kept, 5)
    answer = api(student.user).patch(ME, {"claims": [{"skill": added.code, "level": 2}]}, format="json")
    claims = {(row["skill"]["code"], row["level"], row["source"]) for row in answer.json()["claims"]}
    assert claims == {(kept.code, 5, "university"), (added.code, 2, "self")}


def test_what_is_read_can_be_sent_back_and_changes_nothing(api, student):
    client = api(student.user)
    read = client.get(ME).json()
    assert client.put(ME, read, format="json").json() == read
    assert client.patch(ME, read, format="json").json() == read
    student.refresh_from_db()
    assert student.revision == 1


def test_a_put_forgets_what_is_not_given(api, student):
    answer = api(student.user).put(ME, a_profile(adult=True), format="json")
    assert answer.json()["contact"] == ""
    assert answer.json()["claims"] == []


def test_matching_is_switched_off_with_one_field(api, student):
    assert api(student.user).patch(ME, {"matching": False}, format="json").json()["matching"] is False
    assert not Profile.objects.listed().exists()


def test_the_trail_keeps_which_fields_changed_but_not_the_words(api, student):
    api(student.user).patch(ME, {"text": "Once in prison."}, format="json")
    assert "prison" not in str(list(AuditRow.objects.values()))


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"claims": [{"skill": "NOPE", "level": 1}]}, "#/claims/0/skill", "unknown"),
        ({"claims": [{"skill": "T1", "level": 0}]}, "#/claims/0/level", "min_value"),
        ({"claims": [{"skill": "T1", "level": 6}]}, "#/claims/0/level", "max_value"),
        ({"claims": [{"skill": "T1", "level": float("nan")}]}, "#/claims/0/level", "invalid"),
        ({"claims": [{"skill": "T1", "level": 1}] * 2}, "#/claims/1/skill", "twice"),
        ({"claims": [{"skill": "T1", "level": 1}] * 201}, "#/claims", "max_length"),
        ({"claims": [{"skill": {"code": []}, "level": 1}]}, "#/claims/0/skill", "unknown"),
        ({"claims": [{"skill": {"code": "T\x00"}, "level": 1}]}, "#/claims/0/skill", "unknown"),
        ({"claims": [{"skill": "T1", "level": 1, "proof": 1}]}, "#/claims/0/proof", "unknown_field"),
        ({"claims": [["T1", 1]]}, "#/claims/0", "invalid"),
        ({"claims": {"T1": 1}}, "#/claims", "not_a_list"),
        ({"claims": None}, "#/claims", "null"),
        ({"kinds": ["holiday"]}, "#/kinds/0", "invalid_choice"),
        ({"kinds": "job"}, "#/kinds", "not_a_list"),
        ({"kinds": [["job"]]}, "#/kinds/0", "invalid_choice"),
        ({"languages": {"en": 0}}, "#/languages/en", "min_value"),
        ({"adult": "perhaps"}, "#/adult", "invalid"),
        ({"matching": None}, "#/matching", "null"),
        ({"available_from": "soon"}, "#/available_from", "invalid"),
        ({"name": "x" * 101}, "#/name", "max_length"),
        ({"headline": "a\x00"}, "#/headline", "null_characters"),
        ({"revenue": 1}, "#/revenue", "unknown_field"),
    ],
)
@pytest.mark.parametrize("method", ["put", "patch"])
def test_what_is_wrong_is_told_and_nothing_is_changed(api, student, skill, changes, pointer, code, method):
    body = json.dumps(a_profile(**changes) if method == "put" else changes)
    answer = getattr(api(student.user), method)(ME, body, content_type="application/json")
    assert faults(answer) == {pointer: code}
    student.refresh_from_db()
    assert student.revision == 1
    assert student.claims.count() == 3


@pytest.mark.parametrize("body", ["[]", "5", '"me"', "null"])
def test_a_change_that_is_no_object(api, student, body):
    assert list(faults(api(student.user).patch(ME, body, content_type="application/json"))) == ["#"]


def test_rare_characters_are_kept_exactly(api, student):
    text = "𠮷野家 🚢 é"
    assert api(student.user).patch(ME, {"name": text, "text": text}, format="json").json()["name"] == text
    assert api(student.user).get(ME).json()["text"] == text
