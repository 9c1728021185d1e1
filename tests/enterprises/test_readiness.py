"""Readiness: assessed by an enterprise's own people, drawn and tabled, kept over time, seen by them and the staff."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.errors import InvalidInput, NotAllowed, StateForbids
from accounts.models import AuditRow
from enterprises.models import Assessment
from enterprises.questionnaire import DIMENSIONS, scores
from enterprises.readiness import assess_readiness, put_assessment
from tests import factories

pytestmark = pytest.mark.django_db
CODES = [question.code for dimension in DIMENSIONS for question in dimension.questions]


def answered(value: int = 2, **others: int) -> dict[str, int]:
    return dict.fromkeys(CODES, value) | others


def test_a_dimension_is_the_mean_of_its_answers_as_a_share_of_the_highest():
    assert len(CODES) == len(set(CODES)) == 20
    given = scores(answered(4, networks=0, cloud=1, records=3))
    assert given == {
        "infrastructure": 0.5625,
        "operation": 1.0,
        "data": 0.9375,
        "talent": 1.0,
        "cross_border": 1.0,
    }


def test_an_editor_assesses_a_viewer_does_not_and_each_one_is_kept(firm, editor, viewer):
    for value in (1, 3):
        assess_readiness(by=editor, organisation=firm, data={"answers": answered(value)})
    with pytest.raises(NotAllowed):
        assess_readiness(by=viewer, organisation=firm, data={"answers": answered()})
    kept = Assessment.objects.filter(organisation=firm)
    assert [(one.answers["cloud"], one.version, one.by) for one in kept] == [(3, "1", editor), (1, "1", editor)]
    assert AuditRow.objects.filter(action="assess_readiness", subject_id__in=kept.values("public_id")).count() == 2


def test_only_an_enterprise_assesses_itself(owner):
    school = factories.a_firm(owner, kind="university")
    with pytest.raises(StateForbids) as refused:
        assess_readiness(by=owner, organisation=school, data={"answers": answered()})
    assert refused.value.code == "not_an_enterprise"


def test_every_fault_is_told_at_its_question_and_nothing_is_kept(firm, owner):
    given = answered(networks=5, cloud="many", brand=-1) | {"mood": 4}
    del given["ai"]
    with pytest.raises(InvalidInput) as wrong:
        assess_readiness(by=owner, organisation=firm, data={"answers": given})
    assert {error.pointer: error.code for error in wrong.value.errors} == {
        "#/answers/networks": "max_value",
        "#/answers/cloud": "invalid",
        "#/answers/brand": "min_value",
        "#/answers/ai": "required",
        "#/answers/mood": "unknown_field",
    }
    assert not Assessment.objects.exists()
    assert not AuditRow.objects.exists()


def test_the_same_key_again_changes_nothing_and_other_answers_correct_it(firm, owner):
    first, new = put_assessment(by=owner, organisation=firm, external_id="Q1", data={"answers": answered()})
    again, newer = put_assessment(by=owner, organisation=firm, external_id="Q1", data={"answers": answered()})
    assert (new, newer, again.pk) == (True, False, first.pk)
    assert AuditRow.objects.count() == 1
    mended, _new = put_assessment(by=owner, organisation=firm, external_id="Q1", data={"answers": answered(ai=4)})
    assert (mended.pk, mended.at, mended.answers["ai"]) == (first.pk, first.at, 4)
    assert AuditRow.objects.get(action="correct_assessment").before["answers"]["ai"] == 2


# Pages ----------------------------------------------------------------------------------------------------------------
def test_the_form_keeps_what_was_answered_and_asks_for_the_rest(client, firm, editor):
    client.force_login(editor)
    address = reverse("readiness-new", args=[firm.public_id])
    sent = {code: "3" for code in CODES if code not in ("cloud", "ai")}
    answer = client.post(address, sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count("Answer this one, too.") == 2
    assert "2 fields to mend" in page
    assert 'id="id_cloud_error"' in page
    assert 'id="id_networks-3" value="3" checked' in page
    assert not Assessment.objects.exists()


def test_a_form_that_is_sent_twice_keeps_one(client, firm, editor):
    client.force_login(editor)
    address = reverse("readiness-new", args=[firm.public_id])
    sent = dict.fromkeys(CODES, "3") | {"sheet": str(client.get(address).context["sheet"])}
    for _ in range(2):
        assert client.post(address, sent)["Location"] == reverse("readiness", args=[firm.public_id])
    assert Assessment.objects.count() == 1


def test_the_picture_has_its_table_and_the_newest_stands_against_the_one_before(client, firm, viewer, owner):
    assess_readiness(by=owner, organisation=firm, data={"answers": answered(1)})
    assess_readiness(by=owner, organisation=firm, data={"answers": answered(3, networks=0, leads=4)})
    client.force_login(viewer)
    page = " ".join(client.get(reverse("readiness", args=[firm.public_id])).content.decode().split())
    figures = {"Infrastructure": 56, "Digital operation": 75, "Data": 75, "Talent": 81, "Cross-border": 75}
    said = ", ".join(f"{label} {figure}" for label, figure in figures.items())
    assert f'role="img" aria-label="Readiness of 100: {said}"' in page
    assert "Strongest: Talent, 81 of 100. Weakest: Infrastructure, 56." in page
    for label, figure in figures.items():
        row = rf'<th scope="rowgroup">{label}</th><th class="num">{figure}</th><th class="num">25</th>'
        assert f'{row}<th class="num">+{figure - 25}</th>' in page
    assert page.count("<polygon") == 6
    assert "style=" not in page
    assert reverse("readiness-new", args=[firm.public_id]) not in page


def test_nobody_else_finds_the_pages_and_a_viewer_does_not_assess(client, firm, viewer, outsider, student):
    pages = [reverse(name, args=[firm.public_id]) for name in ("readiness", "readiness-new")]
    for user in (outsider, student.user):
        client.force_login(user)
        assert [client.get(page).status_code for page in pages] == [404, 404]
    client.force_login(viewer)
    assert [client.get(page).status_code for page in pages] == [200, 403]
    client.force_login(factories.staff())
    assert [client.get(page).status_code for page in pages] == [200, 403]
    school = factories.a_firm(viewer, kind="university")
    assert client.get(reverse("readiness", args=[school.public_id])).status_code == 404


def test_many_earlier_ones_cost_as_many_queries_as_one(client, firm, owner):
    client.force_login(owner)

    def queries(count: int) -> int:
        for _ in range(count):
            assess_readiness(by=owner, organisation=firm, data={"answers": answered()})
        with CaptureQueriesContext(connection) as caught:
            page = client.get(reverse("readiness", args=[firm.public_id])).content.decode()
        assert re.search("All five alike, at 50 of 100", page)
        return len(caught)

    assert queries(2) == queries(12)
