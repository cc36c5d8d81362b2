from django.apps import AppConfig


class ElmwebConfig(AppConfig):
    name = "elmweb"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # The application must exist before a shared task is called, in whatever process;
        # the checks register themselves.
        from elmweb import celery, checks  # noqa: F401
