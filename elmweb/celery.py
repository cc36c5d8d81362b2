"""The Celery application: queues and delivery. Messages carry ids; the truth is in the database.

``archive``'s leases decide who may work on a job, so a message that is lost or delivered twice
does no harm, and Redis does not redeliver on its own.
"""

import logging.config
import os
import signal
import sys
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_process_init
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "elmweb.settings")

app = Celery("elmweb")
app.conf.update(
    broker_url=settings.CELERY_BROKER_URL,
    imports=["workers.tasks"],
    task_routes={
        "workers.tasks.mutate": {"queue": "model"},
        "workers.tasks.evaluate": {"queue": "evaluate"},
        "workers.tasks.check": {"queue": "check"},
    },
    task_default_queue="evaluate",
    task_create_missing_queues=True,
    # JSON only: a pickle in the queue would be code from whoever reaches the broker.
    accept_content=["json"],
    task_serializer="json",
    result_backend=None,
    task_ignore_result=True,
    # A task is done when it is done, and goes to another process when its own dies.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    # Sandboxes and physics leave no leak that we know of; this bounds the ones we do not.
    worker_max_tasks_per_child=2000,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    worker_enable_remote_control=False,
    worker_send_task_events=False,
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,  # the broker may be away for long; come back anyway
    broker_transport_options={
        # Messages are popped and kept on the worker's own books: leases bring back what it loses.
        # With books in Redis an acknowledgement that met a cut network held its place in the
        # prefetch window for good, and a worker with one place took no message any more.
        "ack_emulation": False,
        # The queues in the order of `-Q check,evaluate`: a person waits for a check.
        "queue_order_strategy": "priority",
        "socket_connect_timeout": 5,
        # A page must not wait for a broker that is away: the reaper sends the job later.
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0.1,
        "interval_max": 0.2,
    },
)


@setup_logging.connect
def _use_the_settings_logging(**_: Any) -> None:
    logging.config.dictConfig(settings.LOGGING)
    for chatty in ("celery.worker.strategy", "celery.app.trace"):  # two lines for each task
        logging.getLogger(chatty).setLevel(logging.WARNING)


@worker_process_init.connect
def _end_with_the_worker(**_: Any) -> None:
    """A pool process whose worker was killed would hold its connection and swallow a task."""
    if sys.platform == "linux":
        from elmweb.supervisor.exec_child import die_with_parent

        die_with_parent(signal.SIGKILL)
