"""A backup that is taken while a run goes on is whole."""

import json
import time

import pytest

from tests.chaos.test_kill_anything import numbers
from tests.stack import Stack

pytestmark = pytest.mark.chaos

START = """
from archive.config import RunConfig
from archive.services import runs
from simulation.domains import get_domain
source = get_domain("sodarace").seed_programs["square"].source
config = RunConfig(budget=100_000, models=(("random_gp", 100.0),))
run = runs.create_run(config=config, source=source, name="busy", rng_seed=1)
runs.start(run)
print(run.pk)
"""


def shell(stack: Stack, code: str) -> int:
    done = stack.manage("shell", "--no-imports", "-c", code)
    assert done.returncode == 0, done.stderr
    return int(done.stdout.split()[-1])


def test_a_backup_under_load_is_restored_elsewhere_and_its_map_is_equal(stack: Stack, tmp_path):
    stack.until_ready()
    run = shell(stack, START)
    stack.until(lambda: len(numbers(stack, run)) > 200, 90, "children")
    before = len(numbers(stack, run))
    done = stack.manage("backup", str(tmp_path / "b.tar"))
    assert done.returncode == 0, done.stderr
    after = stack.until(
        lambda: (now := len(numbers(stack, run))) > before and now, 30, "more children"
    )
    elsewhere = Stack(tmp_path / "elsewhere")
    restored = elsewhere.manage("restore", str(tmp_path / "b.tar"))
    assert restored.returncode == 0, restored.stderr
    assert before <= len(numbers(elsewhere, run)) <= after
    check = elsewhere.manage("rebuild", str(run), "--check", "--json")
    assert json.loads(check.stdout)["equal"], check.stderr
    stack.stop_runs()


def test_the_system_page_and_the_figures_know_a_busy_elmweb(stack: Stack):
    """The broker is asked what only it knows: the processes, and the browsers that watch."""
    stack.until_ready()
    figures = stack.until(lambda: _with_workers(stack), 20, "the workers' signs of life")
    assert figures['elmweb_processes{kind="model"}'] == 1
    assert figures['elmweb_processes{kind="web"}'] >= 1
    assert figures["elmweb_websocket_clients"] == 0
    assert figures["elmweb_broker_up"] == 1


def _figures(stack: Stack) -> dict[str, float]:
    status, text = stack.get("/metrics")
    assert status == 200, text
    lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


def _with_workers(stack: Stack) -> dict[str, float] | None:
    figures = _figures(stack)
    return figures if figures.get('elmweb_processes{kind="evaluate"}') == 2 else None


@pytest.mark.slow
def test_a_lease_that_is_returned_is_counted(stack: Stack):
    stack.until_ready()
    run = shell(stack, START)
    stack.until(lambda: numbers(stack, run), 90, "children")
    before = _figures(stack)["elmweb_lease_returns_total"]

    def returned() -> bool:
        stack.kill("evaluate")
        time.sleep(10)  # a lease takes 8 s to end
        return _figures(stack)["elmweb_lease_returns_total"] > before

    stack.until(returned, 90, "a lease to be returned")
    stack.stop_runs()
