"""Access tokens over the API: asked for with email and password, listed, revoked."""

from typing import Annotated, TypedDict, cast

from allauth.account.adapter import get_adapter
from allauth.account.utils import has_verified_email
from allauth.core import ratelimit
from django.core.exceptions import ValidationError as FormError
from django.http import HttpRequest
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from .api import Moment, Resource, answers, example, moment
from .errors import DomainError, NotAllowed
from .inputs import Input, Prose, checked
from .models import Token, User
from .tokens import give_token, revoke_token


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


def token_read(token: Token) -> TokenRead:
    return {
        "id": str(token.public_id),
        "name": token.name,
        "created_at": moment(token.created_at) or "",
        "last_used_at": moment(token.last_used_at),
    }


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


urlpatterns = [
    path("tokens/", TokenResource.as_view({"get": "list", "post": "create"}), name="api-tokens"),
    path("tokens/<uuid:id>/", TokenResource.as_view({"delete": "destroy"}), name="api-token"),
]
