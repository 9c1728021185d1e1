"""What an enterprise says of itself beside its registration: industry, size, pilot zone, target markets."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.errors import StateForbids
from accounts.inputs import Input, OneOf, YesNo, checked
from accounts.models import Organisation, User
from accounts.permissions import Act, demand

from .industries import Industry
from .markets import Markets
from .models import Enterprise

FACTS = ("industry", "size", "pilot_zone", "target_markets")


class FactsInput(Input):
    """What an enterprise says of itself, as it is written on the form and over the API."""

    readable = frozenset({"organisation"})

    industry = OneOf(choices=Industry.choices, allow_blank=True, default="")
    size = OneOf(choices=Enterprise.Size.choices, allow_blank=True, default="")
    pilot_zone = YesNo(default=False)
    target_markets = Markets(default=list)


def change_facts(*, by: User, organisation: Organisation, data: Any, partial: bool = False) -> Enterprise:
    """Rewrite what an enterprise says of itself (`partial`: the fields given); the same again changes nothing."""
    demand(by, Act.CHANGE_ORGANISATION, organisation)
    if organisation.kind != Organisation.Kind.ENTERPRISE:
        raise StateForbids("not_an_enterprise", _("Only an enterprise states this."))
    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=organisation.pk)  # two changes at once come one after another
        before = facts_as_written(organisation)
        given = before | data if partial and isinstance(data, dict) else data
        values = checked(FactsInput(data=given))
        changed = [name for name in FACTS if values[name] != before[name]]
        if not changed:
            return facts_of(organisation)
        facts, _made = Enterprise.objects.update_or_create(organisation=organisation, defaults=values)
        audit.record(
            actor=by,
            action="change_enterprise",
            subject=organisation,
            organisation=organisation,
            before={name: before[name] for name in changed},
            after={name: values[name] for name in changed},
        )
    return facts


def facts_of(organisation: Organisation) -> Enterprise:
    """What stands; one that has said nothing yet has empty facts."""
    return Enterprise.objects.filter(organisation=organisation).first() or Enterprise(organisation=organisation)


def facts_as_written(organisation: Organisation) -> dict[str, Any]:
    """The facts in the shape in which they are written; a PATCH is laid over this."""
    facts = facts_of(organisation)
    return {name: getattr(facts, name) for name in FACTS}
