"""The ways in: a password, or a one-time link from whoever has the data folder."""

from typing import Any

from django.contrib.auth import get_user_model, login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from elmweb import errors, login_links, paths
from elmweb.accounts import audit
from elmweb.accounts.models import Role, User
from elmweb.accounts.throttle import Rate, refill, wait_for

LOCAL_USER = "local"  # the person at this machine
QUARTER = 900.0  # [s]
HERE = Rate(5, QUARTER)  # tries of one name from one address
ADDRESS = Rate(50, QUARTER)  # of any name; many people may share an address
NAME = Rate(100, 4 * QUARTER)  # from anywhere; the bound of NIST SP 800-63B, section 5.2.2


class Login(LoginView):
    """Log in by name and password."""

    template_name = "login.html"
    redirect_authenticated_user = True
    next_page = "/"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # Taken before the password is looked at: tries at the same moment count as well.
        waits = [wait_for(what, rate) for what, rate in self._limits()]
        if any(waits):
            return errors.too_many(request, max(waits))
        return super().post(request, *args, **kwargs)

    def _limits(self) -> list[tuple[str, Rate]]:
        name = self.request.POST.get("username", "").casefold()
        address = audit.client_address(self.request)
        return [
            (f"login {name} {address}", HERE),
            (f"login of {name}", NAME),
            (f"login from {address}", ADDRESS),
        ]

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        answer = super().form_valid(form)
        for what, _ in self._limits()[:2]:
            refill(what)
        user = form.get_user()
        assert isinstance(user, User)
        audit.record("login", actor=user, request=self.request)
        return answer

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        name = self.request.POST.get("username", "")
        audit.record("login-refused", name=name, request=self.request, status=422)
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"has_passwords": _has_passwords()}


def _has_passwords() -> bool:
    people = User.objects.filter(is_active=True)
    return people.exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX).exists()


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
    given = {"is_staff": True, "role": Role.ADMIN}
    user, created = users.get_or_create(username=LOCAL_USER, defaults=given)
    if created:
        user.set_unusable_password()
        user.save()
    if not user.is_active:
        return render(request, "login.html", {"refused": True}, status=403)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    audit.record("login-link", actor=user, request=request)
    return redirect("/")
