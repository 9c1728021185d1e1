"""Near skills and lists: what firms ask for teaches, and every change ends in lists that name it."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Organisation, User
from matching import tasks
from matching.models import Job, MatchList, Run
from matching.near_fit import asked_for, fit_all, rank_anew
from matching.runs import start_full_run
from skills.events import near_fit_wanted
from skills.models import NearFit, NearSkill, Skill
from skills.near import current_version, edit_near_skill
from talent.models import Profile
from tests import factories

pytestmark = pytest.mark.django_db

Captured = Callable[..., Any]


@pytest.fixture
def sql() -> Skill:
    return factories.a_skill("S1", "SQL querying", "SQL 数据查询")


@pytest.fixture
def python() -> Skill:
    return factories.a_skill("S2", "Python programming", "Python 编程")


def test_skills_asked_for_together_by_several_firms_become_near(sql: Skill, python: Skill) -> None:
    other = factories.a_skill("S3", "Customs declaration", "报关实务")
    Skill.objects.update(definition_en="", definition_zh="")  # the factory writes the same of all
    for _firm in range(4):
        firm = factories.a_firm(factories.a_user())
        factories.a_published_need(firm, {sql: 3, python: 3})
        for level in (1, 2):
            factories.a_published_need(factories.a_firm(factories.a_user()), {other: level})
    fit_all()
    row = NearSkill.objects.get(wanted=sql, held=python, source="together")
    assert row.details == {"needs": 4}
    assert not NearSkill.objects.filter(held=other).exists()


def test_one_firm_that_posts_the_same_again_and_again_is_heard_once(
    firm: Organisation, sql: Skill, python: Skill
) -> None:
    for level in range(1, 5):
        factories.a_published_need(firm, {sql: level, python: level})
    factories.a_need(firm, {sql: 1})  # a draft says nothing
    assert asked_for() == [frozenset({sql.pk, python.pk})]


def test_an_edit_shows_in_the_next_lists_with_its_version(
    firm: Organisation,
    sql: Skill,
    python: Skill,
    work: Callable[[], int],
    django_capture_on_commit_callbacks: Captured,
) -> None:
    need = factories.a_published_need(firm, {sql: 3})
    profile = factories.a_profile({python: 4, factories.a_skill("S8"): 2, factories.a_skill("S9"): 2})
    fit_all()
    start_full_run(by=None)
    work()
    before = MatchList.objects.get(ranking__need=need, pk=need.rankings.get().current_id)
    assert not before.matches.exists()
    with django_capture_on_commit_callbacks(execute=True):
        edit_near_skill(by=factories.staff(), wanted=sql, held=python, value=0.5, why="Both query data.")
    work()
    after = need.rankings.get().current
    assert after is not None
    assert after.near == current_version()
    assert after.near.endswith("+e1")
    match = after.matches.get()
    assert (match.pair.profile, match.fit) == (profile, 0.5)

    with django_capture_on_commit_callbacks(execute=True):
        tasks.fit_near_skills()
    work()
    again = need.rankings.get().current
    assert again is not None
    assert again.near == NearFit.objects.latest().version != after.near
    assert again.matches.get().fit == 0.5, "the edit is kept"


def test_the_nightly_fit_starts_no_run_where_nothing_has_changed(
    student: Profile, django_capture_on_commit_callbacks: Captured
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        tasks.fit_near_skills()
    assert Run.objects.count() == 1
    with django_capture_on_commit_callbacks(execute=True):
        tasks.fit_near_skills(by=student.user_id)
    assert Run.objects.count() == 1


def test_many_edits_wait_for_one_run_but_a_run_that_has_begun_is_followed_by_another(student: Profile) -> None:
    first = rank_anew(by=None)
    assert first is not None
    assert rank_anew(by=None) is None
    job = Job.objects.filter(run=first).first()
    assert job is not None
    Job.objects.filter(pk=job.pk).update(state=Job.State.DONE)
    assert rank_anew(by=None) is not None


def test_nothing_is_ranked_on_an_empty_platform() -> None:
    assert rank_anew(by=None) is None
    assert not Run.objects.exists()


def test_asking_for_a_fit_hands_it_to_the_bulk_queue(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Captured
) -> None:
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(tasks.fit_near_skills, "apply_async", lambda **message: sent.append(message))
    by: User = factories.staff()
    with django_capture_on_commit_callbacks(execute=True):
        near_fit_wanted.send(sender=NearFit, by=by)
    assert [(message["kwargs"], message["queue"]) for message in sent] == [({"by": by.pk}, "bulk")]
