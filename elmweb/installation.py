"""What this installation has and lacks; ``manage.py doctor`` and the system checks tell it."""

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec

from django.conf import settings
from django.db import DatabaseError, connection, transaction

from elmweb import env, paths
from elmweb.supervisor import broker
from simulation.sandbox import Tier, check_sandbox

WEIGHTS = paths.BASE_DIR / "workers" / "mutation" / "weights"
_SETUP = "Run `make setup`."


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
    where = settings.DATABASES["default"]["NAME"]
    return Finding("database", True, f"{engine} {where} can be written")


def message_broker() -> Finding:
    if env.text("ELMWEB_REDIS_URL"):
        reason = broker.ping(settings.REDIS_URL)
        advice = "Start the server that ELMWEB_REDIS_URL names, or unset ELMWEB_REDIS_URL."
        return Finding("broker", not reason, reason or "ELMWEB_REDIS_URL answers", advice)
    try:
        found = broker.find_broker()
    except broker.BrokerUnavailable as error:
        reason, _, advice = str(error).partition(". ")
        return Finding("broker", False, reason, advice)
    return Finding("broker", True, f"{found.version} {found.origin} ({found.path})")


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
    message_broker,
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
