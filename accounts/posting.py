"""What is posted for others to find: a need, a program, a course, an expert. They share one life."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import audit
from .errors import InvalidInput, StateForbids
from .identity import PublicId
from .models import Organisation, User
from .prose import ProseLanguage


class Posting(PublicId):
    """Draft, published, closed; it changes state only through `publish` and `close`, called by its room's functions."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")
        CLOSED = "closed", _("closed")

    external_id = models.CharField(_("external id"), max_length=100, null=True, blank=True)
    text = models.TextField(_("text"), blank=True)
    language = models.CharField(_("language of the text"), max_length=10, choices=ProseLanguage)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    published_at = models.DateTimeField(_("published at"), null=True, editable=False)
    closed_at = models.DateTimeField(_("closed at"), null=True, editable=False)
    revision = models.PositiveIntegerField(_("revision"), default=1, editable=False)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("created by"))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)

    class Meta:
        abstract = True


def status_fits_its_dates(name: str) -> models.CheckConstraint:
    """The constraint that every table of postings has, under a name of its own."""
    return models.CheckConstraint(
        condition=Q(status="draft", published_at=None, closed_at=None)
        | Q(status="published", published_at__isnull=False, closed_at=None)
        | Q(status="closed", closed_at__isnull=False),
        name=name,
    )


P = TypeVar("P", bound=Posting)


def locked(posting: P, *related: str) -> P:
    """The posting as it is now, held until the transaction ends: who publishes second finds it done."""
    rows = type(posting)._default_manager.select_for_update(of=("self",)).select_related(*related)
    return rows.get(pk=posting.pk)


def publish(posting: Posting, *, by: User, organisation: Organisation | None, ready: Callable[[], Any]) -> None:
    """Let a locked draft be found; `ready` raises where something is missing. Call it inside the transaction."""
    if posting.status == Posting.Status.PUBLISHED:
        raise StateForbids("already_published", _("This is published already."))
    if posting.status == Posting.Status.CLOSED:
        raise StateForbids("closed", _("This is closed. Copy it to post it again."))
    if organisation is not None and organisation.state != Organisation.State.VERIFIED:
        raise StateForbids(
            "organisation_not_verified",
            _("The platform's staff have not verified your organisation yet. The draft is kept."),
        )
    ready()
    posting.status, posting.published_at = Posting.Status.PUBLISHED, timezone.now()
    posting.revision += 1
    posting.save(update_fields=["status", "published_at", "revision", "changed_at"])
    _record(posting, by, "publish", organisation, Posting.Status.DRAFT)


def close(posting: Posting, *, by: User, organisation: Organisation | None, why: str = "") -> None:
    """Take a locked posting out of every list, for good; a draft can be closed too."""
    if posting.status == Posting.Status.CLOSED:
        raise StateForbids("already_closed", _("This is closed already."))
    before, posting.status = posting.status, Posting.Status.CLOSED
    posting.closed_at = timezone.now()
    posting.revision += 1
    posting.save(update_fields=["status", "closed_at", "revision", "changed_at"])
    _record(posting, by, "close", organisation, before, why)


def copied_already() -> StateForbids:
    """What is said where a copy is made under an id that is there: the button was pressed twice at once."""
    return StateForbids("copied_already", _("This copy is there already."))


def _record(
    posting: Posting, by: User, verb: str, organisation: Organisation | None, before: str, why: str = ""
) -> None:
    audit.record(
        actor=by,
        action=f"{verb}_{posting._meta.model_name}",
        subject=posting,
        organisation=organisation,
        before={"status": str(before)},
        after={"status": str(posting.status)},
        why=why,
    )


# What a partner's key stands for --------------------------------------------------------------------------------------
M = TypeVar("M", bound=PublicId)


def with_key(kind: type[M], organisation: Organisation, external_id: str) -> M | None:
    """The organisation's row under its own key, if there is one."""
    if "\x00" in external_id:  # PostgreSQL can't be asked for it; checking the input tells it
        return None
    rows = kind._default_manager.filter(organisation=organisation, external_id=external_id)
    return rows.select_related("organisation").first()


def put(
    kind: type[M],
    *,
    organisation: Organisation,
    external_id: str,
    data: Any,
    create: Callable[[Any], M],
    change: Callable[[M, Any], M],
) -> tuple[M, bool]:
    """The row with a partner's own key, made or rewritten; the same call again changes nothing. True if it is new."""
    given = {**data, "external_id": external_id} if isinstance(data, dict) else data
    standing = with_key(kind, organisation, external_id)
    if standing is None:
        try:
            return create(given), True
        except InvalidInput:
            # Perhaps the same call came twice at once and the other one was quicker: then it is there now.
            standing = with_key(kind, organisation, external_id)
            if standing is None:
                raise
    return change(standing, given), False


@dataclass(frozen=True)
class Life(Generic[P]):
    """What is done with one kind of posting: the functions of its room, which take the posting under the kind's name.

    Each of them checks, changes, records and announces by itself; pages and the API only call them.
    """

    name: str
    create: Callable[..., P]
    change: Callable[..., P]
    publish: Callable[..., P]
    close: Callable[..., P]
    copy: Callable[..., P]
    put: Callable[..., tuple[P, bool]]

    def named(self, posting: P) -> dict[str, P]:
        """The posting as an argument of these functions."""
        return {self.name: posting}
