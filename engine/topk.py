"""The best pairs in both directions, exact, without ever holding all pairs at once.

Method. A few sparse products give the figures of all pairs of a block (see `product`). At most ``pairs_per_block`` are
under way at a time, in threads (scipy and numpy let go of the interpreter meanwhile). In a block the conditions are
applied first; then a pair goes on only if its score is above the floor of one of its two lists. The few that are go on
to `lists`, to be cut by score, surplus and ``order``.

Time is proportional to the skill pairs that meet (near ones included) and to the scored pairs, plus one bit operation a
pair for the conditions. Memory is about 100 bytes for each of ``pairs_per_block`` pairs, and the lists themselves.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from engine.conditions import Screen, Screened
from engine.lists import Lists, Pairs, together
from engine.model import (
    FOCUS_NEED,
    FOCUS_PERSON,
    KEEP,
    TEXT_BONUS,
    TEXT_SCALE,
    Focus,
    Needs,
    Ranked,
    Supply,
    check_numbers,
    lowest_on_grid,
    on_grid,
    raw_score,
    settled,
)
from engine.product import Asked, Held, what_is_asked, what_is_held

OnBlock = Callable[[int, int], None]

_Floats = NDArray[np.float64]
_Rows = NDArray[np.intp]

_TALL: Final = 32
"""Blocks are at least this many persons high where there are so many: a block of few rows is all overhead."""


def rank_for_needs(
    needs: Needs,
    supply: Supply,
    near: csr_array,
    *,
    focus: Focus = FOCUS_NEED,
    bonus: float = TEXT_BONUS,
    keep: int = KEEP,
    pairs_per_block: int = 2_000_000,
    threads: int | None = None,
    on_block: OnBlock | None = None,
) -> Ranked:
    """Find the best persons for each need.

    ``near`` is csr (K, K) float64, ``[k, q]`` how far holding q shows k, 0..1. ``focus`` is one for all lists or one a
    need, float64 (m,): advice is judged otherwise than a job. ``on_block(done, total)`` is called
    after every block, in the thread of the caller; what it raises ends the run. ``threads`` None means one a core, two
    at most. Raises ``ValueError`` where the tables do not belong together or a number is out of range. Time and memory:
    see the module.
    """
    return _rank(needs, supply, near, focus, None, bonus, keep, pairs_per_block, threads, on_block)[0]


def rank_for_people(
    supply: Supply,
    needs: Needs,
    near: csr_array,
    *,
    focus: Focus = FOCUS_PERSON,
    bonus: float = TEXT_BONUS,
    keep: int = KEEP,
    pairs_per_block: int = 2_000_000,
    threads: int | None = None,
    on_block: OnBlock | None = None,
) -> Ranked:
    """Find the best needs for each person; the mirror of ``rank_for_needs``."""
    return _rank(needs, supply, near, None, focus, bonus, keep, pairs_per_block, threads, on_block)[1]


def rank_both(
    needs: Needs,
    supply: Supply,
    near: csr_array,
    *,
    focus_needs: Focus = FOCUS_NEED,
    focus_people: Focus = FOCUS_PERSON,
    bonus: float = TEXT_BONUS,
    keep: int = KEEP,
    pairs_per_block: int = 2_000_000,
    threads: int | None = None,
    on_block: OnBlock | None = None,
) -> tuple[Ranked, Ranked]:
    """Find the best persons for each need and the best needs for each person, in one pass over the pairs.

    Returns what ``rank_for_needs`` and ``rank_for_people`` return; arguments and errors are theirs.
    """
    return _rank(needs, supply, near, focus_needs, focus_people, bonus, keep, pairs_per_block, threads, on_block)


def _rank(
    needs: Needs,
    supply: Supply,
    near: csr_array,
    focus_needs: Focus | None,
    focus_people: Focus | None,
    bonus: float,
    keep: int,
    pairs_per_block: int,
    threads: int | None,
    on_block: OnBlock | None,
) -> tuple[Ranked, Ranked]:
    """Go through all pairs once; a direction whose focus is None stays empty."""
    _check(needs, supply, near, keep, pairs_per_block)
    for focus in (focus_needs, focus_people):
        check_numbers(0.0 if focus is None else focus, bonus)
    for focus, owners in ((focus_needs, len(needs)), (focus_people, len(supply))):
        if isinstance(focus, np.ndarray) and focus.shape != (owners,):
            raise ValueError(f"there must be one focus, or one for each of {owners} lists, not {focus.shape}")
    if bonus == 0.0 or supply.text is None or needs.text is None:
        bonus = 0.0
    threads = min(2, os.cpu_count() or 1) if threads is None else max(1, threads)
    held = what_is_held(supply, needs, near)
    blocks = _blocks(len(supply), len(needs), max(1, pairs_per_block // threads))
    across = all(columns == slice(0, len(needs)) for _, columns in blocks)
    for_needs = Lists(len(needs), supply.order, focus_needs, bonus, keep, pairs_per_block, whole=False)
    for_people = Lists(len(supply), needs.order, focus_people, bonus, keep, pairs_per_block, whole=across)

    def work() -> Iterator[Callable[[], _Found]]:
        wanted: _Wanted | None = None
        for rows, columns in blocks:
            if wanted is None or wanted.columns != columns:
                part = needs.take(columns)
                wanted = _Wanted(columns, what_is_asked(part, held, with_text=bonus > 0.0), Screen(part))
            yield _Block(supply, held, wanted, rows, for_needs, for_people).find

    for done, found in enumerate(_in_order(work(), threads if len(blocks) > 1 else 1), start=1):
        screened = found.screened
        for_needs.count(found.columns, screened.eligible_needs, screened.excluded_needs)
        for_people.count(found.rows, screened.eligible_persons, screened.excluded_persons)
        for_needs.add(found.for_needs)
        for_people.add(found.for_people)
        if on_block is not None:
            on_block(done, len(blocks))
    return for_needs.ranked(), for_people.ranked()


def _check(needs: Needs, supply: Supply, near: csr_array, keep: int, pairs_per_block: int) -> None:
    """Raise ``ValueError`` where the tables do not belong together or a size makes no sense."""
    skills = supply.levels.shape[1]
    if needs.weights.shape[1] != skills or near.shape != (skills, skills):
        raise ValueError("supply, needs and near skills must be over the same skills")
    if needs.languages.shape[1] != supply.languages.shape[1]:
        raise ValueError("supply and needs must be over the same languages")
    if supply.text is not None and needs.text is not None and supply.text.shape[1] != needs.text.shape[1]:
        raise ValueError("the texts of supply and needs must be over the same words")
    if keep < 1 or pairs_per_block < 1:
        raise ValueError("keep and pairs_per_block must be at least 1")


def _blocks(persons: int, needs: int, pairs: int) -> list[tuple[slice, slice]]:
    """Cut persons by needs into blocks of at most ``pairs`` pairs, all the persons of some needs before the next."""
    if not persons or not needs:
        return []
    wide = min(needs, max(1, pairs // min(persons, _TALL)))
    tall = min(persons, max(1, pairs // wide))
    return [
        (slice(row, min(row + tall, persons)), slice(column, min(column + wide, needs)))
        for column in range(0, needs, wide)
        for row in range(0, persons, tall)
    ]


def _in_order(work: Iterator[Callable[[], _Found]], threads: int) -> Iterator[_Found]:
    """Run pieces of work in threads and hand their results over in order, never more pieces under way than threads."""
    if threads == 1:
        for piece in work:
            yield piece()
        return
    with ThreadPoolExecutor(threads) as pool:
        running: deque[Future[_Found]] = deque()
        for piece in work:
            running.append(pool.submit(piece))
            if len(running) == threads:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()


@dataclass(frozen=True, eq=False)
class _Wanted:
    """Some needs, turned for the products, and the conditions they set."""

    columns: slice
    asked: Asked
    screen: Screen


@dataclass(frozen=True, eq=False)
class _Scored:
    """The eligible pairs of a block that have something in common, ascending by person.

    ``row`` and ``column`` say where in the block they stand, ``lengths`` how many pairs each row has; ``fit`` and
    ``use`` are as the sums come out, a last bit above 1 at times; ``text`` is in 0..1, or None where no text counts.
    """

    lengths: _Rows
    row: NDArray[np.integer]
    column: NDArray[np.integer]
    fit: _Floats
    use: _Floats
    text: _Floats | None


@dataclass(frozen=True, eq=False)
class _Found:
    """What one block has to say: pairs for the lists of both sides, and the counts of its conditions."""

    rows: slice
    columns: slice
    screened: Screened
    for_needs: Pairs
    for_people: Pairs


@dataclass(frozen=True, eq=False)
class _Block:
    """One block of persons by needs, ready to be looked through in a thread of its own."""

    supply: Supply
    held: Held
    wanted: _Wanted
    rows: slice
    for_needs: Lists
    for_people: Lists

    def find(self) -> _Found:
        """Find the pairs of this block that may stand in a list. O(skill pairs that meet + pairs)."""
        screened = self.wanted.screen.block(self.supply, self.rows)
        scored = self._scored(screened.failed)
        above = (self.held.ones[self.rows] @ self.wanted.asked.above).toarray()
        return _Found(
            rows=self.rows,
            columns=self.wanted.columns,
            screened=screened,
            for_needs=self._best_for_needs(scored, above),
            for_people=self._best_for_people(scored, above),
        )

    def _best_for_needs(self, scored: _Scored, above: _Floats) -> Pairs:
        """Choose what may enter the needs' lists, by the floors reached so far."""
        lists = self.for_needs
        if lists.idle:
            return together([])
        focus = lists.focus(scored.column + self.wanted.columns.start)
        score = raw_score(scored.fit, scored.use, scored.text, focus, lists.bonus)
        at = np.flatnonzero(score > lists.floor[self.wanted.columns][scored.column])
        owner, candidate = scored.column[at] + self.wanted.columns.start, scored.row[at] + self.rows.start
        return _written(owner, candidate, scored, at, above, lists)

    def _best_for_people(self, scored: _Scored, above: _Floats) -> Pairs:
        """Choose the best for each person in this block, where all of a person's pairs stand together."""
        lists = self.for_people
        if lists.idle:
            return together([])
        focus = lists.focus(scored.row + self.rows.start)
        score = raw_score(scored.fit, scored.use, scored.text, focus, lists.bonus)
        floor = np.maximum(lists.floor[self.rows], _kth_of_rows(score, scored.lengths, lists.keep))
        at = np.flatnonzero(score > np.repeat(floor, scored.lengths))
        owner, candidate = scored.row[at] + self.rows.start, scored.column[at] + self.wanted.columns.start
        return lists.best(_written(owner, candidate, scored, at, above, lists))

    def _scored(self, failed: NDArray[np.bool_] | None) -> _Scored:
        """Work out fit, use and text of the block's eligible pairs."""
        sums = self.held.turned(self.rows) @ self.wanted.asked.sums
        total = self.held.total[self.rows]
        if self.wanted.asked.text is not None and self.supply.text is not None:
            return _scored_with_text(sums, total, self.supply.text[self.rows] @ self.wanted.asked.text, failed)
        lengths = np.diff(sums.indptr)
        row, column, found = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths), sums.indices, sums.data
        if failed is not None:
            passes = np.flatnonzero(~failed.ravel()[_places(sums)])
            row, column, found = row[passes], column[passes], found[passes]
            lengths = np.bincount(row, minlength=len(lengths))
        return _Scored(lengths, row, column, found.real.copy(), found.imag / np.repeat(total, lengths), None)


