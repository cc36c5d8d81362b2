"""Adding people and giving them passwords."""

import secrets

from django.db import transaction

from elmweb.accounts.models import Role, User

PASSWORD_BYTES = 15  # 120 random bits, 20 characters


def new_password() -> str:
    """Return a random password."""
    return secrets.token_urlsafe(PASSWORD_BYTES)


def add(username: str, role: Role, password: str | None = None) -> tuple[User, str]:
    """Add somebody; return them and their password, a random one unless it is given."""
    password = password or new_password()
    user = User(username=username, role=role, is_staff=role == Role.ADMIN)
    user.set_password(password)
    user.full_clean(exclude=["password"])
    user.save()
    return user, password


def reset_password(user: User) -> str:
    """Give ``user`` a random password and return it; it ends their sessions."""
    password = new_password()
    user.set_password(password)
    user.save(update_fields=["password"])
    return password


def admin_with_password() -> User | None:
    """Return an admin who can log in by password."""
    active = User.objects.filter(is_active=True).order_by("pk")
    admins = (user for user in active if user.is_admin and user.has_usable_password())
    return next(admins, None)


def make_first_admin(username: str, password: str | None) -> tuple[User, str] | None:
    """Make ``username`` an admin with a password unless there is one; return both, or None.

    Raises:
        ValidationError: the name cannot be used.
    """
    with transaction.atomic():
        if admin_with_password() is not None:
            return None
        user = User.objects.select_for_update().filter(username=username).first()
        if user is None:
            return add(username, Role.ADMIN, password)
        password = password or new_password()
        user.role, user.is_staff, user.is_active = Role.ADMIN, True, True
        user.set_password(password)
        user.save()
        return user, password
