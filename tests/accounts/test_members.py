"""Members of an organisation: roles, removal, leaving, handing over; there is always an owner."""

import re
import threading

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.errors import InvalidInput, NotAllowed, NotFound, StateForbids
from accounts.members import change_role, hand_over, leave, remove_member
from accounts.models import AuditRow, Membership, Organisation, User
from tests import factories

pytestmark = pytest.mark.django_db


def membership(firm: Organisation, user: User) -> Membership:
    return Membership.objects.get(organisation=firm, user=user)


def roles(firm: Organisation) -> dict[str, str]:
    return {member.user.email: member.role for member in firm.memberships.select_related("user")}


def test_an_owner_changes_a_role_and_the_same_again_leaves_no_trace(firm, owner, editor):
    for _ in range(2):
        change_role(by=owner, member=membership(firm, editor), data={"role": "viewer"})
    row = AuditRow.objects.get(action="change_role")
    assert (row.actor, row.organisation) == (owner, firm)
    assert (row.before["role"], row.after["role"]) == ("editor", "viewer")
    assert row.after["person"] == str(editor.public_id)
    with pytest.raises(InvalidInput):
        change_role(by=owner, member=membership(firm, editor), data={"role": "boss"})


def test_the_last_owner_neither_steps_down_nor_leaves_nor_is_removed(firm, owner):
    own = membership(firm, owner)
    for act in (
        lambda: change_role(by=owner, member=own, data={"role": "editor"}),
        lambda: remove_member(by=owner, member=own),
        lambda: leave(by=owner, organisation=firm),
    ):
        with pytest.raises(StateForbids, match="last_owner"):
            act()
    factories.a_member(firm, role="owner")
    leave(by=owner, organisation=firm)
    assert AuditRow.objects.get(action="leave_organisation").before["person"] == str(owner.public_id)


def test_ownership_is_handed_over_in_one_act(firm, owner, viewer):
    hand_over(by=owner, member=membership(firm, viewer))
    assert roles(firm) == {owner.email: "editor", viewer.email: "owner"}
    assert AuditRow.objects.filter(action="hand_over", actor=owner).count() == 2
    with pytest.raises(NotAllowed):
        hand_over(by=owner, member=membership(firm, viewer))
    with pytest.raises(StateForbids, match="own_membership"):
        hand_over(by=viewer, member=membership(firm, viewer))


def test_nobody_but_an_owner_manages_members(firm, owner, editor, viewer, outsider):
    own = membership(firm, owner)
    for user in (editor, viewer, outsider):
        for act in (
            lambda by: change_role(by=by, member=own, data={"role": "viewer"}),
            lambda by: remove_member(by=by, member=own),
            lambda by: hand_over(by=by, member=own),
        ):
            with pytest.raises(NotAllowed):
                act(user)
    with pytest.raises(NotAllowed):
        leave(by=outsider, organisation=firm)
    assert roles(firm) == {owner.email: "owner", editor.email: "editor", viewer.email: "viewer"}


def test_who_was_removed_meanwhile_is_not_found(firm, owner, editor):
    member = membership(firm, editor)
    remove_member(by=owner, member=member)
    with pytest.raises(NotFound):
        change_role(by=owner, member=member, data={"role": "viewer"})


def test_what_a_member_made_stays_when_they_leave_and_their_token_reaches_it_no_more(api, firm, owner, editor):
    need = factories.a_need(firm, created_by=editor)
    theirs, address = api(editor), f"/api/v1/needs/{need.public_id}/"
    assert theirs.get(address).status_code == 200
    leave(by=editor, organisation=firm)
    assert theirs.get(address).status_code == 404
    assert theirs.patch(address, {"title": "Mine"}, format="json").status_code == 404
    need.refresh_from_db()
    assert need.created_by == editor
    assert api(owner).post(f"{address}publish/").status_code == 200


def test_a_suspended_organisation_is_left_and_shuts_people_out_but_is_not_rearranged(firm, owner, editor, viewer):
    second = factories.a_member(firm, role="owner")
    Organisation.objects.filter(pk=firm.pk).update(state="suspended")
    for act in (
        lambda: change_role(by=owner, member=membership(firm, editor), data={"role": "viewer"}),
        lambda: remove_member(by=owner, member=membership(firm, second)),
        lambda: hand_over(by=owner, member=membership(firm, editor)),
    ):
        with pytest.raises(StateForbids, match="organisation_suspended"):
            act()
    leave(by=editor, organisation=firm)
    remove_member(by=owner, member=membership(firm, viewer))
    assert roles(firm) == {owner.email: "owner", second.email: "owner"}


