"""The near skills of the platform: fitted anew, edited by staff, and named by a version that every list carries."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from scipy.sparse import csr_array

from accounts import audit
from accounts.errors import FieldError, InvalidInput, NotAllowed, StateForbids
from accounts.models import User
from engine.likeness import Told
from engine.model import NEAR_CAP
from engine.near import SAME

from .events import near_fit_wanted, near_skills_changed
from .models import Alias, Framework, NearFit, NearSkill, SameAs, Skill, SkillRelation
from .nearness import RELATION_VALUES, NearRow, Together, Vocabulary, alike, put_together

__all__ = ["METHOD", "RELATION_VALUES", "current_version", "edit_near_skill", "fit"]

METHOD = "2"  # raised whenever the same rows may give other near skills
LONGEST_REASON = 2000
_Pair = tuple[int, int]


def current_version() -> str:
    """The version of the newest fit with the edits since, or "" before the first."""
    newest = NearFit.objects.order_by("-id").first()
    return newest.label if newest else ""


def fit(framework: Framework, *, asked: Iterable[Collection[int]] | None = None, by: User | None = None) -> NearFit:
    """Work out the near skills of a framework anew, and swap them in; what staff edited stays.

    `asked` are the ids of the skills that each need asks for. Without it what was learnt from needs before stays.
    Where nothing has changed since the last fit, that one stands and is given back.
    """
    keys, vocabulary = _vocabulary(framework)
    place = {key: index for index, key in enumerate(keys)}
    together = _from_needs(asked, place) if asked is not None else _learnt_before(framework, place)
    standing = framework.near_fits.order_by("-id").first()
    if standing and _still_stands(standing, _digest(vocabulary, together, asked, *_stated(framework))):
        return standing
    found_alike = alike(vocabulary)
    with transaction.atomic():
        Framework.objects.select_for_update().get(pk=framework.pk)  # edits and other fits wait here
        staff, same = _stated(framework)
        return _swap_in(framework, keys, vocabulary, found_alike, together, asked, staff, same, by)


def _swap_in(
    framework: Framework,
    keys: list[int],
    vocabulary: Vocabulary,
    found_alike: csr_array,
    together: Together,
    asked: object,
    staff: dict[_Pair, float],
    same: dict[_Pair, NearSkill.Reason],
    by: User | None,
) -> NearFit:
    digest = _digest(vocabulary, together, asked, staff, same)
    elsewhere = sorted({key for pair in (*staff, *same) for key in pair} - set(keys))
    all_keys = [*keys, *elsewhere]
    place = {key: index for index, key in enumerate(all_keys)}
    rows = put_together(
        vocabulary,
        found_alike,
        together,
        staff={(place[wanted], place[held]): value for (wanted, held), value in staff.items()},
        same={(place[wanted], place[held]): reason for (wanted, held), reason in same.items()},
    )
    number = (NearFit.objects.order_by("-id").values_list("id", flat=True).first() or 0) + 1
    made = NearFit.objects.create(
        framework=framework,
        version=f"{number}-{digest[:8]}",
        digest=digest,
        pairs=dict(sorted(Counter(str(row.source) for row in rows).items())),
    )
    _of(framework).exclude(source=NearSkill.Source.STAFF).delete()
    NearSkill.objects.bulk_create(
        (_as_stored(row, all_keys, made) for row in rows if row.source != NearSkill.Source.STAFF), batch_size=2000
    )
    near_skills_changed.send(sender=NearFit, by=by)
    return made


def _as_stored(row: NearRow, keys: list[int], made: NearFit) -> NearSkill:
    return NearSkill(
        wanted_id=keys[row.wanted],
        held_id=keys[row.held],
        value=row.value,
        source=row.source,
        reason=row.reason,
        details=row.details,
        fit=made,
    )


def _of(framework: Framework) -> Any:
    """The framework's near skills: those of its own, and those of others that are the same as one of its own."""
    return NearSkill.objects.filter(
        Q(wanted__framework=framework) | Q(held__framework=framework, source=NearSkill.Source.SAME)
    )


