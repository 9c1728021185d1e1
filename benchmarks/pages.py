"""How many queries and milliseconds does a list take, as a page and over the API, among 10,000 objects of each kind?

And before that, in the engine alone: one program against 10,000 needs. Printed, never asserted. SQLite, or with
`--database` PostgreSQL: there ANALYZE is run once all is seeded, since statistics are what an installation has by its
autovacuum, and a fresh database has none.
"""

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

OBJECTS = 10_000
TIMES = 30
SKILLS_EACH = 12
WORDS, WORDS_EACH = 5_000, 60


def main() -> None:
    reads = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reads.add_argument("--objects", type=int, default=OBJECTS, help="of each kind: needs, people, programs, …")
    reads.add_argument("--database", help="of PostgreSQL, by URL: beside it one of the benchmark's own is made")
    given = reads.parse_args()
    objects: int = given.objects
    _engine(objects)
    with tempfile.TemporaryDirectory() as var:
        os.environ["VAR_DIR"] = var
        os.environ["DATABASE_URL"] = given.database or f"sqlite:///{var}/db.sqlite3"
        os.environ["ALLOWED_HOSTS"] = "testserver"
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        import django

        django.setup()
        with _own_database():
            _measure(objects)


@contextmanager
def _own_database() -> Iterator[None]:
    """An empty database with our tables: the file in VAR_DIR, or on a server one that is dropped at the end."""
    from django.core.management import call_command
    from django.db import connection

    if connection.vendor == "sqlite":
        call_command("migrate", verbosity=0)
        yield
        return
    named = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(named, verbosity=0)


def _median(act: Callable[[], Any]) -> float:
    times = []
    for _ in range(TIMES):
        began = time.perf_counter()
        act()
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)


def _engine(needs: int) -> None:
    """A program has no conditions and no focus: its row is what graduates reach, its text is compared too."""
    from dataclasses import replace

    import numpy as np
    from scipy.sparse import random_array

    from benchmarks.full_run import world
    from engine.model import FOCUS_NONE, UNKNOWN
    from engine.topk import rank_for_people

    supply, demand, near = world(50, needs, near=True, conditions=True)

    def texts(rows: int) -> Any:
        drawn = random_array((rows, WORDS), density=WORDS_EACH / WORDS, format="csr", rng=np.random.default_rng(1))
        drawn.data /= np.repeat(np.sqrt(drawn.power(2).sum(axis=1)), np.diff(drawn.indptr))
        return drawn

    unknown = {name: np.full_like(getattr(supply, name), UNKNOWN) for name in ("city", "moves", "remote", "available")}
    nothing = {name: np.zeros_like(getattr(supply, name)) for name in ("kinds", "languages", "speaks")}
    program = replace(supply, text=texts(len(supply)), **unknown, **nothing).take(slice(0, 1))
    demand = replace(demand, text=texts(len(demand)))
    rank_for_people(program, demand, near, focus=FOCUS_NONE)
    took = _median(lambda: rank_for_people(program, demand, near, focus=FOCUS_NONE))
    print(f"in the engine: one program against {needs:,} needs, texts and all: median {took:.1f} ms")


def _measure(objects: int) -> None:
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from rest_framework.test import APIClient

    from accounts.tokens import give_token
    from matching import jobs, tasks
    from matching.models import Job, Match, Pair
    from matching.pairs import PAIR_KINDS
    from matching.runs import rankings_of, rankings_of_needs
    from skills.framework import load_framework
    from talent.naming import load_plants
    from tests import factories

    call_command("collectstatic", interactive=False, verbosity=0)
    load_plants()
    load_framework()
    jobs.announcer = lambda job_id, queue: None
    owner, teacher = factories.a_user(), factories.a_user()
    firm, school = factories.a_firm(owner), factories.a_school(teacher)
    began = time.perf_counter()
    college = factories.a_school(teacher)
    _seed(objects, firm, school, college)
    need = firm.needs.filter(kind="project").latest("id")
    one_of = {kind: kind.standing().latest("id") for kind in PAIR_KINDS}
    rankings = rankings_of_needs([need.pk])
    for kind, candidate in one_of.items():
        rankings += rankings_of(kind, [candidate.pk])
    jobs.queue_refresh(rankings, Job.Queue.BULK)
    while waiting := Job.objects.filter(state=Job.State.WAITING).first():
        tasks.run_job(waiting.pk)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    took = time.perf_counter() - began
    print(f"{objects:,} needs, people, programs, courses, experts, bases; made ready in {took:.0f} s")

    def api(user: Any) -> APIClient:
        made = APIClient()
        made.credentials(HTTP_AUTHORIZATION=f"Bearer {give_token(user=user, name='bench')[1]}")
        return made

    def page(user: Any) -> Client:
        made = Client()
        made.force_login(user)
        return made

    person = next(candidate for kind, candidate in one_of.items() if kind.under_pseudonyms)
    pair = Pair.objects.get(pk=Match.objects.filter(list__ranking__profile=person).values("pair")[0]["pair"])
    best = Pair.objects.filter(matches__list__ranking__need=need, profile__isnull=False).earliest("matches__position")
    asked: dict[str, tuple[Any, str]] = {}
    for kind, candidate in one_of.items():
        name, one = str(kind.candidates), f"{kind.holder}s/{candidate.public_id}"
        part = "" if kind.under_pseudonyms else f"{name}/"
        asked[f"page, {name} of a need"] = (page(owner), f"/needs/{need.public_id}/{part}")
        asked[f"API, {name} of a need, 20"] = (
            api(owner),
            f"/api/v1/needs/{need.public_id}/matches/?kind={name}&page_size=20",
        )
        if kind.under_pseudonyms:
            gap = f"/needs/{need.public_id}/gap-courses/?candidate={best.public_id}"
            asked["page, courses for the best of them"] = (page(owner), gap)
            asked["page, needs of a person"] = (page(person.user), "/matches/")
            asked["API, needs of a person, 20"] = (api(person.user), "/api/v1/profiles/me/matches/?page_size=20")
            asked["page, one match explained"] = (page(person.user), f"/matches/{pair.public_id}/")
            asked["page, courses for one match"] = (page(person.user), f"/matches/{pair.public_id}/gap-courses/")
        else:
            asked[f"page, needs of one of the {name}"] = (page(teacher), f"/{one}/needs/")
            asked[f"API, needs of one of the {name}, 20"] = (api(teacher), f"/api/v1/{one}/matches/?page_size=20")
    posted: dict[str, tuple[Any, str]] = {"page, own needs": (page(owner), "/needs/")}
    posted["API, own needs, 20"] = (api(owner), "/api/v1/needs/?mine=true&page_size=20")
    for name in ("programs", "courses", "experts", "bases"):
        posted[f"page, {name}"] = (page(owner), f"/{name}/")
        posted[f"API, {name}, 20"] = (api(owner), f"/api/v1/{name}/?page_size=20")
    posted["page, own courses by a word"] = (page(teacher), "/courses/?mine=on&q=Course+99")
    posted["page, students of a school"] = (page(teacher), f"/students/?school={college.public_id}")
    posted["API, students of a school, 20"] = (
        api(teacher),
        f"/api/v1/organisations/{college.public_id}/students/?page_size=20",
    )
    posted["page, desk of a school"] = (page(teacher), "/teaching/")
    for head, some in {"explained matches": asked, "what is posted": posted}.items():
        _show(head, some)


