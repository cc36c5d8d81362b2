"""A sandbox behind a socket: the same ``run`` as a sandbox of our own, in another container.

The service says how a program ended and hands on the bytes that it wrote; those bytes are read
here, as strictly as those of a child of our own. What is no answer to the question asked raises
``SandboxUnavailable`` and never becomes a verdict, so that the job is tried again.
"""

import contextlib
import os
import secrets
import signal
import socket
import threading
import time
from typing import Any

from . import wire
from .inside.protocol import Ended
from .judge import LOST, Ran, encoded, judge
from .ladder import Tier, checked_report
from .managed import Managed
from .verdict import Limits, SandboxUnavailable, Verdict

SERVICE, VERSION = "elmweb-sandbox", 1
QUEUE_S = 20.0  # [s] a request may wait for a free slot of the service
_CONNECT_S, _HELLO_S = 5.0, 15.0  # [s] a service that starts its zygotes greets late
_SLACK_S = 5.0  # [s] for the network and for a zygote that starts again
_HEAD_BYTES = 65536
_MESSAGE_CHARACTERS = 300


class RemoteSandbox(Managed):
    """Programs run by the service at ``host:port``, at most ``slots`` at a time.

    Connections are kept and made again when they were closed meanwhile. Threads may share it; a
    fork makes connections of its own.
    """

    def __init__(
        self, host: str, port: int, *, slots: int = 1, limits: Limits | None = None
    ) -> None:
        self.limits = limits or Limits()
        self.slots = slots
        self.address = f"tcp://{host}:{port}"
        self.report: dict[str, Any] = {}  # the service's, from the newest connection
        self._peer = host, port
        self._owner = os.getpid()
        self._idle: list[socket.socket] = []
        self._lock = threading.Lock()
        self._turns = threading.BoundedSemaphore(slots)

    def start(self) -> None:
        """Connect, unless connected.

        Raises:
            SandboxUnavailable: the service does not answer, is none, or contains nothing.
        """
        with self._turn():
            self._put(self._idle_connection()[0])

    def stop(self) -> None:
        """Close the connections that nobody uses now."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def run(
        self, source: str, *, limits: Limits | None = None, rng_seed: int = 0, again: bool = False
    ) -> Verdict:
        """As ``SandboxPool.run``.

        Raises:
            SandboxUnavailable: the service is away, busy for too long, refuses, or answers
                something that is no answer. Nothing is known of the program then.
        """
        limits = limits or self.limits
        data = encoded(source, limits)
        if isinstance(data, Verdict):
            return data
        with self._turn():
            ran = self._ask(data, limits, rng_seed, again)
        return LOST if ran is None else judge(ran, limits)

    def _ask(self, source: bytes, limits: Limits, rng_seed: int, again: bool) -> Ran | None:
        """The answer to one request; None: the service lost its sandbox meanwhile."""
        number = secrets.randbits(62)
        head = {
            "run": number,
            "wall_s": limits.wall_s,
            "cpu_s": limits.cpu_s,
            "memory_mb": limits.memory_mb,
            "stack_mb": limits.stack_mb,
            "answer_bytes": limits.answer_bytes,
            "rng_seed": rng_seed & (2**64 - 1),
            "again": again,
        }
        frame = wire.pack(head, source)
        while True:
            connection, is_fresh = self._idle_connection()
            try:
                deadline = time.monotonic() + limits.wall_s + QUEUE_S + _SLACK_S
                wire.send(connection, frame, deadline)
                most = wire.Most(_HEAD_BYTES, limits.answer_bytes)
                answer = _read(*wire.receive(connection, most, deadline), number, limits)
            except BaseException as error:
                connection.close()  # whatever comes on it later belongs to no question
                if isinstance(error, TimeoutError):
                    raise self._unavailable("does not answer in time") from error
                # It closes connections that are idle for long. A program changes nothing, so
                # asking again on a new one is safe.
                if isinstance(error, OSError) and not is_fresh and _is_gone(error):
                    continue
                if isinstance(error, OSError):
                    raise self._unavailable(f"broke off: {error}") from error
                raise
            self._put(connection)
            return answer

    def _idle_connection(self) -> tuple[socket.socket, bool]:
        """A connection, and whether it was made just now."""
        with self._lock:
            if self._idle:
                return self._idle.pop(), False
        try:
            connection = socket.create_connection(self._peer, _CONNECT_S)
        except OSError as error:
            raise self._unavailable(f"cannot be reached: {error}") from error
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            deadline = time.monotonic() + _HELLO_S
            hello, _ = wire.receive(connection, wire.Most(_HEAD_BYTES, 0), deadline)
            self.report = self._read_hello(hello)
        except BaseException as error:
            connection.close()
            if isinstance(error, OSError):
                raise self._unavailable(f"is not answering as one: {error}") from error
            raise
        return connection, True

    def _read_hello(self, hello: dict[str, Any]) -> dict[str, Any]:
        if (hello.get("service"), hello.get("version")) != (SERVICE, VERSION):
            raise wire.BrokenFrame(
                f"expected {SERVICE} version {VERSION}, got {hello.get('service')!s:.40} "
                f"version {hello.get('version')!s:.10}"
            )
        try:
            report = checked_report(hello.get("report"))
        except ValueError as error:
            raise wire.BrokenFrame(f"its report is none: {error}") from None
        if report["tier"] == Tier.REFUSED:
            reason = report.get("reason") or "it does not say why"
            raise SandboxUnavailable(f"The sandbox at {self.address} refuses: {reason}", report)
        return report

    def _put(self, connection: socket.socket) -> None:
        with self._lock:
            self._idle.append(connection)

    @contextlib.contextmanager
    def _turn(self) -> Any:
        if self._owner != os.getpid():
            for connection in self._idle:
                connection.close()  # the fork's copies; the parent's stay open
            self._owner, self._idle = os.getpid(), []
            self._lock, self._turns = threading.Lock(), threading.BoundedSemaphore(self.slots)
        with self._turns:
            yield

    def _unavailable(self, what: str) -> SandboxUnavailable:
        return SandboxUnavailable(
            f"The sandbox service at {self.address} {what}"[:_MESSAGE_CHARACTERS]
            + ". Is it running, and is ELMWEB_SANDBOX right?"
        )


def _is_gone(error: OSError) -> bool:
    return isinstance(error, wire.Closed | ConnectionResetError | BrokenPipeError)


def _read(head: dict[str, Any], body: bytes, number: int, limits: Limits) -> Ran | None:
    """What an answer says.

    Raises:
        BrokenFrame: it is no answer to request ``number``.
        SandboxUnavailable: the service says that it could not run the program.
    """
    if head.get("run") != number or type(head.get("run")) is not int:
        raise wire.BrokenFrame("the answer belongs to another program")
    problem = head.get("problem")
    if problem == "lost":
        return None
    if problem is not None:
        said = str(head.get("sentence") or problem)[:_MESSAGE_CHARACTERS]
        raise SandboxUnavailable(f"The sandbox service says: {said}", {})
    ended = Ended(
        timed_out=wire.boolean(head, "timed_out"),
        signal=wire.number(head, "signal", 0, signal.NSIG, whole=True),
        code=wire.number(head, "code", 0, 255, whole=True),
        cpu_s=float(wire.number(head, "cpu_s", 0, 10 * limits.cpu_s + _SLACK_S)),
        wall_s=float(wire.number(head, "wall_s", 0, limits.wall_s + _SLACK_S)),
        rss_kb=wire.number(head, "rss_kb", 0, 2**40, whole=True),
    )
    if (ended.timed_out and ended.signal != signal.SIGKILL) or (ended.signal and ended.code):
        raise wire.BrokenFrame("no program can end in the way that is reported")
    too_much = wire.boolean(head, "too_much")
    if too_much and body:
        raise wire.BrokenFrame("an answer that was too long came all the same")
    return Ran(ended, None if too_much else body)
