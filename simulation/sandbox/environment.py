"""Which sandbox a process is to use, from its environment: where it is, what programs may use.

ELMWEB_SANDBOX            tcp://host:port of a sandbox service; empty: one of our own
ELMWEB_SANDBOX_SLOTS      programs at a time, per process
ELMWEB_SANDBOX_WALL_S     [s] of wall-clock time, ELMWEB_SANDBOX_CPU_S of processor time
ELMWEB_SANDBOX_MEMORY_MB  beyond what the interpreter and numpy take
"""

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlsplit

from .ladder import Tier
from .pool import SandboxPool
from .remote import RemoteSandbox
from .verdict import Limits, SandboxUnavailable

WALL_S, CPU_S, MEMORY_MB, SLOTS = (0.1, 60.0), (1, 60), (32, 4096), (1, 64)


@dataclass(frozen=True)
class Setting:
    """A sandbox as it is asked for; ``open`` makes it."""

    limits: Limits = field(default_factory=Limits)
    slots: int = 1
    address: tuple[str, int] | None = None  # host and port of a service

    def open(self) -> SandboxPool | RemoteSandbox:
        """The sandbox, not started yet."""
        if self.address is None:
            return SandboxPool(self.slots, self.limits)
        return RemoteSandbox(*self.address, slots=self.slots, limits=self.limits)


def read_setting(
    environ: Mapping[str, str] | None = None, *, slots: int = Setting.slots
) -> Setting:
    """The setting that the environment names.

    Args:
        slots: where the variable is unset or empty.

    Raises:
        ValueError: nonsense in a variable; the sentence says what it takes.
    """
    environ = os.environ if environ is None else environ
    return Setting(
        limits=Limits(
            wall_s=_number(environ, "ELMWEB_SANDBOX_WALL_S", Limits.wall_s, *WALL_S),
            cpu_s=_integer(environ, "ELMWEB_SANDBOX_CPU_S", Limits.cpu_s, *CPU_S),
            memory_mb=_integer(environ, "ELMWEB_SANDBOX_MEMORY_MB", Limits.memory_mb, *MEMORY_MB),
        ),
        slots=_integer(environ, "ELMWEB_SANDBOX_SLOTS", slots, *SLOTS),
        address=_address(environ, "ELMWEB_SANDBOX"),
    )


def open_sandbox(limits: Limits | None = None) -> SandboxPool | RemoteSandbox:
    """The sandbox that the environment names, not started yet; ``limits`` instead of its own.

    Raises:
        ValueError: see ``read_setting``.
    """
    setting = read_setting()
    return Setting(limits or setting.limits, setting.slots, setting.address).open()


def check_sandbox() -> dict[str, Any]:
    """The report of a sandbox started on trial, also when it is refused ("tier", "reason")."""
    setting = read_setting()
    facts: dict[str, Any] = {"limits": asdict(setting.limits), "slots": setting.slots}
    sandbox = Setting(setting.limits, 1, setting.address).open()
    if isinstance(sandbox, RemoteSandbox):
        facts["address"] = sandbox.address
    try:
        with sandbox:
            return {**sandbox.report, **facts}
    except SandboxUnavailable as unavailable:
        refused = {"tier": str(Tier.REFUSED), "reason": str(unavailable)}
        return {**refused, **unavailable.report, **facts}


def _integer(environ: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = environ.get(name) or str(default)
    if not (text.isascii() and text.isdecimal() and low <= int(text) <= high):
        raise ValueError(f"{name}={text}: use a whole number from {low} to {high}")
    return int(text)


def _number(
    environ: Mapping[str, str], name: str, default: float, low: float, high: float
) -> float:
    text = environ.get(name) or str(default)
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise ValueError(f"{name}={text}: use a number of seconds from {low:g} to {high:g}")
    return value


def _address(environ: Mapping[str, str], name: str) -> tuple[str, int] | None:
    text = environ.get(name) or ""
    if not text:
        return None
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    plain = f"tcp://{host}:{port}", f"tcp://[{host}]:{port}"
    if not host or not port or text.lower() not in plain:
        raise ValueError(f"{name}={text}: use tcp://host:port, or leave it empty")
    return host, port
