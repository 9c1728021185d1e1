"""People, the organisations they act for, and what each of them decided."""

from typing import Any, ClassVar, NoReturn

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import AnonymousUser, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from .identity import PublicId


def in_active_language(en: str, zh: str) -> str:
    """The one of two texts that the reader's language asks for, or the other where that one is empty."""
    return (zh or en) if (translation.get_language() or "en").startswith("zh") else (en or zh)


class Named(models.Model):
    """A name in both languages; `str()` gives the reader's."""

    name_en = models.CharField(_("name in English"), max_length=200)
    name_zh = models.CharField(_("name in Chinese"), max_length=200)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return in_active_language(self.name_en, self.name_zh)


class City(Named):
    """A city of the region; the region itself is only data."""

    code = models.SlugField(unique=True)
    pilot_zone = models.BooleanField(_("has a cross-border e-commerce pilot zone"), default=False)

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "cities"


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, **{"is_staff": True, "is_superuser": True} | fields)


class User(PublicId, AbstractBaseUser, PermissionsMixin):
    """A person who signs in by email."""

    email = models.EmailField(_("email"), unique=True)
    name = models.CharField(_("name"), max_length=100, blank=True)
    is_staff = models.BooleanField(_("platform staff"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name or self.email


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def visible_to(self, user: "User | AnonymousUser") -> "OrganisationQuerySet":
        """Verified ones for everybody signed in, one's own in any state, all for platform staff."""
        if not user.is_authenticated:
            return self.none()
        if user.is_staff:
            return self
        return self.filter(Q(state=Organisation.State.VERIFIED) | Q(id__in=self.of_member(user).values("id")))

    def of_member(self, user: "User | AnonymousUser") -> "OrganisationQuerySet":
        return self.filter(memberships__user_id=user.pk or 0)


class Organisation(PublicId, Named):
    """A registered legal body; nothing of it is published or matched before platform staff verified it."""

    class Kind(models.TextChoices):
        UNIVERSITY = "university", _("university")
        VOCATIONAL_COLLEGE = "vocational_college", _("vocational college")
        VOCATIONAL_SCHOOL = "vocational_school", _("secondary vocational school")
        TRAINING_BASE = "training_base", _("training base")
        ENTERPRISE = "enterprise", _("enterprise")
        AUTHORITY = "authority", _("authority")

    class State(models.TextChoices):
        PENDING = "pending", _("pending")
        VERIFIED = "verified", _("verified")
        RETURNED = "returned", _("sent back")
        SUSPENDED = "suspended", _("suspended")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    credit_code = models.CharField(_("unified social credit code"), max_length=18)
    city = models.ForeignKey(City, models.PROTECT, null=True, blank=True, verbose_name=_("city"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            # Only a verified body holds its code, so that nobody can block another's by registering first.
            models.UniqueConstraint(
                fields=["credit_code"],
                condition=Q(state__in=["verified", "suspended"]),
                name="organisation_credit_code_unique_when_verified",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "verified", "returned", "suspended"]), name="organisation_state_known"
            ),
        ]


class Verification(models.Model):
    """One step in the life of an organisation's standing: who set which state, when and why."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="verifications")
    state = models.CharField(max_length=10, choices=Organisation.State)
    by = models.ForeignKey(User, models.PROTECT, null=True)
    at = models.DateTimeField(default=timezone.now)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]


class Membership(PublicId):
    """A person's role in an organisation."""

    class Role(models.TextChoices):
        OWNER = "owner", _("owner")
        EDITOR = "editor", _("editor")
        VIEWER = "viewer", _("viewer")

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=Role)
    joined_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["user", "organisation"], name="membership_once_a_person")]


class Consent(models.Model):
    """A person's agreement to one purpose; withdrawn, never deleted."""

    class Purpose(models.TextChoices):
        TERMS = "terms", _("terms of use")
        MATCHING = "matching", _("being matched with needs")

    user = models.ForeignKey(User, models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=20, choices=Purpose)
    version = models.CharField(max_length=20)
    given_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "purpose"],
                condition=Q(withdrawn_at__isnull=True),
                name="consent_one_standing_a_purpose",
            ),
        ]


class Token(PublicId):
    """A key for programs: it may do what its person may do; only its hash is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="tokens")
    name = models.CharField(_("name"), max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]


class AuditQuerySet(models.QuerySet["AuditRow"]):
    """Reads only: what was decided stays as it was written."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise TypeError("audit rows are append-only")

    def delete(self) -> NoReturn:
        raise TypeError("audit rows are append-only")


class AuditRow(models.Model):
    """One decision: who, what, on what, before, after, why. Written by the function that decides."""

    at = models.DateTimeField(default=timezone.now, db_index=True)
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    action = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=30)
    subject_id = models.UUIDField(db_index=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    why = models.TextField(blank=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
