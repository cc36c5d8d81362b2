"""People: who they are, what they may do, what they used, and what they did.

A user model of our own from day one, because Django cannot swap it later.
"""

from typing import Protocol

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.core.validators import MaxValueValidator
from django.db import models
from django.http import HttpRequest


class Role(models.TextChoices):
    """What somebody may do; each role may do what those before it may."""

    VIEWER = "viewer"  # look at everything
    OPERATOR = "operator"  # start runs and trainings, steer their own
    ADMIN = "admin"  # steer everything, add models from outside, manage people


class Owned(Protocol):
    """Something that belongs to somebody, or to nobody."""

    owner_id: int | None


def _limit(unit: str) -> models.PositiveIntegerField:
    """Return a limit of one person's own; empty means the installation's (see ``quotas``)."""
    return models.PositiveIntegerField(
        unit, null=True, blank=True, validators=[MaxValueValidator(10**9)]
    )


class User(AbstractUser):
    """Somebody with a role; the embedded mode has one person, ``local``, an admin."""

    role = models.CharField(max_length=10, choices=Role.choices, default=Role.VIEWER)
    max_runs = _limit("runs at a time")
    max_children = _limit("children a day")
    max_training_hours = _limit("hours of training a day")
    max_changes = _limit("changes a minute")

    @property
    def is_admin(self) -> bool:
        """Whether this is an admin; ``createsuperuser`` makes one, too."""
        return self.is_superuser or self.role == Role.ADMIN

    @property
    def is_operator(self) -> bool:
        """Whether this person may start and steer anything at all."""
        return self.is_admin or self.role == Role.OPERATOR

    def has_role(self, role: Role) -> bool:
        """Whether this person may do what ``role`` may."""
        return {Role.VIEWER: True, Role.OPERATOR: self.is_operator, Role.ADMIN: self.is_admin}[role]

    def may_change(self, thing: Owned) -> bool:
        """Whether this person may steer, delete or restore ``thing``.

        An admin may change everything, an operator their own and what belongs to nobody: runs of
        the command line, of people who are gone, and of the time before there were accounts.
        """
        return self.is_admin or (self.is_operator and thing.owner_id in (None, self.pk))


def person_of(request: HttpRequest) -> User:
    """Return who is logged in; pages behind the login have somebody."""
    assert isinstance(request.user, User)
    return request.user


class Usage(models.Model):
    """What one person's runs and trainings took on one day (UTC)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    day = models.DateField()
    children = models.PositiveBigIntegerField(default=0)
    training_seconds = models.FloatField(default=0.0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "day"], name="usage_once_a_day")]

    def __str__(self) -> str:
        return f"{self.user_id} on {self.day}"

    @property
    def training_hours(self) -> float:
        """The same in hours."""
        return self.training_seconds / 3600


class Bucket(models.Model):
    """How much of a rate limit is left, see ``throttle``; a full bucket needs no row."""

    key = models.CharField(max_length=64, unique=True)  # SHA-256 of what is limited
    tokens = models.FloatField()
    seen_at = models.FloatField()  # [s] since the epoch

    def __str__(self) -> str:
        return f"{self.key[:8]}: {self.tokens:.1f}"


class AuditEntry(models.Model):
    """Who did what, when and from where. Append-only: nothing in ELMWeb changes or deletes one."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    name = models.CharField(max_length=150, blank=True)  # as typed at a login, or at that time
    action = models.CharField(max_length=60)  # name of the address, or of the command
    target = models.CharField(max_length=300, blank=True)  # path of what it was done to
    status = models.PositiveSmallIntegerField(default=0)  # of the answer; 0 for commands
    address = models.CharField(max_length=45, blank=True)  # of the browser; "" for commands
    note = models.CharField(max_length=300, blank=True)  # what changed, in words

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["name", "-id"]), models.Index(fields=["action", "-id"])]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.name} {self.action} {self.target}"
