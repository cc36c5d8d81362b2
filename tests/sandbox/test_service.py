"""The sandbox as a service: the same verdicts, and never one that nobody gave."""

import contextlib
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulation.sandbox import (
    Limits,
    RemoteSandbox,
    Sandbox,
    SandboxPool,
    SandboxUnavailable,
    Status,
    Tier,
    wire,
)
from simulation.sandbox import remote as remote_module
from simulation.sandbox import service as service_module
from simulation.sandbox.service import Service, listen

from .conftest import GOOD
from .corpus import Attack, attacks

ROOT = Path(__file__).parent.parent.parent
LONG = Limits(wall_s=20)
FUZZ = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
ECHO = "def f(): return {{'joints': [[{n}, 0]], 'muscles': []}}"


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    pool = SandboxPool(2)
    with contextlib.suppress(SandboxUnavailable):
        pool.start()
    service = Service(pool, listen("127.0.0.1", 0))
    threading.Thread(target=service.serve, daemon=True).start()
    yield service
    service.close()
    pool.stop()


@pytest.fixture(scope="module")
def remote(service: Service) -> Iterator[RemoteSandbox]:
    with connected(service.port) as remote:
        yield remote


def connected(port: int, **settings: Any) -> RemoteSandbox:
    remote = RemoteSandbox("127.0.0.1", port, limits=LONG, **settings)
    try:
        remote.start()
    except SandboxUnavailable as unavailable:
        if unavailable.report.get("tier") == Tier.REFUSED:
            pytest.skip(str(unavailable))
        raise
    return remote


PROGRAMS = [
    GOOD,
    "raise ValueError('no')",
    "def f(:",
    "x = 1",
    "import os\nos._exit(3)",
    "import ctypes\nctypes.string_at(0)",
    "import ctypes\nctypes.CDLL(None).unshare(0x10000000)",
    "def f(): return {'joints': [[1, 2]] * 100000, 'muscles': []}",
    "import random\n"
    "def f(): return {'joints': [[random.random(), np.random.rand()]], 'muscles': []}",
    "print('x' * 9000)\ndef f(): return 7",
    "#" * 70000,
    "\ud800",
]


@pytest.mark.parametrize("source", PROGRAMS, ids=range(len(PROGRAMS)))
def test_service_gives_the_verdict_of_a_sandbox_of_our_own(
    source: str, remote: RemoteSandbox, sandbox: Sandbox
) -> None:
    there, here = remote.run(source, rng_seed=3), sandbox.run(source, rng_seed=3, limits=LONG)
    assert (there.status, there.value, there.error, there.line, there.stdout) == (
        (here.status, here.value, here.error, here.line, here.stdout)
    )
    if here.status is not Status.CRASHED:
        assert there.message == here.message


def test_limits_travel_with_the_program(remote: RemoteSandbox) -> None:
    sleeping = remote.run("import time\ntime.sleep(9)", limits=Limits(wall_s=0.3))
    assert sleeping.status is Status.TIMEOUT
    assert "0.3 s" in sleeping.message
    hungry = "x = bytearray(100 * 2**20)\ndef f(): return {'joints': [[0, 0]], 'muscles': []}"
    assert remote.run(hungry).status is Status.OK
    assert remote.run(hungry, limits=Limits(wall_s=20, memory_mb=64)).error == "MemoryError"


def test_second_opinion_comes_from_another_zygote(remote: RemoteSandbox) -> None:
    address = "def f(): return {'joints': [[id(f) / 2**20, 0]], 'muscles': []}"
    assert remote.run(address).value != remote.run(address, again=True).value


def test_threads_share_a_remote_sandbox(service: Service) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with connected(service.port, slots=3) as remote, ThreadPoolExecutor(6) as threads:
        verdicts = threads.map(lambda n: remote.run(ECHO.format(n=n)), range(30))
        for n, verdict in enumerate(verdicts):
            assert verdict.value == {"joints": [[float(n), 0.0]], "muscles": []}


