"""The text bonus on the platform: fitted on what is listed, counted in every list, shown without giving anyone away."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import Organisation, User
from engine.model import TEXT_BONUS
from enterprises.models import Need
from enterprises.publishing import change_need
from matching import text_fit, text_vectors
from matching.explaining import FIRM, STUDENT, explain_pairs
from matching.explanation import Explanation
from matching.models import Match, MatchList, TextFit
from matching.text_fit import FITS_KEPT, fit_text_model, refit_text_model, text_model
from skills.models import Skill
from talent.models import Profile
from talent.profiles import change_profile
from tests import factories

pytestmark = pytest.mark.django_db

WROTE = "I read traffic and returns of the stores"


@pytest.fixture
def sql() -> Skill:
    return factories.a_skill("DT1", "SQL querying", "SQL 数据查询")


@pytest.fixture
def others() -> list[Profile]:
    """Six people who write of many things, so that no word stands in every text."""
    texts = ("ledgers", "packing in the warehouse", "ledgers, invoices", "packing", "design", "design of invoices")
    return [factories.a_profile(text=f"I did {text} there.") for text in texts]


def people_who_write(text: str, count: int, **fields: Any) -> list[Profile]:
    return [factories.a_profile(text=text, **fields) for _ in range(count)]


def explained(need: Need, profile: Profile, viewer: str = FIRM) -> Explanation:
    return explain_pairs([(need, profile)], viewer=viewer)[0]


def test_texts_that_are_alike_earn_what_skills_leave_open(
    firm: Organisation, sql: Skill, others: list[Profile], work: Callable[[], int]
) -> None:
    alike, other = factories.a_profile({sql: 1}, text=WROTE), factories.a_profile({sql: 1}, text="I sang in a choir.")
    people_who_write(WROTE, 4)
    need = factories.a_published_need(firm, {sql: 4}, title="Returns", text="You read returns and traffic.")
    fit_text_model()
    work()
    rows = {row.pair.profile_id: row for row in Match.objects.filter(list__ranking__need=need)}
    assert rows[other.pk].bonus == 0.0
    assert 0.0 < rows[alike.pk].bonus <= TEXT_BONUS * (1 - rows[alike.pk].fit)
    assert rows[alike.pk].score == pytest.approx(rows[other.pk].score + rows[alike.pk].bonus, abs=1e-9)


def test_a_list_names_the_words_it_was_made_with_and_the_explanation_has_its_figures(
    firm: Organisation, sql: Skill, others: list[Profile], work: Callable[[], int]
) -> None:
    people_who_write(WROTE, 5)
    factories.a_profile({sql: 2}, headline="Returns", text="Five years of traffic.")
    factories.a_published_need(firm, {sql: 4}, text="You read returns and traffic.")
    fit = fit_text_model()
    work()
    assert set(MatchList.objects.values_list("text", flat=True)) == {fit.version}
    rows = Match.objects.filter(list__ranking__need__isnull=False).select_related("pair__need", "pair__profile")
    assert any(row.bonus > 0 for row in rows)
    for row in rows:
        shown = explained(row.pair.need, row.pair.profile)
        figures = (shown.score, shown.fit, shown.text_bonus)
        assert figures == pytest.approx((row.score, row.fit, row.bonus), abs=1e-9)


def test_where_no_words_were_fitted_yet_the_first_list_has_them_fitted(
    firm: Organisation, sql: Skill, work: Callable[[], int]
) -> None:
    assert text_model() is None
    factories.a_published_need(firm, {sql: 4}, text=WROTE)
    assert explained(factories.a_need(firm, {sql: 3}), factories.a_profile({sql: 3})).text_bonus == 0.0
    work()
    assert TextFit.objects.count() == 1


def test_a_text_that_is_changed_is_read_again(
    firm: Organisation, owner: User, sql: Skill, others: list[Profile], work: Callable[[], int]
) -> None:
    person = people_who_write(WROTE, 5)[0]
    need = factories.a_published_need(firm, {sql: 4}, title="Open place", text="Watering of plants.")
    fit_text_model()
    work()
    assert not Match.objects.filter(pair__need=need, pair__profile=person).exists()
    change_need(by=owner, need=need, data=_written(need, sql, text="You read returns and traffic of the stores."))
    work()
    match = Match.objects.get(list__ranking__need=need, pair__profile=person)
    assert (match.fit, match.bonus) == (0.0, match.score)
    data = {"name": person.name, "language": "en", "adult": True, "text": "Nothing of the kind."}
    change_profile(by=person.user, profile=person, data=data)
    work()
    assert not Match.objects.filter(list__ranking__need=need, pair__profile=person).exists()


def _written(need: Need, skill: Skill, **changes: Any) -> dict[str, Any]:
    asked = [{"skill": skill.code, "min_level": 4, "weight": 1.0, "essential": True}]
    fields = {"title": need.title, "text": need.text, "language": "en", "kind": need.kind, "remote": True}
    return fields | {"skills": asked} | changes


@pytest.mark.parametrize(("writers", "words"), [(4, ()), (5, ("returns",))])
def test_a_word_is_shown_only_if_five_people_wrote_it(
    firm: Organisation, sql: Skill, others: list[Profile], writers: int, words: tuple[str, ...]
) -> None:
    person = people_who_write("For two years I watched returns, returns and returns.", writers)[0]
    need = factories.a_published_need(firm, {sql: 4}, title="Returns", text="You explain the returns of our stores.")
    for _ in range(5):
        factories.a_published_need(firm, {sql: 4}, text="You explain returns.")  # needs are not people
    fit_text_model()
    assert explained(need, person).shared_words == words
    assert explained(need, person).text_bonus > 0


def test_people_who_are_not_listed_do_not_count(firm: Organisation, sql: Skill, others: list[Profile]) -> None:
    person = people_who_write("I watched returns.", 4)[0]
    people_who_write("I watched returns.", 3, matching=False)
    need = factories.a_published_need(firm, {sql: 4}, text="You explain returns.")
    fit_text_model()
    assert explained(need, person).shared_words == ()


def test_a_firm_that_asks_for_a_word_of_one_person_learns_nothing(
    firm: Organisation, sql: Skill, others: list[Profile]
) -> None:
    """Neither from the words nor from the figures: whoever has a word alone scores as if it were another."""
    people_who_write("I watched returns.", 5)
    kayaks = factories.a_profile({sql: 1}, text="I watched returns, and kayaks.")
    violins = factories.a_profile({sql: 1}, text="I watched returns, and violins.")
    need = factories.a_published_need(firm, {sql: 4}, text="You watch returns. Kayaks, kayaks?")
    factories.a_published_need(firm, {sql: 4}, text="Kayaks!")
    fit_text_model()
    one, other = (explained(need, person) for person in (kayaks, violins))
    assert (one.score, one.text_bonus, one.shared_words) == (other.score, other.text_bonus, other.shared_words)
    assert one.shared_words == ("returns",)


def test_names_of_people_firms_and_cities_make_no_likeness(
    firm: Organisation, sql: Skill, others: list[Profile]
) -> None:
    factories.a_profile(user=factories.a_user(name="Cen Yitong"))
    factories.a_firm(name_en="Haiyun Appliances", name_zh="海昀家电")
    factories.a_city("shunde", "Shunde", "顺德")
    texts = {"en": "yitong, haiyun, shunde", "zh-Hans": "海昀，顺德，男，英语。"}
    for language, text in texts.items():
        person = people_who_write(text, 5, language=language)[0]
        need = factories.a_published_need(firm, {sql: 4}, title="?", text=text, language=language)
        fit_text_model()
        assert explained(need, person).text_bonus == 0.0, text


def test_what_may_be_a_name_is_not_shown_though_no_table_has_it(
    firm: Organisation, sql: Skill, others: list[Profile]
) -> None:
    person = people_who_write("At Sunyat College and Bytehua I watched returns in Germany.", 6)[0]
    text = "Like at Sunyat College and Bytehua, you watch returns in Germany."
    need = factories.a_published_need(firm, {sql: 4}, text=text)
    fit_text_model()
    assert explained(need, person).shared_words == ("returns", "watch")[:1]


def test_words_are_quoted_from_the_need_so_that_a_firm_reads_its_own_writing(
    firm: Organisation, sql: Skill, others: list[Profile]
) -> None:
    person = people_who_write("I watched the returns.", 5)[0]
    need = factories.a_published_need(firm, {sql: 4}, text="Explain each RETURN.")
    fit_text_model()
    assert explained(need, person, FIRM).shared_words == ("RETURN",)
    assert explained(need, person, STUDENT).shared_words == ("RETURN",)


def test_chinese_words_are_shown_whole_and_in_chinese(firm: Organisation, others: list[Profile]) -> None:
    asked = factories.a_skill("DT8", "Livestream hosting", "直播主持")
    factories.a_skill("DT9", "Returns handling", "退货处理").aliases.create(language="zh-hans", text="退货")
    person = people_who_write("我看退货和直播主持。", 5, language="zh-Hans")[0]
    need = factories.a_published_need(
        firm, {asked: 4}, title="专员", text="每周看退貨，做直播主持。", language="zh-Hans"
    )
    fit_text_model()
    assert explained(need, person).shared_words == ("退貨",)  # 直播主持 is named among the skills


def test_an_english_and_a_chinese_text_share_nothing(firm: Organisation, sql: Skill, others: list[Profile]) -> None:
    person = people_who_write("我用 SQL 看退货。", 5, language="zh-Hans")[0]
    people_who_write("I watched returns by SQL.", 5)
    need = factories.a_published_need(firm, {sql: 4}, text="You watch returns by SQL.")
    fit_text_model()
    assert explained(need, person).text_bonus == 0.0


def test_twenty_explanations_with_texts_take_as_many_queries_as_one(
    firm: Organisation, sql: Skill, others: list[Profile]
) -> None:
    people = people_who_write(WROTE, 20)
    need = factories.a_published_need(firm, {sql: 3}, text=WROTE)
    fit_text_model()

    def queries(count: int) -> int:
        with CaptureQueriesContext(connection) as seen:
            shown = explain_pairs([(need, profile) for profile in people[:count]], viewer=FIRM)
        assert all(one.text_bonus > 0 for one in shown)
        return len(seen)

    queries(1)  # the words are read once a process
    assert queries(20) == queries(1)


def test_a_text_is_read_from_the_database_once(firm: Organisation, sql: Skill, others: list[Profile]) -> None:
    people_who_write(WROTE, 5)
    fit_text_model()
    model = text_model()
    assert model is not None
    rows = list(Profile.objects.order_by("id").values("public_id", "revision", "changed_at"))
    first = text_vectors.text_vectors(model, Profile, rows)
    with CaptureQueriesContext(connection) as seen:
        again = text_vectors.text_vectors(model, Profile, rows)
    assert len(seen) == 0
    assert first is not None
    assert again is not None
    assert (first != again).nnz == 0


def test_texts_that_are_kept_do_not_grow_without_end(
    monkeypatch: pytest.MonkeyPatch, firm: Organisation, others: list[Profile]
) -> None:
    monkeypatch.setattr(text_vectors, "MOST_KEPT", 3)
    monkeypatch.setattr(text_vectors, "_kept", {})
    people_who_write(WROTE, 5)
    fit_text_model()
    model = text_model()
    assert model is not None
    rows = list(Profile.objects.order_by("id").values("public_id", "revision", "changed_at"))
    vectors = text_vectors.text_vectors(model, Profile, rows)
    assert vectors is not None
    assert vectors.shape[0] == len(rows)
    assert len(text_vectors._kept) == 3


def test_the_same_texts_make_the_same_fit_and_only_the_newest_are_kept(others: list[Profile]) -> None:
    first = fit_text_model()
    assert fit_text_model().version == first.version
    assert TextFit.objects.count() == 1
    for number in range(FITS_KEPT + 2):
        people_who_write(f"wordof{chr(97 + number)} and ledgers", 2)
        newest = fit_text_model()
    assert TextFit.objects.count() == FITS_KEPT
    assert text_model() is not None
    assert text_fit.text_model().version == newest.version  # type: ignore[union-attr]


def test_fitting_anew_tells_whether_lists_would_differ(others: list[Profile]) -> None:
    assert refit_text_model()
    assert not refit_text_model()
    people_who_write("Violins and ledgers", 2)
    assert refit_text_model()


def test_a_page_and_the_api_tell_the_words_and_never_the_text_of_the_person(
    firm: Organisation,
    owner: User,
    sql: Skill,
    others: list[Profile],
    work: Callable[[], int],
    client: Client,
    api: Callable[..., APIClient],
) -> None:
    people_who_write("I watched returns.", 5)
    factories.a_profile({sql: 2}, text="I watched returns, once in a violet submarine.")
    need = factories.a_published_need(firm, {sql: 4}, text="You explain returns.")
    fit_text_model()
    work()
    answer = api(owner).get(f"/api/v1/needs/{need.public_id}/matches/").json()["results"][0]
    assert answer["shared_words"] == ["returns"]
    assert answer["text_bonus"] > 0
    client.force_login(owner)
    pair = Match.objects.filter(list__ranking__need=need).order_by("position")[0].pair
    page = client.get(f"/needs/{need.public_id}/?candidate={pair.public_id}").content.decode()
    assert '<span lang="en">returns</span>' in page
    assert "submarine" not in page
