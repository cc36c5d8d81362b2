"""Token buckets as database rows: limits that hold across processes and restarts."""

import hashlib
import math
import time
from dataclasses import dataclass

from django.db import transaction

from elmweb.accounts.models import Bucket

FORGET = 24 * 3600.0  # [s]; every bucket is full again by then


@dataclass(frozen=True)
class Rate:
    """So many at once, and again as many in each period."""

    tokens: int
    seconds: float  # until an empty bucket is full; below ``FORGET``


def wait_for(what: str, rate: Rate, now: float | None = None) -> int:
    """Take one token of ``what``; return 0, or how long [s] to wait when there is none."""
    now = time.time() if now is None else now
    key = hashlib.sha256(what.encode("utf-8", "replace")).hexdigest()
    with transaction.atomic():
        full = {"tokens": float(rate.tokens), "seen_at": now}
        bucket, is_new = Bucket.objects.select_for_update().get_or_create(key=key, defaults=full)
        if is_new:
            Bucket.objects.filter(seen_at__lt=now - FORGET).delete()
        filled = max(now - bucket.seen_at, 0.0) * rate.tokens / rate.seconds
        bucket.tokens = min(bucket.tokens + filled, float(rate.tokens))
        missing = 1.0 - bucket.tokens
        if missing <= 0:
            bucket.tokens -= 1.0
        bucket.seen_at = now
        bucket.save(update_fields=["tokens", "seen_at"])
    return 0 if missing <= 0 else max(math.ceil(missing * rate.seconds / rate.tokens), 1)


def refill(what: str) -> None:
    """Forget what was taken of ``what``."""
    key = hashlib.sha256(what.encode("utf-8", "replace")).hexdigest()
    Bucket.objects.filter(key=key).delete()