def test_forked_process_makes_connections_of_its_own(service: Service) -> None:
    with connected(service.port) as remote:
        remote.run(GOOD)
        pid = os.fork()
        if pid == 0:
            ok = all(remote.run(ECHO.format(n=n)).value["joints"][0][0] == n for n in range(5))  # type: ignore[index]
            os._exit(0 if ok else 1)
        for n in range(5):
            assert remote.run(ECHO.format(n=-n)).value == {"joints": [[-n, 0.0]], "muscles": []}
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_connection_closed_while_idle_is_made_again(service: Service) -> None:
    with connected(service.port) as remote:
        assert remote.run(GOOD).status is Status.OK
        remote._idle[0].shutdown(socket.SHUT_RDWR)
        assert remote.run(GOOD).status is Status.OK


def test_zygote_lost_at_the_service_is_no_verdict_on_the_program(service: Service) -> None:
    with connected(service.port) as remote:
        remote.run(GOOD)
        pids = [box._zygote.pid for box in service._pool._sandboxes if box._zygote]
        timer = threading.Timer(0.3, lambda: [os.kill(pid, signal.SIGKILL) for pid in pids])
        timer.start()
        assert remote.run("import time\ntime.sleep(9)").status is Status.SANDBOX_LOST
        assert remote.run(GOOD).status is Status.OK


def test_request_above_the_limits_is_refused_and_the_service_goes_on(
    remote: RemoteSandbox,
) -> None:
    with pytest.raises(SandboxUnavailable, match="broke off"):
        remote.run(GOOD, limits=Limits(wall_s=3600))
    assert remote.run(GOOD).status is Status.OK


def test_full_service_says_so(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_module, "QUEUE_S", 0.1)
    with connected(service.port, slots=3) as remote:
        long = "import time\ntime.sleep(3)"
        threads = [threading.Thread(target=remote.run, args=(long,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        while not service._pool._idle.empty():
            time.sleep(0.02)
        with pytest.raises(SandboxUnavailable, match="all 2 slots were busy"):
            remote.run(GOOD)
        for thread in threads:
            thread.join()
        assert remote.run(GOOD).status is Status.OK


STATE = [attack for attack in attacks() if attack.times > 1 or attack.name.startswith("31")]


@pytest.mark.parametrize("attack", STATE, ids=lambda attack: attack.name)
def test_attack_on_state_and_results_is_contained_at_the_service(
    attack: Attack, remote: RemoteSandbox
) -> None:
    for _ in range(attack.times):
        verdict = remote.run(attack.source)
        assert verdict.status in attack.expected, verdict
        assert not (verdict.value and [666.0, 666.0] in verdict.value["joints"])
    assert remote.run(GOOD).status is Status.OK


# --- bytes to the service


def talk(port: int, data: bytes, wait_s: float = 5.0) -> bytes:
    """What the service says to raw bytes until it closes."""
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        wire.receive(connection, wire.Most(65536, 0), time.monotonic() + 10)
        connection.settimeout(wait_s)
        with contextlib.suppress(OSError):
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b""))
    return b""


def request(**changed: Any) -> dict[str, Any]:
    usual = {"wall_s": 2.0, "cpu_s": 1, "memory_mb": 192, "stack_mb": 16, "answer_bytes": 99999}
    return {"run": 1, **usual, "rng_seed": 0, "again": False, **changed}


def test_raw_request_is_answered(service: Service) -> None:
    answer = talk(service.port, wire.pack(request(), ECHO.format(n=4).encode()))
    assert b'"timed_out": false' in answer
    assert b"[[4, 0]]" in answer


@FUZZ
@given(data=st.binary(max_size=400))
def test_random_bytes_get_no_answer_and_do_no_harm(data: bytes, service: Service) -> None:
    assert talk(service.port, data) == b""


@FUZZ
@given(
    head=st.dictionaries(
        st.sampled_from([*request(), "other"]),
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(max_size=5),
        max_size=12,
    ),
    body=st.binary(max_size=50),
)
def test_well_formed_frame_with_odd_fields_gets_no_answer(
    head: dict[str, Any], body: bytes, service: Service
) -> None:
    assert talk(service.port, wire.pack(head, body)) == b""


@pytest.mark.parametrize(
    "changed",
    [
        {"wall_s": 0}, {"wall_s": 61}, {"wall_s": True}, {"cpu_s": 1.5}, {"memory_mb": 10**6},
        {"stack_mb": 0}, {"answer_bytes": 2**40}, {"rng_seed": -1}, {"rng_seed": 2**64},
        {"again": 1}, {"run": "1"}, {"run": None}, {"run": 2**63},
    ],
)  # fmt: skip
def test_request_with_one_wrong_field_gets_no_answer(
    changed: dict[str, Any], service: Service
) -> None:
    assert talk(service.port, wire.pack(request(**changed), GOOD.encode())) == b""


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\nHost: sandbox\r\n\r\n",
        b"ELM1" + b"\xff" * 12,
        b"ELM1" + struct.pack("!III", 0, 100, 2**32 - 1),
        b"ELM1" + struct.pack("!III", 0, 10, 10),
        wire.pack(request(), b"x" * (2**20 + 1)),
        wire.pack(request(other="x" * 4000)),
        wire.pack(request(), GOOD.encode())[:-1],
        b"*1\r\n$4\r\nPING\r\n",
    ],
)
def test_what_is_no_request_is_answered_with_nothing(data: bytes, service: Service) -> None:
    assert talk(service.port, data) == b""


