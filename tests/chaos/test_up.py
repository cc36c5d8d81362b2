"""``manage.py up`` with every real part: what it refuses, restarts, stops and leaves behind."""

import json
import os
import signal
import time
from pathlib import Path
from urllib.request import HTTPCookieProcessor, build_opener

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.stack import CHILDREN, Stack, alive

pytestmark = pytest.mark.chaos


@pytest.fixture
def own_stack(tmp_path: Path) -> Stack:
    """A stack that the test starts and stops itself."""
    return Stack(tmp_path)


def seen(stack: Stack, worker: str) -> float:
    """How long ago the worker said that it is there [s]."""
    return json.loads(stack.get("/readyz")[1])["workers"][worker]["seen_s"]


def test_page_and_workers_come_up(stack):
    stack.until_ready()
    assert stack.get("/healthz")[0] == 200
    assert set(stack.state()) == set(CHILDREN)


def test_strangers_are_sent_to_the_login_page(stack):
    status, text = stack.get("/")
    assert status == 200
    assert "login-link" in text


def test_other_host_names_are_refused(stack):
    status, text = stack.get("/healthz", Host="evil.example")
    assert status == 200 or "Not understood" in text
    assert stack.get("/", Host="evil.example")[0] == 400


def test_login_link_opens_the_dashboard_once(stack):
    link = stack.login_url
    browser = build_opener(HTTPCookieProcessor())
    with browser.open(link, timeout=10) as answer:
        assert answer.url == f"{stack.url}/"
    assert stack.get(link.removeprefix(stack.url))[0] == 403


@pytest.mark.parametrize(
    ("path", "origin"), [("/ws/runs/1/", "http://evil.example"), ("/ws/nothing/", None)]
)
def test_foreign_page_and_unknown_address_get_no_live_feed(stack, path, origin):
    address = f"ws://127.0.0.1:{stack.port}{path}"
    with pytest.raises(InvalidStatus, match="403"):
        connect(address, origin=origin or stack.url, proxy=None)


def test_second_start_on_the_same_data_is_refused_with_the_address(stack):
    second = stack.manage("up", "--no-open")
    assert second.returncode == 1
    assert f"process {stack.process.pid} at {stack.url}" in second.stderr
    assert "Traceback" not in second.stderr


def test_login_link_command_prints_a_link_to_the_running_server(stack):
    printed = stack.manage("login-link").stdout
    assert printed.startswith(f"{stack.url}/login/")


def test_web_and_evaluate_processes_never_load_torch(stack):
    stack.until_ready()
    for name in ("web", "evaluate"):
        group = [pid for pid, _ in stack.family() if os.getpgid(pid) == stack.pid(name)]
        for pid in group:
            assert "libtorch" not in Path(f"/proc/{pid}/maps").read_text(), f"{name}, {pid}"


@pytest.mark.parametrize("name", CHILDREN)
def test_killed_child_is_back_within_five_seconds(stack, name):
    stack.until_ready()
    killed = stack.kill(name)
    began = time.monotonic()
    stack.until(lambda: stack.pid(name) not in (None, killed), 5, f"a new {name}")
    stack.until_ready(5 - (time.monotonic() - began))
    if name in ("evaluate", "model"):
        stack.until(lambda: seen(stack, name) < time.monotonic() - began, 15, f"{name} at work")
    assert "SIGKILL" in stack.state()[name]["last_exit"]


def test_ctrl_c_stops_everything_and_says_so(own_stack):
    with own_stack as stack:
        stack.until_ready()
        family = stack.family()
        began = time.monotonic()
        stack.process.send_signal(signal.SIGINT)
        assert stack.process.wait(10) == 0
        assert time.monotonic() - began < 10
        assert alive(family) == {}
        assert not (stack.data / "state.json").exists()
        stack.until(lambda: stack.printed.endswith("Stopped."), 1, "the last line")


def test_stop_signal_works_while_starting(own_stack):
    own_stack.launch()
    own_stack.until((own_stack.data / "state.json").exists, 20, "the first child")
    family = own_stack.family()
    own_stack.process.send_signal(signal.SIGTERM)
    assert own_stack.process.wait(10) == 0, own_stack.report()
    assert alive(family) == {}


def test_nothing_outlives_a_killed_supervisor_and_the_next_start_works(own_stack):
    with own_stack as stack:
        stack.until_ready()
        family = stack.family()
        stack.process.kill()
        stack.until(lambda: not alive(family), 3, f"the end of {family}")
    with own_stack as stack:
        stack.until_ready()


@pytest.mark.slow
def test_second_ctrl_c_stops_at_once(own_stack):
    with own_stack as stack:
        stack.until_ready()
        family = stack.family()
        os.kill(stack.pid("evaluate"), signal.SIGSTOP)  # a worker that cannot stop politely
        stack.process.send_signal(signal.SIGINT)
        stack.until(lambda: "Stopping" in stack.printed, 2, "the first answer")
        stack.process.send_signal(signal.SIGINT)
        assert stack.process.wait(2) == 0
        stack.until(lambda: not alive(family), 1, "the end of all")


def test_port_that_was_asked_for_and_is_taken_is_an_error(stack, tmp_path):
    other = Stack(tmp_path)
    refused = other.manage("up", "--no-open", "--port", str(stack.port))
    assert refused.returncode == 1
    assert f"Port {stack.port}" in refused.stderr
    assert "--port" in refused.stderr


def test_broker_that_the_person_names_and_is_absent_is_an_error(tmp_path):
    named = Stack(tmp_path, ELMWEB_REDIS_URL="redis://127.0.0.1:1/0")
    refused = named.manage("up", "--no-open")
    assert refused.returncode == 1
    assert "ELMWEB_REDIS_URL" in refused.stderr
    assert "Traceback" not in refused.stderr
