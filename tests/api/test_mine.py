"""`mine` means one thing in every list that knows it."""

import pytest

from tests import factories

pytestmark = pytest.mark.django_db
KINDS = {
    "programs": factories.a_published_program,
    "courses": factories.a_published_course,
    "bases": factories.a_training_base,
    "organisations": lambda school: school,
}


@pytest.mark.parametrize("kind", KINDS)
def test_true_is_mine_false_is_what_others_have_and_left_out_is_all(api, owner, kind):
    mine, others = (str(KINDS[kind](factories.a_school(user)).public_id) for user in (owner, factories.a_user()))

    def found(**asked):
        return {row["id"] for row in api(owner).get(f"/api/v1/{kind}/", asked).json()["results"]}

    assert found() == found(mine="") == {mine, others}
    assert found(mine="true") == {mine}
    assert found(mine="false") == {others}


def test_every_list_that_knows_it_says_the_same_of_it(api):
    paths = api().get("/api/v1/schema/", headers={"accept": "application/json"}).json()["paths"]
    said = {
        path.split("/")[3]: parameter["description"]
        for path, methods in paths.items()
        for parameter in methods.get("get", {}).get("parameters", [])
        if parameter["name"] == "mine"
    }
    assert set(said) == set(KINDS)
    assert len(set(said.values())) == 1
