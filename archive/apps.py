from django.apps import AppConfig
from django.urls import register_converter


class ArchiveConfig(AppConfig):
    name = "archive"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from archive.numbers import RowNumber

        register_converter(RowNumber, "row")