def _vocabulary(framework: Framework) -> tuple[list[int], Vocabulary]:
    """The framework's rows as they stand in the tables, by code, and the keys in the same order."""
    skills = list(Skill.objects.filter(framework=framework).order_by("code"))
    aliases: dict[tuple[int, str], list[str]] = defaultdict(list)
    for key, language, text in Alias.objects.filter(skill__framework=framework).values_list(
        "skill_id", "language", "text"
    ):
        aliases[key, language].append(text)
    place = {skill.pk: index for index, skill in enumerate(skills)}
    relations: dict[str, list[_Pair]] = {SkillRelation.Kind.BROADER: [], SkillRelation.Kind.RELATED: []}
    within = SkillRelation.objects.filter(skill__framework=framework, other__framework=framework)
    for key, other, kind in within.values_list("skill_id", "other_id", "kind"):
        relations[kind].append((place[key], place[other]))

    def told(skill: Skill, language: str, label: str, definition: str) -> Told:
        return Told(label, tuple(sorted(aliases[skill.pk, language])), definition)

    return [skill.pk for skill in skills], Vocabulary(
        codes=[skill.code for skill in skills],
        english=[told(skill, "en", skill.label_en, skill.definition_en) for skill in skills],
        chinese=[told(skill, "zh-hans", skill.label_zh, skill.definition_zh) for skill in skills],
        broader=sorted(relations[SkillRelation.Kind.BROADER]),
        related=sorted(relations[SkillRelation.Kind.RELATED]),
    )


def _from_needs(asked: Iterable[Collection[int]], place: dict[int, int]) -> Together:
    return Together.asked(([place[key] for key in need if key in place] for need in asked), len(place))


def _learnt_before(framework: Framework, place: dict[int, int]) -> Together:
    rows = list(
        NearSkill.objects.filter(
            wanted__framework=framework, held__framework=framework, source=NearSkill.Source.TOGETHER
        ).values_list("wanted_id", "held_id", "value", "details")
    )
    shape = (len(place), len(place))
    places = ([place[wanted] for wanted, *_rest in rows], [place[held] for _, held, *_rest in rows])
    return Together(
        csr_array(([value for *_pair, value, _details in rows], places), shape=shape, dtype=float),
        csr_array(([details.get("needs", 0) for *_pair, details in rows], places), shape=shape, dtype=int),
    )


def _stated(framework: Framework) -> tuple[dict[_Pair, float], dict[_Pair, NearSkill.Reason]]:
    """What staff decided on the framework's skills, and which skills are the same as one of its own; by keys."""
    edited = NearSkill.objects.filter(Q(wanted__framework=framework) | Q(held__framework=framework))
    edited = edited.filter(source=NearSkill.Source.STAFF)
    staff = {(wanted, held): value for wanted, held, value in edited.values_list("wanted_id", "held_id", "value")}
    same: dict[_Pair, NearSkill.Reason] = {}
    links = SameAs.objects.filter(Q(skill__framework=framework) | Q(other__framework=framework))
    links = links.filter(skill__framework__current=True, other__framework__current=True)
    for one, other in links.values_list("skill_id", "other_id"):
        same[one, other] = same[other, one] = NearSkill.Reason.SAME
    replaced = Skill.objects.filter(Q(framework=framework) | Q(successor__framework=framework), ~Q(successor=None))
    for old, new in replaced.values_list("id", "successor_id"):
        same[new, old] = NearSkill.Reason.PREDECESSOR
        same[old, new] = NearSkill.Reason.SUCCESSOR
    return staff, same


