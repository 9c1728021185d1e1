"""How many queries and milliseconds does a list of 20 explained matches take, as a page and over the API?"""

import os
import statistics
import tempfile
import time
from typing import Any

PEOPLE = 60
TIMES = 30


def main() -> None:
    with tempfile.TemporaryDirectory() as var:
        os.environ["VAR_DIR"] = var
        os.environ.pop("DATABASE_URL", None)
        os.environ["ALLOWED_HOSTS"] = "testserver"
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        import django

        django.setup()
        _measure()


def _measure() -> None:
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from rest_framework.test import APIClient

    from accounts.tokens import give_token
    from matching import jobs, tasks
    from matching.models import Job, Pair
    from skills.framework import load_framework
    from skills.models import Skill
    from talent.naming import load_plants
    from tests import factories

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    load_plants()
    load_framework()
    jobs.announcer = lambda job_id, queue: None
    skills = list(Skill.objects.all())
    owner = factories.a_user()
    firm = factories.a_firm(owner)
    for number in range(PEOPLE):
        factories.a_profile(
            {skills[(number * 7 + step * 3) % len(skills)]: 1 + (number + step) % 5 for step in range(12)}
        )
    person = factories.a_profile(dict.fromkeys(skills[:15], 3))
    needs = [
        factories.a_published_need(firm, {skills[(start + step) % len(skills)]: 3 for step in range(10)})
        for start in range(25)
    ]
    while waiting := Job.objects.filter(state=Job.State.WAITING).first():
        tasks.run_job(waiting.pk)

    def api(user: Any) -> APIClient:
        made = APIClient()
        made.credentials(HTTP_AUTHORIZATION=f"Bearer {give_token(user=user, name='bench')[1]}")
        return made

    def page(user: Any) -> Client:
        made = Client()
        made.force_login(user)
        return made

    pair = Pair.objects.get(need=needs[0], profile=person)
    asked = {
        "API, people of a need, 20": (api(owner), f"/api/v1/needs/{needs[0].public_id}/matches/?page_size=20"),
        "API, needs of a person, 20": (api(person.user), "/api/v1/profiles/me/matches/?page_size=20"),
        "page, people of a need": (page(owner), f"/needs/{needs[0].public_id}/"),
        "page, needs of a person": (page(person.user), "/matches/"),
        "page, one match explained": (page(person.user), f"/matches/{pair.public_id}/"),
    }
    print(f"{'explained matches':30} {'queries':>8} {'median ms':>10}")
    for name, (client, url) in asked.items():
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(url)
        count = len(queries)  # read now: the next request empties the log
        assert answer.status_code == 200, (url, answer.status_code)
        times = []
        for _ in range(TIMES):
            began = time.perf_counter()
            client.get(url)
            times.append(1000 * (time.perf_counter() - began))
        print(f"{name:30} {count:8} {statistics.median(times):10.1f}")


if __name__ == "__main__":
    main()
