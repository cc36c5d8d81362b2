"""The live feed: who may listen, from where, for how long, and that nobody steers by it."""

import asyncio
import json

import pytest
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.test import Client

from archive import consumers
from archive.models import Run
from archive.routing import websocket_urlpatterns
from elmweb.accounts.models import Role, User
from elmweb.asgi import application
from tests.archive.factories import make_run

pytestmark = pytest.mark.django_db(transaction=True)
HOME = "http://localhost"
# What somebody might hope to steer with; a message that gets a meaning belongs into this list,
# and into the role that it asks for.
MESSAGES = (
    *({"type": kind, "run": 1} for kind in ("pause", "resume", "stop", "set_models", "mutate")),
    {"action": "pause"},
    {"type": "websocket.close"},
    {"type": "frame", "cells": [[0, 99.0, 1, 1, 1, None]]},
    "not JSON at all {",
    "x" * 60_000,
    b"\x00\xff",
)


@pytest.fixture(autouse=True)
def layer_of_this_process(settings):
    """No broker: what is tried here happens within one process."""
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}


@pytest.fixture
def run() -> Run:
    return make_run()


class Socket(ApplicationCommunicator):
    """A browser's end of a socket (that of channels.testing wants daphne installed)."""

    def __init__(self, path: str, headers: list[tuple[bytes, bytes]]) -> None:
        self.path, self.headers = path, headers
        scope = {"type": "websocket", "path": path, "headers": headers, "query_string": b""}
        super().__init__(application, scope)

    async def connect(self) -> bool:
        """Whether the server lets in."""
        await self.send_input({"type": "websocket.connect"})
        return (await self.receive_output(timeout=10))["type"] == "websocket.accept"

    async def say(self, **what: object) -> None:
        await self.send_input({"type": "websocket.receive", **what})

    async def hear(self) -> dict:
        return json.loads((await self.receive_output(timeout=10))["text"])

    async def close_code(self) -> int:
        """How the server hangs up."""
        while (message := await self.receive_output(timeout=10))["type"] != "websocket.close":
            pass
        return message["code"]

    async def leave(self) -> None:
        await self.send_input({"type": "websocket.disconnect", "code": 1001})
        await self.wait()


def socket_of(user: User | None, run_id: int, origin: str | None = HOME) -> Socket:
    browser = Client()
    headers = [(b"origin", origin.encode())] if origin else []
    if user:
        browser.force_login(user)
        key = browser.cookies[settings.SESSION_COOKIE_NAME].value
        headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={key}".encode()))
    return Socket(f"/ws/runs/{run_id}/", headers)


def test_every_socket_is_one_that_this_file_tries():
    assert [str(one.pattern) for one in websocket_urlpatterns] == ["ws/runs/<int:run_id>/"]


@pytest.mark.parametrize("role", Role.values)
def test_everybody_who_is_logged_in_may_watch_and_steers_by_no_message(run, role):
    socket = socket_of(User.objects.create_user("somebody", role=role), run.pk)
    before = Run.objects.filter(pk=run.pk).values().get()

    async def talk() -> dict:
        assert await socket.connect()
        first = await socket.hear()
        for message in MESSAGES:
            if isinstance(message, bytes):
                await socket.say(bytes=message)
            else:
                await socket.say(text=message if isinstance(message, str) else json.dumps(message))
        await socket.receive_nothing(timeout=0.3)
        await socket.leave()
        return first

    assert asyncio.run(talk())["run"]["state"] == "running"
    assert Run.objects.filter(pk=run.pk).values().get() == before


def test_a_stranger_is_told_to_log_in(run):
    socket = socket_of(None, run.pk)

    async def talk() -> int:
        await socket.connect()
        return await socket.close_code()

    assert asyncio.run(talk()) == consumers.CLOSE_ANONYMOUS


@pytest.mark.parametrize("origin", ["http://evil.example", "http://localhost.evil.example", None])
def test_a_page_of_another_site_does_not_get_in(run, origin):
    socket = socket_of(User.objects.create_user("somebody", role=Role.ADMIN), run.pk, origin)

    async def talk() -> bool:
        return await socket.connect()

    assert not asyncio.run(talk())


def test_a_session_has_so_many_sockets_and_gets_its_place_back(run):
    user = User.objects.create_user("somebody")
    first = socket_of(user, run.pk)

    async def talk() -> tuple[int, bool]:
        more = [Socket(first.path, first.headers) for _ in range(consumers.SOCKETS)]
        for socket in (first, *more):
            await socket.connect()
        code = await more[-1].close_code()
        await more[-1].leave()
        await first.leave()
        again = Socket(first.path, first.headers)
        await again.connect()
        goes_on = bool(await again.hear())
        for socket in (*more[:-1], again):
            await socket.leave()
        return code, goes_on

    assert asyncio.run(talk()) == (consumers.CLOSE_TOO_MANY, True)


def test_a_socket_ends_when_its_person_is_disabled(run, monkeypatch):
    monkeypatch.setattr(consumers, "ASK_AGAIN", 0.0)
    monkeypatch.setattr(consumers, "LOOK_EVERY", 0.1)
    user = User.objects.create_user("somebody")
    socket = socket_of(user, run.pk)

    async def talk() -> int:
        await socket.connect()
        await socket.hear()
        await User.objects.filter(pk=user.pk).aupdate(is_active=False)
        return await socket.close_code()

    assert asyncio.run(talk()) == consumers.CLOSE_ANONYMOUS
