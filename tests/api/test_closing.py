"""Why something comes to its end: as much may be said over the API as on the pages."""

import pytest
from django.urls import reverse

from accounts.models import AuditRow
from tests import factories

from .conftest import faults

pytestmark = pytest.mark.django_db
ENDS = {
    "need": ("need-close", lambda owner: factories.a_need(factories.a_firm(owner))),
    "program": ("program-close", lambda owner: factories.a_program(factories.a_school(owner))),
    "course": ("course-close", lambda owner: factories.a_course(factories.a_school(owner), {})),
    "expert": ("expert-close", lambda owner: factories.an_expert(owner)),
    "base": ("base-close", lambda owner: factories.a_training_base(factories.a_training_body(owner))),
    "run": (
        "course-run-cancel",
        lambda owner: factories.a_run(factories.a_published_course(factories.a_school(owner))),
    ),
}


@pytest.mark.parametrize("kind", ENDS)
def test_a_reason_has_a_thousand_characters_at_most_on_the_page_and_over_the_api(api, client, owner, kind):
    name, make = ENDS[kind]
    made = make(owner)
    of = [made.course.public_id, made.public_id] if kind == "run" else [made.public_id]
    client.force_login(owner)
    long = {"why": "为" * 1001}
    page = client.post(reverse(name, args=of), long)
    assert page.status_code == 422
    assert "At most 1000 characters" in page.content.decode()
    over_api = reverse(f"api-{name}", args=of)
    assert faults(api(owner).post(over_api, long, format="json")) == {"#/why": "max_length"}
    assert api(owner).post(over_api, {"why": "为" * 1000}, format="json").status_code == 200
    assert AuditRow.objects.latest("id").why == "为" * 1000