def _show(head: str, asked: dict[str, tuple[Any, str]]) -> None:
    """Print the queries and the median of each; every answer must be one."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    print(f"{head:36} {'queries':>8} {'median ms':>10}")
    for name, (client, url) in asked.items():
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(url)
        count = len(queries)  # read now: the next request empties the log
        assert answer.status_code == 200, (url, answer.status_code)
        print(f"{name:36} {count:8} {_median(lambda client=client, url=url: client.get(url)):10.1f}")  # type: ignore[misc]


def _seed(objects: int, firm: Any, school: Any, college: Any) -> None:
    """So many of each kind, everything published, over the whole framework; all people are students of the college."""
    import datetime

    from django.db import transaction
    from django.utils import timezone

    from accounts.models import User
    from enterprises.models import Need, NeedSkill
    from matching.pairs import PAIR_KINDS
    from skills.models import Skill
    from talent.models import Claim, Course, CourseRun, Expert, Profile, Program, StudentLink, TrainingBase

    dice = random.Random(20261125)
    skills = list(Skill.objects.current())
    labels = [skill.label_en for skill in skills]
    now, day = timezone.now(), timezone.localdate()
    published = {"status": "published", "published_at": now, "language": "en", "organisation": school}

    def text() -> str:
        return ", ".join(dice.sample(labels, 8))

    with transaction.atomic():
        users = User.objects.bulk_create(User(email=f"p{n}@crossing.example", name=f"P {n}") for n in range(objects))
        rows: dict[str, list[Any]] = {
            "profile": [Profile(user=user, name=user.name, language="en", adult=True, text=text()) for user in users],
            "program": [
                Program(title=f"Program {n}", study="bachelor", text=text(), **published) for n in range(objects)
            ],
            "course": [Course(title=f"Course {n}", text=text(), **published) for n in range(objects)],
            "expert": [
                Expert(name_en=f"E {n}", name_zh=f"专家 {n}", advice=["roadmap"], text=text(), **published)
                for n in range(objects)
            ],
        }
        for kind in PAIR_KINDS:
            made = kind.model._default_manager.bulk_create(rows[kind.holder], batch_size=2_000)
            Claim.objects.bulk_create(
                (
                    Claim(**{kind.holder: row}, skill=skill, level=dice.randint(1, 5))
                    for row in made
                    for skill in dice.sample(skills, SKILLS_EACH)
                ),
                batch_size=20_000,
            )
        CourseRun.objects.bulk_create(
            (
                CourseRun(
                    course=course,
                    starts_on=day + datetime.timedelta(days=30),
                    ends_on=day + datetime.timedelta(days=60),
                    seats=20,
                    price=1200,
                    online=True,
                )
                for course in rows["course"]
            ),
            batch_size=5_000,
        )
        TrainingBase.objects.bulk_create(
            (TrainingBase(organisation=school, name_en=f"Base {n}", name_zh=f"基地 {n}") for n in range(objects)),
            batch_size=2_000,
        )
        StudentLink.objects.bulk_create(
            (
                StudentLink(
                    profile=profile, organisation=college, asked_by="school", state="confirmed", answered_at=now
                )
                for profile in rows["profile"]
            ),
            batch_size=2_000,
        )
        kinds = ("job", "internship", "project", "training", "advice")
        needs = Need.objects.bulk_create(
            (
                Need(
                    **published | {"organisation": firm}, title=f"Need {n}", kind=kinds[n % 5], remote=True, text=text()
                )
                for n in range(objects)
            ),
            batch_size=2_000,
        )
        NeedSkill.objects.bulk_create(
            (
                NeedSkill(
                    need=need, skill=skill, min_level=dice.randint(1, 5), weight=1.0, essential=dice.random() < 0.3
                )
                for need in needs
                for skill in dice.sample(skills, 10)
            ),
            batch_size=20_000,
        )


if __name__ == "__main__":
    main()
