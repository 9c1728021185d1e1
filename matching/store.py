"""Kept pairs to rows, visible all at once."""

import datetime
import uuid
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count, repeat

import numpy as np
from django.db import transaction
from django.utils import timezone

from accounts.models import Organisation
from engine.model import CONDITIONS, KEEP, Ranked
from talent.naming import give_pseudonyms

from .bulk import insert_rows
from .models import Match, MatchList, Pair, Ranking
from .pairs import PairKind
from .snapshot import Versions


@dataclass(frozen=True)
class Made:
    """One list, worked out and not yet written: `candidates` are keys of the other side, best first."""

    ranking: Ranking
    revision: int
    candidates: np.ndarray
    score: np.ndarray
    fit: np.ndarray
    use: np.ndarray
    bonus: np.ndarray
    surplus: np.ndarray
    eligible: int
    excluded: dict[str, int]

    @property
    def bar(self) -> float:
        """The score that a newcomer must reach; 0 while there is room."""
        return float(self.score[-1]) if len(self.score) >= KEEP else 0.0


def made_lists(ranked: Ranked, rankings: list[Ranking], revisions: list[int], candidate_keys: np.ndarray) -> list[Made]:
    """Cut the engine's answer into one list an owner."""
    lists = []
    for row, (ranking, revision) in enumerate(zip(rankings, revisions, strict=True)):
        part = slice(ranked.indptr[row], ranked.indptr[row + 1])
        lists.append(
            Made(
                ranking=ranking,
                revision=revision,
                candidates=candidate_keys[ranked.candidate[part]],
                score=ranked.score[part],
                fit=ranked.fit[part],
                use=ranked.use[part],
                bonus=ranked.bonus[part],
                surplus=ranked.surplus[part],
                eligible=int(ranked.eligible[row]),
                excluded=dict(zip(CONDITIONS, map(int, ranked.excluded[row]), strict=True)),
            )
        )
    return lists


def swap_in(
    lists: list[Made],
    *,
    kind: PairKind,
    versions: Versions,
    read_at: datetime.datetime,
    organisation_of_need: dict[int, int],
    guard: Callable[[], None],
) -> None:
    """Write lists of one kind and move each owner's pointer, in one transaction; `guard` raises if the job is not ours.

    A list never replaces one of a newer revision, nor one made from newer data.
    """
    with transaction.atomic():
        guard()
        rankings = {
            ranking.pk: ranking
            for ranking in Ranking.objects.select_for_update(of=("self",))
            .filter(pk__in=[made.ranking.pk for made in lists])
            .select_related("current")
            .order_by("pk")
        }
        fresh = [made for made in lists if made.ranking.pk in rankings and _newer(made, rankings, read_at)]
        pair_ids = _pairs(fresh, kind, organisation_of_need)
        for made in fresh:
            _write(made, kind, pair_ids, versions, read_at)


def drop(ranking: Ranking, *, guard: Callable[[], None]) -> None:
    """Take an owner's list away: none is possible any more."""
    with transaction.atomic():
        guard()
        Ranking.objects.filter(pk=ranking.pk).update(current=None)
        MatchList.objects.filter(ranking=ranking).delete()


def _newer(made: Made, rankings: dict[int, Ranking], read_at: datetime.datetime) -> bool:
    current = rankings[made.ranking.pk].current
    return current is None or (made.revision >= current.revision and read_at >= current.read_at)


def _sides(made: Made, kind: PairKind, other: int) -> tuple[int, int]:
    """Need and candidate of one kept pair."""
    ranking = made.ranking
    return (ranking.need_id, other) if ranking.need_id else (other, getattr(ranking, kind.key))


def _pairs(lists: list[Made], kind: PairKind, organisation_of_need: dict[int, int]) -> dict[tuple[int, int], int]:
    """The key of every pair in the lists; new ones are made, and with them the names under which firms see people."""
    wanted = {_sides(made, kind, int(other)) for made in lists for other in made.candidates}
    if not wanted:
        return {}
    needs, candidates = {need for need, _ in wanted}, {candidate for _, candidate in wanted}

    def standing() -> dict[tuple[int, int], int]:
        rows = Pair.objects.filter(**{"need_id__in": needs, f"{kind.key}__in": candidates})
        found = rows.values_list("need_id", kind.key, "id")
        return {(need, candidate): key for need, candidate, key in found if (need, candidate) in wanted}

    there = standing()
    missing = sorted(wanted - there.keys())
    if not missing:
        return there
    now = timezone.now()
    rows = ((uuid.uuid4(), need, candidate, now) for need, candidate in missing)
    insert_rows(Pair, ("public_id", "need", kind.holder, "created_at"), rows, skip_standing=True)
    if kind.under_pseudonyms:
        seen_by: dict[int, set[int]] = defaultdict(set)
        for need, person in missing:
            seen_by[organisation_of_need[need]].add(person)
        for organisation, people in sorted(seen_by.items()):
            give_pseudonyms(Organisation(pk=organisation), people)
    return standing()


def _write(
    made: Made, kind: PairKind, pair_ids: dict[tuple[int, int], int], versions: Versions, read_at: datetime.datetime
) -> None:
    ranking = made.ranking
    new = MatchList.objects.create(
        ranking=ranking,
        revision=made.revision,
        engine=versions.engine,
        framework=versions.framework,
        near=versions.near,
        text=versions.text,
        read_at=read_at,
        finished_at=timezone.now(),
        eligible=made.eligible,
        excluded=made.excluded,
        bar=made.bar,
    )
    keys = (pair_ids[_sides(made, kind, other)] for other in made.candidates.tolist())
    figures = (made.score, made.fit, made.use, made.bonus, made.surplus)
    insert_rows(
        Match,
        ("list", "pair", "position", "score", "fit", "use", "bonus", "surplus"),
        zip(repeat(new.pk), keys, count(), *(array.tolist() for array in figures), strict=False),
    )
    Ranking.objects.filter(pk=ranking.pk).update(current=new)
    old = MatchList.objects.filter(ranking=ranking).exclude(pk=new.pk)
    Match.objects.filter(list__in=old).delete()
    old.delete()
