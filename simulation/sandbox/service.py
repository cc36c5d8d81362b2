"""The sandbox as a TCP service, for a container that holds nothing else.

    python -m simulation.sandbox.service --host 0.0.0.0 --port 7101
    python -m simulation.sandbox.service --check    # is the one on this machine well?

It needs the standard library, numpy and this package; no settings, no secrets. Who can reach the
port can have programs run, and nothing more: put it on a network of its own. A request above the
limits below, or bytes that are no request, ends the connection and nothing else.
"""

import argparse
import contextlib
import errno
import json
import os
import signal
import socket
import sys
import threading
import time
from dataclasses import asdict
from typing import Any, NoReturn

from . import environment, wire
from .ladder import Tier, explain
from .pool import PoolBusy, SandboxPool
from .process import SandboxLost
from .remote import QUEUE_S, SERVICE, VERSION, RemoteSandbox
from .verdict import Limits, SandboxUnavailable

PORT = 7101
MOST = wire.Most(head=2048, body=2**20)  # of a request
MOST_CONNECTIONS = 24  # each is a thread; a container has few processes to give
_IDLE_S = 300.0  # [s] without a request, then the worker has to connect again
_REQUEST_S = 10.0  # [s] from a request's first byte to its last, and for sending an answer
_STACK_MB, _ANSWER_BYTES = (1, 64), (1, 4 * 2**20)
_SEED = (0, 2**64 - 1)


class Service:
    """Serves a pool on a listening socket, one thread for each connection."""

    def __init__(self, pool: SandboxPool, listener: socket.socket) -> None:
        self._pool = pool
        self._listener = listener
        self._places = threading.BoundedSemaphore(MOST_CONNECTIONS)

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def serve(self) -> None:
        """Answer until ``close``."""
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError as error:
                if self._listener.fileno() < 0 or error.errno in (errno.EBADF, errno.EINVAL):
                    return
                time.sleep(0.1)  # out of descriptors for a moment
                continue
            if not self._places.acquire(blocking=False):
                connection.close()  # the worker says that it broke off, and tries again
                continue
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _talk(self, connection: socket.socket) -> None:
        try:
            with connection, contextlib.suppress(OSError):
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._send(connection, self._hello())
                while True:
                    deadline = time.monotonic() + _IDLE_S
                    head, source = wire.receive(connection, MOST, deadline, rest_s=_REQUEST_S)
                    self._send(connection, *self._answer(head, source))
        finally:
            self._places.release()

    def _send(self, connection: socket.socket, head: dict[str, Any], body: bytes = b"") -> None:
        wire.send(connection, wire.pack(head, body), time.monotonic() + _REQUEST_S)

    def _hello(self) -> dict[str, Any]:
        return {"service": SERVICE, "version": VERSION, "report": self._report()}

    def _report(self) -> dict[str, Any]:
        """The report on the first slot, whose start waits for the program that runs in it."""
        if self._pool.report.get("tier", Tier.REFUSED) != Tier.REFUSED:
            return self._pool.report
        try:
            self._pool.start()
        except SandboxUnavailable as unavailable:
            report = {"layers": {}, **unavailable.report}
            return {**report, "tier": str(Tier.REFUSED), "reason": str(unavailable)}
        return self._pool.report

    def _answer(self, head: dict[str, Any], source: bytes) -> tuple[dict[str, Any], bytes]:
        """Head and body of the answer to one request.

        Raises:
            BrokenFrame: it is no request.
        """
        number = wire.number(head, "run", 0, 2**62, whole=True)
        limits = _limits(head)
        rng_seed = wire.number(head, "rng_seed", *_SEED, whole=True)
        again = wire.boolean(head, "again")
        answer: dict[str, Any] = {"run": number}
        try:
            ran = self._pool.run_bytes(source, limits, rng_seed, again=again, wait_s=QUEUE_S)
        except SandboxLost:
            return {**answer, "problem": "lost"}, b""
        except PoolBusy as busy:
            return {**answer, "problem": "busy", "sentence": str(busy)}, b""
        except SandboxUnavailable as unavailable:
            return {**answer, "problem": "unavailable", "sentence": str(unavailable)}, b""
        answer |= {**asdict(ran.ended), "too_much": ran.answer is None}
        return answer, ran.answer or b""


def _limits(head: dict[str, Any]) -> Limits:
    return Limits(
        wall_s=float(wire.number(head, "wall_s", *environment.WALL_S)),
        cpu_s=wire.number(head, "cpu_s", *environment.CPU_S, whole=True),
        memory_mb=wire.number(head, "memory_mb", *environment.MEMORY_MB, whole=True),
        stack_mb=wire.number(head, "stack_mb", *_STACK_MB, whole=True),
        answer_bytes=wire.number(head, "answer_bytes", *_ANSWER_BYTES, whole=True),
    )


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=64)


def main(arguments: list[str] | None = None) -> None:
    """Serve, or look at the service that runs here."""
    parser = argparse.ArgumentParser(
        prog="python -m simulation.sandbox.service", description=__doc__
    )
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--check", action="store_true", help="ask the service at host and port")
    given = parser.parse_args(arguments)
    if given.check:
        _check("127.0.0.1" if given.host == "0.0.0.0" else given.host, given.port)
    try:
        setting = environment.read_setting(slots=min(os.cpu_count() or 1, environment.SLOTS[1]))
    except ValueError as error:
        parser.error(str(error))
    pool = SandboxPool(setting.slots, setting.limits)
    try:
        service = Service(pool, listen(given.host, given.port))
    except OSError as error:
        sys.exit(f"cannot listen on {given.host}:{given.port}: {error}")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: service.close())
    report = service._report()
    print(f"sandbox service on {given.host}:{service.port}, {setting.slots} slots", flush=True)
    print("\n".join(explain(report)), flush=True)
    try:
        service.serve()
    finally:
        pool.stop()


def _check(host: str, port: int) -> NoReturn:
    """Run one program through the service; exit status 0 when it did."""
    try:
        with RemoteSandbox(host, port) as sandbox:
            verdict = sandbox.run("def f(): return {'joints': [[0, 0]], 'muscles': []}")
    except SandboxUnavailable as unavailable:
        sys.exit(str(unavailable))
    print(json.dumps({"tier": sandbox.report["tier"], "status": verdict.status}))
    sys.exit(0 if verdict.status == "ok" else 1)


if __name__ == "__main__":
    main()
