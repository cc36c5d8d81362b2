from django.apps import AppConfig


class ElmwebConfig(AppConfig):
    name = "elmweb"
    default_auto_field = "django.db.models.BigAutoField"