def _scored_with_text(sums: csr_array, total: _Floats, cosine: csr_array, failed: NDArray[np.bool_] | None) -> _Scored:
    """Gather a block in which nearly every pair has a word in common: laid out whole, then what is above 0."""
    rows, columns = sums.shape
    whole = np.zeros(rows * columns, dtype=np.complex128)
    whole[_places(sums)] = sums.data
    alike = np.zeros(rows * columns)
    alike[_places(cosine)] = cosine.data
    some = (whole.real > 0.0) | (alike > 0.0)
    if failed is not None:
        some &= ~failed.ravel()
    row, column = np.nonzero(some.reshape(rows, columns))
    place = np.flatnonzero(some)
    found, text = whole[place], np.minimum(alike[place] * TEXT_SCALE, 1.0)
    lengths = np.bincount(row, minlength=rows)
    use = np.divide(found.imag, total[row], out=np.zeros(len(row)), where=total[row] > 0)
    return _Scored(lengths, row, column, found.real.copy(), use, text)


def _written(
    owner: NDArray[np.integer], candidate: NDArray[np.integer], scored: _Scored, at: _Rows, above: _Floats, lists: Lists
) -> Pairs:
    """Write out the chosen pairs of a block; ``above`` (a, b) is the surplus of all its places."""
    values = np.empty((5, len(at)))
    score, fit, use, text, surplus = values
    np.minimum(scored.fit[at], 1.0, out=fit)
    np.minimum(scored.use[at], 1.0, out=use)
    text[:] = 0.0 if scored.text is None else scored.text[at]
    score[:] = settled(raw_score(fit, use, text, lists.focus(owner), lists.bonus))
    surplus[:] = above[scored.row[at], scored.column[at]]
    # A score takes 30 bits of the rank, a surplus of at most four wholes the 32 below them.
    rank = (on_grid(score) << 32) + on_grid(surplus)
    return Pairs(owner.astype(np.int32), candidate.astype(np.int32), rank, values)


def _places(matrix: csr_array) -> _Rows:
    """Give where the stored values of a matrix stand when it is laid out row by row."""
    rows, columns = matrix.shape
    places = np.repeat(np.arange(rows, dtype=np.intp) * columns, np.diff(matrix.indptr))
    places += matrix.indices
    return places


def _kth_of_rows(score: _Floats, lengths: _Rows, keep: int) -> _Floats:
    """Give for each row a floor under its ``keep`` best scores, 0 where it has not more than that.

    ``score`` is flat, row after row, ``lengths`` of them each. O(rows times the longest row), never more than the block
    has pairs.
    """
    floor = np.zeros(len(lengths))
    long = lengths > keep
    if long.any():
        width = int(lengths.max())
        table = np.zeros((int(np.count_nonzero(long)), width))
        of_long = score if long.all() else score[np.repeat(long, lengths)]
        table[np.arange(width) < lengths[long][:, None]] = of_long
        table.partition(width - keep, axis=1)
        floor[long] = lowest_on_grid(on_grid(settled(table[:, width - keep])))
    return floor
