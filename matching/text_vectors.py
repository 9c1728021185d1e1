"""Texts of needs and candidates as vectors: each is read once a process, and again when it was changed."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import numpy as np
from scipy.sparse import csr_array

from engine.text import Reading, TextModel, row, stacked
from enterprises.models import Need

from .models import Candidate, Owner
from .pairs import kind_of_model

MOST_KEPT = 100_000  # texts; some 1 KB each
TEXTS_AT_ONCE = 500

Row = tuple[np.ndarray, np.ndarray]
_kept: dict[tuple[str, UUID], tuple[tuple[Any, ...], Row]] = {}  # by model and row; with the state that was read


def text_vectors(
    model: TextModel, side: type[Need] | type[Candidate], rows: Sequence[dict[str, Any]]
) -> csr_array | None:
    """The texts of these rows (with `public_id`, `revision`, `changed_at`) as the engine takes them, in their order.

    None where the model has no words. Only texts that are new here are read from the database.
    """
    if not len(model):
        return None
    stamps = {row["public_id"]: (row["revision"], row["changed_at"]) for row in rows}
    found: dict[UUID, Row] = {}
    for key, stamp in stamps.items():
        kept = _kept.get((model.version, key))
        if kept is not None and kept[0] == stamp:
            found[key] = kept[1]
    title = title_field(side)
    nothing = (np.zeros(0, dtype=np.int32), np.zeros(0))
    unread = [key for key in stamps if key not in found]
    for start in range(0, len(unread), TEXTS_AT_ONCE):
        texts = side._default_manager.filter(public_id__in=unread[start : start + TEXTS_AT_ONCE]).order_by()
        for key, first, text, language in texts.values_list("public_id", title, "text", "language"):
            found[key] = row(model.read(whole_text(first, text), language))
            _keep((model.version, key), stamps[key], found[key])
    return stacked([found.get(key, nothing) for key in stamps], len(model))


def weights_of(model: TextModel, candidate: Candidate) -> Reading:
    """The text of a candidate as the engine takes it, by words and not by places: no more than that is kept of it."""
    key, stamp = (model.version, candidate.public_id), (candidate.revision, candidate.changed_at)
    if key not in _kept or _kept[key][0] != stamp:
        _keep(key, stamp, row(model.read(text_of(candidate), candidate.language)))
    columns, values = _kept[key][1]
    return Reading("", dict(zip(columns.tolist(), values.tolist(), strict=True)), {}, length=1.0)


def title_field(side: type[Need] | type[Candidate]) -> str:
    """Where the line above the text stands."""
    return "title" if issubclass(side, Need) else kind_of_model(side).title


def text_of(row: Owner) -> str:
    """What one wrote, of a need or a candidate."""
    return whole_text(getattr(row, title_field(type(row))), row.text)


def whole_text(title: str, text: str) -> str:
    """What one wrote, the line above it included."""
    return f"{title}\n{text}"


def _keep(key: tuple[str, UUID], stamp: tuple[Any, ...], vector: Row) -> None:
    while len(_kept) >= MOST_KEPT:
        del _kept[next(iter(_kept))]  # the one that has been here longest
    _kept[key] = (stamp, vector)
