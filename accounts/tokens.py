"""Keys for programs: given once, stored hashed, sent as `Authorization: Bearer …`."""

import datetime
import hashlib
import secrets

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.request import Request

from . import audit
from .models import Token, User

USED_RESOLUTION = datetime.timedelta(minutes=10)  # how exactly "last used" is kept, to spare a write a request


def digest_of(secret: str) -> str:
    """The SHA-256 of a key, in hex; a random key of 256 bits needs no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()


def give_token(*, user: User, name: str) -> tuple[Token, str]:
    """A new key and, this once, its secret."""
    secret = secrets.token_urlsafe(32)
    token = Token.objects.create(user=user, name=name, digest=digest_of(secret))
    audit.record(actor=user, action="give_token", subject=token, after={"name": name})
    return token, secret


def revoke_token(*, token: Token) -> None:
    """The key opens nothing from now on."""
    if Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
        audit.record(actor=token.user, action="revoke_token", subject=token)


class BearerAuthentication(BaseAuthentication):
    """Reads `Authorization: Bearer KEY`."""

    def authenticate(self, request: Request) -> tuple[User, Token] | None:
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"bearer":
            return None
        secret = words[1].decode("ascii", "replace") if len(words) == 2 else ""
        token = (
            Token.objects.select_related("user")
            .filter(digest=digest_of(secret), revoked_at=None, user__is_active=True)
            .first()
        )
        if token is None:
            raise exceptions.AuthenticationFailed(_("This token is unknown or revoked."))
        now = timezone.now()
        if token.last_used_at is None or now - token.last_used_at > USED_RESOLUTION:
            Token.objects.filter(pk=token.pk).update(last_used_at=now)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"
