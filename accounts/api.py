"""Tokens, members and cities over the API, and what every resource of the API shares."""

import datetime
import json
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Annotated, Any, NotRequired, TypedDict, TypeVar, cast

from allauth.account.adapter import get_adapter
from allauth.account.utils import has_verified_email
from allauth.core import ratelimit
from django.core.exceptions import ValidationError as FormError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.metadata import BaseMetadata
from rest_framework.parsers import JSONParser
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from .errors import DomainError, NotAllowed, NotFound
from .inputs import Input, Prose, checked
from .invitations import InvitationInput, accept_invitation, invite_member, revoke_invitation
from .members import RoleInput, change_role, hand_over, leave, remove_member
from .models import City, Invitation, Membership, Named, Organisation, Token, User
from .permissions import Act, demand
from .tokens import give_token, revoke_token

PROBLEM = "application/problem+json"

# Shapes: what the API answers with. Each is written by one function, and the schema is read from its type. -----------
Names = TypedDict("Names", {"en": str, "zh-Hans": str})
Moment = Annotated[str, datetime.datetime]  # ISO 8601 with offset
Day = Annotated[str, datetime.date]
OR_EMPTY = "empty when not stated"  # beside a set of choices
T = TypeVar("T")


def example(value: dict[str, Any]) -> Callable[[type[T]], type[T]]:
    """Give a shape the example that the schema shows."""

    def with_example(shape: type[T]) -> type[T]:
        shape.example = value  # type: ignore[attr-defined]
        return shape

    return with_example


class Fault(TypedDict):
    """One wrong value: `pointer` leads to it in the body; in the address it is named by `parameter`."""

    pointer: NotRequired[Annotated[str, "e.g. `#/skills/2/min_level`"]]
    parameter: NotRequired[str]
    code: Annotated[str, "a stable word for programs"]
    detail: Annotated[str, "a sentence in the reader's language"]


@example(
    {
        "type": "about:blank",
        "title": "Some fields need mending",
        "status": 422,
        "detail": "Some fields need mending.",
        "code": "invalid_input",
        "errors": [
            {
                "pointer": "#/skills/0/min_level",
                "code": "max_value",
                "detail": "A level is a whole number from 1 (aware) to 5 (leading).",
            }
        ],
    }
)
class Problem(TypedDict):
    """What went wrong (RFC 9457). `errors` is there when input is wrong, with every fault at once."""

    type: str
    title: str
    status: int
    detail: str
    code: Annotated[str, "a stable word for programs"]
    errors: NotRequired[list[Fault]]


class CitySmall(TypedDict):
    """A city as other objects show it."""

    code: str
    name: Names


@example({"code": "foshan", "name": {"en": "Foshan", "zh-Hans": "佛山"}, "pilot_zone": True})
class CityRead(CitySmall):
    """A city of the region."""

    pilot_zone: Annotated[bool, "whether it has a cross-border e-commerce pilot zone"]


class OrganisationSmall(TypedDict):
    """An organisation as other objects show it."""

    id: str
    name: Names


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


@example(
    {
        "id": "0b6dd7f4-7c1f-4f0c-8a55-6f7f2f1c9f01",
        "name": "registrar",
        "created_at": "2027-01-12T09:30:00+08:00",
        "last_used_at": None,
    }
)
class TokenRead(TypedDict):
    """A key for programs, without its secret."""

    id: str
    name: str
    created_at: Moment
    last_used_at: Annotated[Moment | None, "kept to about ten minutes"]


@example(
    {
        "id": "0b6dd7f4-7c1f-4f0c-8a55-6f7f2f1c9f01",
        "token": "w6c0uJ3o5m8Kq1bHf3mXvQ7yT2pZ9dLrA4sNeGiUhBk",
        "name": "registrar",
        "created_at": "2027-01-12T09:30:00+08:00",
    }
)
class TokenGiven(TypedDict):
    """A new key with its secret, which is shown this once."""

    id: str
    token: str
    name: str
    created_at: Moment


def names(en: str, zh: str) -> Names:
    """A name in both languages."""
    return {"en": en, "zh-Hans": zh}


def names_of(named: Named) -> Names:
    """The name of a row that has one in both languages."""
    return names(named.name_en, named.name_zh)


def moment(at: datetime.datetime | None) -> str | None:
    """An instant in the platform's zone."""
    return timezone.localtime(at).isoformat() if at else None


