"""Letters that a worker sends, so that no page waits for a mail server, nor tells by its pace whether one was sent."""

import logging
from functools import partial
from smtplib import SMTPException

from celery import shared_task
from django.core.mail import EmailMessage
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)


def post_letter(*, to: str, subject: str, text: str) -> None:
    """Have a letter sent once what it tells of is written; where no broker takes it, it goes out at once."""
    transaction.on_commit(partial(_hand_over, to, subject, text), robust=True)


def _hand_over(to: str, subject: str, text: str) -> None:
    try:
        send_letter.apply_async((to, subject, text), queue="bulk", retry=False)
    except OperationalError:
        log.warning("no broker took a letter; it is sent from here")
        send_letter(to, subject, text)


@shared_task(
    name="accounts.tasks.send_letter",
    ignore_result=True,
    autoretry_for=(OSError, SMTPException),
    default_retry_delay=60,
    max_retries=3,
)
def send_letter(to: str, subject: str, text: str) -> None:
    """Send one letter to one reader; a mail server that does not answer is asked again."""
    EmailMessage(subject, text, to=[to]).send()
