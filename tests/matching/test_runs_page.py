"""How matching goes, for the platform's staff."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from matching import runs as full_runs
from matching import tasks
from matching.heartbeat import beat
from matching.models import Job, Run, WorkerBeat
from matching.views.staff import seconds_words
from talent.models import Profile
from tests import factories

pytestmark = pytest.mark.django_db
PAGE = reverse("runs")


@pytest.fixture
def desk(client):
    client.force_login(factories.staff())
    return client


@pytest.fixture
def world(firm, monkeypatch):
    """Four lists, in blocks of two."""
    monkeypatch.setattr(full_runs, "BLOCK", 2)
    skills = factories.some_skills(3)
    for _ in range(2):
        factories.a_profile(dict.fromkeys(skills, 3))
        factories.a_published_need(firm, {skills[0]: 3})
    Job.objects.all().delete()


def test_staff_start_a_full_run_and_see_it_advance(desk, world):
    answer = desk.post(reverse("run-start"), follow=True)
    page = answer.content.decode()
    assert "A full run has begun: 2 blocks." in page
    assert "A queue has no worker" in page  # nobody was heard of yet
    for queue in Job.Queue.values:
        beat(f"worker/{queue}", queue)
    assert "A full run is under way: 0 of 2 blocks" in desk.get(PAGE).content.decode()

    first, second = Job.objects.filter(kind="block").order_by("id")
    tasks.run_job(first.pk)
    page = desk.get(PAGE).content.decode()
    assert "<b>1 / 2</b>" in page
    assert "left" in page
    assert 'hx-trigger="every 2s"' in page

    tasks.run_job(second.pk)
    page = desk.get(PAGE).content.decode()
    assert "Matching is healthy" in page
    assert "<b>2 / 2</b>" in page
    assert "4 lists stand" in page
    assert "hx-trigger" not in page


def test_a_second_run_is_not_started_while_one_is_under_way(desk, world):
    desk.post(reverse("run-start"))
    answer = desk.post(reverse("run-start"), follow=True)
    assert "A full run is under way already." in answer.content.decode()
    assert Run.objects.count() == 1


def test_a_block_that_failed_is_told_with_its_error_and_a_new_run_can_be_started(desk, world):
    desk.post(reverse("run-start"))
    first, second = Job.objects.filter(kind="block").order_by("id")
    tasks.run_job(first.pk)
    Job.objects.filter(pk=second.pk).update(
        state="failed", attempt=5, error="MemoryError: <too large>", finished_at=timezone.now()
    )
    for queue in Job.Queue.values:
        beat(f"worker/{queue}", queue)
    page = desk.get(PAGE).content.decode()
    assert "The last full run lacks 1 block" in page
    assert "MemoryError: &lt;too large&gt;" in page
    assert "tried 5 times" in page
    desk.post(reverse("run-start"))
    assert Run.objects.count() == 2


def test_workers_are_alive_while_they_are_heard_of(desk):
    beat("one/now", "now")
    beat("two/now", "now")
    beat("gone/bulk", "bulk")
    WorkerBeat.objects.filter(worker="gone/bulk").update(seen_at=timezone.now() - datetime.timedelta(minutes=5))
    page = desk.get(PAGE).content.decode()
    assert "2 workers, heard" in page
    assert page.count("<span>no worker</span>") == 1


def test_waiting_jobs_are_counted_by_queue(desk, world, firm):
    factories.a_published_need(firm)
    beat("one/now", "now")
    page = desk.get(PAGE).content.decode()
    assert "1 job open" in page
    assert "0 jobs open" in page


def test_a_failed_list_is_named_by_its_need_and_never_by_a_person(desk, world):
    for ranking in full_runs.Ranking.objects.all():
        Job.objects.create(kind="refresh", ranking=ranking, state="failed", error="KeyError: 7", attempt=5)
    page = desk.get(PAGE).content.decode()
    assert "The list of the need “Data analyst”" in page
    assert "The list of a person" in page
    assert not [profile for profile in Profile.objects.all() if profile.name in page]


@pytest.mark.parametrize("address", [PAGE, reverse("run-start")])
def test_for_everybody_else_there_is_no_such_page(client, owner, firm, address):
    client.force_login(owner)
    assert client.get(PAGE).status_code == 404
    assert client.post(address).status_code in {404, 405}
    assert not Run.objects.exists()


def test_a_run_is_not_started_by_opening_an_address(desk):
    assert desk.get(reverse("run-start")).status_code == 405


def test_the_page_costs_the_same_with_one_run_and_with_ten(desk, world, django_assert_max_num_queries):
    full_runs.start_full_run(by=None)
    desk.get(PAGE)
    with CaptureQueriesContext(connection) as one:
        desk.get(PAGE)
    for _ in range(9):
        full_runs.start_full_run(by=None)
    with django_assert_max_num_queries(len(one)):
        desk.get(PAGE)


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0 s"), (-3, "0 s"), (119, "119 s"), (120, "2 min"), (7200, "2 h"), (90_000, "25 h")]
)
def test_a_length_of_time_is_said_in_one_unit(seconds, said):
    assert seconds_words(seconds) == said
