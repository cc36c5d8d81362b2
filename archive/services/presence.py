"""Which workers are alive: each says so every few seconds, under a key that fades by itself."""

import logging
import threading
import time
from functools import cache

import redis
from django.conf import settings
from redis.exceptions import RedisError

from elmweb import alive

log = logging.getLogger(__name__)

KINDS = ("model", "evaluate")
EVERY = 3.0  # [s]
FADES = 12  # [s]


@cache
def _client() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5)


def keep_saying(kind: str) -> threading.Thread:
    """Start a daemon thread that says "a worker of this kind is here" until the process ends."""
    thread = threading.Thread(target=_say, args=(kind,), daemon=True, name=f"presence-{kind}")
    thread.start()
    return thread


def _say(kind: str) -> None:
    client = _client()
    while True:
        try:
            client.set(f"elmweb:worker:{kind}", time.time(), ex=FADES)
            alive.say()
        except (RedisError, OSError) as error:
            log.debug("presence of %s not told: %s", kind, error)
        time.sleep(EVERY)


def seen() -> dict[str, dict[str, float] | None]:
    """Return for each kind of worker how long ago it was seen [s]; None when it was not.

    Told from how far its key has faded: the clocks of two hosts need not agree.
    """
    asking = _client().pipeline(transaction=False)
    for kind in KINDS:
        asking.pttl(f"elmweb:worker:{kind}")
    try:
        left = asking.execute()
    except (RedisError, OSError):
        return dict.fromkeys(KINDS)
    return {
        kind: {"seen_s": round(max(FADES - ms / 1000, 0.0), 1)} if ms >= 0 else None
        for kind, ms in zip(KINDS, left, strict=True)
    }
