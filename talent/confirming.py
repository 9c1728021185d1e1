"""A school or a training base stands for what its students can do, and may take that back.

What a school has confirmed stays when it is suspended; until it is verified again it changes none of it.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.errors import NotAllowed, NotFound, StateForbids
from accounts.models import Organisation, User
from accounts.permissions import Act, demand
from skills.models import Skill

from . import events
from .models import Claim, Profile, StudentLink

SOURCE_OF_KIND: dict[str, str] = {
    **dict.fromkeys(Organisation.SCHOOLS, Claim.Source.UNIVERSITY),
    Organisation.Kind.TRAINING_BASE: Claim.Source.TRAINING_BASE,
}
"""As what each kind of organisation stands for a claim; the others confirm none."""


def confirm_claim(
    *, by: User, organisation: Organisation, profile: Profile, skill: Skill, level: int, evidence: str = ""
) -> Claim:
    """Stand for one skill of a linked student at a level. Said again it is changed; the same again does nothing."""
    source = SOURCE_OF_KIND.get(organisation.kind)
    if source is None:
        raise StateForbids("not_a_school", _("Only schools and training bases confirm skills."))
    demand(by, Act.CONFIRM_CLAIMS, organisation)
    with transaction.atomic():
        # Held as they are now, always in this order: a link may end, or a school be suspended, while somebody confirms.
        standing = StudentLink.objects.filter(
            profile=profile, organisation=organisation, state=StudentLink.State.CONFIRMED
        )
        linked = list(standing.select_for_update().values_list("id", flat=True))
        profile = _locked(profile)
        organisation = Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
        if organisation.state != Organisation.State.VERIFIED:
            raise StateForbids("organisation_not_verified", _("Only a verified organisation confirms skills."))
        if not linked:
            raise StateForbids("not_linked", _("Only skills of a student whose link both sides confirmed."))
        if profile.user_id == by.pk:
            raise NotAllowed("own_claim", _("Nobody confirms their own skills."))
        claim = Claim.objects.filter(profile=profile, skill=skill, source=source, confirmer=organisation).first()
        before = _said(claim) if claim else {}
        if claim is not None and before == {"level": level, "evidence": evidence}:
            return claim
        claim = claim or Claim(profile=profile, skill=skill, source=source, confirmer=organisation)
        claim.level, claim.evidence, claim.withdrawn_at = level, evidence, None
        claim.confirmed_by, claim.confirmed_at = by, timezone.now()
        claim.save()
        _told(by, "confirm_claim", profile, organisation, skill, before, _said(claim))
    return claim


def withdraw_confirmation(*, by: User, organisation: Organisation, profile: Profile, skill: Skill) -> Claim:
    """Take back what the organisation stood for, also after the link has ended."""
    demand(by, Act.CONFIRM_CLAIMS, organisation)
    with transaction.atomic():
        profile = _locked(profile)
        claim = Claim.objects.filter(profile=profile, skill=skill, confirmer=organisation, withdrawn_at=None).first()
        if claim is None:
            raise NotFound(_("Nothing of this skill is confirmed by you."))
        before = _said(claim)
        claim.withdrawn_at = timezone.now()
        claim.save(update_fields=["withdrawn_at"])
        _told(by, "withdraw_confirmation", profile, organisation, skill, before, {})
    return claim


def _locked(profile: Profile) -> Profile:
    """The profile as it is now, held until the transaction ends: two who confirm at once come one after the other."""
    return Profile.objects.select_for_update(of=("self",)).select_related("user").get(pk=profile.pk)


def _said(claim: Claim) -> dict[str, object]:
    """What stands; nothing where it was withdrawn."""
    return {} if claim.withdrawn_at else {"level": claim.level, "evidence": claim.evidence}


def _told(
    by: User,
    action: str,
    profile: Profile,
    organisation: Organisation,
    skill: Skill,
    before: dict[str, object],
    after: dict[str, object],
) -> None:
    profile.revision += 1
    profile.save(update_fields=["revision", "changed_at"])
    of_what = {"skill": skill.code}
    audit.record(
        actor=by,
        action=action,
        subject=profile,
        organisation=organisation,
        before=of_what | before if before else {},
        after=of_what | after if after else {},
    )
    events.profile_changed.send(sender=Profile, profile=profile)
