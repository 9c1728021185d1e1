"""What a program says, in a few words: {% load program_words %}

{{ intake|enrolment_words }}         1 June 2027 to 31 July 2027; nothing where that is not stated
{{ step|program_step_words }}        what a row of the audit trail did to a program
"""

from django import template
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later

from accounts.models import AuditRow
from talent.models import Intake

register = template.Library()

STEPS: dict[str, str | Promise] = {
    "create_program": later("Written"),
    "change_program": later("Changed"),
    "publish_program": later("Published"),
    "close_program": later("Closed"),
    "copy_program": later("Copied"),
    "add_intake": later("Intake added"),
    "change_intake": later("Intake changed"),
    "remove_intake": later("Intake removed"),
}


@register.filter
def enrolment_words(intake: Intake) -> str:
    """When one can enrol, as far as it is stated."""
    opens, shuts = (day and date_format(day, "DATE_FORMAT") for day in (intake.enrols_from, intake.enrols_until))
    if opens and shuts:
        return _("%(start)s to %(end)s") % {"start": opens, "end": shuts}
    if opens:
        return _("from %(day)s") % {"day": opens}
    return _("until %(day)s") % {"day": shuts} if shuts else ""


@register.filter
def program_step_words(step: AuditRow) -> str | Promise:
    """What one row of the trail did."""
    return STEPS.get(step.action, step.action)
