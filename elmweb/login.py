"""Login by one-time link, and the gate that keeps everybody else out."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth import get_user_model, login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from elmweb import login_links, paths

LOCAL_USER = "local"  # the person at this machine


class LoginRequired(LoginRequiredMiddleware):
    """Django's gate, with two differences.

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
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(  # type: ignore[override]  # Django's own always redirects
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseBase:
        if request.path.startswith("/api/"):
            error = "You are not logged in: open a login link (manage.py login-link)."
            return JsonResponse({"error": error}, status=401)
        return super().handle_no_permission(request, view_func)


@login_not_required
@never_cache
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Say how to get in."""
    if request.user.is_authenticated:
        return redirect("/")
    return render(request, "login.html", {"refused": False})


@login_not_required
@never_cache
@require_GET
def use_link(request: HttpRequest, token: str) -> HttpResponse:
    """Log the person in whose link has not been used yet."""
    if not login_links.consume(paths.DATA_DIR, token):
        if request.user.is_authenticated:  # the same link again in the same browser
            return redirect("/")
        return render(request, "login.html", {"refused": True}, status=403)
    users = get_user_model().objects
    user, created = users.get_or_create(username=LOCAL_USER, defaults={"is_staff": True})
    if created:
        user.set_unusable_password()
        user.save()
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return redirect("/")
