"""From a gap to the courses that close a part of it; the numbers are worked out by hand beside each test."""

import datetime
import re
from html import unescape

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.organisations import settle_standing
from engine.explain import Wanted, explain
from engine.model import on_grid
from enterprises.models import NeedSkill
from enterprises.publishing import close_need
from matching import gap_courses
from matching.gap_courses import courses_for_gap
from matching.models import Pair
from skills.models import NearFit, NearSkill
from talent.models import Claim, Course, CourseRun, EntryLevel, Profile
from tests import factories
from tests.engine.worlds import near_skills

pytestmark = pytest.mark.django_db


@pytest.fixture
def skills():
    names = [("SQL querying", "SQL 数据查询"), ("Trade law", "贸易法规"), ("Copy", "文案"), ("Customs", "报关")]
    return [factories.a_skill(f"T0{number}", en, zh) for number, (en, zh) in enumerate(names)]


@pytest.fixture
def person(skills):
    """Holds SQL at 2, law at 3 and copy at 3; nothing of customs."""
    levels = {skills[0]: 2, skills[1]: 3, skills[2]: 3}
    return factories.a_profile(levels, user=factories.a_user("student@crossing.example"))


@pytest.fixture
def need(firm, skills):
    """SQL at 4 and customs at 2 alike: SQL gives half of its half now, customs nothing, so the fit is 1/4."""
    return factories.a_published_need(firm, {skills[0]: 4, skills[3]: 2})


@pytest.fixture
def school(db):
    return factories.a_school(factories.a_user("school@crossing.example"))


def a_run(school, gives, asks=None, days=30, price=100, title="Market data", **fields):
    course = factories.a_course(school, gives, asks, title=title)
    Course.objects.filter(pk=course.pk).update(status="published", published_at=timezone.now())
    return another_run(course, days, price, **fields)


def another_run(course, days, price, **fields):
    start = timezone.localdate() + datetime.timedelta(days=days)
    return CourseRun.objects.create(
        **{"course": course, "starts_on": start, "ends_on": start, "seats": 10, "price": price} | fields
    )


def found(need, person):
    return [(row.run, row.gained) for row in courses_for_gap(need=need, profile=person)]


def test_best_first_is_most_gained_then_the_earliest_then_the_cheapest(need, person, school, skills):
    sql, _law, _copy, customs = skills
    # SQL from 2 to 4: from a quarter to a half. SQL to 3: to 3/8, one eighth more. Customs at 1 of 2: a quarter more.
    half = a_run(school, {sql: 3}, days=5, title="SQL to 3")
    late = a_run(school, {sql: 4}, days=40, price=10, title="SQL to 4")
    early_dear = a_run(school, {customs: 1}, days=20, price=900, title="Customs to 1")
    early_cheap = another_run(late.course, 20, 300)
    both = a_run(school, {sql: 5, customs: 2}, days=90, price=9000, title="Both")  # all of it: three quarters more
    rows = found(need, person)
    assert [run for run, _ in rows] == [both, early_cheap, early_dear, late, half]
    assert [gained for _, gained in rows] == pytest.approx([0.75, 0.25, 0.25, 0.25, 0.125])


def test_each_row_says_what_is_lifted_and_what_the_fit_is_then(need, person, school, skills):
    sql, law, copy, customs = skills
    # Copy is not asked for and law is held higher, so the course lifts SQL and customs: 3/8 + 1/2.
    a_run(school, {sql: 3, customs: 4, copy: 5, law: 2}, taken=7)
    [row] = courses_for_gap(need=need, profile=person)
    assert [(lift.skill, lift.before, lift.after) for lift in row.lifts] == [(sql, 2, 3), (customs, None, 4)]
    assert (row.fit, row.gained, row.seats_left) == (pytest.approx(0.875), pytest.approx(0.625), 3)


def test_an_essential_skill_counts_double_and_a_weight_as_it_is(need, person, school, skills):
    sql, _law, _copy, customs = skills
    NeedSkill.objects.filter(need=need, skill=customs).update(essential=False, weight=3)
    # SQL 1 x 2 of 5, customs 3 of 5.
    a_run(school, {sql: 4}, title="SQL")
    a_run(school, {customs: 2}, title="Customs")
    assert [gained for _, gained in found(need, person)] == pytest.approx([0.6, 0.2])


