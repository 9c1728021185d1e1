"""Organisations over the API: registered by anybody, changed by their owner, read as far as they are verified."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Organisation
from accounts.organisations import settle_standing
from tests import factories

from .conftest import faults

ALL = "/api/v1/organisations/"


def at(organisation, *words):
    return "/".join([ALL.rstrip("/"), str(organisation.public_id), *words, ""])


def an_enterprise(**changes):
    factories.a_city()
    return {
        "kind": "enterprise",
        "name": {"en": "Lingnan Lighting", "zh-Hans": "岭南照明"},
        "credit_code": factories.a_credit_code(),
        "city": "foshan",
        "industry": "lighting",
        "size": "50-199",
        "pilot_zone": True,
        "target_markets": ["035", "eu"],
    } | changes


def test_anybody_signed_in_registers_an_enterprise_and_owns_it(api, student):
    sent = an_enterprise()
    answer = api(student.user).post(ALL, sent, format="json")
    assert answer.status_code == 201
    made = Organisation.objects.get()
    assert answer["Location"].endswith(at(made))
    read = api(student.user).get(answer["Location"]).json()
    assert read.pop("created_at").endswith("+08:00")
    assert read == sent | {
        "id": str(made.public_id),
        "city": {"code": "foshan", "name": {"en": "Foshan", "zh-Hans": "佛山"}},
        "state": "pending",
        "reason": "",
        "role": "owner",
    }


def test_a_name_in_one_language_serves_both(api, owner):
    answer = api(owner).post(ALL, an_enterprise(name={"zh-Hans": "岭南照明"}), format="json")
    assert answer.json()["name"] == {"en": "岭南照明", "zh-Hans": "岭南照明"}


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"credit_code": "91440600MA5DEMO010"}, "#/credit_code", "credit_code"),
        ({"credit_code": "123"}, "#/credit_code", "credit_code"),
        ({"credit_code": "𠮷" * 18}, "#/credit_code", "credit_code"),
        ({"credit_code": "a\x00b"}, "#/credit_code", "null_characters"),
        ({"credit_code": 91440600}, "#/credit_code", "credit_code"),
        ({"name": {}}, "#/name", "one_name"),
        ({"name": "Lingnan"}, "#/name", "invalid"),
        ({"name": {"en": "x" * 201}}, "#/name/en", "max_length"),
        ({"name": {"fr": "x", "en": "x"}}, "#/name/fr", "unknown_field"),
        ({"kind": "bank"}, "#/kind", "invalid_choice"),
        ({"target_markets": ["moon"]}, "#/target_markets/0", "invalid_choice"),
        ({"target_markets": "eu"}, "#/target_markets", "not_a_list"),
        ({"size": 5}, "#/size", "invalid_choice"),
        ({"pilot_zone": None}, "#/pilot_zone", "null"),
        ({"verified": True}, "#/verified", "unknown_field"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_registered(api, owner, changes, pointer, code):
    assert faults(api(owner).post(ALL, an_enterprise(**changes), format="json")) == {pointer: code}
    assert not Organisation.objects.exists()


def test_a_wrong_code_is_told_beside_all_other_faults(api, owner):
    answer = api(owner).post(ALL, an_enterprise(credit_code="1", name={}, city="atlantis"), format="json")
    assert set(faults(answer)) == {"#/credit_code", "#/name", "#/city"}


def test_the_state_is_not_written(api, owner):
    answer = api(owner).post(ALL, an_enterprise(state="verified", role="owner"), format="json")
    assert (answer.status_code, answer.json()["state"]) == (201, "pending")


def test_mine_are_those_i_act_for(api, firm, viewer, outsider):
    def ids(client, **query):
        return {row["id"] for row in client.get(ALL, query).json()["results"]}

    other = str(Organisation.objects.of_member(outsider).get().public_id)
    mine = api(viewer).get(ALL, {"mine": "true"}).json()["results"]
    assert [(row["id"], row["role"]) for row in mine] == [(str(firm.public_id), "viewer")]
    assert ids(api(viewer)) == {str(firm.public_id), other}
    assert ids(api(viewer), mine="false") == {other}


def test_one_that_is_not_verified_is_not_found_by_others(api, firm, owner, outsider):
    Organisation.objects.filter(pk=firm.pk).update(state="pending")
    assert api(owner).get(at(firm)).status_code == 200
    for answer in (api(outsider).get(at(firm)), api(outsider).patch(at(firm), {}, format="json")):
        assert (answer.status_code, answer.data["code"]) == (404, "not_found")
    assert str(firm.public_id) not in str(api(outsider).get(ALL).data)
    assert api(outsider).get(at(firm, "members")).status_code == 404


def test_why_it_was_sent_back_is_for_its_members(api, firm, owner, outsider):
    settle_standing(organisation=firm, state="suspended", by=factories.staff(), reason="The register says otherwise.")
    assert api(owner).get(at(firm)).json()["reason"] == "The register says otherwise."
    settle_standing(organisation=firm, state="verified", by=factories.staff(), reason="Cleared by telephone.")
    assert api(outsider).get(at(firm)).json()["reason"] == ""


def test_its_code_is_for_its_members_and_staff(api, firm, viewer, outsider, student):
    for reader, code in (
        (viewer, firm.credit_code),
        (factories.staff(), firm.credit_code),
        (outsider, None),
        (student.user, None),
    ):
        assert api(reader).get(at(firm)).json()["credit_code"] == code
        listed = {row["id"]: row["credit_code"] for row in api(reader).get(ALL).json()["results"]}
        assert listed[str(firm.public_id)] == code


def test_an_owner_changes_it_and_one_that_was_sent_back_is_before_the_staff_again(api, firm, owner):
    Organisation.objects.filter(pk=firm.pk).update(state="returned")
    answer = api(owner).patch(at(firm), {"name": {"en": "New"}, "industry": "toys"}, format="json")
    assert answer.status_code == 200
    read = answer.json()
    assert (read["name"]["en"], read["industry"], read["state"]) == ("New", "toys", "pending")
    assert api(owner).put(at(firm), an_enterprise(credit_code=firm.credit_code), format="json").status_code == 200


@pytest.mark.parametrize("new", [{"name": {"en": "Another"}}, {"credit_code": factories.a_credit_code()}])
def test_what_staff_checked_is_put_before_them_again_and_the_rest_is_not(api, firm, owner, new):
    rest = {"city": None, "industry": "toys", "target_markets": ["eu"]}
    assert api(owner).patch(at(firm), rest, format="json").json()["state"] == "verified"
    assert api(owner).patch(at(firm), new, format="json").json()["state"] == "pending"


def test_only_an_owner_changes_it(api, firm, editor, viewer, outsider):
    for user in (editor, viewer, outsider):
        answer = api(user).patch(at(firm), {"industry": "toys"}, format="json")
        assert (answer.status_code, answer.data["code"]) == (403, "not_allowed")


def test_members_are_read_by_members(api, firm, owner, viewer, outsider):
    answer = api(viewer).get(at(firm, "members"))
    assert [(row["role"], row["email"]) for row in answer.json()["results"]] == [
        ("owner", owner.email),
        ("viewer", viewer.email),
    ]
    assert set(answer.json()["results"][0]) == {"id", "name", "email", "role", "joined_at"}
    refused = api(outsider).get(at(firm, "members"))
    assert (refused.status_code, refused.data["code"]) == (403, "not_allowed")


def test_a_list_of_many_costs_as_many_queries_as_a_list_of_two(api, outsider, owner, firm):
    client = api(owner)

    def queries():
        client.get(ALL)
        with CaptureQueriesContext(connection) as asked:
            client.get(ALL)
        return len(asked)

    few = queries()
    for _ in range(10):
        factories.a_firm(owner)
    assert queries() == few
