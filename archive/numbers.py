"""Numbers of rows in addresses: ``<row:run_id>``."""

from django.urls.converters import IntConverter

LARGEST = 2**63 - 1  # that either database can look up


class RowNumber(IntConverter):
    """A number that a row may have; an address with a larger one is not found."""

    def to_python(self, value: str) -> int:
        number = int(value) if len(value) < 20 else LARGEST + 1
        if number > LARGEST:
            raise ValueError(f"no row has the number {value}")
        return number
