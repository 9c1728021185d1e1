"""A pasted advertisement on the form of a need: its skills are found and marked, and a person decides about each."""

import re
from html import escape, unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from engine.link import PROBABLE
from enterprises.models import Need
from skills.framework import load_framework
from skills.models import Skill
from skills.pasted import LIKENESSES_SHOWN
from tests import factories
from tests.pasting import Says, read_by

pytestmark = pytest.mark.django_db
NEW = reverse("need-new")
AD = "招聘 🚢 分析师。精通SQL查询，会用看板者优先。𠮷\n不要求直播经验。"


@pytest.fixture
def sql() -> Skill:
    return factories.a_skill("T-SQL", "SQL querying", "SQL 数据查询")


@pytest.fixture
def board() -> Skill:
    return factories.a_skill("T-BOARD", "Dashboards", "数据看板")


@pytest.fixture
def stream() -> Skill:
    return factories.a_skill("T-LIVE", "Live-stream selling", "直播销售")


@pytest.fixture
def texts(monkeypatch: pytest.MonkeyPatch, sql: Skill, board: Skill, stream: Skill) -> list[str]:
    return read_by(
        monkeypatch,
        Says(sql, "SQL查询", level=4, cue="精通"),
        Says(board, "看板", level=2, standing="wish", standing_cue="优先"),
        Says(stream, "直播", standing="denied", standing_cue="不要求"),
    )


@pytest.fixture
def desk(client: Client, editor: User) -> Client:
    """The browser of an editor."""
    client.force_login(editor)
    return client


def typed(text: str = AD, *skills: Skill, **fields: Any) -> dict[str, Any]:
    """The form as a browser sends it, with these skills at level 3."""
    rows = {}
    for number, skill in enumerate(skills):
        rows |= {f"skill-{number}": skill.code, f"level-{number}": "3", f"weight-{number}": "1"}
    start = {"title": "Data analyst", "text": text, "language": "en", "kind": "job", "headcount": "2"}
    return start | {"pay_currency": "CNY", "spoken-0": "", "spoken_level-0": "3"} | rows | fields


def fields_of(page: str) -> dict[str, Any]:
    """What the browser would send back of the found skills and the skills of the form, as they came."""
    sent: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        kept = "hidden" in tag or " checked" in tag
        if name and value and kept and re.match(r"(read|rejected|source|skill|level|ask|ask_level)\b", name[1]):
            sent.setdefault(name[1], []).append(unescape(value[1]))
    for name, options in re.findall(r'<select name="((?:ask_)?weight-\d+)"[^>]*>(.*?)</select>', page, re.S):
        sent[name] = re.search(r'value="([^"]*)" selected', options)[1]
    return sent


def pressed(desk: Client, page: str, text: str = AD, **fields: Any) -> str:
    """The page after a button of it was pressed."""
    return desk.post(NEW, typed(text) | fields_of(page) | fields).content.decode()


def linked(desk: Client, text: str = AD, *skills: Skill) -> str:
    """The page after its text was read."""
    return desk.post(NEW, typed(text, *skills, do="link")).content.decode()


def test_a_new_form_offers_to_read_the_text_and_reads_nothing_by_itself(desk: Client, texts: list[str]) -> None:
    page = desk.get(NEW).content.decode()
    assert 'name="do" value="link"' in page
    assert "<mark" not in page
    desk.post(NEW, typed(q="x", find="1"))
    desk.post(NEW, typed(do="save"))
    assert texts == []


def test_what_is_found_is_marked_in_the_text_at_its_place(desk: Client, texts: list[str]) -> None:
    page = linked(desk)
    assert '招聘 🚢 分析师。<mark class="ask">精通SQL查询&#8288;<sup>1</sup></mark>，会用' in page
    assert '会用<mark class="ask">看板&#8288;<sup>2</sup></mark>者优先。𠮷\n' in page
    assert '<mark class="off">不要求直播&#8288;<sup>3</sup></mark>经验。</div>' in page
    assert 'class="pasted" lang="zh-Hans"' in page


def test_a_cue_beside_the_words_is_marked_with_them_and_one_further_off_is_not(
    desk: Client, monkeypatch: pytest.MonkeyPatch, sql: Skill, board: Skill
) -> None:
    wished = Says(board, "charts", standing="wish", standing_cue="preferred")
    read_by(monkeypatch, Says(sql, "SQL", cue="proficient"), wished)
    page = linked(desk, "proficient SQL, charts preferred")
    assert '>proficient SQL&#8288;<sup>1</sup></mark>, <mark class="ask">charts preferred&#8288;' in page
    assert 'proficient in <mark class="ask">SQL&#8288;' in linked(desk, "proficient in SQL")