def _digest(
    vocabulary: Vocabulary,
    together: Together,
    asked: object,
    staff: dict[_Pair, float],
    same: dict[_Pair, NearSkill.Reason],
) -> str:
    """A fingerprint of all that a fit is made from."""
    value, needs = together.value.tocoo(), together.needs.tocoo()
    everything = [
        METHOD,
        asdict(vocabulary),
        asked is not None,
        [matrix.tolist() for coo in (value, needs) for matrix in (coo.row, coo.col, coo.data)],
        sorted((*pair, edited) for pair, edited in staff.items()),
        sorted((*pair, str(reason)) for pair, reason in same.items()),
    ]
    return hashlib.sha256(json.dumps(everything, ensure_ascii=False).encode()).hexdigest()


def _still_stands(standing: NearFit, digest: str) -> bool:
    edited_since = NearFit.objects.filter(pk__gte=standing.pk, edits__gt=0)
    return standing.digest == digest and not edited_since.exists()


def faults_of_edit(*, wanted: Skill | None, held: Skill | None, value: float | None, why: str) -> list[FieldError]:
    """What is wrong with an edit, each with its place."""
    errors = []
    if wanted is not None and wanted == held:
        errors.append(FieldError(("held",), "itself", _("A skill always shows itself. Choose another one.")))
    if value is not None and not (0 <= value <= NEAR_CAP or value == SAME):
        errors.append(
            FieldError(("value",), "out_of_range", _("From 0 (not near) to 0.6, or 1 where both are the same skill."))
        )
    if not why.strip():
        errors.append(FieldError(("why",), "required", _("Say why: it is kept with the edit.")))
    elif len(why) > LONGEST_REASON:
        errors.append(FieldError(("why",), "max_length", _("At most 2,000 characters; please shorten it.")))
    return errors


def is_edited(wanted: Skill, held: Skill) -> bool:
    """Whether staff have decided this pair."""
    return NearSkill.objects.filter(wanted=wanted, held=held, source=NearSkill.Source.STAFF).exists()


@transaction.atomic
def edit_near_skill(*, by: User, wanted: Skill, held: Skill, value: float | None, why: str) -> NearSkill | None:
    """Let staff decide how far holding one skill shows another: it outlives every fit.

    A value of 0 says that they are not near. None takes the edit back: the next fit, asked for at once, decides.
    """
    if not (by.is_active and by.is_staff):
        raise NotAllowed
    if errors := faults_of_edit(wanted=wanted, held=held, value=value, why=why):
        raise InvalidInput(errors)
    Framework.objects.select_for_update().get(pk=wanted.framework_id)  # a fit under way does not undo this
    standing = NearSkill.objects.filter(wanted=wanted, held=held).first()
    edited = standing if standing and standing.source == NearSkill.Source.STAFF else None
    if value is None and edited is None:
        raise StateForbids("not_edited", _("Nobody has edited this pair, so there is nothing to take back."))
    if edited and edited.value == value:
        return edited
    newest = NearFit.objects.order_by("-id").first() or NearFit.objects.create(
        framework=wanted.framework, version="0-edited"
    )
    NearFit.objects.filter(pk=newest.pk).update(edits=F("edits") + 1)
    audit.record(
        actor=by,
        action="edit_near_skill",
        subject=newest,
        before=_in_audit(wanted, held, standing.value if standing else None, standing.source if standing else None),
        after=_in_audit(wanted, held, value, NearSkill.Source.STAFF if value is not None else None),
        why=why.strip(),
    )
    made = None
    if value is None:
        assert edited is not None
        edited.delete()
    else:
        made, _new = NearSkill.objects.update_or_create(
            wanted=wanted,
            held=held,
            defaults={
                "value": value,
                "source": NearSkill.Source.STAFF,
                "reason": NearSkill.Reason.JUDGED,
                "details": {"why": why.strip()},
                "fit": newest,
            },
        )
    near_skills_changed.send(sender=NearSkill, by=by)
    if value is None:
        near_fit_wanted.send(sender=NearSkill, by=by)
    return made


def _in_audit(wanted: Skill, held: Skill, value: float | None, source: str | None) -> dict[str, Any]:
    return {"wanted": wanted.code, "held": held.code, "value": value, "source": source and str(source)}
