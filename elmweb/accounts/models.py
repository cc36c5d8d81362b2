"""The person who steers. A model of our own from day one, because Django cannot swap it later."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """Somebody who may look and steer; the embedded mode has one, called ``local``."""
