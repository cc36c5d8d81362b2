"""The sandbox works wherever it is installed and whoever runs it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulation.sandbox import Tier

ROOT = Path(__file__).parent.parent.parent
ORDINARY_USER = 12345
RUN = """
import json, sys
sys.path.insert(0, sys.argv[1])
from simulation.sandbox import Sandbox
sandbox = Sandbox()
sandbox._without = frozenset(sys.argv[2].split())
with sandbox:
    verdicts = [sandbox.run(source) for source in json.loads(sys.argv[3])]
    print(json.dumps([sandbox.report["tier"], sandbox.report["uid"], [v.status for v in verdicts]]))
"""
SOURCES = [
    "def f():\n    w = walker_creator()\n    w.add_joint(1, 2)\n    return w",
    "import os\nos.kill(os.getppid(), 9)",
    "open('/etc/hostname')",
    "import ctypes\nctypes.CDLL(None).unshare(0x10000000)",
]
STATUSES = ["ok", "error", "error", "forbidden_syscall"]


def run_as(user: int | None, root: Path, python: str, without: str) -> list[object]:
    command = [python, "-c", RUN, str(root), without, json.dumps(SOURCES)]
    rights = {"user": user, "group": user, "extra_groups": []} if user else {}
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, **rights)  # type: ignore[call-overload]
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


@pytest.fixture
def system_python() -> str:
    """An interpreter that every user may run."""
    python = shutil.which("python3", path="/usr/bin:/usr/local/bin")
    version = "import sys; print(sys.version_info >= (3, 11))"
    if python and subprocess.check_output([python, "-c", version], text=True) == "True\n":
        return python
    pytest.skip("there is no Python 3.11 or newer that every user may run")


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Path]:
    """The package on its own, in a folder that only its owner may enter."""
    package = tmp_path / "private" / "simulation"
    package.mkdir(parents=True)
    for name in ("__init__.py", "walker.py"):
        shutil.copy(ROOT / "simulation" / name, package)
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "simulation" / "sandbox", package / "sandbox", ignore=ignore)
    package.parent.chmod(0o500)
    yield package.parent
    package.parent.chmod(0o700)


@pytest.mark.parametrize("without", ["", "namespaces"])
def test_ordinary_user_runs_programs(without: str, system_python: str, tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("the other tests are this test when they do not run as root")
    public = Path("/tmp") / f"elmweb-public-{os.getpid()}"
    shutil.copytree(ROOT / "simulation", public / "simulation")
    for path in [public, *public.rglob("*")]:
        path.chmod(0o755)
    try:
        tier, uid, statuses = run_as(ORDINARY_USER, public, system_python, without)
    finally:
        shutil.rmtree(public)
    assert tier in (Tier.STRICT, Tier.LOCKED)
    if without:
        assert tier == Tier.LOCKED
    assert uid == ORDINARY_USER
    assert statuses == STATUSES


def test_private_read_only_folder_without_the_rest_of_the_application(copy: Path) -> None:
    """The launcher becomes nobody, so everything has to be read before that."""
    tier, uid, statuses = run_as(None, copy, sys.executable, "")
    assert tier in (Tier.STRICT, Tier.LOCKED)
    assert uid == (65534 if os.geteuid() == 0 else os.geteuid())
    assert statuses == STATUSES


@pytest.mark.parametrize("absent", ["django", "celery", "redis", "torch", "numpy", "pymunk"])
def test_sandbox_imports_without(absent: str) -> None:
    code = f"import sys; sys.modules[{absent!r}] = None; import simulation.sandbox"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
