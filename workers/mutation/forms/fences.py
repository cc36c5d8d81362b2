"""Code between lines of three backticks, as chat models write it."""

FENCE = "```"


def blocks(answer: str) -> list[str]:
    """Return the fenced blocks of an answer; all of it when nothing is fenced.

    A fence that is never closed ends with the answer; one that only closes began with it.
    """
    lines = answer.split("\n")
    fences = [k for k, line in enumerate(lines) if line.lstrip().startswith(FENCE)]
    if not fences:
        return [answer]
    if len(fences) == 1:
        above, below = lines[: fences[0]], lines[fences[0] + 1 :]
        return ["\n".join(below if any(map(str.strip, below)) else above)]
    opened, closed = fences[0::2], fences[1::2]
    closed += [len(lines)] * (len(opened) - len(closed))
    return ["\n".join(lines[a + 1 : b]) for a, b in zip(opened, closed, strict=True)]


def after_block(answer: str) -> int | None:
    """Return where the first fenced block of an answer is closed; None while it is not."""
    opened = 0 if answer.startswith(FENCE) else answer.find("\n" + FENCE) + 1
    if not opened and not answer.startswith(FENCE):
        return None
    at = answer.find("\n" + FENCE, opened + len(FENCE))
    return None if at < 0 else at + 1 + len(FENCE)


def closing(answer: str) -> int | None:
    """Return where the closing fence of an answer stands that began inside a fence."""
    if answer.startswith(FENCE):
        return 0
    at = answer.find("\n" + FENCE)
    return None if at < 0 else at
