"""Likeness of texts: what counts, what never does, and what may be shown of it."""

import json
import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from engine.model import TEXT_SCALE
from engine.text import FORMAT, TextModel
from engine.words import CHINESE, ENGLISH, runs, terms, written

CVS = [
    ("I read traffic and returns of the store, and keep a dashboard in Power BI.", "en"),
    ("Cold chain for fresh fruit: I booked trucks and watched the temperature of each cold chain.", "en"),
    ("Returns of small appliances, explained with SQL to the head of the cold chain.", "en"),
    ("Machine vision on the line: cameras, lenses, SQL for the results.", "en"),
    ("我用 SQL 分析退货和流量，看板放在 Power BI 里。", "zh-Hans"),
    ("冷链物流的调度，负责退货仓库的盘点。", "zh-Hans"),
    ("直播间选品，看退货和流量数据。", "zh-Hans"),
    ("我做过冷链物流和海外仓的退货。", "zh-Hans"),
]


def counted(text: str, language: str = "en", phrases: frozenset[str] = frozenset()) -> list[tuple[str, str]]:
    """What a text is counted by, as (language, term)."""
    return [(run.language, term.text) for run in runs(written(text), language) for term in terms(run, phrases)]


def alike(model: TextModel, one: str, other: str, language: str = "en") -> float:
    return model.likeness(model.read(one, language), model.read(other, language))


def shared(model: TextModel, one: str, other: str, language: str = "en", **how: object) -> tuple[str, ...]:
    return model.shared(model.read(one, language), model.read(other, language), **how)


def test_english_is_counted_by_words_without_their_plural_and_chinese_by_pairs() -> None:
    assert counted("Returns of dashboards") == [(ENGLISH, "return"), (ENGLISH, "dashboard")]
    assert counted("冷链物流", "zh") == [(CHINESE, "冷链"), (CHINESE, "链物"), (CHINESE, "物流")]
    assert (CHINESE, "海外仓") in counted("管海外仓", "zh", frozenset({"海外仓"}))
    assert (ENGLISH, "cold chain") in counted("a cold-chain truck", "en", frozenset({"cold chain"}))


def test_a_latin_name_belongs_to_the_language_of_its_sentence() -> None:
    assert (CHINESE, "sql") in counted("熟练使用SQL取数", "zh-Hans")
    assert (CHINESE, "sql") in counted("技能：\nSQL、Python", "zh-Hans")
    assert (ENGLISH, "sql") in counted("We take the figures by SQL.", "zh-Hans")
    assert (ENGLISH, "sql") in counted("We sell on 淘宝 and read the figures by SQL ourselves.", "en")


def test_an_english_and_a_chinese_text_are_not_alike_though_both_name_a_tool() -> None:
    model = TextModel.fit(CVS)
    assert alike(model, CVS[0][0], CVS[2][0]) > 0
    english, chinese = model.read(*CVS[0]), model.read(*CVS[4])
    assert model.likeness(english, chinese) == 0.0
    assert model.shared(english, chinese) == ()


def test_a_text_with_a_paragraph_in_each_language_meets_texts_of_both() -> None:
    model = TextModel.fit(CVS)
    both = model.read(CVS[0][0] + "\n" + CVS[5][0], "zh-Hans")
    assert model.likeness(both, model.read(*CVS[2])) > 0
    assert model.likeness(both, model.read(*CVS[7])) > 0


def test_the_cosine_is_that_of_scikit_learn() -> None:
    """Over all words of the fitted texts, those that only one text has included: they count in its length."""
    texts = [text for text, language in CVS if language == "en"]
    plain = TfidfVectorizer(
        analyzer=lambda text: [term for _, term in counted(text)], sublinear_tf=True, norm="l2"
    ).fit_transform(texts)
    model = TextModel.fit([(text, "en") for text in texts])
    ours = model.vectors([(text, "en") for text in texts])
    expected = (plain @ plain.T).toarray()
    np.fill_diagonal(expected, 0.0)
    found = (ours @ ours.T).toarray()
    np.fill_diagonal(found, 0.0)
    assert found == pytest.approx(expected, abs=1e-9)


def test_likeness_is_three_times_the_cosine_of_the_vectors_and_at_most_1() -> None:
    model = TextModel.fit(CVS)
    vectors = model.vectors(CVS)
    for i, one in enumerate(CVS):
        for j, other in enumerate(CVS):
            cosine = float((vectors[[i]] @ vectors[[j]].T).toarray()[0, 0])
            assert model.likeness(model.read(*one), model.read(*other)) == pytest.approx(min(1, TEXT_SCALE * cosine))
    assert np.sqrt(vectors.multiply(vectors).sum(axis=1)).max() <= 1 + 1e-12


