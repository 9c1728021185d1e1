"""A person's schools, for the card on their profile: {% load student_links %}{% schools_of profile as links %}"""

from django import template

from talent.links import links_of_person
from talent.models import Profile, StudentLink

register = template.Library()
State = StudentLink.State


@register.simple_tag
def schools_of(profile: Profile) -> list[StudentLink]:
    """How the person stands with each school: what waits and stands, and the no to a question of theirs."""
    newest: dict[int, StudentLink] = {}
    for link in links_of_person(profile).order_by("-id"):
        newest.setdefault(link.organisation_id, link)
    return [link for link in newest.values() if link.state != State.ENDED]