def test_each_found_skill_says_where_it_was_found_and_what_its_level_was_read_from(
    desk: Client, texts: list[str]
) -> None:
    page = linked(desk)
    assert '<q lang="zh-Hans">精通SQL查询</q> · “精通” reads as level 4' in page
    assert '<q lang="zh-Hans">看板</q> · the text gives no level; 2 is our guess · “优先” makes it a wish' in page
    assert '<q lang="zh-Hans">不要求直播</q> · the text says it is not asked for' in page
    assert "Skills found: 0 in, 2 to check, 1 left out" in page


def test_level_and_weight_are_preset_from_the_text(desk: Client, texts: list[str]) -> None:
    sent = fields_of(linked(desk))
    assert (sent["ask_level-1"], sent["ask_weight-1"]) == (["4"], "1")
    assert (sent["ask_level-2"], sent["ask_weight-2"]) == (["2"], "0.5")


def test_nothing_is_saved_that_was_not_accepted(desk: Client, texts: list[str]) -> None:
    page = linked(desk)
    assert "2 skills to check: what you do not accept is not saved." in page
    assert not Need.objects.exists()
    desk.post(NEW, typed() | fields_of(page) | {"do": "save"})
    assert not Need.objects.get().skills.exists()


def test_everything_typed_is_kept_while_skills_are_found(desk: Client, texts: list[str], sql: Skill) -> None:
    other = factories.a_skill()
    page = desk.post(NEW, typed(AD, other, title="Kept", headcount="7", pay_min="9,000", do="link")).content.decode()
    assert 'value="Kept"' in page
    assert 'name="headcount" value="7"' in page
    assert 'value="9,000"' in page
    assert f'name="skill-0" value="{other.code}"' in page
    assert re.search(r"<textarea[^>]*>\s*" + re.escape(AD) + "</textarea>", page)


def test_an_accepted_skill_becomes_one_of_the_need(desk: Client, texts: list[str], sql: Skill) -> None:
    page = pressed(desk, linked(desk), accept="1")
    assert '<input type="hidden" name="skill-0" value="T-SQL">' in page
    assert "<mark>精通SQL查询&#8288;<sup>1</sup></mark>" in page
    assert "Skills found: 1 in, 1 to check, 1 left out" in page
    desk.post(NEW, typed() | fields_of(page) | {"do": "save"})
    [row] = Need.objects.get().skills.all()
    assert (row.skill, row.min_level, row.weight, row.essential) == (sql, 4, 1.0, False)


def test_level_and_weight_can_be_changed_before_accepting(desk: Client, texts: list[str], board: Skill) -> None:
    change = {"ask_level-2": "5", "ask_weight-2": "1.5 essential"}
    page = pressed(desk, linked(desk), accept="2", **change)
    desk.post(NEW, typed() | fields_of(page) | {"do": "save"})
    [row] = Need.objects.get().skills.all()
    assert (row.skill, row.min_level, row.weight, row.essential) == (board, 5, 1.5, True)


def test_what_was_chosen_for_a_proposal_stays_while_another_is_decided(desk: Client, texts: list[str]) -> None:
    page = pressed(desk, linked(desk), accept="1", **{"ask_level-2": "5", "ask_weight-2": "1"})
    sent = fields_of(page)
    assert (sent["ask_level-2"], sent["ask_weight-2"]) == (["5"], "1")


def test_all_are_accepted_at_once_but_not_what_the_text_denies(desk: Client, texts: list[str]) -> None:
    page = pressed(desk, linked(desk), accept_all="1", **{"ask_level-1": "2"})
    assert "Skills found: 2 in, 0 to check, 1 left out" in page
    assert "Accept all" not in page
    desk.post(NEW, typed() | fields_of(page) | {"do": "save"})
    rows = {(row.skill.code, row.min_level, row.weight) for row in Need.objects.get().skills.all()}
    assert rows == {("T-SQL", 2, 1.0), ("T-BOARD", 2, 0.5)}


def test_a_rejected_skill_stays_out_until_the_text_changes(desk: Client, texts: list[str]) -> None:
    page = pressed(desk, linked(desk), reject="1")
    assert "you left it out" in page
    assert '<mark class="off">精通SQL查询' in page
    again = pressed(desk, page, do="link")
    assert '<mark class="off">精通SQL查询' in again
    assert '<mark class="off">精通SQL查询' in pressed(desk, again, q="board", find="1")
    assert '<mark class="ask">精通SQL查询' in pressed(desk, again, AD + "！", do="link")


