"""Text to skills: names in one pass, likeness, and what the text says about them."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.link import HINTED, LIKELY, Linked, Linker, SkillText
from engine.wording import plain

SKILLS = [
    (
        SkillText("PY", "Python programming", ("Python",), "Writes programs in Python."),
        SkillText("PY", "Python 编程", ("Python",), "用 Python 编写程序。"),
    ),
    (
        SkillText("SQL", "SQL querying", ("SQL", "MySQL", "SQL Server"), "Queries tables of a database."),
        SkillText("SQL", "SQL 数据查询", ("SQL", "数据库"), "查询数据库的表。"),
    ),
    (
        SkillText("DA", "Data analysis", ("data analyst",), "Finds out from figures what happened and why."),
        SkillText("DA", "数据分析", ("分析数据",), "从数据中找出原因。"),
    ),
    (
        SkillText("DE", "Marketplace data analysis", (), "Reads the figures of an online shop."),
        SkillText("DE", "电商数据分析", (), "解读网店数据。"),
    ),
    (
        SkillText("ML", "Machine learning", ("ML",), "Trains models that predict."),
        SkillText("ML", "机器学习", (), "训练预测模型。"),
    ),
    (
        SkillText("EC", "E-commerce operation", ("e-commerce", "online shop"), "Runs an online shop."),
        SkillText("EC", "电商运营", ("电子商务",), "运营网店。"),
    ),
    (
        SkillText("GO", "Go programming", ("Go",), "Writes programs in Go."),
        SkillText("GO", "Go 编程", ("Go 语言",), "用 Go 编写程序。"),
    ),
    (
        SkillText("IT", "IT operations", ("IT",), "Keeps machines running."),
        SkillText("IT", "IT 运维", ("运维",), "保障系统运行。"),
    ),
    (
        SkillText("TF", "Tform modelling", ("Tform",), "Models with Tform."),
        SkillText("TF", "Tform 建模", ("Tform",), "用 Tform 建模。"),
    ),
    (
        SkillText("CU", "Customs declaration", ("customs clearance", "certificate of origin"), "Declares goods."),
        SkillText("CU", "报关", ("清关",), "申报进出口货物。"),
    ),
    (
        SkillText("RE", "Returns and dispute handling", ("returns handling",), "Answers buyers who send goods back."),
        SkillText("RE", "退换货与纠纷处理", (), "处理买家退货与纠纷。"),
    ),
    (
        SkillText("CC", "C++ programming", ("C++",), "Writes programs in C++."),
        SkillText("CC", "C++ 编程", ("C++",), "用 C++ 编写程序。"),
    ),
    (SkillText("CS", "C# programming", ("C#", ".NET"), "Writes programs in C#."), SkillText("CS", "C# 编程", (), "")),
]
CODES = [english.code for english, _ in SKILLS]
LINKER = Linker().fit([english for english, _ in SKILLS], [chinese for _, chinese in SKILLS])


def found(text: str, **options: object) -> dict[str, Linked]:
    return {CODES[one.skill]: one for one in LINKER.link(text, **options)}  # type: ignore[arg-type]


def named(text: str) -> dict[str, str]:
    """Codes found by name, with the words that stand at their place in the text."""
    return {code: text[one.start : one.end] for code, one in found(text).items() if one.found_by == "name"}


def levels(text: str) -> dict[str, int]:
    return {code: one.level for code, one in found(text).items() if one.found_by == "name"}


def standings(text: str) -> dict[str, str]:
    return {code: one.standing for code, one in found(text).items() if one.found_by == "name"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Our platform and its transformations.", {}),
        ("Models in Tform, please.", {"TF": "Tform"}),
        ("We use python daily", {"PY": "python"}),
        ("熟悉Python和MySQL数据库", {"PY": "Python", "SQL": "MySQL"}),
        ("Ｐｙｔｈｏｎ，ＳＱＬ", {"PY": "Ｐｙｔｈｏｎ", "SQL": "ＳＱＬ"}),
        ("My SQL and tables", {"SQL": "My SQL"}),
        ("ecommerce", {"EC": "ecommerce"}),
        ("e commerce", {"EC": "e commerce"}),
        ("two online shops", {"EC": "online shops"}),
        ("certificates of origin", {"CU": "certificates of origin"}),
        ("做电商数据分析", {"DE": "电商数据分析"}),
        ("數據分析", {"DA": "數據分析"}),
        ("C++, C# and .NET", {"CC": "C++", "CS": "C#"}),
        ("用C++开发", {"CC": "C++"}),
        ("Python3", {"PY": "Python3"}),
        ("data-analysis", {"DA": "data-analysis"}),
    ],
)
def test_names_are_found_as_people_write_them(text: str, words: dict[str, str]) -> None:
    assert named(text) == words


def test_no_sql_is_not_a_name_that_only_looks_like_it_when_joined() -> None:
    linker = Linker().fit([SkillText("N", "NoSQL"), SkillText("S", "SQL")], [])
    assert [one.skill for one in linker.link("There is no SQL here") if one.found_by == "name"] == [1]
    assert [one.skill for one in linker.link("NoSQL") if one.found_by == "name"] == [0]


@pytest.mark.parametrize("text", ["It is easy to go there.", "go to work", "Go to market with us", "as is, it works"])
def test_an_ordinary_word_is_no_tool(text: str) -> None:
    assert named(text) == {}


@pytest.mark.parametrize(("text", "code"), [("Java, Go, Rust", "GO"), ("written in Go", "GO"), ("our IT team", "IT")])
def test_a_tool_with_an_ordinary_name_is_known_by_its_capitals(text: str, code: str) -> None:
    assert code in named(text)


def test_places_are_those_of_the_text_as_it_was_written() -> None:
    text = "👩‍💻 ﬁne \u200bＳＱＬ e\u0301te\u0301，機器學習㈱ Python\u0301 MySQL"
    words = named(text)
    assert words["SQL"] in ("ＳＱＬ", "MySQL")
    assert words["ML"] == "機器學習"
    every = [text[one.start : one.end] for one in LINKER.link(text)]
    assert all(words.strip() == words and words for words in every)


def test_words_of_taiwan_are_those_of_the_mainland_in_a_traditional_text() -> None:
    assert named("維護資料庫") == {"SQL": "資料庫"}
    assert "SQL" not in named("整理资料库存")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("精通Python，熟悉SQL，了解机器学习", {"PY": 5, "SQL": 2, "ML": 1}),
        ("熟悉Python、SQL、机器学习等", {"PY": 2, "SQL": 2, "ML": 2}),
        ("熟练掌握Python；机器学习", {"PY": 4, "ML": 3}),
        ("熟悉Python，SQL，会机器学习", {"PY": 2, "SQL": 2, "ML": 3}),
        ("能独立完成数据分析", {"DA": 3}),
        ("5年以上电商运营经验", {"EC": 4}),
        ("具有电商运营经验三年以上", {"EC": 3}),
        ("良好的数据分析能力", {"DA": 3}),
        ("较强的数据分析能力", {"DA": 4}),
        ("Python熟练", {"PY": 4}),
        ("Familiar with Python and SQL; expert in machine learning", {"PY": 2, "SQL": 2, "ML": 5}),
        ("basic SQL, advanced Python", {"SQL": 2, "PY": 4}),
        ("Python (advanced), SQL (basic)", {"PY": 4, "SQL": 2}),
        ("Python (basic), SQL", {"PY": 2, "SQL": 3}),
        ("Python流利，SQL", {"PY": 4, "SQL": 3}),
        ("Python - expert", {"PY": 5}),
        ("8+ years of Python and SQL", {"PY": 5, "SQL": 5}),
        ("3 years' experience in data analysis", {"DA": 3}),
        ("Strong Python, and knowledge of SQL", {"PY": 4, "SQL": 3}),
        ("proficient in Python, but SQL", {"PY": 4, "SQL": 3}),
        ("Python", {"PY": 3}),
    ],
)
def test_a_level_word_governs_what_its_clause_says(text: str, wanted: dict[str, int]) -> None:
    assert levels(text) == wanted


def test_the_words_that_say_how_well_are_given_as_written() -> None:
    python = found("我精通 Python")["PY"]
    assert (python.level, python.level_cue, python.standing_cue) == (5, "精通", None)
    assert found("Python")["PY"].level_cue is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("有Python经验者优先", {"PY": "wish"}),
        ("熟悉SQL，有Python、机器学习经验者优先", {"SQL": "asked", "PY": "wish", "ML": "wish"}),
        ("优先考虑有Python经验的人", {"PY": "wish"}),
        ("不要求Python，熟悉SQL", {"PY": "denied", "SQL": "asked"}),
        ("无需Python经验", {"PY": "denied"}),
        ("Python不要求", {"PY": "denied"}),
        ("没有数据分析经验也可以，熟悉SQL", {"DA": "denied", "SQL": "asked"}),
        ("包括但不限于Python、SQL", {"PY": "asked", "SQL": "asked"}),
        ("不仅熟悉Python，还会SQL", {"PY": "asked", "SQL": "asked"}),
        ("熟悉Python、SQL中的至少一种", {"PY": "wish", "SQL": "wish"}),
        ("掌握Python或SQL之一，熟悉机器学习", {"PY": "wish", "SQL": "wish", "ML": "asked"}),
        ("专业不限，会Python", {"PY": "asked"}),
        ("SQL is required, Python is a plus", {"SQL": "asked", "PY": "wish"}),
        ("Strong SQL, experience with Python preferred", {"SQL": "asked", "PY": "wish"}),
        ("Python and SQL would be nice to have", {"PY": "wish", "SQL": "wish"}),
        ("Ideally you know Python", {"PY": "wish"}),
        ("Solid SQL, and ideally some Python", {"SQL": "asked", "PY": "wish"}),
        ("熟悉SQL、Python等，会其中一种", {"SQL": "wish", "PY": "wish"}),
        ("熟练掌握Python/R中至少一种", {"PY": "wish"}),
        ("SQL experience is a plus but not required", {"SQL": "wish"}),
        ("No experience in Python, strong SQL", {"PY": "denied", "SQL": "asked"}),
        ("no Python knowledge needed", {"PY": "denied"}),
        ("Python is not required. SQL is.", {"PY": "denied", "SQL": "asked"}),
        ("You don't need to know Python.", {"PY": "denied"}),
        ("not only Python but SQL", {"PY": "asked", "SQL": "asked"}),
        ("at least one of Python, SQL", {"PY": "wish", "SQL": "wish"}),
    ],
)
def test_wishes_and_denials_govern_their_clause(text: str, wanted: dict[str, str]) -> None:
    assert standings(text) == wanted


@pytest.mark.parametrize(
    "heading", ["Nice to have:", "加分项：", "【加分项】", "Preferred qualifications", "Bonus points:"]
)
def test_a_heading_of_wishes_governs_what_follows_until_the_next(heading: str) -> None:
    text = f"Requirements:\n- SQL\n{heading}\n- Python\n- machine learning\n任职要求：\n数据分析"
    assert standings(text) == {"SQL": "asked", "PY": "wish", "ML": "wish", "DA": "asked"}


def test_what_is_asked_anywhere_is_asked_at_the_highest_level_said() -> None:
    python = found("Python is a plus.\nBasic Python.\nProficient in Python.\nNo experience in Python.")["PY"]
    assert (python.standing, python.level) == ("asked", 4)


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("负责纠纷的处理", "RE", "纠纷"),
        ("Handle returns and settle disputes with buyers", "RE", "returns"),
        ("you will declare goods at customs", "CU", "customs"),
    ],
)
def test_a_skill_that_no_name_points_to_is_found_by_likeness(text: str, code: str, words: str) -> None:
    best = LINKER.link(text)[0]
    assert (CODES[best.skill], best.found_by) == (code, "likeness")
    assert words in text[best.start : best.end]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("工作内容：解读网店的数据", "读网"),
        ("Duties: run shops online.\nrun shops online", "shops online"),
        ("Education: BSc.\nEducation: ran an online shop's figures", "online shop"),
    ],
)
def test_a_heading_is_like_no_skill_and_moves_no_place(text: str, words: str) -> None:
    assert [text[one.start : one.end] for one in LINKER.link(text)][:1] == [words]
    assert all(text[one.start : one.end] not in {"Education", "工作内容"} for one in LINKER.link(text, least=0.0))


COLD = Linker().fit(
    [
        SkillText(
            "CC", "Cold-chain logistics", ("cold chain",), "Moves goods.", ("reefer truck", "data logger", "logger")
        ),
        SkillText("PY", "Python programming", ("Python logger",), "Writes programs."),
    ],
    [
        SkillText("CC", "冷链物流", (), "运输货物。", ("冷藏车", "预冷")),
        SkillText("PY", "Python 编程", (), "编写程序。"),
    ],
)


def hinted(text: str) -> dict[int, Linked]:
    return {one.skill: one for one in COLD.link(text, least=HINTED)}


def test_a_word_of_the_work_shows_the_skill_where_it_stands() -> None:
    text = "Booked reefer trucks for the strawberries."
    found = hinted(text)[0]
    assert (found.score, found.found_by, text[found.start : found.end]) == (HINTED, "likeness", "reefer trucks")


@pytest.mark.parametrize("text", ["Reefer trucks, and a data logger in each.", "安排冷藏车，果蔬先预冷再装车。"])
def test_two_words_of_the_work_leave_less_doubt_than_one_but_the_same_word_twice_does_not(text: str) -> None:
    assert hinted(text)[0].score >= 1 - (1 - HINTED) ** 2
    assert hinted("reefer truck. Another reefer truck.")[0].score == HINTED


def test_the_score_of_a_skill_does_not_depend_on_the_least_one_asked_for() -> None:
    text = "Moves chilled goods in reefer trucks."
    [found], [again] = COLD.link(text, least=HINTED), COLD.link(text, least=0.0, top=1)
    assert found == again
    assert COLD.link(text, least=0.99) == []


def test_a_word_of_the_work_that_is_a_part_of_a_name_says_nothing() -> None:
    assert list(hinted("We use the Python logger.")) == [1]
    assert list(hinted("We use a logger.")) == [0]


def test_a_word_of_the_work_may_be_denied_or_wished_for() -> None:
    assert hinted("No experience with reefer trucks needed.")[0].standing == "denied"
    assert hinted("会安排冷藏车者优先。")[0].standing == "wish"


def test_a_likeness_below_the_least_score_is_left_out() -> None:
    text = "Handle returns and settle disputes with buyers in our shop"
    assert all(one.score >= LIKELY for one in LINKER.link(text) if one.found_by == "likeness")
    assert len(LINKER.link(text, least=0.0)) > len(LINKER.link(text, least=0.9))


def test_best_comes_first_and_top_bounds_the_list() -> None:
    text = "Python, SQL, machine learning, data analysis"
    scores = [one.score for one in LINKER.link(text)]
    assert scores == sorted(scores, reverse=True)
    assert LINKER.link(text, top=2) == LINKER.link(text)[:2]


@pytest.mark.parametrize("text", ["", " \n\t ", "。。。", "😀😀", "\x00\x00", "\ud800"])
def test_an_empty_text_has_no_skills(text: str) -> None:
    assert LINKER.link(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Wir suchen einen Mitarbeiter für die Analyse von Daten mit Python und den Handel",
        "データ分析と機械学習の経験。Pythonを使う電商運営。",
        "Мы ищем аналитика данных, Python",
        "데이터 분석 경험, Python",
    ],
)
def test_a_third_language_shows_latin_names_only(text: str) -> None:
    assert named(text) == {"PY": "Python"}
    assert set(found(text, least=0.0)) == {"PY"}


def test_one_repeated_word_is_one_skill() -> None:
    linked = LINKER.link("python " * 3_000)
    assert [CODES[one.skill] for one in linked if one.found_by == "name"] == ["PY"]


@pytest.mark.parametrize("piece", ["a", "精通", "优先,", "no ", "精通Python优先,", "3 ", "不要求", "至少一种"])
def test_a_long_text_of_one_piece_is_read_to_its_end(piece: str) -> None:
    text = piece * (60_000 // len(piece)) + "。\nSQL"
    assert found(text)["SQL"].start == len(text) - 3


def test_many_texts_are_linked_as_each_by_itself() -> None:
    texts = ["熟悉Python", "", "Handle returns and settle disputes", "熟悉Python", "x" * 700 + " SQL"] * 60
    assert list(LINKER.link_many(texts)) == [LINKER.link(text) for text in texts]


def test_one_language_may_be_missing() -> None:
    english = Linker().fit([one for one, _ in SKILLS], [])
    assert {CODES[one.skill] for one in english.link("熟悉Python，数据分析")} == {"PY"}
    chinese = Linker().fit([], [one for _, one in SKILLS])
    assert {CODES[one.skill] for one in chinese.link("数据分析", top=1)} == {"DA"}
    half = Linker().fit([SkillText("A", "Sailing")], [SkillText("A", "")])
    assert [one.skill for one in half.link("sailing")] == [0]


def test_an_empty_framework_finds_nothing() -> None:
    assert Linker().fit([], []).link("Python and 数据分析") == []
    assert Linker().link("Python") == []
    assert Linker().fit([SkillText("A", "")], [SkillText("A", "")]).link("Python 数据") == []


def test_a_name_of_two_skills_shows_both() -> None:
    linker = Linker().fit([SkillText("A", "Oracle database", ("PL/SQL",)), SkillText("B", "Reports", ("PL/SQL",))], [])
    assert {one.skill for one in linker.link("PL/SQL")} == {0, 1}


def test_skills_of_two_languages_must_be_the_same_ones() -> None:
    with pytest.raises(ValueError, match="2 skills in English, 1 in Chinese"):
        Linker().fit([SkillText("A", "a"), SkillText("B", "b")], [SkillText("A", "甲")])


@pytest.mark.parametrize("options", [{"lang": "fr"}, {"top": 0}])
def test_an_impossible_question_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"language|top"):
        LINKER.link("Python", **options)  # type: ignore[arg-type]


def test_a_name_outweighs_what_is_merely_like_it_elsewhere() -> None:
    linked = {one.skill: one for one in LINKER.link("负责数据工作；数据分析优先")}
    analysis = next(skill for skill, (_, chinese) in enumerate(SKILLS) if chinese.label == "数据分析")
    assert linked[analysis].found_by == "name"
    assert linked[analysis].standing == "wish"


def test_fluency_inside_a_name_is_its_level() -> None:
    linker = Linker().fit([SkillText("E", "English", ("fluent English",))], [SkillText("E", "英语", ("英语流利",))])
    assert [one.level for one in linker.link("Fluent English")] == [4]
    assert [one.level for one in linker.link("英语流利")] == [4]


def test_a_graded_name_before_a_wish_is_asked() -> None:
    linker = Linker().fit([], [SkillText("E", "英语", ("英语六级",)), SkillText("D", "德语")])
    assert {one.skill: one.standing for one in linker.link("英语六级，德语优先")} == {0: "asked", 1: "wish"}


def test_in_chinese_the_mark_is_the_stretch_that_tells_most_and_crosses_no_comma() -> None:
    fillers = [SkillText(f"F{n}", f"名{n}", (), "甲乙丙丁") for n in range(40)]
    linker = Linker().fit([], [SkillText("W", "仓储管理", (), "管理货物的入库、盘点与出库"), *fillers])
    text = "每天下班之前，把货物盘点清楚，再锁门"
    best = linker.link(text, least=0.0)[0]
    assert (best.skill, best.found_by, text[best.start : best.end]) == (0, "likeness", "货物盘点")


PIECES = st.sampled_from(
    [english.label for english, _ in SKILLS]
    + [chinese.label for _, chinese in SKILLS]
    + [
        "精通",
        "熟悉",
        "优先",
        "不要求",
        "至少一种",
        "a plus",
        "not required",
        "no ",
        "3年以上",
        "加分项：",
        "Requirements:",
    ]
    + [",", "，", "。", ". ", "\n", " ", "、", "(", ")", "😀", "ﬁ", "\u200b", "e\u0301", "İ", "ß", "㈱", "數據", "Ｓ"]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES | st.text(max_size=4), max_size=30).map("".join))
def test_any_text_gives_sound_answers(text: str) -> None:
    linked = LINKER.link(text, least=0.0)
    assert len({one.skill for one in linked}) == len(linked)
    for one in linked:
        assert 0 <= one.start < one.end <= len(text)
        assert 0.0 <= one.score <= 1.0
        assert 1 <= one.level <= 5
        assert (one.level_cue or "") in text
        assert (one.standing_cue or "") in text
        assert (one.standing == "asked") <= (one.standing_cue is None)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60) | st.lists(PIECES, max_size=12).map("".join))
def test_the_plain_form_knows_where_everything_stood(text: str) -> None:
    spelt = plain(text)
    for place in range(len(spelt.text)):
        start, end = spelt.span(place, place + 1)
        assert 0 <= start <= end <= len(text)
    words = re.findall(r"[a-z]+", spelt.text)
    assert words == re.findall(r"[a-z]+", plain(unicodedata.normalize("NFC", text)).text) or "\u0307" in spelt.text
