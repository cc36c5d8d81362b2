"""Log records as JSON lines, with the job and the run that a worker was busy with.

A worker process does one job at a time, so what it is busy with belongs to the process: records of
its other threads carry the ids, too.
"""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

_about: dict[str, int] = {}


@contextmanager
def about(**ids: int | None) -> Iterator[None]:
    """Add these ids (``job``, ``run``, ``training``) to all records while the body runs."""
    before = dict(_about)
    _about.update({name: number for name, number in ids.items() if number is not None})
    try:
        yield
    finally:
        _about.clear()
        _about.update(before)


class Ids(logging.Filter):
    """Notes on each record what the process was busy with when it was written."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.about = dict(_about)
        return True


class PlainFormatter(logging.Formatter):
    """One line for a person, with the ids at its end: ``… [job 12, run 3]``."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        ids = ", ".join(f"{name} {number}" for name, number in _ids_of(record).items())
        return super().formatMessage(record) + (f" [{ids}]" if ids else "")


class JsonFormatter(logging.Formatter):
    """One JSON object a record: time, level, logger, message, process, ids, exception."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
            **_ids_of(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def _ids_of(record: logging.LogRecord) -> dict[str, int]:
    return getattr(record, "about", {})


def configuration(form: str, level: str) -> dict[str, object]:
    """Return the settings of Python's logging: everything to stderr, as ``plain`` or ``json``."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"ids": {"()": Ids}},
        "formatters": {
            "plain": {
                "()": PlainFormatter,
                "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
            },
            "json": {"()": JsonFormatter},
        },
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": form, "filters": ["ids"]}
        },
        # A refused upload is no error of ours.
        "loggers": {"django.security.RequestDataTooBig": {"level": "CRITICAL"}},
        "root": {"handlers": ["console"], "level": level},
    }
