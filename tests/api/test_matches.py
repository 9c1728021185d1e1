"""Lists of matches over the API: complete reasons that add up, pseudonyms, states, and a constant number of queries."""

import datetime
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Organisation
from matching import tasks
from matching.models import Job, Match, Pair, WorkerBeat
from talent.models import Claim, Profile
from tests import factories

from .conftest import ME, NEEDS

MINE = f"{ME}matches/"


def of(need):
    return f"{NEEDS}{need.public_id}/matches/"


@pytest.fixture
def skills(db):
    return factories.some_skills(4)


@pytest.fixture
def alive(db):
    """Workers that were heard of just now."""
    for queue in ("now", "bulk"):
        WorkerBeat.objects.create(worker=queue, queue=queue, seen_at=timezone.now())


@pytest.fixture
def need(firm, skills):
    return factories.a_published_need(
        firm, {skills[0]: 3, skills[1]: 2, skills[2]: 4}, city=factories.a_city(), languages={"en": 3}
    )


def people(skills, count):
    """Listed people, each a little better than the one before."""
    return [
        factories.a_profile(
            {skills[0]: 1 + n % 5, skills[1]: 1 + n // 5 % 5, skills[3]: 2}, kinds=["job"], languages={"en": 4}
        )
        for n in range(count)
    ]


def adds_up(match):
    points = sum(part["points"] for part in match["parts"])
    assert points - match["focus_deduction"] + match["text_bonus"] == pytest.approx(match["score"], abs=1e-12)
    assert points == pytest.approx(match["fit"], abs=1e-12)
    assert sum(part["share"] for part in match["parts"]) == pytest.approx(1, abs=1e-12)


def test_a_firm_reads_its_people_best_first_with_reasons_that_add_up(api, owner, need, skills, work):
    people(skills, 6)
    work()
    answer = json.loads(api(owner).get(of(need)).content)
    assert set(answer) == {
        *("state", "reason", "list", "eligible", "excluded"),
        *("results", "next", "previous"),
    }
    assert (answer["state"], answer["reason"], answer["eligible"]) == ("ready", None, 6)
    assert set(answer["list"]) == {"id", "finished_at", "engine", "framework", "near", "text"}
    results = answer["results"]
    assert [row["rank"] for row in results] == [1, 2, 3, 4, 5, 6]
    assert [row["score"] for row in results] == sorted((row["score"] for row in results), reverse=True)
    for row in results:
        adds_up(row)
        assert set(row) == {
            *("id", "rank", "score", "fit", "use", "subject", "sentence", "parts", "focus_deduction", "text_bonus"),
            *("shared_words", "conditions", "strengths"),
        }
        assert set(row["subject"]) == {"kind", "name", "city"}
        assert row["subject"]["kind"] == "student"
        assert set(row["subject"]["name"]) == {"en", "zh-Hans"}
        part = row["parts"][0]
        assert set(part) == {
            *("skill", "essential", "share", "wanted", "held", "evidence", "via", "credit", "points", "verdict"),
            "sentence",
        }
        assert set(part["skill"]) == {"code", "label"}
        assert set(row["strengths"][0]) == {"skill", "level", "share", "used"}
        assert {condition["condition"] for condition in row["conditions"]} == {"kind", "place", "language", "start"}
        assert {condition["state"] for condition in row["conditions"]} <= {"met", "ask"}
    missing = next(part for part in results[0]["parts"] if part["skill"]["code"] == skills[2].code)
    assert (missing["held"], missing["evidence"], missing["verdict"]) == (None, None, "missing")


def test_the_same_pair_from_the_other_side_names_the_need_and_has_the_same_id(api, owner, student, firm, work):
    held = [claim.skill for claim in student.claims.select_related("skill")]
    need = factories.a_published_need(firm, dict.fromkeys(held, 3), title="跨境电商 🚢 𠮷", city=factories.a_city())
    work()
    [theirs] = api(owner).get(of(need)).json()["results"]
    answer = api(student.user).get(MINE).json()
    [mine] = answer["results"]
    assert answer["state"] == "ready"
    assert mine["id"] == theirs["id"] == str(Pair.objects.get().public_id)
    assert mine["subject"] == {
        "kind": "need",
        "id": str(need.public_id),
        "title": "跨境电商 🚢 𠮷",
        "language": "en",
        "organisation": {"id": str(firm.public_id), "name": {"en": firm.name_en, "zh-Hans": firm.name_zh}},
        "city": {"code": "foshan", "name": {"en": "Foshan", "zh-Hans": "佛山"}},
    }
    adds_up(mine)
    assert mine["fit"] == theirs["fit"] == pytest.approx(1)


# Privacy --------------------------------------------------------------------------------------------------------------
def test_a_firm_learns_nothing_that_leads_to_a_person(api, owner, need, skills, work):
    for number, person in enumerate(people(skills, 5)):
        Profile.objects.filter(pk=person.pk).update(
            name=f"Secret Name {number}", contact=f"wechat-{number}", headline="My Headline", text="My Life"
        )
    work()
    answer = api(owner).get(of(need))
    assert len(answer.data["results"]) == 5
    text = answer.content.decode()
    for person in Profile.objects.select_related("user"):
        told = [str(person.public_id), person.name, person.contact, person.headline, person.text]
        told += [person.user.email, person.user.name, str(person.user.public_id)]
        assert [word for word in told if word in text] == []
    assert "@" not in text


def test_two_firms_know_the_same_person_under_names_of_their_own(api, owner, outsider, firm, skills, work):
    other = Organisation.objects.of_member(outsider).get()
    people(skills, 6)
    needs = [factories.a_published_need(one, {skills[0]: 1}) for one in (firm, firm, other)]
    work()
    named = [
        {row["id"]: row["subject"]["name"]["en"] for row in api(user).get(of(need)).json()["results"]}
        for user, need in zip((owner, owner, outsider), needs, strict=True)
    ]
    person_of = dict(Pair.objects.values_list("public_id", "profile_id"))
    first, second, third = ({person_of_key(key, person_of): name for key, name in names.items()} for names in named)
    assert first == second
    assert len(set(first.values())) == 6
    assert first != third


def person_of_key(key, person_of):
    return next(person for public_id, person in person_of.items() if str(public_id) == key)


def test_only_the_firms_members_read_its_list(api, need, student, outsider, viewer, work):
    assert api(viewer).get(of(need)).status_code == 200
    hidden = api(outsider).get(of(need))
    assert (hidden.status_code, hidden.data["code"]) == (404, "not_found")
    seen = api(student.user).get(of(need))
    assert (seen.status_code, seen.data["code"]) == (403, "not_allowed")
    assert "results" not in seen.data


def test_who_has_no_profile_has_no_matches(api, owner):
    answer = api(owner).get(MINE)
    assert (answer.status_code, answer.data["code"]) == (404, "not_found")


def test_who_switches_matching_off_or_is_no_adult_is_gone_at_once(api, owner, need, skills, work):
    first, second, third = people(skills, 3)
    work()
    assert len(api(owner).get(of(need)).json()["results"]) == 3
    api(first.user).patch(ME, {"matching": False}, format="json")
    Profile.objects.filter(pk=second.pk).update(adult=False)
    answer = api(owner).get(of(need)).json()
    assert [row["rank"] for row in answer["results"]] == [1]
    assert [row["id"] for row in answer["results"]] == [str(Pair.objects.get(profile=third).public_id)]


def test_a_closed_need_is_in_nobodys_list_at_once(api, owner, student, firm, work):
    need = factories.a_published_need(firm, {student.claims.first().skill: 1})
    work()
    assert str(need.public_id) in str(api(student.user).get(MINE).data)
    api(owner).post(f"{NEEDS}{need.public_id}/close/")
    assert str(need.public_id) not in str(api(student.user).get(MINE).data)


# States ---------------------------------------------------------------------------------------------------------------
def head(answer):
    assert answer.status_code == 200
    return answer.data["state"], answer.data["reason"]


def nothing(answer):
    body = answer.json()
    return body["results"] == body["excluded"] == [] and body["list"] is body["eligible"] is None


def test_a_draft_and_a_closed_need_have_no_list(api, owner, firm):
    draft = factories.a_need(firm)
    closed = factories.a_published_need(firm)
    api(owner).post(f"{NEEDS}{closed.public_id}/close/")
    for need, reason in ((draft, "draft"), (closed, "closed")):
        answer = api(owner).get(of(need))
        assert head(answer) == ("none_yet", reason)
        assert nothing(answer)


def test_work_that_waits_with_and_without_a_worker(api, owner, need):
    assert head(api(owner).get(of(need))) == ("stalled", "no_worker")
    WorkerBeat.objects.create(worker="w", queue="now", seen_at=timezone.now())
    answer = api(owner).get(of(need))
    assert head(answer) == ("none_yet", "waiting")
    assert nothing(answer)
    WorkerBeat.objects.update(seen_at=timezone.now() - datetime.timedelta(seconds=16))
    assert head(api(owner).get(of(need))) == ("stalled", "no_worker")


def test_an_older_list_stays_visible_while_a_newer_one_is_made(api, owner, need, skills, work, alive):
    people(skills, 2)
    work()
    api(owner).patch(
        f"{NEEDS}{need.public_id}/", {"skills": [{"skill": skills[0].code, "min_level": 1}]}, format="json"
    )
    answer = api(owner).get(of(need))
    assert head(answer) == ("refreshing", None)
    assert len(answer.data["results"]) == 2
    for row in answer.data["results"]:
        adds_up(row)
    WorkerBeat.objects.all().delete()
    answer = api(owner).get(of(need))
    assert head(answer) == ("stalled", "no_worker")
    assert len(answer.data["results"]) == 2


def test_a_job_that_failed_for_good(api, owner, need, alive):
    Job.objects.filter(ranking__need=need).update(state="failed", finished_at=timezone.now())
    answer = api(owner).get(of(need))
    assert head(answer) == ("stalled", "failed")
    assert nothing(answer)


def test_nobody_eligible_is_ready_and_says_which_condition_removes_most(api, owner, firm, skills, work):
    need = factories.a_published_need(firm, {skills[0]: 1}, languages={"en": 3})
    for _ in range(3):
        factories.a_profile({skills[0]: 5, skills[1]: 1, skills[2]: 1}, languages={"en": 1})
    factories.a_profile({skills[0]: 5, skills[1]: 1, skills[2]: 1}, languages={"en": 5}, kinds=["training"])
    work()
    answer = api(owner).get(of(need)).json()
    assert (answer["state"], answer["eligible"], answer["results"]) == ("ready", 0, [])
    assert answer["excluded"] == [{"condition": "language", "count": 3}, {"condition": "kind", "count": 1}]


@pytest.mark.parametrize(
    ("fields", "reason"), [({"matching": False}, "matching_off"), ({"adult": None}, "not_adult"), ({}, "few_skills")]
)
def test_a_person_for_whom_no_list_is_possible_reads_why(api, student, fields, reason):
    Profile.objects.update(**fields)
    if reason == "few_skills":
        Claim.objects.last().delete()
    answer = api(student.user).get(MINE)
    assert head(answer) == ("none_yet", reason)
    assert nothing(answer)


def test_a_need_that_changes_while_its_job_runs_is_matched_again(api, owner, need, skills, monkeypatch, alive):
    """The change comes between the reading of the data and the writing of the list."""
    people(skills, 3)
    swap, changed = tasks.refresh, []

    def and_meanwhile(claimed):
        if not changed:
            path = f"{NEEDS}{need.public_id}/"
            body = {"title": "Changed meanwhile", "skills": [{"skill": skills[1].code, "min_level": 5}]}
            changed.append(api(owner).patch(path, body, format="json"))
        return swap(claimed)

    monkeypatch.setattr(tasks, "refresh", and_meanwhile)
    running = Job.objects.get(ranking__need=need)
    tasks.run_job(running.pk)
    assert changed[0].status_code == 200
    again = Job.objects.get(ranking__need=need, state=Job.State.WAITING)
    assert again.pk != running.pk
    tasks.run_job(again.pk)
    answer = api(owner).get(of(need)).json()
    assert answer["state"] == "ready"
    assert {part["skill"]["code"] for row in answer["results"] for part in row["parts"]} == {skills[1].code}


def test_data_that_changed_since_the_list_was_made_still_adds_up(api, owner, need, skills, work):
    [person] = people(skills, 1)
    work()
    Claim.objects.filter(profile=person, skill=skills[0]).update(level=5)
    [row] = api(owner).get(of(need)).json()["results"]
    adds_up(row)
    assert row["score"] != Match.objects.get(list__ranking__need=need).score


# Pages and parameters -------------------------------------------------------------------------------------------------
def test_ranks_go_on_from_page_to_page_and_back(api, owner, need, skills, work):
    made = people(skills, 7)
    work()
    client = api(owner)
    whole = client.get(of(need)).json()["results"]
    # One who left is not counted: ranks have no gap.
    gone = Pair.objects.get(public_id=whole[1]["id"]).profile
    Profile.objects.filter(pk=gone.pk).update(matching=False)
    stay = [row["id"] for row in whole if row["id"] != whole[1]["id"]]
    url, seen = f"{of(need)}?page_size=4", []
    while url:
        page = client.get(url).json()
        seen += [(row["rank"], row["id"]) for row in page["results"]]
        last, url = page, page["next"]
    assert seen == list(enumerate(stay, start=1))
    assert len(seen) == len(made) - 1
    assert [row["rank"] for row in client.get(last["previous"]).json()["results"]] == [1, 2, 3, 4]


def test_a_kind_of_candidate_that_there_is_not_is_a_fault_of_the_address(api, owner, need):
    answer = api(owner).get(of(need), {"kind": "cats"})
    assert answer.status_code == 422
    faults = [(fault["parameter"], fault["code"]) for fault in answer.data["errors"]]
    assert faults == [("kind", "invalid_choice")]
    assert api(owner).get(of(need), {"kind": "students"}).status_code == 200


def test_who_may_not_see_a_list_is_told_so_before_its_kind(api, need, student):
    assert api(student.user).get(of(need), {"kind": "cats"}).status_code == 403


def test_a_list_of_twenty_costs_as_many_queries_as_a_list_of_two(api, owner, firm, student, skills, work):
    need = factories.a_published_need(firm, dict.fromkeys(skills, 3), city=factories.a_city())
    people(skills, 20)
    for number in range(20):
        factories.a_published_need(
            firm, dict.fromkeys(student.claims.first().skill.__class__.objects.all(), 2), title=str(number)
        )
    work()

    def queries(client, path, size):
        client.get(path)
        with CaptureQueriesContext(connection) as asked:
            assert len(client.get(path, {"page_size": size}).json()["results"]) == size
        return len(asked)

    for client, path in ((api(owner), of(need)), (api(student.user), MINE)):
        assert queries(client, path, 20) == queries(client, path, 2) <= 16


def test_the_sentences_are_in_the_language_asked_for_and_names_always_in_both(api, owner, need, skills, work):
    people(skills, 1)
    work()
    english, chinese = (api(owner, language).get(of(need)).json() for language in ("en", "zh-hans"))
    assert english["results"][0]["subject"] == chinese["results"][0]["subject"]
    assert english["results"][0]["parts"][0]["skill"] == chinese["results"][0]["parts"][0]["skill"]


# Programs, courses and experts ----------------------------------------------------------------------------------------
SUPPLY = ("programs", "courses", "experts")


@pytest.fixture
def teacher(db):
    return factories.a_user("teacher@crossing.example")


@pytest.fixture
def school(teacher):
    return factories.a_school(teacher)


def offered(kind, school, levels, **fields):
    """One published program, course or expert of the school."""
    if kind == "experts":
        return factories.a_published_expert(None, school, skills=levels, **fields)
    make = factories.a_published_program if kind == "programs" else factories.a_published_course
    return make(school, levels, **fields)


def its_needs(kind, posted):
    return f"/api/v1/{kind}/{posted.public_id}/matches/"


def subject_of(kind, posted, school):
    body = {"id": str(school.public_id), "name": {"en": school.name_en, "zh-Hans": school.name_zh}}
    shown = {"kind": kind.removesuffix("s"), "id": str(posted.public_id), "language": "en", "organisation": body}
    if kind == "experts":
        name = {"en": posted.name_en, "zh-Hans": posted.name_zh}
        return shown | {"name": name, "headline": posted.headline, "city": None}
    return shown | {"title": posted.title} | ({"city": None} if kind == "programs" else {})


@pytest.mark.parametrize("kind", SUPPLY)
def test_the_same_pair_from_both_sides(api, owner, firm, teacher, school, skills, work, kind):
    posted = offered(kind, school, {skills[0]: 2, skills[3]: 5})
    need = factories.a_published_need(firm, {skills[0]: 3, skills[1]: 3}, kind="training", title="跨境 🚢")
    if kind == "experts":
        posted.__class__.objects.update(advice=["training"])
    work()
    theirs = api(owner).get(of(need), {"kind": kind}).json()
    mine = api(teacher).get(its_needs(kind, posted)).json()
    for answer in (theirs, mine):
        assert (answer["state"], answer["reason"], answer["eligible"], answer["excluded"]) == ("ready", None, 1, [])
        [row] = answer["results"]
        adds_up(row)
        assert (row["rank"], row["fit"], row["focus_deduction"]) == (1, pytest.approx(1 / 3), 0)
        assert row["id"] == str(Pair.objects.get(**{f"{kind.removesuffix('s')}": posted}).public_id)
        assert [condition["condition"] for condition in row["conditions"]] == (
            ["kind", "place", "start"] if kind == "experts" else []
        )
    assert theirs["results"][0]["subject"] == subject_of(kind, posted, school)
    assert mine["results"][0]["subject"]["title"] == "跨境 🚢"
    assert mine["results"][0]["subject"]["organisation"]["id"] == str(firm.public_id)
    assert theirs["results"][0]["sentence"] != mine["results"][0]["sentence"]


@pytest.mark.parametrize("kind", SUPPLY)
def test_only_whose_posting_it_is_reads_what_it_is_matched_with(
    api, firm, owner, outsider, student, teacher, school, skills, kind
):
    posted = offered(kind, school, {skills[0]: 3})
    draft = factories.a_program(school) if kind == "programs" else None
    viewer = factories.a_member(school, role="viewer")
    other = factories.a_user()
    factories.a_school(other)
    for user, status in ((teacher, 200), (viewer, 200), (owner, 403), (outsider, 403), (student.user, 403)):
        assert api(user).get(its_needs(kind, posted)).status_code == status
    assert api(other).get(its_needs(kind, posted)).status_code == 403, "another school reads it, not its list"
    assert api(factories.staff()).get(its_needs(kind, posted)).status_code == 403
    assert api().get(its_needs(kind, posted)).status_code == 401
    if draft:
        assert api(other).get(its_needs(kind, draft)).status_code == 404
        assert head(api(viewer).get(its_needs(kind, draft))) == ("none_yet", "draft")


def test_an_expert_reads_their_own_needs(api, firm, skills, work):
    person = factories.a_user()
    expert = factories.a_published_expert(person, skills={skills[0]: 3})
    need = factories.a_published_need(firm, {skills[0]: 3}, kind="advice")
    work()
    [row] = api(person).get(its_needs("experts", expert)).json()["results"]
    assert row["subject"]["id"] == str(need.public_id)
    assert api(person).get(f"{NEEDS}{need.public_id}/").status_code == 200, "and may read the need itself"


def test_a_need_without_a_list_of_a_kind_says_why(api, owner, firm, school, skills, work):
    advice = factories.a_published_need(firm, {skills[0]: 3}, kind="advice")
    job = factories.a_published_need(firm, {skills[0]: 3})
    for need, kind, reason in ((advice, "programs", "other_kind"), (job, "courses", "none_offered")):
        answer = api(owner).get(of(need), {"kind": kind})
        assert head(answer) == ("none_yet", reason)
        assert nothing(answer)
    offered("courses", school, {skills[0]: 3})
    work()
    assert len(api(owner).get(of(job), {"kind": "courses"}).json()["results"]) == 1


@pytest.mark.parametrize("kind", SUPPLY)
def test_lists_of_every_kind_cost_as_many_queries_for_twenty_as_for_two(
    api, owner, firm, teacher, school, skills, work, kind
):
    for number in range(20):
        offered(kind, school, {skills[number % 4]: 1 + number % 5}, city=None) if kind != "courses" else offered(
            kind, school, {skills[number % 4]: 1 + number % 5}
        )
        factories.a_published_need(firm, dict.fromkeys(skills, 2), kind="project", title=str(number))
    work()
    need = firm.needs.last()
    posted = getattr(school, kind).last()

    def queries(client, path, size):
        client.get(path, {"kind": kind})
        with CaptureQueriesContext(connection) as asked:
            assert len(client.get(path, {"kind": kind, "page_size": size}).json()["results"]) == size
        return len(asked)

    for client, path in ((api(owner), of(need)), (api(teacher), its_needs(kind, posted))):
        assert queries(client, path, 20) == queries(client, path, 2) <= 16