def test_the_page_of_a_member_of_a_suspended_organisation_offers_their_removal_alone(client, firm, owner, editor):
    second = factories.a_member(firm, role="owner")
    Organisation.objects.filter(pk=firm.pk).update(state="suspended")
    client.force_login(owner)
    page = client.get(reverse("members", args=[firm.public_id])).content.decode()
    assert "Members who are no owners can be removed" in page
    of_owner = client.get(reverse("member", args=[firm.public_id, membership(firm, second).public_id])).content.decode()
    assert not re.findall(r'name="do" value="([a-z-]+)"', of_owner)
    address = reverse("member", args=[firm.public_id, membership(firm, editor).public_id])
    page = client.get(address).content.decode()
    assert re.findall(r'name="do" value="([a-z-]+)"', page) == ["remove"]
    told = client.post(address, {"do": "role", "role": "viewer"}, follow=True).content.decode()
    assert "The organisation is suspended" in told
    told = client.post(address, {"do": "remove"}, follow=True).content.decode()
    assert f"{editor.name} no longer acts for {firm.name_en}." in told
    assert roles(firm) == {owner.email: "owner", second.email: "owner"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", ["leave", "step down", "remove each other"])
def test_of_two_owners_who_go_at_once_one_stays(way):
    if connection.vendor != "postgresql":
        pytest.skip("two real connections: run on PostgreSQL")
    owners = [factories.a_user(), factories.a_user()]
    firm = factories.a_firm(owners[0])
    factories.a_member(firm, owners[1], "owner")
    barrier, outcomes = threading.Barrier(2), []

    def go(own: User, other: User) -> None:
        member, target = membership(firm, own), membership(firm, other)
        barrier.wait()
        try:
            if way == "leave":
                leave(by=own, organisation=firm)
            elif way == "step down":
                change_role(by=own, member=member, data={"role": "viewer"})
            else:
                remove_member(by=own, member=target)
            outcomes.append("gone")
        except (StateForbids, NotAllowed) as refused:
            outcomes.append(refused.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=pair) for pair in (owners, owners[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["gone", "not_allowed" if way == "remove each other" else "last_owner"]
    assert firm.memberships.filter(role="owner").count() == 1


# Pages ----------------------------------------------------------------------------------------------------------------
def test_an_owner_manages_members_on_their_pages(client, firm, owner, editor, viewer):
    client.force_login(owner)
    page = client.get(reverse("members", args=[firm.public_id])).content.decode()
    assert f"3 people act for {firm.name_en}" in page
    address = reverse("member", args=[firm.public_id, membership(firm, editor).public_id])
    assert address in page
    assert "Hand over" in client.get(address).content.decode()
    page = client.post(address, {"do": "role", "role": "viewer"}, follow=True).content.decode()
    assert f"{editor.name} is viewer now." in page
    assert client.post(address, {"do": "role", "role": "boss"}).status_code == 422
    page = client.post(address, {"do": "remove"}, follow=True).content.decode()
    assert f"{editor.name} no longer acts for {firm.name_en}." in page
    address = reverse("member", args=[firm.public_id, membership(firm, viewer).public_id])
    page = client.post(address, {"do": "hand-over"}, follow=True).content.decode()
    assert f"{viewer.name} is owner now; you are an editor." in page
    assert roles(firm) == {owner.email: "editor", viewer.email: "owner"}
    assert client.get(address).status_code == 403


def test_the_last_owner_is_told_on_the_page_why_they_stay(client, firm, owner):
    client.force_login(owner)
    leaving = reverse("organisation-leave", args=[firm.public_id])
    assert "Leave" in client.get(leaving).content.decode()
    assert "An organisation keeps an owner." in client.post(leaving, follow=True).content.decode()
    own = reverse("member", args=[firm.public_id, membership(firm, owner).public_id])
    page = client.post(own, {"do": "role", "role": "viewer"}, follow=True).content.decode()
    assert "An organisation keeps an owner." in page


def test_members_read_who_acts_and_others_do_not(client, firm, owner, editor, viewer, outsider):
    address = reverse("members", args=[firm.public_id])
    member = reverse("member", args=[firm.public_id, membership(firm, viewer).public_id])
    client.force_login(viewer)
    page = client.get(address).content.decode()
    assert owner.email in page
    assert member not in page
    assert "Invite" not in page
    assert client.post(address, {"email": "x@b.example", "role": "editor"}).status_code == 403
    assert client.get(member).status_code == 403
    client.force_login(outsider)
    for answer in (client.get(address), client.get(member), client.post(member, {"do": "remove"})):
        assert answer.status_code == 403
    assert client.get(reverse("organisation-leave", args=[firm.public_id])).status_code == 404
    Organisation.objects.filter(pk=firm.pk).update(state="pending")
    assert client.get(address).status_code == 404
    client.force_login(factories.staff())
    assert client.get(address).status_code == 200
    assert client.get(member).status_code == 403
    client.logout()
    assert client.get(address).url.startswith(reverse("account_login"))


def test_a_page_of_many_members_costs_as_many_queries_as_one_of_two(client, firm, owner):
    client.force_login(owner)
    address = reverse("members", args=[firm.public_id])

    def queries() -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        return len(asked)

    factories.a_member(firm)
    few = queries()
    for _ in range(10):
        factories.a_member(firm)
    assert queries() == few


# Over the API ---------------------------------------------------------------------------------------------------------
def test_over_the_api_members_are_changed_handed_over_and_removed(api, firm, owner, editor, viewer, outsider):
    def at(user: User, *words: str) -> str:
        parts = ["/api/v1/organisations", str(firm.public_id), "members", str(membership(firm, user).public_id), *words]
        return "/".join([*parts, ""])

    changed = api(owner).patch(at(editor), {"role": "owner"}, format="json")
    assert (changed.status_code, changed.json()["role"]) == (200, "owner")
    assert api(viewer).patch(at(viewer), {"role": "owner"}, format="json").status_code == 403
    assert api(outsider).delete(at(viewer)).status_code == 403
    assert api(viewer).delete(at(owner)).status_code == 403
    assert api(owner).patch(at(editor), {"rank": 1}, format="json").status_code == 422
    assert api(owner).delete(at(owner)).status_code == 204
    refused = api(editor).delete(at(editor))
    assert (refused.status_code, refused.data["code"]) == (409, "last_owner")
    handed = api(editor).post(at(viewer, "hand-over"))
    assert (handed.status_code, handed.json()["role"]) == (200, "owner")
    assert roles(firm) == {editor.email: "editor", viewer.email: "owner"}
    mine = at(editor)
    assert api(editor).delete(mine).status_code == 204
    assert api(viewer).delete(mine).status_code == 404
