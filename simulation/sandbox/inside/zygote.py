"""Fork one child per program and say how each ended. Never sees program text or results."""

import array
import os
import signal
import socket
import time
from os import _exit
from typing import Any, NoReturn

from . import child
from .kernel import fork
from .protocol import Ended, Job

_MESSAGE_BYTES = 4096
_NOT_REACHED = 113


def serve(control: socket.socket, jail: child.Jail, names: dict[str, Any]) -> NoReturn:
    """Run programs, one at a time, until the owner closes the control socket."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    while True:
        job, channel = _receive(control)
        started = time.monotonic()
        pid = fork()
        if pid == 0:
            try:
                child.main(channel, job, jail, names)
            finally:
                _exit(_NOT_REACHED)
        os.close(channel)
        control.sendall(_wait(pid, started, job.wall_s).to_bytes())


def _receive(control: socket.socket) -> tuple[Job, int]:
    message, ancillary, _, _ = control.recvmsg(_MESSAGE_BYTES, socket.CMSG_SPACE(4))
    if not message:
        os._exit(0)
    return Job.from_bytes(message), array.array("i", ancillary[0][2][:4])[0]


def _wait(pid: int, started: float, wall_s: float) -> Ended:
    """Wait for the child, kill it at the wall-clock limit, and return the kernel's account.

    SIGCHLD also tells of a child that was stopped, so wait4 is asked each time. (A pidfd would
    do as well, but gVisor of 2022 has none.)
    """
    timed_out = False
    while True:
        left = started + wall_s - time.monotonic()
        if left <= 0 or signal.sigtimedwait({signal.SIGCHLD}, left) is None:
            timed_out = True
            os.kill(pid, signal.SIGKILL)  # not waited for yet: the number is still this child's
            _, status, usage = os.wait4(pid, 0)
            break
        done, status, usage = os.wait4(pid, os.WNOHANG)
        if done:
            break
    while signal.sigtimedwait({signal.SIGCHLD}, 0):
        pass
    by_signal = os.WIFSIGNALED(status)
    number = os.WTERMSIG(status) if by_signal else 0
    return Ended(
        # One that had ended by itself in that moment was not killed.
        timed_out=timed_out and number == signal.SIGKILL,
        signal=number,
        code=0 if by_signal else os.WEXITSTATUS(status),
        cpu_s=usage.ru_utime + usage.ru_stime,
        wall_s=time.monotonic() - started,
        rss_kb=usage.ru_maxrss,
    )
