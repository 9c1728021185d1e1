"""Letters that a worker sends: after the commit, one to a reader; none is lost, and two workers send one once."""

import datetime
from smtplib import SMTPException

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from kombu.exceptions import OperationalError

from accounts.models import Letter
from accounts.tasks import KEPT, LEASE, post_letter, send_due_letters, send_letter
from tests import factories

pytestmark = pytest.mark.django_db
A_LETTER = {"to": "mei@crossing.example", "subject": "A word", "text": "Text."}


@pytest.fixture
def heard(monkeypatch):
    """Messages that would go to the broker."""
    sent = []
    monkeypatch.setattr(send_letter, "apply_async", lambda given, **how: sent.append((given, how["queue"])))
    return sent


def goes_by(time: datetime.timedelta) -> None:
    """So much time has gone by for the letters that wait."""
    Letter.objects.update(due_at=F("due_at") - time, created_at=F("created_at") - time)


def sent() -> list[tuple[str, str, str]]:
    return [(*letter.to, letter.subject, letter.body) for letter in mail.outbox]


def test_a_letter_is_handed_to_a_worker_once_what_it_tells_of_is_written(heard, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        post_letter(**A_LETTER)
        assert not heard
        with transaction.atomic():
            post_letter(**A_LETTER | {"subject": "Of what was not written"})
            transaction.set_rollback(True)
    letter = Letter.objects.get()
    assert heard == [((letter.pk,), "bulk")]
    assert not mail.outbox
    send_letter(letter.pk)
    assert sent() == [tuple(A_LETTER.values())]
    assert not Letter.objects.exists()


def test_a_broker_that_is_away_delays_it(monkeypatch, django_capture_on_commit_callbacks):
    def no_broker(*given, **how):
        raise OperationalError

    monkeypatch.setattr(send_letter, "apply_async", no_broker)
    with django_capture_on_commit_callbacks(execute=True):
        post_letter(**A_LETTER)
    assert not mail.outbox
    send_due_letters()
    assert sent() == [tuple(A_LETTER.values())]


def test_a_worker_that_is_killed_while_it_sends_loses_no_letter(heard, monkeypatch):
    class Killed(BaseException):
        pass

    def killed(*given, **how):
        raise Killed

    post_letter(**A_LETTER)
    key = Letter.objects.get().pk
    with monkeypatch.context() as at_work:
        at_work.setattr(EmailMessage, "send", killed)
        with pytest.raises(Killed):
            send_letter(key)
    send_due_letters()
    assert not mail.outbox  # for all that anybody knows, that worker is still at it
    goes_by(LEASE)
    send_due_letters()
    assert sent() == [tuple(A_LETTER.values())]


def test_of_two_workers_one_sends_it(heard, monkeypatch):
    post_letter(**A_LETTER)
    key, send = Letter.objects.get().pk, EmailMessage.send

    def meanwhile(letter):
        send_letter(key)
        send_due_letters()
        return send(letter)

    monkeypatch.setattr(EmailMessage, "send", meanwhile)
    send_letter(key)
    send_letter(key)
    assert sent() == [tuple(A_LETTER.values())]


def test_a_mail_server_that_does_not_answer_is_asked_again_and_not_for_ever(heard, monkeypatch):
    tried = []

    def no_server(letter):
        tried.append(letter)
        raise SMTPException("Not today.")

    monkeypatch.setattr(EmailMessage, "send", no_server)
    post_letter(**A_LETTER)
    counts = []
    for _ in range(10):
        send_due_letters()
        send_due_letters()
        letter = Letter.objects.get()
        counts.append(len(tried))
        goes_by(datetime.timedelta(days=1))
    assert counts == [1, 2, 3, 4, 5, 5, 5, 5, 5, 5]
    assert letter.error == "SMTPException: Not today."
    goes_by(KEPT)
    send_due_letters()
    assert not Letter.objects.exists()


def test_staff_see_what_could_not_be_sent_and_not_what_it_says(heard, client):
    post_letter(to="mei@crossing.example", subject="A word", text="Between us.")
    client.force_login(factories.staff())
    [letter] = Letter.objects.all()
    for page, of in (("changelist", []), ("change", [letter.pk])):
        said = client.get(reverse(f"admin:accounts_letter_{page}", args=of)).content.decode()
        assert "mei@crossing.example" in said
        assert "Between us." not in said
