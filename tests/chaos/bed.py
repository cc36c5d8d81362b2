"""The stack that chaos is let loose on: real processes, each of them within reach.

ELMWeb's own supervisor runs web and workers. Broker, PostgreSQL and the sandbox service, which
compose runs in containers of their own, are kept alive the way a restart policy would; between
the workers and the broker lies a link that can be cut.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import redis

from archive.services import presence
from elmweb.supervisor import broker
from tests.chaos.clock import Clock
from tests.chaos.kept import Kept
from tests.chaos.link import Link
from tests.postgres import Cluster
from tests.stack import Stack, family_of, free_port

DISK_MB = 768  # of the data folder: small enough to fill in a moment
ZYGOTE = "walker_file"  # in the command line of each process that programs are forked from


@dataclass(frozen=True)
class Part:
    """Something of the stack that can die."""

    name: str
    family: Callable[[], dict[tuple[int, int], str]]  # its processes; empty while it is down
    works: Callable[[float], bool]  # whether it does, since that moment of the monotonic clock


class Bed:
    """A running stack on a disk, a clock and a network of its own; leaving ends it all."""

    def __init__(self, *, postgres: bool, processes: int = 2) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="elmweb-chaos-"))
        self.folder.chmod(0o711)  # PostgreSQL's user passes through
        self.disk = self.folder / "disk"
        self.missing: dict[str, str] = {}  # faults that cannot be had here, and why
        self.clock = self._clock()
        self.logs = self.folder / "logs"
        self.alive = self.folder / "scheduler"  # touched after each of its rounds
        self.processes = processes
        self.cluster = Cluster(self.disk / "postgres", durable=True) if postgres else None
        broker_port = free_port()
        self.direct = redis.Redis(port=broker_port, socket_timeout=1, retry=None)
        self.link = Link(free_port(), broker_port)
        self.kept: dict[str, Kept] = {}
        self._sandbox_port = free_port() if postgres else None
        self.stack = Stack(self.disk / "data", **self._environment())
        self._ending = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as ending:
            ending.callback(shutil.rmtree, self.folder, ignore_errors=True)
            self.logs.mkdir()
            self._mount(ending)
            self._start_broker(ending)
            if self.cluster is not None:
                self.cluster.create()
                self._keep(ending, "postgres", self.cluster.command, signum=signal.SIGINT,
                           user=self.cluster.user)  # fmt: skip
                self.stack.until(self.cluster.answers, 30, "PostgreSQL")
                sandbox = ("-m", "simulation.sandbox.service", "--port", str(self._sandbox_port))
                self._keep(ending, "sandbox", (sys.executable, *sandbox))
            self._keep(ending, "supervisor", self.stack.command, env=self.stack.env)
            scheduler = (sys.executable, "manage.py", "scheduler")
            alive = {"ELMWEB_ALIVE_FILE": str(self.alive)}
            self._keep(ending, "scheduler", scheduler, env=self.stack.env | alive)
            self.stack.until_ready(120)
            self._ending = ending.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._ending.close()

    # --- what there is to hit

    def parts(self) -> list[Part]:
        """All parts of this stack."""
        parts = [
            Part("broker", self.kept["broker"].family, lambda since: self.works_broker()),
            Part("supervisor", self._supervisor, self._works_web),
            Part("web", lambda: self._supervised("web"), self._works_web),
            Part("evaluate worker", lambda: self._supervised("evaluate"), self._works_evaluate),
            Part("evaluate process", self._pool_process, self._works_evaluate),
            Part("model worker", lambda: self._supervised("model"),
                 lambda since: self._says("model", since)),
            Part("sandbox", self._sandbox, lambda since: bool(self._sandbox())),
            Part("scheduler", self.kept["scheduler"].family, self._works_scheduler),
        ]  # fmt: skip
        if (cluster := self.cluster) is not None:
            family = self.kept["postgres"].family
            parts.append(Part("postgres", family, lambda since: cluster.answers()))
        return parts

    def _supervisor(self) -> dict[tuple[int, int], str]:
        """The supervisor alone: the kernel ends the others with it."""
        pid = self.kept["supervisor"].pid
        return {key: text for key, text in family_of(pid).items() if key[0] == pid} if pid else {}

    def _supervised(self, name: str) -> dict[tuple[int, int], str]:
        pid = self._pid(name)
        return family_of(pid) if pid else {}

    def _pid(self, name: str) -> int | None:
        with contextlib.suppress(OSError, ValueError):
            return self.stack.pid(name)
        return None

    def _pool_process(self) -> dict[tuple[int, int], str]:
        """One process of the evaluate worker's pool, without what it started."""
        pid = self._pid("evaluate")
        children = [
            key for key in (family_of(pid) if pid else {}) if _parent(key[0]) == pid
        ]  # fmt: skip
        return {children[-1]: "pool process"} if children else {}

    def _sandbox(self) -> dict[tuple[int, int], str]:
        if "sandbox" in self.kept:
            return self.kept["sandbox"].family()
        family = self._supervised("evaluate")
        zygotes = [key for key, command in family.items() if ZYGOTE in command]
        return {zygotes[0]: "zygote"} if zygotes else {}

    # --- whether it works

    def works_broker(self) -> bool:
        """Whether the broker takes writes: one on a full disk answers, and takes none."""
        with contextlib.suppress(redis.RedisError):
            return bool(self.direct.set("chaos:probe", 1, ex=10))
        return False

    def _works_web(self, since: float) -> bool:
        return self.stack.get("/healthz")[0] == 200

    def _works_evaluate(self, since: float) -> bool:
        pid = self._pid("evaluate")
        processes = [p for p, _ in (family_of(pid) if pid else {}) if _parent(p) == pid]
        return len(processes) >= self.processes and self._says("evaluate", since)

    def _says(self, kind: str, since: float) -> bool:
        """Whether the worker gave a sign of life since then; it does so every 3 s."""
        with contextlib.suppress(redis.RedisError):
            left = self.direct.pttl(f"elmweb:worker:{kind}")
            age = presence.FADES - int(left) / 1000  # type: ignore[arg-type]
            return time.monotonic() - age > since
        return False

    def _works_scheduler(self, since: float) -> bool:
        """Whether it ended a round since then."""
        with contextlib.suppress(OSError):
            return time.monotonic() - (time.time() - self.alive.stat().st_mtime) > since
        return False

    # --- making it

    def _clock(self) -> Clock | None:
        try:
            return Clock(self.folder)
        except FileNotFoundError as reason:
            self.missing["set clock"] = str(reason)
            return None

    def _environment(self) -> dict[str, str]:
        environment = {
            "ELMWEB_REDIS_URL": f"redis://127.0.0.1:{self.link.port}/0",
            "ELMWEB_EVALUATE_PROCESSES": str(self.processes),
        }
        if self.cluster is not None:
            environment["DATABASE_URL"] = self.cluster.url()
            environment["ELMWEB_SANDBOX"] = f"tcp://127.0.0.1:{self._sandbox_port}"
        if self.clock is not None:
            environment |= self.clock.environment
        return environment

    def _mount(self, ending: ExitStack) -> None:
        self.disk.mkdir(mode=0o755)
        options = f"size={DISK_MB}m,mode=0755"
        if os.getuid() != 0:
            self.missing["fill disk"] = "only root may mount a small disk for the data folder"
            return
        mount = ["mount", "-t", "tmpfs", "-o", options, "elmweb-chaos", str(self.disk)]
        done = subprocess.run(mount, capture_output=True, text=True)
        if done.returncode:
            self.missing["fill disk"] = f"no small disk can be mounted here: {done.stderr.strip()}"
        else:
            ending.callback(subprocess.run, ["umount", "-l", str(self.disk)], check=False)

    def _start_broker(self, ending: ExitStack) -> None:
        folder = self.disk / "broker"
        folder.mkdir(mode=0o700)
        unix = broker.server_command(broker.find_broker().path, folder / "sock", folder)
        port = str(self.direct.connection_pool.connection_kwargs["port"])
        self._keep(ending, "broker", (*unix, "--port", port, "--bind", "127.0.0.1"))
        self.stack.until(self.works_broker, 10, "the broker")
        self.link.start()
        ending.callback(self.link.stop)

    def _keep(
        self,
        ending: ExitStack,
        name: str,
        command: tuple[str, ...],
        *,
        env: dict[str, str] | None = None,
        user: str | None = None,
        signum: int = signal.SIGTERM,
    ) -> None:
        kept = self.kept[name] = Kept(command, self.logs / f"{name}.log", env=env, user=user)
        kept.start()
        ending.callback(kept.stop, signum)

    def every_log(self) -> Iterator[Path]:
        """All log files of all parts."""
        yield from sorted(self.logs.glob("*.log"))
        yield from sorted((self.stack.data / "logs").glob("*.log*"))


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0
