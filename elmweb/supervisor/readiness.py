"""Waits for the started processes by asking them, never by reading what they print."""

import asyncio
import errno
import os
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

from elmweb.supervisor import broker
from elmweb.supervisor.process import Child

_POLL = 0.03  # [s]; a broker is up in 5 to 25 ms
_OTHER_PORTS = 20


class StartFailed(RuntimeError):
    """ELMWeb cannot start here; the text says why and what to do."""


def listen(port: int, *, exactly: bool, say: Callable[[str], None]) -> socket.socket:
    """Return a socket that listens on 127.0.0.1, at ``port`` or the next free one after it.

    Raises:
        StartFailed: ``exactly`` that port was asked for and is taken, or none is free.
    """
    last = port if exactly else min(port + _OTHER_PORTS, 65535)
    for candidate in range(port, last + 1):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", candidate))
            listener.listen(2048)
        except OSError as error:
            listener.close()
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            continue
        if candidate != port:
            say(f"Port {port} is in use; taking {candidate} instead.")
        return listener
    if exactly:
        raise StartFailed(
            f"Port {port} on 127.0.0.1 is in use or not allowed. Choose another with "
            "--port N, or leave --port out and a free one is taken."
        )
    raise StartFailed(f"No free port from {port} to {last} on 127.0.0.1: choose one with --port N.")


async def end_left_over_broker(url: str) -> None:
    """End the broker of a supervisor that was killed: we hold the lock, so nobody uses it."""
    for ask in (False, True):
        until = time.monotonic() + 3
        while not await asyncio.to_thread(broker.ping, url, 0.5):
            if time.monotonic() > until:
                break
            if ask:
                os.kill(await asyncio.to_thread(broker.process_id, url), signal.SIGTERM)
            await asyncio.sleep(0.1)
        else:
            return
    raise StartFailed(f"Another broker answers at {url} and does not stop: end it and start again.")


async def wait_for_broker(child: Child, url: str, folder: Path, say: Callable[[str], None]) -> None:
    """Return when the broker answers PING.

    Raises:
        StartFailed: no answer; ends with the tail of its log.
    """
    until = time.monotonic() + 30
    while reason := await asyncio.to_thread(broker.ping, url):
        if child.fast_deaths >= 2 and (aside := _set_journal_aside(folder)):
            say(f"The broker could not read its journal; it is kept in {aside}, a new one is made.")
        if time.monotonic() > until:
            raise StartFailed(f"The broker does not answer ({reason}):\n{child.log.tail()}")
        await asyncio.sleep(_POLL)


def _set_journal_aside(folder: Path) -> Path | None:
    """Move the append-only files out of the way, once; the jobs themselves are in the database.

    A journal written by a newer Valkey stops an older Redis from starting.
    """
    journal, aside = folder / "appendonlydir", folder / "appendonlydir.unreadable"
    if not journal.exists() or aside.exists():
        return None
    journal.rename(aside)
    return aside


async def wait_for_web(port: int) -> None:
    """Return when ``/healthz`` answers; cancel it to give up."""
    request = f"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"
    while True:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(request.encode())
                if (await reader.readline()).startswith(b"HTTP/1.1 "):
                    return
            finally:
                writer.close()
        except OSError:
            pass
        await asyncio.sleep(_POLL)
