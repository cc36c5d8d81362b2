"""The System page: what runs, what waits, who works on what. It renders whatever is away."""

import json
import os
import platform
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from redis.exceptions import RedisError

from archive.models import Job
from archive.services import processes
from elmweb import env, paths
from elmweb.operations import figures
from elmweb.supervisor import broker
from elmweb.supervisor.logfile import LogFile
from simulation.physics import WORLD_VERSION

T = TypeVar("T")
LEASES_SHOWN = 100
TAIL = 12  # lines of a log
_PARTS = {"models": "models and trainings", "logs": "logs", "broker": "the broker's journal"}


@dataclass(frozen=True)
class Process:
    """A process of ELMWeb, on whatever machine, and what it does."""

    name: str
    kind: str
    job: Job | None  # that it holds
    since_s: float | None = None  # how long it has been there; None while the broker is away
    rss: int | None = None
    viewers: int | None = None  # browsers that watch a run through it; None: it is no web process


@dataclass(frozen=True)
class Lease:
    """A job that somebody holds."""

    job: Job
    held_s: float | None
    is_over: bool


@require_GET
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    """Show how ELMWeb is doing; ``?part=state`` is what changes, for the page itself."""
    context = state(with_logs=request.user.is_staff) | {"section": "system"}
    part = request.GET.get("part") == "state"
    return render(request, "system_state.html" if part else "system.html", context)


def state(*, with_logs: bool) -> dict[str, Any]:
    """Return what the page shows. A part that cannot be read is None, with a sentence why."""
    problems: list[str] = []
    now = timezone.now()
    broker_away = "The broker does not answer. Runs wait, and go on by themselves when it is back."
    present = _try(processes.present, problems, broker_away)
    return {
        "problems": problems,
        "queues": _try(lambda: figures.queues(now), problems, "The queues cannot be read."),
        "present": _try(lambda: _present(present, now.timestamp()), problems, ""),
        "broker_answers": present is not None,
        "leases": _try(lambda: _leases(now), problems, ""),
        "supervised": _supervised(now.timestamp(), with_logs),
        "recent": _try(figures.recent, problems, ""),
        "disk": _disk(),
        "versions": _versions(),
    }


def _try(read: Callable[[], T], problems: list[str], sentence: str) -> T | None:
    try:
        return read()
    except (DatabaseError, RedisError, OSError):
        if sentence:
            problems.append(sentence)
        return None


def _leases(now: datetime) -> list[Lease]:
    return [
        Lease(
            job,
            (now - job.claimed_at).total_seconds() if job.claimed_at else None,
            job.lease_until is None or job.lease_until < now,
        )
        for job in figures.leases()[:LEASES_SHOWN]
    ]


def _present(signs: list[dict[str, Any]] | None, now: float) -> list[Process]:
    """Return who is there and who holds a job; without the broker only the latter are known."""
    held = {job.holder: job for job in figures.leases()}
    found = [
        Process(
            name=sign["name"],
            kind=sign["kind"],
            job=held.pop(sign["name"], None),
            since_s=now - sign["since"],
            rss=sign["rss"],
            viewers=sign.get("viewers"),
        )
        for sign in signs or ()
    ]
    queue = {name: figures.QUEUES[Job.Kind(job.kind)] for name, job in held.items()}
    return found + [Process(name, queue[name], job) for name, job in held.items()]


def _supervised(now: float, with_logs: bool) -> list[dict[str, Any]]:
    """Return the processes of ``manage.py up``; none where it does not run."""
    try:
        told = json.loads((paths.DATA_DIR / "state.json").read_text())
        return [
            {
                "name": name,
                "pid": one["pid"],
                "up_s": now - one["since"] if one["pid"] else None,
                "restarts": one["starts"] - 1,
                "last_exit": one["last_exit"],
                "rss": _memory_of(one["pid"]),
                "log": LogFile(paths.DATA_DIR / "logs" / f"{name}.log").tail(TAIL)
                if with_logs
                else "",
            }
            for name, one in told.items()
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _memory_of(pid: int | None) -> int | None:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, ValueError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")


def _disk() -> dict[str, Any]:
    usage = shutil.disk_usage(paths.DATA_DIR)
    parts = [(title, _size(paths.DATA_DIR / name)) for name, title in _PARTS.items()]
    return {
        "total": usage.total,
        "free": usage.free,
        "used": usage.total - usage.free,
        "database": database_size(),
        "parts": [(title, size) for title, size in parts if size],
    }


def database_size() -> int | None:
    """Return what the database takes on its disk [bytes]; None when it does not answer."""
    if connection.vendor == "sqlite":
        name = str(connection.settings_dict["NAME"])
        files = (Path(name), Path(f"{name}-wal"))
        return sum(file.stat().st_size for file in files if file.exists())
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            return int(cursor.fetchone()[0])
    except DatabaseError:
        return None


def _size(folder: Path) -> int:
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(root, name)).st_size
            except OSError:  # it went away meanwhile
                continue
    return total


def _versions() -> list[tuple[str, str]]:
    packages = (("ELMWeb", "elmweb"), ("Django", "django"), ("Celery", "celery"))
    return [
        *((title, _version(package)) for title, package in packages),
        ("Python", platform.python_version()),
        ("Database", _database_version()),
        ("Broker", _broker_version()),
        ("World", WORLD_VERSION),
        ("Sandbox", env.text("ELMWEB_SANDBOX") or "beside the evaluate worker"),
        ("Host", platform.node()),
    ]


@cache
def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed as a package"


def _database_version() -> str:
    try:
        with connection.cursor() as cursor:
            is_sqlite = connection.vendor == "sqlite"
            cursor.execute("SELECT sqlite_version()" if is_sqlite else "SHOW server_version")
            return f"{'SQLite' if is_sqlite else 'PostgreSQL'} {cursor.fetchone()[0].split()[0]}"
    except DatabaseError:
        return "does not answer"


def _broker_version() -> str:
    try:
        return broker.facts(settings.REDIS_URL).version
    except (RedisError, OSError):
        return "does not answer"
