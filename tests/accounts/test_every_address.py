"""Every address of the site, by every method, as everybody: who is served is what the one table says.

The organisation's objects are drafts, so that nobody beside its members may see that they are there: for anybody else
they must be not found. A new address that is not in the table fails here.
"""

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from rest_framework.test import APIClient

from accounts.invitations import invite_member
from accounts.models import AuditRow, Organisation, User
from accounts.organisations import settle_standing
from accounts.permissions import (
    ADDRESSES,
    EVERYBODY,
    INVITED,
    READS,
    SIGNED_IN,
    STAFF,
    STAFF_SEES,
    THE_PERSON,
    WHILE_SUSPENDED,
    WHO_MAY,
    Act,
    Rule,
)
from accounts.tokens import give_token
from enterprises.models import Area
from matching.models import Pair
from talent.confirming import confirm_claim
from talent.links import answer_link, ask_link
from tests import factories

pytestmark = pytest.mark.django_db

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
REFUSED = {401, 403, 404}


@dataclass
class Cast:
    """Who there is, and what everything is called in addresses."""

    people: dict[str, User | None]
    """By part: viewer, editor and owner are members of whoever owns the object of the address."""
    members: dict[str, dict[str, User]]
    """Of the firm and of the school, by role."""
    ids: dict[str, Any] = field(default_factory=dict)


