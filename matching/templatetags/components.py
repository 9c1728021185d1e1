"""The parts that pages are made of. For page authors:

    {% extends "base.html" %}
    {% load components i18n %}
    {% block title %}{{ need.title }}{% endblock %}       the site's name is added
    {% block content %} … {% endblock %}

**Blocks of base.html**: `title`, `content` (inside <main>), `head` and `scripts` (more files), `bodyclass`.
**Page head**; both slots and all options may be left out:

    {% pagehead need.title state=need.status up_url=needs_url up=_("Needs") here=need.reference %}
      {% fact "briefcase" _("Job, 3 people") %} {% fact "map-pin" need.city %}
    {% acts %}
      <a class="btn" href="…">{% translate "Edit need" %}</a>
    {% endpagehead %}

**Card**; the body is padded unless `flush=True` (lists and tables go to the edge). Slots: body, `more` (at the right of
the title), `foot`. `id` names the title; `panel=True` for the one card where one decides:

    {% card _("Who sees what") note=_("Nothing counts until you accept it.") id="who" %}
      <p>…</p>
    {% more %}<a class="small" href="…">{% translate "Change" %}</a>
    {% foot %}<span>…</span>
    {% endcard %}

**Form**: errors stand under their field; nothing is checked by a script. A field is a Django bound field, or a name
with what was typed and what is wrong with it:

    {% form_errors form %} or {% form_errors errors %}    one notice above the form; leads to the first field to mend
    {% field form.email %}
    {% field "title" label=_("Title") value=typed.title errors=errors.title help=_("…") maxlength=200 wide=True %}
    {% field "text" type="textarea" rows=8 … %}           also: email, password, number, date, search, checkbox, switch
    {% field "kind" type="select" options=kinds … %}      also: radios, checkboxes (value: a list); pairs (value, word)
    {% field "level" type="level" … %}                    the stepper as a field of its own
    {% select "weight-3" options=weights value=typed label=_("Weight of SQL") %}    a bare select, in a table
    {% level_stepper "level-3" value=3 label=_("Level of SQL") errors=errors.level %}
    {% field_error errors.level "level-3" %}              the error alone

  `optional=True` says so in the label; `<div class="fields">` sets fields two beside each other, `wide=True` one over
  both. In a Django form the names of the fields are enough: {% for field in form %}{% field field %}{% endfor %}.

**Words and marks**:

    {% icon "map-pin" %}                  decorative; with `label=` read out. Names: see tools/vendor.py
    {% state need.status %}               pill with icon and word; `text=` says it otherwise; `pill=False`
    {% state "wait" text=_("…") icon="clock" %}    any words, in a tone: good wait bad river gain
    {% evidence part.evidence %}          confirmed or self-declared
    {% level_glyph 3 %}                   five bars
    {% notice "wait" %}<p>…</p>{% endnotice %}     tones: "" (river) good wait bad gain; `icon=`
    {% emptystate _("No needs yet") icon="briefcase" %}<p>why</p><div class="acts">…</div>{% endemptystate %}
    {% meter done total label=_("65 of 100 blocks") %}
    {{ name|initials }}                   one Chinese character or two Latin letters for a tile

**Lists**: `<ol class="people">` of `<li>`s, each one `person_row`. With an explanation the row shows score, strip and
what is short; with a state it shows the state instead:

    {% person_row url=url name=match.name about=city explanation=explanation current=opened %}
    {% person_row url=url name=need.title about=kind why=sentence state=need.status big=True org=True %}

**Tables**: {% widetable _("Skills of this need") "cards found" %}<thead>…</thead><tbody>…</tbody>{% endwidetable %};
`cards` turns rows into blocks on a phone, `found` is for rows of skills on forms; figures: class "num".

Plain classes for the rest (see product.css): layout `split list|side|even`, `stack`, `single`, `narrow`, `row3`; text
`quiet`, `second`, `small`, `verdict`, `prose`, `keep` (skill names); `subnav`, `filterbar` with `chip`, `rows`
in cards, `facets` (dl), `stats` with `stat`, `whosees`, `choices` with `choice`; `onwide`, `onphone`.

**Scripts** only help. `data-autosubmit` on a form sends it at a change, and hides its button marked
`data-without-script`. For signed-in people htmx is there: a part that follows running work asks for itself again with
`hx-get="…" hx-trigger="every 2s" hx-swap="outerHTML"`; what it sends needs `hx-headers` with the CSRF token.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from django import forms, template
from django.forms.boundfield import BoundField, BoundWidget
from django.forms.widgets import ChoiceWidget
from django.template.base import FilterExpression, NodeList, Parser, Token, token_kwargs
from django.template.context import Context
from django.templatetags.static import static
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.prose import Level
from matching.rounding import out_of_100

register = template.Library()

TONES = ("good", "wait", "bad", "river", "gain")
# Every state by the name that models and lists give it: tone, icon, word.
STATES: dict[str, tuple[str, str, str | Promise]] = {
    "draft": ("", "pencil", gettext_lazy("Draft")),
    "published": ("good", "circle-check", gettext_lazy("Published")),
    "closed": ("", "lock", gettext_lazy("Closed")),
    "pending": ("wait", "hourglass", gettext_lazy("Waiting for verification")),
    "verified": ("good", "shield-check", gettext_lazy("Verified")),
    "returned": ("bad", "arrow-back-up", gettext_lazy("Sent back")),
    "suspended": ("bad", "ban", gettext_lazy("Suspended")),
    "ready": ("good", "check", gettext_lazy("Up to date")),
    "refreshing": ("river", "refresh", gettext_lazy("Being renewed")),
    "none_yet": ("wait", "hourglass", gettext_lazy("No list yet")),
    "stalled": ("bad", "plug-connected-x", gettext_lazy("Not running")),
    "waiting": ("wait", "clock", gettext_lazy("Waiting")),
    "running": ("river", "refresh", gettext_lazy("Running")),
    "done": ("good", "check", gettext_lazy("Done")),
    "failed": ("bad", "alert-triangle", gettext_lazy("Failed")),
    "confirmed": ("good", "rosette-discount-check", gettext_lazy("confirmed")),
    "self": ("", "user", gettext_lazy("self-declared")),
}
NOTICE_ICONS = {
    "": "info-circle",
    "good": "circle-check",
    "wait": "alert-triangle",
    "bad": "alert-circle",
    "gain": "route",
}
WIDGETS: dict[str, type[forms.Widget]] = {
    "text": forms.TextInput,
    "search": forms.TextInput,
    "email": forms.EmailInput,
    "password": forms.PasswordInput,
    "number": forms.NumberInput,
    "date": forms.DateInput,
    "textarea": forms.Textarea,
    "select": forms.Select,
    "radios": forms.RadioSelect,
    "checkboxes": forms.CheckboxSelectMultiple,
    "checkbox": forms.CheckboxInput,
    "switch": forms.CheckboxInput,
}
Pairs = Iterable[tuple[Any, Any]]


# Marks ----------------------------------------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """One icon of the sprite; it is decoration unless it has a label."""
    said = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html('<svg class="icon" {}><use href="{}#{}"/></svg>', said, static("icons.svg"), name)


_icon = icon  # where a parameter has the same name


@register.simple_tag
def state(name: str, text: str = "", pill: bool = True, icon: str = "") -> SafeString:
    """A state as icon and word, never as colour alone."""
    tone, drawn, word = STATES.get(str(name), (name if name in TONES else "", "info-circle", ""))
    return format_html(
        '<span class="state{}{}">{}<span>{}</span></span>',
        " pill" if pill else "",
        f" {tone}" if tone else "",
        _icon(icon or drawn),
        text or word,
    )


@register.simple_tag
def evidence(name: str) -> SafeString:
    """Whether somebody beside the person stands for a skill."""
    _tone, drawn, word = STATES[name]
    return format_html('<span class="evid">{}{}</span>', _icon(drawn), word)


@register.simple_tag
def level_glyph(level: int) -> SafeString:
    """A level as five bars, the filled ones up to it."""
    return format_html(
        '<span class="levels" data-l="{}" role="img" aria-label="{}"><i></i><i></i><i></i><i></i><i></i></span>',
        level,
        _("level %(level)s, %(word)s") % {"level": level, "word": Level(int(level)).label},
    )


@register.simple_tag
def fact(drawn: str, text: Any) -> SafeString:
    """One fact of a page head; nothing where there is nothing to say."""
    return format_html("<span>{} {}</span>", icon(drawn), text) if text else SafeString("")


@register.filter
def initials(name: Any) -> str:
    """What stands on a tile: one Chinese character, or the first letters of a Latin name."""
    text = str(name).strip()
    if re.match(r"[\u3400-\u9fff]", text):
        return text[0]
    words = [word for word in re.split(r"[^\w]+", text) if word[:1].isalpha()]
    return ((words[0][0] + words[1][0]) if len(words) > 1 else words[0][:2] if words else "?").upper()


@register.inclusion_tag("components/meter.html")
def meter(done: float, total: float, label: str = "") -> dict[str, Any]:
    """One share as a bar; the label carries the figure."""
    share = min(1.0, max(0.0, done / total)) if total else 0.0
    return {"width": f"{100 * share:.1f}%", "label": label or f"{out_of_100(share)} %"}


# Boxes with slots -----------------------------------------------------------------------------------------------------


class Slots(template.Node):
    """A tag whose content falls into named parts, each handed to one template."""

    def __init__(self, template_name: str, options: dict[str, FilterExpression], slots: dict[str, NodeList]) -> None:
        self.template_name = template_name
        self.options = options
        self.slots = slots
        self.nodelist = NodeList(node for nodes in slots.values() for node in nodes)  # where Django looks for blocks

    def render(self, context: Context) -> SafeString:
        values = {name: value.resolve(context) for name, value in self.options.items()}
        with context.push():
            parts = {name: SafeString(nodes.render(context).strip()) for name, nodes in self.slots.items()}
        box = cast(Any, context.template).engine.get_template(self.template_name)
        return cast(SafeString, box.render(context.new(values | parts)))


def _slotted(parser: Parser, token: Token, *, title: str, first: str, others: Sequence[str]) -> Slots:
    """Parses `{% tag title option=… %} first slot {% other %} other slot {% endtag %}`."""
    name, *bits = token.split_contents()
    options = {}
    if bits and not re.match(r"\w+=", bits[0]):
        options[title] = parser.compile_filter(bits.pop(0))
    options |= token_kwargs(bits, parser)
    if bits:
        raise template.TemplateSyntaxError(f"{name} does not know what to do with {bits}")
    end, slots, current = f"end{name}", {}, first
    while True:
        slots[current] = parser.parse((*others, end))
        current = parser.next_token().contents
        if current == end:
            return Slots(f"components/{name}.html", options, slots)


@register.tag
def pagehead(parser: Parser, token: Token) -> Slots:
    """Where am I, what is it, how does it stand, what can I do."""
    return _slotted(parser, token, title="title", first="facts", others=("acts",))


@register.tag
def card(parser: Parser, token: Token) -> Slots:
    """A title row, a body, perhaps a foot."""
    return _slotted(parser, token, title="title", first="body", others=("more", "foot"))


@register.simple_block_tag
def notice(content: str, tone: str = "", icon: str = "") -> SafeString:
    """One fact, one way on."""
    drawn = _icon(icon or NOTICE_ICONS.get(tone, "info-circle"))
    return format_html(
        '<div class="notice{}">{}<div class="grow">{}</div></div>', f" {tone}" if tone else "", drawn, content
    )


@register.simple_block_tag
def emptystate(content: str, title: str, icon: str = "info-circle") -> SafeString:
    """Says why it is empty, offers the first act and an example."""
    return format_html('<div class="emptystate">{}<h3>{}</h3>{}</div>', _icon(icon), title, content)


@register.simple_block_tag
def widetable(content: str, label: str, kinds: str = "") -> SafeString:
    """A table that scrolls sideways where it has no room, by keyboard too."""
    return format_html(
        '<div class="scroll" tabindex="0" role="group" aria-label="{}"><table class="dense{}">{}</table></div>',
        label,
        f" {kinds}" if kinds else "",
        content,
    )


@register.inclusion_tag("components/person_row.html")
def person_row(
    *,
    url: str,
    name: Any,
    about: Any = "",
    why: Any = "",
    explanation: Any = None,
    state: str = "",
    tile: str = "",
    current: bool = False,
    big: bool = False,
    org: bool = False,
) -> dict[str, Any]:
    """One ranked person, need or organisation, as one link."""
    return {
        "url": url,
        "name": name,
        "about": about,
        "why": why or (explanation.gap_sentence if explanation else ""),
        "explanation": explanation,
        "state": state,
        "tile": tile or initials(name),
        "current": current,
        "big": big,
        "org": org,
    }


# Forms ----------------------------------------------------------------------------------------------------------------


def messages_of(errors: Any) -> list[str]:
    """What is wrong, as a list, whether it came as one message, several, or none."""
    if not errors:
        return []
    return [str(errors)] if isinstance(errors, str | Promise) else [str(error) for error in errors]


@register.inclusion_tag("components/field_error.html")
def field_error(errors: Any, name: str = "") -> dict[str, Any]:
    """What is wrong with one field, for its control to point at."""
    return {"errors": messages_of(errors), "id": f"id_{name}_error" if name else ""}


@register.inclusion_tag("components/form_errors.html")
def form_errors(source: Any) -> dict[str, Any]:
    """One notice above a form that was sent back: what concerns the whole, and how many fields are to mend."""
    if isinstance(source, forms.BaseForm):
        general = [str(error) for error in source.non_field_errors()]
        wrong = [field.id_for_label for field in source.visible_fields() if field.errors]
    else:
        errors: Mapping[str, Any] = source or {}
        general = [message for name in ("", "__all__") for message in messages_of(errors.get(name))]
        wrong = [f"id_{name}" for name in errors if name not in ("", "__all__") and errors[name]]
    count = ngettext("%(count)s field to mend", "%(count)s fields to mend", len(wrong)) % {"count": len(wrong)}
    return {"general": general, "first": wrong[0] if wrong else "", "count": count}


@register.inclusion_tag("components/field.html")
def field(source: BoundField | str, **options: Any) -> dict[str, Any]:
    """A label, a control, and under it what is wrong and a line of help."""
    bound = source if isinstance(source, BoundField) else None
    name = bound.html_name if bound else str(source)
    wanted = str(options.pop("type", "text"))
    shown = {
        "name": name,
        "label": options.pop("label", bound.label if bound else name),
        "help": options.pop("help", bound.help_text if bound else ""),
        "errors": messages_of(options.pop("errors", bound.errors if bound else None)),
        "optional": options.pop("optional", not bound.field.required if bound else False),
        "wide": options.pop("wide", False),
        "id": (bound.auto_id if bound else "") or f"id_{name}",
    }
    if bound:
        widget, value = bound.field.widget, bound.value()
    else:
        value, choices = options.pop("value", None), options.pop("options", None)
        if wanted == "level":
            return shown | {"kind": "level", "value": value}
        widget = _widget(wanted, choices)
    attrs = _attributes(widget, shown, options)
    kind = _kind(widget, wanted)
    shown["kind"] = kind
    if kind == "hidden":
        return shown | {"control": bound.as_hidden() if bound else ""}
    if kind == "group":
        rows = widget.subwidgets(name, value, attrs)
        return shown | {"choices": [BoundWidget(widget, row, forms.renderers.get_default_renderer()) for row in rows]}
    control = bound.as_widget(widget, attrs) if bound else widget.render(name, value, attrs)
    return shown | {"control": control}


@register.simple_tag
def select(name: str, options: Pairs, value: Any = None, label: str = "", errors: Any = None, **attrs: Any) -> str:
    """A select without a field around it; its label is read out only."""
    marks = {"class": "form-select form-select-sm", "id": f"id_{name}", "aria-label": label} | attrs
    if messages_of(errors):
        marks |= _wrong(marks["class"], f"id_{name}_error")
    return forms.Select(choices=list(options)).render(name, value, marks)


@register.inclusion_tag("components/level_stepper.html")
def level_stepper(
    name: str, value: Any = None, label: str = "", errors: Any = None, labelled_by: str = ""
) -> dict[str, Any]:
    """The five levels beside each other; one radio each, so that it works by keyboard and without scripts."""
    return {
        "name": name,
        "value": str(value or ""),
        "label": label or _("Level"),
        "labelled_by": labelled_by,
        "invalid": bool(messages_of(errors)),
        "levels": [{"value": str(level.value), "word": level.label} for level in Level],
    }


def _widget(wanted: str, choices: Pairs | None) -> forms.Widget:
    if wanted not in WIDGETS:
        raise template.TemplateSyntaxError(f"a field may be {', '.join(WIDGETS)} or level, not {wanted!r}")
    widget = WIDGETS[wanted]({"type": wanted} if wanted in ("date", "search") else None)
    if isinstance(widget, forms.DateInput):
        widget.format = "%Y-%m-%d"  # what a browser's own date field reads and sends
    if isinstance(widget, ChoiceWidget):
        widget.choices = list(choices or ())
    return widget


def _kind(widget: forms.Widget, wanted: str) -> str:
    if widget.is_hidden:
        return "hidden"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "group"
    if isinstance(widget, forms.CheckboxInput):
        return "switch" if wanted == "switch" else "check"
    return "control"


def _attributes(widget: forms.Widget, shown: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    """What the control carries: its class, what describes it, and what the author asked for."""
    attrs = {name.replace("_", "-"): value for name, value in options.items() if value is not None}
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple | forms.CheckboxInput):
        look = "form-check-input"
    elif isinstance(widget, forms.Select):
        look = "form-select"
    else:
        look = "form-control"
    attrs |= {"id": shown["id"], "class": " ".join(filter(None, (look, widget.attrs.get("class"))))}
    if shown["errors"]:
        attrs |= _wrong(attrs["class"], f"{shown['id']}_error")
    if shown["help"]:
        attrs["aria-describedby"] = " ".join(filter(None, (attrs.get("aria-describedby"), f"{shown['id']}_help")))
    return attrs


def _wrong(look: str, described_by: str) -> dict[str, str]:
    return {"class": f"{look} is-invalid", "aria-invalid": "true", "aria-describedby": described_by}
