"""The life of a profile of the think tank: written, published, changed, closed, copied.

A person posts their own, one each; a school, training base or authority posts those of its experts.
"""

import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from accounts import audit, permissions, posting
from accounts.errors import FieldError, InvalidInput, NotAllowed, StateForbids
from accounts.inputs import checked
from accounts.models import Organisation, User
from accounts.permissions import Act

from . import events
from .expert_inputs import PLAIN, ExpertInput, as_written, expert_as_written
from .models import Expert
from .stated import copy_claims, state_claims

POSTING_KINDS = (*Organisation.TEACHING, Organisation.Kind.AUTHORITY)
"""Kinds of organisation that post experts."""


def may(user: User, act: Act, expert: Expert) -> bool:
    """Whether the person may do this: to their own profile, or as their role in its organisation allows."""
    if expert.organisation is None:
        return expert.user_id == user.pk
    return permissions.may(user, act, expert.organisation)


def demand(user: User, act: Act, expert: Expert) -> None:
    """Raise `NotAllowed` unless the person may do this, and what the standing of the organisation forbids."""
    if expert.organisation is not None:
        permissions.demand(user, act, expert.organisation)
    elif not may(user, act, expert):
        raise NotAllowed


def experts_of(user: User) -> QuerySet[Expert]:
    """The person's own profile and those of their organisations, in any state."""
    theirs = Organisation.objects.of_member(user).values("id")
    return Expert.objects.filter(Q(user=user) | Q(organisation_id__in=theirs))


def experts_that(
    rows: QuerySet[Expert], *, field: str = "", advice: str = "", language: str = "", city: str = ""
) -> QuerySet[Expert]:
    """Those of the rows that name this field (a group's code), kind of advice, language and city; "" asks nothing."""
    # No lookup finds an item of a JSON list on every database; a word of a closed set is found between its quotes.
    for name, word in (("fields", field), ("advice", advice)):
        if word:
            rows = rows.annotate(**{f"{name}_said": Cast(name, TextField())})
            rows = rows.filter(**{f"{name}_said__contains": f'"{word}"'})
    if language:
        rows = rows.filter(languages__has_key=language)
    return rows.filter(city__code=city) if city else rows


def create_expert(
    *, by: User, data: Any, organisation: Organisation | None = None, public_id: uuid.UUID | None = None
) -> Expert:
    """A new draft: of an expert of the organisation, or, without one, the person's own profile.

    A form gives the id that it was opened with, so that sending it twice cannot make two.
    """
    if organisation is not None:
        permissions.demand(by, Act.WRITE_SUPPLY, organisation)
        if organisation.kind not in POSTING_KINDS:
            raise StateForbids(
                "posts_no_experts", _("Schools, training bases and authorities post experts, or experts themselves.")
            )
    elif Expert.objects.filter(user=by).exists():
        raise _one_each()
    values = checked(ExpertInput(data=data))
    user = by if organisation is None else None
    expert = Expert(organisation=organisation, user=user, created_by=by, public_id=public_id or uuid.uuid4())
    with transaction.atomic():
        _write(expert, values)
        _record(expert, by, "create_expert", after={"name": values["name"]})
    return expert


def change_expert(*, by: User, expert: Expert, data: Any, partial: bool = False) -> Expert:
    """Rewrite a profile (`partial`: the fields given); the same again does nothing. What is published is matched anew.

    `skills` replaces what was stated of the expert; what others confirmed is not touched.
    """
    demand(by, Act.WRITE_SUPPLY, expert)
    with transaction.atomic():
        expert = _locked(expert)
        if expert.status == Expert.Status.CLOSED:
            raise StateForbids("closed", _("This profile is closed and no longer changes."))
        before = expert_as_written(expert)
        values = checked(ExpertInput(data=before | data if partial and isinstance(data, dict) else data))
        after = as_written(values)
        if expert.status == Expert.Status.PUBLISHED:
            _demand_complete(after)
        if after == before:
            return expert
        expert.revision += 1
        _write(expert, values)
        # The trail keeps which fields changed, not the words: a profile is of a person.
        _record(expert, by, "change_expert", after={"changed": sorted(n for n in after if after[n] != before[n])})
        if expert.status == Expert.Status.PUBLISHED:
            events.expert_moved.send(sender=Expert, expert=expert)
    return expert