def city_small(city: City | None) -> CitySmall | None:
    return {"code": city.code, "name": names_of(city)} if city else None


def city_read(city: City) -> CityRead:
    return {"code": city.code, "name": names_of(city), "pilot_zone": city.pilot_zone}


def organisation_small(organisation: Organisation) -> OrganisationSmall:
    return {"id": str(organisation.public_id), "name": names_of(organisation)}


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


def token_read(token: Token) -> TokenRead:
    return {
        "id": str(token.public_id),
        "name": token.name,
        "created_at": moment(token.created_at) or "",
        "last_used_at": moment(token.last_used_at),
    }


# The refusals, as the schema shows them: the stable code, and what is said.
REFUSALS = {
    401: ("not_signed_in", "Authentication credentials were not provided."),
    403: ("not_allowed", "Your role does not allow this."),
    404: ("not_found", "Not found, or not yours to see."),
    409: ("already_published", "This need is published already."),
    429: ("too_many_requests", "Too many attempts. Wait some minutes, then try again."),
}


# What every resource does ---------------------------------------------------------------------------------------------
def answers(shape: Any, *refusals: int, status: int = 200) -> dict[Any, Any]:
    """The answers of one operation, for the schema: the good one, the refusals to expect, and any other problem."""
    good = OpenApiResponse(shape, HTTPStatus(status).phrase)
    refused = {
        (code, PROBLEM): OpenApiResponse(Problem, HTTPStatus(code).phrase, examples=_example_of(code))
        for code in refusals
    }
    return {status: good} | refused | {("default", PROBLEM): OpenApiResponse(Problem, "Any other problem")}