def test_program_of_any_bytes_is_a_verdict(service: Service) -> None:
    answer = talk(service.port, wire.pack(request(), b"\xff\x00\xfe" * 100))
    assert b'"run": 1' in answer


def test_dawdling_request_is_cut_off(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_module, "_REQUEST_S", 0.3)
    with socket.create_connection(("127.0.0.1", service.port), 5) as connection:
        wire.receive(connection, wire.Most(65536, 0), time.monotonic() + 10)
        connection.sendall(b"ELM1")
        connection.settimeout(5)
        assert connection.recv(1) == b""


def test_crowd_of_connections_leaves_room_again_when_it_goes(service: Service) -> None:
    crowd = []
    for _ in range(service_module.MOST_CONNECTIONS + 8):
        crowd.append(socket.create_connection(("127.0.0.1", service.port), 5))
    for connection in crowd:
        connection.close()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with contextlib.suppress(SandboxUnavailable), connected(service.port) as remote:
            assert remote.run(GOOD).status is Status.OK
            return
        time.sleep(0.1)
    pytest.fail("the service did not take new connections any more")


# --- bytes from the service


class Liar:
    """A service that greets and then answers each request with what ``reply`` makes of it."""

    def __init__(self, reply: Callable[[dict[str, Any]], bytes], hello: bytes | None = None):
        self._reply = reply
        self._hello = hello if hello is not None else wire.pack(HELLO)
        self._listener = listen("127.0.0.1", 0)
        self.port = self._listener.getsockname()[1]
        self.asked = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def __enter__(self) -> "Liar":
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        most = wire.Most(2**20, 2**21)
        with connection, contextlib.suppress(OSError):
            connection.sendall(self._hello)
            while True:
                head, _ = wire.receive(connection, most, time.monotonic() + 20)
                self.asked += 1
                answer = self._reply(head)
                connection.sendall(answer)
                if not answer.startswith(wire.MAGIC):
                    return


LAYER = {"active": True, "holds": True, "refused": {"exec": True}}
HELLO = {
    "service": "elmweb-sandbox",
    "version": 1,
    "report": {"tier": "strict", "layers": {"seccomp": LAYER}},
}
ENDED = {"timed_out": False, "signal": 0, "code": 0, "cpu_s": 0.01, "wall_s": 0.01, "rss_kb": 9}
BODY = json.dumps({"result": {"joints": [[1, 2]], "muscles": []}}).encode()


def answer(head: dict[str, Any], body: bytes = BODY, **changed: Any) -> bytes:
    return wire.pack({"run": head["run"], **ENDED, "too_much": False, **changed}, body)


def no_verdict(liar: Liar, words: str, limits: Limits = LONG) -> None:
    with connected(liar.port) as remote, pytest.raises(SandboxUnavailable, match=words):
        remote.run(GOOD, limits=limits)


def test_honest_answer_is_a_verdict() -> None:
    with Liar(answer) as liar, connected(liar.port) as remote:
        assert remote.run(GOOD).value == {"joints": [[1.0, 2.0]], "muscles": []}


