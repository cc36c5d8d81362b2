"""What this installation has and lacks; ``manage.py doctor`` and the system checks tell it."""

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import redis
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from elmweb import env, paths
from elmweb.supervisor import broker
from simulation.sandbox import Tier, check_sandbox

WEIGHTS = paths.BASE_DIR / "workers" / "mutation" / "weights"
_SETUP = "Run `make setup`."
POSTGRES = 15  # the oldest that the tests run on
DISK_LOW, DISK_FULL = 2e9, 2e8  # [bytes] free: time to look, and too little to go on


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    name: str
    ok: bool
    detail: str  # what was found, or why it does not do
    advice: str = ""  # what to do when it is not ok
    essential: bool = True  # ELMWeb cannot do its main job without


def python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    advice = "Install Python 3.11 or newer and run `make setup PYTHON=/path/to/python3`."
    return Finding("python", sys.version_info >= (3, 11), version, advice)


def database() -> Finding:
    engine = connection.vendor
    try:
        with transaction.atomic(), connection.cursor() as cursor:  # takes SQLite's write lock
            cursor.execute("SELECT 1")
    except (DatabaseError, OSError) as error:
        advice = f"Make {paths.DATA_DIR} writable for you, or set ELMWEB_DATA or DATABASE_URL."
        return Finding("database", False, f"{engine}: {error}", advice)
    where = connection.settings_dict["NAME"]
    if engine == "postgresql" and (version := connection.get_database_version()[0]) < POSTGRES:
        detail = f"PostgreSQL {version} at {where}: {POSTGRES} or newer is needed"
        return Finding("database", False, detail, "Move to a newer server (pg_upgrade).")
    return Finding("database", True, f"{engine} {where} can be written")


def migrations() -> Finding:
    """Whether the tables are as this version needs them; a database without any is a new one."""
    advice = "Run manage.py migrate; `manage.py up` does it by itself."
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        unknown = set(executor.loader.applied_migrations) - set(executor.loader.disk_migrations)
    except (DatabaseError, OSError):
        return Finding("tables", False, "not known: the database does not answer", advice)
    if unknown:
        detail = f"made by a newer ELMWeb ({'.'.join(min(unknown))})"
        return Finding("tables", False, detail, "Update this installation.")
    if plan and executor.loader.applied_migrations:
        return Finding("tables", False, f"{len(plan)} migrations are to be applied", advice)
    return Finding("tables", True, "not made yet" if plan else "up to date")


def message_broker() -> Finding:
    if env.secret("ELMWEB_REDIS_URL"):
        reason = broker.ping(settings.REDIS_URL)
        advice = "Start the server that ELMWEB_REDIS_URL names, or unset ELMWEB_REDIS_URL."
        if reason:
            return Finding("broker", False, reason, advice)
        return _foreign_broker()
    try:
        found = broker.find_broker()
    except broker.BrokerUnavailable as error:
        reason, _, advice = str(error).partition(". ")
        return Finding("broker", False, reason, advice)
    return Finding("broker", True, f"{found.version} {found.origin} ({found.path})")


def _foreign_broker() -> Finding:
    """Look at how a broker is set up that was not started here: it must neither drop nor forget."""
    try:
        facts = broker.facts(settings.REDIS_URL)
    except (redis.RedisError, OSError) as error:
        return Finding("broker", False, str(error), "Look at the server's log.")
    if facts.major < broker.OLDEST:
        detail, advice = f"{facts.version} is too old", f"Use version {broker.OLDEST} or newer."
    elif facts.policy != "noeviction":
        detail = f"{facts.version} drops keys when full (maxmemory-policy {facts.policy})"
        advice = "Set maxmemory-policy noeviction: a queue must refuse rather than forget."
    elif not facts.is_journaled:
        detail = f"{facts.version} keeps no journal: it forgets its queue when it restarts"
        advice = "Set appendonly yes. No job is lost without it, but some wait for longer."
        return Finding("broker", False, detail, advice, essential=False)
    else:
        return Finding("broker", True, f"{facts.version}, journaled, never drops a key")
    return Finding("broker", False, detail, advice)


def secrets() -> Finding:
    """Whether the key that signs sessions is a good one, and nobody else's to read."""
    key = paths.DATA_DIR / "secret_key"
    if len(settings.SECRET_KEY) < 32:
        detail = f"the secret key has {len(settings.SECRET_KEY)} characters, 32 are the least"
        advice = "python -c 'import secrets; print(secrets.token_urlsafe(50))' makes a good one."
        return Finding("secrets", False, detail, advice)
    for path in (key, *(Path(p) for name, p in os.environ.items() if _names_a_secret(name))):
        try:
            mode = path.stat().st_mode
        except OSError:
            continue
        if mode & 0o007:
            detail = f"{path} can be read by everybody (mode {mode & 0o777:04o})"
            return Finding("secrets", False, detail, f"chmod o= {path}")
    return Finding("secrets", True, "a key of its own, closed to others")


def _names_a_secret(variable: str) -> bool:
    return variable.startswith(("ELMWEB_", "DATABASE_")) and variable.endswith("_FILE")


def disk() -> Finding:
    free = shutil.disk_usage(paths.DATA_DIR).free
    detail = f"{free / 1e9:.1f} GB free in {paths.DATA_DIR}"
    advice = "`manage.py prune --dry-run` says what can go; ELMWEB_DATA names another folder."
    return Finding("disk", free > DISK_LOW, detail, advice, essential=free < DISK_FULL)


def backup_tools() -> Finding:
    if connection.vendor != "postgresql":
        return Finding("backup tools", True, "SQLite needs none")
    missing = [name for name in ("pg_dump", "pg_restore") if not shutil.which(name)]
    advice = "Backups are taken as SQLite meanwhile. Debian: sudo apt install postgresql-client"
    detail = f"not installed: {', '.join(missing)}" if missing else "pg_dump and pg_restore"
    return Finding("backup tools", not missing, detail, advice, essential=False)


def sandbox() -> Finding:
    report = check_sandbox()
    tier = Tier(report["tier"])
    if tier is Tier.REFUSED:
        advice = "`manage.py sandbox --check` shows what is missing."
        return Finding("sandbox", False, report["reason"], advice)
    return Finding("sandbox", True, f"{tier}: {tier.sentence}")


def weights() -> Finding:
    found = next(WEIGHTS.rglob("*.safetensors"), None)
    advice = "Restore workers/mutation/weights from the repository (git checkout)."
    detail = str(found.relative_to(paths.BASE_DIR)) if found else f"no *.safetensors in {WEIGHTS}"
    return Finding("weights", found is not None, detail, advice)


def model_packages() -> Finding:
    missing = [name for name in ("torch", "transformers", "tokenizers") if not find_spec(name)]
    detail = f"not installed: {', '.join(missing)}" if missing else "torch and transformers"
    return Finding("model packages", not missing, detail, _SETUP)


def chromium() -> Finding:
    path = find_chromium()
    advice = "Only the browser tests need it: sudo apt install chromium"
    return Finding("chromium", bool(path), path or "not found", advice, essential=False)


LOOKED_AT: tuple[Callable[[], Finding], ...] = (
    python,
    database,
    migrations,
    message_broker,
    secrets,
    disk,
    backup_tools,
    sandbox,
    weights,
    model_packages,
    chromium,
)


def find_chromium() -> str:
    """Return the path of a Chromium for the browser tests, "" when there is none."""
    names = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
    candidates = (os.environ.get("ELMWEB_CHROMIUM", ""), *names)
    return next((found for name in candidates if name and (found := shutil.which(name))), "")
