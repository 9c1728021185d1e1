"""Plain factories: each makes one valid thing, and what it stands on."""

import datetime
import itertools
from typing import Any

from django.utils import timezone
from stdnum.cn import uscc

from accounts.models import City, Membership, Organisation, User
from enterprises.models import Need, NeedSkill
from enterprises.publishing import publish_need
from skills.models import Framework, Skill, SkillGroup
from talent.courses import publish_course
from talent.events import profile_changed
from talent.experts import publish_expert
from talent.models import Claim, Course, CourseRun, EntryLevel, Expert, Plant, Profile, Program, TrainingBase
from talent.programs import publish_program

PASSWORD = "correct horse battery"
_numbers = itertools.count(1)


def a_user(email: str = "", **fields: Any) -> User:
    number = next(_numbers)
    return User.objects.create_user(
        email or f"person{number}@crossing.example", PASSWORD, **{"name": f"Person {number}"} | fields
    )


def staff() -> User:
    return a_user(is_staff=True, is_superuser=True)


def a_city(code: str = "foshan", name_en: str = "Foshan", name_zh: str = "佛山") -> City:
    return City.objects.get_or_create(code=code, defaults={"name_en": name_en, "name_zh": name_zh})[0]


def a_credit_code() -> str:
    """A valid unified social credit code, another each time."""
    front = f"91440600MA5{next(_numbers):06d}"
    return front + uscc.calc_check_digit(front)


def a_firm(owner: User | None = None, state: str = "verified", **fields: Any) -> Organisation:
    number = next(_numbers)
    firm = Organisation.objects.create(
        **{
            "kind": Organisation.Kind.ENTERPRISE,
            "name_en": f"Firm {number}",
            "name_zh": f"企业 {number}",
            "credit_code": a_credit_code(),
            "city": a_city(),
            "state": state,
        }
        | fields
    )
    if owner is not None:
        a_member(firm, owner, "owner")
    return firm


def a_member(firm: Organisation, user: User | None = None, role: str = "editor") -> User:
    user = user or a_user()
    Membership.objects.create(user=user, organisation=firm, role=role)
    return user


def a_framework() -> Framework:
    return Framework.objects.get_or_create(
        code="digital-trade", version="1", defaults={"name_en": "Digital trade", "name_zh": "数字贸易"}
    )[0]


def a_skill(code: str = "", label_en: str = "", label_zh: str = "") -> Skill:
    number = next(_numbers)
    framework = a_framework()
    group = SkillGroup.objects.get_or_create(
        framework=framework, code="data-ai", defaults={"name_en": "Data and AI", "name_zh": "数据与人工智能"}
    )[0]
    return Skill.objects.create(
        framework=framework,
        group=group,
        code=code or f"T{number:05d}",
        label_en=label_en or f"Skill {number}",
        label_zh=label_zh or f"技能 {number}",
        definition_en="What it is.",
        definition_zh="它是什么。",
    )


def some_skills(count: int) -> list[Skill]:
    return [a_skill() for _ in range(count)]


def plants() -> None:
    """Enough plants for pseudonyms."""
    for code, name_en, name_zh, short in (("banyan", "Banyan", "榕树", "BA"), ("lychee", "Lychee", "荔枝", "LY")):
        Plant.objects.get_or_create(code=code, defaults={"name_en": name_en, "name_zh": name_zh, "short_en": short})


def a_need(firm: Organisation, skills: dict[Skill, int] | None = None, **fields: Any) -> Need:
    """A draft that asks for these skills at these levels, each essential at weight 1."""
    need = Need.objects.create(
        **{"organisation": firm, "title": "Data analyst", "text": "Reads traffic.", "language": "en", "kind": "job"}
        | {"remote": True}
        | fields
    )
    for skill, level in (skills if skills is not None else {a_skill(): 3}).items():
        NeedSkill.objects.create(need=need, skill=skill, min_level=level, weight=1.0, essential=True)
    return need


def a_published_need(firm: Organisation, skills: dict[Skill, int] | None = None, **fields: Any) -> Need:
    """A need that its firm's owner has published through the front door."""
    plants()
    need = a_need(firm, skills, **fields)
    owner = firm.memberships.filter(role="owner").select_related("user").first()
    return publish_need(by=owner.user if owner else a_member(firm, role="owner"), need=need)


def a_profile(skills: dict[Skill, int] | None = None, user: User | None = None, **fields: Any) -> Profile:
    """A listed person who holds these skills at these levels, self-declared."""
    plants()
    user = user or a_user()
    profile = Profile.objects.create(
        **{"user": user, "name": user.name, "contact": user.email, "language": "en", "adult": True} | fields
    )
    for skill, level in (skills or {}).items():
        Claim.objects.create(profile=profile, skill=skill, level=level)
    profile_changed.send(sender=Profile, profile=profile)
    return profile


