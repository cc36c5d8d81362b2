"""What the commands share: a database that is there, and answers people and scripts can read."""

import fcntl
import json
from typing import Any

from django.core.management import call_command
from django.core.management.base import OutputWrapper
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from archive.services import registry
from elmweb.paths import ensure_data_dir
from workers.mutation.operator import BUILT_IN
from workers.mutation.spec import ModelSpec


def ensure_database() -> None:
    """Migrate the database when it is not up to date; several commands may start at once."""
    if not _pending():
        return
    with open(ensure_data_dir() / "migrate.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _pending():
            call_command("migrate", verbosity=0, interactive=False)


def _pending() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def spec_named(model: str) -> ModelSpec:
    """Return how to load a model by its name; the database is asked only for added ones.

    Raises:
        ValueError: no such model; the message names those there are.
    """
    if model in BUILT_IN:
        return ModelSpec(model, model)
    ensure_database()
    return registry.loadable(model)


def print_json(stdout: OutputWrapper, data: dict[str, Any]) -> None:
    """Print one JSON object on one line."""
    stdout.write(json.dumps(data, allow_nan=False))
