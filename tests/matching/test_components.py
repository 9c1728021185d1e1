"""Parts of pages: a form keeps what was typed and says what is wrong beside it; a state is never colour alone."""

import re
from datetime import date

import pytest
from django import forms
from django.template import Context, Template, TemplateSyntaxError

from matching.templatetags.components import initials


class SignIn(forms.Form):
    email = forms.EmailField(label="Email")
    kinds = forms.MultipleChoiceField(
        label="Kinds of work",
        choices=[("job", "job"), ("internship", "internship")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    stay = forms.BooleanField(label="Stay signed in", required=False, help_text="For two weeks.")


def render(page, **context):
    return Template("{% load components i18n %}" + page).render(Context(context))


def attributes(html, tag):
    return dict(re.findall(r'([\w-]+)="([^"]*)"', re.search(rf"<{tag}\b([^>]*)>", html)[1]))


# Fields -------------------------------------------------------------------------------------------------------------


def test_a_field_of_a_form_points_at_its_error_and_keeps_what_was_typed():
    html = render("{% field form.email %}", form=SignIn({"email": "nonsense"}))
    control = attributes(html, "input")
    assert control["value"] == "nonsense"
    assert control["aria-invalid"] == "true"
    assert f'id="{control["aria-describedby"]}"' in html
    assert "is-invalid" in control["class"]
    assert "Enter a valid email address." in html
    assert attributes(html, "label")["for"] == control["id"]


def test_a_field_without_a_form_does_the_same():
    html = render(
        '{% field "title" label=_("Title") value=typed errors=errors help=_("One line.") maxlength=200 %}',
        typed='a "title"',
        errors=["Too long.", "Not a title."],
    )
    control = attributes(html, "input")
    assert control["value"] == "a &quot;title&quot;"
    assert control["maxlength"] == "200"
    assert control["aria-describedby"] == "id_title_error id_title_help"
    assert all(f'id="{part}"' in html for part in control["aria-describedby"].split())
    assert "Too long.<br>Not a title." in html


def test_one_message_is_as_good_as_a_list_of_one():
    assert "Choose one." in render('{% field "city" errors="Choose one." %}')


def test_a_field_without_errors_is_not_marked():
    html = render('{% field "title" label="Title" %}')
    assert "aria-invalid" not in html
    assert "aria-describedby" not in html


def test_what_may_be_left_out_says_so_in_the_label():
    form = SignIn()
    assert "optional" in render("{% field form.kinds %}", form=form)
    assert "optional" not in render("{% field form.email %}", form=form)
    assert "optional" in render('{% field "text" type="textarea" optional=True %}')


def test_a_group_of_choices_has_a_legend_and_its_choices_have_labels():
    html = render("{% field form.kinds %}", form=SignIn({"kinds": ["internship"]}))
    assert re.search(r"<legend>Kinds of work", html)
    assert html.count('class="form-check-input"') == 2
    assert re.search(r'<input[^>]*value="internship"[^>]*checked', html)
    for wanted in re.findall(r'<label class="form-check" for="([^"]+)"', html):
        assert f'id="{wanted}"' in html


def test_a_group_without_a_form_keeps_what_was_chosen():
    html = render(
        '{% field "moves" type="radios" label="Moves" options=pairs value="no" %}', pairs=[("yes", "yes"), ("no", "no")]
    )
    assert re.search(r'<input type="radio"[^>]*value="no"[^>]*checked', html)


def test_a_checkbox_has_its_label_beside_it_and_its_help_below():
    html = render("{% field form.stay %}", form=SignIn())
    assert re.search(
        r'<label class="form-check" for="id_stay"><input type="checkbox"[^>]*><span[^>]*>Stay signed in', html
    )
    assert 'id="id_stay_help">For two weeks.' in html


def test_a_select_keeps_what_was_chosen_and_a_day_is_written_as_browsers_read_it():
    html = render('{% field "kind" type="select" options=pairs value="b" %}', pairs=[("a", "A"), ("b", "B")])
    assert '<option value="b" selected>B</option>' in html
    assert 'type="date" name="start" value="2027-03-01"' in render(
        '{% field "start" type="date" value=day %}', day=date(2027, 3, 1)
    )


def test_a_hidden_field_is_only_its_control():
    class Hidden(forms.Form):
        next = forms.CharField(widget=forms.HiddenInput)

    html = render("{% field form.next %}", form=Hidden({"next": "/needs/"}))
    assert html.strip().startswith('<input type="hidden"')
    assert "label" not in html


def test_an_unknown_kind_of_field_is_a_mistake_of_the_page():
    with pytest.raises(TemplateSyntaxError, match="not 'colour'"):
        render('{% field "x" type="colour" %}')


def test_the_notice_above_a_form_counts_what_is_to_mend_and_leads_to_the_first():
    form = SignIn({"email": "nonsense", "kinds": ["unknown"]})
    form.add_error(None, "Together this can't be.")
    html = render("{% form_errors form %}", form=form)
    assert "Together this can&#x27;t be." in html
    assert '<a href="#id_email">2 fields to mend</a>' in html
    plain = render("{% form_errors errors %}", errors={"title": ["Too long."], "city": [], "": ["Whole."]})
    assert '<a href="#id_title">1 field to mend</a>' in plain
    assert "Whole." in plain


def test_a_form_in_order_has_no_notice():
    assert render("{% form_errors form %}", form=SignIn({"email": "a@crossing.example"})).strip() == ""
    assert render("{% form_errors errors %}", errors={}).strip() == ""


def test_the_stepper_offers_five_levels_and_keeps_the_chosen_one():
    html = render('{% level_stepper "level-3" value=4 label="Level of SQL" %}')
    assert re.findall(r'value="(\d)"', html) == ["1", "2", "3", "4", "5"]
    assert re.findall(r'value="(\d)" checked', html) == ["4"]
    assert 'role="radiogroup" aria-label="Level of SQL"' in html


def test_a_level_that_does_not_exist_is_not_replaced_by_another():
    html = render(
        '{% level_stepper "level-3" value=6 errors="From 1 to 5." %}{% field_error "From 1 to 5." "level-3" %}'
    )
    assert "checked" not in html
    assert 'aria-describedby="id_level-3_error"' in html
    assert 'id="id_level-3_error"' in html


# Boxes --------------------------------------------------------------------------------------------------------------


def test_a_page_head_leaves_out_what_it_was_not_given():
    html = render('{% pagehead "Needs" %}{% endpagehead %}')
    assert "<h1><span>Needs</span></h1>" in html
    assert "facts" not in html
    assert "acts" not in html
    assert "<nav" not in html


def test_a_page_head_holds_facts_and_acts_apart():
    html = render(
        '{% pagehead title state="draft" up_url="/needs/" up="Needs" here="New" %}'
        '{% fact "map-pin" city %}{% fact "clock" "" %}'
        '{% acts %}<a class="btn" href="/edit/">Edit</a>{% endpagehead %}',
        title="<Analyst>",
        city="Foshan",
    )
    assert "&lt;Analyst&gt;" in html
    assert '<a href="/needs/">Needs</a> / New' in html
    assert html.index("Foshan") < html.index('<div class="acts"><a class="btn"')
    assert html.count("<use") == 2  # the pen of the draft and the pin of the city


def test_a_card_pads_its_body_unless_it_is_flush():
    padded = render('{% card "Skills" id="skills" %}<p>Body</p>{% more %}<a>More</a>{% foot %}<i>Foot</i>{% endcard %}')
    assert '<div class="cardbody"><p>Body</p></div>' in padded
    assert '<h2 id="skills">Skills</h2><a>More</a>' in padded
    assert '<div class="cardfoot"><i>Foot</i></div>' in padded
    assert "cardbody" not in render('{% card "Skills" flush=True %}<ul></ul>{% endcard %}')


def test_a_misspelt_option_of_a_box_is_a_mistake_of_the_page():
    with pytest.raises(TemplateSyntaxError, match="does not know what to do with"):
        render('{% card "Skills" "more" %}{% endcard %}')


# Marks --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "draft",
        "published",
        "closed",
        "pending",
        "verified",
        "returned",
        "suspended",
        "ready",
        "refreshing",
        "none_yet",
        "stalled",
        "waiting",
        "running",
        "done",
        "failed",
    ],
)
def test_every_state_has_an_icon_and_a_word(name):
    html = render("{% state name %}", name=name)
    assert "<use href=" in html
    assert re.search(r"<span>\w[\w ]+</span></span>$", html)


def test_a_level_is_read_out_with_its_word():
    assert 'data-l="3" role="img" aria-label="level 3, independent"' in render("{% level_glyph 3 %}")


def test_an_icon_is_decoration_unless_it_is_named():
    assert 'aria-hidden="true"' in render('{% icon "check" %}')
    assert 'role="img" aria-label="met"' in render('{% icon "check" label="met" %}')


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Banyan 42", "BA"), ("榕树 42", "榕"), ("Dengyi Lighting", "DL"), ("  ", "?"), ("x", "X"), ("42", "?")],
)
def test_a_tile_shows_one_chinese_character_or_two_letters(name, letters):
    assert initials(name) == letters


def test_a_row_without_a_score_shows_its_state():
    html = render('{% person_row url="/n/1/" name="Data analyst" about="job" why="34 people" state="draft" org=True %}')
    assert 'href="/n/1/"' in html
    assert "Draft" in html
    assert "strip" not in html
