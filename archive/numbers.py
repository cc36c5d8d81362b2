"""Numbers of rows in addresses: ``<row:run_id>``."""

from django.urls.converters import IntConverter

LARGEST = 2**63 - 1  # that either database can look up; no row will ever have it


class RowNumber(IntConverter):
    """A number of a row; one too large for a database is taken for the largest, which is free."""

    def to_python(self, value: str) -> int:
        return min(super().to_python(value), LARGEST)
