"""ESCO as the first real input: its skills, needs made from its occupations, and people who come from them.

`python -m benchmarks.esco_run` writes both sides to files, matches them as the command `match` does, and prints the
five best of twenty needs with the occupations that each person comes from, for a reader to judge. With `--store` the
same is loaded into an empty database (SQLite of its own, or the one that DATABASE_URL names) and matched by the
worker's full run.
"""

import argparse
import json
import os
import random
import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.sources import data_folder

SEED = 20_261_124
SHOWN = 20
BEST = 5
TOP = 20  # what the command keeps where nobody says
SAME_SCORE = 1e-9
CONTACT = "crossing.example"


@dataclass(frozen=True)
class Person:
    """Somebody made up: levels by code of skill, and the occupations they were drawn from."""

    id: str
    levels: dict[str, int]
    origin: tuple[str, ...]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--esco", type=Path, help="the folder of ESCO's CSV files")
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--needs", type=int, default=3_000)
    parser.add_argument("--store", action="store_true", help="through the tables and the worker's full run as well")
    given = parser.parse_args()
    shared = os.environ.get("SHARED_DATA")
    folder = given.esco or data_folder(Path(shared) if shared else None) / "esco"
    if not folder.is_dir():
        print(f"esco_run: there is no {folder}; set SHARED_DATA or say --esco")
        return
    with tempfile.TemporaryDirectory() as var:
        os.environ["VAR_DIR"] = var
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        import django

        django.setup()
        _run(folder, given.people, given.needs, Path(var), given.store)


def _run(folder: Path, people_wanted: int, needs_wanted: int, var: Path, store: bool) -> None:
    from skills.importers import esco

    rng = random.Random(SEED)
    occupations = esco.read_occupations(folder)
    wanted = sorted(rng.sample(occupations, min(needs_wanted, len(occupations))), key=lambda one: one.code)
    needs = [_need(occupation, rng) for occupation in wanted]
    people = [_person(f"p{number:06d}", occupations, rng) for number in range(people_wanted)]
    titles = {need["id"]: need["title"] for need in needs}
    origin = {person.id: person.origin for person in people}
    shown = sorted(rng.sample(sorted(titles), min(SHOWN, len(titles))))
    on_files = _match_files(folder, people, needs, var, titles, origin, shown)
    if store:
        _match_tables(folder, people, needs, on_files)


def _need(occupation: Any, rng: random.Random) -> dict[str, Any]:
    """An occupation as a need: what is essential there is essential and weighs 1, what is optional weighs a half."""
    asked = [(code, 1.0, True) for code in occupation.essential] + [(code, 0.5, False) for code in occupation.optional]
    return {
        "id": occupation.code,
        "title": occupation.title,
        "skills": [
            {"code": code, "min_level": rng.choice((2, 3, 3, 4)), "weight": weight, "essential": essential}
            for code, weight, essential in asked
        ],
    }


def _person(key: str, occupations: Sequence[Any], rng: random.Random) -> Person:
    """A person who has learnt most of what one occupation, or a good part of what two, cannot do without."""
    held: dict[str, int] = {}
    chosen = rng.sample(occupations, 2 if rng.random() < 0.3 else 1)
    for occupation in chosen:
        far = rng.uniform(0.4, 0.95)
        grown = rng.choice((2, 3, 3, 4, 5))
        for code in occupation.essential:
            if rng.random() < far:
                held[code] = max(held.get(code, 0), min(5, max(1, grown + rng.choice((-1, 0, 0, 1)))))
        for code in occupation.optional:
            if rng.random() < far / 3:
                held[code] = max(held.get(code, 0), max(1, grown - rng.choice((0, 1, 2))))
    return Person(key, held, tuple(occupation.title for occupation in chosen))


# Files ----------------------------------------------------------------------------------------------------------------
def _match_files(
    folder: Path,
    people: Sequence[Person],
    needs: Sequence[dict[str, Any]],
    var: Path,
    titles: dict[str, str],
    origin: dict[str, tuple[str, ...]],
    shown: Sequence[str],
) -> dict[str, list[float]]:
    """Match as the command does, print what a reader is to judge, and give each need's scores, best first."""
    from django.core.management import call_command

    _write_lines(var / "talents.jsonl", map(_as_line, people))
    _write_lines(var / "needs.jsonl", iter(needs))
    began = time.perf_counter()
    call_command(
        "match",
        skills=str(folder),
        talents=var / "talents.jsonl",
        needs=var / "needs.jsonl",
        out=var / "out",
    )
    seconds = time.perf_counter() - began
    print(f"ESCO on files: {len(people):,} people x {len(needs):,} needs, {seconds:.0f} s, peak {_peak():.0f} MB")
    found = {line["need"]: line["matches"] for line in _lines(var / "out" / "needs.jsonl")}
    for need in shown:
        print(f"\n{titles[need]}")
        for match in found[need][:BEST]:
            score, fit, use = (round(match[figure] * 100) for figure in ("score", "fit", "use"))
            print(f"  {match['rank']}. {score:3} covers {fit:3}, uses {use:3}  {' + '.join(origin[match['talent']])}")
    return {need: [match["score"] for match in matches] for need, matches in found.items()}


