"""From a program's text to what the sandbox is given, and from what comes back to a verdict."""

import signal
from dataclasses import dataclass
from typing import Any

from .inside.protocol import Ended
from .result import Answer, BadResult, read_answer
from .verdict import Limits, Status, Verdict

_CPU_SHARE = 0.9  # a SIGKILL after this share of the CPU limit was the limit's
_MESSAGE_CHARACTERS = 500
LOST = Verdict(
    Status.SANDBOX_LOST, message="The sandbox was lost while the program ran; it starts again."
)


@dataclass(frozen=True)
class Ran:
    """What is known of a run before anybody has read what the program wrote."""

    ended: Ended  # as the kernel told the zygote
    answer: bytes | None  # as the child wrote it, None: more than it may


def encoded(source: str, limits: Limits) -> bytes | Verdict:
    """The program in UTF-8, or the verdict on a text that is none or too long."""
    try:
        data = source.encode()
    except UnicodeEncodeError:
        return Verdict(Status.ERROR, error="UnicodeError", message="The program is not valid text.")
    if len(data) > limits.source_bytes:
        message = f"The program has {len(data)} bytes, more than {limits.source_bytes}."
        return Verdict(Status.TOO_LARGE_SOURCE, message=message)
    return data


def judge(ran: Ran, limits: Limits) -> Verdict:
    """The verdict: first what the kernel says, only then what the child wrote."""
    ended, data = ran.ended, ran.answer
    usage: dict[str, Any] = {
        "cpu_ms": ended.cpu_s * 1000,
        "wall_ms": ended.wall_s * 1000,
        "rss_kb": ended.rss_kb,
    }
    status, message = _ended_badly(ended, limits)
    if status is not None:
        return Verdict(status, message=message, **usage)
    if data is None:
        message = f"The program answered with more than {limits.answer_bytes} bytes."
        return Verdict(Status.OUTPUT_TOO_LARGE, message=message, **usage)
    try:
        answer = read_answer(data, limits)
    except BadResult as bad:
        message = _sentence(str(bad))
        return Verdict(Status.BAD_RESULT, message=message, stdout=bad.stdout, **usage)
    if ended.code != 0:
        message = f"The program left with exit code {ended.code}."
        return Verdict(Status.BAD_RESULT, message=message, stdout=answer.stdout, **usage)
    if answer.walker is None:
        return Verdict(
            Status.ERROR,
            message=_error_message(answer),
            error=answer.error,
            line=answer.line,
            stdout=answer.stdout,
            **usage,
        )
    return Verdict(Status.OK, value=answer.walker, stdout=answer.stdout, **usage)


def _ended_badly(ended: Ended, limits: Limits) -> tuple[Status | None, str]:
    if ended.timed_out:
        return Status.TIMEOUT, f"The program ran longer than {limits.wall_s:g} s."
    used_up = ended.cpu_s >= limits.cpu_s * _CPU_SHARE
    # A program may catch SIGXCPU and go on until SIGKILL; it gains nothing by it.
    too_much = ended.signal == signal.SIGXCPU or ended.cpu_s > limits.cpu_s
    if too_much or (ended.signal == signal.SIGKILL and used_up):
        return Status.CPU_LIMIT, f"The program used more than {limits.cpu_s} s of processor time."
    if ended.signal == signal.SIGSYS:
        return Status.FORBIDDEN_SYSCALL, "The program made a system call that is forbidden."
    if ended.signal:
        name = signal.strsignal(ended.signal) or f"signal {ended.signal}"
        return Status.CRASHED, f"The program's process crashed ({name})."
    return None, ""


def _error_message(answer: Answer) -> str:
    where = f"line {answer.line}: " if answer.line else ""
    said = f": {answer.message}" if answer.message else ""
    return f"{where}{answer.error}{said}"[:_MESSAGE_CHARACTERS]


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."[:_MESSAGE_CHARACTERS]
