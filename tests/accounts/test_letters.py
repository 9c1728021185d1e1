"""Letters that a worker sends: after the commit, one to a reader, and without a broker at once."""

from smtplib import SMTPException

import pytest
from celery.exceptions import Retry
from django.core import mail
from django.core.mail import EmailMessage
from django.db import transaction
from kombu.exceptions import OperationalError

from accounts.tasks import post_letter, send_letter

pytestmark = pytest.mark.django_db
A_LETTER = {"to": "mei@crossing.example", "subject": "A word", "text": "Text."}


def test_a_letter_is_handed_to_a_worker_once_what_it_tells_of_is_written(
    monkeypatch, django_capture_on_commit_callbacks
):
    handed = []
    monkeypatch.setattr(send_letter, "apply_async", lambda given, **how: handed.append((given, how["queue"])))
    with django_capture_on_commit_callbacks(execute=True):
        post_letter(**A_LETTER)
        assert not handed
        with transaction.atomic():
            post_letter(**A_LETTER | {"subject": "Of what was not written"})
            transaction.set_rollback(True)
    assert handed == [(tuple(A_LETTER.values()), "bulk")]
    assert not mail.outbox


def test_without_a_broker_it_goes_out_at_once(monkeypatch, django_capture_on_commit_callbacks):
    def no_broker(*given, **how):
        raise OperationalError

    monkeypatch.setattr(send_letter, "apply_async", no_broker)
    with django_capture_on_commit_callbacks(execute=True):
        post_letter(**A_LETTER)
    assert [(letter.to, letter.subject, letter.body) for letter in mail.outbox] == [
        ([A_LETTER["to"]], "A word", "Text.")
    ]


def test_a_mail_server_that_does_not_answer_is_asked_again(monkeypatch):
    def no_server(*given, **how):
        raise SMTPException

    monkeypatch.setattr(EmailMessage, "send", no_server)
    tried_again = []
    monkeypatch.setattr(send_letter, "retry", lambda **how: tried_again.append(how) or Retry())
    with pytest.raises(Retry):
        send_letter.run("mei@crossing.example", "A word", "Text.")
    assert len(tried_again) == 1
