"""What a need says, in a few words: {% load need_words %}

{% need_facts need %}          kind and number of people, place, start, languages: for a page head or a row
{{ need|count_label }}         How many people, People to train, or Days of advice: what its number counts
{{ need|place_words }}         Foshan, or remote
{{ need|spoken_words }}        English 3, Japanese 2
{{ need|pay_words }}           9,000 to 13,000 CNY per month, or in all
{{ code|currency_words }}      CNY
"""

from decimal import Decimal
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.prose import SpokenLanguage, WorkKind
from enterprises.models import Need, Period, paid_per

register = template.Library()


@register.inclusion_tag("enterprises/need_facts.html")
def need_facts(need: Need) -> dict[str, Any]:
    """Kind and how many, place, start, languages."""
    if need.kind == WorkKind.TRAINING:
        counted = ngettext("%(kind)s for %(count)d person", "%(kind)s for %(count)d people", need.headcount)
    elif need.kind == WorkKind.ADVICE:
        counted = ngettext("%(kind)s, %(count)d day", "%(kind)s, %(count)d days", need.headcount)
    else:
        counted = ngettext("%(kind)s, %(count)d person", "%(kind)s, %(count)d people", need.headcount)
    return {
        "need": need,
        "kind": counted % {"kind": capfirst(need.get_kind_display()), "count": need.headcount},
    }


@register.filter
def count_label(need: Need) -> str:
    """What the number of a need counts: people to take on, people to train, or days of advice."""
    if need.kind == WorkKind.TRAINING:
        return _("People to train")
    return _("Days of advice") if need.kind == WorkKind.ADVICE else _("How many people")


@register.filter
def place_words(need: Need) -> str:
    """Where the work is; nothing where that is not stated."""
    if need.city and need.remote:
        return _("%(city)s, or remote") % {"city": need.city}
    return str(need.city) if need.city else _("Remote") if need.remote else ""


@register.filter
def spoken_words(need: Need) -> str:
    """The languages that are asked for, each with its level."""
    known = set(SpokenLanguage.values)
    asked = [(SpokenLanguage(code).label, level) for code, level in need.languages.items() if code in known]
    return pgettext("between words", ", ").join(
        _("%(language)s %(level)s") % {"language": label, "level": level} for label, level in asked
    )


@register.filter
def pay_words(need: Need) -> str:
    """Pay per month, or for training and advice in all, as far as it is stated."""
    currency = currency_words(need.pay_currency)
    figures = {"min": _amount(need.pay_min), "max": _amount(need.pay_max), "currency": currency}
    if paid_per(need.kind) == Period.TOTAL:
        if need.pay_min is not None and need.pay_max is not None:
            return _("%(min)s to %(max)s %(currency)s in all") % figures
        if need.pay_min is not None:
            return _("from %(min)s %(currency)s in all") % figures
        return _("up to %(max)s %(currency)s in all") % figures if need.pay_max is not None else ""
    if need.pay_min is not None and need.pay_max is not None:
        return _("%(min)s to %(max)s %(currency)s per month") % figures
    if need.pay_min is not None:
        return _("from %(min)s %(currency)s per month") % figures
    return _("up to %(max)s %(currency)s per month") % figures if need.pay_max is not None else ""


@register.filter
def currency_words(code: str) -> str:
    """What a currency is called; one without a word of its own keeps its three letters."""
    return pgettext("currency", "CNY") if code == "CNY" else code


def _amount(amount: Decimal | None) -> str:
    if amount is None:
        return ""
    whole = amount == amount.to_integral_value()
    return number_format(amount, 0 if whole else 2, use_l10n=True, force_grouping=True)
