"""Skills that are alike by what is written of them, in either language or both."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from engine.likeness import (
    CATALOGUE,
    COMPONENTS,
    LIKENESS_CAP,
    LIKENESS_LEAST,
    MUTUAL,
    UNDESCRIBED_CAP,
    SharedWords,
    Told,
    likeness,
)
from engine.peoples import peoples_named

POWER_BI = Told(
    "Power BI dashboards", ("Power BI reports",), "Publishes charts and dashboards with Microsoft's Power BI."
)
TABLEAU = Told("Tableau dashboards", ("Tableau reports",), "Publishes charts and dashboards with Tableau.")
CUSTOMS = Told("Customs declaration", ("customs broker",), "Declares goods to the customs of both sides.")
DEEP = Told("Deep learning", ("neural networks",), "Trains networks of many layers.")
WELDING = Told("Welding", ("TIG welder",), "Joins metal by melting it.")
ENGLISH = [POWER_BI, TABLEAU, CUSTOMS, DEEP, WELDING]
CHINESE = [
    Told("Power BI 看板", ("Power BI 报表",), "用 Power BI 制作并发布图表与看板。"),
    Told("Tableau 看板", ("Tableau 报表",), "用 Tableau 制作并发布图表与看板。"),
    Told("报关实务", ("报关员",), "向两地海关申报货物。"),
    Told("深度学习", ("神经网络",), "训练多层网络。"),
    Told("焊接", ("氩弧焊",), "熔化金属使之接合。"),
]
NOTHING = [Told()] * len(ENGLISH)


def near(found: csr_array) -> dict[tuple[int, int], float]:
    pairs = found.tocoo()
    return {(int(k), int(q)): float(value) for k, q, value in zip(pairs.row, pairs.col, pairs.data, strict=True)}


@pytest.mark.parametrize(("english", "chinese"), [(ENGLISH, CHINESE), (ENGLISH, NOTHING), (NOTHING, CHINESE)])
def test_two_dashboards_are_alike_in_either_language_and_nothing_else_is(
    english: list[Told], chinese: list[Told]
) -> None:
    found = near(likeness(list("ABCDE"), english, chinese))
    assert set(found) == {(0, 1), (1, 0)}
    assert found[0, 1] == found[1, 0]
    assert LIKENESS_LEAST <= found[0, 1] <= LIKENESS_CAP


def test_both_languages_must_agree() -> None:
    """An English word of two meanings: goods lie in the one warehouse, data in the other."""
    goods = Told("Warehouse operation", (), "Runs a warehouse.")
    data = Told("Data warehouse operation", (), "Runs a data warehouse.")
    others = ENGLISH[2:]
    english_only = likeness(list("ABCDE"), [goods, data, *others], NOTHING)
    chinese = [Told("海外仓运营", (), "收货上架。"), Told("大数据工程", (), "搭建数仓。"), *CHINESE[2:]]
    both = likeness(list("ABCDE"), [goods, data, *others], chinese)
    assert near(english_only)
    assert not near(both)


def test_a_skill_that_lacks_a_language_is_compared_in_the_other() -> None:
    chinese = [CHINESE[0], Told(), *CHINESE[2:]]
    assert set(near(likeness(list("ABCDE"), ENGLISH, chinese))) == {(0, 1), (1, 0)}


def test_names_alone_will_do_where_nothing_is_described() -> None:
    bare = [Told(told.label, told.aliases) for told in ENGLISH]
    assert set(near(likeness(list("ABCDE"), bare, NOTHING))) == {(0, 1), (1, 0)}


def test_a_language_that_people_speak_shows_no_other() -> None:
    one = Told("Business English", (), "Writes and talks.")
    other = Told("Business Spanish", (), "Writes and talks.")
    assert not near(likeness(["A", "B"], [one, other], [Told(), Told()]))
    assert not near(
        likeness(
            ["A", "B"], [Told(), Told()], [Told("商务英语", (), "读写会话。"), Told("商务西班牙语", (), "读写会话。")]
        )
    )
    copy = Told("Business English copy", (), "Writes and talks.")
    assert near(likeness(["A", "B"], [one, copy], [Told(), Told()]))


@pytest.mark.parametrize(
    ("label", "named"),
    [
        ("Chinese–English product copy", {"Chinese", "English"}),
        ("商务西班牙语", {"Spanish"}),
        ("英文商品文案", {"English"}),
        ("Southeast Asian market culture", {"Southeast Asia"}),
        ("European and North American market culture", {"Europe", "North America"}),
        ("日本市场文化", {"Japanese"}),
        ("Japan marketplace operation", {"Japanese"}),
        ("美国产品合规", {"North America"}),
        ("let us know", set()),
        ("印度尼西亚语客服", {"Indonesian"}),
        ("understand spoken Romani", {"Romani"}),
        ("术语管理", set()),
        ("Java programming", set()),
        ("", set()),
    ],
)
def test_the_languages_and_places_that_a_label_names(label: str, named: set[str]) -> None:
    assert peoples_named(label) == named


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_skills_or_none_are_no_trouble(count: int) -> None:
    assert likeness(list("AB")[:count], ENGLISH[2:][:count], CHINESE[2:][:count]).shape == (count, count)


def test_skills_without_a_word_are_near_to_nothing() -> None:
    assert likeness(["A", "B", "C"], [Told()] * 3, [Told("  ")] * 3).nnz == 0
    assert likeness(["A", "B"], [Told("x"), Told("x")], [Told()] * 2).shape == (2, 2)


def test_to_know_one_place_shows_nothing_of_another() -> None:
    asia = Told("Southeast Asian market culture", (), "Knows the habits of buyers.")
    europe = Told("European market culture", (), "Knows the habits of buyers.")
    shop = Told("Southeast Asia market culture of shops", (), "Knows the habits of buyers.")
    assert near(likeness(["A", "B", "C"], [asia, europe, shop], [Told()] * 3)).keys() == {(0, 2), (2, 0)}


def test_names_alone_show_less_than_names_and_descriptions() -> None:
    bare = [Told(told.label, told.aliases) for told in ENGLISH]
    assert near(likeness(list("ABCDE"), bare, NOTHING))[0, 1] <= UNDESCRIBED_CAP < LIKENESS_CAP


def test_a_catalogue_of_products_is_no_list_of_names() -> None:
    products = tuple(f"Product {number}" for number in range(CATALOGUE + 1))
    skills = [Told("Medical software", products), Told("Mapping tools", products), Told("Welding"), Told("Painting")]
    assert not near(likeness(list("ABCD"), skills, [Told()] * 4))
    assert SharedWords(skills, [Told()] * 4).of(0, 1) == {}


def test_identical_skills_show_no_more_than_the_cap() -> None:
    found = near(likeness(list("ABCDE"), [POWER_BI, POWER_BI, *ENGLISH[2:]], NOTHING))
    assert set(found.values()) == {LIKENESS_CAP}


def test_codes_must_be_distinct_and_texts_complete() -> None:
    with pytest.raises(ValueError, match="twice"):
        likeness(["A", "A"], ENGLISH[:2], CHINESE[:2])
    with pytest.raises(ValueError, match="both languages"):
        likeness(["A", "B"], ENGLISH[:2], CHINESE[:1])


told = st.builds(
    lambda words, rest: Told(" ".join(words), tuple(rest), " ".join((*words, *rest))),
    st.lists(st.sampled_from(["data", "trade", "market", "store", "analysis", "看板", "报关"]), max_size=3),
    st.lists(st.text("abc数据 ", max_size=6), max_size=2),
)


@settings(max_examples=40)
@given(st.lists(told, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_skills_changes_nothing_and_the_cap_holds(skills: list[Told], shuffling: random.Random) -> None:
    codes = [f"S{place}" for place in range(len(skills))]
    found = likeness(codes, skills, skills)
    assert np.array_equal(found.toarray(), found.toarray().T)
    assert np.all((found.data >= LIKENESS_LEAST) & (found.data <= LIKENESS_CAP))
    assert np.all(np.diff(found.indptr) <= MUTUAL)
    assert found.diagonal().sum() == 0
    order = list(range(len(skills)))
    shuffling.shuffle(order)
    again = likeness(
        [codes[place] for place in order], [skills[place] for place in order], [skills[place] for place in order]
    )
    assert np.array_equal(found.toarray()[np.ix_(order, order)], again.toarray())


def test_a_large_framework_is_cut_down_first_and_gives_the_same_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.likeness.LARGE", COMPONENTS)
    words = [
        "export",
        "import",
        "customs",
        "freight",
        "ocean",
        "air",
        "store",
        "live",
        "data",
        "model",
        "audit",
        "brand",
    ]
    drawn = random.Random(7)
    skills = [
        Told(" ".join(drawn.sample(words, 3)), (), " ".join(drawn.sample(words, 5))) for _ in range(COMPONENTS + 60)
    ]
    codes = [f"S{place:03d}" for place in range(len(skills))]
    first = likeness(codes, skills, [Told()] * len(skills))
    again = likeness(codes[::-1], skills[::-1], [Told()] * len(skills))
    assert first.nnz > 0
    assert np.array_equal(first.toarray(), again.toarray()[::-1, ::-1])


def test_shared_words_are_those_of_the_names_first_and_say_each_word_once() -> None:
    english = [
        Told("Power BI dashboards", ("BI reports",), "Publishes a chart, and charts on dashboards from SQL."),
        Told("Tableau dashboards", ("Tableau reports",), "Publishes charts on dashboards from SQL with a chart."),
        Told("Customs", (), "Publishes nothing."),
    ]
    words = SharedWords(english, [Told()] * 3)
    assert words.of(0, 1) == {"en": ["dashboards", "reports", "chart"]}
    assert words.of(0, 1, top=9)["en"] == ["dashboards", "reports", "chart", "SQL", "Publishes"]
    assert words.of(1, 2) == {"en": ["Publishes"]}


def test_shared_chinese_words_are_whole_words() -> None:
    words = SharedWords([Told()] * len(CHINESE), CHINESE)
    assert words.of(0, 1) == {"zh": ["报表", "看板"]}
    assert words.of(2, 4) == {}
