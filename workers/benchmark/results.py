"""Rows in a file: a JSON list with one row a line, written anew whole after each measurement."""

import json
import os
from collections.abc import Iterable
from pathlib import Path

from workers.benchmark.measure import Row


class BadResults(ValueError):
    """A file that holds no rows; the message names it."""


def load(path: Path) -> list[Row]:
    """Return the rows of a file, none where there is no file.

    Raises:
        BadResults: the file is something else.
    """
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return [Row(**{**row, "interval": tuple(row["interval"])}) for row in rows]
    except FileNotFoundError:
        return []
    except (ValueError, TypeError, KeyError, OSError) as error:
        raise BadResults(
            f"{path} holds no rows of this benchmark ({error}): move it away, or name another file"
        ) from None


def store(path: Path, row: Row) -> None:
    """Add a row to a file; it takes the place of the one of the same operator and task.

    A process that is killed meanwhile leaves the old file or the new one, nothing between.
    """
    place = (row.operator, row.task, row.bugs)
    others = [old for old in load(path) if (old.operator, old.task, old.bugs) != place]
    rows = sorted([*others, row], key=lambda row: (row.operator, row.task, row.bugs))
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    beside.write_text(_text(rows), encoding="utf-8")
    beside.replace(path)


def _text(rows: Iterable[Row]) -> str:
    return "[\n" + ",\n".join(json.dumps(row.as_json()) for row in rows) + "\n]\n"