def put_expert(*, by: User, organisation: Organisation, external_id: str, data: Any) -> tuple[Expert, bool]:
    """The profile with a partner's own key, made or rewritten; the same call again changes nothing. True if new."""
    permissions.demand(by, Act.WRITE_SUPPLY, organisation)
    return posting.put(
        Expert,
        organisation=organisation,
        external_id=external_id,
        data=data,
        create=lambda given: create_expert(by=by, organisation=organisation, data=given),
        change=lambda standing, given: change_expert(by=by, expert=standing, data=given),
    )


@transaction.atomic
def publish_expert(*, by: User, expert: Expert) -> Expert:
    """Let a draft be matched and read by everybody signed in; it says who gives which advice, with one skill at least.

    Where an organisation posts it, that must be verified.
    """
    demand(by, Act.PUBLISH_SUPPLY, expert)
    expert = _locked(expert)
    posting.publish(
        expert, by=by, organisation=expert.organisation, ready=lambda: _demand_complete(expert_as_written(expert))
    )
    events.expert_moved.send(sender=Expert, expert=expert)
    return expert


@transaction.atomic
def close_expert(*, by: User, expert: Expert, why: str = "") -> Expert:
    """Take a profile out of every list; a draft can be closed too."""
    demand(by, Act.CLOSE_SUPPLY, expert)
    expert = _locked(expert)
    was = expert.status
    posting.close(expert, by=by, organisation=expert.organisation, why=why)
    if was == Expert.Status.PUBLISHED:
        events.expert_moved.send(sender=Expert, expert=expert)
    return expert


@transaction.atomic
def copy_expert(*, by: User, expert: Expert, public_id: uuid.UUID | None = None) -> Expert:
    """A new draft that says the same, without the key.

    One's own profile, of which there is one, is itself a draft again; it must be closed for that.
    """
    demand(by, Act.WRITE_SUPPLY, expert)
    expert = _locked(expert)
    if expert.organisation is None:
        return _reopened(expert, by)
    copy = Expert(organisation=expert.organisation, created_by=by, public_id=public_id or uuid.uuid4())
    for name in (*PLAIN, "name_en", "name_zh"):
        setattr(copy, name, getattr(expert, name))
    copy.external_id = None
    try:
        with transaction.atomic():
            copy.save()
    except IntegrityError:
        raise posting.copied_already() from None
    copy_claims(expert, copy)
    _record(copy, by, "copy_expert", after={"copied_from": str(expert.public_id)})
    return copy


def _reopened(expert: Expert, by: User) -> Expert:
    if expert.status != Expert.Status.CLOSED:
        raise StateForbids("not_closed", _("You have one profile as an expert; close it before you begin it anew."))
    expert.status, expert.published_at, expert.closed_at = Expert.Status.DRAFT, None, None
    expert.revision += 1
    expert.save(update_fields=["status", "published_at", "closed_at", "revision", "changed_at"])
    closed, draft = Expert.Status.CLOSED.value, Expert.Status.DRAFT.value
    _record(expert, by, "reopen_expert", before={"status": closed}, after={"status": draft})
    return expert


def _demand_complete(written: dict[str, Any]) -> None:
    """Raise with everything that a profile still lacks before it may be found."""
    lacks = []
    if not any(written["name"].values()):
        lacks.append(FieldError(("name",), "no_name", _("Give a name before publishing.")))
    if not written["advice"]:
        lacks.append(FieldError(("advice",), "no_advice", _("Choose at least one kind of advice before publishing.")))
    if not written["skills"]:
        lacks.append(FieldError(("skills",), "no_skills", _("Name at least one skill before publishing.")))
    if lacks:
        raise InvalidInput(lacks)


def _locked(expert: Expert) -> Expert:
    return posting.locked(expert, "organisation", "city")


def _write(expert: Expert, values: dict[str, Any]) -> None:
    for name in PLAIN:
        setattr(expert, name, values[name])
    expert.name_en, expert.name_zh = values["name"]["en"], values["name"]["zh-Hans"]
    try:
        with transaction.atomic():
            expert.save()
    except IntegrityError:
        if expert.organisation is None:
            raise _one_each() from None
        message = _("Another expert of yours has this key.")
        raise InvalidInput([FieldError(("external_id",), "taken", message)]) from None
    state_claims(expert, values["skills"])


def _record(expert: Expert, by: User, action: str, **facts: Any) -> None:
    audit.record(actor=by, action=action, subject=expert, organisation=expert.organisation, **facts)


def _one_each() -> StateForbids:
    return StateForbids("expert_exists", _("You have a profile as an expert already."))


LIFE = posting.Life("expert", create_expert, change_expert, publish_expert, close_expert, copy_expert, put_expert)
