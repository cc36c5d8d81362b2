"""Starting, sharing, losing and ending the sandbox's processes."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from simulation.sandbox import Limits, Sandbox, SandboxUnavailable, Status, Verdict
from simulation.sandbox.inside import zygote as zygote_module

from .conftest import GOOD, started
from .processes import (
    all_gone,
    children_of,
    launcher_of,
    memory_kb,
    open_descriptors,
    zygote_of,
)

ROOT = Path(__file__).parent.parent.parent
SLEEPER = "import time\ntime.sleep(60)"
OWNER = """
import sys, threading, time
sys.path.insert(0, sys.argv[1])
from simulation.sandbox import Limits, Sandbox
sandbox = Sandbox()
sandbox._without = frozenset(sys.argv[2].split())
sandbox.start()
long = Limits(wall_s=60)
threading.Thread(target=sandbox.run, args=("import time; time.sleep(60)",), kwargs={"limits": long},
                 daemon=True).start()
time.sleep(0.3)
print(sandbox._zygote.pid, flush=True)
time.sleep(60)
"""


def test_lost_zygote_is_replaced() -> None:
    with started() as sandbox:
        zygote = zygote_of(sandbox)
        os.kill(zygote, signal.SIGKILL)
        assert all_gone([zygote, launcher_of(sandbox)], within_s=2)
        assert sandbox.run(GOOD).status is Status.OK
        assert zygote_of(sandbox) != zygote


def test_lost_launcher_takes_the_zygote_along() -> None:
    with started() as sandbox:
        zygote = zygote_of(sandbox)
        os.kill(launcher_of(sandbox), signal.SIGKILL)
        assert all_gone([zygote], within_s=2)
        assert sandbox.run(GOOD).status is Status.OK


@pytest.mark.parametrize("without", [set(), {"namespaces"}], ids=["namespaces", "none"])
def test_zygote_lost_during_a_program_is_a_verdict(without: set[str]) -> None:
    with started(without=without) as sandbox:
        zygote = zygote_of(sandbox)
        timer = threading.Timer(0.3, os.kill, (zygote, signal.SIGKILL))
        timer.start()
        before = time.monotonic()
        verdict = sandbox.run(SLEEPER, limits=Limits(wall_s=30))
        assert verdict.status is Status.SANDBOX_LOST
        assert time.monotonic() - before < 5
        assert sandbox.run(GOOD).status is Status.OK


@pytest.mark.parametrize("without", ["", "namespaces"])
def test_nothing_is_left_when_the_owner_is_killed(without: str, sandbox: Sandbox) -> None:
    """A killed worker used to leave a zygote with a running program behind."""
    command = [sys.executable, "-c", OWNER, str(ROOT), without]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        launcher = int(owner.stdout.readline())
        (zygote,) = children_of(launcher)
        (program,) = children_of(zygote)
        owner.kill()
        assert all_gone([launcher, zygote, program], within_s=2)


def test_stop_ends_every_process_and_closes_every_descriptor() -> None:
    with started():
        pass
    before = open_descriptors()
    with started() as sandbox:
        pids = [launcher_of(sandbox), zygote_of(sandbox)]
        for _ in range(5):
            sandbox.run(GOOD)
        sandbox.run(SLEEPER, limits=Limits(wall_s=0.1))
    assert all_gone(pids, within_s=2)
    assert open_descriptors() == before


def test_stopped_sandbox_starts_again() -> None:
    sandbox = started()
    sandbox.stop()
    sandbox.stop()
    assert sandbox.run(GOOD).status is Status.OK
    sandbox.stop()


def test_threads_share_a_sandbox(sandbox: Sandbox) -> None:
    def run(n: int) -> Verdict:
        return sandbox.run(f"def f(): return {{'joints': [[{n}, 0]], 'muscles': []}}")

    with ThreadPoolExecutor(4) as pool:
        for n, verdict in enumerate(pool.map(run, range(40))):
            assert verdict.value == {"joints": [[float(n), 0.0]], "muscles": []}


def test_sandbox_outlives_the_thread_that_started_it() -> None:
    """PR_SET_PDEATHSIG follows threads, so it must not bind the launcher to its starter."""
    sandbox = Sandbox()
    thread = threading.Thread(target=sandbox.start)
    thread.start()
    thread.join()
    launcher = launcher_of(sandbox)
    time.sleep(0.2)
    assert sandbox.run(GOOD).status is Status.OK
    assert launcher_of(sandbox) == launcher
    sandbox.stop()


def test_several_sandboxes_run_at_once(sandbox: Sandbox) -> None:
    boxes = [started() for _ in range(3)]
    slow = (
        "import time\ndef f():\n    time.sleep(0.5)\n    return {'joints': [[0, 0]], 'muscles': []}"
    )
    before = time.monotonic()
    with ThreadPoolExecutor(3) as pool:
        verdicts = list(pool.map(lambda box: box.run(slow), boxes))
    assert all(verdict.status is Status.OK for verdict in verdicts)
    assert time.monotonic() - before < 1.4
    for box in boxes:
        box.stop()


def test_forked_process_starts_a_sandbox_of_its_own(sandbox: Sandbox) -> None:
    """As in a worker that forks after a sandbox was made; the parent's must go on unharmed."""
    sandbox.start()
    launcher = launcher_of(sandbox)
    context = multiprocessing.get_context("fork")
    with context.Pool(2) as pool:
        children = pool.map(_run_in_child, range(4))
    assert all(status == "ok" for status, _ in children)
    assert launcher not in {pid for _, pid in children}
    assert launcher_of(sandbox) == launcher
    assert sandbox.run(GOOD).status is Status.OK


