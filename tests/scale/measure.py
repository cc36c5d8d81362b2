"""The measurements: real workers, a real broker, real sockets, everything on this machine."""

import asyncio
import json
import multiprocessing
import os
import random
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

from django.contrib.auth import SESSION_KEY, get_user_model
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, connections

from archive.config import RunConfig
from archive.models import Child, Job, Program, Run, RunState
from archive.services import jobs, recording, runs
from archive.services.recording import Candidacy
from elmweb.bench import Measurement
from simulation.domains import get_domain
from simulation.evaluate import Evaluation
from simulation.outcome import Outcome
from simulation.sandbox.process import cpu_of_tree
from tests.chaos.kept import Kept
from tests.scale import writer
from tests.stack import wait
from workers.mutation.operator import MutationRequest, load_operator

CHILDREN = 640  # of one measurement of evaluation
EVOLVED = 1024  # whose rows are weighed
BATCH = 32  # children of a job, as a run with the defaults makes them
WORKERS = (1, 2, 4)
VIEWERS = (50, 200, 500)
WATCHED = 12.0  # [s]
NEWS_EVERY = 0.25  # [s] between batches of children while viewers watch


def evaluate(folder: Path) -> Iterator[Measurement]:
    """Children a second through sandbox, physics and database, by the number of workers.

    Each worker has one process. The programs are random edits of the seed programs, made before.
    """
    candidacies = _programs()
    alone = 0.0
    for number in WORKERS:
        workers = [_worker(folder, n) for n in range(number)]
        for worker in workers:
            worker.start()
        _wait_for_workers(folder, number)
        rate = len(candidacies) / _seconds_for(candidacies)
        for worker in workers:
            worker.stop()
        alone = alone or rate
        yield Measurement(
            f"evaluate.{number}", rate, "children/s", "1 evaluate worker", rate / alone
        )


def _programs() -> list[Candidacy]:
    """Return as many different programs as one measurement takes."""
    operator = load_operator("random_gp")
    seeds = [info.source for info in get_domain("sodarace").seed_programs.values()]
    found: dict[str, Candidacy] = {}
    for rng_seed in range(1000):
        requests = [MutationRequest(source, "Changed make walker function.", 8) for source in seeds]
        for answers in operator.propose(requests, rng_seed=rng_seed):
            for p in answers:
                if p.outcome is None and p.source is not None and len(found) < CHILDREN:
                    found[p.source] = Candidacy(operator="random_gp", source=p.source, diff=p.diff)
        if len(found) == CHILDREN:
            break
    chosen = list(found.values())
    random.Random(1).shuffle(chosen)
    return chosen


def _worker(folder: Path, number: int) -> Kept:
    command = (sys.executable, "-m", "celery", "-A", "elmweb.celery", "worker", "-Q", "evaluate")
    options = ("-n", f"evaluate{number}@%h", "-P", "prefork", "-c", "1", "-l", "INFO",
               "--without-gossip", "--without-mingle", "--without-heartbeat")  # fmt: skip
    quiet = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "ELMWEB_LOG_LEVEL": "INFO"}
    log = folder / f"evaluate{number}.log"
    log.unlink(missing_ok=True)
    return Kept((*command, *options), log, env={**os.environ, **quiet})


def _wait_for_workers(folder: Path, number: int) -> None:
    logs = [folder / f"evaluate{n}.log" for n in range(number)]
    wait(lambda: all(log.is_file() and "ready." in log.read_text() for log in logs), 120, "workers")
    time.sleep(3)  # their sandboxes and the physics' machine code come after that word