def test_what_was_rejected_or_denied_can_be_used_anyway(
    desk: Client, texts: list[str], sql: Skill, stream: Skill
) -> None:
    page = pressed(desk, pressed(desk, linked(desk), reject="1"), accept="1")
    page = pressed(desk, page, accept="3")
    assert "Skills found: 2 in, 1 to check, 0 left out" in page
    desk.post(NEW, typed() | fields_of(page) | {"do": "save"})
    rows = {row.skill: row.min_level for row in Need.objects.get().skills.all()}
    assert rows == {sql: 4, stream: 3}


def test_the_cursor_goes_on_to_the_next_proposal_and_then_to_the_search(desk: Client, texts: list[str]) -> None:
    def focused(page: str) -> str:
        return re.search(r"<\w+([^>]*) autofocus[ >]", page)[1]

    page = linked(desk)
    assert "autofocus" not in page
    assert 'value="2"' in focused(pressed(desk, page, accept="1"))
    page = pressed(desk, page, reject="2")
    assert 'name="accept" value="1"' in focused(page)
    assert 'name="q"' in focused(pressed(desk, page, accept="1"))


def test_removing_an_accepted_skill_leaves_it_out(desk: Client, texts: list[str]) -> None:
    page = pressed(desk, pressed(desk, linked(desk), accept="1"), remove="0")
    assert "skill-0" not in page
    assert "Skills found: 0 in, 1 to check, 2 left out" in page


def test_a_skill_that_is_there_already_is_shown_as_found_and_not_proposed(
    desk: Client, texts: list[str], sql: Skill
) -> None:
    page = linked(desk, AD, sql)
    assert page.count('value="T-SQL"') == 1
    assert "“精通” reads as level 4; here it is 3" in page
    assert "Skills found: 1 in, 1 to check, 1 left out" in page


def test_a_skill_that_is_there_although_the_text_denies_it_says_so(
    desk: Client, texts: list[str], stream: Skill
) -> None:
    assert '<q lang="zh-Hans">不要求直播</q> · the text says it is not asked for' in linked(desk, AD, stream)


def test_a_double_press_accepts_a_skill_once(desk: Client, texts: list[str]) -> None:
    first = linked(desk)
    page = pressed(desk, first, accept="1", **{"skill-0": "T-SQL", "level-0": "4", "weight-0": "1"})
    assert page.count('value="T-SQL"') == 1


@pytest.mark.parametrize("button", ["accept", "reject"])
@pytest.mark.parametrize("number", ["99", "x", "", "1 or 1"])
def test_a_proposal_that_was_never_made_is_not_decided(
    desk: Client, texts: list[str], number: str, button: str
) -> None:
    page = pressed(desk, linked(desk), **{button: number})
    assert "Skills found: 0 in, 2 to check, 1 left out" in page


def test_a_code_that_no_skill_has_is_refused_when_saving(desk: Client, texts: list[str]) -> None:
    page = pressed(desk, linked(desk), accept="1", **{"ask-1": "NOPE<b>"})
    answer = desk.post(NEW, typed() | fields_of(page) | {"do": "save"})
    assert answer.status_code == 422
    assert "is not a skill of the framework" in answer.content.decode()
    assert "<b>”" not in answer.content.decode()


def test_after_the_text_changed_an_accepted_proposal_is_still_taken(desk: Client, texts: list[str], sql: Skill) -> None:
    page = pressed(desk, linked(desk), "Another text.", accept="1")
    desk.post(NEW, typed("Another text.") | fields_of(page) | {"do": "save"})
    assert [row.skill for row in Need.objects.get().skills.all()] == [sql]


def test_a_text_with_markup_in_it_is_shown_as_it_is_written(
    desk: Client, monkeypatch: pytest.MonkeyPatch, sql: Skill
) -> None:
    attack = "<script>alert(1)</script> SQL & <b>more</b>"
    read_by(monkeypatch, Says(sql, "</script> SQL", cue="<i>x</i>", standing="wish", standing_cue="<img src=x>"))
    page = linked(desk, attack)
    assert f'{escape("<script>alert(1)")}<mark class="ask">{escape("</script> SQL")}&#8288;' in page
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "<i>x" not in page


def test_overlapping_places_keep_every_character_and_number(
    desk: Client, monkeypatch: pytest.MonkeyPatch, sql: Skill, board: Skill, stream: Skill
) -> None:
    whole = "reads store data in SQL"
    read_by(
        monkeypatch,
        Says(board, whole, found_by="likeness"),
        Says(sql, "SQL"),
        Says(stream, "SQL daily"),
    )
    page = linked(desk, f"She {whole} daily.")
    marked = re.search(r'class="pasted".*?>(.*?)</div>', page, re.S)[1]
    assert re.sub(r"&#8288;|<sup>\d</sup>|</?mark[^>]*>", "", marked) == f"She {whole} daily."
    assert sorted(re.findall(r"<sup>(\d)</sup>", marked)) == ["1", "2", "3"]


