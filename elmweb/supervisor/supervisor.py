"""Starts broker, web and workers in order, keeps them alive, and stops them broker last."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
import webbrowser
from dataclasses import dataclass

from django.conf import settings

from elmweb import env, login_links, paths
from elmweb.commands import ensure_database
from elmweb.supervisor import broker, worker
from elmweb.supervisor.lock import DataLock
from elmweb.supervisor.logfile import LogFile
from elmweb.supervisor.process import Child, Spec
from elmweb.supervisor.readiness import (
    StartFailed,
    end_left_over_broker,
    listen,
    wait_for_broker,
    wait_for_web,
)
from elmweb.supervisor.reaper import Reaper

DEFAULT_PORT = 8000
_WEB_PATIENCE = 20.0  # [s]; then the workers start although the page does not answer yet


@dataclass(frozen=True)
class Options:
    """What the person asked for on the command line."""

    port: int | None = None  # None: DEFAULT_PORT or the next free one
    open_browser: bool = False


def say(text: str) -> None:
    """Print a line for the person at the terminal, at once."""
    print(text, flush=True)


class Supervisor:
    """The parent of everything in the embedded mode."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.data = paths.ensure_data_dir()
        self.children: dict[str, Child] = {}
        self._lock = DataLock(self.data)
        self._keepers: list[asyncio.Task[None]] = []
        self._reaper = Reaper()
        self._is_published = True  # what state.json says is how it is

    def run(self) -> None:
        """Run until Ctrl-C or SIGTERM.

        Raises:
            AlreadyRunning, BrokerUnavailable, StartFailed: with a sentence for the person.
        """
        self._lock.take()
        port = self.options.port or DEFAULT_PORT
        with listen(port, exactly=self.options.port is not None, say=say) as listener:
            asyncio.run(self._run(listener))

    # --- from start to stop

    async def _run(self, listener: socket.socket) -> None:
        asked = asyncio.Event()  # to stop
        urged = asyncio.Event()  # to stop at once
        loop = asyncio.get_running_loop()
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(signum, lambda: (urged if asked.is_set() else asked).set())
        stop_asked = asyncio.create_task(asked.wait())
        starting = asyncio.create_task(self._start(listener))
        watching = asyncio.create_task(self._watch_logs())
        try:
            # A stop signal works while starting, too.
            await asyncio.wait({stop_asked, starting}, return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                starting.result()
            await stop_asked
        finally:
            asked.set()
            for task in (starting, watching):
                task.cancel()
            await asyncio.gather(starting, watching, return_exceptions=True)
            say("Stopping … (Ctrl-C again stops at once)")
            stopping = asyncio.create_task(self._stop())
            hurry = asyncio.create_task(urged.wait())
            await asyncio.wait({stopping, hurry}, return_when=asyncio.FIRST_COMPLETED)
            for child in self.children.values():
                child.kill()
            (self.data / "state.json").unlink(missing_ok=True)
            if stopping.done():
                stopping.result()
            say("Stopped.")

    async def _start(self, listener: socket.socket) -> None:
        await self._start_broker()
        await asyncio.to_thread(ensure_database)
        login_links.forget_all(self.data)
        port = listener.getsockname()[1]
        self._keep(_web(listener))
        answering = asyncio.create_task(wait_for_web(port))
        await asyncio.wait({answering}, timeout=_WEB_PATIENCE)
        if not answering.done():
            say(f"The page does not answer yet; its log ends:\n{self.children['web'].log.tail()}")
        for kind in worker.KINDS:
            self._keep(_worker(kind))
        self._reaper.start()
        await answering
        self._announce(f"http://127.0.0.1:{port}")

    async def _start_broker(self) -> None:
        url = settings.REDIS_URL
        if env.secret("ELMWEB_REDIS_URL"):
            if reason := await asyncio.to_thread(broker.ping, url):
                raise StartFailed(
                    f"The broker that ELMWEB_REDIS_URL names does not answer: {reason}. Start it, "
                    "or unset ELMWEB_REDIS_URL to have ELMWeb start one of its own."
                )
            return
        server, path = broker.find_broker(), paths.broker_socket()
        folder = self.data / "broker"
        broker.private_folder(path.parent)
        broker.private_folder(folder)
        await end_left_over_broker(url)
        argv = broker.server_command(server.path, path, folder)
        child = self._keep(
            Spec("broker", argv, self.data, stop_seconds=3, death_signal=signal.SIGTERM)
        )
        await wait_for_broker(child, url, folder, say)

    def _announce(self, url: str) -> None:
        self._lock.describe(url)
        link = login_links.address(url, login_links.mint(self.data))
        say(f"READY: {link}  (logs you in, once)")
        say("Ctrl-C stops ELMWeb. Another link: manage.py login-link")
        if self.options.open_browser and _has_screen():
            webbrowser.open(login_links.address(url, login_links.mint(self.data)))

    async def _stop(self) -> None:
        """Workers first, so that they can hand in what they hold; the broker last."""
        await asyncio.to_thread(self._reaper.stop)
        workers = [c for name, c in self.children.items() if name not in ("web", "broker")]
        await asyncio.gather(*(child.stop() for child in workers))
        for name in ("web", "broker"):
            if name in self.children:
                await self.children[name].stop()
        for keeper in self._keepers:
            keeper.cancel()  # one may be waiting to start its process again
        await asyncio.gather(*self._keepers, return_exceptions=True)

    # --- the children

    def _keep(self, spec: Spec) -> Child:
        log = LogFile(self.data / "logs" / f"{spec.name}.log")
        child = self.children[spec.name] = Child(spec, log, self._write_state)
        keeping = child.keep_alive(lambda text: say(f"{spec.name}: {text}"))
        self._keepers.append(asyncio.create_task(keeping))
        return child

    def _write_state(self) -> None:
        """Publish pids for the System page and the tests: {name: {pid, starts, since, …}}."""
        state = {
            name: {
                "pid": child.pid,
                "starts": child.starts,
                "since": round(child.since, 3),
                "last_exit": child.last_exit,
            }
            for name, child in self.children.items()
        }
        draft = self.data / "state.json.new"
        self._is_published = False
        with contextlib.suppress(OSError):  # a full disk must not keep processes from restarting
            draft.write_text(json.dumps(state, indent=1) + "\n")
            draft.replace(self.data / "state.json")
            self._is_published = True

    async def _watch_logs(self) -> None:
        while True:
            await asyncio.sleep(1)
            if not self._is_published:
                self._write_state()  # the disk was full when it changed
            for name, child in self.children.items():
                child.log.rotate_when_large()
                if name != "broker":  # its warnings are advice on kernel settings
                    for line in child.log.new_important_lines():
                        say(f"{name}: {line}")


def _web(listener: socket.socket) -> Spec:
    fd = listener.fileno()
    argv = (sys.executable, "-m", "elmweb.supervisor.web", str(fd))
    return Spec("web", argv, paths.BASE_DIR, stop_seconds=4, env=_environment(), fds=(fd,))


def _worker(kind: str) -> Spec:
    command = worker.command(kind)
    environment = {**_environment(), **command.env}
    # Below the page in rank: on two cores it must stay quick while both workers are busy.
    return Spec(kind, command.argv, paths.BASE_DIR, stop_seconds=10, nice=5, env=environment)


def _environment() -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "elmweb.settings",
        "ELMWEB_DATA": str(paths.DATA_DIR),
        "PYTHONUNBUFFERED": "1",
    }


def _has_screen() -> bool:
    """Return whether a browser would open in a window, not inside this terminal."""
    shown = (
        sys.platform == "darwin" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )
    return bool(shown) and sys.stdout.isatty()
