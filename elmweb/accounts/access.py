"""The gate in front of every view: who may look, who may steer, how often.

A view that says nothing may be looked at by every person who is logged in and changed by
operators; whoever adds one and forgets it has not opened a door.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib.auth import get_user
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, JsonResponse

from elmweb import errors
from elmweb.accounts import audit, quotas
from elmweb.accounts.models import Owned, Role, User, person_of
from elmweb.accounts.throttle import Rate, wait_for

SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")
MINUTE = 60.0  # [s]
REFUSED = {
    Role.OPERATOR: "A viewer looks and does not steer: ask an admin for the role of an operator.",
    Role.ADMIN: "Only an admin may do this.",
}
View = TypeVar("View", bound=Callable[..., HttpResponseBase])


@dataclass(frozen=True)
class Access:
    """Which role a view asks for, and whether its requests are written down."""

    to_look: Role = Role.VIEWER
    to_change: Role = Role.OPERATOR
    asks_only: bool = False  # a POST that changes nothing: too large a question for an address


def needs(role: Role, *, to_look: Role | None = None) -> Callable[[View], View]:
    """Mark a view as one that asks for ``role``, to look at as well unless ``to_look`` is less."""
    return _marked(Access(to_look=to_look or role, to_change=role))


def asks_only(view: View) -> View:
    """Mark a view whose POST changes nothing."""
    return _marked(Access(asks_only=True))(view)


def _marked(access: Access) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.access = access  # type: ignore[attr-defined]
        return view

    return mark


class Gate(LoginRequiredMiddleware):
    """Django's gate, and roles, rates and the audit log behind it.

    Open pages such as ``/healthz`` never read the session, hence need no database; and the API
    answers 401 with a sentence where a page is redirected to the login page.
    """

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        if not getattr(view_func, "login_required", True):
            return None
        stranger = super().process_view(request, view_func, view_args, view_kwargs)
        if stranger is not None:
            return stranger
        access, user = getattr(view_func, "access", Access()), person_of(request)
        if request.method in SAFE:
            _refuse_below(access.to_look, user)
            return None
        if not access.asks_only:
            request.changed_by = user  # type: ignore[attr-defined]
        _refuse_below(access.to_change, user)
        kind = "ask" if access.asks_only else "change"
        most = quotas.quotas_of(user).changes
        wait = 0 if most is None else wait_for(f"{kind} {user.pk}", Rate(most, MINUTE))
        return errors.too_many(request, wait) if wait else None

    def handle_no_permission(  # type: ignore[override]  # Django's own always redirects
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseBase:
        if request.path.startswith("/api/"):
            return JsonResponse({"error": "You are not logged in: open /login/ first."}, status=401)
        return super().handle_no_permission(request, view_func)

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Write down what was changed, or refused."""
        user = getattr(request, "changed_by", None)
        if user is not None and request.resolver_match is not None:
            audit.record(
                request.resolver_match.url_name or request.resolver_match.route,
                actor=user,
                request=request,
                target=response.get("Location", request.path),
                status=response.status_code,
                note=getattr(request, "audit_note", ""),
            )
        return response


def _refuse_below(role: Role, user: User) -> None:
    if not user.has_role(role):
        raise PermissionDenied(REFUSED[role])


def note(request: HttpRequest, words: str) -> None:
    """Add to this request's entry in the audit log what it changed, in words."""
    request.audit_note = words  # type: ignore[attr-defined]


def must_own(request: HttpRequest, thing: Owned, what: str) -> User:
    """Return who asks, if they may change ``thing``; ``what`` calls it: "run 3".

    Raises:
        PermissionDenied: it belongs to somebody else.
    """
    user = person_of(request)
    if not user.may_change(thing):
        raise PermissionDenied(f"Only its owner or an admin may change {what}.")
    return user


def is_still_in(session_key: str, user: User) -> bool:
    """Whether a session has not ended meanwhile: logged out, disabled, or a new password."""
    request = HttpRequest()
    request.session = SessionStore(session_key)
    return get_user(request) == user
