"""Members of an organisation and invitations to it over the API, and the memberships of whoever asks."""

from typing import Annotated, TypedDict

from django.db.models import QuerySet
from django.urls import path
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from .api import Moment, OrganisationSmall, Resource, answers, example, moment, organisation_small
from .inputs import Input, Prose, checked
from .invitations import InvitationInput, accept_invitation, invite_member, revoke_invitation
from .members import RoleInput, change_role, hand_over, leave, remove_member
from .models import Invitation, Membership, Organisation
from .permissions import Act, demand


@example(
    {
        "id": "5f0c8a52-61c9-4a0e-9d7e-0f6a8f9a5a11",
        "name": "Li Wei",
        "email": "li.wei@firm.example",
        "role": "editor",
        "joined_at": "2027-01-12T09:30:00+08:00",
    }
)
class MemberRead(TypedDict):
    """A person's role in an organisation; `id` is the membership's."""

    id: str
    name: str
    email: str
    role: Annotated[str, Membership.Role]
    joined_at: Moment


@example(
    {
        "id": "8d1f3a52-0c4e-4c9b-9a53-1e2f7c5b6d70",
        "email": "li.wei@firm.example",
        "role": "editor",
        "created_at": "2027-01-12T09:30:00+08:00",
        "expires_at": "2027-01-26T09:30:00+08:00",
    }
)
class InvitationRead(TypedDict):
    """An offer to act for an organisation that waits for its answer. Its key is in the mail alone."""

    id: str
    email: str
    role: Annotated[str, Membership.Role]
    created_at: Moment
    expires_at: Moment


@example(
    {
        "id": "5f0c8a52-61c9-4a0e-9d7e-0f6a8f9a5a11",
        "organisation": {
            "id": "0f4f1c1e-3c55-4b8e-8f6a-2d9b5f5a7c10",
            "name": {"en": "Lingnan Lighting", "zh-Hans": "岭南照明"},
        },
        "role": "editor",
        "joined_at": "2027-01-12T09:30:00+08:00",
    }
)
class MembershipRead(TypedDict):
    """A role of one's own in an organisation."""

    id: str
    organisation: OrganisationSmall
    role: Annotated[str, Membership.Role]
    joined_at: Moment


def member_read(member: Membership) -> MemberRead:
    return {
        "id": str(member.public_id),
        "name": member.user.name,
        "email": member.user.email,
        "role": member.role,
        "joined_at": moment(member.joined_at) or "",
    }


def invitation_read(invitation: Invitation) -> InvitationRead:
    return {
        "id": str(invitation.public_id),
        "email": invitation.email,
        "role": invitation.role,
        "created_at": moment(invitation.created_at) or "",
        "expires_at": moment(invitation.expires_at) or "",
    }


def membership_read(member: Membership) -> MembershipRead:
    return {
        "id": str(member.public_id),
        "organisation": organisation_small(member.organisation),
        "role": member.role,
        "joined_at": moment(member.joined_at) or "",
    }


A_ROLE = [OpenApiExample("A role", value={"role": "viewer"}, request_only=True)]
AN_INVITATION = [
    OpenApiExample("An invitation", value={"email": "li.wei@firm.example", "role": "editor"}, request_only=True)
]


class OfOrganisation(Resource):
    """The base of what belongs to an organisation: found where the person may see the organisation and its members."""

    def organisation(self, id: str) -> Organisation:
        organisation: Organisation = self.one(Organisation.objects.visible_to(self.person), public_id=id)
        demand(self.person, Act.SEE_MEMBERS, organisation)
        return organisation


class MemberResource(OfOrganisation):
    """Who acts for an organisation."""

    @extend_schema(summary="Members of an organisation", responses=answers(MemberRead, 401, 403, 404))
    def list(self, request: Request, id: str) -> Response:
        """Its members and their roles, for its members."""
        return self.paged(self._members(id).order_by("joined_at", "public_id"), member_read)

    @extend_schema(
        summary="Change a member's role",
        request=RoleInput,
        examples=A_ROLE,
        responses=answers(MemberRead, 401, 403, 404, 409, 422),
    )
    def partial_update(self, request: Request, id: str, member_id: str) -> Response:
        """By an owner. The last owner keeps the role (`last_owner`); hand the organisation over first."""
        member = self.one(self._members(id), public_id=member_id)
        return Response(member_read(change_role(by=self.person, member=member, data=request.data)))

    @extend_schema(summary="Remove a member, or leave", responses=answers(None, 401, 403, 404, 409, status=204))
    def destroy(self, request: Request, id: str, member_id: str) -> Response:
        """An owner removes anybody, everybody else themselves. What a member made for the organisation stays.

        The last owner neither leaves nor is removed (`last_owner`).
        """
        member = self.one(self._members(id), public_id=member_id)
        if member.user_id == self.person.pk:
            leave(by=self.person, organisation=member.organisation)
        else:
            remove_member(by=self.person, member=member)
        return Response(status=204)

    @extend_schema(
        summary="Hand the organisation over", request=None, responses=answers(MemberRead, 401, 403, 404, 409)
    )
    def hand_over(self, request: Request, id: str, member_id: str) -> Response:
        """The member becomes owner in place of the one who asks, who stays as an editor."""
        return Response(member_read(hand_over(by=self.person, member=self.one(self._members(id), public_id=member_id))))

    def _members(self, id: str) -> QuerySet[Membership]:
        return self.organisation(id).memberships.select_related("user", "organisation")


