"""Frames between a worker and the sandbox service: a checked head of JSON, then raw bytes.

    magic "ELM1" | CRC-32 of the rest | head's length | body's length | head | body

Whatever is not exactly that is ``BrokenFrame``, so a peer that is broken, or is no sandbox
service at all, is found out before anything it says is looked at. The body (a program, or what
one wrote) is never interpreted here.
"""

import json
import socket
import struct
import time
import zlib
from dataclasses import dataclass
from typing import Any

MAGIC = b"ELM1"
_START = struct.Struct("!4sIII")
_LENGTHS = struct.Struct("!II")
_CHUNK = 65536


class BrokenFrame(ConnectionError):
    """What came is not a frame; the text says what was expected and what came."""


class Closed(ConnectionError):
    """The peer closed the connection between two frames."""


@dataclass(frozen=True)
class Most:
    """Sizes [bytes] beyond which a frame is refused before it is read."""

    head: int
    body: int


def pack(head: dict[str, Any], body: bytes = b"") -> bytes:
    """One frame."""
    data = json.dumps(head, allow_nan=False).encode()
    rest = _LENGTHS.pack(len(data), len(body)) + data + body
    return MAGIC + struct.pack("!I", zlib.crc32(rest)) + rest


def send(connection: socket.socket, frame: bytes, deadline: float) -> None:
    """Send a frame whole.

    Raises:
        OSError: not by ``deadline`` (``time.monotonic``), or the connection is gone.
    """
    connection.settimeout(_left(deadline))
    connection.sendall(frame)


def receive(
    connection: socket.socket, most: Most, deadline: float, *, rest_s: float | None = None
) -> tuple[dict[str, Any], bytes]:
    """Receive one frame: its head and its body.

    Args:
        deadline: ``time.monotonic`` by which the frame has come whole.
        rest_s: [s] once the first byte is there the others have no longer than this.

    Raises:
        Closed: the peer closed before the first byte.
        BrokenFrame: anything but a frame came, or one that is too large or cut off.
        TimeoutError: the deadline has passed.
    """
    start = bytearray(_some(connection, _START.size, deadline))
    if not start:
        raise Closed("the connection was closed")
    if rest_s is not None:
        deadline = min(deadline, time.monotonic() + rest_s)
    start += _exactly(connection, _START.size - len(start), deadline)
    magic, checksum, head_bytes, body_bytes = _START.unpack(start)
    if magic != MAGIC:
        raise BrokenFrame(f"expected a frame that begins with {MAGIC!r}, got {bytes(magic)!r}")
    for size, limit, what in ((head_bytes, most.head, "head"), (body_bytes, most.body, "body")):
        if size > limit:
            raise BrokenFrame(f"a {what} of {size} bytes is announced, at most {limit} may come")
    rest = _exactly(connection, head_bytes + body_bytes, deadline)
    if zlib.crc32(start[8:] + rest) != checksum:
        raise BrokenFrame("the checksum of a frame does not fit what came")
    try:
        head = json.loads(rest[:head_bytes])
    except (ValueError, RecursionError):
        raise BrokenFrame("the head of a frame is not JSON") from None
    if type(head) is not dict:
        raise BrokenFrame(f"expected a head with named fields, got a {type(head).__name__}")
    return head, rest[head_bytes:]


def number(head: dict[str, Any], name: str, low: float, high: float, *, whole: bool = False) -> Any:
    """The number ``name`` of a head, within [low, high]; a whole one is an int.

    Raises:
        BrokenFrame: it is missing, something else, or out of range.
    """
    value = head.get(name)
    kinds = (int,) if whole else (int, float)
    if type(value) not in kinds or not low <= value <= high:  # type: ignore[operator]
        wanted = "a whole number" if whole else "a number"
        raise BrokenFrame(f"{name}: expected {wanted} from {low:g} to {high:g}, got {value!r:.60}")
    return value


def boolean(head: dict[str, Any], name: str) -> bool:
    """The flag ``name`` of a head.

    Raises:
        BrokenFrame: it is missing or something else.
    """
    value = head.get(name)
    if type(value) is not bool:
        raise BrokenFrame(f"{name}: expected true or false, got {value!r:.60}")
    return value


def _exactly(connection: socket.socket, count: int, deadline: float) -> bytes:
    received = bytearray()
    while len(received) < count:
        chunk = _some(connection, min(count - len(received), _CHUNK), deadline)
        if not chunk:
            raise BrokenFrame(f"the connection ended {count - len(received)} bytes too early")
        received += chunk
    return bytes(received)


def _some(connection: socket.socket, most: int, deadline: float) -> bytes:
    connection.settimeout(_left(deadline))
    return connection.recv(most)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("the time for a frame has run out")
    return left
