"""Programs, courses and experts are matched with needs as people are: by one table, both ways, and gone at once."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Organisation, User
from accounts.organisations import settle_standing
from enterprises.models import Need
from enterprises.publishing import change_need, close_need
from matching import refresh as refreshing
from matching import tasks
from matching.explaining import FIRM, OWNER, conditions_of, explain_pairs
from matching.lists import open_list
from matching.models import Candidate, Job, Match, MatchList, Pair, Ranking
from matching.pairs import COURSES, EXPERTS, PAIR_KINDS, PROGRAMS, PairKind, kind_of
from matching.runs import make_missing_rankings, start_full_run
from matching.text_fit import fit_text_model
from skills.models import Skill
from talent.events import expert_moved
from talent.models import Claim, Expert, Pseudonym
from talent.programs import change_program, close_program
from tests import factories

pytestmark = pytest.mark.django_db

Work = Callable[[], int]
SUPPLY = (PROGRAMS, COURSES, EXPERTS)
each_kind = pytest.mark.parametrize("kind", SUPPLY, ids=lambda kind: kind.candidates)
DAY = datetime.date(2099, 3, 1)


@pytest.fixture
def sql() -> Skill:
    return factories.a_skill("DT1", "SQL querying", "SQL 数据查询")


@pytest.fixture
def body() -> Organisation:
    return factories.a_school(factories.a_user("school@crossing.example"))


def offer(kind: PairKind, body: Organisation, levels: dict[Skill, int], **fields: Any) -> Any:
    """One published candidate of this kind."""
    if kind is PROGRAMS:
        return factories.a_published_program(body, levels, **fields)
    if kind is COURSES:
        return factories.a_published_course(body, levels, **fields)
    return factories.a_published_expert(None, body, skills=levels, **fields)


def ask(firm: Organisation, levels: dict[Skill, int], who: PairKind = EXPERTS, /, **fields: Any) -> Need:
    """A published need that is matched with this kind of candidate and sets no condition."""
    return factories.a_published_need(firm, levels, **{"kind": "project" if who is EXPERTS else "job"} | fields)


def candidates_of(need: Need, kind: PairKind) -> list[Candidate]:
    return [match.pair.candidate for match in open_list(need, kind).matches]


def needs_of(candidate: Candidate) -> list[Need]:
    return [match.pair.need for match in open_list(candidate).matches]


# Who is compared with what --------------------------------------------------------------------------------------------
@each_kind
def test_what_is_published_enters_the_lists_of_needs_and_they_enter_its_own(
    firm: Organisation, body: Organisation, sql: Skill, work: Work, kind: PairKind
) -> None:
    before = ask(firm, {sql: 3}, kind)
    work()
    assert not Ranking.objects.filter(need=before, candidates=kind.candidates).exists(), "nobody offers any yet"
    assert (open_list(before, kind).state, open_list(before, kind).reason) == ("none_yet", "none_offered")
    best, other = offer(kind, body, {sql: 3}), offer(kind, body, {sql: 1})
    after = ask(firm, {sql: 2}, kind)
    work()
    for need in (before, after):
        assert candidates_of(need, kind) == [best, other]
        assert open_list(need, kind).state == "ready"
    for candidate in (best, other):
        assert set(needs_of(candidate)) == {before, after}
    assert not Pseudonym.objects.exists(), "only people have names of their own for each firm"


def test_a_kind_of_need_says_what_it_is_matched_with(
    firm: Organisation, body: Organisation, sql: Skill, work: Work
) -> None:
    matched = {
        "job": {"students", "programs", "courses"},
        "internship": {"students", "programs", "courses"},
        "project": {"students", "programs", "courses", "experts"},
        "training": {"students", "programs", "courses", "experts"},
        "advice": {"students", "experts"},
    }
    for kind in SUPPLY:
        offer(kind, body, {sql: 3}, **({"advice": ["training", "roadmap"]} if kind is EXPERTS else {}))
    factories.a_profile({sql: 3})
    needs = {need_kind: factories.a_published_need(firm, {sql: 3}, kind=need_kind) for need_kind in matched}
    work()
    for need_kind, need in needs.items():
        lists = {str(kind.candidates): open_list(need, kind) for kind in PAIR_KINDS}
        assert {name for name in lists if lists[name].matches.exists()} == matched[need_kind]
        assert {name for name in lists if lists[name].reason == "other_kind"} == set(lists) - matched[need_kind]


@each_kind
def test_strengths_that_lie_elsewhere_take_nothing_off(
    firm: Organisation, body: Organisation, sql: Skill, work: Work, kind: PairKind
) -> None:
    candidate = offer(kind, body, {sql: 3, factories.a_skill(): 5, factories.a_skill(): 5})
    ask(firm, {sql: 4}, kind)
    work()
    rows = list(Match.objects.filter(**{f"pair__{kind.holder}": candidate}))
    assert len(rows) == 2, "one in the list of each side"
    assert [(row.score, row.fit) for row in rows] == [(0.75, 0.75)] * 2


@pytest.mark.parametrize("kind", [PROGRAMS, COURSES], ids=lambda kind: kind.candidates)
def test_no_condition_removes_a_program_or_a_course(
    firm: Organisation, body: Organisation, sql: Skill, work: Work, kind: PairKind
) -> None:
    candidate = offer(kind, body, {sql: 3}, taught_in="zh")
    elsewhere = factories.a_city("shenzhen", "Shenzhen", "深圳")
    need = ask(firm, {sql: 3}, kind, remote=False, city=elsewhere, languages={"de": 5}, starts_on=DAY)
    work()
    assert candidates_of(need, kind) == [candidate]
    assert open_list(need, kind).excluded == []
    assert conditions_of(need, candidate, viewer=FIRM) == []


CASES: list[tuple[dict[str, Any], dict[str, Any], dict[str, str]]] = [
    ({"remote": True}, {}, {"kind": "met", "place": "met", "start": "ask"}),
    ({"remote": True}, {"remote": False, "travels": False}, {"place": "no"}),
    ({"remote": False}, {"travels": True}, {"place": "met"}),
    ({"remote": False}, {"travels": False}, {"place": "no"}),
    ({"remote": False}, {}, {"place": "ask"}),
    ({"remote": False}, {"city": "foshan", "travels": False}, {"place": "met"}),
    ({"languages": {"en": 4}}, {"languages": {"en": 3}}, {"language": "no"}),
    ({"languages": {"en": 4}}, {"languages": {"en": 4}}, {"language": "met"}),
    ({"languages": {"en": 4}}, {}, {"language": "ask"}),
    ({"starts_on": DAY}, {"available_from": DAY + datetime.timedelta(days=1)}, {"start": "no"}),
    ({"starts_on": DAY}, {"available_from": DAY}, {"start": "met"}),
    ({"kind": "training"}, {"advice": ["roadmap"]}, {"kind": "no"}),
    ({"kind": "training"}, {"advice": ["roadmap", "training"]}, {"kind": "met"}),
    ({"kind": "training"}, {"advice": []}, {"kind": "ask"}),
    ({"kind": "advice"}, {"advice": ["training"]}, {"kind": "no"}),
    ({"kind": "advice"}, {"advice": ["compliance"]}, {"kind": "met"}),
]


def test_an_expert_meets_what_a_need_sets_or_is_to_be_asked(
    firm: Organisation, body: Organisation, sql: Skill, work: Work
) -> None:
    cities = {"foshan": factories.a_city(), "shenzhen": factories.a_city("shenzhen", "Shenzhen", "深圳")}
    pairs = []
    for need_fields, fields, states in CASES:
        whole = {"city": "shenzhen", "advice": ["roadmap"]} | fields
        expert = factories.an_expert(None, body, skills={sql: 3}, **whole | {"city": cities[whole["city"]]})
        Expert.objects.filter(pk=expert.pk).update(status="published", published_at=factories.timezone.now())
        need = ask(firm, {sql: 3}, EXPERTS, city=cities["foshan"], **need_fields)
        pairs.append((need, Expert.objects.get(pk=expert.pk), states))
    Job.objects.all().delete()
    start_full_run(by=None)
    work()
    for need, expert, states in pairs:
        found = {view.condition: view for view in conditions_of(need, expert, viewer=FIRM)}
        case = {name: found[name].sentence for name in states}
        assert {name: found[name].state for name in states} == states, case
        assert (expert in candidates_of(need, EXPERTS)) is ("no" not in states.values()), case
        assert (need in needs_of(expert)) is ("no" not in states.values()), case
        for view in found.values():
            assert view.sentence.endswith(": ask") is (view.state == "ask")
        assert not any("ask" in view.sentence.split() for view in conditions_of(need, expert, viewer=OWNER))


def test_a_list_of_experts_says_whom_each_condition_removes(
    firm: Organisation, body: Organisation, sql: Skill, work: Work
) -> None:
    offer(EXPERTS, body, {sql: 3}, languages={"en": 2})
    offer(EXPERTS, body, {sql: 3})
    need = ask(firm, {sql: 3}, languages={"en": 4})
    work()
    opened = open_list(need, EXPERTS)
    assert (opened.eligible, opened.excluded) == (1, [("language", 1)])


# At once --------------------------------------------------------------------------------------------------------------
@each_kind
def test_what_a_suspended_body_posted_leaves_at_once_and_comes_back_with_its_standing(
    firm: Organisation, body: Organisation, sql: Skill, work: Work, kind: PairKind
) -> None:
    candidate, need = offer(kind, body, {sql: 3}), ask(firm, {sql: 3}, kind)
    work()
    staff = factories.staff()
    settle_standing(organisation=body, state="suspended", by=staff, reason="Complaints.")
    assert candidates_of(need, kind) == [], "before any worker did anything"
    candidate.refresh_from_db()
    assert (open_list(candidate).state, open_list(candidate).reason) == ("none_yet", "not_verified")
    work()
    assert not Match.objects.filter(**{f"pair__{kind.holder}": candidate}).exists()
    settle_standing(organisation=body, state="verified", by=staff, reason="Cleared.")
    work()
    assert candidates_of(need, kind) == [candidate]
    candidate.refresh_from_db()
    assert needs_of(candidate) == [need]


@each_kind
@pytest.mark.parametrize("state", ["suspended", "returned"])
def test_a_body_that_loses_its_standing_while_a_job_runs_is_in_no_list_and_has_none(
    firm: Organisation,
    body: Organisation,
    sql: Skill,
    work: Work,
    kind: PairKind,
    state: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    candidate, need = offer(kind, body, {sql: 3}), ask(firm, {sql: 3}, kind)
    swap_in = refreshing.swap_in

    def withdrawn_meanwhile(lists: Any, **how: Any) -> None:
        if how["kind"] is kind and lists[0].ranking.need_id:
            monkeypatch.setattr(refreshing, "swap_in", swap_in)
            settle_standing(organisation=body, state=state, by=factories.staff(), reason="Complaints.")
        swap_in(lists, **how)

    monkeypatch.setattr(refreshing, "swap_in", withdrawn_meanwhile)
    job = Job.objects.filter(ranking__need=need, ranking__candidates=kind.candidates).get()
    tasks.run_job(job.pk)
    assert Match.objects.filter(list__ranking__need=need).exists(), "written from data of before"
    assert candidates_of(need, kind) == []
    work()
    candidate.refresh_from_db()
    assert open_list(candidate).reason == "not_verified"
    assert not Match.objects.filter(**{f"pair__{kind.holder}": candidate}).exists()


@each_kind
def test_a_need_that_closes_or_whose_firm_is_suspended_leaves_their_lists_at_once(
    firm: Organisation, owner: User, body: Organisation, sql: Skill, work: Work, kind: PairKind
) -> None:
    candidate = offer(kind, body, {sql: 3})
    stays = ask(factories.a_firm(factories.a_user()), {sql: 2}, kind)
    closes, suspended = ask(firm, {sql: 3}, kind), ask(firm, {sql: 3}, kind)
    work()
    assert set(needs_of(candidate)) == {stays, closes, suspended}
    close_need(by=owner, need=closes)
    assert set(needs_of(candidate)) == {stays, suspended}
    settle_standing(organisation=firm, state="suspended", by=factories.staff(), reason="Complaints.")
    assert needs_of(candidate) == [stays]
    work()
    assert not Match.objects.filter(list__ranking__need__in=[closes, suspended]).exists()
    assert needs_of(candidate) == [stays]


def test_a_program_that_changes_moves_and_one_that_closes_is_gone_at_once(
    firm: Organisation, body: Organisation, sql: Skill, work: Work
) -> None:
    by = body.memberships.get(role="owner").user
    first, second = offer(PROGRAMS, body, {sql: 3}), offer(PROGRAMS, body, {sql: 2})
    need = ask(firm, {sql: 4}, PROGRAMS)
    work()
    assert candidates_of(need, PROGRAMS) == [first, second]
    change_program(by=by, program=second, data={"skills": [{"skill": sql.code, "level": 4}]}, partial=True)
    work()
    assert candidates_of(need, PROGRAMS) == [second, first]
    close_program(by=by, program=second)
    assert candidates_of(need, PROGRAMS) == [first]
    second.refresh_from_db()
    assert open_list(second).reason == "closed"
    work()
    assert not MatchList.objects.filter(ranking__program=second).exists()
    assert Pair.objects.filter(need=need, program=second).exists(), "a pair outlives every list"


def test_a_need_that_turns_into_advice_loses_its_programs_and_finds_experts(
    firm: Organisation, owner: User, body: Organisation, sql: Skill, work: Work
) -> None:
    program, expert = offer(PROGRAMS, body, {sql: 3}), offer(EXPERTS, body, {sql: 3})
    need = ask(firm, {sql: 3}, PROGRAMS)
    work()
    assert (needs_of(program), needs_of(expert)) == ([need], [])
    change_need(by=owner, need=need, data={"kind": "advice"}, partial=True)
    work()
    assert (needs_of(program), needs_of(expert)) == ([], [need])
    assert not MatchList.objects.filter(ranking__need=need, ranking__candidates="programs").exists()


def test_an_expert_of_nobodys_organisation_is_matched_too(firm: Organisation, sql: Skill, work: Work) -> None:
    expert = factories.a_published_expert(factories.a_user(), skills={sql: 3})
    need = ask(firm, {sql: 3})
    work()
    assert candidates_of(need, EXPERTS) == [expert]
    assert needs_of(expert) == [need]


def test_a_draft_has_no_list_and_stands_in_none(firm: Organisation, body: Organisation, sql: Skill, work: Work) -> None:
    draft, published = factories.a_program(body, {sql: 3}), offer(PROGRAMS, body, {sql: 1})
    need = ask(firm, {sql: 3}, PROGRAMS)
    work()
    assert candidates_of(need, PROGRAMS) == [published]
    assert (open_list(draft).state, open_list(draft).reason) == ("none_yet", "draft")


# Runs and figures -----------------------------------------------------------------------------------------------------
def test_a_full_run_makes_the_lists_of_every_kind(
    firm: Organisation, body: Organisation, sql: Skill, work: Work
) -> None:
    factories.a_profile({sql: 3, factories.a_skill(): 1, factories.a_skill(): 1})
    offered = {kind: offer(kind, body, {sql: 3}) for kind in SUPPLY}
    need = ask(firm, {sql: 3})
    Job.objects.all().delete()
    Ranking.objects.all().delete()
    start_full_run(by=None)
    work()
    assert MatchList.objects.count() == 8
    for kind, candidate in offered.items():
        assert candidates_of(need, kind) == [candidate]
        assert needs_of(candidate) == [need]
    assert make_missing_rankings() is False


def test_lists_that_two_publishings_in_one_moment_left_out_are_made_by_night(
    firm: Organisation, body: Organisation, sql: Skill, work: Work
) -> None:
    offer(PROGRAMS, body, {sql: 3})
    ask(firm, {sql: 3}, PROGRAMS)
    work()
    Ranking.objects.filter(candidates="programs").delete()
    assert make_missing_rankings() is True
    assert Ranking.objects.filter(candidates="programs").count() == 1


@each_kind
def test_what_is_shown_is_what_was_ranked_texts_and_all(
    firm: Organisation, body: Organisation, sql: Skill, work: Work, kind: PairKind
) -> None:
    for text in ("ledgers", "packing", "ledgers and packing", "design", "design of invoices"):
        factories.a_profile(text=f"I did {text}.")
    for _ in range(5):
        factories.a_profile(text="I read the returns of the stores")
    for level in (1, 2):
        offer(kind, body, {sql: level}, text="One learns to read the returns of the stores.")
    ask(firm, {sql: 4}, kind, title="Returns", text="You read the returns.")
    fit_text_model()
    work()
    rows = list(Match.objects.filter(**{f"pair__{kind.holder}__isnull": False}).select_related("list__ranking"))
    assert len(rows) == 4
    for row in rows:
        viewer = FIRM if row.list.ranking.need_id else OWNER
        [shown] = explain_pairs([(row.pair.need, row.pair.candidate)], viewer=viewer)
        assert row.bonus > 0
        figures = (shown.score, shown.fit, shown.use, shown.text_bonus)
        assert figures == pytest.approx((row.score, row.fit, row.use, row.bonus), abs=1e-9)
        assert shown.focus_deduction == 0
        assert "returns" in [word.lower() for word in shown.shared_words]


@pytest.mark.parametrize(
    ("kind", "for_firm", "for_owner", "missing", "held"),
    [
        (
            PROGRAMS,
            "Graduates reach 50 of 100 of what you ask.",
            "Your graduates cover 50 of 100 of what is asked.",
            "not in the program",
            "reached 3",
        ),
        (
            COURSES,
            "The course leads to 50 of 100 of what you ask.",
            "Your course leads to 50 of 100 of what is asked.",
            "not in the course",
            "reached 3",
        ),
        (
            EXPERTS,
            "Luo Jingwen covers 50 of 100 of what you ask.",
            "Luo Jingwen covers 50 of 100 of what is asked.",
            "not on the profile",
            "held 3",
        ),
    ],
    ids=["programs", "courses", "experts"],
)
def test_each_reader_reads_words_that_fit(
    firm: Organisation,
    body: Organisation,
    sql: Skill,
    kind: PairKind,
    for_firm: str,
    for_owner: str,
    missing: str,
    held: str,
) -> None:
    other = factories.a_skill("DT2", "Power BI dashboards", "Power BI 看板")
    need, candidate = ask(firm, {sql: 3, other: 3}, kind), offer(kind, body, {sql: 3})
    for viewer, sentence in ((FIRM, for_firm), (OWNER, for_owner)):
        [shown] = explain_pairs([(need, candidate)], viewer=viewer)
        assert shown.sentence.startswith(sentence)
        assert shown.gap_sentence == f"Power BI dashboards {missing}"
        assert held in shown.parts[1].sentence
        assert shown.of == kind.candidates


def test_a_level_that_somebody_confirmed_counts_for_an_expert_too(
    firm: Organisation, body: Organisation, sql: Skill, work: Work
) -> None:
    expert = offer(EXPERTS, body, {sql: 2})
    need = ask(firm, {sql: 4})
    factories.Claim.objects.create(
        expert=expert, skill=sql, level=4, source=Claim.Source.CERTIFICATE, confirmed_at=factories.timezone.now()
    )
    expert_moved.send(sender=Expert, expert=expert)
    work()
    [shown] = explain_pairs([(need, expert)], viewer=FIRM)
    assert (shown.fit, shown.parts[0].evidence) == (1.0, "confirmed")
    assert Match.objects.get(list__ranking__expert=expert).fit == 1.0


@each_kind
def test_twenty_explanations_take_as_many_queries_as_one(
    firm: Organisation, body: Organisation, sql: Skill, kind: PairKind
) -> None:
    need = ask(firm, {sql: 3}, kind)
    offered = [offer(kind, body, {sql: 1 + number % 5}) for number in range(20)]

    def queries(count: int) -> int:
        with CaptureQueriesContext(connection) as seen:
            explain_pairs([(need, candidate) for candidate in offered[:count]], viewer=FIRM)
        return len(seen)

    assert queries(20) == queries(1)
    assert {kind_of(candidate) for candidate in offered} == {kind}