class InvitationResource(OfOrganisation):
    """Offers to act for an organisation."""

    @extend_schema(summary="Open invitations", responses=answers(InvitationRead, 401, 403, 404))
    def list(self, request: Request, id: str) -> Response:
        """Those that wait for an answer, newest first, for members; one past its end is among them."""
        return self.paged(self._waiting(id).order_by("-created_at", "public_id"), invitation_read)

    @extend_schema(
        summary="Invite somebody",
        request=InvitationInput,
        examples=AN_INVITATION,
        responses=answers(InvitationRead, 401, 403, 404, 409, 422, status=201),
    )
    def create(self, request: Request, id: str) -> Response:
        """By an owner. The key goes out by mail and is good for 14 days, once, for that address alone."""
        made = invite_member(by=self.person, organisation=self.organisation(id), data=request.data)
        return Response(invitation_read(made), status=201)

    @extend_schema(summary="Take an invitation back", responses=answers(None, 401, 403, 404, 409, status=204))
    def destroy(self, request: Request, id: str, invitation_id: str) -> Response:
        """By an owner. Its key opens nothing from now on."""
        revoke_invitation(by=self.person, invitation=self.one(self._waiting(id), public_id=invitation_id))
        return Response(status=204)

    def _waiting(self, id: str) -> QuerySet[Invitation]:
        waiting = self.organisation(id).invitations.filter(accepted_at=None, revoked_at=None)
        return waiting.select_related("organisation")


class KeyInput(Input):
    """What one joins with."""

    key = Prose(max_length=100, help_text="The last part of the link in the mail.")


A_KEY = [
    OpenApiExample("A key", value={"key": "w6c0uJ3o5m8Kq1bHf3mXvQ7yT2pZ9dLrA4sNeGiUhBk"}, request_only=True),
]


class MembershipResource(Resource):
    """The organisations that the person acts for."""

    @extend_schema(summary="My memberships", responses=answers(MembershipRead, 401))
    def list(self, request: Request) -> Response:
        """The organisations that I act for, and as what."""
        mine = self.person.memberships.select_related("organisation")
        return self.paged(mine.order_by("joined_at", "public_id"), membership_read)

    @extend_schema(
        summary="Accept an invitation",
        request=KeyInput,
        examples=A_KEY,
        responses=answers(MembershipRead, 401, 403, 404, 409, 422, status=201),
    )
    def create(self, request: Request) -> Response:
        """Join by the key of a mail, as the person to whose confirmed address it went.

        Refused are a key that was used, has expired or was taken back (`invitation_used`, `invitation_expired`,
        `invitation_revoked`), and one that went to another address (`another_address`).
        """
        given = checked(KeyInput(data=request.data))
        return Response(membership_read(accept_invitation(by=self.person, key=given["key"])), status=201)


urlpatterns = [
    path("organisations/<uuid:id>/members/", MemberResource.as_view({"get": "list"}), name="api-members"),
    path(
        "organisations/<uuid:id>/members/<uuid:member_id>/",
        MemberResource.as_view({"patch": "partial_update", "delete": "destroy"}),
        name="api-member",
    ),
    path(
        "organisations/<uuid:id>/members/<uuid:member_id>/hand-over/",
        MemberResource.as_view({"post": "hand_over"}),
        name="api-member-hand-over",
    ),
    path(
        "organisations/<uuid:id>/invitations/",
        InvitationResource.as_view({"get": "list", "post": "create"}),
        name="api-organisation-invitations",
    ),
    path(
        "organisations/<uuid:id>/invitations/<uuid:invitation_id>/",
        InvitationResource.as_view({"delete": "destroy"}),
        name="api-organisation-invitation",
    ),
    path("memberships/", MembershipResource.as_view({"get": "list", "post": "create"}), name="api-memberships"),
]