def _example_of(status: int) -> list[OpenApiExample]:
    if status not in REFUSALS:
        return []  # the shape's own example is one of wrong input
    code, detail = REFUSALS[status]
    title = HTTPStatus(status).phrase
    problem: Problem = {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": code}
    return [OpenApiExample(code, value=problem, response_only=True, media_type=PROBLEM, status_codes=[str(status)])]


class JsonBody(JSONParser):
    """Reads a body as JSON in UTF-8; NaN passes, so that it is told beside its field like any other wrong number."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            value = json.loads(stream.read().decode("utf-8"))
            # Half of a surrogate pair is no character: it could be neither stored nor sent back.
            json.dumps(value, ensure_ascii=False).encode("utf-8")
        except UnicodeError:
            raise exceptions.ParseError(_("The body is not text in UTF-8.")) from None
        except json.JSONDecodeError as wrong:
            place = {"line": wrong.lineno, "column": wrong.colno}
            raise exceptions.ParseError(
                _("The body is not JSON: see line %(line)d, column %(column)d.") % place
            ) from None
        except (ValueError, RecursionError):
            raise exceptions.ParseError(_("The body is not JSON that can be read here.")) from None
        return value


class Methods(BaseMetadata):
    """The answer to OPTIONS: which methods apply; the rest is in the schema."""

    def determine_metadata(self, request: Request, view: APIView) -> dict[str, Any]:
        return {"methods": sorted(view.allowed_methods), "schema": request.build_absolute_uri("/api/v1/schema/")}


class Resource(GenericViewSet[Any]):
    """The base of every resource: a view checks nothing itself, makes one call, and writes down one shape."""

    parser_classes = [JsonBody]
    metadata_class = Methods
    filter_backends: Any = []

    @property
    def person(self) -> User:
        """Who asks; the permission classes have made sure that it is somebody."""
        return cast(User, self.request.user)

    def one(self, rows: QuerySet[Any], **key: Any) -> Any:
        """The row with this key among those that the person may see, or "not found"."""
        if any("\x00" in str(part) for part in key.values()):  # PostgreSQL can't be asked for it
            raise NotFound
        try:
            return rows.get(**key)
        except rows.model.DoesNotExist:
            raise NotFound from None

    def paged(self, rows: QuerySet[Any], shape: Callable[[Any], Any]) -> Response:
        """A page of the rows, in their order."""
        page: Iterable[Model] = self.paginate_queryset(rows) or []
        return self.get_paginated_response([shape(row) for row in page])


# Tokens ---------------------------------------------------------------------------------------------------------------
class WrongCredentials(DomainError):
    """Email and password do not belong together."""

    status = 401

    def __init__(self) -> None:
        super().__init__("wrong_credentials", gettext_lazy("The email or the password is wrong."))


class TooManyAttempts(exceptions.Throttled):
    """More attempts than a person makes."""

    def __init__(self) -> None:
        super().__init__(detail=_("Too many attempts. Wait some minutes, then try again."))
        self.wait = 300


class TokenInput(Input):
    """What a new token is asked for with."""

    email = Prose(max_length=254)
    password = Prose(max_length=1000, trim_whitespace=False)
    name = Prose(max_length=100, help_text="What the token is for, e.g. the program that will hold it.")


A_TOKEN = [
    OpenApiExample(
        "A token",
        value={"email": "li.wei@firm.example", "password": "correct horse battery", "name": "registrar"},
        request_only=True,
    )
]


def person_by_password(request: HttpRequest, *, email: str, password: str) -> User:
    """The person whom email and password name. Attempts count together with those on the sign-in page."""
    adapter = get_adapter(request)
    if not ratelimit.consume(request, action="login"):
        raise TooManyAttempts
    try:
        person = adapter.authenticate(request, email=email, password=password)
    except FormError:  # too many failed ones, for this address or from this place
        raise TooManyAttempts from None
    if person is None:
        raise WrongCredentials
    if not person.is_active:
        raise NotAllowed("account_inactive", _("This account is switched off; write to the platform's staff."))
    if not has_verified_email(person, email):
        raise NotAllowed("email_not_verified", _("Confirm your email first: the link is in the mail we sent you."))
    return cast(User, person)


class TokenResource(Resource):
    """Keys for programs: asked for with email and password, listed and revoked by their person."""

    def get_authenticators(self) -> list[BaseAuthentication]:
        return [] if self._asks_for_one() else super().get_authenticators()

    def get_permissions(self) -> list[BasePermission]:
        return [AllowAny()] if self._asks_for_one() else cast(list[BasePermission], super().get_permissions())

    def _asks_for_one(self) -> bool:
        return self.request is not None and self.request.method == "POST"

    @extend_schema(summary="My tokens", responses=answers(TokenRead, 401))
    def list(self, request: Request) -> Response:
        """The tokens that open something, newest first; their secrets are not kept."""
        return self.paged(self.person.tokens.filter(revoked_at=None).order_by("-created_at", "public_id"), token_read)

    @extend_schema(
        summary="Ask for a token",
        request=TokenInput,
        examples=A_TOKEN,
        responses=answers(TokenGiven, 401, 403, 422, 429, status=201),
        auth=[],
    )
    def create(self, request: Request) -> Response:
        """A new token for the person whom email and password name. Its secret is shown this once.

        Send it as `Authorization: Bearer …`. It may do what its person may do.
        """
        given = checked(TokenInput(data=request.data))
        person = person_by_password(request._request, email=given["email"], password=given["password"])
        token, secret = give_token(user=person, name=given["name"])
        answer: TokenGiven = {
            "id": str(token.public_id),
            "token": secret,
            "name": token.name,
            "created_at": moment(token.created_at) or "",
        }
        return Response(answer, status=201, headers={"Cache-Control": "no-store"})

    @extend_schema(summary="Revoke a token", responses=answers(None, 401, 404, status=204))
    def destroy(self, request: Request, id: str) -> Response:
        """The token opens nothing from now on."""
        revoke_token(token=self.one(self.person.tokens.filter(revoked_at=None), public_id=id))
        return Response(status=204)


# Members and cities ---------------------------------------------------------------------------------------------------
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


class CityResource(Resource):
    """The cities of the region."""

    permission_classes = [AllowAny]

    @extend_schema(summary="Cities", responses=answers(CityRead))
    def list(self, request: Request) -> Response:
        """The cities that needs and profiles name by `code`."""
        return self.paged(City.objects.order_by("code"), city_read)

    @extend_schema(summary="A city", responses=answers(CityRead, 404))
    def retrieve(self, request: Request, code: str) -> Response:
        """One city by its code."""
        return Response(city_read(self.one(City.objects.all(), code=code)))


urlpatterns = [
    path("tokens/", TokenResource.as_view({"get": "list", "post": "create"}), name="api-tokens"),
    path("tokens/<uuid:id>/", TokenResource.as_view({"delete": "destroy"}), name="api-token"),
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
    path("cities/", CityResource.as_view({"get": "list"}), name="api-cities"),
    path("cities/<slug:code>/", CityResource.as_view({"get": "retrieve"}), name="api-city"),
]
