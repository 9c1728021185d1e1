"""How long does a full run take, both ways, and how much memory, beside scikit-learn's plain nearest neighbours?

    python -m benchmarks.full_run [--people 20000] [--needs 3000] [--repeat 3]

Each line of the table is measured in a fresh process on the same seeded people and needs: 15 and 10 of 2,000 skills.
Seconds are the best of the repeats, memory is how far the process grew at its peak beyond what the tables take.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from engine.model import KEEP, UNKNOWN, Needs, Supply
from engine.topk import rank_both, rank_for_needs, rank_for_people

SKILLS = 2_000
SKILLS_A_PERSON = 15
SKILLS_A_NEED = 10
NEAR_A_SKILL = 5
LANGUAGES = 4
SEED = 20_260_101


def rows_of(dice: np.random.Generator, rows: int, each: int, values: NDArray[Any]) -> csr_array:
    """Fill a sparse table with ``each`` different skills a row and values drawn from some."""
    columns = np.empty((rows, each), dtype=np.int32)
    for row in range(rows):
        columns[row] = np.sort(dice.choice(SKILLS, size=each, replace=False, shuffle=False))
    data = dice.choice(values, size=rows * each)
    return csr_array((data, columns.ravel(), np.arange(0, rows * each + 1, each)), shape=(rows, SKILLS))


def world(people: int, needs: int, *, near: bool, conditions: bool) -> tuple[Supply, Needs, csr_array]:
    """Make up people, needs and near skills; the same ones whatever is left out."""
    dice = np.random.default_rng(SEED)
    every_level = np.arange(1, 6, dtype=np.int8)
    levels = rows_of(dice, people, SKILLS_A_PERSON, every_level)
    weights = rows_of(dice, needs, SKILLS_A_NEED, np.array([0.5, 1.0, 2.0, 3.0]))
    min_levels = weights.astype(np.int8)
    min_levels.data[:] = dice.choice(every_level, size=weights.nnz)
    shows = rows_of(dice, SKILLS, NEAR_A_SKILL, np.array([0.3, 0.45, 0.6]))

    def some(size: int, low: int, high: int, dtype: type) -> NDArray[Any]:
        drawn = dice.integers(low, high, size) if conditions else np.full(size, low)
        return drawn.astype(dtype)

    speaks = some(people, 0, 2, np.bool_)
    spoken = some(people * LANGUAGES, 0, 6, np.int8).reshape(people, LANGUAGES) * speaks[:, None]
    asked = some(needs * LANGUAGES, 0, 3, np.int8).reshape(needs, LANGUAGES)
    supply = Supply(
        levels=levels,
        order=dice.permutation(people),
        kinds=some(people, 0, 64, np.uint8),
        city=some(people, UNKNOWN, 10, np.int32),
        moves=some(people, UNKNOWN, 2, np.int8),
        remote=some(people, UNKNOWN, 2, np.int8),
        languages=spoken,
        speaks=speaks,
        available=some(people, UNKNOWN, 200, np.int64),
    )
    demand = Needs(
        weights=weights,
        min_levels=min_levels,
        order=dice.permutation(needs),
        kind=np.left_shift(1, some(needs, 0, 6, np.uint8)).astype(np.uint8) * np.uint8(conditions),
        city=some(needs, UNKNOWN, 10, np.int32),
        remote=some(needs, UNKNOWN, 2, np.int8),
        languages=asked,
        starts=some(needs, UNKNOWN, 200, np.int64),
    )
    return supply, demand, shows if near else csr_array((SKILLS, SKILLS), dtype=np.float64)


def both_ways(supply: Supply, needs: Needs, near: csr_array) -> int:
    """Rank both ways with the engine; gives the number of pairs kept."""
    for_needs, for_people = rank_both(needs, supply, near)
    return len(for_needs.score) + len(for_people.score)


def one_need(supply: Supply, needs: Needs, near: csr_array) -> int:
    """Rank everybody for a single need."""
    return len(rank_for_needs(needs.take(slice(0, 1)), supply, near).score)


def one_person(supply: Supply, needs: Needs, near: csr_array) -> int:
    """Rank every need for a single person."""
    return len(rank_for_people(supply.take(slice(0, 1)), needs, near).score)


def neighbours(supply: Supply, needs: Needs, near: csr_array) -> int:
    """Find as many nearest neighbours both ways with scikit-learn, on the same rows: no minimums, no conditions."""
    from sklearn.neighbors import NearestNeighbors

    found = 0
    held, asked = supply.levels.astype(np.float64), needs.weights
    for owners, others in ((asked, held), (held, asked)):
        model = NearestNeighbors(n_neighbors=min(KEEP, others.shape[0]), algorithm="brute", metric="cosine")
        found += model.fit(others).kneighbors(owners, return_distance=False).size
    return found


Run = Callable[[Supply, Needs, csr_array], int]
LINES: dict[str, tuple[Run, bool, bool]] = {
    "both ways, near skills": (both_ways, True, False),
    "both ways, near skills and conditions": (both_ways, True, True),
    "both ways, no near skills": (both_ways, False, False),
    "one need against all people": (one_need, True, True),
    "one person against all needs": (one_person, True, True),
    "scikit-learn brute cosine, both ways": (neighbours, False, False),
}
BASELINE = "scikit-learn brute cosine, both ways"


def measure(line: str, people: int, needs: int, repeat: int) -> dict[str, float]:
    """Measure one line in this process: seconds, megabytes grown, pairs kept."""
    run, near, conditions = LINES[line]
    supply, demand, shows = world(people, needs, near=near, conditions=conditions)
    run(supply.take(slice(0, 50)), demand.take(slice(0, 50)), shows)  # imports and first calls
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds, kept = [], 0
    for _ in range(repeat):
        began = time.perf_counter()
        kept = run(supply, demand, shows)
        seconds.append(time.perf_counter() - began)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return {"seconds": min(seconds), "megabytes": grown / 1024, "kept": kept}


def main() -> None:
    """Print the table."""
    reads = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reads.add_argument("--people", type=int, default=20_000)
    reads.add_argument("--needs", type=int, default=3_000)
    reads.add_argument("--repeat", type=int, default=3)
    reads.add_argument("--line", choices=LINES, help="measure one line in this process and print it as JSON")
    asked = reads.parse_args()
    if asked.line:
        print(json.dumps(measure(asked.line, asked.people, asked.needs, asked.repeat)))
        return

    print(f"{asked.people:,} people, {asked.needs:,} needs, the best {KEEP} each; best of {asked.repeat}")
    print(f"{'':40}{'seconds':>9}{'MB grown':>10}{'kept':>12}")
    found: dict[str, dict[str, float]] = {}
    for line in LINES:
        command = [sys.executable, "-m", "benchmarks.full_run", "--line", line]
        command += ["--people", str(asked.people), "--needs", str(asked.needs), "--repeat", str(asked.repeat)]
        answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        found[line] = json.loads(answer)
        row = found[line]
        print(f"{line:40}{row['seconds']:9.3f}{row['megabytes']:10.0f}{row['kept']:12,.0f}", flush=True)
    for line in list(LINES)[:3]:
        ratio = found[line]["seconds"] / found[BASELINE]["seconds"]
        print(f"{line}: {ratio:.2f} times the seconds of scikit-learn")


if __name__ == "__main__":
    main()
