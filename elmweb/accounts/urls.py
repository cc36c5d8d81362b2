"""The addresses of the pages about people."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from elmweb.accounts import views
from elmweb.accounts.access import needs
from elmweb.accounts.models import Role

urlpatterns = [
    path("logout/", needs(Role.VIEWER)(LogoutView.as_view()), name="logout"),
    path("account/", views.account, name="account"),
    path("users/", views.users, name="users"),
    path("users/<int:user_id>/", views.user, name="user"),
    path("users/<int:user_id>/password/", views.user_password, name="user-password"),
    path("audit/", views.audit_log, name="audit"),
    path("audit.csv", views.audit_csv, name="audit-csv"),
]