def test_a_skill_near_to_what_is_asked_closes_a_part_too(need, person, school, skills):
    _sql, _law, _copy, customs = skills
    forms = factories.a_skill("T99", "Customs forms", "报关单证")
    NearSkill.objects.create(
        wanted=customs, held=forms, value=0.5, source="framework", reason="related", fit=NearFit.objects.create()
    )
    a_run(school, {forms: 4})
    # Forms at 4 show 0.5 of customs at 2, which is half of the need: a quarter.
    [row] = courses_for_gap(need=need, profile=person)
    assert row.gained == pytest.approx(0.25)
    assert [(lift.skill, lift.before, lift.after) for lift in row.lifts] == [(forms, None, 4)]


def test_whoever_does_not_meet_every_entry_level_is_shown_no_such_course(need, person, school, skills):
    sql, law, _copy, customs = skills
    met = a_run(school, {customs: 2}, {sql: 2, law: 3}, title="Met")
    a_run(school, {customs: 2}, {sql: 3}, title="One level short")
    a_run(school, {customs: 2}, {sql: 1, customs: 1}, title="Not on the profile")
    assert [run for run, _ in found(need, person)] == [met]


def test_what_gains_nothing_or_cannot_be_joined_is_left_out(need, person, school, skills):
    sql, law, _copy, customs = skills
    a_run(school, {sql: 2}, title="Held already")
    a_run(school, {law: 5}, title="Not asked for")
    a_run(school, {customs: 2}, days=0, title="Begun")
    a_run(school, {customs: 2}, taken=10, title="Full")
    a_run(school, {customs: 2}, cancelled_at=timezone.now(), title="Cancelled")
    draft = a_run(school, {customs: 2}, title="Draft").course
    Course.objects.filter(pk=draft.pk).update(status="draft", published_at=None)
    assert found(need, person) == []
    a_run(school, {customs: 2}, title="Open")
    assert len(found(need, person)) == 1
    settle_standing(organisation=school, state="suspended", by=factories.staff(), reason="A reason.")
    assert found(need, person) == []


def test_where_none_of_the_best_can_be_joined_a_lesser_one_is_shown(need, person, school, skills):
    sql, law, _copy, customs = skills
    for number in range(2 * gap_courses.LOOKED_AT):
        a_run(school, {sql: 4, customs: 2}, {law: 4}, title=f"Closed {number}")
    lesser = a_run(school, {customs: 1}, {law: 3})
    assert [row.run for row in courses_for_gap(need=need, profile=person, most=1)] == [lesser]


def test_many_courses_cost_as_many_queries_as_two(need, person, school, skills, django_assert_num_queries):
    for number in range(2):
        a_run(school, {skills[3]: 1}, {skills[0]: 1}, title=f"Course {number}", city=factories.a_city())
    with CaptureQueriesContext(connection) as few:
        found(need, person)
    for number in range(12):
        a_run(school, {skills[3]: 2, skills[0]: 3}, {skills[1]: 1}, title=f"More {number}", city=factories.a_city())
    with django_assert_num_queries(len(few)):
        assert len(found(need, person)) == 10


SKILL, LEVEL = st.integers(0, 2), st.integers(1, 4)  # few, so that much coincides
SOME_LEVELS = st.dictionaries(SKILL, LEVEL, max_size=3)
A_COURSE = st.fixed_dictionaries(
    {
        "gives": st.dictionaries(SKILL, LEVEL, min_size=1),
        "gives_also": SOME_LEVELS,  # by another source: the higher counts
        "withdrawn": SOME_LEVELS,
        "asks": st.dictionaries(SKILL, LEVEL, max_size=1),
        "runs": st.lists(st.tuples(st.integers(0, 2), st.sampled_from([100, 200])), min_size=1, max_size=3),
    }
)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    asked=st.dictionaries(SKILL, st.tuples(LEVEL, st.sampled_from([1.0, 2.0]), st.booleans()), min_size=1),
    near=st.dictionaries(
        st.tuples(SKILL, SKILL).filter(lambda pair: pair[0] != pair[1]), st.sampled_from([0.3, 0.45, 0.6, 1.0])
    ),
    held=SOME_LEVELS,
    courses=st.lists(A_COURSE, min_size=2, max_size=8),
    most=st.integers(1, 6),
    looked_at=st.integers(1, 3),
    named=st.integers(0, 9),
)
def test_the_runs_are_those_of_the_rule_worked_out_one_by_one(
    firm, school, skills, monkeypatch, asked, near, held, courses, most, looked_at, named
):
    monkeypatch.setattr(gap_courses, "LOOKED_AT", looked_at)
    monkeypatch.setattr(gap_courses, "NAMED", named)
    with transaction.atomic():
        need = factories.a_need(firm, {})
        NeedSkill.objects.bulk_create(
            NeedSkill(need=need, skill=skills[at], min_level=level, weight=weight, essential=essential)
            for at, (level, weight, essential) in asked.items()
        )
        fit = NearFit.objects.create()
        NearSkill.objects.bulk_create(
            NearSkill(wanted=skills[one], held=skills[other], value=value, source="staff", reason="judged", fit=fit)
            for (one, other), value in near.items()
        )
        person = factories.a_profile({skills[at]: level for at, level in held.items()})
        for one in courses:
            add_course(school, skills, one)
        found = courses_for_gap(need=need, profile=person, most=most)
        plain = runs_of_the_rule(skills, asked, near, held)
        assert [
            (
                int(on_grid(row.gained)),
                row.run.pk,
                [(skills.index(one.skill), one.before, one.after) for one in row.lifts],
            )
            for row in found
        ] == plain[:most]
        transaction.set_rollback(True)


