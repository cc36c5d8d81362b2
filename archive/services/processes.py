"""Who is there: every process of ELMWeb says so in the broker, under a key that fades by itself.

What a worker does is in the database, since it holds a leased job. So only the living depend on
the broker, and the System page has the rest when it is away.
"""

import json
import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import redis
from django.conf import settings
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

EVERY = 3.0  # [s]
FADES = 12  # [s]
_PREFIX = "elmweb:process:"
_COUNTS = "elmweb:counts"


@cache
def _client() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5, decode_responses=True
    )


def own_name() -> str:
    """Return what this process is called everywhere: ``host:pid``."""
    return f"{socket.gethostname()[:100]}:{os.getpid()}"


def keep_saying(kind: str, tell: Callable[[], dict[str, Any]] = dict) -> threading.Thread:
    """Start a daemon thread that says "a process of this kind is here" until the process ends.

    Args:
        kind: "web", "evaluate", "model", "scheduler".
        tell: returns what else there is to know, numbers and words.
    """
    args = (kind, time.time(), tell)
    thread = threading.Thread(target=_say, args=args, daemon=True, name=f"process-{kind}")
    thread.start()
    return thread


def _say(kind: str, since: float, tell: Callable[[], dict[str, Any]]) -> None:
    while True:
        sign = {"name": own_name(), "kind": kind, "since": since, "rss": _memory(), **tell()}
        try:
            _client().set(_PREFIX + own_name(), json.dumps(sign), ex=FADES)
        except (RedisError, OSError) as error:
            log.debug("presence of %s not told: %s", kind, error)
        time.sleep(EVERY)


def _memory() -> int:
    """Return what this process holds in memory [bytes]; 0 where the kernel does not tell."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def present() -> list[dict[str, Any]]:
    """Return what every living process said last, by kind and name.

    Raises:
        RedisError, OSError: the broker is away.
    """
    names = list(_client().scan_iter(match=f"{_PREFIX}*", count=500))
    values = _client().mget(names) if names else []
    signs = [json.loads(value) for value in values if value]
    return sorted(signs, key=lambda sign: (sign["kind"], sign["name"]))


def count(what: str, n: int) -> None:
    """Add to a figure of the whole installation; forgotten when the broker is away."""
    try:
        _client().hincrby(_COUNTS, what, n)
    except (RedisError, OSError) as error:
        log.debug("%s not counted: %s", what, error)


def counted(what: str) -> int:
    """Return such a figure.

    Raises:
        RedisError, OSError: the broker is away.
    """
    return int(_client().hget(_COUNTS, what) or 0)
