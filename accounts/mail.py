"""The mail page: what the server would have sent, read from the folder where it keeps mail on a laptop."""

import email
import email.policy
import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest

NEWEST = 50
SEPARATOR = b"\n" + b"-" * 79 + b"\n"  # Django's file backend writes it after each mail


@dataclass(frozen=True)
class Mail:
    """One mail as a person reads it."""

    subject: str
    to: str
    at: datetime | None
    body: str


def may_read_mail(request: HttpRequest) -> bool:
    """Only where mail is kept in place of being sent, and only from the machine itself, with no proxy between."""
    if not settings.MAIL_PAGE or "HTTP_X_FORWARDED_FOR" in request.META or "HTTP_FORWARDED" in request.META:
        return False
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def newest_mails() -> list[Mail]:
    """The newest mails, the last one first."""
    found = []
    for mail in _mails(Path(settings.MAIL_DIR)):
        found.append(mail)
        if len(found) == NEWEST:
            break
    return found


def _mails(folder: Path) -> Iterator[Mail]:
    # Names hold the second of writing only, which two mails can share.
    for path in sorted(folder.glob("*.log"), key=lambda path: path.stat().st_mtime_ns, reverse=True):
        for part in reversed(path.read_bytes().split(SEPARATOR)):
            if part.strip():
                yield _read(part)


def _read(raw: bytes) -> Mail:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    plain = message.get_body(("plain",))
    return Mail(
        subject=str(message["subject"] or ""),
        to=str(message["to"] or ""),
        at=_moment(str(message["date"] or "")),
        body=plain.get_content().strip() if plain else "",
    )


def _moment(date: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(date)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)  # "-0000": a time in UTC whose zone is not told
