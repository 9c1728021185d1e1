"""People, the organisations they act for, and what each of them decided."""

from typing import Any, ClassVar, NoReturn

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import AnonymousUser, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .deeds import DEEDS
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

    code = models.SlugField(_("code"), unique=True)
    pilot_zone = models.BooleanField(_("has a cross-border e-commerce pilot zone"), default=False)

    class Meta:
        verbose_name = _("city")
        verbose_name_plural = _("cities")
        ordering = ["id"]


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
    language = models.CharField(_("language of letters"), max_length=10, choices=settings.LANGUAGES, blank=True)
    is_staff = models.BooleanField(_("platform staff"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("joined at"), default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

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

    SCHOOLS = (Kind.UNIVERSITY, Kind.VOCATIONAL_COLLEGE, Kind.VOCATIONAL_SCHOOL)
    """Kinds that have students and post programs."""
    TEACHING = (*SCHOOLS, Kind.TRAINING_BASE)
    """Kinds that post courses and experts and run training bases."""

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    credit_code = models.CharField(_("unified social credit code"), max_length=18)
    city = models.ForeignKey(City, models.PROTECT, null=True, blank=True, verbose_name=_("city"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
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
    state = models.CharField(_("state"), max_length=10, choices=Organisation.State)
    by = models.ForeignKey(User, models.PROTECT, null=True, verbose_name=_("by"))
    at = models.DateTimeField(_("at"), default=timezone.now)
    reason = models.TextField(_("reason"), blank=True)

    class Meta:
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")
        ordering = ["-id"]


class Membership(PublicId):
    """A person's role in an organisation."""

    class Role(models.TextChoices):
        OWNER = "owner", _("owner")
        EDITOR = "editor", _("editor")
        VIEWER = "viewer", _("viewer")

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name=_("user"))
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="memberships", verbose_name=_("organisation")
    )
    role = models.CharField(_("role"), max_length=10, choices=Role)
    joined_at = models.DateTimeField(_("joined at"), default=timezone.now)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["user", "organisation"], name="membership_once_a_person")]

    def __str__(self) -> str:
        return str(self.user)


class Invitation(PublicId):
    """An offer, sent by mail to one address, to join an organisation in a role; only the hash of its key is kept."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="invitations", verbose_name=_("organisation")
    )
    email = models.EmailField(_("email"))
    role = models.CharField(_("role"), max_length=10, choices=Membership.Role)
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("invited by"))
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires at"))
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("accepted by"))
    accepted_at = models.DateTimeField(_("accepted at"), null=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "email"],
                condition=Q(accepted_at=None, revoked_at=None),
                name="invitation_one_open_an_address",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(revoked_at=None), name="invitation_not_accepted_and_revoked"
            ),
        ]

    def __str__(self) -> str:
        return self.email


class Consent(models.Model):
    """A person's agreement to one purpose; withdrawn, never deleted."""

    class Purpose(models.TextChoices):
        TERMS = "terms", _("terms of use")
        MATCHING = "matching", _("being matched with needs")

    user = models.ForeignKey(User, models.CASCADE, related_name="consents", verbose_name=_("user"))
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose)
    version = models.CharField(_("version"), max_length=20)
    given_at = models.DateTimeField(_("given at"), default=timezone.now)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "purpose"],
                condition=Q(withdrawn_at__isnull=True),
                name="consent_one_standing_a_purpose",
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_purpose_display())


class Token(PublicId):
    """A key for programs: it may do what its person may do; only its hash is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="tokens", verbose_name=_("user"))
    name = models.CharField(_("name"), max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    last_used_at = models.DateTimeField(_("last used at"), null=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True)

    class Meta:
        verbose_name = _("token")
        verbose_name_plural = _("tokens")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name


class LetterQuerySet(models.QuerySet["Letter"]):
    def due(self) -> "LetterQuerySet":
        """Those that are to be sent now: no worker holds them, and they were not tried in vain too often."""
        return self.filter(due_at__lte=timezone.now(), attempt__lt=Letter.LAST_ATTEMPT)


class Letter(models.Model):
    """A letter that waits to be sent; the row is gone once it was. Only `accounts/tasks.py` writes and sends them."""

    LAST_ATTEMPT = 5

    to = models.EmailField(_("to"))
    subject = models.TextField(_("subject of a letter"))
    text = models.TextField(_("text"))
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    due_at = models.DateTimeField(_("due at"), default=timezone.now)
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=0)
    error = models.TextField(_("error"), blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ["id"]
        indexes = [models.Index(fields=["due_at"], name="letter_for_sweeper")]

    def __str__(self) -> str:
        return self.subject


class AuditQuerySet(models.QuerySet["AuditRow"]):
    """Reads only: what was decided stays as it was written."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise TypeError("audit rows are append-only")

    def delete(self) -> NoReturn:
        raise TypeError("audit rows are append-only")


class AuditRow(models.Model):
    """One decision: who, what, on what, before, after, why. Written by the function that decides."""

    at = models.DateTimeField(_("at"), default=timezone.now, db_index=True)
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("actor"))
    action = models.CharField(_("action"), max_length=60)
    subject_kind = models.CharField(_("kind of subject"), max_length=30)
    subject_id = models.UUIDField(_("subject"), db_index=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", verbose_name=_("organisation")
    )
    before = models.JSONField(_("before"), default=dict)
    after = models.JSONField(_("after"), default=dict)
    why = models.TextField(_("why"), blank=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit row")
        verbose_name_plural = _("audit rows")
        ordering = ["-id"]

    def __str__(self) -> str:
        return str(self.done)

    @property
    def done(self) -> str | Promise:
        """What was done, in words."""
        return DEEDS.get(self.action, self.action)
