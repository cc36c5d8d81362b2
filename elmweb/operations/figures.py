"""Figures of the whole installation, read from the database: every process gives the same."""

import math
import threading
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, FloatField, Max, Min, Q, QuerySet, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from archive.models import Child, Job, RunState
from archive.services.jobs import QUEUES

RECENT = 1000  # children that speeds and percentiles are taken from
SETTLES = 60.0  # [s] after which no transaction can still add a child with a smaller id


@dataclass(frozen=True)
class Queue:
    """Work of one kind of worker."""

    name: str
    waiting: int
    leased: int
    oldest_s: float  # age of the oldest job that waits [s]; 0 when none does


def queues(now: datetime) -> list[Queue]:
    """Return all queues; what waits for its run to be resumed is not counted."""
    resting = Q(kind=Job.Kind.MUTATE) & ~Q(run__state=RunState.RUNNING)
    live = Job.objects.filter(state__in=[Job.State.QUEUED, Job.State.LEASED]).exclude(resting)
    rows = live.values_list("kind", "state").annotate(Count("pk"), Min("created_at"))
    waiting, leased, oldest = Counter[str](), Counter[str](), dict.fromkeys(QUEUES.values(), now)
    for kind, state, jobs, since in rows:
        queue = QUEUES[Job.Kind(kind)]
        if state == Job.State.LEASED:
            leased[queue] += jobs
        else:
            waiting[queue] += jobs
            oldest[queue] = min(oldest[queue], since)
    return [
        Queue(name, waiting[name], leased[name], (now - since).total_seconds())
        for name, since in oldest.items()
    ]


def leases() -> QuerySet[Job]:
    """Return the jobs that somebody holds, the longest held first."""
    held = Job.objects.filter(state=Job.State.LEASED).select_related("run", "training")
    return held.order_by("claimed_at", "pk")


@dataclass(frozen=True)
class Recent:
    """What the newest children took."""

    tokens_per_s: float | None  # that the model wrote while it was at work
    sandbox_p50_s: float | None
    sandbox_p99_s: float | None


def recent() -> Recent:
    """Return the speeds of the newest children; None for what none of them tells."""
    newest = Child.objects.order_by("-pk").values_list("timings", flat=True)[:RECENT]
    timings = list(newest)
    written = sum(t.get("tokens", 0) for t in timings)
    seconds = sum(t.get("model_s", 0.0) for t in timings)
    sandbox = sorted(t["sandbox_ms"] / 1000 for t in timings if t.get("sandbox_ms"))
    return Recent(
        tokens_per_s=written / seconds if seconds else None,
        sandbox_p50_s=_quantile(sandbox, 0.5),
        sandbox_p99_s=_quantile(sandbox, 0.99),
    )


def _quantile(ordered: Sequence[float], q: float) -> float | None:
    """Return the smallest value that at least a share ``q`` of them does not exceed."""
    return ordered[math.ceil(q * len(ordered)) - 1] if ordered else None


@dataclass
class Totals:
    """Sums over children."""

    outcomes: Counter[str] = field(default_factory=Counter)
    tokens: float = 0.0
    model_s: float = 0.0

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(
            self.outcomes + other.outcomes, self.tokens + other.tokens, self.model_s + other.model_s
        )


class ChildTotals:
    """Sums over all children, which only ever grow: what has been counted is not read again.

    The first call of a process reads the table once. Ids are given out before the transaction is
    through, so the newest children are counted anew until nothing can come in between any more.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._settled = 0  # the id up to which ``_sums`` counts
        self._sums = Totals()
        self._seen: deque[tuple[float, int]] = deque()  # when the newest id was which

    def now(self) -> Totals:
        """Return the sums as the database has them now."""
        with self._lock:
            newest = Child.objects.aggregate(Max("pk"))["pk__max"] or 0
            if newest < self._settled:  # another database: a test, or a restored backup
                self._settled, self._sums = 0, Totals()
                self._seen.clear()
            self._settle()
            self._seen.append((time.monotonic(), newest))
            return self._sums + _totals(Child.objects.filter(pk__gt=self._settled))

    def _settle(self) -> None:
        upto = self._settled
        while self._seen and self._seen[0][0] < time.monotonic() - SETTLES:
            upto = self._seen.popleft()[1]
        if upto > self._settled:
            self._sums += _totals(Child.objects.filter(pk__gt=self._settled, pk__lte=upto))
            self._settled = upto


def _totals(children: QuerySet[Child]) -> Totals:
    rows = children.order_by().values_list("outcome")
    spent = {key: Sum(Cast(KT(f"timings__{key}"), FloatField())) for key in ("tokens", "model_s")}
    sums = Totals()
    for outcome, number, tokens, model_s in rows.annotate(number=Count("pk"), **spent):
        sums += Totals(Counter({outcome: number}), tokens or 0.0, model_s or 0.0)
    return sums
