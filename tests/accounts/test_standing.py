"""How an organisation stands: every kind registers, staff decide, and what a decision changes, it changes at once."""

import re

import pytest
from django.core import mail
from django.urls import reverse

from accounts.errors import InvalidInput, NotAllowed, OrganisationSuspended, StateForbids
from accounts.models import AuditRow, Letter, Membership, Organisation
from accounts.organisations import register_organisation, settle_standing
from accounts.permissions import WHILE_SUSPENDED, WHO_MAY, Act, demand, may
from accounts.registration import change_body, register_body
from talent.links import answer_link, ask_link
from tests import factories

pytestmark = pytest.mark.django_db
KINDS = ["university", "vocational_college", "vocational_school", "training_base", "enterprise"]


def a_form(**typed):
    factories.a_city()
    return {"name_zh": "岭南学院", "name_en": "", "credit_code": factories.a_credit_code(), "city": "foshan"} | typed


def a_body(**changes):
    factories.a_city()
    return {
        "kind": "university",
        "name": {"zh-Hans": "岭南学院"},
        "credit_code": factories.a_credit_code(),
        "city": "foshan",
    } | changes


def complaints(error: InvalidInput) -> dict[str, str]:
    return {one.pointer: one.code for one in error.errors}


@pytest.mark.parametrize("kind", KINDS)
def test_a_body_of_every_kind_registers_is_sent_back_mended_verified_and_suspended(client, kind):
    user, staff = factories.a_user(), factories.a_user("staff@crossing.example", is_staff=True)
    client.force_login(user)
    answer = client.post(reverse("organisation-new"), a_form(kind=kind, industry="toys"), follow=True)
    body = Organisation.objects.get()
    assert (body.kind, body.state, body.memberships.get().role) == (kind, "pending", "owner")
    assert hasattr(body, "enterprise") == (kind == "enterprise")
    assert ("Industry" in answer.content.decode()) == (kind == "enterprise")

    desk = reverse("admin:accounts_organisation_standing") + f"?ids={body.pk}"
    for state, reason in (("returned", "The name differs."), ("verified", "Now it agrees."), ("suspended", "Look.")):
        client.force_login(staff)
        client.post(desk, {"state": state, "reason": reason})
        body.refresh_from_db()
        assert body.state == state
        client.force_login(user)
        assert reason in client.get(reverse("organisation", args=[body.public_id])).content.decode()
        if state == "returned":
            sent = a_form(name_en="Lingnan College", credit_code=body.credit_code, kind="authority")
            client.post(reverse("organisation-change", args=[body.public_id]), sent)
            body.refresh_from_db()
            assert (body.state, body.kind, body.name_en) == ("pending", kind, "Lingnan College")
    done = AuditRow.objects.filter(subject_id=body.public_id).order_by("id").values_list("action", flat=True)
    decided = [action for action in done if action != "change_enterprise"]
    assert decided == ["register_organisation", "settle_standing", "change_organisation"] + ["settle_standing"] * 2


def test_the_form_offers_every_kind_and_authorities_to_staff_alone(client):
    client.force_login(factories.a_user())
    page = client.get(reverse("organisation-new")).content.decode()
    assert all(f'<option value="{kind}">' in page for kind in KINDS)
    assert 'value="authority"' not in page
    answer = client.post(reverse("organisation-new"), a_form(kind="authority"))
    assert answer.status_code == 422
    assert "staff register authorities" in answer.content.decode()
    assert not Organisation.objects.exists()
    client.force_login(factories.staff())
    assert 'value="authority"' in client.get(reverse("organisation-new")).content.decode()
    client.post(reverse("organisation-new"), a_form(kind="authority"))
    assert Organisation.objects.get().kind == "authority"


def test_the_kind_is_chosen_and_wrong_ones_are_told_with_all_other_faults(client):
    client.force_login(factories.a_user())
    for kind in ("", "club"):
        answer = client.post(
            reverse("organisation-new"), a_form(kind=kind, name_zh="", credit_code="1", city="atlantis")
        )
        page = answer.content.decode()
        assert answer.status_code == 422
        for name in ("kind", "name_zh", "credit_code", "city"):
            assert f'id="id_{name}_error"' in page


