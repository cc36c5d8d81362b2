"""Any process may be killed at any moment: the run goes on, nothing is lost or counted twice."""

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.stack import Stack

pytestmark = pytest.mark.chaos

BACK_WITHIN = 15.0  # [s] the service answers again
GOES_ON_WITHIN = 90.0  # [s] a restarted model loads and writes a batch, on a machine under load


@pytest.fixture(scope="module")
def run(stack: Stack) -> Iterator[int]:
    """A demo run that lives through all of these tests."""
    stack.until_ready()
    yield json.loads(stack.manage("demo", "--evaluations=100000", "--json").stdout)["run"]
    stack.stop_runs()


@pytest.mark.parametrize("victim", ["web", "evaluate", "model", "broker"])
def test_a_run_survives_the_death_of(victim: str, stack: Stack, run: int):
    wait_for_children(stack, run, len(numbers(stack, run)) + 8)
    killed = time.monotonic()
    dead = stack.kill(victim)
    stack.until(lambda: stack.pid(victim) not in (None, dead), BACK_WITHIN, f"{victim} again")
    stack.until(lambda: stack.get("/healthz")[0] == 200, BACK_WITHIN, "the page again")
    assert time.monotonic() - killed < BACK_WITHIN
    wait_for_children(stack, run, len(numbers(stack, run)) + 64)
    check = stack.manage("rebuild", str(run), "--check")
    assert check.returncode == 0, check.stdout + check.stderr
    assert_nothing_counted_twice(stack, run)


def wait_for_children(stack: Stack, run: int, at_least: int) -> None:
    stack.until(
        lambda: len(numbers(stack, run)) >= at_least, GOES_ON_WITHIN, f"{at_least} children"
    )


def numbers(stack: Stack, run: int) -> list[int]:
    """The numbers of the children stored so far, in order."""
    rows = query(stack, "SELECT seq FROM archive_child WHERE run_id = ? ORDER BY seq", run)
    return [seq for (seq,) in rows]


def assert_nothing_counted_twice(stack: Stack, run: int) -> None:
    """Numbers are 0, 1, 2 …; a finished job left exactly the children it was planned for."""
    stored = numbers(stack, run)
    assert stored == list(range(len(stored)))
    jobs = query(
        stack,
        "SELECT job.children, count(child.id) FROM archive_job job LEFT JOIN archive_child child "
        "ON child.job_id = job.id WHERE job.run_id = ? AND job.kind = 'evaluate' "
        "AND job.state = 'done' GROUP BY job.id",
        run,
    )
    assert jobs
    assert all(left == max(planned, 1) for planned, left in jobs)  # the seed program's plans none
    ((planned, budget),) = query(
        stack, "SELECT planned, json_extract(config, '$.budget') FROM archive_run WHERE id = ?", run
    )
    assert len(stored) - 1 <= planned <= budget


def query(stack: Stack, sql: str, *values: object) -> list[tuple]:
    """Ask the stack's database, without going through any process of it."""
    with closing(sqlite3.connect(stack.data / "elmweb.sqlite3", timeout=20)) as database:
        return database.execute(sql, values).fetchall()
