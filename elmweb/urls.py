"""The addresses of the wiring; everything that a person sees is in ``archive.urls``."""

from django.urls import include, path

from elmweb import health, login
from elmweb.operations import metrics, system

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("system/", system.page, name="system"),
    path("login/", login.Login.as_view(), name="login"),
    path("login/<str:token>/", login.use_link, name="login-link"),
    path("", include("elmweb.accounts.urls")),
    path("", include("archive.urls")),
]

handler400 = "elmweb.errors.bad_request"
handler403 = "elmweb.errors.forbidden"
handler404 = "elmweb.errors.not_found"
handler500 = "elmweb.errors.broken"
