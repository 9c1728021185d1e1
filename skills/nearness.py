"""What is near what, worked out from a framework's rows alone: no table is read or written here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_array

from engine.likeness import SharedWords, Told, likeness
from engine.near import BROADER, NARROWER, RELATED, SAME, Layer, asked_together, combine, from_relations

from .models import NearSkill, near_reason

if TYPE_CHECKING:
    from .framework import SkillRow

Source, Reason = NearSkill.Source, NearSkill.Reason

# One step along the framework's relations: what the held skill is to the wanted one, and how far it shows it.
RELATION_VALUES: dict[NearSkill.Reason, float] = {
    Reason.NARROWER: NARROWER,
    Reason.RELATED: RELATED,
    Reason.BROADER: BROADER,
}
_RELATION_OF_VALUE = {value: reason for reason, value in RELATION_VALUES.items()}


@dataclass(frozen=True)
class NearRow:
    """Holding skill `held` shows `value` of skill `wanted`; both are places in the vocabulary."""

    wanted: int
    held: int
    value: float
    source: NearSkill.Source
    reason: NearSkill.Reason
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def because(self) -> str:
        """The reason in a few words of the reader's language."""
        return near_reason(self.reason, self.details)


@dataclass(frozen=True)
class Vocabulary:
    """What near skills are worked out from: a place a skill, its texts, and the framework's relations as places."""

    codes: list[str]
    english: list[Told]
    chinese: list[Told]
    broader: list[tuple[int, int]]
    related: list[tuple[int, int]]

    @classmethod
    def of(cls, rows: Sequence["SkillRow"]) -> "Vocabulary":
        """From the rows of a file, in their order; a relation to what is not among them is left out."""
        place = {row.code: index for index, row in enumerate(rows)}

        def relations(name: str) -> list[tuple[int, int]]:
            return [
                (index, place[other])
                for index, row in enumerate(rows)
                for other in getattr(row, name)
                if other in place and other != row.code
            ]

        return cls(
            codes=[row.code for row in rows],
            english=[Told(row.label_en, row.aliases_en, row.definition_en) for row in rows],
            chinese=[Told(row.label_zh, row.aliases_zh, row.definition_zh) for row in rows],
            broader=relations("broader"),
            related=relations("related"),
        )


@dataclass(frozen=True)
class Together:
    """How far holding one skill shows another by being asked for with it, and in how many needs they are."""

    value: csr_array
    needs: csr_array

    @classmethod
    def asked(cls, needs: Iterable[Iterable[int]], size: int) -> "Together":
        """From the places of the skills that each need asks for."""
        lists = [sorted(set(need)) for need in needs]
        starts = np.concatenate([[0], np.cumsum([len(need) for need in lists], dtype=np.int64)])
        places = np.array([place for need in lists for place in need], dtype=np.int64)
        ones = np.ones(len(places), dtype=np.int8)
        return cls(*asked_together(csr_array((ones, places, starts), shape=(len(lists), size))))


def near_of(rows: Sequence["SkillRow"], *, needs: Iterable[Iterable[int]] | None = None) -> list[NearRow]:
    """The near skills of a framework's file, by wanted skill, the nearest first.

    `needs` are the places of the skills that each need asks for, where there are needs to learn from.
    """
    vocabulary = Vocabulary.of(rows)
    together = None if needs is None else Together.asked(needs, len(rows))
    return put_together(vocabulary, alike(vocabulary), together)


def as_array(near: Iterable[NearRow], size: int) -> csr_array:
    """As the engine takes it: csr (size, size), `[k, q]` how far holding q shows k."""
    found = list(near)
    places = ([row.wanted for row in found], [row.held for row in found])
    return csr_array((np.array([row.value for row in found], dtype=np.float64), places), shape=(size, size))


def alike(vocabulary: Vocabulary) -> csr_array:
    """The part that takes time: which skills are alike by what is written of them."""
    return likeness(vocabulary.codes, vocabulary.english, vocabulary.chinese)


def put_together(
    vocabulary: Vocabulary,
    found_alike: csr_array,
    together: Together | None = None,
    *,
    staff: Mapping[tuple[int, int], float] | None = None,
    same: Mapping[tuple[int, int], NearSkill.Reason] | None = None,
) -> list[NearRow]:
    """All sources in their order, each pair decided by the first that speaks of it.

    `staff` and `same` are by (wanted, held); their places may go beyond the vocabulary's, for skills of other
    frameworks. A 0 of the staff is obeyed and not given back: it is no near skill.
    """
    staff, same = staff or {}, same or {}
    layers = [
        (Source.STAFF, _layer(staff)),
        (Source.SAME, _layer(dict.fromkeys(same, SAME))),
        (Source.FRAMEWORK, from_relations(vocabulary.broader, vocabulary.related)),
        (Source.LIKENESS, Layer.learnt_from(found_alike)),
    ]
    if together is not None:
        layers.append((Source.TOGETHER, Layer.learnt_from(together.value)))
    decided = combine([layer for _, layer in layers])
    shared = SharedWords(vocabulary.english, vocabulary.chinese)
    rows = []
    for wanted, held, value, layer in zip(
        decided.wanted.tolist(), decided.held.tolist(), decided.value.tolist(), decided.layer.tolist(), strict=True
    ):
        source = layers[layer][0]
        reason = Reason.JUDGED
        details: dict[str, Any] = {}
        if source == Source.SAME:
            reason = same[wanted, held]
        elif source == Source.FRAMEWORK:
            reason = _RELATION_OF_VALUE[value]
        elif source == Source.LIKENESS:
            reason, details = Reason.ALIKE, shared.of(min(wanted, held), max(wanted, held))
        elif source == Source.TOGETHER and together is not None:
            reason, details = Reason.TOGETHER, {"needs": int(together.needs[wanted, held])}
        rows.append(NearRow(wanted, held, value, source, reason, details))
    return rows


def _layer(values: Mapping[tuple[int, int], float]) -> Layer:
    pairs = list(values)
    return Layer.of([wanted for wanted, _ in pairs], [held for _, held in pairs], list(values.values()))
