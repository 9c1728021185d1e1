"""Training bases over the API: read by everybody, written by whoever runs them."""

import pytest

from tests import factories

from .conftest import faults

BASES = "/api/v1/bases/"


@pytest.fixture
def teacher(db):
    return factories.a_user()


@pytest.fixture
def body(teacher):
    return factories.a_training_body(teacher)


def written(body, **changes):
    return {"organisation": str(body.public_id), "name": {"en": "Robot hall"}, "capacity": 40} | changes


def test_a_base_is_made_read_changed_and_closed(api, teacher, body, skill):
    factories.a_city()
    client = api(teacher)
    made = client.post(BASES, written(body, city="foshan", specialities=[skill.code]), format="json")
    assert made.status_code == 201
    read = api().get(made["Location"])
    assert (read.status_code, read.data) == (200, made.data)
    assert read.data["name"] == {"en": "Robot hall", "zh-Hans": "Robot hall"}
    assert [row["code"] for row in read.data["specialities"]] == [skill.code]
    assert client.patch(made["Location"], {"capacity": 9}, format="json").data["capacity"] == 9
    assert client.put(made["Location"], {"name": {"en": "Hall"}}, format="json").data["capacity"] is None
    assert client.post(made["Location"] + "close/").data["closed_at"]
    assert client.post(made["Location"] + "close/").status_code == 409
    assert api().get(made["Location"]).status_code == 404


def test_put_by_key_twice_changes_nothing(api, teacher, body):
    place = f"/api/v1/organisations/{body.public_id}/bases/B-1/"
    first = api(teacher).put(place, written(body), format="json")
    again = api(teacher).put(place, written(body), format="json")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.data == again.data


def test_who_may_not_is_told_so_or_finds_nothing(api, body, outsider):
    base = factories.a_training_base(body)
    hidden = factories.a_training_base(factories.a_training_body(state="pending"))
    for user, code in ((factories.a_member(body, role="viewer"), 403), (outsider, 403), (None, 401)):
        client, one = api(user), f"{BASES}{base.public_id}/"
        assert client.get(one).status_code == 200
        assert client.patch(one, {"capacity": 1}, format="json").status_code == code
        assert client.post(one + "close/").status_code == code
        assert client.post(BASES, written(body), format="json").status_code == code
        assert client.get(f"{BASES}{hidden.public_id}/").status_code == 404


def test_a_list_is_filtered_and_faults_stand_at_their_place(api, teacher, body, skill):
    there = factories.a_training_base(body)
    there.specialities.add(skill)
    factories.a_training_base(factories.a_training_body(), city=None)

    def found(user=None, **query):
        return [row["id"] for row in api(user).get(BASES, query).data["results"]]

    assert len(found()) == 2
    for query in ({"city": "foshan"}, {"skill": skill.code}, {"organisation": str(body.public_id)}):
        assert found(**query) == [str(there.public_id)]
    assert found(teacher, mine="true") == [str(there.public_id)]
    wrong = api(teacher).post(BASES, {"name": {"en": ""}, "city": "atlantis"}, format="json")
    assert faults(wrong) == {"#/organisation": "required", "#/name": "one_name", "#/city": "unknown"}
