"""Registering an organisation and settling its standing."""

import uuid

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, ValidationError

from . import audit, events
from .errors import FieldError, InvalidInput, NotAllowed, StateForbids
from .models import AuditRow, City, Membership, Organisation, User, Verification
from .permissions import Act, demand
from .standing_mail import tell_owners, tell_staff

DECISIONS = (Organisation.State.VERIFIED, Organisation.State.RETURNED, Organisation.State.SUSPENDED)
"""What staff decide; pending again is what the owner's change makes of a body (`change_organisation`)."""
CHECKED = ("name_en", "name_zh", "credit_code")
"""What staff have looked at when they verify a body, beside its kind, which stays."""


def check_credit_code(code: str) -> str:
    """The code in its standard form, or `InvalidInput` (GB 32100: 18 characters, the last one checks the others)."""
    try:
        return str(uscc.validate(code))
    except InvalidChecksum:
        detail = _("The check character does not fit: one of the 18 characters is mistyped.")
    except ValidationError:
        detail = _("A unified social credit code has 18 digits and capital letters, without I, O, S, V and Z.")
    raise InvalidInput([FieldError(("credit_code",), "credit_code", detail)])


@transaction.atomic
def register_organisation(
    *,
    by: User,
    kind: str,
    name_en: str,
    name_zh: str,
    credit_code: str,
    city: City | None,
    public_id: uuid.UUID | None = None,
    tell: bool = True,
) -> Organisation:
    """Register a body as pending; who registers it becomes its owner. A name given in one language serves both.

    Staff are written to, unless `tell` is false.

    A form gives the id that it was opened with, so that sending it twice cannot make two. That another body has the
    code is not told here: before staff have looked, it would only say who is registered.
    """
    if kind == Organisation.Kind.AUTHORITY and not by.is_staff:
        raise InvalidInput([FieldError(("kind",), "staff_only", _("The platform's staff register authorities."))])
    organisation = Organisation(
        public_id=public_id or uuid.uuid4(),
        kind=kind,
        name_en=name_en or name_zh,
        name_zh=name_zh or name_en,
        credit_code=check_credit_code(credit_code),
        city=city,
    )
    try:
        with transaction.atomic():
            organisation.save()
    except IntegrityError:
        raise StateForbids("registered_already", _("This form was sent already.")) from None
    Membership.objects.create(user=by, organisation=organisation, role=Membership.Role.OWNER)
    _put_before_staff(organisation, by, tell=tell)
    audit.record(
        actor=by,
        action="register_organisation",
        subject=organisation,
        organisation=organisation,
        after={"kind": str(kind)} | _as_recorded(organisation),
    )
    return organisation


@transaction.atomic
def settle_standing(
    *, organisation: Organisation, state: str, by: User, reason: str, tell: bool = True
) -> Organisation:
    """Verify an organisation, send it back or suspend it: one row with the reason, and the newest state on it.

    Its owners are written to, unless `tell` is false.
    """
    if not by.is_staff:
        raise NotAllowed
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    if not reason.strip():
        raise InvalidInput([FieldError(("reason",), "required", _("Say why: the organisation reads it."))])
    if state not in DECISIONS:
        raise InvalidInput([FieldError(("state",), "invalid_choice", _("Staff verify, send back or suspend."))])
    if state == organisation.state:
        raise StateForbids("same_state", _("The organisation is in this state already."))
    if state == Organisation.State.SUSPENDED and organisation.state != Organisation.State.VERIFIED:
        # It would hold a credit code that nobody has verified, and block the body whose code it is.
        raise StateForbids("never_verified", _("Only a verified organisation is suspended; send this one back."))
    before, organisation.state = organisation.state, state
    try:
        with transaction.atomic():
            organisation.save(update_fields=["state"])
    except IntegrityError:
        raise StateForbids("credit_code_taken", _("Another verified organisation holds this credit code.")) from None
    Verification.objects.create(organisation=organisation, state=state, by=by, reason=reason)
    audit.record(
        actor=by,
        action="settle_standing",
        subject=organisation,
        organisation=organisation,
        before={"state": before},
        after={"state": state},
        why=reason,
    )
    if tell:
        tell_owners(organisation, reason)
    events.organisation_standing_changed.send(sender=Organisation, organisation=organisation)
    return organisation


@transaction.atomic
def change_organisation(
    *, organisation: Organisation, by: User, name_en: str, name_zh: str, credit_code: str, city: City | None
) -> Organisation:
    """Change what was registered.

    One that was sent back is put before the staff again, and so is a verified one whose name or code is another now:
    nobody has looked at that, and until somebody has, nothing of it is published or matched.
    """
    demand(by, Act.CHANGE_ORGANISATION, organisation)
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    before = _as_recorded(organisation)
    organisation.name_en, organisation.name_zh = name_en or name_zh, name_zh or name_en
    organisation.credit_code, organisation.city = check_credit_code(credit_code), city
    after = _as_recorded(organisation)
    was_verified = organisation.state == Organisation.State.VERIFIED
    unchecked = any(after[name] != before[name] for name in CHECKED)
    if organisation.state == Organisation.State.RETURNED or (was_verified and unchecked):
        organisation.state = Organisation.State.PENDING
        _put_before_staff(organisation, by)
        after["state"] = str(organisation.state)
    organisation.save()
    if was_verified and unchecked:
        events.organisation_standing_changed.send(sender=Organisation, organisation=organisation)
    changed = [name for name in after if after[name] != before[name]]
    audit.record(
        actor=by,
        action="change_organisation",
        subject=organisation,
        organisation=organisation,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    return organisation


def _put_before_staff(organisation: Organisation, by: User, *, tell: bool = True) -> None:
    """Write down that a body waits for verification from now on, and tell those who verify."""
    Verification.objects.create(organisation=organisation, state=organisation.state, by=by)
    if tell:
        tell_staff(organisation, but=by)


def as_verified(organisation: Organisation) -> dict[str, str]:
    """What staff saw when they verified it last, by field, of what an owner has changed since."""
    seen: dict[str, str] = {}
    trail = AuditRow.objects.filter(subject_id=organisation.public_id).order_by("-id")
    for action, before, after in trail.values_list("action", "before", "after"):
        if action == "settle_standing" and after["state"] == Organisation.State.VERIFIED:
            return {name: seen[name] for name in CHECKED if seen.get(name, kept := getattr(organisation, name)) != kept}
        if action == "change_organisation":
            seen |= before  # an older row tells what was there before a newer one
    return {}


def _as_recorded(organisation: Organisation) -> dict[str, str | None]:
    """What the audit trail keeps of it."""
    return {
        "name_en": organisation.name_en,
        "name_zh": organisation.name_zh,
        "credit_code": organisation.credit_code,
        "city": organisation.city.code if organisation.city else None,
        "state": str(organisation.state),
    }