def test_of_skills_that_the_text_only_resembles_the_best_few_are_proposed(
    desk: Client, monkeypatch: pytest.MonkeyPatch, sql: Skill
) -> None:
    like = [factories.a_skill() for _ in range(LIKENESSES_SHOWN + 3)]
    scores = [PROBABLE + 0.3 - 0.01 * place for place in range(len(like))]
    unlikely = factories.a_skill()
    read_by(
        monkeypatch,
        *(Says(skill, "SQL", found_by="likeness", score=score) for skill, score in zip(like, scores, strict=True)),
        Says(sql, "SQL", score=0.4),
    )
    page = linked(desk)
    assert [skill.code in page for skill in like] == [True] * LIKENESSES_SHOWN + [False] * 3
    assert 'value="T-SQL"' in page
    assert "not by this name; our best guess" in page
    read_by(monkeypatch, Says(unlikely, "SQL", found_by="likeness", score=PROBABLE - 0.01))
    assert unlikely.code not in linked(desk)


@pytest.mark.parametrize("text", ["", "  \r\n "])
def test_an_empty_text_says_that_there_is_none(desk: Client, texts: list[str], text: str) -> None:
    assert "There is no text yet." in linked(desk, text)
    assert texts == []


def test_a_text_without_skills_says_so(desk: Client, texts: list[str]) -> None:
    page = linked(desk, "Nothing of the kind.")
    assert "No skill was found in this text." in page
    assert "<mark" not in page


def test_a_text_of_100_000_characters_is_read_once_and_comes_back_whole(desk: Client, texts: list[str]) -> None:
    text = ("日" * 99_996) + "看板"
    page = linked(desk, text)
    assert texts == [text]
    assert f'{"日" * 99_996}<mark class="ask">看板' in page


def test_a_longer_text_is_not_read_and_says_so(desk: Client, texts: list[str]) -> None:
    page = linked(desk, "看板" * 50_001)
    assert "too long to be read" in page
    assert texts == []


def test_lines_of_a_browser_do_not_shift_the_marks(desk: Client, texts: list[str]) -> None:
    page = linked(desk, "一\r\n二\r\n三 SQL查询")
    assert '一\n二\n三 <mark class="ask">SQL查询&#8288;' in page


def test_a_form_that_comes_back_with_faults_still_shows_what_was_found(desk: Client, texts: list[str]) -> None:
    page = linked(desk)
    answer = desk.post(NEW, typed() | fields_of(page) | {"do": "save", "title": ""})
    assert answer.status_code == 422
    assert '<mark class="ask">精通SQL查询' in answer.content.decode()


def test_the_text_of_a_need_that_exists_is_read_too(desk: Client, texts: list[str], editor: User, sql: Skill) -> None:
    desk.post(NEW, typed(AD, sql, do="save"))
    need = Need.objects.get()
    page = desk.post(reverse("need-change", args=[need.public_id]), typed(AD, sql, do="link")).content.decode()
    assert "Skills found: 1 in, 1 to check, 1 left out" in page
    need.refresh_from_db()
    assert need.revision == 1


def test_in_chinese_the_page_says_it_in_chinese_labels(desk: Client, texts: list[str]) -> None:
    page = desk.post(NEW, typed(do="link"), headers={"accept-language": "zh-CN"}).content.decode()
    assert '<span class="keep">SQL 数据查询</span><small><q lang="zh-Hans">精通SQL查询</q>' in page


def test_a_chinese_advertisement_is_read_by_the_linking_of_the_platform(desk: Client) -> None:
    load_framework()
    text = "岗位要求：精通SQL和Power BI；能独立投放跨境广告。熟悉Python者优先，不要求直播带货经验。🚢"
    page = linked(desk, text)
    for label in ("SQL querying", "Power BI dashboards", "Cross-border advertising"):
        assert f'<span class="keep">{label}</span>' in page
    assert (
        '<mark class="ask">精通SQL&#8288;<sup>1</sup></mark>和<mark class="ask">Power BI&#8288;<sup>2</sup></mark>；'
        in page
    )
    assert "the text says it is not asked for" in page
    saved = pressed(desk, page, text, accept_all="1")
    desk.post(NEW, typed(text) | fields_of(saved) | {"do": "save"})
    levels = {row.skill.label_en: row.min_level for row in Need.objects.get().skills.select_related("skill")}
    assert levels["SQL querying"] == levels["Power BI dashboards"] == 5
    assert levels["Cross-border advertising"] == 3
    assert "Live-stream selling" not in levels