def test_the_kind_stays_and_the_same_again_leaves_no_trace():
    user = factories.a_user()
    body = register_body(by=user, data=a_body())
    with pytest.raises(InvalidInput) as refused:
        change_body(by=user, organisation=body, data={"kind": "enterprise"}, partial=True)
    assert complaints(refused.value) == {"#/kind": "stays"}
    before = AuditRow.objects.count()
    change_body(by=user, organisation=body, data={"city": "foshan"}, partial=True)
    assert AuditRow.objects.count() == before
    with pytest.raises(InvalidInput) as refused:
        register_body(by=user, data=a_body(industry="toys", name={}, credit_code="x"))
    assert complaints(refused.value) == {
        "#/industry": "unknown_field",
        "#/name": "one_name",
        "#/credit_code": "credit_code",
    }


def test_a_code_in_use_is_not_told_at_registration_but_is_at_verification(client):
    holder = factories.a_firm(factories.a_user())
    client.force_login(factories.a_user())
    free = client.post(reverse("organisation-new"), a_form(kind="university"))
    held = client.post(reverse("organisation-new"), a_form(kind="university", credit_code=holder.credit_code))
    assert (free.status_code, held.status_code) == (302, 302)
    assert "ask a colleague to invite you" in client.get(reverse("organisation-new")).content.decode()
    waiting = Organisation.objects.get(state="pending", credit_code=holder.credit_code)
    with pytest.raises(StateForbids, match="credit_code_taken"):
        settle_standing(organisation=waiting, state="verified", by=factories.staff(), reason="Fine.")
    waiting.refresh_from_db()
    assert waiting.state == "pending"


def test_only_staff_settle_only_known_states_and_only_what_was_verified_is_suspended(owner):
    firm, staff = factories.a_firm(owner, state="pending"), factories.staff()
    with pytest.raises(NotAllowed):
        settle_standing(organisation=firm, state="verified", by=owner, reason="Mine.")
    with pytest.raises(InvalidInput):
        settle_standing(organisation=firm, state="pending", by=staff, reason="Back.")
    with pytest.raises(StateForbids, match="never_verified"):
        settle_standing(organisation=firm, state="suspended", by=staff, reason="Odd.")
    with pytest.raises(InvalidInput):
        register_organisation(
            by=owner, kind="authority", name_en="A", name_zh="", credit_code=factories.a_credit_code(), city=None
        )
    firm.refresh_from_db()
    assert firm.state == "pending"


@pytest.mark.parametrize("role", Membership.Role.values)
def test_a_suspended_organisation_reads_and_changes_nothing_whatever_the_act(role):
    firm = factories.a_firm(state="verified")
    user = factories.a_member(firm, role=role)
    Organisation.objects.filter(pk=firm.pk).update(state="suspended")  # the object in hand still says verified
    for act in Act:
        assert may(user, act, firm) == (act in WHILE_SUSPENDED and role in WHO_MAY[act])
        if role not in WHO_MAY[act]:
            with pytest.raises(NotAllowed):
                demand(user, act, firm)
        elif act in WHILE_SUSPENDED:
            demand(user, act, firm)
        else:
            with pytest.raises(OrganisationSuspended):
                demand(user, act, firm)


