"""Two minutes of everything that can happen to a stack, and what the harness itself can see."""

import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.chaos.bed import Bed
from tests.chaos.clock import Clock
from tests.chaos.harness import unleash
from tests.chaos.link import Link
from tests.chaos.witness import Witness
from tests.postgres import NoPostgres, find_binaries
from tests.stack import free_port


@pytest.mark.slow
@pytest.mark.chaos
@pytest.mark.parametrize("postgres", [False, True], ids=["sqlite", "postgres"])
def test_nothing_is_lost_doubled_or_stuck_whatever_happens(postgres: bool):
    if postgres:
        try:
            find_binaries()
        except NoPostgres as reason:
            pytest.skip(str(reason))
    with Bed(postgres=postgres) as bed:
        report = unleash(bed, seconds=120, seed=1, say=print)
    print(report)
    assert not report.problems
    assert len(report.hits) >= 20
    assert report.settled is not None


def test_the_witness_tells_a_lost_child_and_a_changed_one(tmp_path: Path):
    with closing(sqlite3.connect(tmp_path / "elmweb.sqlite3", isolation_level=None)) as database:
        database.execute("CREATE TABLE archive_run (id)")
        database.execute("INSERT INTO archive_run VALUES (7)")
        database.execute(
            "CREATE TABLE archive_child (id, run_id, seq, program_id, outcome, fitness, placement)"
        )
        for seq in range(3):
            database.execute(
                "INSERT INTO archive_child VALUES (?, 7, ?, 1, 'evaluated', 1.5, '')", (seq, seq)
            )
        bed = SimpleNamespace(cluster=None, stack=SimpleNamespace(data=tmp_path))
        witness = Witness(bed)  # type: ignore[arg-type]
        witness.look()
        assert witness.lost() == []
        database.execute("DELETE FROM archive_child WHERE seq = 1")
        database.execute("UPDATE archive_child SET fitness = 2.5 WHERE seq = 2")
        lost = witness.lost()
    assert [sentence.split(":")[0] for sentence in lost] == ["run 7, child 1", "run 7, child 2"]


@pytest.fixture
def link() -> Iterator[Link]:
    """A link to a server that sends back what it hears."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_echo, args=(server,), daemon=True).start()
        between = Link(free_port(), server.getsockname()[1])
        between.start()
        yield between
        between.stop()


def _echo(server: socket.socket) -> None:
    while True:
        try:
            connection, _ = server.accept()
            while data := connection.recv(100):
                connection.sendall(data)
        except OSError:
            return


def test_a_cut_link_ends_connections_until_it_is_mended(link: Link):
    with socket.create_connection(("127.0.0.1", link.port), timeout=5) as connection:
        connection.sendall(b"hello")
        assert connection.recv(100) == b"hello"
        link.cut()
        with pytest.raises(ConnectionError):
            connection.recv(100) or _ended()
    link.mend()


def _ended() -> None:
    raise ConnectionError("the other side has closed")


def test_a_stalled_link_keeps_connections_and_passes_nothing(link: Link):
    with socket.create_connection(("127.0.0.1", link.port), timeout=0.5) as connection:
        connection.sendall(b"one")
        assert connection.recv(100) == b"one"
        link.stall()
        time.sleep(0.1)
        connection.sendall(b"two")
        with pytest.raises(TimeoutError):
            connection.recv(100)
        link.mend()
        assert connection.recv(100) == b"two"


def test_a_process_lives_by_the_clock_it_is_given(tmp_path: Path):
    try:
        clock = Clock(tmp_path)
    except FileNotFoundError as reason:
        pytest.skip(str(reason))
    clock.set(86_400)
    ask = "import time, datetime; print(time.time(), datetime.datetime.now().timestamp())"
    said = subprocess.run(
        [sys.executable, "-c", ask], env=clock.environment, text=True, capture_output=True
    )
    ahead = [float(word) - time.time() for word in said.stdout.split()]
    assert ahead == pytest.approx([86_400, 86_400], abs=60)
