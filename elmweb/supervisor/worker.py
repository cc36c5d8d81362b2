"""How the workers are started: the same under the supervisor and in a container of their own."""

import sys
from dataclasses import dataclass, field

from elmweb import env

KINDS = ("evaluate", "model")


@dataclass(frozen=True)
class Command:
    """What to execute, and what to add to the environment."""

    argv: tuple[str, ...]
    env: dict[str, str] = field(default_factory=dict)


def command(kind: str) -> Command:
    """Return how to start the worker called ``kind``, one of ``KINDS``."""
    return {"evaluate": _evaluate, "model": _model}[kind]()


def _evaluate() -> Command:
    processes = env.integer("ELMWEB_EVALUATE_PROCESSES", 2, low=1, high=256)
    pool = ("-Q", "check,evaluate", "-P", "prefork", "-c", str(processes))
    # The processes are the parallelism: more threads in each would only get in each other's way.
    return Command(
        _celery("evaluate", *pool), {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    )


def _model() -> Command:
    return Command(_celery("model", "-Q", "model", "-P", "solo"))


def _celery(name: str, *pool: str) -> tuple[str, ...]:
    quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat")
    celery = (sys.executable, "-m", "celery", "-q", "-A", "elmweb.celery", "worker")
    return (*celery, "-n", f"{name}@%h", *pool, *quiet, "-l", "INFO")