def test_a_suspended_firms_token_reads_its_own_and_changes_nothing(api, firm, owner, outsider, student):
    need = factories.a_published_need(firm)
    draft = factories.a_need(firm, external_id="HR-1")
    client, every = api(owner), "/api/v1/needs/"
    here = f"/api/v1/organisations/{firm.public_id}/"
    assert api(student.user).get(f"{every}{need.public_id}/").status_code == 200
    settle_standing(organisation=firm, state="suspended", by=factories.staff(), reason="A complaint.")
    for address in (f"{every}{need.public_id}/", f"{every}{draft.public_id}/", here, f"{here}members/"):
        assert client.get(address).status_code == 200
    written = {"organisation": str(firm.public_id), "title": "T", "text": "t", "language": "en", "kind": "job"}
    for answer in (
        client.post(every, written, format="json"),
        client.put(f"{here}needs/HR-1/", written, format="json"),
        client.patch(f"{every}{draft.public_id}/", {"title": "New"}, format="json"),
        client.post(f"{every}{draft.public_id}/publish/"),
        client.post(f"{every}{need.public_id}/close/"),
        client.patch(here, {"city": None}, format="json"),
        client.post(f"{here}invitations/", {"email": "x@b.example", "role": "viewer"}, format="json"),
    ):
        assert (answer.status_code, answer.data["code"]) == (409, "organisation_suspended")
    # Others: gone at once.
    assert api(student.user).get(f"{every}{need.public_id}/").status_code == 404
    assert api(outsider).get(here).status_code == 404
    settle_standing(organisation=firm, state="verified", by=factories.staff(), reason="Cleared.")
    assert api(student.user).get(f"{every}{need.public_id}/").status_code == 200
    assert client.post(f"{every}{need.public_id}/close/").status_code == 200


def test_pages_of_a_suspended_firm_refuse_and_never_crash(client, firm, owner):
    need = factories.a_published_need(firm)
    settle_standing(organisation=firm, state="suspended", by=factories.staff(), reason="A complaint.")
    client.force_login(owner)
    page = client.get(reverse("organisation", args=[firm.public_id])).content.decode()
    assert "A complaint." in page
    assert reverse("organisation-change", args=[firm.public_id]) not in page
    assert reverse("need-new") not in page
    page = client.get(reverse("members", args=[firm.public_id])).content.decode()
    assert "is suspended" in page
    assert 'name="email"' not in page
    for name, ident in (("organisation-change", firm), ("need-change", need), ("need-close", need)):
        address = reverse(name, args=[ident.public_id])
        assert client.get(address).status_code == 403
        assert client.post(address, {}).status_code in (302, 403)
    need.refresh_from_db()
    assert need.status == "published"


def test_its_owners_are_written_why_in_both_languages_once_it_is_decided(owner, django_capture_on_commit_callbacks):
    firm, staff = factories.a_firm(owner, state="pending", name_en="Lingnan", name_zh="岭南"), factories.staff()
    factories.a_member(firm, role="editor")
    factories.a_member(firm, factories.a_user(is_active=False), role="owner")
    with django_capture_on_commit_callbacks(execute=True):
        settle_standing(organisation=firm, state="returned", by=staff, reason="Name <differs>.\n执照不同。")
        assert mail.outbox == []
    [letter] = mail.outbox
    assert letter.to == [owner.email]
    assert letter.subject.startswith("Lingnan was sent back: mend it · 岭南")
    assert letter.body.count("Name <differs>.\n执照不同。") == 2
    assert letter.body.count(reverse("organisation", args=[firm.public_id])) == 2
    assert "Saving puts it before the staff again." in letter.body
    with django_capture_on_commit_callbacks(execute=True):
        settle_standing(organisation=firm, state="verified", by=staff, reason="Fine.")
        settle_standing(organisation=firm, state="suspended", by=staff, reason="Quietly.", tell=False)
    assert [one.subject.split(" · ")[0] for one in mail.outbox[1:]] == ["Lingnan is verified"]


def test_an_owner_who_chose_a_language_is_written_in_it(owner, django_capture_on_commit_callbacks):
    owner.language = "zh-hans"
    owner.save()
    firm = factories.a_firm(owner, state="pending", name_en="Lingnan", name_zh="岭南")
    with django_capture_on_commit_callbacks(execute=True):
        settle_standing(organisation=firm, state="verified", by=factories.staff(), reason="Fine.")
    [letter] = mail.outbox
    assert letter.subject == "岭南已核验"
    assert "The platform's staff say" not in letter.body


