"""``/metrics`` for Prometheus: figures from the database and the broker, none of this process.

So it does not matter which of several web processes is asked, and nothing is lost by a restart.
"""

import hmac
import shutil
from collections import Counter
from collections.abc import Iterator
from ipaddress import ip_address

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector
from redis.exceptions import RedisError

from archive.models import Run
from archive.services import processes
from elmweb import paths
from elmweb.operations import figures
from simulation.outcome import Outcome

_TOTALS = figures.ChildTotals()


@login_not_required
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer with all figures, to whoever may see them."""
    if not may_read(request):
        return HttpResponse(
            "The figures are for this machine, for admins, and for whoever sends "
            "'Authorization: Bearer' with the token of ELMWEB_METRICS_TOKEN.\n",
            status=403,
            content_type="text/plain; charset=utf-8",
        )
    registry = CollectorRegistry()
    registry.register(_Figures())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def may_read(request: HttpRequest) -> bool:
    """Say whether this is an admin, somebody with the token or, where none is set, this machine."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if given:
        token = settings.METRICS_TOKEN.encode()
        right = hmac.compare_digest(given.encode("utf-8", "replace"), token)
        return scheme.lower() == "bearer" and bool(token) and right
    if not settings.METRICS_TOKEN and _is_this_machine(request):
        return True
    return request.user.is_authenticated and request.user.is_staff


def _is_this_machine(request: HttpRequest) -> bool:
    """Say whether no network lies between; a proxy on this machine speaks for others."""
    forwarded = {"Forwarded", "X-Forwarded-For", "X-Real-Ip"} & set(request.headers)
    try:
        return not forwarded and ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


class _Figures(Collector):
    """Reads everything anew each time Prometheus asks."""

    def collect(self) -> Iterator[Metric]:
        yield from _of_children()
        yield from _of_work()
        yield from _of_processes()
        free = shutil.disk_usage(paths.DATA_DIR).free
        yield GaugeMetricFamily("elmweb_disk_free_bytes", "Free in the data folder.", free)

    def describe(self) -> list[Metric]:
        return []  # registering must not ask the database


def _of_children() -> Iterator[Metric]:
    totals = _TOTALS.now()
    children = CounterMetricFamily(
        "elmweb_children", "Children by what became of them.", labels=["outcome"]
    )
    for outcome in Outcome:
        children.add_metric([outcome], totals.outcomes[outcome])
    yield children
    yield CounterMetricFamily("elmweb_model_tokens", "Tokens models wrote.", totals.tokens)
    yield CounterMetricFamily(
        "elmweb_model_busy_seconds", "Time that models took to write them.", totals.model_s
    )
    recent = figures.recent()
    of = f"over the newest {figures.RECENT} children."
    if recent.tokens_per_s is not None:
        help_text = f"Tokens a second while a model writes, {of}"
        yield GaugeMetricFamily(
            "elmweb_model_tokens_per_second", help_text, round(recent.tokens_per_s, 3)
        )
    sandbox = GaugeMetricFamily(
        "elmweb_sandbox_seconds", f"Time of a program in the sandbox, {of}", labels=["quantile"]
    )
    for quantile, value in (("0.5", recent.sandbox_p50_s), ("0.99", recent.sandbox_p99_s)):
        if value is not None:
            sandbox.add_metric([quantile], value)
    yield sandbox


def _of_work() -> Iterator[Metric]:
    runs = GaugeMetricFamily("elmweb_runs", "Searches by their state.", labels=["state"])
    for state, number in Run.objects.order_by().values_list("state").annotate(Count("pk")):
        runs.add_metric([state], number)
    yield runs
    jobs = GaugeMetricFamily("elmweb_jobs", "Jobs not done yet.", labels=["queue", "state"])
    oldest = GaugeMetricFamily(
        "elmweb_queue_oldest_seconds", "Age of the oldest job that waits.", labels=["queue"]
    )
    for queue in figures.queues(timezone.now()):
        jobs.add_metric([queue.name, "waiting"], queue.waiting)
        jobs.add_metric([queue.name, "leased"], queue.leased)
        oldest.add_metric([queue.name], queue.oldest_s)
    yield jobs
    yield oldest


def _of_processes() -> Iterator[Metric]:
    """What only the broker knows is left out while it is away."""
    up = GaugeMetricFamily("elmweb_broker_up", "Whether the broker answers.", 0)
    try:
        present, returns = processes.present(), processes.counted("lease_returns")
    except (RedisError, OSError):
        yield up
        return
    yield GaugeMetricFamily("elmweb_broker_up", up.documentation, 1)
    yield CounterMetricFamily(
        "elmweb_lease_returns", "Jobs queued again because their holder was gone.", returns
    )
    numbers, memory = Counter[str](), Counter[str]()
    for sign in present:
        numbers[sign["kind"]] += 1
        memory[sign["kind"]] += sign["rss"]
    of_kind = GaugeMetricFamily("elmweb_processes", "Living processes.", labels=["kind"])
    held = GaugeMetricFamily("elmweb_process_memory_bytes", "Resident memory.", labels=["kind"])
    for kind in sorted(numbers):
        of_kind.add_metric([kind], numbers[kind])
        held.add_metric([kind], memory[kind])
    yield of_kind
    yield held
    viewers = sum(sign.get("viewers", 0) for sign in present)
    yield GaugeMetricFamily("elmweb_websocket_clients", "Browsers that watch a run.", viewers)
