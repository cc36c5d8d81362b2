"""Pages about people: one's own account, the people, and what they did."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm, SetPasswordForm
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from elmweb.accounts import people, quotas
from elmweb.accounts.access import needs, note
from elmweb.accounts.forms import AuditFilter, NewUserForm, UserForm
from elmweb.accounts.models import AuditEntry, Role, User, person_of
from elmweb.export import csv_response

ON_A_PAGE = 100
ROLES = (
    (Role.VIEWER, "looks at everything, changes nothing"),
    (Role.OPERATOR, "starts runs and trainings, steers their own"),
    (Role.ADMIN, "steers everything, adds models from outside, manages people"),
)
USUAL = {
    "max_runs": ("runs", "Runs at a time"),
    "max_children": ("children", "Children a day"),
    "max_training_hours": ("training_hours", "Hours of training a day"),
    "max_changes": ("changes", "Changes a minute"),
}


@needs(Role.VIEWER)
@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """One's own account: role, what is left of today, a new password."""
    user = person_of(request)
    kind = PasswordChangeForm if user.has_usable_password() else SetPasswordForm
    form = kind(user, request.POST or None)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            form.save()
            update_session_auth_hash(request, user)  # this browser stays in, others do not
            messages.success(request, "Your password was changed; other browsers are logged out.")
            note(request, "new password")
            return redirect("account")
        status = 422
    context = {
        "section": "account",
        "form": form,
        "quotas": quotas.quotas_of(user),
        "usage": quotas.usage_of(user),
        "role_words": dict(ROLES)[Role.ADMIN if user.is_admin else Role(user.role)],
    }
    return render(request, "accounts/account.html", context, status=status)


@needs(Role.ADMIN)
@never_cache
@require_http_methods(["GET", "POST"])
def users(request: HttpRequest) -> HttpResponse:
    """Everybody, and a form to add somebody; the password of a new one is shown once."""
    form = NewUserForm(request.POST or None, initial={"role": Role.OPERATOR})
    context: dict[str, Any] = {"section": "account", "form": form, "roles": ROLES}
    status = 200
    if request.method == "POST":
        if form.is_valid():
            data = form.cleaned_data
            made, password = people.add(data["username"], Role(data["role"]))
            note(request, f"added {made.username}, {made.role}")
            context |= {"form": NewUserForm(initial={"role": Role.OPERATOR})}
            context |= {"made": made, "password": password}
        else:
            status = 422
    everybody = User.objects.order_by("-is_active", "username")
    context["people"] = [(one, quotas.usage_of(one)) for one in everybody]
    return render(request, "accounts/users.html", context, status=status)


def _user(user_id: int) -> User:
    try:
        return User.objects.get(pk=user_id)
    except (User.DoesNotExist, OverflowError):
        raise Http404(f"There is no user {user_id}.") from None


@needs(Role.ADMIN)
@never_cache
@require_http_methods(["GET", "POST"])
def user(request: HttpRequest, user_id: int) -> HttpResponse:
    """One person: role, limits, whether they may log in."""
    one = _user(user_id)
    form = UserForm(request.POST or None, instance=one, editor=person_of(request))
    status = 200
    if request.method == "POST":
        if form.is_valid():
            form.save()
            note(request, f"{one.username}: {form.changes() or 'nothing changed'}")
            messages.success(request, f"Saved {one.username}.")
            return redirect("user", one.pk)
        status = 422
    return render(request, "accounts/user.html", _user_context(one, form), status=status)


def _user_context(one: User, form: UserForm) -> dict[str, Any]:
    limits = [(form[field], label, settings.QUOTAS[name]) for field, (name, label) in USUAL.items()]
    return {
        "section": "account",
        "person": one,
        "form": form,
        "roles": ROLES,
        "limits": limits,
        "usage": quotas.usage_of(one),
        "done": AuditEntry.objects.filter(actor=one)[:10],
    }


@needs(Role.ADMIN)
@never_cache
@require_POST
def user_password(request: HttpRequest, user_id: int) -> HttpResponse:
    """Give somebody a new password, shown once; it logs them out everywhere."""
    one = _user(user_id)
    password = people.reset_password(one)
    note(request, f"new password for {one.username}")
    form = UserForm(instance=one, editor=person_of(request))
    context = _user_context(one, form) | {"password": password}
    return render(request, "accounts/user.html", context)


@needs(Role.ADMIN)
@never_cache
@require_GET
def audit_log(request: HttpRequest) -> HttpResponse:
    """Who did what, when and from where."""
    form = AuditFilter(request.GET)
    page = Paginator(form.entries(), ON_A_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {"section": "account", "form": form, "page": page, "query": query.urlencode()}
    return render(request, "accounts/audit.html", context)


@needs(Role.ADMIN)
@require_GET
def audit_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The same as a table."""
    columns = ("at", "name", "action", "target", "status", "address", "note")
    return csv_response("elmweb-audit.csv", columns, AuditFilter(request.GET).entries())
