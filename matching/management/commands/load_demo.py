"""The demo: loaded into an empty database through the functions that people use."""

import datetime
import json
import os
import secrets
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone
from stdnum.cn import uscc

from accounts.models import City, Membership, Organisation, User
from accounts.organisations import register_organisation, settle_standing
from enterprises.models import Enterprise
from enterprises.publishing import close_need, create_need, publish_need
from matching.text_fit import fit_text_model
from skills.models import Skill
from talent.models import Claim
from talent.profiles import change_profile, create_profile

DEMO = Path(__file__).resolve().parents[2] / "data" / "demo.json"
LOGINS = "demo_logins.json"
STAFF = "staff@crossing.example"
REASON = "Registered with the demo. 随演示数据登记。"


class Command(BaseCommand):
    help = "Load the demo into an empty database; a database with people in it is left alone."

    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.exists():
            return  # somebody works here already
        demo = json.loads(DEMO.read_text(encoding="utf-8"))
        passwords: dict[str, str] = {}
        with transaction.atomic():
            staff = _person(STAFF, "Staff", passwords, is_staff=True, is_superuser=True)
            firms = {row["key"]: _firm(row, staff, passwords) for row in demo["organisations"]}
            for row in demo["profiles"]:
                _profile(row, passwords)
            for row in demo["needs"]:
                _need(row, firms)
            fit_text_model()  # before the first list, so that its texts count at once
        first = demo["organisations"][0]["members"][0]["email"]
        roles = [("firm", first), ("student", demo["profiles"][0]["email"]), ("staff", STAFF)]
        _keep([{"role": role, "email": email, "password": passwords[email]} for role, email in roles])
        self.stderr.write(
            f"demo: {len(firms)} enterprises, {len(demo['needs'])} needs, {len(demo['profiles'])} profiles"
        )


def _person(email: str, name: str, passwords: dict[str, str], **fields: Any) -> User:
    passwords[email] = secrets.token_urlsafe(9)
    user = User.objects.create_user(email, passwords[email], name=name, **fields)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def _keep(logins: list[dict[str, str]]) -> None:
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    path = settings.VAR_DIR / LOGINS
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(logins, file, indent=1)


def _firm(row: dict[str, Any], staff: User, passwords: dict[str, str]) -> Organisation:
    members = [(_person(one["email"], one["name"], passwords), one["role"]) for one in row["members"]]
    owner = next(user for user, role in members if role == Membership.Role.OWNER)
    number = Organisation.objects.count() + 1
    front = f"91440600MADEM{number:04d}"
    firm = register_organisation(
        by=owner,
        kind=row["kind"],
        name_en=row["name_en"],
        name_zh=row["name_zh"],
        credit_code=front + uscc.calc_check_digit(front),
        city=City.objects.get(code=row["city"]),
    )
    fields = ("industry", "size", "pilot_zone", "target_markets")
    Enterprise.objects.create(organisation=firm, **{name: row[name] for name in fields})
    for user, role in members:
        if user != owner:
            Membership.objects.create(user=user, organisation=firm, role=role)
    if row["state"] != Organisation.State.PENDING:
        firm = settle_standing(organisation=firm, state=row["state"], by=staff, reason=REASON)
    return firm


def _need(row: dict[str, Any], firms: dict[str, Organisation]) -> None:
    row = dict(row)
    firm, status = firms[row.pop("organisation")], row.pop("status")
    owner = firm.memberships.get(role=Membership.Role.OWNER).user
    need = create_need(by=owner, organisation=firm, data=row)
    if status != "draft":
        need = publish_need(by=owner, need=need)
    if status == "closed":
        close_need(by=owner, need=need, why="The place is taken.")


def _profile(row: dict[str, Any], passwords: dict[str, str]) -> None:
    row = dict(row)
    user = _person(row.pop("email"), row["name"], passwords)
    profile = create_profile(by=user)
    claims = row.pop("claims")
    skills = {skill.code: skill for skill in Skill.objects.current().filter(code__in=[one["skill"] for one in claims])}
    for one in claims:
        if one["source"] != Claim.Source.SELF:
            day = datetime.date.fromisoformat(one["confirmed_on"])
            noon = datetime.datetime.combine(day, datetime.time(12), timezone.get_default_timezone())
            Claim.objects.create(
                profile=profile, skill=skills[one["skill"]], level=one["level"], source=one["source"], confirmed_at=noon
            )
    declared = [{"skill": one["skill"], "level": one["level"]} for one in claims if one["source"] == Claim.Source.SELF]
    change_profile(by=user, profile=profile, data=row | {"claims": declared})