def test_staff_are_told_once_that_somebody_waits(client, owner, django_capture_on_commit_callbacks):
    staff = factories.staff()
    factories.a_user(is_staff=True, is_active=False)

    def told(act):
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            act()
        return [letter for letter in mail.outbox if letter.to == [staff.email]]

    sent = a_body(name={"zh-Hans": "岭南学院", "en": "Lingnan College"})
    [letter] = told(lambda: register_body(by=owner, data=sent))
    body = Organisation.objects.get()
    assert mail.outbox == [letter]
    assert letter.subject == "Lingnan College waits for verification · 岭南学院等待核验"
    assert "university" in letter.body
    assert "大学" in letter.body
    for within in (owner.email, owner.name, body.credit_code):
        assert within not in letter.body
    [queue, _again] = re.findall(r"https?://[^/]+(/\S+)", letter.body)
    client.force_login(staff)
    assert "Lingnan College" in client.get(queue).content.decode()

    def change(**fields):
        return lambda: change_body(by=owner, organisation=body, data=fields, partial=True)

    def settle(state):
        return lambda: settle_standing(organisation=body, state=state, by=staff, reason="So.")

    assert not told(change(name={"en": "Lingnan"}))  # it waits already
    assert not told(settle("returned"))
    assert len(told(change(city=None))) == 1
    assert not told(settle("verified"))
    assert not told(change(city="foshan"))
    assert len(told(change(name={"en": "Lingnan College"}))) == 1


def test_a_mail_server_that_is_away_undoes_no_decision(owner, settings, django_capture_on_commit_callbacks):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    firm = factories.a_firm(owner, state="pending")
    with django_capture_on_commit_callbacks(execute=True):
        settle_standing(organisation=firm, state="verified", by=factories.staff(), reason="Fine.")
    firm.refresh_from_db()
    assert firm.state == "verified"
    assert Letter.objects.get().to == owner.email  # it is tried again


def test_the_trail_keeps_what_was_registered_and_what_of_it_was_changed(owner):
    body = register_body(by=owner, data=a_body())
    registered = AuditRow.objects.get(action="register_organisation").after
    kept = {"kind": "university", "name_zh": "岭南学院", "name_en": "岭南学院", "city": "foshan", "state": "pending"}
    assert registered == kept | {"credit_code": body.credit_code}
    settle_standing(organisation=body, state="returned", by=factories.staff(), reason="Where?")
    factories.a_city("zhuhai", "Zhuhai", "珠海")
    change_body(by=owner, organisation=body, data={"city": "zhuhai"}, partial=True)
    row = AuditRow.objects.get(action="change_organisation")
    assert row.before == {"city": "foshan", "state": "returned"}
    assert row.after == {"city": "zhuhai", "state": "pending"}


def test_a_verified_body_under_another_name_waits_and_its_postings_with_it(
    api, firm, owner, student, announced, django_capture_on_commit_callbacks
):
    need = factories.a_published_need(firm)
    place = f"/api/v1/needs/{need.public_id}/"
    announced.clear()
    with pytest.raises(InvalidInput):
        change_body(by=owner, organisation=firm, data={"kind": "university"}, partial=True)
    name = {"en": firm.name_en, "zh-Hans": "另一企业"}
    with django_capture_on_commit_callbacks(execute=True):
        renamed = change_body(by=owner, organisation=firm, data={"name": name}, partial=True)
    assert renamed.state == "pending"
    assert announced  # its lists are made anew
    step = firm.verifications.first()
    assert (step.state, step.by) == ("pending", owner)
    row = AuditRow.objects.filter(action="change_organisation").latest("id")
    assert (row.before["state"], row.after["state"]) == ("verified", "pending")
    assert api(student.user).get(place).status_code == 404
    assert api(owner).get(place).json()["status"] == "published"
    settle_standing(organisation=firm, state="verified", by=factories.staff(), reason="The licence says so too.")
    assert api(student.user).get(place).status_code == 200


