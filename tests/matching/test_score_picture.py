"""The picture of a score says what the numbers say, adds up, and reads without being seen."""

import re
from decimal import Decimal

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from engine.model import FOCUS_NEED, FOCUS_PERSON
from matching.explanation import ConditionView, Explanation, PartView, SkillName, StrengthView, Via
from matching.templatetags.score_picture import rows, rungs

MARKET = SkillName("MD", "Marketplace data analysis", "电商平台数据分析")
SQL = SkillName("SQL", "SQL querying", "SQL 数据查询")
ADVERTISING = SkillName("AD", "Cross-border advertising", "跨境广告投放")
FORECASTING = SkillName("DF", "Demand forecasting", "需求预测")
POWER_BI = SkillName("PB", "Power BI dashboards", "Power BI 看板")
COMPLIANCE = SkillName("EU", "EU product compliance", "欧盟产品合规")
TABLEAU = SkillName("TB", "Tableau dashboards", "Tableau 看板")
PYTHON = SkillName("PY", "Python scripting", "Python 脚本")
LIVE_STREAM = SkillName("LS", "Live-stream selling", "直播带货")


def a_part(skill, share, *, wanted, held=None, essential=False, via=None, evidence="self"):
    credit = via.near * min(1, via.level / wanted) if via else min(1, (held or 0) / wanted)
    verdict = "near" if via and via.near < 1 else "met" if credit >= 1 else "partly" if credit else "missing"
    words = {"met": "met", "partly": "short", "missing": "not on the profile", "near": "partly, by a near skill"}[
        verdict
    ]
    return PartView(
        skill=skill,
        essential=essential,
        share=share,
        wanted=wanted,
        held=held,
        evidence=evidence if credit else None,
        via=via,
        credit=credit,
        points=share * credit,
        verdict=verdict,
        words=words,
        sentence=f"{skill.label}: wanted level {wanted}; {words}",
    )


def an_explanation(parts, *, strengths=(), focus=FOCUS_NEED, bonus=0.0, words=(), conditions=(), use=None):
    fit = sum(part.points for part in parts)
    use = sum(strength.share * strength.used for strength in strengths) if use is None else use
    deduction = focus * fit * (1 - use)
    return Explanation(
        score=fit - deduction + bonus,
        fit=fit,
        use=use,
        focus=focus,
        focus_deduction=deduction,
        text_bonus=bonus,
        shared_words=words,
        parts=tuple(parts),
        strengths=tuple(strengths),
        conditions=conditions,
        sentence="Covers a part of what you ask.",
        gap_sentence="short of something",
    )


@pytest.fixture
def banyan():
    """The first of a firm's list: 82 = 84 − 5 + 3."""
    near = Via(TABLEAU, 4, 0.6, "used together in 31 needs")
    levels = [(MARKET, 4, 1.0), (SQL, 4, 0.75), (TABLEAU, 4, 0.45), (PYTHON, 3, 0.35)]
    levels += [(ADVERTISING, 2, 1.0), (FORECASTING, 2, 1.0), (COMPLIANCE, 1, 1.0), (LIVE_STREAM, 1, 0.0)]
    return an_explanation(
        [
            a_part(FORECASTING, 0.1, wanted=2, held=2, evidence="confirmed"),
            a_part(POWER_BI, 0.1, wanted=3, via=near, evidence="confirmed"),
            a_part(COMPLIANCE, 0.1, wanted=2, held=1),
            a_part(MARKET, 0.3, wanted=4, held=4, essential=True, evidence="confirmed"),
            a_part(SQL, 0.2, wanted=3, held=4, essential=True, evidence="confirmed"),
            a_part(ADVERTISING, 0.2, wanted=3, held=2, essential=True),
        ],
        strengths=[StrengthView(skill, level, level / 21, used) for skill, level, used in levels],
        bonus=0.0273,
        words=("small appliances", "退货", "conversion", "a fourth word"),
        conditions=(ConditionView("kind", "met", "Looks for: job"), ConditionView("place", "ask", "Moving: ask")),
    )


def draw(tag, **context):
    return Template("{% load score_picture %}" + tag).render(Context(context))