def test_a_long_text_is_not_alike_because_of_one_common_word() -> None:
    """Its other words have no column, and still count in its length."""
    model = TextModel.fit(CVS)
    strange = " ".join(f"word{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(200))
    assert alike(model, "returns", "returns " + strange) < 0.5
    assert alike(model, "returns", "returns") == 1.0


def test_function_words_and_the_words_of_every_advertisement_are_not_counted() -> None:
    assert counted("We are looking for a person with good experience of work in a team") == []
    assert counted("负责工作，良好能力", "zh") == [(CHINESE, "责工"), (CHINESE, "好能")]


@pytest.mark.parametrize("text", ["male preferred, unmarried, aged", "限男性", "女", "female only"])
def test_sex_age_and_family_are_never_counted(text: str) -> None:
    terms_found = {term for _, term in counted(text, "zh" if not text.isascii() else "en")}
    assert not terms_found & {"male", "female", "unmarried", "aged", "男性", "女性", "限男"}


def test_numbers_addresses_and_keys_are_not_counted() -> None:
    text = "Call 13800138000 in 2027, write to yitong@example.com or see https://example.com/yitong and S20261234."
    assert counted(text) == [(ENGLISH, "call")]
    assert counted("x" * 41) == []


def test_a_word_needs_enough_texts_that_count() -> None:
    texts = [("kayak and returns", "en"), ("kayak and ledgers", "en"), ("kayak alone", "en")]
    assert (ENGLISH, "kayak") in TextModel.fit(texts, fewest=3).words
    assert (ENGLISH, "kayak") not in TextModel.fit(texts, fewest=3, counted=[True, True, False]).words
    assert len(TextModel.fit(texts, fewest=4)) == 0


def test_a_word_repeated_in_one_text_stands_in_one_text() -> None:
    model = TextModel.fit([("kayak " * 50, "en"), ("returns", "en"), ("returns", "en")])
    assert model.words == ((ENGLISH, "return"),)


def test_shared_words_come_strongest_first_as_the_first_text_writes_them() -> None:
    model = TextModel.fit([*CVS, ("Shopee orders", "en"), ("Shopee, returns", "en")], known=["Shopee", "cold chain"])
    named = shared(model, "Shopee! We ship by COLD-CHAIN and watch Returns.", "returns; cold chain; on Shopee, always")
    assert set(named) == {"Shopee", "COLD-CHAIN", "Returns"}
    assert named[-1] == "Returns"  # most texts have it


def test_a_word_inside_a_longer_one_that_is_named_is_left_out() -> None:
    model = TextModel.fit(CVS, known=["cold chain", "冷链物流"])
    assert shared(model, "the cold chain", "a cold chain") == ("cold chain",)
    assert shared(model, "冷链物流", "做冷链物流", "zh") == ("冷链物流",)


def test_words_that_are_named_elsewhere_come_only_where_there_is_no_other() -> None:
    model = TextModel.fit(CVS, known=["SQL"])
    assert shared(model, "SQL for returns", "returns in SQL", last=["SQL querying"]) == ("returns",)
    assert shared(model, "SQL alone", "SQL only", last=["SQL querying"]) == ("SQL",)


def test_a_word_that_too_few_wrote_counts_and_is_not_shown() -> None:
    model = TextModel.fit(CVS, fewest_shown=3, known=["SQL"])
    assert alike(model, "cold trucks", "cold lenses") > 0
    assert shared(model, "cold trucks", "cold lenses") == ()


def test_what_is_written_with_a_capital_is_a_name_and_not_shown_unless_the_trade_knows_it() -> None:
    texts = [("I worked at Huayang with Shopee.", "en"), ("At Huayang we used Shopee.", "en"), ("In Huayang", "en")]
    model = TextModel.fit([*texts, ("for Shopee", "en")], known=["Shopee"])
    assert (ENGLISH, "huayang") in model.words
    assert shared(model, "huayang and Shopee", "Huayang, Shopee") == ("Shopee",)


def test_a_chinese_word_is_shown_only_if_the_trade_knows_it() -> None:
    texts = [("我在华洋做退货", "zh"), ("华洋的退货", "zh"), ("去华洋看退货", "zh"), ("华洋与退货", "zh")] * 2
    model = TextModel.fit(texts, known=["退货", "处理买家的退货"])
    assert shared(model, "华洋，退货", "退货，华洋", "zh") == ("退货",)


def test_names_have_no_column_unless_the_trade_has_the_word_too() -> None:
    texts = [("Yitong and lighting in Foshan", "en"), ("yitong, lighting, foshan", "en"), ("劳砚秋在佛山做退货", "zh")]
    model = TextModel.fit(
        [*texts, texts[2]], names=["Yitong Lighting", "劳砚秋"], never=["Foshan", "佛山"], known=["lighting"]
    )
    assert (ENGLISH, "lighting") in model.words
    found = {word for _, word in model.words}
    assert not found & {"yitong", "foshan", "劳砚", "砚秋", "佛山"}
    assert "退货" in found


def test_hidden_words_count_and_are_not_shown() -> None:
    texts = [("returns in europe", "en"), ("europe, returns", "en")]
    model = TextModel.fit(texts, hidden=["Europe"], known=["Europe"])
    assert shared(model, *(text for text, _ in texts)) == ("returns",)


def test_no_number_is_shown() -> None:
    model = TextModel.fit([("三年退货，三百单", "zh")] * 6, known=["三年退货三百"])
    assert "三年" not in shared(model, "三年退货三百", "三百三年退货", "zh", top=9)


def test_chinese_words_are_learnt_from_the_texts() -> None:
    others = [chr(code) for code in range(0x5200, 0x5200 + 600)]
    texts = [
        ("".join(others[at : at + 30]) + "海外仓" + "".join(others[at + 30 : at + 60]), "zh")
        for at in range(0, 600, 60)
    ]
    model = TextModel.fit(texts)
    assert (CHINESE, "海外仓") in model.words
    assert (CHINESE, "外仓") in model.words  # every pair counts


def test_a_stored_model_reads_as_before_without_fitting() -> None:
    model = TextModel.fit(CVS, known=["cold chain"], fewest_shown=3)
    again = TextModel.from_json(json.loads(json.dumps(model.to_json())))
    assert again.version == model.version
    assert (again.vectors(CVS) != model.vectors(CVS)).nnz == 0
    assert again.shown.tolist() == model.shown.tolist()
    with pytest.raises(ValueError, match="format"):
        TextModel.from_json(model.to_json() | {"format": FORMAT + 1})


def test_the_same_texts_in_another_order_give_the_same_version() -> None:
    texts = list(CVS)
    random.Random(1).shuffle(texts)
    assert TextModel.fit(texts).version == TextModel.fit(CVS).version
    assert TextModel.fit(texts[1:]).version != TextModel.fit(CVS).version


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("ＳＱＬ and ｒｅｔｕｒｎｓ", "SQL, returns", "en"),
        ("冷鏈物流，退貨", "冷链物流，退货", "zh-Hans"),
        ("退货😀流量👍🏽", "退货 流量", "zh-Hans"),
        ("RETURNS", "return", "en"),
    ],
)
def test_width_script_case_and_emoji_make_no_difference(one: str, other: str, language: str) -> None:
    assert alike(TextModel.fit(CVS), one, other, language) == 1.0


