"""Tables to take along, as CSV that spreadsheets open."""

import csv
from collections.abc import AsyncIterator, Sequence
from itertools import islice
from typing import Any

from asgiref.sync import sync_to_async
from django.db.models import QuerySet
from django.http import StreamingHttpResponse

CHUNK = 500  # [rows] of one visit to the database


class _Echo:
    """A file that hands back what is written, for csv.writer over a stream."""

    def write(self, value: str) -> str:
        return value


def harmless(value: object) -> object:
    """Keep spreadsheets from reading stored text as a formula."""
    is_formula = isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r"))
    return f"'{value}" if is_formula else value


def csv_response(
    filename: str, fields: Sequence[str], rows: QuerySet[Any]
) -> StreamingHttpResponse:
    """Return ``fields`` of all ``rows`` as a download, however many there are."""
    found = rows.values_list(*fields).iterator(chunk_size=CHUNK)
    # Not ``aiterator``: over values_list it asks the database within the event loop.
    take = sync_to_async(lambda: list(islice(found, CHUNK)))

    async def lines() -> AsyncIterator[str]:
        writer = csv.writer(_Echo())
        yield writer.writerow([name.replace("__", "_") for name in fields])
        while chunk := await take():
            for row in chunk:
                yield writer.writerow([harmless(value) for value in row])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    # Django's gzip makes each part of an asynchronous stream a member of its own, and browsers read
    # only the first: the file ended after its head.
    response["Content-Encoding"] = "identity"
    return response
