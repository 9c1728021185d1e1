"""Bringing the demo region into the tables, through the functions that people use.

Only the students come in one go: so many people who sign up one after another would take too long. They announce
nothing, and whoever loads the region starts a full run.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from stdnum.cn import uscc

from accounts.models import AuditRow, City, Consent, Organisation, User
from accounts.organisations import register_organisation, settle_standing
from enterprises.models import Enterprise
from enterprises.publishing import create_need, publish_need
from skills.models import Skill
from talent.bases import create_base
from talent.courses import add_run, create_course, publish_course
from talent.experts import create_expert, publish_expert
from talent.models import Claim, Course, Profile, Program, StudentLink, TrainingBase
from talent.profiles import CONSENT_VERSION
from talent.programs import create_program, publish_program

from . import Region
from .parts import Row

REASON = "Registered with the demo. 随演示数据登记。"
Join = Callable[[str, str], User]
"""Makes a person of an address and a name."""
DOMAIN = "crossing.example"
REMEMBERED = {"lanzhu": "university", "lanqiao": "base"}
"""The first university and the first base have addresses that one remembers."""


@dataclass(frozen=True)
class Body:
    """An organisation, and who registered it and posts for it."""

    organisation: Organisation
    owner: User

    def posts(self, row: Row) -> dict[str, Any]:
        """The arguments with which its owner posts a row."""
        return {"by": self.owner, "organisation": self.organisation, "data": written(row)}


def written(row: Row) -> Row:
    """The row without what it says for the loading alone."""
    return {name: value for name, value in row.items() if name not in ("body", "field", "majors", "names", "runs")}


def load_region(region: Region, *, staff: User, join: Join) -> None:
    """Load all of it, each table in the order of the region."""
    bodies = {row["key"]: _body(row, staff, join) for row in region.bodies}
    bases = {row["body"]: create_base(**bodies[row["body"]].posts(row)) for row in region.bases}
    courses = [(row, _course(row, bodies[row["body"]], bases.get(row["body"]))) for row in region.courses]
    programs = [_program(row, bodies[row["body"]], courses) for row in region.programs]
    for number, row in enumerate(region.experts, start=1):
        _expert(row, bodies.get(row["body"]), join, number)
    for row in region.needs:
        body = bodies[row["body"]]
        publish_need(by=body.owner, need=create_need(**body.posts(row)))
    _students(region.students, bodies, programs)


def _body(row: Row, staff: User, join: Join) -> Body:
    owner = join(f"{REMEMBERED.get(row['key'], row['key'])}@{DOMAIN}", row["owner"])
    body = register_organisation(
        by=owner,
        kind=row["kind"],
        name_en=row["name_en"],
        name_zh=row["name_zh"],
        credit_code=credit_code(Organisation.objects.count() + 1),
        city=City.objects.get(code=row["city"]),
        tell=False,
    )
    if body.kind == Organisation.Kind.ENTERPRISE:
        Enterprise.objects.create(
            organisation=body,
            industry=row["industry"],
            size=row["size"],
            pilot_zone=row["pilot_zone"] == "1",
            target_markets=row["markets"].split(),
        )
    verified = Organisation.State.VERIFIED
    return Body(settle_standing(organisation=body, state=verified, by=staff, reason=REASON, tell=False), owner)


def credit_code(number: int) -> str:
    """A code with the right check character that no real body has."""
    front = f"91440600MADEM{number:04d}"
    return f"{front}{uscc.calc_check_digit(front)}"


def _course(row: Row, body: Body, base: TrainingBase | None) -> Course:
    course = create_course(**body.posts(row))
    for run in row["runs"]:
        place = str(base.public_id) if base and run["at_base"] else None
        data = {name: value for name, value in run.items() if name != "at_base"} | {"base": place}
        add_run(by=body.owner, course=course, data=data)
    return publish_course(by=body.owner, course=course)


def _program(row: Row, body: Body, courses: list[tuple[Row, Course]]) -> Program:
    """With those courses of the school that belong to its majors, the ones that ask least on entry first."""
    own = [one for one in courses if one[0]["body"] == row["body"] and one[0]["field"] in row["majors"]]
    own.sort(key=lambda one: len(one[0]["entry_levels"]))
    given = body.posts(row | {"courses": [str(course.public_id) for _row, course in own]})
    return publish_program(by=body.owner, program=create_program(**given))


def _expert(row: Row, body: Body | None, join: Join, number: int) -> None:
    """Posted by the body that the expert works for, or by the expert."""
    if body:
        given, by = body.posts(row), body.owner
    else:
        by = join(f"expert{'' if number == 1 else number}@{DOMAIN}", row["name"]["en"])
        given = {"by": by, "data": written(row)}
    publish_expert(by=by, expert=create_expert(**given))


# Students -------------------------------------------------------------------------------------------------------------
def _students(rows: list[Row], bodies: dict[str, Body], programs: list[Program]) -> None:
    now = timezone.now()
    users = User.objects.bulk_create(
        User(email=f"{row['key']}@{DOMAIN}", name=row["name"], password=make_password(None)) for row in rows
    )
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users
    )
    Consent.objects.bulk_create(
        Consent(user=user, purpose=Consent.Purpose.MATCHING, version=CONSENT_VERSION) for user in users
    )
    cities = {city.code: city for city in City.objects.all()}
    profiles = Profile.objects.bulk_create(_profile(row, user, cities) for row, user in zip(rows, users, strict=True))
    AuditRow.objects.bulk_create(
        AuditRow(actor=one.user, action="create_profile", subject_kind="profile", subject_id=one.public_id)
        for one in profiles
    )
    of_rows = list(zip(rows, profiles, strict=True))
    StudentLink.objects.bulk_create(
        StudentLink(
            profile=profile,
            organisation=bodies[row["link"]["body"]].organisation,
            program=programs[row["link"]["program"]],
            asked_by=StudentLink.AskedBy.STUDENT,
            state=StudentLink.State.CONFIRMED,
            answered_at=now,
        )
        for row, profile in of_rows
        if row["link"]
    )
    skills = {skill.code: skill for skill in Skill.objects.current()}
    Claim.objects.bulk_create(
        _claim(claim, profile, skills[claim["skill"]], bodies[row["link"]["body"]] if row["link"] else None)
        for row, profile in of_rows
        for claim in row["claims"]
    )


def _profile(row: Row, user: User, cities: dict[str, City]) -> Profile:
    fields = ("name", "adult", "headline", "text", "language", "moves", "remote", "kinds", "languages")
    return Profile(
        user=user,
        contact=user.email,
        city=cities[row["city"]],
        available_from=datetime.date.fromisoformat(row["available_from"]),
        **{name: row[name] for name in fields},
    )


def _claim(claim: Row, profile: Profile, skill: Skill, school: Body | None) -> Claim:
    confirms = school if claim["source"] == Claim.Source.UNIVERSITY else None
    return Claim(
        profile=profile,
        skill=skill,
        level=claim["level"],
        source=claim["source"],
        confirmer=confirms.organisation if confirms else None,
        confirmed_by=confirms.owner if confirms else None,
        confirmed_at=noon(claim["confirmed_on"]) if claim["confirmed_on"] else None,
    )


def noon(day: str) -> datetime.datetime:
    """Twelve o'clock on a day, in the platform's zone."""
    at = datetime.datetime.combine(datetime.date.fromisoformat(day), datetime.time(12))
    return at.replace(tzinfo=timezone.get_default_timezone())