def add_course(school, skills, drawn):
    course = factories.a_course(school, {}, status="published", published_at=timezone.now())
    stated = [(drawn["gives"], "training_base", None), (drawn["gives_also"], "certificate", None)]
    Claim.objects.bulk_create(
        Claim(course=course, skill=skills[at], level=level, source=source, withdrawn_at=withdrawn)
        for levels, source, withdrawn in [*stated, (drawn["withdrawn"], "employer", timezone.now())]
        for at, level in levels.items()
    )
    EntryLevel.objects.bulk_create(
        EntryLevel(course=course, skill=skills[at], level=level) for at, level in drawn["asks"].items()
    )
    for days, price in drawn["runs"]:
        another_run(course, days, price)  # in no days: begun


def runs_of_the_rule(skills, asked, near, held):
    """Every open run fitted alone: what it gains, at the engine's grain, its key, what it lifts; best first."""
    numbers = {skill.pk: at for at, skill in enumerate(skills)}
    wanted = [Wanted(at, weight, level, essential) for at, (level, weight, essential) in asked.items()]

    def fitted(levels):
        return explain(levels, wanted, near_skills(len(skills), near), focus=0.0, bonus=0.0)

    before = fitted(held)
    order = []
    for run in CourseRun.objects.open_on(timezone.localdate()):
        if any(held.get(numbers[entry.skill_id], 0) < entry.level for entry in run.course.entry_levels.all()):
            continue
        lifted = dict(held)
        for claim in run.course.claims.filter(withdrawn_at=None):
            at = numbers[claim.skill_id]
            lifted[at] = max(lifted.get(at, 0), claim.level)
        after = fitted(lifted)
        earning = {
            then.skill if then.via is None else then.via
            for now, then in zip(before.parts, after.parts, strict=True)
            if then.credit > now.credit + 1e-9
        }
        lifts = [(at, held.get(at), lifted[at]) for at in sorted(earning)]
        order.append((-int(on_grid(after.fit - before.fit)), run.starts_on, run.price, run.pk, lifts))
    return [(-less, key, lifts) for less, _starts, _price, key, lifts in sorted(order) if less]


# The card, which comes after its page ---------------------------------------------------------------------------------
LATER = re.compile(r'id="gap"[^>]* hx-get="([^"]+)" hx-trigger="load".*?<a href="\1">Show the courses</a>', re.S)


def later(client, page_url):
    """The address that is fetched into the card, and to which a link leads without scripts."""
    return unescape(LATER.search(client.get(page_url).content.decode())[1])


def pages_of(need, person):
    """The page of the match as the person reads it, and as the firm does."""
    pair = Pair.objects.get(profile=person, need=need)
    return reverse("match", args=[pair.public_id]), reverse("need", args=[need.public_id])


def test_the_person_and_the_firm_read_it_where_the_match_leads(client, need, person, school, skills, work, owner):
    a_run(school, {skills[0]: 4}, city=factories.a_city(), title="SQL for trade data")
    work()
    heads = {person.user: "Courses that close a gap", owner: "What a course could add"}
    for (user, head), page_url in zip(heads.items(), pages_of(need, person), strict=True):
        client.force_login(user)
        page = client.get(later(client, page_url)).content.decode()
        card = page[page.index('<section class="card" id="gap"') :]
        for said in (head, "SQL for trade data", "SQL querying 2 → 4", "+25.0", "10 seats left"):
            assert said in card
    assert str(person.user) not in page  # the last is the firm's


def test_in_chinese_the_card_is_chinese(client, need, person, school, skills, work, owner):
    a_run(school, {skills[0]: 4}, city=factories.a_city())
    work()
    for user, page_url in zip((person.user, owner), pages_of(need, person), strict=True):
        client.force_login(user)
        page = client.get(later(client, page_url), headers={"accept-language": "zh-CN"}).content.decode()
        for said in ("SQL 数据查询 2 → 4", "剩余 10 个名额", "佛山"):
            assert said in page