@FUZZ
@given(data=st.binary(max_size=300))
def test_random_bytes_from_the_service_are_never_a_verdict(data: bytes) -> None:
    with Liar(lambda head: data) as liar:
        no_verdict(liar, "sandbox service at tcp://", Limits(wall_s=0.1))


@FUZZ
@given(place=st.integers(0, 10**6), value=st.integers(1, 255), cut=st.booleans())
def test_damaged_answer_is_never_a_verdict(place: int, value: int, cut: bool) -> None:
    """One byte changed, or everything behind it lost."""

    def damaged(head: dict[str, Any]) -> bytes:
        frame = bytearray(answer(head))
        at = place % len(frame)
        if cut:
            return bytes(frame[:at]) or b"x"
        frame[at] ^= value
        # Only what is not a frame at all makes Liar hang up, as a broken service would.
        return bytes(frame)

    with Liar(damaged) as liar, pytest.MonkeyPatch.context() as patch:
        patch.setattr(remote_module, "QUEUE_S", 0.2)
        patch.setattr(remote_module, "_SLACK_S", 0.2)
        with connected(liar.port) as remote, pytest.raises(SandboxUnavailable):
            remote.run(GOOD, limits=Limits(wall_s=0.1))


@pytest.mark.parametrize(
    "changed",
    [
        {"run": 7}, {"run": None}, {"run": True}, {"timed_out": 0}, {"timed_out": None},
        {"timed_out": True}, {"signal": -1}, {"signal": 999}, {"signal": "KILL"}, {"code": 256},
        {"signal": 9, "code": 1}, {"cpu_s": -1}, {"cpu_s": 1e9}, {"cpu_s": "1"}, {"wall_s": 1e9},
        {"wall_s": None}, {"rss_kb": 1.5}, {"rss_kb": -1}, {"too_much": 1}, {"too_much": True},
    ],
)  # fmt: skip
def test_answer_with_one_wrong_field_is_never_a_verdict(changed: dict[str, Any]) -> None:
    with Liar(lambda head: answer(head, **changed)) as liar:
        no_verdict(liar, "broke off")


@pytest.mark.parametrize("field", [*ENDED, "too_much", "run"])
def test_answer_without_a_field_is_never_a_verdict(field: str) -> None:
    def reply(head: dict[str, Any]) -> bytes:
        fields = {"run": head["run"], **ENDED, "too_much": False}
        del fields[field]
        return wire.pack(fields, BODY)

    with Liar(reply) as liar:
        no_verdict(liar, "broke off")


def test_answer_to_an_earlier_question_is_not_taken_for_this_one() -> None:
    first: list[bytes] = []

    def reply(head: dict[str, Any]) -> bytes:
        first.append(answer(head))
        return first[0]

    with Liar(reply) as liar, connected(liar.port) as remote:
        assert remote.run(GOOD).status is Status.OK
        with pytest.raises(SandboxUnavailable, match="another program"):
            remote.run(GOOD)


def test_answer_larger_than_allowed_is_refused_before_it_is_read() -> None:
    with Liar(lambda head: answer(head, b"x" * 600_000)) as liar:
        no_verdict(liar, "at most 524288 may come")


def test_what_a_lying_service_calls_a_result_is_read_as_strictly_as_any() -> None:
    forged = json.dumps({"result": {"joints": [[1, "x"]], "muscles": []}}).encode()
    with Liar(lambda head: answer(head, forged)) as liar, connected(liar.port) as remote:
        assert remote.run(GOOD).status is Status.BAD_RESULT


def test_silent_service_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_module, "QUEUE_S", 0.2)
    monkeypatch.setattr(remote_module, "_SLACK_S", 0.2)

    def reply(head: dict[str, Any]) -> bytes:
        time.sleep(3)
        return answer(head)

    with Liar(reply) as liar, connected(liar.port) as remote:
        before = time.monotonic()
        with pytest.raises(SandboxUnavailable, match="does not answer in time"):
            remote.run(GOOD, limits=Limits(wall_s=0.1))
        assert time.monotonic() - before < 2


