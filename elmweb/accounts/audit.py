"""Writing down who did what, when and from where."""

from django.conf import settings
from django.http import HttpRequest

from elmweb.accounts.models import AuditEntry, User


def client_address(request: HttpRequest) -> str:
    """Return the address of the browser.

    ``X-Forwarded-For`` counts only as far as ``ELMWEB_PROXIES`` says that proxies of ours wrote
    it: the rest of that header is whatever the client likes.
    """
    forwarded = request.headers.get("X-Forwarded-For", "").split(",")
    if 0 < settings.PROXIES <= len(forwarded) and (address := forwarded[-settings.PROXIES].strip()):
        return address[:45]
    return request.META.get("REMOTE_ADDR", "")[:45]


def record(
    action: str,
    *,
    actor: User | None = None,
    request: HttpRequest | None = None,
    name: str = "",
    target: str = "",
    status: int = 0,
    note: str = "",
) -> None:
    """Add an entry; ``name`` where there is no actor."""
    AuditEntry.objects.create(
        action=action,
        actor=actor,
        name=(actor.username if actor else name).replace("\0", "")[:150],
        target=target.replace("\0", "")[:300],
        status=status,
        address=client_address(request) if request else "",
        note=note.replace("\0", "")[:300],
    )
