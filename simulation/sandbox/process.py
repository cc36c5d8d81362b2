"""The sandbox's own process: started with a clean environment, found dead, put away."""

import array
import contextlib
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from .inside.protocol import Ended, Job
from .verdict import SandboxUnavailable

_HERE = Path(__file__).resolve().parent
WALKER_FILE = _HERE.parent / "walker.py"
_BOOT = (
    "import sys; sys.path.insert(0, sys.argv[1]); import json; from inside.launcher import main; "
    "main(int(sys.argv[2]), json.loads(sys.argv[3]))"
)
# -s -P -B, not -I: that would ignore PYTHONHASHSEED.
_FLAGS = ("-s", "-P", "-B")
_ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LC_ALL": "C.UTF-8",
    "PYTHONHASHSEED": "0",  # the same program walks the same order of every set
    "OPENBLAS_NUM_THREADS": "1",  # unshare(CLONE_NEWUSER) wants a single thread
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
}
_START_TIMEOUT_S = 30.0
_STOP_TIMEOUT_S = 5.0
_REPORT_BYTES = 65536


class SandboxLost(ConnectionError):
    """The zygote went away or does not answer."""


class ZygoteProcess:
    """A running zygote and the control socket to it."""

    def __init__(self, process: subprocess.Popen[bytes], control: socket.socket) -> None:
        self._process = process
        self._control = control
        self.owner = os.getpid()
        self.report: dict[str, Any] = {}

    @property
    def pid(self) -> int:
        """The launcher's pid; the zygote is its only child."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def send(self, job: Job, channel: socket.socket) -> None:
        """Ask for one program to be run; it arrives on the other end of ``channel``.

        Raises:
            SandboxLost: nothing was started.
        """
        descriptor = array.array("i", [channel.fileno()])
        try:
            self._control.sendmsg(
                [job.to_bytes()], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, descriptor)]
            )
        except OSError as error:
            raise SandboxLost(str(error)) from error

    def wait(self, timeout_s: float) -> Ended:
        """How the program ended.

        Raises:
            SandboxLost: no answer in time, or the zygote is gone.
        """
        self._control.settimeout(max(timeout_s, 0.05))
        try:
            message = self._control.recv(_REPORT_BYTES)
        except OSError as error:
            raise SandboxLost(str(error)) from error
        if not message:
            raise SandboxLost("the zygote ended")
        return Ended.from_bytes(message)

    def stop(self) -> None:
        """End launcher, zygote and program. A copy inherited by fork is only let go of."""
        self._control.close()
        if self.owner != os.getpid():
            self._process.returncode = 0  # not our child: nothing to wait for
            return
        with contextlib.suppress(PermissionError):  # root without CAP_KILL: EOF ends it
            self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_STOP_TIMEOUT_S)


def cpu_of_tree(pid: int) -> float:
    """Processor time [s] of a process, its children, and those it has waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = sum(int(field) for field in fields[11:15])  # utime, stime, cutime, cstime
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return ticks / os.sysconf("SC_CLK_TCK") + sum(cpu_of_tree(int(child)) for child in children)


def start(walker_file: Path, without: frozenset[str]) -> ZygoteProcess:
    """Start a zygote and return it with its report.

    Raises:
        SandboxUnavailable: it did not come up; the text holds the last line it wrote.
    """
    if not sys.platform.startswith("linux"):
        raise SandboxUnavailable("Programs can be run on Linux only; use docker compose.")
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    config = {"owner": os.getpid(), "walker_file": str(walker_file), "without": sorted(without)}
    command = [sys.executable, *_FLAGS, "-c", _BOOT]
    command += [str(_HERE), str(theirs.fileno()), json.dumps(config)]
    with theirs:
        process = subprocess.Popen(
            command,
            env=_ENVIRONMENT,
            cwd="/",
            pass_fds=(theirs.fileno(),),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C in a terminal is the owner's business
        )
    zygote = ZygoteProcess(process, ours)
    ours.settimeout(_START_TIMEOUT_S)
    try:
        message = ours.recv(_REPORT_BYTES)
    except OSError:
        message = b""
    with process.stderr or contextlib.nullcontext() as stderr:
        if not message:
            zygote.stop()
            said = stderr.read(_REPORT_BYTES).decode(errors="replace").strip() if stderr else ""
            last = said.splitlines()[-1] if said else "no message"
            raise SandboxUnavailable(f"The sandbox's process did not start: {last}")
    zygote.report = json.loads(message)
    return zygote
