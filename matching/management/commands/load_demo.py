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

from accounts.models import City, Membership, Organisation, User
from accounts.organisations import register_organisation, settle_standing
from enterprises.models import Enterprise, Need
from enterprises.publishing import close_need, create_need, publish_need
from matching.models import Job
from matching.region import make_region
from matching.region.loading import DOMAIN, REASON, Join, credit_code, load_region, noon
from matching.runs import start_full_run
from matching.text_fit import fit_text_model
from skills.models import Skill
from talent.models import Claim, Course, Expert, Profile, Program
from talent.profiles import change_profile, create_profile

DEMO = Path(__file__).resolve().parents[2] / "data" / "demo.json"
KEPT = "demo_logins.json"
ROLES = ("firm", "student", "university", "base", "expert", "staff")
"""Those who can sign in, by the address before the @; nobody else of the demo has a password."""


class Command(BaseCommand):
    help = "Load the demo into an empty database; a database with people in it is left alone."

    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.exists():
            return  # somebody works here already
        demo = json.loads(DEMO.read_text(encoding="utf-8"))
        passwords = {f"{role}@{DOMAIN}": secrets.token_urlsafe(9) for role in ROLES}

        def join(email: str, name: str, **fields: Any) -> User:
            user = User.objects.create_user(email, passwords.get(email), name=name, **fields)
            EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
            return user

        with transaction.atomic():
            staff = join(f"staff@{DOMAIN}", "Staff", is_staff=True, is_superuser=True)
            firms = {row["key"]: _firm(row, staff, join) for row in demo["organisations"]}
            for row in demo["profiles"]:
                _profile(row, join)
            for row in demo["needs"]:
                _need(row, firms)
            region = make_region(timezone.localdate())
            load_region(region, staff=staff, join=join)
            fit_text_model()  # before the first list, so that its texts count at once
            # Each posting has asked for its own list, and those would ask for more: one run makes them all.
            Job.objects.all().delete()
            start_full_run(by=staff)
        _keep([{"role": email.partition("@")[0], "email": email, "password": passwords[email]} for email in passwords])
        self.stderr.write(
            f"demo: {Organisation.objects.count()} organisations, {Need.objects.count()} needs, "
            f"{Program.objects.count()} programs, {Course.objects.count()} courses, {Expert.objects.count()} experts, "
            f"{Profile.objects.count()} profiles"
        )


def _keep(logins: list[dict[str, str]]) -> None:
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    path = settings.VAR_DIR / KEPT
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(logins, file, indent=1)


def _firm(row: dict[str, Any], staff: User, join: Join) -> Organisation:
    members = [(join(one["email"], one["name"]), one["role"]) for one in row["members"]]
    owner = next(user for user, role in members if role == Membership.Role.OWNER)
    firm = register_organisation(
        by=owner,
        kind=row["kind"],
        name_en=row["name_en"],
        name_zh=row["name_zh"],
        credit_code=credit_code(Organisation.objects.count() + 1),
        city=City.objects.get(code=row["city"]),
        tell=False,
    )
    fields = ("industry", "size", "pilot_zone", "target_markets")
    Enterprise.objects.create(organisation=firm, **{name: row[name] for name in fields})
    for user, role in members:
        if user != owner:
            Membership.objects.create(user=user, organisation=firm, role=role)
    if row["state"] != Organisation.State.PENDING:
        firm = settle_standing(organisation=firm, state=row["state"], by=staff, reason=REASON, tell=False)
    return firm


def _need(row: dict[str, Any], firms: dict[str, Organisation]) -> None:
    row = dict(row)
    firm, status = firms[row.pop("organisation")], row.pop("status")
    owner = firm.memberships.get(role=Membership.Role.OWNER).user
    row["starts_on"] = row["starts_on"] and _ahead(row["starts_on"])
    need = create_need(by=owner, organisation=firm, data=row)
    if status != "draft":
        need = publish_need(by=owner, need=need)
    if status == "closed":
        close_need(by=owner, need=need, why="The place is taken.")


def _ahead(day: str) -> str:
    """The day, or the same day of the first year in which it lies ahead: nobody posts a need that began already."""
    start = datetime.date.fromisoformat(day)
    while start <= timezone.localdate():
        start = start.replace(year=start.year + 1)
    return start.isoformat()


def _profile(row: dict[str, Any], join: Join) -> None:
    row = dict(row)
    user = join(row.pop("email"), row["name"])
    profile = create_profile(by=user)
    claims = row.pop("claims")
    skills = {skill.code: skill for skill in Skill.objects.current().filter(code__in=[one["skill"] for one in claims])}
    for one in claims:
        if one["source"] != Claim.Source.SELF:
            Claim.objects.create(
                profile=profile,
                skill=skills[one["skill"]],
                level=one["level"],
                source=one["source"],
                confirmed_at=noon(one["confirmed_on"]),
            )
    declared = [{"skill": one["skill"], "level": one["level"]} for one in claims if one["source"] == Claim.Source.SELF]
    change_profile(by=user, profile=profile, data=row | {"claims": declared})
