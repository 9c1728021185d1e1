"""Staff read and edit near skills at their desk; every edit goes through the domain's function."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditRow, User
from skills.events import near_fit_wanted
from skills.models import NearSkill, Skill
from skills.near import current_version, fit
from tests import factories

pytestmark = pytest.mark.django_db

LIST = "admin:skills_nearskill_changelist"
ADD = "admin:skills_nearskill_add"
CHANGE = "admin:skills_nearskill_change"


@pytest.fixture
def desk() -> Client:
    client = Client()
    client.force_login(factories.staff())
    return client


@pytest.fixture
def pair() -> tuple[Skill, Skill]:
    """A skill that is learnt to be near to another."""
    made = [
        factories.a_skill(f"A{place}", f"{tool} dashboards", f"{tool} 看板")
        for place, tool in enumerate(("Qlik", "Looker"))
    ]
    factories.a_skill("A9", "Customs declaration", "报关实务")
    fit(made[0].framework)
    return made[0], made[1]


def near(pair: tuple[Skill, Skill]) -> NearSkill:
    return NearSkill.objects.get(wanted=pair[0], held=pair[1])


def test_the_list_is_narrowed_by_source_and_by_either_skill(desk: Client, pair: tuple[Skill, Skill]) -> None:
    page = desk.get(reverse(LIST)).content.decode()
    assert f"?wanted={pair[0].pk}" in page
    assert "their names and descriptions" in page
    for query, shown in [
        ({"source": "likeness"}, 2),
        ({"source": "staff"}, 0),
        ({"wanted": pair[0].pk}, 1),
        ({"held": pair[0].pk}, 1),
        ({"wanted": pair[0].pk, "held": pair[0].pk}, 0),
        ({"wanted": "nonsense"}, 2),
    ]:
        answer = desk.get(reverse(LIST), query)
        assert answer.status_code == 200
        assert answer.context["cl"].result_count == shown, query


def test_a_value_is_changed_with_its_reason(desk: Client, pair: tuple[Skill, Skill]) -> None:
    answer = desk.post(reverse(CHANGE, args=[near(pair).pk]), {"value": "0.5", "why": "Much the same."}, follow=True)
    assert answer.status_code == 200
    assert (near(pair).value, near(pair).source) == (0.5, "staff")
    assert current_version() in answer.content.decode()
    assert AuditRow.objects.get(action="edit_near_skill").why == "Much the same."


def test_a_pair_is_added_and_one_that_is_there_is_edited(desk: Client, pair: tuple[Skill, Skill]) -> None:
    customs = Skill.objects.get(code="A9")
    for held in (customs, pair[1]):
        data = {"wanted": pair[0].pk, "held": held.pk, "value": "0.2", "why": "By hand."}
        answer = desk.post(reverse(ADD), data)
        assert answer.status_code == 302, answer.context["errors"]
        assert NearSkill.objects.get(wanted=pair[0], held=held).value == 0.2


def test_a_zero_says_not_near_and_an_empty_value_takes_the_edit_back(
    desk: Client, pair: tuple[Skill, Skill], monkeypatch: pytest.MonkeyPatch
) -> None:
    place = reverse(CHANGE, args=[near(pair).pk])
    desk.post(place, {"value": "0", "why": "No."})
    assert near(pair).value == 0
    assert desk.post(place, {"value": "", "why": "Perhaps after all."}).status_code == 302
    assert not NearSkill.objects.filter(wanted=pair[0], held=pair[1]).exists()


@pytest.mark.parametrize(
    ("value", "why", "complaint"),
    [
        ("0.8", "x", "From 0 (not near) to 0.6"),
        ("0.5", "", "Say why"),
        ("", "x", "nothing to take back"),
        ("much", "x", "Enter a number"),
    ],
)
def test_what_cannot_stand_is_told_beside_the_field(
    desk: Client, pair: tuple[Skill, Skill], value: str, why: str, complaint: str
) -> None:
    answer = desk.post(reverse(CHANGE, args=[near(pair).pk]), {"value": value, "why": why})
    assert answer.status_code == 200
    told = [fault for faults in answer.context["adminform"].form.errors.values() for fault in faults]
    assert [complaint in fault for fault in told] == [True]
    assert near(pair).source == "likeness"


def test_nothing_is_deleted_here_and_others_see_nothing(desk: Client, pair: tuple[Skill, Skill]) -> None:
    assert desk.post(reverse("admin:skills_nearskill_delete", args=[near(pair).pk])).status_code == 403
    visitor = Client()
    visitor.force_login(factories.a_user())
    assert visitor.get(reverse(LIST)).status_code in {302, 403}
    assert visitor.post(reverse(CHANGE, args=[near(pair).pk]), {"value": "0.5", "why": "x"}).status_code in {302, 403}
    assert near(pair).source == "likeness"


def test_a_button_asks_for_a_fit(desk: Client, pair: tuple[Skill, Skill]) -> None:
    asked: list[User | None] = []

    def listen(by: User | None, **kwargs: Any) -> None:
        asked.append(by)

    near_fit_wanted.connect(listen)
    try:
        assert "Fit again" in desk.get(reverse("admin:skills_nearfit_changelist")).content.decode()
        place = reverse("admin:skills_nearfit_again")
        assert desk.get(place).status_code == 302
        assert asked == [], "only a button starts it, not a link"
        assert "A worker fits" in desk.post(place, follow=True).content.decode()
    finally:
        near_fit_wanted.disconnect(listen)
    assert len(asked) == 1


def test_a_skill_shows_its_near_ones_with_their_reasons(desk: Client, pair: tuple[Skill, Skill]) -> None:
    page = desk.get(reverse("admin:skills_skill_change", args=[pair[0].pk])).content.decode()
    assert "their names and descriptions" in page