_inherited = Sandbox()


def _run_in_child(_: int) -> tuple[str, int]:
    return str(_inherited.run(GOOD).status), launcher_of(_inherited)


def test_inherited_running_sandbox_is_left_to_the_parent() -> None:
    _inherited.start()
    launcher = launcher_of(_inherited)
    pid = os.fork()
    if pid == 0:
        status, own = _run_in_child(0)
        _inherited.stop()
        os._exit(0 if status == "ok" and own != launcher else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert launcher_of(_inherited) == launcher
    assert _inherited.run(GOOD).status is Status.OK
    _inherited.stop()


def test_interrupted_run_does_not_answer_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with started() as sandbox:
        launcher = launcher_of(sandbox)

        def interrupt(*args: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr("simulation.sandbox.client._exchange", interrupt)
            with pytest.raises(KeyboardInterrupt):
                sandbox.run("def f(): return {'joints': [[5, 5]], 'muscles': []}")
        verdict = sandbox.run("def f(): return {'joints': [[6, 6]], 'muscles': []}")
        assert verdict.value == {"joints": [[6.0, 6.0]], "muscles": []}
        assert launcher_of(sandbox) != launcher


def test_process_that_does_not_start_is_explained(tmp_path: Path) -> None:
    broken = tmp_path / "walker.py"
    broken.write_text("raise RuntimeError('no walker here')")
    with pytest.raises(SandboxUnavailable, match="did not start: RuntimeError: no walker here"):
        Sandbox(walker_file=broken).start()


def test_owners_environment_and_descriptors_stay_outside(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SECRET_KEY", "do-not-tell")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    with open("/etc/hosts") as held, started() as sandbox:
        os.set_inheritable(held.fileno(), True)
        if os.geteuid() == 0:
            for pid in (launcher_of(sandbox), zygote_of(sandbox)):
                assert "do-not-tell" not in Path(f"/proc/{pid}/environ").read_bytes().decode()
                assert open_descriptors(pid) <= 6
        probe = "import os, sys\nprint(dict(os.environ), sys.path, sys.argv)\ndef f(): return 1"
        assert sandbox.run(probe).stdout == "{} [] ['']\n"


@pytest.mark.parametrize("programs", [400, pytest.param(10_000, marks=pytest.mark.slow)], ids=str)
def test_programs_in_a_row_leave_neither_memory_nor_descriptors_behind(programs: int) -> None:
    """Good ones, ones that fail, and now and then one that is stopped, by the thousand."""
    if os.geteuid() != 0:
        pytest.skip("only root may look at the zygote's memory")
    kinds = (
        (GOOD, Status.OK),
        ("raise ValueError('x' * 10000)", Status.ERROR),
        (
            "x = np.ones(10**6)\ndef f(): return {'joints': [[x.sum(), 0]], 'muscles': []}",
            Status.OK,
        ),
        ("import os\nos._exit(1)", Status.BAD_RESULT),
        ("import ctypes\nctypes.string_at(0)", Status.CRASHED),
        ("def f(): return {'joints': [[0, 0]] * 100000, 'muscles': []}", Status.OUTPUT_TOO_LARGE),
        ("def f(): return {'joints': bytearray(2**30), 'muscles': []}", Status.ERROR),
    )
    limits = Limits(wall_s=20)
    with started() as fresh:
        launcher, zygote = launcher_of(fresh), zygote_of(fresh)
        for n in range(programs):
            source, status = kinds[n % len(kinds)]
            assert fresh.run(source, limits=limits, rng_seed=n).status is status
            if n == 100:
                before = memory_kb(zygote), memory_kb(os.getpid()), open_descriptors()
        after = memory_kb(zygote), memory_kb(os.getpid()), open_descriptors()
        assert (launcher_of(fresh), zygote_of(fresh)) == (launcher, zygote)
        assert after[0] - before[0] < 500  # [kB] of the zygote
        assert after[1] - before[1] < 4000  # [kB] of this process
        assert after[2] == before[2]
        assert open_descriptors(zygote) <= 6
        assert not children_of(zygote)


@pytest.mark.parametrize("ending", [lambda: os._exit(3), lambda: os.kill(os.getpid(), 15)])
def test_program_that_ended_in_the_moment_of_its_time_out_was_not_timed_out(ending) -> None:
    """Used to be told as a time-out that no kill ended, which workers took for a broken service."""
    pid = os.fork()
    if pid == 0:
        ending()
        os._exit(0)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)  # ended, and not waited for yet
    ended = zygote_module._wait(pid, started=time.monotonic() - 2, wall_s=1)
    assert not ended.timed_out
    assert (ended.code, ended.signal) in [(3, 0), (0, 15)]
