"""What a course could add to a match: {% load gap_parts %}

{{ row.run|run_place }}                   online, or the city and the base
{{ row.run|run_price }}                   1,200 CNY, or free
{{ row.gained|gained_points }}            12.5: of 100, with one decimal
"""

from decimal import Decimal

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from enterprises.templatetags.need_words import currency_words
from matching.rounding import tenths_of_100
from talent.models import CourseRun

register = template.Library()


@register.filter
def run_place(run: CourseRun) -> str:
    """Where a run takes place; nothing where that is not stated."""
    city = run.city or (run.base.city if run.base else None)
    words = [_("Online")] if run.online else []
    words += [str(part) for part in (city, run.base) if part]
    return pgettext("between words", ", ").join(words)


@register.filter
def run_price(run: CourseRun) -> str:
    """What a run costs."""
    if not run.price:
        return _("free of charge")
    figure = number_format(run.price, 0 if run.price == run.price.to_integral_value() else 2, force_grouping=True)
    return _("%(amount)s %(currency)s") % {"amount": figure, "currency": currency_words(run.currency)}


@register.filter
def gained_points(gained: float) -> Decimal:
    """A gain out of 100, with one decimal."""
    return tenths_of_100(gained)