def hello(**changed: Any) -> bytes:
    return wire.pack({**HELLO, **changed})


@pytest.mark.parametrize(
    ("greeting", "words"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "expected a frame that begins with"),
        (b"-ERR unknown command\r\n", "expected a frame that begins with"),
        (hello(service="other"), "got other version 1"),
        (hello(version=2), "expected elmweb-sandbox version 1"),
        (hello(report=None), "its report is none"),
        (hello(report={"tier": "splendid", "layers": {}}), "no tier called 'splendid'"),
        (hello(report={"tier": "strict", "layers": {"seccomp": 1}}), "its report is none"),
        (hello(report={"tier": "refused", "layers": {}, "reason": "too old"}), "too old"),
        (wire.MAGIC + struct.pack("!III", 0, 2**31, 0), "at most 65536 may come"),
        (wire.MAGIC + struct.pack("!III", zlib.crc32(bytes(8)), 0, 0), "not JSON"),
        (wire.pack({})[:9], "bytes too early"),
    ],
)
def test_greeting_that_is_none_is_explained(greeting: bytes, words: str) -> None:
    if greeting == wire.pack({})[:9]:  # a service that dies while it greets
        listener = listen("127.0.0.1", 0)

        def greet() -> None:
            with listener, listener.accept()[0] as connection:
                connection.sendall(greeting)

        threading.Thread(target=greet, daemon=True).start()
        port = listener.getsockname()[1]
        with pytest.raises(SandboxUnavailable, match=words):
            RemoteSandbox("127.0.0.1", port).start()
        return
    with Liar(answer, greeting) as liar, pytest.raises(SandboxUnavailable, match=words):
        RemoteSandbox("127.0.0.1", liar.port).start()


def test_service_that_refuses_passes_its_report_on() -> None:
    greeting = hello(report={"tier": "refused", "layers": {"landlock": LAYER}, "reason": "no"})
    with Liar(answer, greeting) as liar, pytest.raises(SandboxUnavailable) as refusal:
        RemoteSandbox("127.0.0.1", liar.port).start()
    assert refusal.value.report["tier"] == Tier.REFUSED
    assert refusal.value.report["layers"]["landlock"]["holds"]


def test_service_that_is_away_is_named_and_is_no_refusal() -> None:
    with listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(
        SandboxUnavailable, match=f"tcp://127.0.0.1:{port} cannot be reached"
    ) as away:
        RemoteSandbox("127.0.0.1", port).run(GOOD)
    assert away.value.report.get("tier") != Tier.REFUSED


# --- the process


def test_service_process_serves_is_checked_and_stops(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "simulation.sandbox.service"]
    quiet = {"PATH": "/usr/bin:/bin", "ELMWEB_SANDBOX_SLOTS": "1"}
    with subprocess.Popen(
        [*command, "--port", "0"], cwd=ROOT, env=quiet, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        tier = process.stdout.readline().partition(":")[0]
        port = first.split(",")[0].rpartition(":")[2]
        try:
            if tier == Tier.REFUSED:
                pytest.skip("this machine gives no isolation")
            done = subprocess.run(
                [*command, "--check", "--port", port], cwd=ROOT, capture_output=True, text=True
            )
            assert done.returncode == 0, done.stderr
            assert json.loads(done.stdout) == {"tier": tier, "status": "ok"}
            check = subprocess.run(
                [sys.executable, "manage.py", "sandbox", "--check"],
                cwd=ROOT,
                env={**os.environ, "ELMWEB_SANDBOX": f"tcp://127.0.0.1:{port}"},
                capture_output=True,
                text=True,
            )
            assert f"the sandbox service at tcp://127.0.0.1:{port}" in check.stdout
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    gone = subprocess.run(
        [*command, "--check", "--port", port], cwd=ROOT, capture_output=True, text=True
    )
    assert gone.returncode == 1
    assert "cannot be reached" in gone.stderr


@pytest.mark.parametrize("absent", ["django", "celery", "redis", "torch", "numpy", "pymunk"])
def test_service_imports_without(absent: str) -> None:
    code = f"import sys; sys.modules[{absent!r}] = None; import simulation.sandbox.service"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
