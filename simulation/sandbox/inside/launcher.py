"""From a fresh interpreter to a locked zygote, and then the zygote's guard.

The order matters: modules are imported while there are files (also when they lie in a folder
that only root may enter), each layer is tried alone while there is bait to reach, and
PR_SET_PDEATHSIG is armed after the last step that would clear it.
"""

import gc
import json
import os
import platform
import socket
import sys
from typing import Any

from . import (
    child,
    kernel,
    landlock,
    limits,
    memory,
    namespaces,
    preload,
    probes,
    seccomp,
    zygote,
)
from .guard import guard, open_pidfd


def main(control_fd: int, config: dict[str, Any]) -> None:
    """Prepare everything, fork the zygote, then end as soon as the owner or the zygote ends.

    Args:
        control_fd: one end of a SEQPACKET pair; the owner holds the other.
        config: ``owner`` (its pid), ``walker_file``, ``without`` (layers left out by tests).
    """
    owner_fd = open_pidfd(config["owner"])
    if os.getppid() != config["owner"]:
        os._exit(0)  # the owner is gone already
    without = frozenset(config["without"])
    names, missing = preload.load(config["walker_file"])
    report: dict[str, Any] = {
        "python": platform.python_version(),
        "kernel": platform.release(),
        "machine": platform.machine(),
        "missing_modules": missing,
    }
    if "numpy" not in missing:
        child.warm_up(names)
    base_bytes, heap = limits.address_space_bytes(), memory.blocks()
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)

    report["uid_note"] = kernel.become_nobody()
    report["uid"] = os.geteuid()
    kernel.set_dumpable(True)
    bait = probes.Bait()
    filters, no_filters = _filters(without)
    layers = {
        "seccomp": probes.layer(bait, probes.SECCOMP, filters[1].load)
        if filters
        else probes.absent(no_filters),
        "landlock": _landlock_layer(bait, without),
        "limits": probes.layer(
            bait, probes.LIMITS, lambda: limits.apply(probes.PROBE_JOB, base_bytes)
        ),
    }
    entered = namespaces.Entered(errors=["left out"])
    if "namespaces" not in without:
        entered = namespaces.enter()

    kernel.drop_capabilities()
    kernel.set_dumpable(False)
    pid = os.fork()
    if pid:
        os.close(control_fd)
        bait.close()
        guard(owner_fd, config["owner"], pid)
    if owner_fd is not None:
        os.close(owner_fd)
    kernel.die_with_parent()
    facts = {"made": entered.made, "errors": entered.errors, "empty_root": entered.empty_root}
    if entered.complete:
        layers["namespaces"] = probes.layer(bait, probes.NAMESPACES, lambda: None, **facts)
    else:
        layers["namespaces"] = probes.absent("; ".join(entered.errors), **facts)
    control, pipe = socket.socket(fileno=control_fd), os.pipe()  # the filter makes neither
    if layers["landlock"]["active"]:
        landlock.deny_all()
    report["huge_pages"] = memory.gather(heap)  # here: the launcher's own are shared until written
    if filters:
        filters[0].load()
    jail = child.Jail(filters[1] if filters else None, base_bytes)
    everything = bait.reachable.intersection((*probes.SECCOMP, *probes.LIMITS))
    report["selftest"] = probes.refusals(
        bait, everything, lambda: jail.close(probes.PROBE_JOB), pipe
    )
    report["layers"] = layers
    bait.close()
    control.sendall(json.dumps(report).encode())
    os.dup2(null, 2)
    os.close(null)
    _forget()
    zygote.serve(control, jail, names)


def _filters(
    without: frozenset[str],
) -> tuple[tuple[seccomp.Filter, seccomp.Filter] | None, str]:
    """The zygote's and the program's filter, or None and the reason."""
    if "seccomp" in without:
        return None, "left out"
    try:
        return (seccomp.zygote_filter(), seccomp.program_filter()), ""
    except OSError as error:
        return None, str(error)


def _landlock_layer(bait: probes.Bait, without: frozenset[str]) -> dict[str, Any]:
    abi = landlock.supported_abi()
    if "landlock" in without or not abi:
        return probes.absent("left out" if abi else "the kernel has no Landlock", abi=abi)
    return probes.layer(bait, probes.landlock_refuses(abi), landlock.deny_all, abi=abi)


def _forget() -> None:
    """Leave as little as possible of the launcher to the programs."""
    os.environ.clear()
    sys.path[:] = []
    sys.path_importer_cache.clear()
    sys.argv[:] = [""]
    sys.orig_argv[:] = []
    sys.executable = sys._base_executable = ""  # type: ignore[attr-defined]
    for name in [name for name in sys.modules if name.partition(".")[0] == __package__]:
        del sys.modules[name]
    gc.collect()
    gc.freeze()  # the collector of a child leaves these pages alone, so they stay shared
