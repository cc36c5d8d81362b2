"""Copies all rows of one database into another, empty one, of whatever engine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connections, transaction
from django.db.models import Model

from archive.models import Child, Run, Training
from archive.services import recording
from elmweb.accounts.models import User

BATCH = 2000  # rows
_NOT_COPIED = {"sessions.Session"}  # worth nothing under another secret key


class NotEqual(RuntimeError):
    """The copy differs from what was copied; the text says where."""


def tables() -> list[type[Model]]:
    """Return the models whose rows are copied."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model._meta.label not in _NOT_COPIED
    ]


def is_occupied(alias: str) -> bool:
    """Say whether a migrated database holds anything that people or evolution made."""
    return any(model.objects.using(alias).exists() for model in (Run, Child, Training, User))


def copy_rows(source: str, target: str, say: Callable[[str], None] = lambda text: None) -> int:
    """Copy every table from database ``source`` to the empty ``target``, both migrated alike.

    All or nothing: it is one transaction on either side, so the source may be in use meanwhile.

    Returns:
        How many rows there were.

    Raises:
        NotEqual: a table has another number of rows afterwards.
    """
    rows = 0
    # References are checked at the end of the transaction, so their order does not matter.
    with _snapshot(source), transaction.atomic(using=target):
        for model in reversed(tables()):  # what `migrate` put there comes with the copy
            model._base_manager.using(target).all()._raw_delete(target)
        for model in tables():
            copied = _copy_table(model, source, target)
            stored = model._base_manager.using(target).count()
            if stored != copied:
                raise NotEqual(f"{model._meta.db_table}: {copied} rows became {stored}")
            rows += copied
            if copied:
                say(f"{model._meta.db_table}: {copied:,} rows")
        _reset_sequences(target)
    return rows


def check_maps(source: str, target: str, say: Callable[[str], None] = lambda text: None) -> int:
    """Fold each run's children anew in ``target`` and compare with its map, as ``rebuild --check``.

    Returns:
        How many runs were compared.

    Raises:
        NotEqual: a map is not the fold of its children, and was so in the source.
    """
    runs = list(Run.objects.using(target).order_by("pk"))
    for run in runs:
        difference = recording.check_map(run)
        if difference and not recording.check_map(Run.objects.using(source).get(pk=run.pk)):
            raise NotEqual(f"run {run.pk}: {difference}")
        say(f"run {run.pk}: " + (difference or "the map equals the fold of its children"))
    return len(runs)


@contextmanager
def _snapshot(source: str) -> Iterator[None]:
    """Open a transaction in which nothing appears that others write meanwhile."""
    with transaction.atomic(using=source):
        if connections[source].vendor == "postgresql":
            with connections[source].cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def _copy_table(model: type[Model], source: str, target: str) -> int:
    fields = model._meta.concrete_fields
    writer = connections[target]
    quoted = [writer.ops.quote_name(str(field.column)) for field in fields]
    names, table = ", ".join(quoted), writer.ops.quote_name(model._meta.db_table)
    one = f"({', '.join(['%s'] * len(fields))})"
    together = max(1, min(BATCH, (writer.features.max_query_params or 60_000) // len(fields)))
    rows = model._base_manager.using(source).order_by("pk")
    values = rows.values_list(*(field.attname for field in fields)).iterator(BATCH)
    copied = 0
    with writer.cursor() as cursor:
        while batch := list(islice(values, together)):
            stored = [
                field.get_db_prep_save(_storable(value), writer)
                for row in batch
                for field, value in zip(fields, row, strict=True)
            ]
            places = ", ".join([one] * len(batch))
            cursor.execute(f"INSERT INTO {table} ({names}) VALUES {places}", stored)
            copied += len(batch)
    return copied


def _storable(value: Any) -> Any:
    """Return the value without NUL characters: SQLite keeps them, PostgreSQL refuses them."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, list):
        return [_storable(one) for one in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(one) for key, one in value.items()}
    return value


def _reset_sequences(target: str) -> None:
    """Have the next row of each table get the next number."""
    connection = connections[target]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), tables()):
            cursor.execute(statement)
