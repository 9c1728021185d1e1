"""Keys for programs on their page."""

import re

import pytest
from django.urls import reverse

from accounts.models import Token
from accounts.tokens import digest_of, give_token
from tests import factories

pytestmark = pytest.mark.django_db


def secret_on(page: str) -> str:
    found = re.search(r'aria-label="The new token"><code>([^<]+)</code>', page)
    assert found
    return found[1]


def test_a_token_is_shown_this_once_and_opens_the_account(client, api):
    user = factories.a_user()
    client.force_login(user)
    answer = client.post(reverse("tokens"), {"name": "HR system"})
    secret = secret_on(answer.content.decode())
    assert Token.objects.get().digest == digest_of(secret)
    assert "no-store" in answer["Cache-Control"]
    assert secret not in client.get(reverse("tokens")).content.decode()


def test_a_revoked_token_leaves_the_list(client):
    user = factories.a_user()
    token, _secret = give_token(user=user, name="HR system")
    client.force_login(user)
    answer = client.post(reverse("token-revoke", args=[token.public_id]), follow=True)
    token.refresh_from_db()
    assert token.revoked_at
    assert "opens nothing any more" in answer.content.decode()
    assert "No token opens your account" in answer.content.decode()


def test_nobody_revokes_another_persons_token(client):
    token, _secret = give_token(user=factories.a_user(), name="HR system")
    client.force_login(factories.a_user())
    assert client.post(reverse("token-revoke", args=[token.public_id])).status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None


@pytest.mark.parametrize("name", ["", "x" * 101, "a\x00b"])
def test_a_token_without_a_sound_name_is_not_made(client, name):
    client.force_login(factories.a_user())
    page = client.post(reverse("tokens"), {"name": name}).content.decode()
    assert 'id="id_name_error"' in page
    assert not Token.objects.exists()