def routes(patterns: list[Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Route and name of every address that is not Django's own desk or door."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, before + str(pattern.pattern))
        elif isinstance(pattern, URLPattern) and pattern.name:
            route = before + str(pattern.pattern)
            if not route.startswith("admin/") and not pattern.name.startswith("account_"):
                yield route, pattern.name


ROUTES = {name: route for route, name in routes(get_resolver().url_patterns)}


def test_every_address_is_in_the_table_and_every_row_has_an_address() -> None:
    assert set(ROUTES) == set(ADDRESSES)


@pytest.fixture
def cast(owner: User, firm: Organisation, editor: User, viewer: User) -> Cast:
    dean = factories.a_user("dean@crossing.example")
    school = factories.a_school(dean)
    of_school = {
        "owner": dean,
        "editor": factories.a_member(school, role="editor"),
        "viewer": factories.a_member(school, role="viewer"),
    }
    person = factories.a_user("person@crossing.example", name="Somebody")
    profile = factories.a_profile(dict.fromkeys(factories.some_skills(3), 3), user=person)
    rival = factories.a_user("rival@crossing.example")
    factories.a_firm(rival)
    link = answer_link(by=dean, link=ask_link(by=person, organisation=school), accept=True)
    need = factories.a_need(firm)
    skill = factories.a_skill()
    course = factories.a_course(school, {skill: 3})
    expert = factories.an_expert(organisation=school)
    _token, _secret = give_token(user=person, name="own")
    confirm_claim(by=dean, organisation=school, profile=profile, skill=skill, level=3)
    course.external_id = "key-1"
    course.save(update_fields=["external_id"])
    pair = Pair.objects.create(need=need, profile=profile)
    program = factories.a_program(school, {skill: 3})
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    invitation = invite_member(by=owner, organisation=firm, data={"email": person.email, "role": "viewer"})
    key = re.search(r"/invitations/([\w-]+)/", str(mail.outbox[-1].body))
    assert key is not None
    area = Area.objects.create(code="trade", name_en="Trade", name_zh="贸易")
    return Cast(
        people={"nobody": None, "outsider": rival, "person": person, "staff": factories.staff()},
        members={"firm": {"owner": owner, "editor": editor, "viewer": viewer}, "school": of_school},
        ids={
            "firm": firm.public_id,
            "school": school.public_id,
            "need": need.public_id,
            "program": program.public_id,
            "course": course.public_id,
            "run": factories.a_run(course).public_id,
            "intake": an_intake(program),
            "base": factories.a_training_base(school).public_id,
            "expert": expert.public_id,
            "link": link.public_id,
            "token": _token.public_id,
            "pair": pair.public_id,
            "member": firm.memberships.get(user=factories.a_member(firm, role="viewer")).public_id,
            "invitation": invitation.public_id,
            "key": key.group(1),
            "area": area.code,
            "framework": skill.framework.code,
            "open need": factories.a_published_need(firm, {skill: 3}).public_id,
            "skill": skill.code,
            "city": factories.a_city().code,
        },
    )


def an_intake(program: Any) -> uuid.UUID:
    return program.intakes.create(starts_on="2030-09-01", ends_on="2031-07-01", places=30).public_id


def body_of(name: str) -> str:
    """Whose object the address names: the firm's or the school's."""
    words = ("program", "course", "base", "expert", "student", "intake", "link")
    return "school" if any(word in name for word in words) and not name.startswith("need") else "firm"


def address(name: str, cast: Cast) -> str:
    """The address with the ids of the cast in their places."""
    route = ROUTES[name]
    kwargs: dict[str, Any] = {}
    body = body_of(name)
    kind = next((kind for kind in ("need", "program", "course", "base", "expert") if f"{kind}s/<uuid" in route), None)
    if "organisations/<uuid" in route:
        kind = body
    if name in ("student", "student-answer", "student-end", "school-answer", "school-end") or "links/<uuid" in route:
        kind = "link"
    if "tokens/<uuid" in route:
        kind = "token"
    if name == "api-courses-for-me":
        kind = "open need"  # a person reads published ones only
    if "matches/<uuid" in route:
        kind = "pair"
    for place, value in {
        "public_id": cast.ids.get(kind or ""),
        "id": cast.ids.get(kind or ""),
        "member_id": cast.ids["member"],
        "invitation_id": cast.ids["invitation"],
        "run_id": cast.ids["run"],
        "run": cast.ids["run"],
        "intake_id": cast.ids["intake"],
        "link": cast.ids["link"],
        "skill": cast.ids["skill"],
        "key": cast.ids["key"],
        "external_id": "key-1",
        "run_external_id": "run-1",
        "code": cast.ids.get(name.removeprefix("api-")),
    }.items():
        if f":{place}>" in route:
            kwargs[place] = value
    return reverse(name, kwargs=kwargs)


@cache
def page_client(user: User | None) -> Client:
    client = Client(raise_request_exception=False)
    if user is not None:
        client.force_login(user)
    return client


@cache
def api_client(user: User | None) -> APIClient:
    client = APIClient(raise_request_exception=False)
    if user is not None:
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {give_token(user=user, name='walk')[1]}")
    return client


def answer(name: str, method: str, user: User | None, path: str) -> int:
    """Send it and take back whatever it did; 401 stands for being asked to sign in, on pages too."""
    with_body = {"data": "{}", "content_type": "application/json"}
    client, body = (api_client(user), with_body) if name.startswith("api-") else (page_client(user), {})
    with transaction.atomic():
        answered = client.generic(method, path, **body)
        transaction.set_rollback(True)
    asks_to_sign_in = answered.status_code == 302 and "/accounts/login/" in answered["Location"]
    return 401 if asks_to_sign_in else answered.status_code


def served(status: int) -> bool:
    return status < 500 and status not in REFUSED and status != 405


def test_every_address_serves_whom_the_table_says_and_nobody_else(cast: Cast) -> None:
    page_client.cache_clear()
    api_client.cache_clear()
    wrong = [fault for name in sorted(ROUTES) for fault in faults(name, cast)]
    assert not wrong, "\n".join(wrong)


def faults(name: str, cast: Cast) -> Iterator[str]:
    """Ask one address by every method, as everybody."""
    path = address(name, cast)
    people = cast.people | cast.members[body_of(name)]
    for method, rule in ADDRESSES[name].items():
        answers = {part: answer(name, method, user, path) for part, user in people.items()}
        for part, status in answers.items():
            if not fits(name, rule, part, status):
                yield f"{method} {path} ({name}) as {part}: {status}, by the rule {rule}"
        if not any(map(served, answers.values())):
            yield f"{method} {path} ({name}) serves nobody: {answers}"
    asking = people["person" if THE_PERSON in ADDRESSES[name].values() else "owner"]
    for method in METHODS:
        if method not in ADDRESSES[name] and name != "set_language":  # Django's own takes any
            status = answer(name, method, asking, path)
            if status not in {405, *REFUSED}:
                yield f"{method} {path} ({name}) stands in no row of the table, and answers {status}"


# A suspended organisation ---------------------------------------------------------------------------------------------
def test_a_suspended_organisation_reads_at_every_address_and_writes_at_none(cast: Cast) -> None:
    page_client.cache_clear()
    api_client.cache_clear()
    owners = {body: cast.members[body]["owner"] for body in ("firm", "school")}
    for user in owners.values():
        page_client(user), api_client(user)  # the token is given before
    staff = cast.people["staff"]
    assert staff is not None
    for body in owners:
        found = Organisation.objects.get(public_id=cast.ids[body])
        settle_standing(organisation=found, state="suspended", by=staff, reason="Look.")
    wrong = [
        f"{method} {name}: {told}"
        for name, rules in sorted(ADDRESSES.items())
        for method, rule in rules.items()
        if (isinstance(rule, Act) or ((method, rule) == ("POST", SIGNED_IN) and name in written_for(cast)))
        and not (told := while_suspended(name, method, rule, owners[body_of(name)], cast)).startswith("right")
    ]
    assert not wrong, "\n".join(wrong)


def written_for(cast: Cast) -> dict[str, dict[str, Any]]:
    """What has to be sent to an address for its answer to be about the organisation and not about the input."""
    course = {"organisation": str(cast.ids["school"]), "title": "T", "text": "t", "language": "en"}
    return {
        "api-needs": course | {"organisation": str(cast.ids["firm"]), "kind": "job"},
        "api-courses": course,
        "api-programs": course | {"study": "bachelor"},
        "api-experts": {"organisation": str(cast.ids["school"]), "name": {"en": "E"}, "language": "en"},
        "api-bases": {"organisation": str(cast.ids["school"]), "name": {"en": "B"}, "city": cast.ids["city"]},
        "api-students": {"email": "a@b.example"},
        "api-students-take-back": {"email": "a@b.example"},
        "api-student-answer": {"accept": True},
        "api-student-claims": {"skill": cast.ids["skill"], "level": 5},
    }


def while_suspended(name: str, method: str, rule: Rule, owner: User, cast: Cast) -> str:
    """What an owner's request gets now; it begins with "right" where it is what the rule leaves to them."""
    client = api_client(owner) if name.startswith("api-") else page_client(owner)
    sent = {"data": json.dumps(written_for(cast).get(name, {})), "content_type": "application/json"}
    before = AuditRow.objects.count()
    with transaction.atomic():
        answered = client.generic(method, address(name, cast), **(sent if name.startswith("api-") else {}))
        wrote = AuditRow.objects.count() - before
        transaction.set_rollback(True)
    code = getattr(answered, "data", None) and answered.data.get("code")
    if rule in WHILE_SUSPENDED:
        good = served(answered.status_code) and (not wrote or rule not in READS)
    elif name.startswith("api-"):
        good = (answered.status_code, code, wrote) == (409, "organisation_suspended", 0)
    else:
        good = answered.status_code in {302, 403} and not wrote  # led back with a word, or told on a page
    return f"{'right' if good else 'wrong'}: {answered.status_code} {code or ''} {wrote} written"


def fits(name: str, rule: Rule, part: str, status: int) -> bool:
    """Whether an answer is what the rule says for this part; the objects are drafts that only members see."""
    drafts = any(f"{kind}s/<uuid" in ROUTES[name] for kind in ("need", "program", "course", "expert"))
    member = part in ("viewer", "editor", "owner")
    if isinstance(rule, Act):
        if member:
            return served(status) if part in WHO_MAY[rule] else status == 403
        if part == "nobody":
            return status in {401, 404}
        if part == "staff" and rule in STAFF_SEES and served(status):
            return True
        return status == 404 if drafts else status in {403, 404}
    if rule is EVERYBODY:
        return (served(status) or status == 404) if not drafts or member else status in {401, 404}
    if rule is INVITED:
        return served(status) if part in ("person", "nobody") else status == 403
    if rule is STAFF:
        return served(status) if part == "staff" else status in REFUSED
    if part == "nobody":
        return status in {401, 404}
    if rule is THE_PERSON:
        return served(status) or status == 404 if part == "person" else status in {302, 403, 404, 409}
    return served(status) or status in {403, 404}  # signed in: what is private inside is refused inside
