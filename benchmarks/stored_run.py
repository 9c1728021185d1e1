"""How long does a full run take from tables to tables, and one published need among so many? SQLite, one process."""

import argparse
import os
import random
import resource
import tempfile
import time


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--needs", type=int, default=3_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as var:
        os.environ["VAR_DIR"] = var
        os.environ.pop("DATABASE_URL", None)
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        import django

        django.setup()
        _measure(given.people, given.needs)


def _measure(people: int, needs: int) -> None:
    from django.core.management import call_command

    from enterprises.publishing import change_need
    from matching import jobs, tasks
    from matching.models import Job, Match
    from matching.runs import start_full_run
    from talent.naming import load_plants
    from tests import factories

    call_command("migrate", verbosity=0)
    load_plants()
    jobs.announcer = lambda job_id, queue: None
    owner = factories.a_user()
    firm = factories.a_firm(owner)
    _seed(people, needs, firm)

    began = time.perf_counter()
    run = start_full_run(by=None)
    for block in run.jobs.order_by("id"):
        tasks.run_job(block.pk)
    run.refresh_from_db()
    assert run.finished_at is not None
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"full run, tables to tables: {people:,} people x {needs:,} needs")
    print(f"  {seconds:.0f} s in {run.blocks} blocks, {Match.objects.count():,} matches written, peak {peak:.0f} MB")

    need = firm.needs.latest("id")
    change_need(by=owner, need=need, data={"title": "Changed"}, partial=True)
    began = time.perf_counter()
    tasks.run_job(Job.objects.get(state=Job.State.WAITING, queue=Job.Queue.NOW).pk)
    print(f"  one changed need among them, its list made anew: {time.perf_counter() - began:.1f} s")
    behind = Job.objects.filter(state=Job.State.WAITING)
    count, began = behind.count(), time.perf_counter()
    while waiting := behind.first():
        tasks.run_job(waiting.pk)
    print(f"  {count} lists that follow it: {time.perf_counter() - began:.1f} s")


def _seed(people: int, needs: int, firm: object) -> None:
    from django.db import transaction
    from django.utils import timezone

    from accounts.models import User
    from enterprises.models import Need, NeedSkill
    from skills.models import Skill
    from talent.models import Claim, Profile
    from tests import factories

    rng = random.Random(20261124)
    with transaction.atomic():
        skills = factories.some_skills(2_000)
        keys = [skill.pk for skill in skills]
        assert Skill.objects.count() == len(keys)
        users = User.objects.bulk_create([User(email=f"p{n}@crossing.example", name=f"P {n}") for n in range(people)])
        profiles = Profile.objects.bulk_create(
            [Profile(user=user, name=user.name, language="en", adult=True) for user in users]
        )
        Claim.objects.bulk_create(
            [
                Claim(profile=profile, skill_id=key, level=rng.randint(1, 5))
                for profile in profiles
                for key in rng.sample(keys, 15)
            ],
            batch_size=20_000,
        )
        now = timezone.now()
        made = Need.objects.bulk_create(
            [
                Need(
                    organisation=firm,
                    title=f"Need {n}",
                    language="en",
                    kind="job",
                    remote=True,
                    status="published",
                    published_at=now,
                )
                for n in range(needs)
            ]
        )
        NeedSkill.objects.bulk_create(
            [
                NeedSkill(
                    need=need, skill_id=key, min_level=rng.randint(1, 5), weight=1.0, essential=rng.random() < 0.3
                )
                for need in made
                for key in rng.sample(keys, 10)
            ],
            batch_size=20_000,
        )


if __name__ == "__main__":
    main()
