"""Tells the web processes that a run changed. A hint and nothing more: they read the database."""

import logging

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction
from redis.exceptions import RedisError

log = logging.getLogger(__name__)


def group_of(run_id: int) -> str:
    """Name of the channel-layer group that hears of a run."""
    return f"run.{run_id}"


def announce(run_id: int) -> None:
    """Send the hint once the transaction is through."""
    transaction.on_commit(lambda: _send(run_id))


def _send(run_id: int) -> None:
    layer = get_channel_layer()
    if layer is None:
        return
    try:
        async_to_sync(layer.group_send)(group_of(run_id), {"type": "run.changed"})
    except (RedisError, OSError) as error:
        log.debug("nobody was told that run %s changed: %s", run_id, error)
