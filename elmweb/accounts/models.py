"""The person who steers. A model of our own from day one, because Django cannot swap it later."""

from django.contrib.auth.models import AbstractUser
from django.http import HttpRequest


class User(AbstractUser):
    """Somebody who may look and steer; the embedded mode has one, called ``local``."""


def person_of(request: HttpRequest) -> User:
    """Return who is logged in; pages behind the login have somebody."""
    assert isinstance(request.user, User)
    return request.user