def test_traditional_characters_are_quoted_as_they_were_written() -> None:
    model = TextModel.fit(CVS, known=["退货"])
    assert shared(model, "處理退貨", "退货", "zh") == ("退貨",)


@pytest.mark.parametrize("text", ["", " \n\t", "😀" * 100, "…———", "的", "12345", "\ud800"])
def test_a_text_without_words_is_like_no_other(text: str) -> None:
    model = TextModel.fit([*CVS, (text, "en")])
    assert alike(model, text, text) == 0.0
    assert model.vectors([(text, "zh-Hans")]).nnz == 0


def test_no_texts_make_an_empty_model() -> None:
    model = TextModel.fit([])
    assert len(model) == 0
    assert model.vectors(CVS).shape == (len(CVS), 0)
    assert alike(model, "returns", "returns") == 0.0


@pytest.mark.parametrize(
    "text", ["退货" * 170_000, "returns " * 125_000, "a" * 1_000_000, "a-" * 500_000, "." * 1_000_000]
)
def test_a_megabyte_is_read_and_a_repeated_word_is_one_word(text: str) -> None:
    reading = TextModel.fit(CVS).read(text, "zh-Hans")
    assert len(reading.weights) <= 2
    assert math.isfinite(reading.length)


def test_another_language_is_counted_by_its_words_and_japanese_not_at_all() -> None:
    assert counted("Ищу работу в логистике")[-1] == (ENGLISH, "логистике")
    texts = [("Je cherche un poste dans la logistique", "en"), ("La logistique, toujours", "en")]
    assert alike(TextModel.fit([*CVS, *texts]), texts[0][0], texts[1][0]) > 0
    assert counted("物流の仕事をしています", "zh") == []


def test_a_model_cannot_be_fitted_with_counts_of_other_texts() -> None:
    with pytest.raises(ValueError, match="counted"):
        TextModel.fit(CVS, counted=[True])
    with pytest.raises(ValueError, match="at least 1"):
        TextModel.fit(CVS, fewest=0)


@given(st.lists(st.tuples(st.text(max_size=80), st.sampled_from(["en", "zh-Hans", ""])), max_size=6))
def test_any_texts_have_likenesses_within_0_and_1_and_share_what_both_have(texts: list[tuple[str, str]]) -> None:
    model = TextModel.fit(texts, fewest=1, fewest_shown=1)
    readings = [model.read(*text) for text in texts]
    for one in readings:
        for other in readings:
            likeness = model.likeness(one, other)
            assert 0.0 <= likeness <= 1.0
            assert likeness == pytest.approx(model.likeness(other, one))
            for word in model.shared(one, other):
                assert " ".join(word.split()) in " ".join(one.text.split())
                assert likeness > 0.0