def texts(html):
    """What a reader without pictures meets."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.sub(r"<svg.*?</svg>", " ", html, flags=re.S))).strip()


def label_of(html):
    return re.search(r'role="img" aria-label="([^"]*)"', html)[1]


def amounts(html):
    """The last column of the table: points of the parts, then the lines of the foot."""
    body, foot = html.split("<tfoot>")
    points = [Decimal(found) for found in re.findall(r'<td class="num"><b[^>]*>([\d.]+)</b>', body)]
    return points, [
        Decimal(found.replace("−", "-").replace("+", ""))
        for found in re.findall(r'<td class="num">([−+\d.]+)</td>', foot)
    ]


# The sum ------------------------------------------------------------------------------------------------------------


def test_the_equation_reads_82_is_84_less_5_plus_3(banyan):
    said = texts(draw("{% equation explanation %}", explanation=banyan))
    assert said == "82 Score = 84 Fit − less 5 Unused strengths + plus 3 Shared words"


def test_a_deduction_or_bonus_that_is_nothing_is_not_shown():
    plain = an_explanation([a_part(SQL, 1.0, wanted=4, held=3)], use=1.0)
    assert texts(draw("{% equation explanation %}", explanation=plain)) == "75 Score = 75 Fit"
    table = draw("{% ladder_table explanation %}", explanation=plain)
    assert "Less:" not in table
    assert "More:" not in table
    assert label_of(draw("{% sumline explanation %}", explanation=plain)) == "Score 75; 25 open"


def test_the_table_is_the_waterfall_from_the_parts_to_the_score(banyan):
    points, foot = amounts(draw("{% ladder_table explanation %}", explanation=banyan))
    assert points == [Decimal(figure) for figure in ("30.0", "13.3", "20.0", "10.0", "5.0", "6.0")]
    assert foot == [Decimal(figure) for figure in ("84.3", "-4.9", "2.7", "82.1")]


@given(
    st.lists(st.tuples(st.floats(0.05, 10), st.integers(1, 5), st.integers(0, 5)), min_size=1, max_size=100),
    st.sampled_from([0.0, FOCUS_NEED, FOCUS_PERSON]),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_every_table_adds_up_as_it_is_printed(skills, focus, use, likeness):
    total = sum(weight for weight, _, _ in skills)
    parts = [
        a_part(
            SkillName(f"S{place}", f"Skill {place}", f"技能 {place}"), weight / total, wanted=wanted, held=held or None
        )
        for place, (weight, wanted, held) in enumerate(skills)
    ]
    fit = sum(part.points for part in parts)
    explanation = an_explanation(parts, focus=focus, use=use, bonus=0.3 * (1 - fit) * likeness)
    table = draw("{% ladder_table explanation %}", explanation=explanation)
    points, (shown_fit, *changes, score) = amounts(table)
    assert sum(points) == shown_fit
    assert shown_fit + sum(changes) == score
    assert sum(row.weight for row in rows(explanation)) == 100


def test_rows_stand_by_weight_and_then_by_name(banyan):
    assert [row.part.skill.code for row in rows(banyan)] == ["MD", "AD", "SQL", "DF", "EU", "PB"]
    with translation.override("zh-hans"):
        assert [row.part.skill.code for row in rows(banyan)][:1] == ["MD"]


def test_a_skill_that_is_not_stated_adds_nothing_and_says_so():
    table = texts(
        draw(
            "{% ladder_table explanation 'student' %}",
            explanation=an_explanation([a_part(SQL, 0.5, wanted=3, held=3), a_part(COMPLIANCE, 0.5, wanted=2)]),
        )
    )
    assert "EU product compliance not on the profile held –, wanted 2" in table
    assert "0 %" not in table


def test_shared_words_are_quoted_in_their_own_language_and_at_most_three(banyan):
    table = draw("{% ladder_table explanation %}", explanation=banyan)
    assert '<span lang="en">small appliances</span>' in table
    assert '<span lang="zh-Hans">退货</span>' in table
    assert "a fourth word" not in table


def test_whose_strengths_lie_unused_depends_on_the_reader(banyan):
    firm = texts(draw("{% explained explanation 'firm' %}", explanation=banyan))
    student = texts(draw("{% explained explanation 'student' %}", explanation=banyan))
    assert "Less: strengths that this need does not call for" in firm
    assert "Why 5 less: this need calls for 71 % of this person’s strengths" in firm
    assert "Unused: Live-stream selling." in firm
    assert "Less: your strengths that this need does not call for" in student
    assert "This need uses 71 % of your strengths" in student


def test_what_the_page_says_of_unused_strengths_is_what_the_engine_does(banyan):
    assert pytest.approx(3 * FOCUS_NEED) == FOCUS_PERSON
    assert "At most 20 % of the fit" in draw("{% strengths_strip explanation %}", explanation=banyan)


def test_only_a_firm_or_a_student_reads_a_score(banyan):
    with pytest.raises(TemplateSyntaxError, match="not to 'university'"):
        draw("{% equation explanation 'university' %}", explanation=banyan)


# The ladder ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("levels", "drawn"),
    [
        ({"wanted": 4, "held": 4}, "held held held held idle"),
        ({"wanted": 3, "held": 4}, "held held held surplus idle"),
        ({"wanted": 3, "held": 2}, "held held gap idle idle"),
        ({"wanted": 2, "held": 0}, "gap gap idle idle idle"),
        ({"wanted": 3, "held": 0, "stand_in": 4}, "near near near idle idle"),
        ({"wanted": 4, "held": 1, "stand_in": 3}, "held near near gap idle"),
        ({"wanted": 3, "held": 1, "after": 3}, "held gain gain idle idle"),
        ({"wanted": 4, "held": 1, "stand_in": 4, "after": 2}, "held gain near near idle"),
        ({"wanted": 1, "held": 5}, "held surplus surplus surplus surplus"),
    ],
)
def test_each_rung_shows_the_first_rule_that_holds(levels, drawn):
    assert rungs(**levels) == drawn.split()


@given(st.integers(1, 5), st.integers(0, 5), st.integers(0, 5))
def test_nothing_but_the_own_skill_is_drawn_solid(wanted, held, stand_in):
    drawn = rungs(wanted=wanted, held=held, stand_in=stand_in)
    assert drawn.count("held") == min(held, wanted)
    assert drawn.count("surplus") == max(0, held - wanted)
    assert sum(kind in ("held", "near", "gap") for kind in drawn) == wanted


def test_the_ladder_says_in_words_what_it_draws(banyan):
    part = banyan.parts[5]
    assert label_of(draw("{% ladder part %}", part=part)) == part.sentence


@pytest.mark.parametrize(("wanted", "gate"), [(1, "M20 0"), (3, "M70 0"), (5, "M120 0")])
def test_the_gate_stands_behind_the_wanted_level(wanted, gate):
    assert gate in draw("{% ladder part %}", part=a_part(SQL, 1.0, wanted=wanted, held=1))


def test_a_stand_in_is_striped_but_the_same_skill_of_another_framework_is_solid():
    near = draw("{% ladder part %}", part=a_part(SQL, 1.0, wanted=3, via=Via(PYTHON, 3, 0.6, "")))
    twin = draw("{% ladder part %}", part=a_part(SQL, 1.0, wanted=3, via=Via(PYTHON, 3, 1.0, "")))
    assert near.count('class="near"') == 3
    assert 'class="near"' not in twin
    assert 'class="l3"' in twin


def test_the_reason_for_a_stand_in_opens_on_its_name_without_a_script(banyan):
    table = draw("{% ladder_table explanation %}", explanation=banyan)
    assert re.search(r"<summary>.*partly, by a near skill.*</summary>used together in 31 needs</details>", table)


# The strip ----------------------------------------------------------------------------------------------------------


def cells_of(html):
    """(width, filled height) of each filled cell."""
    return [
        (float(width), float(height))
        for width, height in re.findall(
            r'<rect class="(?:held|stand)" x="[\d.]+%" width="([\d.]+)%" y="[\d.]+" height="([\d.]+)"', html
        )
    ]


@pytest.mark.parametrize("height", [10, 12, 30, 44])
def test_the_filled_area_of_the_strip_is_the_fit(banyan, height):
    strip = draw("{% strip explanation height %}", explanation=banyan, height=height)
    area = sum(width * filled / height for width, filled in cells_of(strip)) / 100
    assert area == pytest.approx(banyan.fit, abs=0.01)


def test_a_strip_of_a_list_has_no_figures_but_the_same_words(banyan):
    row = draw("{% strip explanation 10 %}", explanation=banyan)
    panel = draw("{% strip explanation 30 %}", explanation=banyan)
    assert "<text" not in row
    assert re.findall(r"<text[^>]*>([\d.]+)</text>", panel) == ["30.0", "13.3", "20.0", "10.0", "5.0", "6.0"]
    assert label_of(row) == label_of(panel)
    assert label_of(row).startswith("Fit 84 of 100, by weight: Marketplace data analysis 30.0 of 30; ")


def test_what_nobody_has_shown_is_an_empty_dashed_cell_and_a_stand_in_is_striped(banyan):
    empty = an_explanation([a_part(SQL, 0.5, wanted=3, held=3), a_part(COMPLIANCE, 0.5, wanted=2)])
    assert draw("{% strip explanation 30 %}", explanation=empty).count('class="void"') == 1
    assert draw("{% strip explanation 30 %}", explanation=banyan).count('class="stand"') == 1


def test_a_need_of_a_hundred_skills_has_no_figures_that_would_overlap():
    many = an_explanation([a_part(SkillName(f"S{n}", f"Skill {n}", ""), 0.01, wanted=2, held=1) for n in range(100)])
    assert "<text" not in draw("{% strip explanation 44 %}", explanation=many)
    assert 'class="cut"' not in draw("{% strip explanation 10 %}", explanation=many)


def test_the_bar_of_100_ends_the_earned_and_the_said_at_the_score(banyan):
    bar = draw("{% sumline explanation %}", explanation=banyan)
    assert label_of(bar) == "Score 82, of it 3 by shared words; 5 less for unused strengths; 13 open"
    earned = float(re.search(r'class="held" width="([\d.]+)%"', bar)[1])
    said = float(re.search(r'class="said" x="[\d.]+%" width="([\d.]+)%"', bar)[1])
    start = float(re.search(r'class="less" x="([\d.]+)%"', bar)[1])
    assert earned + said == pytest.approx(start, abs=0.02)
    assert start == pytest.approx(100 * banyan.score, abs=0.01)


def test_figures_over_a_full_or_a_nearly_empty_bar_stay_on_it():
    full = an_explanation([a_part(SQL, 1.0, wanted=3, held=3)], use=0.9)
    empty = an_explanation([a_part(SQL, 1.0, wanted=5, via=Via(PYTHON, 1, 0.3, ""))], use=0.5, bonus=0.02)
    assert 'class="end" x="100%" y="13">−2<' in draw("{% sumline explanation %}", explanation=full)
    assert 'class="start" x="0" y="13">+2 −1<' in draw("{% sumline explanation %}", explanation=empty)


# For every reader ---------------------------------------------------------------------------------------------------


def test_a_reader_of_chinese_meets_chinese_names_in_picture_and_table(banyan):
    with translation.override("zh-hans"):
        html = draw("{% explained explanation %}", explanation=banyan)
    assert "SQL 数据查询" in label_of(html)
    assert "SQL querying" not in texts(html)


def test_every_drawing_has_words_or_is_hidden(banyan):
    html = draw("{% explained explanation %}{% strip explanation 10 %}", explanation=banyan)
    key, rest = re.search(r'<p class="key" aria-hidden="true">.*?</p>', html, flags=re.S)[0], html
    for svg in re.findall(r"<svg[^>]*>", rest.replace(key, "")):
        assert 'aria-hidden="true"' in svg or re.search(r'role="img" aria-label="[^"]+"', svg)


def test_conditions_say_whether_they_are_met_or_to_be_asked(banyan):
    said = texts(draw("{% conditions explanation %}", explanation=banyan))
    assert said == "met: Looks for: job not stated, ask: Moving: ask"


def test_names_that_look_like_markup_stay_text(banyan):
    evil = SkillName("X", '<b onclick="x">"quoted"</b>', "")
    explanation = an_explanation([a_part(evil, 1.0, wanted=3, held=2)], bonus=0.1, words=("<i>",), use=0.5)
    html = draw("{% explained explanation %}{% strip explanation 10 %}", explanation=explanation)
    assert "<b onclick" not in html
    assert "<i>" not in html
    assert "&lt;i&gt;" in html


def test_nothing_drawn_needs_an_inline_style(banyan):
    assert "style=" not in draw("{% explained explanation %}{% strip explanation 10 %}", explanation=banyan)
