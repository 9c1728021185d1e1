"""The mail page: for the machine itself, where no mail server is set up."""

import pytest
from django.core.mail import send_mail
from django.urls import reverse
from django.utils import timezone

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(settings, tmp_path):
    """Mail is kept in a folder, as on a laptop."""
    settings.MAIL_PAGE = True
    settings.MAIL_DIR = settings.EMAIL_FILE_PATH = tmp_path / "mail"
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    return settings


def test_the_newest_mail_stands_first_with_a_link_that_can_be_followed(client, kept):
    send_mail("First", "Nothing.", None, ["a@crossing.example"])
    send_mail("请确认您的邮箱 🚢", "Open http://127.0.0.1:8000/accounts/x/ <b>now</b>", None, ["b@crossing.example"])
    page = client.get(reverse("mail")).content.decode()
    assert page.index("请确认您的邮箱 🚢") < page.index("First")
    assert '<a href="http://127.0.0.1:8000/accounts/x/"' in page
    assert "&lt;b&gt;now&lt;/b&gt;" in page
    assert "b@crossing.example" in page
    assert str(timezone.localdate().year) in page


def test_only_the_newest_fifty_are_read(client, kept):
    for number in range(52):
        send_mail(f"Mail number {number}.", "Text.", None, ["a@crossing.example"])
    page = client.get(reverse("mail")).content.decode()
    assert page.count("Mail number") == 50


def test_an_empty_page_says_what_will_come_here(client, kept):
    assert "No mail yet" in client.get(reverse("mail")).content.decode()


def test_where_a_mail_server_is_set_up_there_is_no_such_page(client, kept):
    kept.MAIL_PAGE = False
    assert client.get(reverse("mail")).status_code == 404
    assert "/mail/" not in client.get(reverse("account_signup")).content.decode()


@pytest.mark.parametrize("address", ["10.0.0.7", "192.168.1.20", "2001:db8::1", "", "nonsense"])
def test_from_another_machine_there_is_no_such_page(client, kept, address):
    assert client.get(reverse("mail"), REMOTE_ADDR=address).status_code == 404


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_from_the_machine_itself_it_is_there(client, kept, address):
    assert client.get(reverse("mail"), REMOTE_ADDR=address).status_code == 200


def test_what_a_proxy_on_the_machine_passes_on_is_not_the_machine_itself(client, kept):
    assert client.get(reverse("mail"), headers={"x-forwarded-for": "10.0.0.7"}).status_code == 404


def test_the_sign_up_page_says_where_mail_goes(client, kept):
    assert '<a href="/mail/">' in client.get(reverse("account_signup")).content.decode()