def test_the_desk_shows_what_was_verified_before(client, owner):
    firm, staff = factories.a_firm(owner, state="pending", name_en="Old", name_zh="旧名"), factories.staff()
    client.force_login(staff)
    desk = reverse("admin:accounts_organisation_standing") + f"?ids={firm.pk}"

    def verify():
        settle_standing(organisation=firm, state="verified", by=staff, reason="Fine.")

    def rename(**name):
        change_body(by=owner, organisation=firm, data={"name": {"zh-Hans": "旧名"} | name}, partial=True)

    rename(en="Older")
    assert "When it was verified" not in client.get(desk).content.decode()
    verify()
    for new in ("New", "Newer"):
        rename(en=new)
    said = client.get(desk).content.decode()
    assert "When it was verified, name in English was “Older”." in said
    assert said.count("When it was verified") == 1
    rename(en="Older")
    assert "When it was verified" not in client.get(desk).content.decode()
    rename(en="New")
    verify()
    assert "When it was verified" not in client.get(desk).content.decode()


POSTED = {
    "need": (factories.a_firm, factories.a_published_need),
    "program": (factories.a_school, factories.a_published_program),
    "course": (factories.a_training_body, factories.a_published_course),
    "expert": (factories.a_school, lambda body: factories.a_published_expert(organisation=body)),
}


@pytest.mark.parametrize("kind", POSTED)
def test_what_a_suspended_body_posted_is_read_by_its_members_and_offers_no_act(client, owner, kind):
    a_body, a_posting = POSTED[kind]
    posting = a_posting(a_body(owner))
    settle_standing(organisation=posting.organisation, state="suspended", by=factories.staff(), reason="A complaint.")
    client.force_login(owner)
    page = client.get(reverse("need-about" if kind == "need" else kind, args=[posting.public_id]))
    assert page.status_code == 200
    for act in ("change", "publish", "close", "copy"):
        assert reverse(f"{kind}-{act}", args=[posting.public_id]) not in page.content.decode()


@pytest.mark.parametrize("kind", [*POSTED, "base"])
def test_who_acts_for_a_suspended_body_is_told_so_before_writing(client, owner, kind):
    a_body, _a_posting = POSTED["course" if kind == "base" else kind]
    body = a_body(owner)
    factories.an_expert(owner)  # one's own, beside which an expert is posted for a body only
    client.force_login(owner)
    new, every = reverse(f"{kind}-new"), reverse(f"{kind}s") + "?mine=true"
    assert new in client.get(every).content.decode()
    settle_standing(organisation=body, state="suspended", by=factories.staff(), reason="A complaint.")
    answer = client.get(new, follow=True)
    if kind == "expert":  # the own profile is shown
        assert answer.request["PATH_INFO"] != new
    else:
        assert answer.status_code == 403
        assert "suspended" in answer.content.decode()
    assert new not in client.get(every).content.decode()


@pytest.mark.parametrize(
    ("kind", "places"), [("enterprise", ["need-new"]), ("university", ["program-new", "course-new", "base-new"])]
)
def test_who_acts_for_a_suspended_body_alone_is_told_before_they_type(client, owner, kind, places):
    body = factories.a_firm(owner, state="suspended", kind=kind)
    client.force_login(owner)
    for place in places:
        answer = client.get(reverse(place))
        assert answer.status_code == 403
        assert "The organisation is suspended" in answer.content.decode()
    client.force_login(factories.a_member(body, role="viewer"))
    for place in places:
        assert "Your role does not allow this." in client.get(reverse(place)).content.decode()


def test_pages_of_a_suspended_school_offer_nothing_that_it_may_not(client, owner, student):
    school = factories.a_school(owner)
    program, course = factories.a_program(school), factories.a_course(school, {})
    asks = ask_link(by=factories.a_profile().user, organisation=school)
    linked = answer_link(by=owner, link=ask_link(by=student.user, organisation=school), accept=True)
    client.force_login(owner)
    pages = [reverse(name, args=[of.public_id]) for name, of in (("program", program), ("course", course))]
    pages += [reverse("student", args=[link.public_id]) for link in (asks, linked)] + [reverse("students")]

    def acts() -> list[set[str]]:
        mains = (client.get(page).content.decode().split("<main")[1] for page in pages)
        offered = {"change", "publish", "close", "copy", "answer", "end", "ask"}
        return [offered & set(re.findall(r'(?:href|action)="[^"]*/(\w+)/"', main)) for main in mains]

    assert all(acts())
    Organisation.objects.filter(pk=school.pk).update(state="suspended")
    assert not any(acts())