def _as_line(person: Person) -> dict[str, Any]:
    return {"id": person.id, "skills": [{"code": code, "level": level} for code, level in person.levels.items()]}


def _write_lines(path: Path, lines: Iterator[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# Tables ---------------------------------------------------------------------------------------------------------------
def _match_tables(
    folder: Path,
    people: Sequence[Person],
    needs: Sequence[dict[str, Any]],
    on_files: dict[str, list[float]],
) -> None:
    """Match the same through the tables, by what the worker runs, and hold the lists against those of the files."""
    from django.core.management import call_command
    from django.db import connection

    from matching import jobs, tasks
    from matching.models import Match
    from matching.runs import start_full_run
    from skills import near
    from skills.importers import read_source
    from skills.importers.store import store
    from talent.naming import load_plants

    if connection.introspection.table_names():
        raise SystemExit("esco_run --store: this database is in use; give it an empty one")
    call_command("migrate", verbosity=0)
    load_plants()
    jobs.announcer = lambda job_id, queue: None
    began = time.perf_counter()
    framework = store(read_source(str(folder)))
    print(f"\nESCO in {connection.vendor}: {framework.skills.count():,} skills in {time.perf_counter() - began:.0f} s")
    began = time.perf_counter()
    fit = near.fit(framework)
    print(f"  near skills {fit.version}: {sum(fit.pairs.values()):,} pairs in {time.perf_counter() - began:.0f} s")
    began = time.perf_counter()
    _seed(people, needs, {skill.code: skill.pk for skill in framework.skills.all()})
    print(f"  people and needs: {time.perf_counter() - began:.0f} s")

    began = time.perf_counter()
    run = start_full_run(by=None)
    for block in run.jobs.order_by("id"):
        tasks.run_job(block.pk)
    run.refresh_from_db()
    if run.finished_at is None:
        raise SystemExit("esco_run --store: the run did not finish")
    print(
        f"  the worker's full run: {time.perf_counter() - began:.0f} s in {run.blocks} blocks, "
        f"{Match.objects.count():,} matches written, peak {_peak():.0f} MB"
    )
    _compare(needs, on_files)


def _compare(needs: Sequence[dict[str, Any]], on_files: dict[str, list[float]]) -> None:
    """Say whether the tables gave every need the scores that the files did; persons of one score may change places."""
    from django.db.models import F

    from matching.models import Match

    stored: dict[str, list[float]] = {need["id"]: [] for need in needs}
    rows = Match.objects.filter(list__ranking__need__isnull=False, list=F("list__ranking__current"))
    for key, score in rows.order_by("list", "position").values_list("list__ranking__need__external_id", "score"):
        stored[key].append(score)
    unlike = sum(
        len(scores) != min(len(stored[key]), TOP)
        or any(abs(one - other) > SAME_SCORE for one, other in zip(scores, stored[key], strict=False))
        for key, scores in on_files.items()
    )
    print(f"  lists that differ from those of the files: {unlike} of {len(on_files):,}")


def _seed(people: Sequence[Person], needs: Sequence[dict[str, Any]], key_of: dict[str, int]) -> None:
    from django.db import transaction
    from django.utils import timezone

    from accounts.models import User
    from enterprises.models import Need, NeedSkill
    from talent.models import Claim, Profile
    from tests import factories

    with transaction.atomic():
        firm = factories.a_firm(factories.a_user())
        users = User.objects.bulk_create([User(email=f"{one.id}@{CONTACT}", name=one.id) for one in people])
        profiles = Profile.objects.bulk_create(
            [Profile(user=user, name=user.name, language="en", adult=True) for user in users]
        )
        Claim.objects.bulk_create(
            [
                Claim(profile=profile, skill_id=key_of[code], level=level)
                for profile, person in zip(profiles, people, strict=True)
                for code, level in person.levels.items()
            ],
            batch_size=20_000,
        )
        now = timezone.now()
        made = Need.objects.bulk_create(
            [
                Need(
                    organisation=firm,
                    external_id=need["id"],
                    title=need["title"],
                    language="en",
                    kind="job",
                    remote=True,
                    status="published",
                    published_at=now,
                )
                for need in needs
            ]
        )
        NeedSkill.objects.bulk_create(
            [
                NeedSkill(
                    need=need,
                    skill_id=key_of[row["code"]],
                    min_level=row["min_level"],
                    weight=row["weight"],
                    essential=row["essential"],
                )
                for need, line in zip(made, needs, strict=True)
                for row in line["skills"]
            ],
            batch_size=20_000,
        )


if __name__ == "__main__":
    main()
