"""What a program says, in a few words: {% load program_words %}

{{ intake|enrolment_words }}         1 June 2027 to 31 July 2027; nothing where that is not stated
"""

from django import template
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from talent.models import Intake

register = template.Library()


@register.filter
def enrolment_words(intake: Intake) -> str:
    """When one can enrol, as far as it is stated."""
    opens, shuts = (day and date_format(day, "DATE_FORMAT") for day in (intake.enrols_from, intake.enrols_until))
    if opens and shuts:
        return _("%(start)s to %(end)s") % {"start": opens, "end": shuts}
    if opens:
        return _("from %(day)s") % {"day": opens}
    return _("until %(day)s") % {"day": shuts} if shuts else ""
