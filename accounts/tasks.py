"""Letters that a worker sends, so that no page waits for a mail server, nor tells by its pace whether one was sent.

A letter's truth is its row, as a job's is (`matching/jobs.py`): written with what it tells of, gone once it is sent. A
message only says "look at row N", and the scheduler comes back to rows of which none was heard. So a worker that is
killed loses none. It doubles one only if it is killed after the mail server took it and before the row is gone.
"""

import datetime
import logging
from functools import partial

from celery import shared_task
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from kombu.exceptions import OperationalError

from .models import Letter

log = logging.getLogger(__name__)

LEASE = datetime.timedelta(seconds=45)
"""How long a letter is left to the worker that took it; longer than a mail server may take (`EMAIL_TIMEOUT`)."""
FIRST_PAUSE, LONGER = datetime.timedelta(minutes=1), 6
"""After a failure: 1 minute, then 6, 36, and three and a half hours."""
KEPT = datetime.timedelta(days=30)
"""How long staff can see a letter that no try brought out."""


def post_letter(*, to: str, subject: str, text: str) -> None:
    """Have a letter sent, if what it tells of is written; call it inside that transaction."""
    letter = Letter.objects.create(to=to, subject=subject, text=text)
    transaction.on_commit(partial(_announce, letter.pk), robust=True)


def _announce(key: int) -> None:
    try:
        send_letter.apply_async((key,), queue="bulk", expires=60, retry=False)
    except OperationalError:
        log.warning("no broker heard of letter %s; the scheduler comes back to it", key)


@shared_task(name="accounts.tasks.send_letter", ignore_result=True)
def send_letter(key: int) -> None:
    """Take a letter that is due, send it, and take its row away; whoever comes second finds it taken or gone."""
    due = Letter.objects.due().filter(pk=key)
    if not due.update(due_at=timezone.now() + LEASE, attempt=F("attempt") + 1):
        return
    letter = Letter.objects.get(pk=key)
    try:
        EmailMessage(letter.subject, letter.text, to=[letter.to]).send()
    except Exception as error:
        log.warning("letter %s, attempt %s: %s", key, letter.attempt, error)
        letter.error = f"{type(error).__name__}: {error}"
        letter.due_at = timezone.now() + FIRST_PAUSE * LONGER ** (letter.attempt - 1)
        letter.save(update_fields=["error", "due_at"])
    else:
        letter.delete()


@shared_task(name="accounts.tasks.send_due_letters", ignore_result=True)
def send_due_letters() -> None:
    """Every half minute, by the scheduler: what nobody heard of, what was held by a dead worker, what failed before."""
    for key in Letter.objects.due().order_by("due_at").values_list("pk", flat=True)[:100]:
        send_letter(key)
    Letter.objects.filter(attempt=Letter.LAST_ATTEMPT, due_at__lt=timezone.now() - KEPT).delete()
