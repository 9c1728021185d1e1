"""A person's profile: made, changed, and taken out of matching with one switch."""

from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.errors import StateForbids
from accounts.inputs import checked
from accounts.models import Consent, User
from accounts.prose import ProseLanguage

from . import events
from .inputs import ProfileInput, as_written, profile_as_written
from .models import Claim, Profile

CONSENT_VERSION = "1"


@transaction.atomic
def create_profile(*, by: User) -> Profile:
    """An empty profile for a person who looks for work; matching starts when they switch it on."""
    chinese = (get_language() or settings.LANGUAGE_CODE).startswith("zh")
    language = ProseLanguage.CHINESE if chinese else ProseLanguage.ENGLISH
    try:
        with transaction.atomic():
            profile = Profile.objects.create(
                user=by, name=by.name or by.email.partition("@")[0], language=language, matching=False
            )
    except IntegrityError:
        raise StateForbids("profile_exists", _("You have a profile already.")) from None
    audit.record(actor=by, action="create_profile", subject=profile)
    return profile


def change_profile(*, by: User, profile: Profile, data: Any, partial: bool = False) -> Profile:
    """Rewrite one's profile (or, `partial`, the fields given); `claims` replaces the self-declared ones.

    Confirmed claims are not touched. The same again does nothing.
    """
    with transaction.atomic():
        profile = _locked(profile)
        before = profile_as_written(profile)
        given = before | data if partial and isinstance(data, dict) else data
        confirmed = profile.claims.exclude(source__in=Claim.SELF_DECLARED).values_list("skill", "level", "source")
        values = checked(ProfileInput(data=given, confirmed=set(confirmed)))
        after = as_written(values)
        if after == before:
            return profile
        for name in values.keys() - {"claims"}:
            setattr(profile, name, values[name])
        profile.revision += 1
        profile.save()
        if after["claims"] != before["claims"]:
            _declare(profile, values["claims"])
        if after["matching"] != before["matching"]:
            _record_consent(by, matching=profile.matching)
        changed = sorted(name for name in after if after[name] != before[name])
        # What a person wrote stays theirs: the trail keeps which fields changed, not their words.
        audit.record(actor=by, action="change_profile", subject=profile, after={"changed": changed})
        events.profile_changed.send(sender=Profile, profile=profile)
    return profile


def switch_matching(*, by: User, profile: Profile, on: bool) -> Profile:
    """Be matched, or be in no list from this moment on; nothing is deleted, and nothing else is asked."""
    with transaction.atomic():
        profile = _locked(profile)
        if profile.matching != on:
            profile.matching = on
            profile.revision += 1
            profile.save(update_fields=["matching", "revision", "changed_at"])
            _record_consent(by, matching=on)
            audit.record(actor=by, action="switch_matching", subject=profile, after={"matching": on})
            events.profile_changed.send(sender=Profile, profile=profile)
    return profile


def _locked(profile: Profile) -> Profile:
    """The profile as it is now, held until the transaction ends."""
    return Profile.objects.select_for_update(of=("self",)).select_related("city", "user").get(pk=profile.pk)


def _declare(profile: Profile, rows: list[dict[str, Any]]) -> None:
    """Replace what the person says of themselves, one row a skill; a claim that stays as it was keeps its row."""
    standing: dict[int, Claim] = {}
    doubled = []
    for declared in profile.claims.filter(source__in=Claim.SELF_DECLARED):
        if standing.setdefault(declared.skill_id, declared) is not declared:
            doubled.append(declared.pk)  # declared and found in a text: one of them is enough
    Claim.objects.filter(pk__in=doubled).delete()
    for row in rows:
        claim = standing.pop(row["skill"].pk, None)
        if claim is None:
            Claim.objects.create(profile=profile, **row)
        elif (claim.level, claim.evidence, claim.source) != (row["level"], row["evidence"], row["source"]):
            claim.level, claim.evidence, claim.source = row["level"], row["evidence"], row["source"]
            claim.save(update_fields=["level", "evidence", "source"])
    Claim.objects.filter(pk__in=[claim.pk for claim in standing.values()]).delete()


def _record_consent(by: User, *, matching: bool) -> None:
    standing = Consent.objects.filter(user=by, purpose=Consent.Purpose.MATCHING, withdrawn_at=None)
    if matching and not standing.exists():
        Consent.objects.create(user=by, purpose=Consent.Purpose.MATCHING, version=CONSENT_VERSION)
    elif not matching:
        standing.update(withdrawn_at=timezone.now())
