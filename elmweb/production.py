"""``ELMWEB_PRODUCTION=true``: ELMWeb for others than the person at the machine.

Nothing is made up then: what the embedded mode would generate or default to must be given.
"""

from django.core.exceptions import ImproperlyConfigured

from elmweb import env

SECRETS = ("ELMWEB_SECRET_KEY", "ELMWEB_REDIS_URL", "DATABASE_URL")
SHORTEST_KEY = 50  # [characters]; of `manage.py check --deploy`


def is_on() -> bool:
    """Return whether this is production.

    Raises:
        ImproperlyConfigured: something that it needs is missing or unsafe; all of it is named.
    """
    if not env.boolean("ELMWEB_PRODUCTION", False):
        return False
    problems = [f"{name} is not set" for name in SECRETS if not env.secret(name)]
    if not env.text("ELMWEB_ALLOWED_HOSTS"):
        problems.append("ELMWEB_ALLOWED_HOSTS is not set")
    key = env.secret("ELMWEB_SECRET_KEY")
    if key and (len(key) < SHORTEST_KEY or len(set(key)) < 5):
        problems.append(
            f"ELMWEB_SECRET_KEY has {len(key)} characters, {len(set(key))} different ones: use "
            f"{SHORTEST_KEY} random ones (openssl rand -base64 48)"
        )
    if "*" in env.text("ELMWEB_ALLOWED_HOSTS").split(","):
        problems.append("ELMWEB_ALLOWED_HOSTS=* answers to every name: list yours")
    if env.boolean("ELMWEB_DEBUG", False):
        problems.append("ELMWEB_DEBUG=true shows settings and code to visitors: unset it")
    if problems:
        raise ImproperlyConfigured(
            "ELMWEB_PRODUCTION=true does not start: "
            + "; ".join(problems)
            + ". Secrets may also come from a file (ELMWEB_SECRET_KEY_FILE=path, "
            "DATABASE_URL_FILE=path). See docs/operate.md."
        )
    return True


def speaks_https(proxies: int) -> bool:
    """Return whether people reach this installation by HTTPS, which a proxy in front speaks.

    Raises:
        ImproperlyConfigured: they do, and there is no proxy.
    """
    if not env.boolean("ELMWEB_HTTPS", True):
        return False
    if not proxies:
        raise ImproperlyConfigured(
            "ELMWEB_HTTPS=true needs a proxy in front that speaks TLS and sets X-Forwarded-For and "
            "X-Forwarded-Proto: say how many with ELMWEB_PROXIES=1. On a loopback or an inner "
            "network without TLS: ELMWEB_HTTPS=false."
        )
    return True