def confirm(profile: Profile, skill: Skill, level: int) -> Claim:
    """A claim that a university stands for."""
    return Claim.objects.create(
        profile=profile, skill=skill, level=level, source=Claim.Source.UNIVERSITY, confirmed_at=timezone.now()
    )


def a_school(owner: User | None = None, state: str = "verified", **fields: Any) -> Organisation:
    """A university, verified, with an owner where one is named."""
    number = next(_numbers)
    named = {"kind": Organisation.Kind.UNIVERSITY, "name_en": f"University {number}", "name_zh": f"大学 {number}"}
    return a_firm(owner, state, **named | fields)


def a_course(
    school: Organisation, gives: dict[Skill, int], asks: dict[Skill, int] | None = None, **fields: Any
) -> Course:
    """A draft of a course that leads to these levels and asks for those on entry."""
    course = Course.objects.create(**{"organisation": school, "title": "Market data", "language": "en"} | fields)
    for skill, level in gives.items():
        Claim.objects.create(course=course, skill=skill, level=level)
    for skill, level in (asks or {}).items():
        EntryLevel.objects.create(course=course, skill=skill, level=level)
    return course


def a_program(school: Organisation, reached: dict[Skill, int] | None = None, **fields: Any) -> Program:
    """A draft of a program whose graduates reach these levels."""
    program = Program.objects.create(
        **{"organisation": school, "title": "Digital trade", "language": "en", "study": "bachelor"} | fields
    )
    for skill, level in (reached if reached is not None else {a_skill(): 3}).items():
        Claim.objects.create(program=program, skill=skill, level=level)
    return program


def a_published_program(school: Organisation, reached: dict[Skill, int] | None = None, **fields: Any) -> Program:
    """A program that its school's owner has published through the front door."""
    program = a_program(school, reached, **fields)
    owner = school.memberships.filter(role="owner").select_related("user").first()
    return publish_program(by=owner.user if owner else a_member(school, role="owner"), program=program)


def an_expert(
    user: User | None = None,
    organisation: Organisation | None = None,
    skills: dict[Skill, int] | None = None,
    **fields: Any,
) -> Expert:
    """A draft of an expert who can be published: the person's own, or one that the organisation posts."""
    start: dict[str, Any] = {"name_en": "Luo Jingwen", "name_zh": "罗静雯", "language": "en", "advice": ["diagnosis"]}
    whose = {"organisation": organisation} if organisation else {"user": user or a_user()}
    expert = Expert.objects.create(**start | whose | fields)
    for skill, level in (skills if skills is not None else {a_skill(): 4}).items():
        Claim.objects.create(expert=expert, skill=skill, level=level, evidence="Advised eleven firms.")
    return expert


def a_published_expert(user: User | None = None, organisation: Organisation | None = None, **how: Any) -> Expert:
    """An expert that was published through the front door."""
    expert = an_expert(user, organisation, **how)
    owner = organisation and organisation.memberships.filter(role="owner").select_related("user").first()
    by = expert.user or (owner.user if owner else a_member(organisation, role="owner"))  # type: ignore[arg-type]
    return publish_expert(by=by, expert=expert)


def a_training_body(owner: User | None = None, state: str = "verified", **fields: Any) -> Organisation:
    """An organisation whose kind is training base, verified, with an owner where one is named."""
    number = next(_numbers)
    named = {"kind": Organisation.Kind.TRAINING_BASE, "name_en": f"Training {number}", "name_zh": f"实训基地 {number}"}
    return a_firm(owner, state, **named | fields)


def a_training_base(organisation: Organisation, **fields: Any) -> TrainingBase:
    """A place to train at, in a city."""
    named = {"name_en": "Robot hall", "name_zh": "机器人实训车间", "city": a_city()}
    return TrainingBase.objects.create(organisation=organisation, **named | fields)


def a_run(course: Course, days_ahead: int = 30, **fields: Any) -> CourseRun:
    """A run of the course that starts so many days from today, online unless it is said otherwise."""
    start = timezone.localdate() + datetime.timedelta(days=days_ahead)
    given = {"starts_on": start, "ends_on": start + datetime.timedelta(days=14), "seats": 20, "price": 1200}
    return CourseRun.objects.create(course=course, **given | {"online": True} | fields)


def a_published_course(
    organisation: Organisation, gives: dict[Skill, int] | None = None, asks: dict[Skill, int] | None = None, **how: Any
) -> Course:
    """A course that its organisation's owner has published through the front door."""
    course = a_course(organisation, gives if gives is not None else {a_skill(): 3}, asks, **how)
    owner = organisation.memberships.filter(role="owner").select_related("user").first()
    return publish_course(by=owner.user if owner else a_member(organisation, role="owner"), course=course)
