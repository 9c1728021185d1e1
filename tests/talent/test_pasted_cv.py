"""A pasted CV on the form of a profile: skills are found, and count only once their person has accepted and saved."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from skills.framework import load_framework
from skills.models import Skill
from talent.models import Claim, Profile
from tests import factories
from tests.api.conftest import ME
from tests.pasting import Says, read_by

pytestmark = pytest.mark.django_db
PAGE = reverse("profile")
FOUND = r"(read|rejected|source|skill|level|evidence|ask|ask_level)\b"
CV = "I ran ads on my own 🚢 for two stores. Basics of SQL. No customs experience."


@pytest.fixture
def ads() -> Skill:
    return factories.a_skill("T-ADS", "Cross-border advertising", "跨境广告投放")


@pytest.fixture
def sql() -> Skill:
    return factories.a_skill("T-SQL", "SQL querying", "SQL 数据查询")


@pytest.fixture
def customs() -> Skill:
    return factories.a_skill("T-CUST", "Customs declaration", "报关")


@pytest.fixture
def texts(monkeypatch: pytest.MonkeyPatch, ads: Skill, sql: Skill, customs: Skill) -> list[str]:
    return read_by(
        monkeypatch,
        Says(ads, "ran ads", level=3, cue="on my own"),
        Says(sql, "SQL", level=2, cue="Basics of"),
        Says(customs, "customs", standing="denied", standing_cue="No"),
    )


@pytest.fixture
def person() -> Profile:
    return factories.a_profile(name="Cen Yitong")


@pytest.fixture
def desk(client: Client, person: Profile) -> Client:
    client.force_login(person.user)
    return client


def typed(text: str = CV, *claims: tuple[str, str], **fields: Any) -> dict[str, Any]:
    """The form as a browser sends it, with these skills at these levels."""
    rows = {}
    for number, (code, level) in enumerate(claims):
        rows |= {f"skill-{number}": code, f"level-{number}": level, f"evidence-{number}": ""}
    start = {"name": "Cen Yitong", "contact": "", "headline": "", "text": text, "language": "en", "adult": "yes"}
    return start | {"spoken-0": "", "spoken_level-0": "", "q": ""} | rows | fields


def fields_of(page: str) -> dict[str, Any]:
    """What the browser would send back of the found skills and the skills of the form, as they came."""
    sent: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        kept = "hidden" in tag or " checked" in tag or 'type="text"' in tag
        if name and value and kept and re.match(FOUND, name[1]):
            sent.setdefault(name[1], []).append(unescape(value[1]))
    return sent


def pressed(desk: Client, page: str, text: str = CV, **fields: Any) -> str:
    """The page after a button of it was pressed."""
    return desk.post(PAGE, typed(text) | fields_of(page) | fields).content.decode()


def linked(desk: Client, text: str = CV, *claims: tuple[str, str]) -> str:
    """The page after its text was read."""
    return desk.post(PAGE, typed(text, *claims, do="link")).content.decode()


def saved(desk: Client, page: str, text: str = CV, **fields: Any) -> Any:
    return desk.post(PAGE, typed(text) | fields_of(page) | {"do": "save"} | fields)


def test_what_is_found_is_marked_and_nothing_of_it_counts_yet(desk: Client, texts: list[str], person: Profile) -> None:
    page = linked(desk)
    assert 'I <mark class="ask">ran ads on my own&#8288;<sup>1</sup></mark> 🚢 for two stores.' in page
    assert '<mark class="off">No customs&#8288;<sup>3</sup></mark> experience.' in page
    assert "“on my own” reads as level 3" in page
    assert "the text says you have not done it" in page
    assert "Skills found: 0 in, 2 to check, 1 left out" in page
    assert "Not saved yet" in page
    saved(desk, page)
    person.refresh_from_db()
    assert person.text == CV
    assert not person.claims.exists()


def test_an_accepted_skill_keeps_that_it_came_from_the_text_and_the_words(
    desk: Client, texts: list[str], person: Profile, ads: Skill
) -> None:
    page = pressed(desk, linked(desk), accept="1")
    assert "I <mark>ran ads" in page
    assert not person.claims.exists()
    saved(desk, page)
    claim = person.claims.get()
    assert (claim.skill, claim.level, claim.source) == (ads, 3, Claim.Source.TEXT)
    assert claim.evidence == "I ran ads on my own 🚢 for two stores."


def test_the_level_can_be_changed_before_and_after_accepting(desk: Client, texts: list[str], person: Profile) -> None:
    page = pressed(desk, linked(desk), accept="1", **{"ask_level-1": "5"})
    saved(desk, page)
    assert person.claims.get().level == 5
    saved(desk, page, **{"level-0": "4"})
    assert (person.claims.get().level, person.claims.get().source) == (4, "text")


def test_a_long_sentence_is_cut_to_what_evidence_takes(desk: Client, texts: list[str], person: Profile) -> None:
    text = "日" * 400 + "I ran ads " + "𠮷" * 600
    saved(desk, pressed(desk, linked(desk, text), text, accept="1"), text)
    evidence = person.claims.get().evidence
    assert len(evidence) == 500
    assert evidence.startswith("ran ads 𠮷")
    assert evidence.endswith("𠮷…")


def test_all_are_accepted_at_once_but_not_what_the_text_denies(desk: Client, texts: list[str], person: Profile) -> None:
    saved(desk, pressed(desk, linked(desk), accept_all="1"))
    assert set(person.claims.values_list("skill__code", "level", "source")) == {
        ("T-ADS", 3, "text"),
        ("T-SQL", 2, "text"),
    }


def test_a_rejected_skill_stays_out_until_the_text_changes(desk: Client, texts: list[str]) -> None:
    page = pressed(desk, linked(desk), reject="1")
    assert "you left it out" in page
    assert '<mark class="off">ran ads' in pressed(desk, page, do="link")
    assert '<mark class="ask">ran ads' in pressed(desk, page, "Once I ran ads.", do="link")


def test_what_the_text_denies_can_be_used_anyway(desk: Client, texts: list[str], person: Profile) -> None:
    saved(desk, pressed(desk, linked(desk), accept="3"))
    assert person.claims.get().skill.code == "T-CUST"


def test_removing_an_accepted_skill_leaves_it_out(desk: Client, texts: list[str], person: Profile) -> None:
    page = pressed(desk, pressed(desk, linked(desk), accept="1"), remove="0")
    assert "Skills found: 0 in, 1 to check, 2 left out" in page
    saved(desk, page)
    assert not person.claims.exists()


def test_a_skill_that_is_there_already_is_shown_as_found_and_not_proposed(
    desk: Client, texts: list[str], person: Profile, sql: Skill
) -> None:
    Claim.objects.create(profile=person, skill=sql, level=4)
    page = linked(desk, CV, ("T-SQL", "4"))
    assert page.count('value="T-SQL"') == 1
    assert "“Basics of” reads as level 2; here it is 4" in page
    saved(desk, page)
    assert (person.claims.get().level, person.claims.get().source) == (4, "self")


def test_a_skill_that_somebody_confirmed_is_shown_as_found_and_not_proposed(
    desk: Client, texts: list[str], person: Profile, ads: Skill
) -> None:
    factories.confirm(person, ads, 3)
    page = linked(desk)
    assert "I <mark>ran ads" in page
    assert "Skills found: 1 in, 1 to check, 1 left out" in page
    assert "T-ADS" not in fields_of(pressed(desk, page, accept_all="1")).get("skill-0", [])


def test_everything_typed_is_kept_while_skills_are_found(desk: Client, texts: list[str]) -> None:
    other = factories.a_skill()
    sent = typed(CV, (other.code, "2"), headline="A line", moves="yes", kinds=["job"], do="link")
    page = desk.post(PAGE, sent | {"evidence-0": "two stores"}).content.decode()
    assert 'value="A line"' in page
    assert 'value="two stores"' in page
    assert f'name="skill-0" value="{other.code}"' in page
    assert re.search(r"<textarea[^>]*>\s*" + re.escape(CV) + "</textarea>", page)


def test_a_text_with_markup_in_it_is_shown_as_it_is_written(
    desk: Client, monkeypatch: pytest.MonkeyPatch, ads: Skill
) -> None:
    read_by(monkeypatch, Says(ads, "ran <b>ads", cue='"><script>x</script>'))
    page = linked(desk, "I ran <b>ads</b> & more")
    assert '<mark class="ask">ran &lt;b&gt;ads&#8288;<sup>1</sup></mark>&lt;/b&gt; &amp; more' in page
    assert "<script>x" not in page
    accepted = pressed(desk, page, "I ran <b>ads</b> & more", accept="1")
    assert "<script>x" not in accepted
    assert fields_of(accepted)["evidence-0"] == ["I ran <b>ads</b> & more"]


def test_an_empty_text_says_that_there_is_none(desk: Client, texts: list[str]) -> None:
    assert "There is no text yet." in linked(desk, "")


def test_a_text_of_100_000_characters_is_read_once(desk: Client, texts: list[str]) -> None:
    text = "I ran ads. " + "日" * 99_989
    page = linked(desk, text)
    assert texts == [text]
    assert '<mark class="ask">ran ads' in page


@pytest.mark.parametrize("source", ["university", "certificate", "staff", ""])
def test_the_form_confirms_nothing(desk: Client, texts: list[str], person: Profile, source: str) -> None:
    page = pressed(desk, linked(desk), accept="1")
    assert saved(desk, page, **{"source-0": source}).status_code == 422
    assert not person.claims.exists()


def test_who_found_a_skill_in_a_text_reads_and_sends_that_over_the_api(
    client: Client, person: Profile, ads: Skill, sql: Skill
) -> None:
    client.force_login(person.user)
    claims = [
        {"skill": ads.code, "level": 3, "evidence": "I ran ads.", "source": "text"},
        {"skill": sql.code, "level": 1},
    ]
    read = client.patch(ME, {"claims": claims}, content_type="application/json").json()
    assert [(row["source"], row["evidence"]) for row in read["claims"]] == [("text", "I ran ads."), ("self", "")]
    rows = set(person.claims.values_list("pk", flat=True))
    assert client.patch(ME, {"claims": read["claims"]}, content_type="application/json").json() == read
    assert client.put(ME, read, content_type="application/json").json() == read
    assert set(person.claims.values_list("pk", flat=True)) == rows


def test_one_skill_is_declared_once_whatever_its_source(client: Client, person: Profile, ads: Skill) -> None:
    client.force_login(person.user)
    for source in ("self", "text", "self"):
        client.patch(
            ME, {"claims": [{"skill": ads.code, "level": 3, "source": source}]}, content_type="application/json"
        )
        assert [claim.source for claim in person.claims.all()] == [source]
    twice = [{"skill": ads.code, "level": 3, "source": source} for source in ("self", "text")]
    answer = client.patch(ME, {"claims": twice}, content_type="application/json")
    assert [fault["code"] for fault in answer.json()["errors"]] == ["twice"]


def test_two_rows_of_one_skill_become_one_when_the_profile_is_written(
    client: Client, person: Profile, ads: Skill
) -> None:
    for source in ("text", "self"):
        Claim.objects.create(profile=person, skill=ads, level=3, source=source)
    client.force_login(person.user)
    answer = client.patch(ME, {"claims": [{"skill": ads.code, "level": 4}]}, content_type="application/json")
    assert answer.status_code == 200
    assert list(person.claims.values_list("level", "source")) == [(4, "self")]


@pytest.mark.parametrize(
    ("source", "code"), [("university", "confirmed"), ("employer", "confirmed"), ("friend", "invalid_choice")]
)
def test_nobody_confirms_themselves_over_the_api(
    client: Client, person: Profile, ads: Skill, source: str, code: str
) -> None:
    client.force_login(person.user)
    claims = [{"skill": ads.code, "level": 3, "source": source}]
    answer = client.patch(ME, {"claims": claims}, content_type="application/json")
    assert answer.status_code == 422
    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [("#/claims/0/source", code)]


def test_what_others_confirmed_comes_back_and_stays_as_it_is(client: Client, person: Profile, ads: Skill) -> None:
    factories.confirm(person, ads, 5)
    Claim.objects.create(profile=person, skill=ads, level=3)
    client.force_login(person.user)
    read = client.get(ME).json()
    assert client.put(ME, read, content_type="application/json").json() == read
    better = [row | {"level": 4} if row["source"] == "university" else row for row in read["claims"]]
    assert client.patch(ME, {"claims": better}, content_type="application/json").status_code == 422
    assert sorted(person.claims.values_list("level", "source")) == [(3, "self"), (5, "university")]


def test_an_english_cv_is_read_by_the_linking_of_the_platform(desk: Client, person: Profile) -> None:
    load_framework()
    text = "Internship: built dashboards in Power BI 🚢. Basic SQL. No experience with customs declaration."
    page = linked(desk, text)
    assert "Power BI&#8288;" in page
    assert "the text says you have not done it" in page
    saved(desk, pressed(desk, page, text, accept_all="1"), text)
    claims = {claim.skill.label_en: claim for claim in person.claims.select_related("skill")}
    assert claims["Power BI dashboards"].evidence == "Internship: built dashboards in Power BI 🚢."
    assert claims["SQL querying"].level == 2
    assert {claim.source for claim in claims.values()} == {"text"}
    assert "Customs declaration" not in claims