def _seconds_for(candidacies: list[Candidacy]) -> float:
    run = runs.create_run(config=RunConfig(budget=len(candidacies)), source="x = 0\n")
    Run.objects.filter(pk=run.pk).update(state=RunState.RUNNING)  # nothing comes after these jobs
    began = time.monotonic()
    for first in range(0, len(candidacies), BATCH):
        batch = candidacies[first : first + BATCH]
        payload = {"candidacies": [asdict(candidacy) for candidacy in batch]}
        jobs.enqueue(Job.Kind.EVALUATE, payload, run=run, children=len(batch))
    done = Job.objects.filter(run=run, state=Job.State.DONE)
    wait(lambda: done.count() == -(-len(candidacies) // BATCH), 600, "the jobs")
    return time.monotonic() - began


def record(folder: Path) -> Iterator[Measurement]:
    """Children recorded and placed a second, committed, by writers with a run each.

    The rival is the same on one run by one writer: what writers of several runs keep from each
    other is the database's, not the run's lock.
    """
    alone = 0.0
    for number in WORKERS:
        spawn = multiprocessing.get_context("spawn")
        gate = spawn.Barrier(number + 1)
        places = [(n, number, gate) for n in range(number)]
        writers = [spawn.Process(target=writer.write, args=place) for place in places]
        for one in writers:
            one.start()
        gate.wait(60)
        began = time.monotonic()
        for one in writers:
            one.join()
        rate = number * CHILDREN / (time.monotonic() - began)
        alone = alone or rate
        name = f"record.{connection.vendor}.{number}"
        yield Measurement(name, rate, "children/s", "1 writer", rate / alone)


def write(label: str, begin: Callable[[], object]) -> None:
    """Record the children of one run, once ``begin`` returns."""
    run = runs.create_run(config=RunConfig(budget=CHILDREN), source="x = 0\n")
    begin()
    for first in range(0, CHILDREN, BATCH):
        _record(run, first, label)


def _record(run: Run, first: int, label: str, size: int = BATCH) -> None:
    numbers = range(first, first + size)
    given = [
        Candidacy(operator="bench", source=f"x = '{label} {run.pk} {n}'\n" * 30, diff="d" * 300)
        for n in numbers
    ]
    recording.record(run.pk, given, [_evaluation(n, label) for n in numbers])


def _evaluation(number: int, label: str) -> Evaluation:
    return Evaluation(
        outcome=Outcome.EVALUATED,
        reason="The walker was simulated.",
        fitness=float(number % 97),
        measures=(number % 30, number % 29, number % 240),
        walker={"joints": [[0, 0], [1, 1]] * 5, "muscles": [[0, 1, 1.0, 0.0]] * 8},
        body_hash=f"{label} {number}",
        trajectory_hash="t" * 64,
        world_version="1",
    )


def viewers(folder: Path) -> Iterator[Measurement]:
    """What viewers of one busy run cost the web process, and how late its frames are.

    Four batches of children a second. The rival of the processor's share is the same with the
    fewest viewers; lateness is from the children's commit to the frame at the viewer.
    """
    fewest = {"cpu": 0.0, "late": 0.0}
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
        port, fd = listener.getsockname()[1], listener.fileno()
        web = subprocess.Popen(
            [sys.executable, "-m", "elmweb.supervisor.web", str(fd)], pass_fds=(fd,)
        )
        try:
            for number in VIEWERS:
                run = runs.create_run(config=RunConfig(budget=100_000), source="x = 0\n")
                Run.objects.filter(pk=run.pk).update(state=RunState.RUNNING)
                cpu, late, frames = asyncio.run(_watch(run, port, web.pid, number))
                fewest = {k: fewest[k] or v for k, v in {"cpu": cpu, "late": late}.items()}
                against = f"{VIEWERS[0]} viewers"
                yield Measurement(
                    f"viewers.{number}.cpu", cpu, "% of a core", against, cpu / fewest["cpu"]
                )
                yield Measurement(
                    f"viewers.{number}.late", late, "ms (p95)", against, late / fewest["late"]
                )
                yield Measurement(
                    f"viewers.{number}.frames", frames, "frames/s each", "4", frames / 4
                )
        finally:
            web.terminate()
            web.wait()


async def _watch(run: Run, port: int, web: int, number: int) -> tuple[float, float, float]:
    """Return the web process' share of a core [%], p95 lateness [ms], frames a second."""
    from websockets.asyncio.client import connect

    cookies = await asyncio.to_thread(_sessions, number)
    committed: dict[int, float] = {}  # by the newest child's number
    late: list[float] = []
    frames = 0

    async def view(cookie: str) -> None:
        nonlocal frames
        headers = {"Cookie": cookie, "Origin": f"http://127.0.0.1:{port}"}
        address = f"ws://127.0.0.1:{port}/ws/runs/{run.pk}/"
        async with connect(address, additional_headers=headers, max_size=None) as feed:
            joined.release()
            async for message in feed:
                frame = json.loads(message)
                if when := committed.get(frame["seq"]):
                    late.append(time.monotonic() - when)
                    frames += 1

    joined = asyncio.Semaphore(0)
    tasks = []
    for cookie in cookies:
        tasks.append(asyncio.create_task(view(cookie)))
        await asyncio.wait_for(joined.acquire(), 20)
    cpu, began, n = cpu_of_tree(web), time.monotonic(), 0
    while time.monotonic() - began < WATCHED:
        await asyncio.to_thread(_record, run, n, "viewed", 4)
        n += 4
        committed[n - 1] = time.monotonic()
        await asyncio.sleep(NEWS_EVERY)
    seconds = time.monotonic() - began
    share = 100 * (cpu_of_tree(web) - cpu) / seconds
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    if not late:
        raise RuntimeError(f"no frame reached any of {number} viewers within {seconds:.0f} s")
    return share, 1e3 * statistics.quantiles(late, n=20)[-1], frames / number / seconds


def _sessions(number: int) -> list[str]:
    """Log in as many people and return their cookies."""
    from django.conf import settings

    cookies = []
    for n in range(number):
        user, _ = get_user_model().objects.get_or_create(username=f"viewer{n}")
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
        session["_auth_user_hash"] = user.get_session_auth_hash()
        session.create()
        cookies.append(f"{settings.SESSION_COOKIE_NAME}={session.session_key}")
    connections.close_all()
    return cookies


def rows(folder: Path) -> Iterator[Measurement]:
    """Bytes that a child takes in the database, indexes included; of the bundled model's own."""
    before = {name: _bytes(name) for name in _TABLES}
    counted = Child.objects.count()
    command = [sys.executable, "manage.py", "evolve", "--evaluations", str(EVOLVED), "--json"]
    subprocess.run(command, check=True, capture_output=True)
    children = Child.objects.count() - counted
    sizes = {name: (_bytes(name) - before[name]) / children for name in _TABLES}
    whole = sum(sizes.values())
    for name, size in sizes.items():
        label = f"rows.{connection.vendor}.{name.removeprefix('archive_')}"
        yield Measurement(label, size, "bytes/child", "all tables", size / whole)
    yield Measurement(f"rows.{connection.vendor}", whole, "bytes/child", "all tables", 1.0)


_TABLES = [model._meta.db_table for model in (Child, Program, Job)]


def _bytes(table: str) -> int:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_total_relation_size(%s)", [table])
        else:
            cursor.execute(
                "SELECT coalesce(sum(pgsize), 0) FROM dbstat WHERE name IN "
                "(SELECT name FROM sqlite_master WHERE tbl_name = %s)",
                [table],
            )
        return int(cursor.fetchone()[0])


def in_words(found: Measurement) -> str:
    """Return a figure as a line for people."""
    return (
        f"{found.name:24} {found.value:10.1f} {found.unit:14} {found.ratio:6.2f} x {found.against}"
    )
