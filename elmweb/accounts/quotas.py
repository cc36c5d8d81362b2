"""How much one person's runs and trainings may take; admins may take what there is.

The installation's quotas are settings; an admin may set others for a person. A day is one of UTC.
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from elmweb.accounts.models import Usage, User

SPENT = "today's children are spent"  # how the reason of a run that waits for tomorrow begins


class QuotaSpent(ValueError):
    """A person has used up what they may; the message says of what and what to do."""


@dataclass(frozen=True)
class Quotas:
    """What one person may take; None: no limit."""

    runs: int | None  # going on at a time
    children: int | None  # a day
    training_hours: int | None  # a day
    changes: int | None  # requests that change something, a minute


def quotas_of(user: User) -> Quotas:
    """Return what ``user`` may take."""
    if user.is_admin:
        return Quotas(None, None, None, None)
    usual = settings.QUOTAS
    own = {
        "runs": user.max_runs,
        "children": user.max_children,
        "training_hours": user.max_training_hours,
        "changes": user.max_changes,
    }
    return Quotas(**{name: usual[name] if own[name] is None else own[name] for name in own})


def usage_of(user: User, now: datetime | None = None) -> Usage:
    """Return what ``user`` took today; a row that is not stored yet when it is nothing."""
    day = (now or timezone.now()).date()
    return Usage.objects.filter(user=user, day=day).first() or Usage(user=user, day=day)


def spend(user: User, *, children: int = 0, training_seconds: float = 0.0) -> None:
    """Count what ``user`` took."""
    row, _ = Usage.objects.get_or_create(user=user, day=timezone.now().date())
    Usage.objects.filter(pk=row.pk).update(
        children=F("children") + children,
        training_seconds=F("training_seconds") + training_seconds,
    )


def children_left(user: User) -> int | None:
    """Return how many more children ``user`` may have today; None: no limit."""
    most = quotas_of(user).children
    return None if most is None else max(most - usage_of(user).children, 0)


def spent_sentence(user: User) -> str:
    """Return why a run of ``user`` waits."""
    return f"{SPENT} ({quotas_of(user).children:,}): it goes on after midnight UTC"


def check_training_hours(user: User) -> None:
    """Refuse another hour of training when today's are spent.

    Raises:
        QuotaSpent
    """
    most = quotas_of(user).training_hours
    if most is not None and usage_of(user).training_seconds >= most * 3600:
        raise QuotaSpent(
            f"today's training hours are spent ({most} h): go on after midnight UTC, or ask an "
            "admin for more"
        )


def check_runs(user: User, running: int) -> None:
    """Refuse one more run beside the ``running`` ones of this person.

    Raises:
        QuotaSpent
    """
    most = quotas_of(user).runs
    if most is not None and running >= most:
        raise QuotaSpent(
            f"{running} of your runs go on, {most} at a time are allowed: pause or stop one, or "
            "ask an admin for more"
        )
