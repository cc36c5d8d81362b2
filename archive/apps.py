from django.apps import AppConfig
from django.urls import register_converter

from archive.numbers import RowNumber


class ArchiveConfig(AppConfig):
    name = "archive"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        register_converter(RowNumber, "row")