def test_where_nothing_is_missing_no_card_is_asked_for(client, firm, person, skills, work, owner):
    need = factories.a_published_need(firm, {skills[0]: 2})
    work()
    for user, page_url in zip((person.user, owner), pages_of(need, person), strict=True):
        client.force_login(user)
        page = client.get(page_url).content.decode()
        assert need.title in page
        assert 'id="gap"' not in page


def test_where_no_course_helps_that_is_said_and_there_is_no_card(client, need, person, work, owner):
    work()
    for user, page_url in zip((person.user, owner), pages_of(need, person), strict=True):
        client.force_login(user)
        page = client.get(later(client, page_url)).content.decode()
        assert 'class="emptystate"' in page
        assert 'id="gap"' not in page


def test_a_firm_reads_it_of_people_in_the_list_of_its_own_need_only(
    client, need, firm, person, skills, work, owner, viewer, outsider
):
    other = factories.a_published_need(firm, {skills[0]: 4}, kind="internship")
    elsewhere = factories.a_profile({skills[0]: 2}, kinds=["internship"])
    work()
    url = reverse("need-gap-courses", args=[need.public_id])
    of_need = {"candidate": str(Pair.objects.get(need=need, profile=person).public_id)}
    of_other = {"candidate": str(Pair.objects.get(need=other, profile=elsewhere).public_id)}
    for user, status in ((owner, 200), (viewer, 200), (outsider, 404), (person.user, 403), (factories.staff(), 403)):
        client.force_login(user)
        assert client.get(url, of_need).status_code == status
    client.force_login(owner)
    for candidate in (of_other, {"candidate": str(person.public_id)}, {"candidate": "x\x00"}):
        assert client.get(url, candidate).status_code == 404
    assert client.get(url).url == reverse("need", args=[need.public_id])
    Profile.objects.filter(pk=person.pk).update(matching=False)
    assert client.get(url, of_need).status_code == 404
    client.logout()
    assert client.get(url, of_need).url.startswith(reverse("account_login"))


def test_a_person_reads_it_of_their_own_match_only(client, need, person, skills, work, owner):
    another = factories.a_profile(dict.fromkeys(skills[:3], 3))
    work()
    url = reverse("match-gap-courses", args=[Pair.objects.get(need=need, profile=person).public_id])
    for user, status in ((person.user, 200), (another.user, 404), (owner, 302)):  # a firm has no profile
        client.force_login(user)
        assert client.get(url).status_code == status
    close_need(by=owner, need=need)
    client.force_login(person.user)
    assert client.get(url).status_code == 404


def test_the_card_takes_as_many_queries_for_twelve_courses_as_for_two(
    client, need, person, school, skills, work, owner, django_assert_num_queries
):
    def some_runs(number):
        for _ in range(number):
            a_run(school, {skills[3]: 2, skills[0]: 3}, {skills[1]: 1}, city=factories.a_city())

    work()
    some_runs(2)
    taken = []
    for user, page_url in zip((person.user, owner), pages_of(need, person), strict=True):
        client.force_login(user)
        url = later(client, page_url)
        with CaptureQueriesContext(connection) as few:
            assert client.get(url).content.decode().count('class="gain"') == 2
        taken.append((user, url, len(few)))
    some_runs(10)
    for user, url, with_two in taken:
        client.force_login(user)
        client.get(url)
        with django_assert_num_queries(with_two):
            assert client.get(url).content.decode().count('class="gain"') == 10


def test_over_the_api_the_person_reads_it_unrounded_and_nobody_else_does(api, need, person, school, skills, owner):
    run = a_run(school, {skills[0]: 3}, city=factories.a_city(), price="1200.50")
    address = f"/api/v1/needs/{need.public_id}/courses-for-me/"
    [row] = api(person.user).get(address).json()["courses"]
    assert row["gained"] == 0.125
    assert row["run"] == {
        "id": str(run.public_id),
        "starts_on": run.starts_on.isoformat(),
        "ends_on": run.ends_on.isoformat(),
        "price": "1200.50",
        "currency": "CNY",
        "online": False,
        "city": {"code": "foshan", "name": {"en": "Foshan", "zh-Hans": "佛山"}},
        "seats_left": 10,
    }
    assert row["lifts"] == [
        {"skill": {"code": "T00", "label": {"en": "SQL querying", "zh-Hans": "SQL 数据查询"}}, "before": 2, "after": 3}
    ]
    assert api(owner).get(address).status_code == 404  # no profile
    assert api().get(address).status_code == 401
