"""Plain factories: each makes one valid thing, and what it stands on."""

import itertools
from typing import Any

from django.utils import timezone
from stdnum.cn import uscc

from accounts.models import City, Membership, Organisation, User
from enterprises.models import Need, NeedSkill
from enterprises.publishing import publish_need
from skills.models import Framework, Skill, SkillGroup
from talent.events import profile_changed
from talent.models import Claim, Plant, Profile

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
